//! A chart a unit, one beneath the other, whose crosshairs move together.

use super::Known;
use super::answer::Answered;
use super::lines::{Panel, panels};
use super::state::Looked;
use crate::chart::{LineChart, provide_shared_cursor};
use crate::ui::value::count;
use crate::ui::{Banner, BannerKind, Button, Card, EmptyState, Glyph, Skeleton};
use leptos::prelude::*;
use model::group_series::GroupSeries;

/// Height of a chart, in pixels: of one alone, and of each of several.
const ALONE: u32 = 340;
const EACH: u32 = 220;

#[component]
pub(super) fn Charts(looked: Looked, known: StoredValue<Known>, answered: Answered) -> impl IntoView {
    provide_shared_cursor();
    let drawn = Memo::new(move |_| {
        answered.answer.with(|answer| {
            answer.as_ref().map(|answer| known.with_value(|known| panels(answer, known))).unwrap_or_default()
        })
    });
    let number = Memo::new(move |_| drawn.with(Vec::len));
    let nothing = Memo::new(move |_| looked.now.with(|now| now.values.is_empty()));
    let bounds = Memo::new(move |_| {
        answered.answer.with(|answer| answer.as_ref().map_or((0, 1), |answer| (answer.from_ms, answer.to_ms)))
    });
    let from_ms = Signal::derive(move || bounds.get().0);
    let to_ms = Signal::derive(move || bounds.get().1);
    let zoomed =
        Memo::new(move |_| looked.now.with(|now| matches!(now.time, model::exploration::Time::Between(..))));
    let chart = move |place: usize, height: u32| {
        let panel = Memo::new(move |_| drawn.with(|drawn| drawn.get(place).cloned().unwrap_or_default()));
        let series = Signal::derive(move || panel.with(|panel| panel.series.clone()));
        let labels = Signal::derive(move || panel.with(|panel| panel.labels.clone()));
        view! {
            <Card
                title=Signal::derive(move || panel.with(|panel: &Panel| panel.title.clone()))
                note=Signal::derive(move || panel.with(|panel: &Panel| panel.unit.clone()))
            >
                <LineChart
                    series
                    labels
                    from_ms
                    to_ms
                    height
                    on_zoom=move |(from, to): (i64, i64)| looked.zoom(from, to)
                    on_reset=move || looked.zoom_out()
                    zoomed
                    on_pan=move |(from, to): (i64, i64)| looked.pan(from, to)
                    loading=answered.busy
                />
            </Card>
        }
    };
    let said = move || {
        answered
            .answer
            .with(|answer| answer.as_ref().map(|answer| summary(&answer.series)))
            .unwrap_or_default()
    };
    view! {
        {move || {
            answered
                .problem
                .get()
                .map(|problem| {
                    let said = problem.fields.first().map_or_else(
                        || problem.sentence().to_owned(),
                        |field| field.message.clone(),
                    );
                    view! {
                        <Banner kind=BannerKind::Bad>
                            {said} " "
                            <Button icon=Glyph::Refresh on_click=move || answered.ask()>
                                "Try again"
                            </Button>
                        </Banner>
                    }
                })
        }}
        <Show
            when=move || !nothing.get()
            fallback=|| {
                view! {
                    <Card>
                        <EmptyState
                            icon=Glyph::Compass
                            title="Nothing chosen yet"
                            text="Choose devices and a value above: its line over time appears here, its numbers in the table beneath."
                        />
                    </Card>
                }
            }
        >
            <p class="explore-said" role="status">
                {said}
                <Show when=move || zoomed.get()>
                    <Button icon=Glyph::ZoomOut on_click=move || looked.zoom_out()>
                        "Back"
                    </Button>
                </Show>
            </p>
            {move || match number.get() {
                0 if answered.problem.with(Option::is_some) => ().into_any(),
                0 => view! { <Card><Skeleton rows=6 /></Card> }.into_any(),
                1 => chart(0, ALONE).into_any(),
                several => (0..several).map(|place| chart(place, EACH)).collect_view().into_any(),
            }}
        </Show>
    }
    .into_any()
}

/// `12 devices · buckets of 5 min · 40 lines left out`
fn summary(series: &GroupSeries) -> String {
    let mut said = match series.devices {
        1 => "1 device".to_owned(),
        n => format!("{} devices", count(n)),
    };
    said += &format!(" · each point stands for {}", length(series.bucket_ms));
    if series.lines_left_out > 0 {
        said += &format!(
            " · {} lines more are left out: take fewer devices, or group them otherwise",
            count(series.lines_left_out)
        );
    }
    if series.devices_left_out > 0 {
        said += &format!(" · {} devices are left out", count(series.devices_left_out));
    }
    said
}

/// A length of time for people.
pub(super) fn length(ms: i64) -> String {
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s")];
    for (unit, sign) in units {
        if ms >= unit {
            let whole = ms / unit;
            let tenths = ms % unit * 10 / unit;
            return if tenths == 0 { format!("{whole} {sign}") } else { format!("{whole}.{tenths} {sign}") };
        }
    }
    format!("{ms} ms")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_said() {
        let all = GroupSeries { devices: 1, bucket_ms: 90_000, ..GroupSeries::default() };
        assert_eq!(summary(&all), "1 device · each point stands for 1.5 min");
        let some = GroupSeries { devices: 1200, lines_left_out: 1140, ..all };
        assert!(summary(&some).contains("lines more are left out"));
        assert_eq!((length(500), length(86_400_000)), ("500 ms".to_owned(), "1 d".to_owned()));
    }
}
