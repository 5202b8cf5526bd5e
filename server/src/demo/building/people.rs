//! When people are in the building: what all of its curves follow.

use model::simulation::chance::wander;
use std::sync::OnceLock;

/// New York in winter is five hours behind; the building doesn't mind daylight saving.
const ZONE_S: i64 = -5 * 3600;
const WEEK_S: i64 = 7 * 24 * 3600;
/// 1970-01-05 was a Monday.
const MONDAY_S: i64 = 4 * 24 * 3600;
/// Width of a step of the table of sums, in seconds.
const STEP_S: i64 = 300;

/// A moment, as the building's clocks show it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// Seconds since 1970 in the building's zone.
    pub(super) s: f64,
    /// Whole weeks since 1970.
    week: i64,
    /// Seconds since Monday, 0:00.
    in_week_s: f64,
}

impl Clock {
    /// The moment so many milliseconds after 1970.
    pub(super) fn at(ms: i64) -> Clock {
        Clock::of(ms as f64 / 1000.0 + ZONE_S as f64)
    }

    fn of(s: f64) -> Clock {
        let since = s - MONDAY_S as f64;
        let week = (since / WEEK_S as f64).floor();
        Clock { s, week: week as i64, in_week_s: since - week * WEEK_S as f64 }
    }

    /// So many seconds earlier.
    pub(super) fn earlier(self, s: f64) -> Clock {
        Clock::of(self.s - s)
    }

    /// The hour of the day, 0 to 24.
    pub(super) fn hour(self) -> f64 {
        self.in_week_s / 3600.0 % 24.0
    }

    /// Whether it is Saturday or Sunday.
    pub(super) fn weekend(self) -> bool {
        self.in_week_s >= 5.0 * 24.0 * 3600.0
    }

    /// How much sun there is, 0 to 1.
    pub(super) fn sun(self) -> f64 {
        (((self.hour() - 6.5) / 11.0) * std::f64::consts::PI).sin().max(0.0)
    }

    /// The share of the people who are in, 0 to 1: fewer at lunch, next to none at night and at the weekend.
    pub(super) fn presence(self) -> f64 {
        let h = self.hour();
        if self.weekend() {
            return 0.04 * self.sun();
        }
        let rise = ramp(h, 7.0, 9.7);
        let fall = 1.0 - ramp(h, 16.3, 19.3);
        let lunch = 1.0 - 0.35 * (-((h - 12.6) / 0.6).powi(2)).exp();
        rise * fall * lunch
    }

    /// The same with the day's own liveliness.
    pub(super) fn bustle(self, seed: u64) -> f64 {
        (self.presence() * (1.0 + 0.18 * wander(seed, self.s, 1500.0))).clamp(0.0, 1.0)
    }

    /// Hours of full presence since 1970, which never shrink: what meters add up.
    pub(super) fn presence_hours(self) -> f64 {
        let table = sums();
        let step = self.in_week_s / STEP_S as f64;
        let left = (step.floor() as usize).min(table.len() - 2);
        let part = step - left as f64;
        let total = table.last().copied().unwrap_or_default();
        self.week as f64 * total + table[left] + (table[left + 1] - table[left]) * part
    }

    /// Hours since 1970.
    pub(super) fn hours(self) -> f64 {
        self.s / 3600.0
    }
}

/// From 0 at `from` to 1 at `to`, without a corner.
pub(super) fn ramp(x: f64, from: f64, to: f64) -> f64 {
    let part = ((x - from) / (to - from)).clamp(0.0, 1.0);
    part * part * (3.0 - 2.0 * part)
}

/// Hours of full presence from Monday, 0:00, to each step of the week.
fn sums() -> &'static [f64] {
    static SUMS: OnceLock<Vec<f64>> = OnceLock::new();
    SUMS.get_or_init(|| {
        let mut sum = 0.0;
        let mut sums = vec![0.0];
        for step in 0..WEEK_S / STEP_S {
            let middle = MONDAY_S as f64 + (step as f64 + 0.5) * STEP_S as f64;
            sum += Clock::of(middle).presence() * STEP_S as f64 / 3600.0;
            sums.push(sum);
        }
        sums
    })
}
