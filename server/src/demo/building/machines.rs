//! Everything in the building that is not a room.

use super::people::{Clock, ramp};
use super::{draft, rounded, values, whole};
use model::dtdl::Schema;
use model::simulation::chance::{chance, wander};
use model::template::TemplateDraft;
use serde_json::{Map, Value, json};

/// 2020-01-01 in hours since 1970: when the meters were at zero.
const METERS_FROM_H: f64 = 438_288.0;

/// What hangs on an energy meter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    /// What runs day and night, in kilowatts.
    pub(super) base_kw: f64,
    /// What comes with a full house, in kilowatts.
    pub(super) people_kw: f64,
}

pub(super) fn air_handler_template() -> TemplateDraft {
    draft(
        "Air handling unit",
        &[
            ("state", "State", Schema::String, ""),
            ("fan_speed", "Fan speed", Schema::Double, "%"),
            ("supply_temperature", "Supply temperature", Schema::Double, "°C"),
            ("return_temperature", "Return temperature", Schema::Double, "°C"),
            ("filter_pressure", "Filter pressure drop", Schema::Double, "Pa"),
            ("filter_dirty", "Filter needs changing", Schema::Boolean, ""),
        ],
    )
}

pub(super) fn air_handler(seed: u64, clock: Clock) -> Map<String, Value> {
    let h = clock.hour();
    let on = if clock.weekend() { (10.0..16.0).contains(&h) } else { (5.0..21.0).contains(&h) };
    let starting = on && !clock.weekend() && h < 5.25;
    let outside = 8.0 + 6.0 * clock.sun() + 5.0 * wander(seed, clock.s, 200_000.0);
    let state = match (on, starting) {
        (false, _) => "off",
        (_, true) => "starting",
        _ if (10.0..15.0).contains(&outside) => "free cooling",
        _ => "running",
    };
    let fan =
        if on { 38.0 + 46.0 * clock.bustle(seed) + 2.0 * wander(seed ^ 1, clock.s, 300.0) } else { 0.0 };
    let supply = if on {
        16.5 + 1.2 * wander(seed ^ 2, clock.s, 1800.0)
    } else {
        20.0 + wander(seed ^ 2, clock.s, 9000.0)
    };
    // The filter fills in eight weeks, and is changed then.
    let age = (clock.hours() / (24.0 * 56.0) + chance(seed, 9)).fract();
    let drop = if on { (60.0 + 140.0 * age) * (fan / 80.0).powi(2) } else { 0.0 };
    values([
        ("state", json!(state)),
        ("fan_speed", rounded(fan.max(0.0), 1)),
        ("supply_temperature", rounded(supply, 2)),
        (
            "return_temperature",
            rounded(21.2 + 1.6 * clock.presence() + 0.2 * wander(seed ^ 3, clock.s, 1200.0), 2),
        ),
        ("filter_pressure", rounded(drop, 0)),
        ("filter_dirty", json!(age > 0.9)),
    ])
}

pub(super) fn energy_template() -> TemplateDraft {
    draft(
        "Energy meter",
        &[
            ("power", "Power", Schema::Double, "kW"),
            ("energy", "Energy", Schema::Double, "kWh"),
            ("voltage", "Voltage", Schema::Double, "V"),
            ("power_factor", "Power factor", Schema::Double, ""),
        ],
    )
}

pub(super) fn energy(seed: u64, clock: Clock, load: Load) -> Map<String, Value> {
    let steady = load.base_kw + load.people_kw * clock.presence();
    let power = steady * (1.0 + 0.05 * wander(seed, clock.s, 240.0) + 0.03 * wander(seed ^ 1, clock.s, 31.0));
    let since = Clock::at(((METERS_FROM_H + 5.0) * 3_600_000.0) as i64);
    let energy = load.base_kw * (clock.hours() - since.hours())
        + load.people_kw * (clock.presence_hours() - since.presence_hours());
    values([
        ("power", rounded(power, 2)),
        ("energy", rounded(energy, 2)),
        ("voltage", rounded(208.0 - 2.5 * clock.presence() + 1.2 * wander(seed ^ 2, clock.s, 90.0), 1)),
        (
            "power_factor",
            rounded(0.93 + 0.03 * clock.presence() + 0.01 * wander(seed ^ 3, clock.s, 200.0), 3),
        ),
    ])
}

pub(super) fn water_template() -> TemplateDraft {
    draft(
        "Water meter",
        &[
            ("flow", "Flow", Schema::Double, "L/h"),
            ("volume", "Volume", Schema::Double, "m³"),
            ("leak", "Leak suspected", Schema::Boolean, ""),
        ],
    )
}

