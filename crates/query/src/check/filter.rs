//! `WHERE`: the parts that must all hold, told apart by what they ask.
//!
//! A time narrows what is read at all; what is asked of devices is asked before anything of theirs is read; the rest is
//! asked of each row.

use super::{Check, Level, is_time, length};
use crate::ast::{Comparison, Expr, Node};
use crate::catalogue::Kind;
use crate::mistakes::Wrong;
use crate::plan::Code;
use crate::value;

/// The time that is read.
pub(super) struct When {
    pub(super) from_ms: i64,
    pub(super) to_ms: i64,
    pub(super) timed: bool,
}

impl When {
    fn narrow(&mut self, from_ms: i64, to_ms: i64) {
        self.from_ms = self.from_ms.max(from_ms);
        self.to_ms = self.to_ms.min(to_ms);
        self.timed = true;
    }
}

impl Check<'_> {
    /// What is asked of devices, and what of rows.
    pub(super) fn filter(&mut self, when: &mut When) -> Result<(Option<Code>, Option<Code>), Wrong> {
        let (mut devices, mut rows) = (Vec::new(), Vec::new());
        let mut parts = Vec::new();
        if let Some(filter) = &self.query.filter {
            flatten(filter, &mut parts);
        }
        for part in parts {
            if self.within_window(part, when)? || time_bound(part, when)? {
                continue;
            }
            let (code, kind) = self.compile(part, Level::Message)?;
            if !matches!(kind, Kind::Bool | Kind::Any) {
                let message = format!(
                    "This is {}; WHERE asks what is true or false: compare it with something.",
                    kind.article()
                );
                return Err(Wrong::new(part.span(), message));
            }
            if code.is_of_devices() { devices.push(code) } else { rows.push(code) }
        }
        Ok((together(devices), together(rows)))
    }

    /// Whether it is `WITHIN_WINDOW(…)`, which is then taken in.
    fn within_window(&self, part: &Expr, when: &mut When) -> Result<bool, Wrong> {
        let Node::Call(name, arguments) = &part.node else { return Ok(false) };
        if !name.text.eq_ignore_ascii_case("WITHIN_WINDOW") {
            return Ok(false);
        }
        match arguments.as_slice() {
            [back] => when.narrow(self.now_ms.saturating_sub(length(back)?), i64::MAX),
            [from, to] => when.narrow(moment(from)?, moment(to)?),
            _ => {
                let message = "WITHIN_WINDOW takes a length of time before now, WITHIN_WINDOW(P1D), or two times: \
                               WITHIN_WINDOW('2024-05-01', '2024-06-01').";
                return Err(Wrong::new(part.span(), message));
            }
        }
        Ok(true)
    }
}

/// Whether it compares `$ts` with a time, in which case it is taken in.
fn time_bound(part: &Expr, when: &mut When) -> Result<bool, Wrong> {
    let Node::Compare(left, op, right) = &part.node else { return Ok(false) };
    let (op, other) = match (is_time(left), is_time(right)) {
        (true, false) => (*op, right),
        (false, true) => (mirrored(*op), left),
        _ => return Ok(false),
    };
    if !matches!(other.node, Node::Text(_)) {
        return Ok(false);
    }
    let at = moment(other)?;
    match op {
        Comparison::More => when.narrow(at.saturating_add(1), i64::MAX),
        Comparison::AtLeast => when.narrow(at, i64::MAX),
        Comparison::Less => when.narrow(i64::MIN, at),
        Comparison::AtMost => when.narrow(i64::MIN, at.saturating_add(1)),
        Comparison::Equal => when.narrow(at, at.saturating_add(1)),
        Comparison::Unequal => return Ok(false),
    }
    Ok(true)
}

/// The same seen from the other side.
fn mirrored(op: Comparison) -> Comparison {
    match op {
        Comparison::Less => Comparison::More,
        Comparison::AtMost => Comparison::AtLeast,
        Comparison::More => Comparison::Less,
        Comparison::AtLeast => Comparison::AtMost,
        same => same,
    }
}

/// A time between quotes, in milliseconds since 1970.
pub(super) fn moment(expr: &Expr) -> Result<i64, Wrong> {
    let read = match &expr.node {
        Node::Text(text) => value::time(text),
        _ => None,
    };
    read.ok_or_else(|| {
        Wrong::new(
            expr.span(),
            "A time is written like '2024-05-01' or '2024-05-01T12:30:00Z', between single quotes.",
        )
    })
}

fn flatten<'a>(expr: &'a Expr, into: &mut Vec<&'a Expr>) {
    match &expr.node {
        Node::All(parts) => parts.iter().for_each(|part| flatten(part, into)),
        _ => into.push(expr),
    }
}

fn together(mut parts: Vec<Code>) -> Option<Code> {
    match parts.len() {
        0 | 1 => parts.pop(),
        _ => Some(Code::All(parts)),
    }
}
