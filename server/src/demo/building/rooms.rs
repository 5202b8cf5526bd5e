//! Room sensors: air, light, people.

use super::people::{Clock, ramp};
use super::{draft, rounded, values, whole};
use model::dtdl::Schema;
use model::simulation::chance::{chance, wander};
use model::template::TemplateDraft;
use serde_json::{Map, Value};

/// How long the air of a room remembers, in steps of ten minutes.
const MEMORY: usize = 5;

/// A room.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// How many people it holds.
    pub(super) seats: f64,
    /// How much daylight and sun it gets, 0 to 1.
    pub(super) window: f64,
    /// Whether people are in it for meetings only.
    pub(super) meetings: bool,
}

/// The template of a room sensor.
pub(in crate::demo) fn template() -> TemplateDraft {
    draft(
        "Room sensor",
        &[
            ("temperature", "Temperature", Schema::Double, "°C"),
            ("humidity", "Humidity", Schema::Double, "%"),
            ("co2", "CO₂", Schema::Double, "ppm"),
            ("occupancy", "People", Schema::Integer, ""),
            ("light", "Light", Schema::Double, "lx"),
        ],
    )
}

impl Room {
    /// What its sensor tells.
    pub(super) fn values(self, seed: u64, clock: Clock) -> Map<String, Value> {
        let people = self.people(seed, clock);
        let lately: f64 =
            (0..MEMORY).map(|i| self.people(seed, clock.earlier(i as f64 * 600.0))).sum::<f64>()
                / MEMORY as f64;
        let crowd = lately / self.seats;
        let heated =
            if clock.weekend() { 0.2 } else { ramp(clock.hour(), 4.5, 8.0) - ramp(clock.hour(), 18.5, 23.5) };
        let sun = self.window * clock.sun();
        let temperature =
            18.9 + 2.3 * heated.max(0.0) + 0.9 * crowd + 1.1 * sun + 0.25 * wander(seed, clock.s, 2400.0);
        let humidity =
            41.0 + 7.0 * wander(seed ^ 1, clock.s, 40_000.0) + 4.0 * crowd - 1.2 * (temperature - 20.0);
        let co2 = 425.0 + 620.0 * crowd + 14.0 * wander(seed ^ 2, clock.s, 700.0);
        let lamps = if people > 0.0 { 390.0 } else { 2.0 };
        let light = lamps + 900.0 * sun * (0.75 + 0.25 * wander(seed ^ 3, clock.s, 1800.0));
        values([
            ("temperature", rounded(temperature, 2)),
            ("humidity", rounded(humidity, 1)),
            ("co2", rounded(co2, 0)),
            ("occupancy", whole(people)),
            ("light", rounded(light, 0)),
        ])
    }

    /// How many people are in it; a whole number.
    fn people(self, seed: u64, clock: Clock) -> f64 {
        if !self.meetings {
            return (self.seats * clock.bustle(seed)).round();
        }
        // Meetings take half hours, and more of them are held when the building is full.
        let slot = (clock.s / 1800.0).floor() as i64;
        let held = chance(seed ^ 4, slot) < 0.75 * clock.presence();
        if held { (self.seats * (0.3 + 0.65 * chance(seed ^ 5, slot))).round().max(2.0) } else { 0.0 }
    }
}
