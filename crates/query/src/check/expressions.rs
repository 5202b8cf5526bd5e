//! Expressions: every name a place, every operator between what fits it.

use super::{Check, Groups, Level, filter, functions, is_time};
use crate::ast::{Expr, Node};
use crate::catalogue::Kind;
use crate::mistakes::Wrong;
use crate::nearest::meant;
use crate::plan::{About, Aggregate, Code, Function};
use crate::value::Value;

/// The aggregate that it is, if it is one.
pub(super) fn aggregate(expr: &Expr) -> Option<Function> {
    let (Node::Call(name, _) | Node::CallAll(name)) = &expr.node else { return None };
    Function::ALL
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(&name.text))
        .map(|(_, function)| *function)
}

impl Groups<'_> {
    /// The key that this is; all that is known of a device beside its messages is the same within a device's group.
    fn key(&mut self, code: Code, kind: Kind) -> Option<(Code, Kind)> {
        let keys = &mut self.grouping.keys;
        if let Some(i) = keys.iter().position(|key| *key == code) {
            return Some((Code::Key(i), self.kinds[i]));
        }
        if !(code.is_known_of_devices() && keys.contains(&Code::About(About::Id))) {
            return None;
        }
        keys.push(code);
        self.written.push(None);
        self.kinds.push(kind);
        Some((Code::Key(keys.len() - 1), kind))
    }
}

