//! Levels as a form holds them: the first condition with another border for each severity.

use super::draft::Row;
use crate::ui::{Field, TextArea};
use leptos::prelude::*;
use model::rule::{Level, Node, Severity};
use model::{Code, Problem};

/// Levels in the making.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct LevelsDraft {
    /// By severity, the least first: the border; empty: there is no such level.
    pub borders: [String; 4],
    /// All of them as JSON, where they say more than that.
    pub json: Option<String>,
}

impl LevelsDraft {
    /// Those of a rule whose first condition is this one.
    pub(super) fn of(levels: &[Level], first: Option<&Row>) -> LevelsDraft {
        let border = |level: &Level| {
            let Node::Is(condition) = &level.when else { return None };
            let row = Row::of(condition)?;
            let same = first.is_some_and(|first| Row { value: first.value.clone(), ..row.clone() } == *first);
            same.then_some(row.value)
        };
        let mut draft = LevelsDraft::default();
        for level in levels {
            let place = Severity::ALL.iter().position(|severity| *severity == level.severity);
            match (place.and_then(|place| draft.borders.get_mut(place)), border(level)) {
                (Some(place), Some(border)) => *place = border,
                _ => {
                    let json = serde_json::to_string_pretty(levels).ok();
                    return LevelsDraft { json, ..LevelsDraft::default() };
                }
            }
        }
        draft
    }

    /// The levels.
    ///
    /// # Errors
    /// What can't be read, by field.
    pub(super) fn levels(&self, first: Option<&Row>) -> Result<Vec<Level>, Problem> {
        let wrong = |text: String| Problem::field(Code::Invalid, "levels", text);
        if let Some(json) = &self.json {
            return serde_json::from_str(json).map_err(|why| wrong(format!("This can't be read: {why}.")));
        }
        let mut levels = Vec::new();
        for (severity, border) in Severity::ALL.into_iter().zip(&self.borders) {
            if border.trim().is_empty() {
                continue;
            }
            let text = "Levels have borders of one condition. Of others they are written as JSON, over the interface for programs.";
            let first = first.ok_or_else(|| wrong(text.into()))?;
            let row = Row { value: border.trim().to_owned(), ..first.clone() };
            levels.push(Level { severity, when: Node::Is(row.condition(0, "all")?) });
        }
        Ok(levels)
    }
}

/// The same as signals.
#[derive(Clone, Copy)]
pub(super) struct LevelsForm {
    borders: [RwSignal<String>; 4],
    json: RwSignal<Option<String>>,
}

impl LevelsForm {
    pub(super) fn new(draft: LevelsDraft) -> LevelsForm {
        LevelsForm { borders: draft.borders.map(RwSignal::new), json: RwSignal::new(draft.json) }
    }

    /// What it comes to now. Tracks all of it.
    pub(super) fn draft(self) -> LevelsDraft {
        LevelsDraft { borders: self.borders.map(|border| border.get()), json: self.json.get() }
    }
}

/// The fields; that of the rule's own severity is left out.
#[component]
pub(super) fn LevelFields(
    form: LevelsForm,
    severity: RwSignal<String>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    let text = RwSignal::new(form.json.get_untracked().unwrap_or_default());
    Effect::watch(move || text.get(), move |text, _, _| form.json.set(Some(text.clone())), false);
    view! {
        <Show
            when=move || form.json.with(Option::is_none)
            fallback=move || {
                view! { <TextArea label="Levels, as JSON" name="levels" mono=true rows=6 value=text error /> }
            }
        >
            <fieldset class="rule-levels">
                <legend>"Severity by level"</legend>
                <p class="quiet">
                    "The border of the first condition from which on it has another severity, while the alarm stays. Nothing: it has no such level."
                </p>
                {Severity::ALL
                    .into_iter()
                    .zip(form.borders)
                    .map(|(level, border)| {
                        view! {
                            <Show when=move || severity.with(|own| own != level.as_str())>
                                <Field
                                    label=Signal::stored(level.label().to_owned())
                                    name=format!("level-{}", level.as_str())
                                    value=border
                                    error=Signal::derive(move || {
                                        error.get().filter(|_| border.with(|text| !text.trim().is_empty()))
                                    })
                                />
                            </Show>
                        }
                    })
                    .collect_view()}
            </fieldset>
        </Show>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn levels_go_through_the_form() {
        let above =
            |value: i32| json!({"kind": "telemetry", "metric": "t", "test": {"is": "above", "value": value}});
        let read = |levels: serde_json::Value| serde_json::from_value::<Vec<Level>>(levels).unwrap();
        let first = Row::of(&serde_json::from_value(above(30)).unwrap()).unwrap();
        let levels = read(
            json!([{"severity": "major", "when": above(40)}, {"severity": "critical", "when": above(50)}]),
        );
        let draft = LevelsDraft::of(&levels, Some(&first));
        assert_eq!(
            (draft.borders.each_ref().map(String::as_str), &draft.json),
            (["", "", "40", "50"], &None)
        );
        assert_eq!(draft.levels(Some(&first)).unwrap(), levels);
        assert!(draft.levels(None).is_err());
        // What the boxes can't show is kept as it is.
        let levels = read(json!([{"severity": "major", "when": {"all": [above(40), above(50)]}}]));
        let draft = LevelsDraft::of(&levels, Some(&first));
        assert_eq!(draft.borders, <[String; 4]>::default());
        assert_eq!(draft.levels(Some(&first)).unwrap(), levels);
    }
}
