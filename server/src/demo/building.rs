//! A simulated office building in New York: rooms, air handling, meters, an elevator, a shuttle.
//!
//! Every value follows from the time alone, so the history that a second start sends is the one that the first sent.

mod machines;
mod people;
mod rooms;

use model::dtdl::Schema;
use model::simulation::chance::{self, hash};
use model::template::{Telemetry, TemplateDraft};
use people::Clock;
use serde_json::{Map, Value, json};
use std::time::Duration;

pub(super) use rooms::template as room_template;

/// How far back the building's history goes, and how dense it is, in milliseconds.
const HISTORY_MS: i64 = 7 * 24 * 3600 * 1000;
const STEP_MS: i64 = 5 * 60 * 1000;

/// A device of the building.
#[derive(Clone, Debug)]
pub(super) struct Simulated {
    /// What it connects with.
    pub(super) id: &'static str,
    /// What people call it.
    pub(super) name: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Room(rooms::Room),
    AirHandler,
    EnergyMeter(machines::Load),
    WaterMeter,
    Elevator,
    Shuttle,
}

/// All devices of the building.
pub(super) fn devices() -> Vec<Simulated> {
    use machines::Load;
    let room = |id, name, seats, window, meetings| Simulated {
        id,
        name,
        kind: Kind::Room(rooms::Room { seats, window, meetings }),
    };
    let machine = |id, name, kind| Simulated { id, name, kind };
    vec![
        room("room-101", "Reception", 6.0, 0.6, false),
        room("room-102", "Café", 30.0, 0.8, false),
        room("room-201", "Open office north", 42.0, 0.4, false),
        room("room-202", "Open office south", 38.0, 1.0, false),
        room("room-203", "Meeting room Hudson", 10.0, 0.5, true),
        room("room-204", "Meeting room Harlem", 8.0, 0.0, true),
        room("room-301", "Laboratory", 12.0, 0.2, false),
        room("room-302", "Board room", 16.0, 0.9, true),
        machine("ahu-1", "Air handling unit 1", Kind::AirHandler),
        machine("ahu-2", "Air handling unit 2", Kind::AirHandler),
        machine("meter-main", "Main meter", Kind::EnergyMeter(Load { base_kw: 18.0, people_kw: 64.0 })),
        machine(
            "meter-hvac",
            "Heating and cooling meter",
            Kind::EnergyMeter(Load { base_kw: 6.0, people_kw: 31.0 }),
        ),
        machine("meter-kitchen", "Café meter", Kind::EnergyMeter(Load { base_kw: 1.2, people_kw: 9.0 })),
        machine("water-main", "Water meter", Kind::WaterMeter),
        machine("elevator-1", "Elevator", Kind::Elevator),
        machine("shuttle-1", "Shuttle bus", Kind::Shuttle),
    ]
}

impl Simulated {
    /// The template of its kind.
    pub(super) fn template(&self) -> TemplateDraft {
        match self.kind {
            Kind::Room(_) => rooms::template(),
            Kind::AirHandler => machines::air_handler_template(),
            Kind::EnergyMeter(_) => machines::energy_template(),
            Kind::WaterMeter => machines::water_template(),
            Kind::Elevator => machines::elevator_template(),
            Kind::Shuttle => machines::shuttle_template(),
        }
    }

    /// How often it reports: each at a pace of its own, every two to five seconds.
    pub(super) fn every(&self) -> Duration {
        Duration::from_millis(2000 + hash(self.seed(), 0) % 3001)
    }

    /// What it reports at this time, milliseconds since 1970.
    pub(super) fn values(&self, at_ms: i64) -> Map<String, Value> {
        let (seed, clock) = (self.seed(), Clock::at(at_ms));
        match self.kind {
            Kind::Room(room) => room.values(seed, clock),
            Kind::AirHandler => machines::air_handler(seed, clock),
            Kind::EnergyMeter(load) => machines::energy(seed, clock, load),
            Kind::WaterMeter => machines::water(seed, clock),
            Kind::Elevator => machines::elevator(seed, clock),
            Kind::Shuttle => machines::shuttle(seed, clock),
        }
    }

