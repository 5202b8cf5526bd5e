//! Which values are looked at, and what is made of each.

use super::Known;
use super::controls::bound;
use super::state::Looked;
use crate::ui::{Button, Glyph, IconButton, Select};
use leptos::prelude::*;
use model::exploration::{Aggregate, Explored};
use model::group::{Choice, Kind, What};
use model::group_series::NAMES_MAX;

#[component]
pub(super) fn Values(looked: Looked, known: StoredValue<Known>) -> impl IntoView {
    let number = Memo::new(move |_| looked.now.with(|now| now.values.len()));
    let add = move || {
        let free = known.with_value(|known| next(known, &looked.now.get_untracked().values));
        looked.change(|now| now.values.extend(free));
    };
    let nothing = known.with_value(|known| offered(known, "").is_empty());
    let room = Memo::new(move |_| number.get() < NAMES_MAX);
    view! {
        <div class="explore-values" role="group" aria-label="Values">
            <For each=move || 0..number.get() key=|place| *place let:place>
                <ValueRow looked known place />
            </For>
            {if nothing {
                view! {
                    <p class="hint">
                        "No template names a value that is a number. Once one does, it can be chosen here."
                    </p>
                }
                    .into_any()
            } else {
                view! {
                    <Show when=move || room.get()>
                        <Button icon=Glyph::Plus on_click=add>
                            "Add a value"
                        </Button>
                    </Show>
                }
                    .into_any()
            }}
        </div>
    }
    .into_any()
}

#[component]
fn ValueRow(looked: Looked, known: StoredValue<Known>, place: usize) -> impl IntoView {
    let here = move |read: fn(&Explored) -> String| {
        Signal::derive(move || looked.now.with(|now| now.values.get(place).map(read).unwrap_or_default()))
    };
    let change = move |change: &dyn Fn(&mut Explored)| {
        looked.change(|now| {
            if let Some(value) = now.values.get_mut(place) {
                change(value);
            }
        });
    };
    let name_here = here(|value| value.name.clone());
    let name = bound(name_here, move |name| change(&|value| value.name.clone_from(&name)));
    let aggregate = bound(here(|value| value.aggregate.as_str().to_owned()), move |word| {
        change(&|value| value.aggregate = Aggregate::from_word(&word).unwrap_or_default());
    });
    let names = Signal::derive(move || {
        let here = name_here.get();
        known.with_value(|known| offered(known, &here))
    });
    let aggregates: Vec<(String, String)> =
        Aggregate::ALL.map(|one| (one.as_str().to_owned(), one.label().to_owned())).into();
    view! {
        <div class="explore-value">
            <Select label="What is made of it" name=format!("aggregate-{place}") value=aggregate options=aggregates bare=true />
            <Select label="Value" name=format!("value-{place}") value=name options=names bare=true />
            <IconButton
                glyph=Glyph::Close
                label="Remove the value"
                on_click=move || {
                    looked
                        .change(|now| {
                            if place < now.values.len() {
                                now.values.remove(place);
                            }
                        });
                }
            />
        </div>
    }
    .into_any()
}

/// Fields whose values are numbers; the one that is chosen is among them, whether a template has it or not.
fn offered(known: &Known, chosen: &str) -> Vec<(String, String)> {
    let mut options: Vec<(String, String)> = numbers(known)
        .map(|(name, choice)| {
            let unit = if choice.unit.is_empty() { String::new() } else { format!(" ({})", choice.unit) };
            (name.to_owned(), format!("{}{unit}", choice.label))
        })
        .collect();
    if !chosen.is_empty() && !options.iter().any(|(name, _)| name == chosen) {
        options.push((chosen.to_owned(), chosen.to_owned()));
    }
    options
}

fn numbers(known: &Known) -> impl Iterator<Item = (&str, &Choice)> {
    known.choices.values.iter().filter_map(|choice| match (&choice.what, choice.kind) {
        (What::Telemetry(name), Kind::Number) => Some((name.as_str(), choice)),
        _ => None,
    })
}

/// The first that isn't looked at yet, else the first.
fn next(known: &Known, values: &[Explored]) -> Option<Explored> {
    let is_new = |name: &str| !values.iter().any(|value| value.name == name);
    let first = || numbers(known).map(|(name, _)| name);
    let name = first().find(|name| is_new(name)).or_else(|| first().next())?;
    Some(Explored { name: name.to_owned(), aggregate: Aggregate::Avg })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::group::Choices;

    fn known() -> Known {
        let choice = |what: What, kind| Choice {
            what,
            label: "L".into(),
            kind,
            options: Vec::new(),
            unit: "°C".into(),
            field: None,
            templates: Vec::new(),
        };
        let values = vec![
            choice(What::telemetry("mode"), Kind::Text),
            choice(What::telemetry("t"), Kind::Number),
            choice(What::telemetry("h"), Kind::Number),
        ];
        Known { choices: Choices { values, ..Choices::default() }, groups: Vec::new() }
    }

    #[test]
    fn numbers_are_offered_and_what_is_chosen() {
        assert_eq!(offered(&known(), "").len(), 2);
        assert_eq!(offered(&known(), "other").last().unwrap().0, "other");
        assert_eq!(offered(&known(), "t")[0].1, "L (°C)");
    }

    #[test]
    fn a_value_more_is_one_that_is_not_there() {
        let first = next(&known(), &[]).unwrap();
        assert_eq!(first.name, "t");
        assert_eq!(next(&known(), std::slice::from_ref(&first)).unwrap().name, "h");
        assert!(next(&Known::default(), &[]).is_none());
    }
}
