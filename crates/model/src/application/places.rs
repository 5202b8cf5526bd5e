//! Names in the place of a workspace's own numbers, and back.

use super::RulePart;
use crate::Code;
use crate::group::{Condition, Filter, What};
use crate::problem::Problem;
use crate::rule::NewRule;
use serde_json::Value;

/// What stands where a workspace has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// A template, by the identifier of its document.
    Template(String),
    /// An organization, by its key.
    Organization(String),
    /// Something that is no name.
    Other,
}

/// The names in a filter.
pub(super) fn names_in(filter: &Filter) -> Vec<Name> {
    let mut names = Vec::new();
    _ = filter_with(filter, &mut |what, value| {
        names.push(match (what, value.as_str()) {
            (What::Template, Some(id)) => Name::Template(id.to_owned()),
            (What::Organization, Some(key)) => Name::Organization(key.to_owned()),
            _ => Name::Other,
        });
        Some(Value::Null)
    });
    names
}

/// The filter with another value in the place of each template and each organization; nothing where there is none for one.
pub fn filter_with(filter: &Filter, swap: &mut dyn FnMut(&What, &Value) -> Option<Value>) -> Option<Filter> {
    let mut all =
        |parts: &[Filter]| parts.iter().map(|part| filter_with(part, swap)).collect::<Option<Vec<_>>>();
    Some(match filter {
        Filter::All(parts) => Filter::All(all(parts)?),
        Filter::Any(parts) => Filter::Any(all(parts)?),
        Filter::None(parts) => Filter::None(all(parts)?),
        Filter::Is(Condition { what, operator, values }) => {
            let values = match what {
                What::Template | What::Organization => {
                    values.iter().map(|value| swap(what, value)).collect::<Option<Vec<_>>>()?
                }
                _ => values.clone(),
            };
            Filter::Is(Condition { what: what.clone(), operator: *operator, values })
        }
    })
}

/// The names in a rule's target.
pub(super) fn names_of(definition: &Value) -> Vec<Name> {
    let target = &definition["target"];
    match target["of"].as_str() {
        Some("template") => {
            vec![target["template"].as_str().map_or(Name::Other, |id| Name::Template(id.into()))]
        }
        Some("organization") => {
            vec![target["organization"].as_str().map_or(Name::Other, |key| Name::Organization(key.into()))]
        }
        _ => Vec::new(),
    }
}

/// A rule's definition with another value in the place of the template or the organization of its target; nothing where there
/// is none.
pub fn target_with(definition: &Value, swap: impl Fn(&str, &Value) -> Option<Value>) -> Option<Value> {
    let mut definition = definition.clone();
    let target = definition.get_mut("target").and_then(Value::as_object_mut)?;
    let of = target.get("of").and_then(Value::as_str).unwrap_or_default().to_owned();
    if matches!(of.as_str(), "template" | "organization")
        && let Some(there) = target.get_mut(&of)
    {
        *there = swap(&of, there)?;
    }
    Some(definition)
}

impl RulePart {
    /// The rule, with the numbers that a workspace has for the names.
    ///
    /// # Errors
    /// What of it can't be read, or can't be.
    pub fn with(&self, number: &dyn Fn(&Name) -> Option<i32>) -> Result<NewRule, Problem> {
        let unread = |why: String| Problem::field(Code::Invalid, "definition", why);
        let swap = |of: &str, value: &Value| {
            let text = value.as_str()?.to_owned();
            let name = if of == "template" { Name::Template(text) } else { Name::Organization(text) };
            number(&name).map(Value::from)
        };
        let definition = target_with(&self.definition, swap)
            .ok_or_else(|| unread("Its target is none of this file.".into()))?;
        let definition =
            serde_json::from_value(definition).map_err(|why| unread(format!("It can't be read: {why}.")))?;
        let rule = NewRule {
            name: self.display_name.clone(),
            description: self.description.clone(),
            severity: self.severity,
            enabled: self.enabled,
            definition,
            actions: Vec::new(),
        };
        // What a rule calls its name is the display name of a file, and the rest stands in its definition.
        rule.checked().map_err(|mut problem| {
            for field in &mut problem.fields {
                field.field = match field.field.as_str() {
                    "name" => "displayName".into(),
                    "description" => "description".into(),
                    within => format!("definition/{within}"),
                };
            }
            problem
        })
    }
}
