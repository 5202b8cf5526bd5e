//! A group's filter as text: `SELECT * FROM devices WHERE …`, as IoT Central's groups have it, in our query language.
//!
//! Beside the names that queries know there are `$status`, `$approved` and `$lastSeen` (minutes), and a path may say where
//! it leads: `reported.`, `desired.`, `cloud.`, `telemetry.`.

use crate::access::ViewGroups;
use crate::context::Context;
use crate::error::{Error, Result};
use model::dtdl::{self, Kind};
use model::group::{Condition, Filter, Operator, Place, What};
use model::twin::Part;
use model::{Code, OrganizationId, Problem, TemplateId};
use query::ast::{Comparison, Expr, From, Item, Name, Node, Query, Spot};
use serde_json::Value;
use std::collections::HashMap;

/// Deepest text that is gone through.
const DEPTH_MAX: usize = 16;

/// What stands for numbers in texts.
pub struct Words {
    /// Identifiers and names of templates, each with its number; the identifiers first.
    templates: Vec<(TemplateId, String, String)>,
    /// Keys of organizations.
    organizations: Vec<(OrganizationId, String)>,
    /// Where paths lead that don't say it.
    paths: HashMap<String, What>,
}

/// Reads what is needed to read and to write filters.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn words(context: &Context) -> Result<Words> {
    let scope = context.grant::<ViewGroups>()?.scope().await?;
    let templates = scope.templates().list().await?;
    let organizations = scope.organizations().tree().await?;
    let mut paths = HashMap::new();
    for (_, document) in scope.templates().documents().await? {
        for capability in dtdl::capabilities(&document) {
            let path = dtdl::whole_name(&capability.component, &capability.name);
            match (capability.kind, capability.cloud) {
                // As in queries, telemetry goes before a property of the same name.
                (Kind::Telemetry, _) => _ = paths.insert(path.clone(), What::telemetry(path)),
                (Kind::Property, true) => {
                    _ = paths.entry(path.clone()).or_insert(What::property(Part::Cloud, path));
                }
                _ => {}
            }
        }
    }
    Ok(Words {
        templates: templates.into_iter().map(|t| (t.id, t.dtmi, t.name)).collect(),
        organizations: organizations.into_iter().map(|node| (node.id, node.key)).collect(),
        paths,
    })
}

impl Words {
    /// The filter as text.
    pub fn write(&self, filter: &Filter) -> String {
        let condition = match filter {
            Filter::All(rules) if rules.is_empty() => None,
            filter => Some(self.expr(filter)),
        };
        let query = Query {
            top: None,
            items: vec![Item::All(Spot::default())],
            from: From::All,
            filter: condition,
            group: Vec::new(),
            order: Vec::new(),
        };
        query.to_string()
    }

    /// The text as a filter.
    ///
    /// # Errors
    /// [`Error::Mistake`] where it is no query; [`Code::Invalid`] beside `filter` with what a group can't ask.
    pub fn read(&self, text: &str) -> Result<Filter> {
        let query = query::parse(text).map_err(Error::Mistake)?;
        let plain = matches!(query.items.as_slice(), [Item::All(_)])
            && query.from == From::All
            && query.top.is_none()
            && query.group.is_empty()
            && query.order.is_empty();
        if !plain {
            return Err(no("A group's filter is written SELECT * FROM devices WHERE …, and nothing else."));
        }
        match &query.filter {
            None => Ok(Filter::default()),
            Some(expr) => Ok(match self.filter(expr, 0)? {
                one @ Filter::Is(_) => Filter::All(vec![one]),
                list => list,
            }),
        }
    }

    fn expr(&self, filter: &Filter) -> Expr {
        let several = |rules: &[Filter], node: fn(Vec<Expr>) -> Node, empty: bool| match rules {
            [] => Node::Compare(
                Box::new(expr(Node::Number(1.0))),
                Comparison::Equal,
                Box::new(expr(Node::Number(if empty { 1.0 } else { 0.0 }))),
            ),
            [one] => self.expr(one).node,
            rules => node(rules.iter().map(|rule| self.expr(rule)).collect()),
        };
        match filter {
            Filter::All(rules) => expr(several(rules, Node::All, true)),
            Filter::Any(rules) => expr(several(rules, Node::Any, false)),
            Filter::None(rules) => expr(Node::Not(Box::new(expr(several(rules, Node::Any, false))))),
            Filter::Is(condition) => self.condition(condition),
        }
    }