    /// Its messages of the last seven days, but after `after_ms`: one in five minutes, oldest first.
    pub(super) fn history(&self, after_ms: i64, now_ms: i64) -> Vec<Value> {
        let first = after_ms.max(now_ms - HISTORY_MS).div_euclid(STEP_MS) + 1;
        let last = now_ms.div_euclid(STEP_MS);
        (first..=last)
            .map(|step| json!({"ts": step * STEP_MS, "values": self.values(step * STEP_MS)}))
            .collect()
    }

    fn seed(&self) -> u64 {
        chance::seed(self.id)
    }
}

/// A draft from rows of name, display name, type and unit.
fn draft(name: &str, rows: &[(&str, &str, Schema, &str)]) -> TemplateDraft {
    let field = |(name, display_name, schema, unit): &(&str, &str, Schema, &str)| Telemetry {
        name: (*name).into(),
        display_name: (*display_name).into(),
        schema: schema.clone(),
        unit: (*unit).into(),
        ..Telemetry::default()
    };
    TemplateDraft { name: name.into(), telemetry: rows.iter().map(field).collect() }
}

/// Values from names, in no order that matters.
fn values<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Rounded as a sensor would tell it.
fn rounded(value: f64, digits: i32) -> Value {
    let scale = 10f64.powi(digits);
    json!((value * scale).round() / scale)
}

fn whole(value: f64) -> Value {
    json!(value.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// Monday, 2026-11-23, 05:00 UTC: midnight in New York.
    const MONDAY_MS: i64 = 1_795_410_000_000;

    fn hour(h: f64) -> i64 {
        MONDAY_MS + (h * 3_600_000.0) as i64
    }

    fn number(device: &Simulated, name: &str, at_ms: i64) -> f64 {
        device.values(at_ms)[name].as_f64().unwrap()
    }

    #[test]
    fn every_value_fits_its_template() {
        let devices = devices();
        assert!(devices.len() >= 12);
        assert_eq!(devices.iter().map(|d| d.id).collect::<HashSet<_>>().len(), devices.len());
        for device in &devices {
            let template = device.template();
            for step in 0..24 * 12 {
                let values = device.values(MONDAY_MS + step * STEP_MS);
                for field in &template.telemetry {
                    let value = &values[&field.name];
                    assert_eq!(field.schema.check(value), Ok(()), "{} {}", device.id, field.name);
                }
                assert_eq!(values.len(), template.telemetry.len(), "{}", device.id);
            }
            assert!((2..=5).contains(&device.every().as_secs()));
        }
    }

    #[test]
    fn a_day_looks_like_one() {
        let devices = devices();
        let find = |id: &str| devices.iter().find(|d| d.id == id).unwrap();
        let (office, meter, unit) = (find("room-201"), find("meter-main"), find("ahu-1"));
        assert!(number(office, "co2", hour(11.0)) > number(office, "co2", hour(3.0)) + 150.0);
        assert!(number(office, "occupancy", hour(11.0)) > 15.0);
        assert_eq!(number(office, "occupancy", hour(3.0)), 0.0);
        assert!(number(office, "temperature", hour(14.0)) > number(office, "temperature", hour(4.0)) + 1.0);
        assert!(number(meter, "power", hour(11.0)) > 1.5 * number(meter, "power", hour(3.0)));
        assert_eq!(unit.values(hour(2.0))["state"], "off");
        assert_ne!(unit.values(hour(12.0))["state"], "off");
    }

    #[test]
    fn meters_never_run_backwards() {
        let devices = devices();
        for (id, name) in [("meter-main", "energy"), ("water-main", "volume")] {
            let device = devices.iter().find(|d| d.id == id).unwrap();
            let readings: Vec<f64> = (0..24 * 14).map(|h| number(device, name, hour(f64::from(h)))).collect();
            assert!(readings.windows(2).all(|pair| pair[0] < pair[1]), "{id}");
        }
    }

    #[test]
    fn history_is_the_same_when_told_again() {
        let device = &devices()[0];
        let (first, second) = (device.history(0, hour(12.0)), device.history(0, hour(12.5)));
        assert_eq!(first.len(), 7 * 24 * 12);
        assert_eq!(first[6..], second[..second.len() - 6]);
        assert_eq!(device.history(hour(12.0), hour(12.5)), second[second.len() - 6..]);
    }
}