impl Check<'_> {
    pub(super) fn compile(&mut self, expr: &Expr, level: Level) -> Result<(Code, Kind), Wrong> {
        if level == Level::Group
            && let Some(found) = self.of_group(expr)?
        {
            return Ok(found);
        }
        match &expr.node {
            Node::Number(n) => Ok((Code::Constant(Value::Number(*n)), Kind::Number)),
            Node::Text(text) => Ok((Code::Constant(Value::text(text)), Kind::Text)),
            Node::Bool(said) => Ok((Code::Constant(Value::Bool(*said)), Kind::Bool)),
            Node::Null => Ok((Code::Constant(Value::Null), Kind::Any)),
            Node::System(_) if is_time(expr) => Ok((Code::Time, Kind::Time)),
            Node::System(name) => Check::about(expr, name),
            Node::Path(parts) => self.path(expr, parts),
            Node::Call(..) | Node::CallAll(_) => self.call(expr, level),
            Node::Not(inner) => {
                let code = self.of_kind(inner, level, Kind::Bool)?;
                Ok((Code::Not(Box::new(code)), Kind::Bool))
            }
            Node::Negative(inner) => {
                let code = self.of_kind(inner, level, Kind::Number)?;
                Ok((Code::Negative(Box::new(code)), Kind::Number))
            }
            Node::All(parts) => Ok((Code::All(self.truths(parts, level)?), Kind::Bool)),
            Node::Any(parts) => Ok((Code::Any(self.truths(parts, level)?), Kind::Bool)),
            Node::Chain(first, rest) => {
                let first = self.of_kind(first, level, Kind::Number)?;
                let rest = rest
                    .iter()
                    .map(|(op, part)| Ok((*op, self.of_kind(part, level, Kind::Number)?)))
                    .collect::<Result<_, Wrong>>()?;
                Ok((Code::Chain(Box::new(first), rest), Kind::Number))
            }
            Node::Compare(left, op, right) => {
                let (left_code, left_kind) = self.compile(left, level)?;
                let (right_code, right_kind) = self.compile(right, level)?;
                let right_code = fitting(left_kind, right, right_code, right_kind)?;
                let left_code = if right_kind == Kind::Time && left_kind == Kind::Text {
                    fitting(right_kind, left, left_code, left_kind)?
                } else {
                    left_code
                };
                Ok((Code::Compare(Box::new(left_code), *op, Box::new(right_code)), Kind::Bool))
            }
            Node::In(inner, list, not) => {
                let (code, kind) = self.compile(inner, level)?;
                let list = list
                    .iter()
                    .map(|one| {
                        let (code, of) = self.compile(one, level)?;
                        fitting(kind, one, code, of)
                    })
                    .collect::<Result<_, Wrong>>()?;
                Ok((Code::In(Box::new(code), list, *not), Kind::Bool))
            }
            Node::IsNull(inner, not) => {
                let (code, _) = self.compile(inner, level)?;
                Ok((Code::IsNull(Box::new(code), *not), Kind::Bool))
            }
        }
    }

    /// What is known of a group: what it was grouped by, and what is made of it.
    fn of_group(&mut self, expr: &Expr) -> Result<Option<(Code, Kind)>, Wrong> {
        if let Some(function) = aggregate(expr) {
            return self.aggregate(expr, function).map(Some);
        }
        let Some(groups) = &mut self.groups else { return Ok(None) };
        if let Some(i) = groups.written.iter().position(|key| *key == Some(expr)) {
            return Ok(Some((Code::Key(i), groups.kinds[i])));
        }
        match &expr.node {
            Node::System(_) if is_time(expr) => match groups.grouping.window_ms {
                Some(_) => Ok(Some((Code::Time, Kind::Time))),
                None => {
                    let message = "Groups without a WINDOW have no time: add WINDOW(PT10M) to GROUP BY, or take MIN($ts) or MAX($ts).";
                    Err(Wrong::new(expr.span(), message))
                }
            },
            Node::System(name) => {
                let (code, kind) = Check::about(expr, name)?;
                groups.key(code, kind).map_or_else(|| Err(outside(expr, name)), |found| Ok(Some(found)))
            }
            Node::Path(parts) => {
                // A name that nobody knows is the greater mistake.
                let (code, kind) = self.path(expr, parts)?;
                let found = self.groups.as_mut().and_then(|groups| groups.key(code, kind));
                found.map_or_else(|| Err(outside(expr, &parts.join("."))), |found| Ok(Some(found)))
            }
            _ => Ok(None),
        }
    }

    fn aggregate(&mut self, expr: &Expr, function: Function) -> Result<(Code, Kind), Wrong> {
        let (of, kind, numbers) = match &expr.node {
            Node::Call(_, arguments) => match arguments.as_slice() {
                [] if function == Function::Count => (None, Kind::Number, false),
                [only] => {
                    let (code, kind) = self.compile(only, Level::Message)?;
                    let sums = matches!(function, Function::Sum | Function::Avg);
                    if sums && !matches!(kind, Kind::Number | Kind::Any) {
                        let message =
                            format!("Sums and means are made of numbers; this is {}.", kind.article());
                        return Err(Wrong::new(only.span(), message));
                    }
                    (Some(code), kind, sums || kind == Kind::Number)
                }
                many => {
                    let message = format!("One value is taken here, not {}: AVG(temperature).", many.len());
                    return Err(Wrong::new(expr.span(), message));
                }
            },
            _ if function == Function::Count => (None, Kind::Number, false),
            _ => return Err(Wrong::new(expr.span(), "Only COUNT takes `*`; name a field.")),
        };
        if of.is_none() {
            self.every_field();
        }
        let Some(groups) = &mut self.groups else {
            return Err(Wrong::new(expr.span(), "This is made of groups of messages, and here is none."));
        };
        let aggregate = Aggregate { function, of, numbers };
        let made = &mut groups.grouping.aggregates;
        let i = made.iter().position(|before| *before == aggregate).unwrap_or_else(|| {
            made.push(aggregate);
            made.len() - 1
        });
        let kind = match function {
            Function::Count | Function::Sum | Function::Avg => Kind::Number,
            Function::Max | Function::Min | Function::First | Function::Last => kind,
        };
        Ok((Code::Aggregate(i), kind))
    }

    fn call(&mut self, expr: &Expr, level: Level) -> Result<(Code, Kind), Wrong> {
        let (Node::Call(name, _) | Node::CallAll(name)) = &expr.node else {
            return Err(Wrong::new(expr.span(), "This is no function."));
        };
        let said = name.text.to_ascii_uppercase();
        match (said.as_str(), &expr.node) {
            ("IS_DEFINED", Node::Call(_, arguments)) if arguments.len() == 1 => {
                let (code, _) = self.compile(&arguments[0], level)?;
                Ok((Code::IsNull(Box::new(code), true), Kind::Bool))
            }
            ("IS_DEFINED", _) => {
                Err(Wrong::new(expr.span(), "IS_DEFINED takes one field: IS_DEFINED(temperature)."))
            }
            ("WITHIN_WINDOW", _) => Err(Wrong::new(
                expr.span(),
                "WITHIN_WINDOW says what is read at all: it stands in WHERE, by itself or beside others with AND.",
            )),
            ("WINDOW", _) => Err(Wrong::new(expr.span(), "WINDOW stands in GROUP BY.")),
            _ if aggregate(expr).is_some() => Err(Wrong::new(
                expr.span(),
                format!(
                    "{said} is made of many messages: it stands in SELECT or ORDER BY, and not within another."
                ),
            )),
            _ => {
                let message =
                    format!("There is no function `{}`. {}", name.text, meant(&name.text, functions()));
                Err(Wrong::new(name.spot.0, message))
            }
        }
    }

    fn of_kind(&mut self, expr: &Expr, level: Level, wanted: Kind) -> Result<Code, Wrong> {
        let (code, kind) = self.compile(expr, level)?;
        if kind != wanted && kind != Kind::Any {
            let message = format!("This is {}; {} is expected here.", kind.article(), wanted.article());
            return Err(Wrong::new(expr.span(), message));
        }
        Ok(code)
    }

    fn truths(&mut self, parts: &[Expr], level: Level) -> Result<Vec<Code>, Wrong> {
        parts.iter().map(|part| self.of_kind(part, level, Kind::Bool)).collect()
    }
}

/// What is compared with something of this kind: a text beside a time is read as one.
fn fitting(kind: Kind, expr: &Expr, code: Code, of: Kind) -> Result<Code, Wrong> {
    match (kind, of) {
        (Kind::Time, Kind::Text) => Ok(Code::Constant(Value::Time(filter::moment(expr)?))),
        // The other side is read as a time.
        (Kind::Text, Kind::Time) | (Kind::Any, _) | (_, Kind::Any) => Ok(code),
        _ if kind == of => Ok(code),
        _ => {
            let message = format!(
                "This is {}, and it is compared with {}: they are never the same.",
                of.article(),
                kind.article()
            );
            Err(Wrong::new(expr.span(), message))
        }
    }
}

fn outside(expr: &Expr, name: &str) -> Wrong {
    let message = format!(
        "`{name}` differs within a group: name it in GROUP BY, or say what to make of it, such as LAST({name})."
    );
    Wrong::new(expr.span(), message)
}