    fn condition(&self, condition: &Condition) -> Expr {
        let Condition { what, operator, values } = condition;
        if *what == What::LastSeen && matches!(operator, Operator::Exists | Operator::Missing) {
            let seen = Node::Bool(*operator == Operator::Exists);
            return compared(Node::System("$provisioned".into()), Comparison::Equal, seen);
        }
        let left = Node::System(
            match what {
                What::Template => "$template",
                What::Id => "$id",
                What::Name => "$name",
                What::Organization => "$organization",
                What::Status => "$status",
                What::Blocked => "$blocked",
                What::Approved => "$approved",
                What::Simulated => "$simulated",
                What::LastSeen => "$lastSeen",
                What::Property(_) | What::Telemetry(_) => "",
            }
            .to_owned(),
        );
        let path = |first: &str, path: &str| {
            Node::Path(std::iter::once(first).chain(path.split('.')).map(str::to_owned).collect())
        };
        let left = match what {
            What::Property(place) => path(place.part.as_str(), &place.path),
            What::Telemetry(name) => path("telemetry", name),
            _ => left,
        };
        let literal = |value: &Value| expr(self.literal(what, value));
        let first = || values.first().map_or(expr(Node::Null), literal);
        let call = |name: &str, left: Node| {
            let name = Name { text: name.to_owned(), spot: Spot::default() };
            expr(Node::Call(name, vec![expr(left), first()]))
        };
        let comparison = match operator {
            Operator::Exists => return expr(Node::IsNull(Box::new(expr(left)), true)),
            Operator::Missing => return expr(Node::IsNull(Box::new(expr(left)), false)),
            Operator::Contains => return call("CONTAINS", left),
            Operator::StartsWith => return call("STARTS_WITH", left),
            Operator::Equal | Operator::Unequal if values.len() != 1 => {
                let list = values.iter().map(literal).collect();
                return expr(Node::In(Box::new(expr(left)), list, *operator == Operator::Unequal));
            }
            Operator::Equal => Comparison::Equal,
            Operator::Unequal => Comparison::Unequal,
            Operator::Less => Comparison::Less,
            Operator::AtMost => Comparison::AtMost,
            Operator::More => Comparison::More,
            Operator::AtLeast => Comparison::AtLeast,
        };
        expr(Node::Compare(Box::new(expr(left)), comparison, Box::new(first())))
    }

    fn literal(&self, what: &What, value: &Value) -> Node {
        let number = value.as_i64().and_then(|n| i32::try_from(n).ok()).unwrap_or_default();
        match (what, value) {
            (What::Template, _) => {
                let known = self.templates.iter().find(|(id, ..)| id.0 == number);
                Node::Text(known.map_or_else(|| number.to_string(), |(_, dtmi, _)| dtmi.clone()))
            }
            (What::Organization, _) => {
                let known = self.organizations.iter().find(|(id, _)| id.0 == number);
                Node::Text(known.map_or_else(|| number.to_string(), |(_, key)| key.clone()))
            }
            (_, Value::Bool(truth)) => Node::Bool(*truth),
            (_, Value::String(text)) => Node::Text(text.clone()),
            (_, value) => match value.as_f64() {
                Some(n) if n < 0.0 => Node::Negative(Box::new(expr(Node::Number(-n)))),
                Some(n) => Node::Number(n),
                None => Node::Null,
            },
        }
    }

    fn filter(&self, said: &Expr, depth: usize) -> Result<Filter> {
        if depth > DEPTH_MAX {
            return Err(no("The filter is nested too deeply."));
        }
        let each = |parts: &[Expr]| {
            parts.iter().map(|part| self.filter(part, depth + 1)).collect::<Result<Vec<_>>>()
        };
        match &said.node {
            Node::All(parts) => Ok(Filter::All(each(parts)?)),
            Node::Any(parts) => Ok(Filter::Any(each(parts)?)),
            Node::Not(inner) => Ok(Filter::None(match self.filter(inner, depth + 1)? {
                Filter::Any(rules) => rules,
                other => vec![other],
            })),
            Node::IsNull(left, defined) => {
                let operator = if *defined { Operator::Exists } else { Operator::Missing };
                Ok(Filter::is(self.what(left)?, operator, []))
            }
            Node::In(left, list, not) => {
                let what = self.what(left)?;
                let values = list.iter().map(|one| self.value(&what, one)).collect::<Result<Vec<_>>>()?;
                Ok(Filter::is(what, if *not { Operator::Unequal } else { Operator::Equal }, values))
            }
            Node::Call(name, arguments) => self.call(name, arguments),
            Node::Compare(left, comparison, right) => self.compare(left, *comparison, right),
            // What is true or false stands for itself.
            Node::System(_) | Node::Path(_) => {
                let truth = expr(Node::Bool(true));
                self.compare(said, Comparison::Equal, &truth)
            }
            _ => Err(no(&format!("A group can't ask whether {said}."))),
        }
    }

