//! Fields for limits, one each: of a plan, or of a workspace that has some otherwise.

use crate::pages::attempt::Attempt;
use crate::ui::Field;
use crate::ui::value::bytes;
use leptos::prelude::*;
use model::limits::{Limit, Limits, Overrides};
use model::{Code, Problem};

/// What is typed, a field a limit.
#[derive(Clone, Copy)]
pub(super) struct LimitFields(StoredValue<Vec<(Limit, RwSignal<String>)>>);

/// What says in a field of a workspace that there is no limit, whatever its plan says.
const NONE: &str = "none";

impl LimitFields {
    /// Fields with these values; what is missing is empty.
    pub(super) fn of_plan(limits: &Limits) -> Self {
        LimitFields::new(|limit| limits.get(limit).map(|value| value.to_string()))
    }

    /// The same of what a workspace has otherwise.
    pub(super) fn of_overrides(overrides: &Overrides) -> Self {
        LimitFields::new(|limit| {
            overrides
                .get(&limit)
                .map(|value| value.map_or_else(|| NONE.to_owned(), |value| value.to_string()))
        })
    }

    fn new(text: impl Fn(Limit) -> Option<String>) -> Self {
        let field = |limit: &Limit| (*limit, RwSignal::new(text(*limit).unwrap_or_default()));
        LimitFields(StoredValue::new(Limit::ALL.iter().map(field).collect()))
    }

    /// What was typed as limits.
    pub(super) fn limits(self) -> Result<Limits, Problem> {
        let overrides = self.read(false)?;
        Ok(Limits(overrides.into_iter().filter_map(|(limit, value)| Some((limit, value?))).collect()))
    }

    /// What was typed as what a workspace has otherwise.
    pub(super) fn overrides(self) -> Result<Overrides, Problem> {
        self.read(true)
    }

    fn read(self, none: bool) -> Result<Overrides, Problem> {
        let mut read = Overrides::new();
        for (limit, text) in self.0.get_value() {
            let text = text.get_untracked();
            let text = text.trim();
            match value(text) {
                Some(number) => read.insert(limit, Some(number)),
                None if text.is_empty() => continue,
                None if none && text == NONE => read.insert(limit, None),
                None => {
                    let message = "A number such as 5000, or 10 GB; empty where nothing is said.";
                    return Err(Problem::field(Code::Invalid, limit.as_str(), message));
                }
            };
        }
        Ok(read)
    }
}

/// Reads `5000`, `10k`, `1.5 GB` (by 1024).
fn value(text: &str) -> Option<i64> {
    let text = text.replace([' ', ',', '\u{202f}'], "").to_lowercase();
    let text = text.strip_suffix('b').unwrap_or(&text);
    let (number, factor) = match text.char_indices().last()? {
        (at, 'k') => (&text[..at], 1_i64 << 10),
        (at, 'm') => (&text[..at], 1 << 20),
        (at, 'g') => (&text[..at], 1 << 30),
        (at, 't') => (&text[..at], 1 << 40),
        _ => (text, 1),
    };
    if factor == 1 {
        return number.parse().ok();
    }
    let number: f64 = number.parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some((number * factor as f64) as i64)
}

/// The fields. `plan` are the limits that hold where nothing is typed.
#[component]
pub(super) fn LimitInputs(
    fields: LimitFields,
    attempt: Attempt,
    #[prop(optional, into)] plan: Option<Signal<Limits>>,
) -> impl IntoView {
    let inputs = fields.0.get_value().into_iter().map(|(limit, text)| {
        let label = Signal::derive(move || match plan {
            None => format!("{} ({})", limit.title(), limit.unit()),
            Some(plan) => {
                let usual = plan.with(|plan| plan.get(limit)).map_or_else(
                    || "no limit".to_owned(),
                    |value| if limit.is_bytes() { bytes(value) } else { value.to_string() },
                );
                format!("{} ({}; the plan: {usual})", limit.title(), limit.unit())
            }
        });
        view! { <Field label name=limit.as_str() value=text error=attempt.error(limit.as_str(), text) /> }
    });
    view! { <div class="limit-fields">{inputs.collect_view()}</div> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn numbers_as_people_type_them() {
        for (text, number) in
            [("5000", 5000), ("5,000", 5000), ("10k", 10_240), ("1.5 GB", 1_610_612_736), ("2 t", 2 << 40)]
        {
            assert_eq!(value(text), Some(number), "{text}");
        }
        for bad in ["", "many", "1.5", "gb", "-1 GB"] {
            assert_eq!(value(bad), None, "{bad}");
        }
    }
}
