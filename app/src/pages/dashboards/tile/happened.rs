//! What has happened over the range: marks along the time, and the same as a list.

use crate::live;
use crate::pages::alarms::OpenAlarm;
use crate::pages::dashboards::board::{Board, Outcome};
use crate::ui::Time;
use crate::ui::value::count;
use crate::zone;
use leptos::prelude::*;
use model::dashboard::{Happening, HappeningKind, Tile, TileData};

/// Lines of the list that are drawn.
const LISTED_MAX: usize = 100;

/// The timeline of the tile.
#[component]
pub(super) fn TimelineBody(board: Board, tile: Tile, answer: Memo<Option<Outcome>>) -> impl IntoView {
    let clock = zone::use_clock();
    let opened = RwSignal::new(None::<i64>);
    let kept = StoredValue::new(tile);
    let renew = Callback::new(move |()| board.ask_one(kept.get_value()));
    let news = live::live().alarms();
    Effect::watch(move || news.get(), move |_, _, _| renew.run(()), false);
    let slug = board.slug();
    let drawn = move || {
        let (happenings, left_out) = answer.with(|answer| match answer {
            Some(Ok(TileData::Happenings { happenings, left_out })) => Some((happenings.clone(), *left_out)),
            _ => None,
        })?;
        let (from, to) = board.bounds.get()?;
        if happenings.is_empty() {
            return Some(
                view! { <p class="figure-note">"Nothing has happened in this time range"</p> }.into_any(),
            );
        }
        let lanes = LANES.map(|(kind, name)| {
            let marks = happenings.iter().filter(|one| one.kind == kind).map(|one| {
                let (left, width) = stretch(one, from, to);
                let place = match width {
                    Some(width) => format!("left:{left:.2}%;width:{width:.2}%"),
                    None => format!("left:{left:.2}%"),
                };
                let title = format!("{}, {}: {}", clock.exact(one.at_ms), one.device_name, one.text);
                view! {
                    <i
                        data-severity=one.severity.map(|severity| severity.as_str())
                        class:lasting=width.is_some()
                        title=title
                        style=place
                    ></i>
                }
            });
            let marks = marks.collect_view();
            view! {
                <div class="event-lane">
                    <span>{name}</span>
                    <div aria-hidden="true">{marks}</div>
                </div>
            }
        });
        let hidden = left_out + happenings.len().saturating_sub(LISTED_MAX);
        let lines =
            happenings.into_iter().take(LISTED_MAX).map(|one| line(&slug, one, opened)).collect_view();
        let more = (hidden > 0).then(|| {
            let n = count(i64::try_from(hidden).unwrap_or(i64::MAX));
            view! { <p class="figure-note">{format!("{n} older ones are left out. Choose a shorter time range.")}</p> }
        });
        Some(
            view! {
                <div class="event-lanes">{lanes.into_iter().collect_view()}</div>
                <ul class="alarm-list">{lines}</ul>
                {more}
            }
            .into_any(),
        )
    };
    view! {
        {drawn}
        <OpenAlarm opened on_change=renew />
    }
    .into_any()
}

const LANES: [(HappeningKind, &str); 3] = [
    (HappeningKind::Alarm, "Alarms"),
    (HappeningKind::Command, "Commands"),
    (HappeningKind::Event, "Events"),
];

/// Where it begins, and how long it lasts, in percent of the range; a moment lasts no time.
fn stretch(one: &Happening, from: i64, to: i64) -> (f64, Option<f64>) {
    let span = (to - from).max(1) as f64;
    let part = |at: i64| ((at - from) as f64 / span * 100.0).clamp(0.0, 100.0);
    let left = part(one.at_ms);
    let lasts = (one.kind == HappeningKind::Alarm).then(|| part(one.until_ms.unwrap_or(to)) - left);
    (left, lasts.map(|width| width.max(0.5)))
}

fn line(slug: &str, one: Happening, opened: RwSignal<Option<i64>>) -> impl IntoView + use<> {
    let device = format!("/w/{slug}/devices/{}", model::external_id::in_address(&one.device));
    let text = match one.alarm {
        Some(id) => view! {
            <button type="button" class="link-button" on:click=move |_| opened.set(Some(id))>
                {one.text}
            </button>
        }
        .into_any(),
        None => view! { <span>{one.text}</span> }.into_any(),
    };
    view! {
        <li data-severity=one.severity.map(|severity| severity.as_str())>
            <span class="dot" aria-hidden="true"></span>
            <div>
                {text} <small>
                    <a class="quiet-link" href=device>
                        {one.device_name}
                    </a>
                </small>
            </div>
            <small>
                <Time ms=Signal::stored(Some(one.at_ms)) />
            </small>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarms_last_and_events_are_moments() {
        let one = |kind, at_ms, until_ms| Happening {
            kind,
            at_ms,
            until_ms,
            device: "a".into(),
            device_name: "A".into(),
            text: "x".into(),
            severity: None,
            alarm: None,
        };
        assert_eq!(stretch(&one(HappeningKind::Alarm, 50, Some(150)), 100, 200), (0.0, Some(50.0)));
        assert_eq!(stretch(&one(HappeningKind::Alarm, 150, None), 100, 200), (50.0, Some(50.0)));
        assert_eq!(stretch(&one(HappeningKind::Event, 150, None), 100, 200), (50.0, None));
    }
}