    fn call(&self, name: &Name, arguments: &[Expr]) -> Result<Filter> {
        let operator = match name.text.to_ascii_uppercase().as_str() {
            "CONTAINS" => Operator::Contains,
            "STARTS_WITH" | "STARTSWITH" => Operator::StartsWith,
            "IS_DEFINED" => Operator::Exists,
            _ => {
                return Err(no(&format!(
                    "There is no {} for groups: CONTAINS, STARTS_WITH, IS_DEFINED.",
                    name.text
                )));
            }
        };
        match (operator, arguments) {
            (Operator::Exists, [left]) => Ok(Filter::is(self.what(left)?, operator, [])),
            (_, [left, right]) => {
                let what = self.what(left)?;
                let value = self.value(&what, right)?;
                Ok(Filter::is(what, operator, [value]))
            }
            _ => Err(no(&format!("{} takes a name and a text.", name.text))),
        }
    }

    fn compare(&self, left: &Expr, comparison: Comparison, right: &Expr) -> Result<Filter> {
        let operator = match comparison {
            Comparison::Equal => Operator::Equal,
            Comparison::Unequal => Operator::Unequal,
            Comparison::Less => Operator::Less,
            Comparison::AtMost => Operator::AtMost,
            Comparison::More => Operator::More,
            Comparison::AtLeast => Operator::AtLeast,
        };
        if let Node::System(name) = &left.node
            && name.eq_ignore_ascii_case("$provisioned")
        {
            let Node::Bool(seen) = right.node else { return Err(no("$provisioned is TRUE or FALSE.")) };
            let seen = seen == (operator == Operator::Equal);
            return Ok(Filter::is(
                What::LastSeen,
                if seen { Operator::Exists } else { Operator::Missing },
                [],
            ));
        }
        let what = self.what(left)?;
        let value = self.value(&what, right)?;
        // There are but two truths: that it is not one says that it is the other.
        match (&what, operator, value) {
            (What::Blocked | What::Approved | What::Simulated, Operator::Unequal, Value::Bool(truth)) => {
                Ok(Filter::is(what, Operator::Equal, [Value::Bool(!truth)]))
            }
            (_, operator, value) => Ok(Filter::is(what, operator, [value])),
        }
    }

    fn what(&self, said: &Expr) -> Result<What> {
        match &said.node {
            Node::System(name) => match name.to_ascii_lowercase().as_str() {
                "$template" => Ok(What::Template),
                "$id" => Ok(What::Id),
                "$name" | "$displayname" => Ok(What::Name),
                "$organization" => Ok(What::Organization),
                "$status" => Ok(What::Status),
                "$blocked" => Ok(What::Blocked),
                "$approved" => Ok(What::Approved),
                "$simulated" => Ok(What::Simulated),
                "$lastseen" => Ok(What::LastSeen),
                _ => Err(no(&format!("`{name}` is no name of the product's that a group can ask."))),
            },
            Node::Path(parts) => {
                let rest = parts.get(1..).unwrap_or_default().join(".");
                let part = parts.first().and_then(|first| Part::from_word(first));
                Ok(match (part, parts.first().map(String::as_str), rest.is_empty()) {
                    (Some(part), _, false) => What::Property(Place { part, path: rest }),
                    (None, Some("telemetry"), false) => What::Telemetry(rest),
                    (None, Some("properties"), false) => What::property(Part::Reported, rest),
                    _ => {
                        let path = parts.join(".");
                        let known = self.paths.get(&path).cloned();
                        known.unwrap_or_else(|| What::property(Part::Reported, path))
                    }
                })
            }
            _ => Err(no(&format!("A name stands on the left side, not {said}."))),
        }
    }

    fn value(&self, what: &What, said: &Expr) -> Result<Value> {
        let text = match &said.node {
            Node::Text(text) => text.clone(),
            Node::Bool(truth) => return Ok(Value::Bool(*truth)),
            Node::Number(number) => return Ok(plain(*number)),
            Node::Negative(inner) => match inner.node {
                Node::Number(number) => return Ok(plain(-number)),
                _ => return Err(no(&format!("A value stands on the right side, not {said}."))),
            },
            // IoT Central writes texts between double quotes too, between which names stand here.
            Node::Path(parts) if parts.len() == 1 => parts[0].clone(),
            _ => return Err(no(&format!("A value stands on the right side, not {said}."))),
        };
        match what {
            What::Template => {
                let found = self.templates.iter().find(|(_, dtmi, _)| *dtmi == text);
                let found = found
                    .or_else(|| self.templates.iter().find(|(_, _, name)| name.eq_ignore_ascii_case(&text)));
                let (id, ..) = found.ok_or_else(|| no(&format!("There is no template “{text}”.")))?;
                Ok(id.0.into())
            }
            What::Organization => {
                let found = self.organizations.iter().find(|(_, key)| *key == text);
                let (id, _) = found.ok_or_else(|| no(&format!("There is no organization “{text}”.")))?;
                Ok(id.0.into())
            }
            _ => Ok(Value::String(text)),
        }
    }
}

