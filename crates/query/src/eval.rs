//! What an expression comes to for one row. What can't be computed is null, and null is not true.

use crate::ast::{Arithmetic, Comparison};
use crate::plan::{About, Code, Subject};
use crate::value::Value;
use std::cmp::Ordering;

/// A row, or a group of rows.
#[derive(Clone, Copy, Default)]
pub struct Scope<'a> {
    /// Whose.
    pub subject: Option<&'a Subject>,
    /// Its time, or the beginning of its window.
    pub time_ms: Option<i64>,
    /// The values of the plan's fields.
    pub fields: &'a [Value],
    /// What is the same within the group.
    pub keys: &'a [Value],
    /// What was made of the group.
    pub aggregates: &'a [Value],
}

/// Whether it is true, and neither false nor null.
pub fn holds(code: &Code, scope: &Scope<'_>) -> bool {
    value(code, scope) == Value::Bool(true)
}

/// Its value.
pub fn value(code: &Code, scope: &Scope<'_>) -> Value {
    match code {
        Code::Constant(value) => value.clone(),
        Code::Field(i, path) => part(scope.fields.get(*i), path),
        Code::Property(i, path) => part(scope.subject.and_then(|subject| subject.properties.get(*i)), path),
        Code::About(what) => scope.subject.map_or(Value::Null, |subject| about(*what, subject)),
        Code::Time => scope.time_ms.map_or(Value::Null, Value::Time),
        Code::Key(i) => scope.keys.get(*i).cloned().unwrap_or(Value::Null),
        Code::Aggregate(i) => scope.aggregates.get(*i).cloned().unwrap_or(Value::Null),
        Code::Not(inner) => match value(inner, scope) {
            Value::Bool(said) => Value::Bool(!said),
            _ => Value::Null,
        },
        Code::Negative(inner) => value(inner, scope).number().map_or(Value::Null, |n| Value::Number(-n)),
        Code::All(parts) => together(parts, scope, false),
        Code::Any(parts) => together(parts, scope, true),
        Code::Chain(first, rest) => {
            let numbers = rest.iter().try_fold(value(first, scope).number(), |left, (op, right)| {
                let right = value(right, scope).number()?;
                Some(left.and_then(|left| arithmetic(left, *op, right)))
            });
            numbers.flatten().map_or(Value::Null, Value::Number)
        }
        Code::Compare(left, op, right) => compare(&value(left, scope), *op, &value(right, scope)),
        Code::In(inner, list, not) => {
            let inner = value(inner, scope);
            let mut known = true;
            for one in list {
                match compare(&inner, Comparison::Equal, &value(one, scope)) {
                    Value::Bool(true) => return Value::Bool(!not),
                    Value::Bool(false) => {}
                    _ => known = false,
                }
            }
            if known { Value::Bool(*not) } else { Value::Null }
        }
        Code::IsNull(inner, not) => Value::Bool((value(inner, scope) == Value::Null) != *not),
    }
}

/// `AND` and `OR`: one that decides is enough, and what is unknown leaves the rest unknown.
fn together(parts: &[Code], scope: &Scope<'_>, decides: bool) -> Value {
    let mut known = true;
    for part in parts {
        match value(part, scope) {
            Value::Bool(said) if said == decides => return Value::Bool(decides),
            Value::Bool(_) => {}
            _ => known = false,
        }
    }
    if known { Value::Bool(!decides) } else { Value::Null }
}

fn arithmetic(left: f64, op: Arithmetic, right: f64) -> Option<f64> {
    let result = match op {
        Arithmetic::Add => left + right,
        Arithmetic::Subtract => left - right,
        Arithmetic::Multiply => left * right,
        Arithmetic::Divide => left / right,
        Arithmetic::Remainder => left % right,
    };
    // A division by nothing is no number.
    result.is_finite().then_some(result)
}

fn compare(left: &Value, op: Comparison, right: &Value) -> Value {
    let Some(order) = left.compare(right) else {
        // Objects that are not the same lie in no order.
        return match (left, op, right) {
            (Value::Json(_), Comparison::Equal, Value::Json(_)) => Value::Bool(false),
            (Value::Json(_), Comparison::Unequal, Value::Json(_)) => Value::Bool(true),
            _ => Value::Null,
        };
    };
    Value::Bool(match op {
        Comparison::Equal => order == Ordering::Equal,
        Comparison::Unequal => order != Ordering::Equal,
        Comparison::Less => order == Ordering::Less,
        Comparison::AtMost => order != Ordering::Greater,
        Comparison::More => order == Ordering::Greater,
        Comparison::AtLeast => order != Ordering::Less,
    })
}

fn part(whole: Option<&Value>, path: &[String]) -> Value {
    match whole {
        Some(whole) if path.is_empty() => whole.clone(),
        Some(whole) => whole.part(path),
        None => Value::Null,
    }
}

fn about(what: About, subject: &Subject) -> Value {
    match what {
        About::Id => Value::Text(subject.id.clone()),
        About::Name => Value::Text(subject.name.clone()),
        About::Template => subject.template.clone().map_or(Value::Null, Value::Text),
        About::Simulated => Value::Bool(subject.simulated),
        About::Provisioned => Value::Bool(subject.provisioned),
        About::Blocked => Value::Bool(subject.blocked),
        About::Organization => Value::Text(subject.organization.clone()),
    }
}
