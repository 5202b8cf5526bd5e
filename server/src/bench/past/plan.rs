//! Which devices there were, when they sent, and what: all of it follows from numbers alone.

use crate::bench::chance::Chance;
use std::time::{SystemTime, UNIX_EPOCH};

/// What devices send: name, middle, daily swing, noise, steps a unit.
pub(in crate::bench) const FIELDS: [(&str, f64, f64, f64, f64); 4] = [
    ("temperature", 21.0, 4.0, 0.2, 100.0),
    ("humidity", 48.0, 9.0, 0.8, 10.0),
    ("pressure", 1013.0, 3.0, 0.3, 10.0),
    ("battery", 3.7, 0.02, 0.002, 1000.0),
];
const MINUTE_MS: i64 = 60_000;
pub(super) const YEAR_MINUTES: i64 = 365 * 24 * 60;
/// Minutes between two messages of a device that has been there for a year.
pub(super) const FAR_EVERY: i64 = 10;
/// How far a message is off its minute, in milliseconds: clocks and networks are not exact.
const JITTER_MS: u64 = 40;

/// How much past there is to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::bench) struct Plan {
    /// Devices that send each minute.
    pub(in crate::bench) near: i64,
    /// For so many days.
    pub(in crate::bench) days: i64,
    /// Devices that have been there for a year.
    pub(in crate::bench) far: i64,
    /// When it ends, milliseconds since 1970.
    pub(in crate::bench) until_ms: i64,
}

impl Plan {
    /// At least so many datapoints, until now.
    pub(super) fn of(datapoints: u64) -> Plan {
        let per_device = |messages: i64| messages * FIELDS.len() as i64;
        let far_each = per_device(YEAR_MINUTES / FAR_EVERY);
        let near_each = per_device(7 * 24 * 60);
        let wanted = i64::try_from(datapoints).unwrap_or(i64::MAX);
        // A device of a year to twenty others.
        let far = (wanted / (20 * near_each + far_each)).max(1);
        let near = ((wanted - far * far_each).max(0) + near_each - 1) / near_each;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as i64;
        Plan { near: near.max(4), days: 7, far, until_ms: now / MINUTE_MS * MINUTE_MS }
    }

    pub(super) fn to_text(self) -> String {
        format!("{} {} {} {}", self.near, self.days, self.far, self.until_ms)
    }

    pub(super) fn from_text(text: &str) -> Option<Plan> {
        let mut numbers = text.split(' ').map(|word| word.parse().ok());
        let mut next = || numbers.next().flatten();
        Some(Plan { near: next()?, days: next()?, far: next()?, until_ms: next()? })
    }

    pub(in crate::bench) fn datapoints(self) -> i64 {
        (self.near * self.days * 24 * 60 + self.far * YEAR_MINUTES / FAR_EVERY) * FIELDS.len() as i64
    }

    /// The devices that send in a minute of the year; those of the whole year are numbered behind the others.
    pub(super) fn senders(self, minute: i64) -> impl Iterator<Item = i64> {
        let near = if minute >= YEAR_MINUTES - self.days * 24 * 60 { self.near } else { 0 };
        let far = if minute % FAR_EVERY == 0 { self.far } else { 0 };
        (0..near).chain(self.near..self.near + far)
    }

    /// The message of a device in a minute: its time and its values.
    pub(super) fn message(self, device: i64, minute: i64) -> (i64, [f64; FIELDS.len()]) {
        let chance = |salt: i64| mixed(((device << 40) ^ (minute << 8) ^ salt).cast_unsigned());
        let offset = (mixed(device.cast_unsigned()) % MINUTE_MS as u64 + chance(0) % JITTER_MS) as i64;
        let ts = self.until_ms - (YEAR_MINUTES - minute) * MINUTE_MS + offset;
        let day = std::f64::consts::TAU * (minute % 1440) as f64 / 1440.0;
        let mut values = [0.0; FIELDS.len()];
        for (place, (value, (_, middle, swing, noise, steps))) in values.iter_mut().zip(FIELDS).enumerate() {
            let part = (chance(place as i64 + 1) >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
            let exact = middle
                + (device % 17) as f64 * noise
                + swing * (day + device as f64).sin()
                + 2.0 * noise * part;
            *value = (exact * steps).round() / steps;
        }
        (ts, values)
    }
}

/// A number that looks random and follows from another (SplitMix64).
pub(super) fn mixed(number: u64) -> u64 {
    Chance::new(number).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_holds_what_is_asked_for_and_is_read_again() {
        for wanted in [100_000, 2_000_000, 50_000_000] {
            let plan = Plan::of(wanted);
            assert!(plan.datapoints().unsigned_abs() >= wanted, "{plan:?}");
            assert_eq!(Plan::from_text(&plan.to_text()), Some(plan));
            let sent: i64 = (0..YEAR_MINUTES).map(|minute| plan.senders(minute).count() as i64).sum();
            assert_eq!(sent * FIELDS.len() as i64, plan.datapoints());
        }
        assert_eq!(Plan::from_text("1 2 x 4"), None);
    }

    #[test]
    fn a_device_sends_in_order_and_always_the_same() {
        let plan = Plan { near: 3, days: 1, far: 1, until_ms: 1_750_000_000_000 };
        let times: Vec<i64> = (0..100).map(|minute| plan.message(2, minute).0).collect();
        assert!(times.windows(2).all(|two| two[0] < two[1]));
        assert_eq!(plan.message(2, 7), plan.message(2, 7));
    }
}