pub(super) fn water(seed: u64, clock: Clock) -> Map<String, Value> {
    // Taps and toilets: bursts, more of them the fuller the house.
    let slot = (clock.s / 20.0).floor() as i64;
    let burst =
        if chance(seed, slot) < 0.15 + 0.6 * clock.presence() { 600.0 * chance(seed ^ 1, slot) } else { 0.0 };
    let flow = 12.0 + 420.0 * clock.presence() + burst * (0.1 + clock.presence());
    let volume = 0.012 * clock.hours() + 0.62 * clock.presence_hours();
    values([("flow", rounded(flow, 0)), ("volume", rounded(volume, 3)), ("leak", json!(false))])
}

pub(super) fn elevator_template() -> TemplateDraft {
    draft(
        "Elevator",
        &[
            ("floor", "Floor", Schema::Integer, ""),
            ("door_open", "Door open", Schema::Boolean, ""),
            ("load", "Load", Schema::Double, "kg"),
            ("trips", "Trips today", Schema::Integer, ""),
        ],
    )
}

pub(super) fn elevator(seed: u64, clock: Clock) -> Map<String, Value> {
    let slot = (clock.s / 18.0).floor() as i64;
    // The last trip that was made decides where it stands; at night that may be a while ago.
    let moved = |slot: i64| chance(seed, slot) < 0.02 + 0.85 * clock.presence();
    let last = (0..200).map(|back| slot - back).find(|slot| moved(*slot)).unwrap_or_default();
    let busy = last == slot;
    let midnight = clock.earlier(clock.hour() * 3600.0);
    let trips = 110.0 * (clock.presence_hours() - midnight.presence_hours()) + 0.6 * clock.hour();
    let load = if busy { 75.0 * (chance(seed ^ 2, slot) * 7.0).floor() } else { 0.0 };
    values([
        ("floor", whole((chance(seed ^ 1, last) * 6.0).floor())),
        ("door_open", json!(busy && clock.s % 18.0 > 11.0)),
        ("load", rounded(load, 0)),
        ("trips", whole(trips.floor())),
    ])
}

pub(super) fn shuttle_template() -> TemplateDraft {
    draft(
        "Shuttle bus",
        &[
            ("location", "Location", Schema::GeoPoint, ""),
            ("speed", "Speed", Schema::Double, "km/h"),
            ("battery", "Battery", Schema::Double, "%"),
            ("doors_open", "Doors open", Schema::Boolean, ""),
        ],
    )
}

/// The stops of its round, degrees north and east: the office, Penn Station, Bryant Park, Columbus Circle.
const STOPS: [(f64, f64); 4] =
    [(40.7537, -74.0007), (40.7506, -73.9935), (40.7536, -73.9832), (40.7681, -73.9819)];
/// A leg takes ten minutes, two of them at the stop.
const LEG_S: f64 = 600.0;
const STOP_S: f64 = 120.0;

pub(super) fn shuttle(seed: u64, clock: Clock) -> Map<String, Value> {
    let h = clock.hour();
    let out = !clock.weekend() && (7.0..20.0).contains(&h);
    let round = if out { (h - 7.0) * 3600.0 / LEG_S } else { 0.0 };
    let leg = round.floor();
    let into = (round - leg) * LEG_S;
    let at = |i: f64| STOPS[(i as usize) % STOPS.len()];
    let (from, to) = (at(leg), at(leg + 1.0));
    let part = ramp(into, STOP_S, LEG_S);
    let standing = !out || into < STOP_S;
    let speed = if standing {
        0.0
    } else {
        26.0 * (part * (1.0 - part) * 4.0).sqrt() + 4.0 * wander(seed, clock.s, 45.0).abs()
    };
    // Down by half over the day, charged at night.
    let battery = match (out, h < 7.0) {
        (true, _) => 97.0 - 52.0 * (h - 7.0) / 13.0,
        (false, true) if !clock.weekend() => (61.0 + 36.0 * h / 7.0).min(97.0),
        (false, false) if !clock.weekend() => 45.0 + 16.0 * (h - 20.0) / 4.0,
        _ => 97.0,
    };
    let place = |a: f64, b: f64| json!(((a + (b - a) * part) * 1e6).round() / 1e6);
    values([
        ("location", json!({"lat": place(from.0, to.0), "lon": place(from.1, to.1)})),
        ("speed", rounded(speed, 1)),
        ("battery", rounded(battery, 1)),
        ("doors_open", json!(out && into < STOP_S)),
    ])
}
