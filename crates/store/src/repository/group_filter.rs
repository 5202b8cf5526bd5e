//! A group's filter as a condition of SQL: the same that [`Filter::holds`] says of one device, said of all at once.
//!
//! Every part is true or false, never null, so that *none of* means what it says. Values and names are parameters. The
//! statement knows devices as `d`, their newest values as `l` and their twins as `w`.

use model::device::{SILENT_AFTER_MS, Status};
use model::group::{Condition, Filter, Operator, Place, What};
use model::twin::Part;
use sea_orm::Value;
use serde_json::Value as Json;

/// The twins of devices, for statements whose condition asks for them.
pub(super) const TWINS: &str =
    "LEFT JOIN device_twins w ON w.workspace_id = d.workspace_id AND w.device_id = d.id";

/// Texts are compared without regard to case in the way of no language.
const CASE: &str = "COLLATE \"und-x-icu\"";

/// Whether the condition asks for twins.
pub(super) fn asks_for_twins(filter: &Filter) -> bool {
    filter.conditions().iter().any(|condition| matches!(condition.what, What::Property(_)))
}

/// The condition, with its values behind those that are there.
pub(super) fn predicate(filter: &Filter, values: &mut Vec<Value>, now_ms: i64) -> String {
    let joined = |rules: &[Filter], word: &str, empty: &str, values: &mut Vec<Value>| {
        if rules.is_empty() {
            return empty.to_owned();
        }
        let parts: Vec<String> = rules.iter().map(|rule| predicate(rule, values, now_ms)).collect();
        format!("({})", parts.join(word))
    };
    match filter {
        Filter::All(rules) => joined(rules, " AND ", "true", values),
        Filter::Any(rules) => joined(rules, " OR ", "false", values),
        Filter::None(rules) => format!("NOT {}", joined(rules, " OR ", "false", values)),
        Filter::Is(condition) => Asked { condition, values, now_ms }.said(),
    }
}

struct Asked<'a> {
    condition: &'a Condition,
    values: &'a mut Vec<Value>,
    now_ms: i64,
}

