//! A tile for each value: what it is now, when it came, and where it goes.

use super::history::History;
use crate::pages::devices::here::Here;
use crate::ui::value::format_value;
use crate::ui::{Grid, Sparkline, Tile, Time};
use leptos::prelude::*;
use model::telemetry::Latest;
use serde_json::Value;

/// All newest values, in order.
#[component]
pub(super) fn Tiles(
    here: Here,
    names: Memo<Vec<String>>,
    newest: RwSignal<Vec<Latest>>,
    history: History,
) -> impl IntoView {
    view! {
        <Grid>
            <For each=move || names.get() key=|name| name.clone() let:name>
                <ValueTile here name newest history />
            </For>
        </Grid>
    }
    .into_any()
}

#[component]
fn ValueTile(here: Here, name: String, newest: RwSignal<Vec<Latest>>, history: History) -> impl IntoView {
    let name = StoredValue::new(name);
    let mine = Memo::new(move |_| {
        newest.with(|newest| name.with_value(|name| newest.iter().find(|l| l.name == *name).cloned()))
    });
    let words = Memo::new(move |_| name.with_value(|name| here.shown_words(name)));
    let shown = Memo::new(move |_| name.with_value(|name| here.shown(name)));
    let title = Signal::derive(move || words.get().0);
    let value = move || {
        mine.with(|l| l.as_ref().map(|l| parts(&shown.with(|shown| shown.value(&l.value)), &words.get().1)))
    };
    let at = Signal::derive(move || mine.with(|l| l.as_ref().map(|l| l.ts)));
    let is_number = Memo::new(move |_| mine.with(|l| l.as_ref().is_some_and(|l| l.value.is_number())));
    let unmodelled = move || {
        here.fields().is_some_and(|fields| name.with_value(|name| !fields.iter().any(|f| f.name == *name)))
    };
    let note = Signal::derive(move || if unmodelled() { "unmodelled".to_owned() } else { String::new() });
    let trend = Memo::new(move |_| history.lines.with(|lines| name.with_value(|name| trend(lines, name))));
    view! {
        <Tile title note>
            {move || {
                value()
                    .map(|(figure, unit)| {
                        view! {
                            <p class="figure" class:text=move || !is_number.get()>
                                {figure}
                                {(!unit.is_empty()).then(|| view! { <small>{unit}</small> })}
                            </p>
                        }
                    })
            }}
            <div class="tile-foot">
                <Time ms=at />
                <Show when=move || is_number.get() && trend.with(|t| t.len() > 1)>
                    <Sparkline points=trend />
                </Show>
            </div>
        </Tile>
    }
    .into_any()
}

/// A number and its unit apart, so that the unit can be small; other values as one.
fn parts(value: &Value, unit: &str) -> (String, String) {
    let unit = if value.is_number() { unit } else { "" };
    (format_value(value, ""), unit.to_owned())
}

/// The line of this name as points of a spark line.
fn trend(lines: &[model::telemetry::Series], name: &str) -> Vec<(f64, f64)> {
    let line = lines.iter().find(|line| line.name == name);
    line.map(|line| line.buckets.iter().map(|b| (b.ts as f64, b.avg)).collect()).unwrap_or_default()
}
