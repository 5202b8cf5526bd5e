//! A filter in words, for lists and for the audit log.

use super::{Condition, Filter, Operator, What};
use crate::device::Status;
use crate::id::{OrganizationId, TemplateId};
use crate::twin::Part;
use serde_json::Value;
use std::collections::HashMap;

/// So many values of a condition are named.
const NAMED: usize = 3;

/// What people call the templates and organizations that a filter names.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// By number.
    pub templates: HashMap<TemplateId, String>,
    /// By number.
    pub organizations: HashMap<OrganizationId, String>,
}

/// The filter as people say it.
pub fn said(filter: &Filter, names: &Names) -> String {
    match filter {
        Filter::All(rules) if rules.is_empty() => "All devices".to_owned(),
        Filter::All(rules) => joined(rules, " and ", names),
        Filter::Any(rules) => joined(rules, " or ", names),
        Filter::None(rules) => format!("not ({})", joined(rules, " or ", names)),
        Filter::Is(condition) => condition.said(names),
    }
}

fn joined(rules: &[Filter], word: &str, names: &Names) -> String {
    let one = |rule: &Filter| match rule {
        Filter::All(inner) | Filter::Any(inner) if inner.len() > 1 && rules.len() > 1 => {
            format!("({})", said(rule, names))
        }
        rule => said(rule, names),
    };
    rules.iter().map(one).collect::<Vec<_>>().join(word)
}

impl What {
    /// What people read.
    pub fn label(&self) -> String {
        match self {
            What::Template => "Template".into(),
            What::Id => "Device id".into(),
            What::Name => "Name".into(),
            What::Organization => "Organization".into(),
            What::Status => "Status".into(),
            What::Blocked => "Blocked".into(),
            What::Approved => "Approved".into(),
            What::Simulated => "Simulated".into(),
            What::LastSeen => "Last seen".into(),
            What::Property(place) => match place.part {
                Part::Desired => format!("{} (wanted)", place.path),
                Part::Reported | Part::Cloud => place.path.clone(),
            },
            What::Telemetry(path) => path.clone(),
        }
    }
}

impl Operator {
    /// What people read between the thing and the value.
    pub fn label(self, what: &What) -> &'static str {
        match (self, what) {
            (Operator::Less | Operator::AtMost, What::LastSeen) => "within the last",
            (Operator::More | Operator::AtLeast, What::LastSeen) => "longer ago than",
            (Operator::Exists, What::LastSeen) => "at some time",
            (Operator::Missing, What::LastSeen) => "never",
            (Operator::Equal, What::Organization) => "is or lies below",
            (Operator::Unequal, What::Organization) => "is outside of",
            (Operator::Equal, _) => "is",
            (Operator::Unequal, _) => "is not",
            (Operator::Less, _) => "is less than",
            (Operator::AtMost, _) => "is at most",
            (Operator::More, _) => "is more than",
            (Operator::AtLeast, _) => "is at least",
            (Operator::Contains, _) => "contains",
            (Operator::StartsWith, _) => "begins with",
            (Operator::Exists, _) => "is known",
            (Operator::Missing, _) => "is not known",
        }
    }
}

impl Condition {
    fn said(&self, names: &Names) -> String {
        let yes = |value: &Value| value.as_bool() == Some(true);
        let label = self.what.label();
        match (&self.what, self.values.first()) {
            (What::Blocked, Some(value)) => (if yes(value) { "blocked" } else { "not blocked" }).into(),
            (What::Approved, Some(value)) => {
                (if yes(value) { "approved" } else { "waiting for approval" }).into()
            }
            (What::Simulated, Some(value)) => (if yes(value) { "simulated" } else { "not simulated" }).into(),
            (_, None) => format!("{label} {}", self.operator.label(&self.what)),
            (_, Some(_)) => {
                let said: Vec<String> =
                    self.values.iter().take(NAMED).map(|value| self.value(value, names)).collect();
                let more = match self.values.len().saturating_sub(NAMED) {
                    0 => String::new(),
                    more => format!(" or {more} more"),
                };
                format!("{label} {} {}{more}", self.operator.label(&self.what), said.join(" or "))
            }
        }
    }

    fn value(&self, value: &Value, names: &Names) -> String {
        let number = || value.as_i64().and_then(|n| i32::try_from(n).ok()).unwrap_or_default();
        let gone = || "(deleted)".to_owned();
        match &self.what {
            What::Template => names.templates.get(&TemplateId(number())).cloned().unwrap_or_else(gone),
            What::Organization => {
                names.organizations.get(&OrganizationId(number())).cloned().unwrap_or_else(gone)
            }
            What::Status => {
                value.as_str().and_then(Status::from_word).map_or_else(gone, |s| s.label().to_owned())
            }
            What::LastSeen => minutes(value.as_f64().unwrap_or_default()),
            _ => match value {
                Value::String(text) => format!("“{text}”"),
                Value::Bool(true) => "true".into(),
                Value::Bool(false) => "false".into(),
                other => other.to_string(),
            },
        }
    }
}

/// A number of minutes for people.
fn minutes(minutes: f64) -> String {
    let (number, unit) = match minutes {
        days if days >= 1440.0 && days % 1440.0 == 0.0 => (days / 1440.0, "day"),
        hours if hours >= 60.0 && hours % 60.0 == 0.0 => (hours / 60.0, "hour"),
        minutes => (minutes, "minute"),
    };
    if number == 1.0 { format!("1 {unit}") } else { format!("{number} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn filters_are_said() {
        let names = Names { templates: [(TemplateId(1), "Pump".to_owned())].into(), ..Names::default() };
        let filter = Filter::All(vec![
            Filter::is(What::Template, Operator::Equal, [json!(1), json!(2)]),
            Filter::Any(vec![
                Filter::is(What::LastSeen, Operator::More, [json!(120)]),
                Filter::is(What::Blocked, Operator::Equal, [json!(true)]),
            ]),
            Filter::None(vec![Filter::is(What::telemetry("t"), Operator::Exists, [])]),
        ]);
        assert_eq!(
            said(&filter, &names),
            "Template is Pump or (deleted) and (Last seen longer ago than 2 hours or blocked) and not (t is known)"
        );
        assert_eq!(said(&Filter::default(), &names), "All devices");
    }
}