fn plain(number: f64) -> Value {
    match number.fract() == 0.0 && number.abs() < 9e15 {
        true => Value::from(number as i64),
        false => Value::from(number),
    }
}

fn expr(node: Node) -> Expr {
    Expr { node, spot: Spot::default() }
}

fn compared(left: Node, comparison: Comparison, right: Node) -> Expr {
    expr(Node::Compare(Box::new(expr(left)), comparison, Box::new(expr(right))))
}

fn no(text: &str) -> Error {
    Problem::field(Code::Invalid, "filter", text).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn words() -> Words {
        Words {
            templates: vec![(TemplateId(7), "dtmi:a:pump;1".into(), "Pump".into())],
            organizations: vec![(OrganizationId(3), "north".into())],
            paths: [
                ("site".to_owned(), What::property(Part::Cloud, "site")),
                ("t".to_owned(), What::telemetry("t")),
            ]
            .into(),
        }
    }

    #[test]
    fn a_filter_is_written_and_read_again() {
        let filter = Filter::All(vec![
            Filter::is(What::Template, Operator::Equal, [json!(7)]),
            Filter::is(What::Organization, Operator::Unequal, [json!(3)]),
            Filter::Any(vec![
                Filter::is(What::telemetry("motor.t"), Operator::More, [json!(-20.5)]),
                Filter::is(What::property(Part::Cloud, "site no"), Operator::Contains, [json!("it's")]),
                Filter::is(What::LastSeen, Operator::Missing, []),
            ]),
            Filter::None(vec![
                Filter::is(What::Status, Operator::Equal, [json!("live"), json!("silent")]),
                Filter::is(What::property(Part::Desired, "x"), Operator::Missing, []),
            ]),
            Filter::is(What::Blocked, Operator::Equal, [json!(false)]),
            Filter::is(What::LastSeen, Operator::AtMost, [json!(90)]),
        ]);
        let text = words().write(&filter);
        assert!(text.starts_with("SELECT * FROM devices WHERE $template = 'dtmi:a:pump;1' AND "), "{text}");
        assert_eq!(words().read(&text).unwrap(), filter, "{text}");
        assert_eq!(words().write(&Filter::default()), "SELECT * FROM devices");
        assert_eq!(words().read("SELECT * FROM devices").unwrap(), Filter::default());
    }

    #[test]
    fn what_iot_central_writes_is_read() {
        let text = "SELECT * FROM devices WHERE $template = \"dtmi:a:pump;1\" AND $provisioned = true AND site = \"Ulm\" AND t > 3";
        let expected = Filter::All(vec![
            Filter::is(What::Template, Operator::Equal, [json!(7)]),
            Filter::is(What::LastSeen, Operator::Exists, []),
            Filter::is(What::property(Part::Cloud, "site"), Operator::Equal, [json!("Ulm")]),
            Filter::is(What::telemetry("t"), Operator::More, [json!(3)]),
        ]);
        assert_eq!(words().read(text).unwrap(), expected);
        let firmware = words().read("SELECT * FROM devices WHERE firmware != '1.2'").unwrap();
        let what = What::property(Part::Reported, "firmware");
        assert_eq!(firmware, Filter::All(vec![Filter::is(what, Operator::Unequal, [json!("1.2")])]));
    }

    #[test]
    fn what_a_group_can_t_ask_is_said() {
        for text in [
            "SELECT $id FROM devices",
            "SELECT * FROM Pump",
            "SELECT * FROM devices WHERE t + 1 = 2",
            "SELECT * FROM devices WHERE $template = 'dtmi:nobody;1'",
            "SELECT * FROM devices WHERE $ts > 1",
            "SELECT * FROM devices ORDER BY $id",
        ] {
            let problem = words().read(text).unwrap_err().problem();
            assert!(problem.of_field("filter").is_some(), "{text}: {problem:?}");
        }
        assert!(words().read("no query").is_err());
    }
}