impl Asked<'_> {
    fn said(mut self) -> String {
        match &self.condition.what {
            What::Template => {
                let numbers = self.numbers();
                self.plain("d.template_id", numbers)
            }
            What::Id => self.text("d.external_id"),
            What::Name => self.text("d.name"),
            What::Organization => self.organization(),
            What::Status => self.status(),
            What::Blocked => self.truth("d.blocked"),
            What::Approved => self.truth("d.approved"),
            What::Simulated => self.truth("d.simulated"),
            What::LastSeen => self.last_seen(),
            What::Property(place) => {
                let value = property(place, self.values);
                self.json(&value)
            }
            What::Telemetry(path) => {
                let value = self.telemetry(path);
                self.json(&value)
            }
        }
    }

    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn numbers(&self) -> Vec<i32> {
        let number = |value: &Json| value.as_i64().and_then(|n| i32::try_from(n).ok());
        self.condition.values.iter().filter_map(number).collect()
    }

    fn texts(&self) -> Vec<String> {
        self.condition.values.iter().filter_map(Json::as_str).map(str::to_owned).collect()
    }

    /// A column that may be null, among these.
    fn plain(&mut self, column: &str, among: impl Into<Value>) -> String {
        match self.condition.operator {
            Operator::Exists => format!("{column} IS NOT NULL"),
            Operator::Missing => format!("{column} IS NULL"),
            Operator::Unequal => {
                let among = self.bind(among);
                format!("({column} IS NOT NULL AND {column} <> ALL ({among}))")
            }
            _ => {
                let among = self.bind(among);
                format!("({column} IS NOT NULL AND {column} = ANY ({among}))")
            }
        }
    }

    fn text(&mut self, column: &str) -> String {
        match self.condition.operator {
            Operator::Contains | Operator::StartsWith => self.found_in(column),
            _ => {
                let texts = self.texts();
                self.plain(column, texts)
            }
        }
    }

    /// Whether the text holds the value, or begins with it.
    fn found_in(&mut self, text: &str) -> String {
        let Some(sought) = self.texts().into_iter().next() else { return "false".to_owned() };
        let sought = self.bind(sought);
        let (text, sought) = (format!("lower({text} {CASE})"), format!("lower({sought}::text {CASE})"));
        match self.condition.operator {
            Operator::StartsWith => format!("starts_with({text}, {sought})"),
            _ => format!("strpos({text}, {sought}) > 0"),
        }
    }

    fn truth(&mut self, column: &str) -> String {
        let truths: Vec<bool> = self.condition.values.iter().filter_map(Json::as_bool).collect();
        match (truths.contains(&true), truths.contains(&false)) {
            (true, true) => "true".to_owned(),
            (true, false) => column.to_owned(),
            (false, true) => format!("NOT {column}"),
            (false, false) => "false".to_owned(),
        }
    }

    fn organization(&mut self) -> String {
        let within: Vec<String> = self
            .numbers()
            .into_iter()
            .map(|number| {
                let number = self.bind(number);
                // Asked once, not for every row.
                let subtree = format!(
                    "(SELECT organization_subtree(current_setting('app.workspace')::int4, {number}))"
                );
                format!("d.organization_id = ANY (coalesce({subtree}, '{{}}'))")
            })
            .collect();
        let within =
            if within.is_empty() { "false".to_owned() } else { format!("({})", within.join(" OR ")) };
        if self.condition.operator == Operator::Unequal { format!("NOT {within}") } else { within }
    }

    fn status(&mut self) -> String {
        let since = self.now_ms - SILENT_AFTER_MS;
        let one = |asked: &mut Self, status: Status| match status {
            Status::Live => {
                format!("(l.last_arrived IS NOT NULL AND l.last_arrived >= {})", asked.bind(since))
            }
            Status::Silent => {
                format!("(l.last_arrived IS NOT NULL AND l.last_arrived < {})", asked.bind(since))
            }
            Status::NeverConnected => "l.last_arrived IS NULL".to_owned(),
        };
        let wanted: Vec<Status> = self.texts().iter().filter_map(|word| Status::from_word(word)).collect();
        let parts: Vec<String> = wanted.into_iter().map(|status| one(&mut *self, status)).collect();
        let any = if parts.is_empty() { "false".to_owned() } else { format!("({})", parts.join(" OR ")) };
        if self.condition.operator == Operator::Unequal { format!("NOT {any}") } else { any }
    }

    fn last_seen(&mut self) -> String {
        match self.condition.operator {
            Operator::Exists => return "l.last_arrived IS NOT NULL".to_owned(),
            Operator::Missing => return "l.last_arrived IS NULL".to_owned(),
            _ => {}
        }
        let Some(sign) = sign(self.condition.operator) else { return "false".to_owned() };
        let minutes = self.condition.values.first().and_then(Json::as_f64).unwrap_or_default();
        let (now, minutes) = (self.bind(self.now_ms), self.bind(minutes));
        format!(
            "(l.last_arrived IS NOT NULL AND ({now}::int8 - l.last_arrived)::float8 / 60000 {sign} {minutes}::float8)"
        )
    }

    /// A field's newest value as JSON, or null: of the field of the whole path, else a part of one of a shorter path.
    fn telemetry(&mut self, path: &str) -> String {
        let whole = self.bind(path);
        let mut ways = vec![format!("l.\"values\" -> {whole}::text -> 'v'")];
        for (end, _) in path.rmatch_indices('.') {
            let mut way = format!("l.\"values\" -> {}::text -> 'v'", self.bind(&path[..end]));
            for name in path[end + 1..].split('.') {
                let name = self.bind(name);
                way = format!("{way} -> {name}::text");
            }
            ways.push(way);
        }
        format!("nullif(coalesce({}), 'null'::jsonb)", ways.join(", "))
    }

    fn json(&mut self, value: &str) -> String {
        match self.condition.operator {
            Operator::Exists => format!("{value} IS NOT NULL"),
            Operator::Missing => format!("{value} IS NULL"),
            Operator::Equal => self.among(value),
            Operator::Unequal => format!("({value} IS NOT NULL AND NOT {})", self.among(value)),
            Operator::Contains | Operator::StartsWith => {
                let found = self.found_in(&format!("({value} #>> '{{}}')"));
                format!("CASE jsonb_typeof({value}) WHEN 'string' THEN {found} ELSE false END")
            }
            operator => match (self.condition.values.first(), sign(operator)) {
                (Some(Json::Number(number)), Some(sign)) => {
                    let number = self.bind(number.as_f64().unwrap_or_default());
                    format!(
                        "CASE jsonb_typeof({value}) WHEN 'number' THEN ({value})::float8 {sign} {number}::float8 ELSE false END"
                    )
                }
                (Some(Json::String(text)), Some(sign)) => {
                    let text = self.bind(text.as_str());
                    format!(
                        "CASE jsonb_typeof({value}) WHEN 'string' THEN ({value} #>> '{{}}') COLLATE \"C\" {sign} {text}::text ELSE false END"
                    )
                }
                _ => "false".to_owned(),
            },
        }
    }

    /// Whether the value is one of those that are sought; never null.
    fn among(&mut self, value: &str) -> String {
        let values = &self.condition.values;
        let numbers: Vec<f64> = values.iter().filter_map(Json::as_f64).collect();
        let truths: Vec<bool> = values.iter().filter_map(Json::as_bool).collect();
        let texts = self.texts();
        let mut cases = String::new();
        if !texts.is_empty() {
            cases += &format!(" WHEN 'string' THEN ({value} #>> '{{}}') = ANY ({})", self.bind(texts));
        }
        if !numbers.is_empty() {
            cases += &format!(" WHEN 'number' THEN ({value})::float8 = ANY ({})", self.bind(numbers));
        }
        if !truths.is_empty() {
            cases += &format!(" WHEN 'boolean' THEN ({value})::bool = ANY ({})", self.bind(truths));
        }
        match cases.is_empty() {
            true => "false".to_owned(),
            false => format!("CASE jsonb_typeof({value}){cases} ELSE false END"),
        }
    }
}

/// A property's value as JSON, or null.
pub(super) fn property(place: &Place, values: &mut Vec<Value>) -> String {
    let mut value = format!("w.{}", place.part.as_str());
    for name in place.path.split('.') {
        values.push(name.into());
        value = format!("{value} -> ${}::text", values.len());
        if place.part == Part::Reported {
            value = format!("twin_opened({value})");
        }
    }
    format!("nullif({value}, 'null'::jsonb)")
}

fn sign(operator: Operator) -> Option<&'static str> {
    match operator {
        Operator::Less => Some("<"),
        Operator::AtMost => Some("<="),
        Operator::More => Some(">"),
        Operator::AtLeast => Some(">="),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_and_values_are_parameters() {
        let evil = "x' OR true --";
        let filter = Filter::Any(vec![
            Filter::is(What::Name, Operator::Contains, [json!(evil)]),
            Filter::is(What::telemetry(evil), Operator::More, [json!(1)]),
            Filter::is(
                What::property(Part::Cloud, evil),
                Operator::Equal,
                [json!(evil), json!(1), json!(true)],
            ),
        ]);
        let mut values = Vec::new();
        let text = predicate(&filter, &mut values, 0);
        assert!(!text.contains("OR true") && text.contains("$1") && values.len() >= 6, "{text}");
    }
}
