//! A chart for each number, all over the same stretch of time.

use super::history::History;
use super::range_bar::RangeBar;
use super::time_range::TimeRange;
use crate::chart::{LineChart, LineLabel, provide_shared_cursor};
use crate::pages::devices::export::{ExportButton, Kind};
use crate::pages::devices::here::Here;
use crate::ui::{Banner, BannerKind, Button, Card, Glyph, Skeleton};
use crate::zone::now_ms;
use leptos::prelude::*;
use model::telemetry::Series;
use model::template::Shown;

/// The control of the range, and the charts below it.
#[component]
pub(super) fn Charts(
    here: Here,
    names: Memo<Vec<String>>,
    range: TimeRange,
    history: History,
) -> impl IntoView {
    provide_shared_cursor();
    let none = Memo::new(move |_| names.with(Vec::is_empty));
    let lives = Memo::new(move |_| history.bounds.with(Option::is_some));
    view! {
        <Show when=move || !none.get()>
            <RangeBar range>
                <ExportButton
                    here
                    names
                    kind=Kind::Every
                    bounds=Signal::derive(move || range.now.get().bounds(now_ms()))
                />
            </RangeBar>
            {move || {
                history
                    .problem
                    .get()
                    .map(|problem| {
                        view! {
                            <Banner kind=BannerKind::Bad>
                                {problem.sentence().to_owned()} " "
                                <Button icon=Glyph::Refresh on_click=move || history.ask()>
                                    "Try again"
                                </Button>
                            </Banner>
                        }
                    })
            }}
            <div class="charts">
                <For each=move || names.get() key=|name| name.clone() let:name>
                    <NumberChart here name range history lives />
                </For>
            </div>
        </Show>
    }
    .into_any()
}

#[component]
fn NumberChart(
    here: Here,
    name: String,
    range: TimeRange,
    history: History,
    lives: Memo<bool>,
) -> impl IntoView {
    let name = StoredValue::new(name);
    let words = Memo::new(move |_| name.with_value(|name| here.shown_words(name)));
    let shown = Memo::new(move |_| name.with_value(|name| here.shown(name)));
    let title = Signal::derive(move || words.get().0);
    let unit = Signal::derive(move || words.get().1);
    let labels = Signal::derive(move || {
        let (display, unit) = words.get();
        vec![LineLabel { name: name.get_value(), display, unit }]
    });
    let line = Memo::new(move |_| {
        history.lines.with(|lines| {
            let line = name.with_value(|name| lines.iter().find(|l| l.name == *name).cloned());
            line.map(|line| shown.with(|shown| converted(line, shown))).into_iter().collect::<Vec<_>>()
        })
    });
    let from_ms = Signal::derive(move || history.bounds.get().map_or(0, |(from, _)| from));
    let to_ms = Signal::derive(move || history.bounds.get().map_or(1, |(_, to)| to));
    view! {
        <Card title note=unit>
            <Show when=move || lives.get() fallback=|| view! { <Skeleton rows=4 /> }>
                <LineChart
                    series=line
                    labels
                    from_ms
                    to_ms
                    height=200
                    on_zoom=move |(from, to): (i64, i64)| range.zoom(from, to)
                    on_reset=move || range.zoom_out()
                    loading=history.loading
                />
            </Show>
        </Card>
    }
    .into_any()
}

/// The line in the unit in which it is shown.
fn converted(mut line: Series, shown: &Shown) -> Series {
    for bucket in &mut line.buckets {
        for value in [&mut bucket.min, &mut bucket.max, &mut bucket.avg, &mut bucket.last] {
            *value = shown.convert(*value);
        }
    }
    line
}
