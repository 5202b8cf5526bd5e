//! Settings that only some kinds of tiles have: bins of histograms, which alarms, which command.

use super::Editor;
use super::fields::{flag, number, text};
use super::plan::PictureFields;
use crate::ui::{Checkbox, Field, TextArea};
use leptos::prelude::*;
use model::alarm::AlarmState;
use model::dashboard::{BINS_MAX, CommandOf, Configuration, Kind, Tile};
use model::rule::Severity;
use serde_json::Value;

/// The settings of this kind.
#[component]
pub(super) fn KindFields(editor: Editor, tile: Tile) -> impl IntoView {
    match tile.configuration.kind {
        Kind::Histogram => view! { <BinsFields editor tile /> }.into_any(),
        Kind::Alarms => view! { <AlarmFields editor tile states=true /> }.into_any(),
        Kind::Timeline => view! { <AlarmFields editor tile states=false /> }.into_any(),
        Kind::Plan | Kind::Image => view! { <PictureFields editor tile /> }.into_any(),
        Kind::Command => view! { <CommandFields editor tile /> }.into_any(),
        _ => ().into_any(),
    }
}

#[component]
fn BinsFields(editor: Editor, tile: Tile) -> impl IntoView {
    let id = StoredValue::new(tile.id);
    let bins = match tile.configuration.bins {
        0 => None,
        bins => Some(f64::from(bins)),
    };
    let bins = number(editor, id, bins, |tile, bins| {
        tile.configuration.bins = bins.map_or(0, |bins| bins.round().clamp(1.0, f64::from(BINS_MAX)) as u16);
    });
    view! { <Field label="Bins" name="tile-bins" kind="number" value=bins placeholder="24" /> }.into_any()
}

#[component]
fn AlarmFields(editor: Editor, tile: Tile, states: bool) -> impl IntoView {
    let id = StoredValue::new(tile.id);
    let Configuration { severities: chosen, states: stand, .. } = tile.configuration;
    let severities = Severity::ALL.into_iter().rev().map(|severity| {
        let value = flag(editor, id, chosen.contains(&severity), move |tile, on| {
            toggle(&mut tile.configuration.severities, severity, on);
        });
        view! { <Checkbox label=severity.label() name=format!("tile-{}", severity.as_str()) value /> }
    });
    let severities = severities.collect_view();
    let stand = states.then(|| {
        let all = AlarmState::ALL.map(|state| {
            let value = flag(editor, id, stand.contains(&state), move |tile, on| {
                toggle(&mut tile.configuration.states, state, on);
            });
            view! { <Checkbox label=state.label() name=format!("tile-{}", state.as_str()) value /> }
        });
        view! {
            <fieldset class="panel-choices">
                <legend>"States; none: those that are not cleared"</legend>
                {all.into_iter().collect_view()}
            </fieldset>
        }
    });
    view! {
        <fieldset class="panel-choices">
            <legend>"Severities of alarms; none: all"</legend>
            {severities}
        </fieldset>
        {stand}
    }
    .into_any()
}

fn toggle<T: PartialEq>(all: &mut Vec<T>, one: T, on: bool) {
    all.retain(|known| *known != one);
    if on {
        all.push(one);
    }
}

#[component]
fn CommandFields(editor: Editor, tile: Tile) -> impl IntoView {
    let id = StoredValue::new(tile.id);
    let command = tile.configuration.command.unwrap_or_default();
    let of = |tile: &mut Tile, change: &dyn Fn(&mut CommandOf)| {
        change(tile.configuration.command.get_or_insert_default());
    };
    let name = text(editor, id, command.name, move |tile, text| of(tile, &|c| text.clone_into(&mut c.name)));
    let component = text(editor, id, command.component, move |tile, text| {
        of(tile, &|c| text.clone_into(&mut c.component));
    });
    let request = command.request.map(|request| request.to_string()).unwrap_or_default();
    let request = text(editor, id, request, move |tile, text| {
        of(tile, &|c| c.request = given(text));
    });
    let confirm = flag(editor, id, command.confirm, move |tile, on| of(tile, &|c| c.confirm = on));
    view! {
        <Field label="Command" name="tile-command" value=name mono=true />
        <Field label="Component" name="tile-component" value=component mono=true placeholder="the device itself" />
        <TextArea
            label="What it is given"
            name="tile-request"
            value=request
            mono=true
            rows=3
            hint="JSON, such as {\"delay\": 5}. Empty: nothing, or what the form asks for."
        />
        <Checkbox label="Ask before it is run" name="tile-confirm" value=confirm />
    }
    .into_any()
}

/// What was typed as JSON; what is none is a text.
fn given(typed: &str) -> Option<Value> {
    match typed.trim() {
        "" => None,
        typed => Some(serde_json::from_str(typed).unwrap_or_else(|_| Value::from(typed))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_typed_is_json_or_a_text() {
        for (typed, value) in [
            (" ", None),
            ("5", Some(json!(5))),
            (r#"{"a": [1]}"#, Some(json!({"a": [1]}))),
            ("on", Some(json!("on"))),
        ] {
            assert_eq!(given(typed), value, "{typed}");
        }
        let mut all = vec![1, 2];
        toggle(&mut all, 2, false);
        toggle(&mut all, 3, true);
        toggle(&mut all, 3, true);
        assert_eq!(all, [1, 3]);
    }
}
