//! The line that waits for the first value and tells of each that arrives, or of what went wrong on the way.

use crate::api::devices::device_events;
use crate::live;
use crate::pages::devices::here::Here;
use crate::ui::value::{count, format_value};
use crate::ui::{Banner, BannerKind, Time};
use leptos::prelude::*;
use model::event::DeviceEvent;
use model::live::LiveEvent;
use model::telemetry::Latest;

/// What the newest message brought.
#[derive(Clone, Debug, PartialEq)]
struct Arrival {
    points: Vec<Latest>,
    arrived_ms: i64,
    commit_ms: u32,
}

/// Waits, then tells.
#[component]
pub(super) fn FirstValue(here: Here) -> impl IntoView {
    let arrival = RwSignal::new(None::<Arrival>);
    let trouble = RwSignal::new(None::<DeviceEvent>);
    live::live().on_device(
        here.id(),
        Callback::new(move |event: LiveEvent| match event {
            LiveEvent::Values { arrived_ms, commit_ms, points, .. } => {
                trouble.set(None);
                arrival.set(Some(Arrival { points, arrived_ms, commit_ms }));
            }
            LiveEvent::Logged { .. } => look_for_trouble(here.slug(), here.id(), trouble),
            LiveEvent::Changed { .. }
            | LiveEvent::Alarms
            | LiveEvent::Gap
            | LiveEvent::Access
            | LiveEvent::Revoked => {}
        }),
    );
    let arrived = Memo::new(move |_| arrival.with(Option::is_some));
    let seen_before = move || here.last_seen.get().is_some();
    let told = move || {
        arrival.with(|arrival| {
            arrival
                .as_ref()
                .map(|a| (summary(&a.points, |field| here.words(field)), a.arrived_ms, a.commit_ms))
        })
    };
    view! {
        <div class="first-value" data-state=move || if arrived.get() { "arrived" } else { "waiting" }>
            <span class="dot" aria-hidden="true"></span>
            {move || match told() {
                Some((text, at, commit_ms)) => {
                    view! {
                        <span>
                            {text} " arrived " <Time ms=Some(at) />
                            {format!(", committed in {} ms", count(i64::from(commit_ms)))}
                        </span>
                    }
                        .into_any()
                }
                None if seen_before() => {
                    view! { <span>"Last heard " <Time ms=here.last_seen /> "; waiting for the next value…"</span> }
                        .into_any()
                }
                None => view! { <span>"Waiting for the first value…"</span> }.into_any(),
            }}
            // Said once: each further value would be read aloud.
            <span class="visually-hidden" role="status">
                {move || arrived.get().then_some("The device is live: a value arrived.")}
            </span>
        </div>
        {move || {
            trouble
                .get()
                .map(|line| {
                    view! {
                        <Banner kind=BannerKind::Warning>
                            <strong>{line.kind.label()}</strong>
                            ": "
                            {line.text}
                        </Banner>
                    }
                })
        }}
    }
    .into_any()
}

/// Shows the newest line of the log where it is trouble: a wrong key, a topic that isn't the device's.
fn look_for_trouble(slug: String, id: String, trouble: RwSignal<Option<DeviceEvent>>) {
    leptos::task::spawn_local(async move {
        if let Ok(lines) = device_events(slug, id).await {
            let newest = lines.into_iter().next().filter(|line| line.kind.is_trouble());
            if newest.is_some() {
                _ = trouble.try_set(newest);
            }
        }
    });
}

/// `temperature 21.5 °C`, the newest value of each of two names, and how many more there are.
fn summary(points: &[Latest], words: impl Fn(&str) -> (String, String)) -> String {
    const SHOWN: usize = 2;
    let mut newest: Vec<&Latest> = Vec::new();
    for point in points {
        match newest.iter_mut().find(|p| p.name == point.name) {
            Some(known) => *known = point,
            None => newest.push(point),
        }
    }
    let said: Vec<String> = newest
        .iter()
        .take(SHOWN)
        .map(|point| format!("{} {}", point.name, format_value(&point.value, &words(&point.name).1)))
        .collect();
    match newest.len().saturating_sub(SHOWN) {
        _ if newest.is_empty() => "A message".to_owned(),
        0 => said.join(", "),
        more => format!("{} and {more} more", said.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_newest_value_of_each_name_is_told() {
        let point = |name: &str, value| Latest { name: name.into(), value, ts: 0 };
        let words = |_: &str| (String::new(), "°C".to_owned());
        assert_eq!(summary(&[], words), "A message");
        let points = [point("t", json!(1)), point("t", json!(21.5))];
        assert_eq!(summary(&points, words), "t 21.5\u{a0}°C");
        let points = [point("a", json!(1)), point("b", json!(2)), point("c", json!(3))];
        assert_eq!(summary(&points, words), "a 1\u{a0}°C, b 2\u{a0}°C and 1 more");
    }
}
