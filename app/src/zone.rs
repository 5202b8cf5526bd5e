//! Times as the viewer reads them: their zone, ages that tick, and UTC until the page lives.
//!
//! The zone's offset comes from the browser's `Intl`; all else is arithmetic, the same on server and browser.

mod civil;
mod field;
mod offset;

pub(crate) use civil::{civil, midnight_ms};
pub use civil::{iso, utc};
pub(crate) use field::{field_ms, field_text};
pub(crate) use offset::offset_ms;

use leptos::prelude::*;
use std::time::Duration;

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The clock of the page: what time it is, and in which zone the viewer reads times.
#[derive(Clone, Copy)]
pub struct Clock {
    /// Milliseconds since 1970; nothing on the server and until the page lives. Ticks every second.
    now: RwSignal<Option<i64>>,
    /// An IANA name; empty: the browser's own.
    zone: RwSignal<String>,
}

/// Starts the clock of the page; the app does it once.
pub fn provide_clock() -> Clock {
    let clock = Clock { now: RwSignal::new(None), zone: RwSignal::new(String::new()) };
    provide_context(clock);
    Effect::new(move |_| {
        clock.now.set(Some(now_ms()));
        let ticking = set_interval_with_handle(move || clock.now.set(Some(now_ms())), Duration::from_secs(1));
        if let Ok(ticking) = ticking {
            on_cleanup(move || ticking.clear());
        }
    });
    clock
}

/// The clock of the page.
pub fn use_clock() -> Clock {
    use_context().unwrap_or_else(|| Clock { now: RwSignal::new(None), zone: RwSignal::new(String::new()) })
}

/// The browser's time, in milliseconds since 1970. Browser only.
pub fn now_ms() -> i64 {
    js_sys::Date::now() as i64
}

impl Clock {
    /// What time it is, in milliseconds since 1970; nothing until the page lives. Reading it ticks every second.
    pub fn now(&self) -> Option<i64> {
        self.now.get()
    }

    /// Reads times in this zone from now on: an IANA name, or empty for the browser's own.
    pub fn set_zone(&self, zone: String) {
        if self.zone.with_untracked(|z| *z != zone) {
            self.zone.set(zone);
        }
    }

    /// The viewer's zone; empty: the browser's own.
    pub fn zone(&self) -> String {
        self.zone.get()
    }

    /// `22 Nov 2026, 20:30:31` in the viewer's zone. Browser only.
    pub fn exact(&self, at_ms: i64) -> String {
        civil(at_ms + offset_ms(&self.zone.get(), at_ms)).date_time()
    }

    /// `20:30:31` in the viewer's zone. Browser only.
    pub fn time_of_day(&self, at_ms: i64) -> String {
        civil(at_ms + offset_ms(&self.zone.get(), at_ms)).time()
    }

    /// The age of a moment: `now`, `2 s ago`, `5 min ago`, `3 h ago`, `2 d ago`, then the date. Browser only.
    pub fn relative(&self, at_ms: i64, now_ms: i64) -> String {
        age(at_ms, now_ms).unwrap_or_else(|| civil(at_ms + offset_ms(&self.zone.get(), at_ms)).date())
    }
}

/// The age in words up to ten days; clocks that differ by some seconds don't make the future.
fn age(at_ms: i64, now_ms: i64) -> Option<String> {
    let age = now_ms - at_ms;
    let (size, ahead) = (age.abs(), age < 0);
    let text = match size {
        s if ahead && s < 30 * SECOND_MS => return Some("now".into()),
        s if s < SECOND_MS => return Some("now".into()),
        s if s < MINUTE_MS => format!("{} s", s / SECOND_MS),
        s if s < HOUR_MS => format!("{} min", s / MINUTE_MS),
        s if s < 2 * DAY_MS => format!("{} h", s / HOUR_MS),
        s if s < 10 * DAY_MS => format!("{} d", s / DAY_MS),
        _ => return None,
    };
    Some(if ahead { format!("in {text}") } else { format!("{text} ago") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages() {
        let now = 1_800_000_000_000;
        let cases = [
            (0, Some("now")),
            (-5 * SECOND_MS, Some("now")),
            (2 * SECOND_MS, Some("2 s ago")),
            (59 * SECOND_MS, Some("59 s ago")),
            (61 * MINUTE_MS, Some("1 h ago")),
            (47 * HOUR_MS, Some("47 h ago")),
            (3 * DAY_MS, Some("3 d ago")),
            (-2 * HOUR_MS, Some("in 2 h")),
            (11 * DAY_MS, None),
        ];
        for (ago, text) in cases {
            assert_eq!(age(now - ago, now).as_deref(), text);
        }
    }
}
