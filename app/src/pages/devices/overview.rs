//! The Overview tab: newest values as tiles, and a line for each number over the chosen stretch of time.

mod charts;
mod history;
mod live_series;
mod range_bar;
mod tiles;
mod time_range;
mod whereabouts;

use super::here::Here;
use crate::api::telemetry::latest;
use crate::live;
use crate::ui::{ButtonKind, Card, EmptyState, Glyph, LinkButton};
use charts::Charts;
use history::History;
use leptos::prelude::*;
use model::live::LiveEvent;
use model::telemetry::Latest;
use model::template::Telemetry;
use std::collections::BTreeSet;
use tiles::Tiles;
use time_range::TimeRange;
use whereabouts::Whereabouts;

/// What the device says now, and has said.
#[component]
pub(super) fn Overview(here: Here, values: Vec<Latest>) -> impl IntoView {
    let newest = RwSignal::new(values);
    let range = TimeRange::here();
    let history = History::new(here, range);
    let stream = live::live();
    stream.on_device(
        here.id(),
        Callback::new(move |event: LiveEvent| {
            if let LiveEvent::Values { points, .. } = event {
                history.append(&points);
                newest.update(|newest| take_over(newest, points));
            }
        }),
    );
    Effect::watch(move || stream.reconnected().get(), move |_, _, _| ask_again(here, newest), false);
    let names = Memo::new(move |_| newest.with(|newest| in_order(newest, here.fields().as_deref())));
    let numbers = Memo::new(move |_| {
        let is_number =
            |name: &String| newest.with(|n| n.iter().any(|l| l.name == *name && l.value.is_number()));
        names.get().into_iter().filter(is_number).collect::<Vec<_>>()
    });
    let empty = Memo::new(move |_| names.with(Vec::is_empty));
    move || {
        if empty.get() {
            return view! { <Nothing here /> }.into_any();
        }
        view! {
            <Tiles here names newest history />
            <Whereabouts here newest />
            <Charts here names=numbers range history />
        }
        .into_any()
    }
}

/// Nothing has come yet, or nothing that could be taken.
#[component]
fn Nothing(here: Here) -> impl IntoView {
    let never = here.last_seen.get_untracked().is_none();
    let (title, text) = if never {
        (
            "Waiting for the first value",
            "This device has never sent anything. The Connect tab has its key and a command to paste; this page shows the value as soon as it arrives.",
        )
    } else {
        (
            "No values to show",
            "What this device has sent could not be taken as values. The raw data says why.",
        )
    };
    view! {
        <Card>
            <EmptyState icon=Glyph::Activity title=title text=text>
                <LinkButton href=here.path("connect") kind=ButtonKind::Primary icon=Glyph::Plug>
                    "Connect it"
                </LinkButton>
                {(!never).then(|| view! { <LinkButton href=here.path("raw")>"Raw data"</LinkButton> })}
            </EmptyState>
        </Card>
    }
    .into_any()
}

/// After the stream was interrupted: what was missed.
fn ask_again(here: Here, newest: RwSignal<Vec<Latest>>) {
    let answer = latest(here.slug(), here.id());
    leptos::task::spawn_local(async move {
        if let Ok(values) = answer.await {
            _ = newest.try_update(|newest| take_over(newest, values));
        }
    });
}

/// The newest value of each name remains.
fn take_over(newest: &mut Vec<Latest>, arrived: Vec<Latest>) {
    for point in arrived {
        match newest.iter_mut().find(|l| l.name == point.name) {
            Some(known) if known.ts <= point.ts => *known = point,
            Some(_) => {}
            None => newest.push(point),
        }
    }
}

/// The names of all values: first the template's, in its order, then the others by alphabet.
fn in_order(newest: &[Latest], fields: Option<&[Telemetry]>) -> Vec<String> {
    let mut rest: BTreeSet<&str> = newest.iter().map(|l| l.name.as_str()).collect();
    let modelled = fields.unwrap_or_default().iter().filter(|field| rest.remove(field.name.as_str()));
    let mut names: Vec<String> = modelled.map(|field| field.name.clone()).collect();
    names.extend(rest.into_iter().map(str::to_owned));
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value(name: &str, ts: i64) -> Latest {
        Latest { name: name.into(), value: json!(ts), ts }
    }

    #[test]
    fn the_template_gives_the_order() {
        let field =
            |name: &str| Telemetry { name: name.into(), display_name: name.into(), ..Telemetry::default() };
        let newest = [value("z", 1), value("b", 1), value("a", 1)];
        assert_eq!(in_order(&newest, Some(&[field("b"), field("never")])), ["b", "a", "z"]);
        assert_eq!(in_order(&newest, None), ["a", "b", "z"]);
    }

    #[test]
    fn late_values_do_not_turn_time_back() {
        let mut newest = vec![value("a", 5)];
        take_over(&mut newest, vec![value("a", 4), value("b", 1), value("b", 2)]);
        assert_eq!(newest, [value("a", 5), value("b", 2)]);
    }
}
