//! Values of any type, each by its seed and the time.

use super::chance::{chance, hash, seed as seed_of, slot, wander};
use super::quantity::Quantity;
use crate::dtdl::{Capability, EnumSchema, Schema};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// Words that a text about a state is one of, the first most of the time.
const STATES: [&str; 3] = ["running", "idle", "standby"];
/// Words in the names of what is seldom true.
const SELDOM: [&str; 8] = ["alarm", "fault", "error", "leak", "warn", "open", "motion", "dirty"];
/// Words in the names of what is mostly true.
const MOSTLY: [&str; 6] = ["online", "enabled", "powered", "running", "active", "closed"];

/// What a device has under this name at this time, seconds since 1970.
pub(super) fn value(capability: &Capability, seed: u64, at_s: f64) -> Value {
    let seed = hash(seed_of(&capability.name) ^ seed_of(&capability.component), seed.cast_signed());
    of_schema(&capability.schema, capability, seed, at_s)
}

/// The same for a part of a value: what it is called says what it may be.
fn part(schema: &Schema, name: &str, whole: &Capability, seed: u64, at_s: f64) -> Value {
    let part =
        Capability { name: name.to_owned(), component: whole.component.clone(), ..Capability::default() };
    of_schema(schema, &part, seed ^ seed_of(name), at_s)
}

fn of_schema(schema: &Schema, capability: &Capability, seed: u64, at_s: f64) -> Value {
    match schema {
        Schema::Double | Schema::Float | Schema::Any => {
            let value = Quantity::of(capability).at(seed, at_s);
            // A whole number stays one: `21.0` and `21` are the same to everybody.
            if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) }
        }
        Schema::Integer | Schema::Long => whole(capability, seed, at_s),
        Schema::Boolean => {
            let name = capability.name.to_lowercase();
            let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
            let share = match (has(&SELDOM), has(&MOSTLY)) {
                (true, _) => 0.08,
                (_, true) => 0.9,
                _ => 0.4,
            };
            json!(chance(seed, slot(seed, at_s, 120.0 + 900.0 * chance(seed, 1))) < share)
        }
        Schema::String => text(capability, seed, at_s),
        Schema::Enum(values) => one_of(values, seed, at_s),
        Schema::Date | Schema::DateTime | Schema::Time => moment(schema, at_s),
        Schema::Duration => json!(format!("PT{}M", 1 + hash(seed, slot(seed, at_s, 600.0)) % 55)),
        Schema::GeoPoint => place(seed, at_s),
        Schema::Vector => {
            let axis = |n: u64, rest: f64| rounded(rest + 0.4 * wander(seed ^ n, at_s, 30.0), 3);
            json!({"x": axis(1, 0.0), "y": axis(2, 0.0), "z": axis(3, 9.81)})
        }
        Schema::Geometry(_) => schema.example(),
        Schema::Object(fields) => {
            let fields = fields.iter();
            fields.map(|f| (f.name.clone(), part(&f.schema, &f.name, capability, seed, at_s))).collect()
        }
        Schema::Array(element) => {
            let name = &capability.name;
            (0..3).map(|n| part(element, name, capability, hash(seed, n), at_s)).collect()
        }
        Schema::Map(map) => {
            let keys = ["a", "b"].into_iter();
            let keys = keys.map(|key| (key.to_owned(), part(&map.value, key, capability, seed, at_s)));
            Value::Object(keys.collect::<Map<_, _>>())
        }
    }
}

fn whole(capability: &Capability, seed: u64, at_s: f64) -> Value {
    let value = Quantity::of(capability).at(seed, at_s).round();
    let (least, most) =
        (capability.min.unwrap_or(f64::MIN).ceil(), capability.max.unwrap_or(f64::MAX).floor());
    json!(value.max(least).min(most.max(least)) as i64)
}

/// One value of an enum, which lasts a while; the first ones more often.
fn one_of(values: &EnumSchema, seed: u64, at_s: f64) -> Value {
    let lasting = slot(seed, at_s, 300.0 + 1500.0 * chance(seed, 2));
    let drawn = chance(seed, lasting);
    let index = (drawn * drawn * values.values.len() as f64) as usize;
    values.values.get(index).map_or(Value::Null, |one| one.value.to_value())
}

fn text(capability: &Capability, seed: u64, at_s: f64) -> Value {
    let name = capability.name.to_lowercase();
    let has = |word: &str| name.contains(word);
    let number = hash(seed, 0);
    json!(match () {
        () if has("serial") => format!("SIM-{:08X}", number & 0xFFFF_FFFF),
        () if has("manufacturer") => "Simulated Works".to_owned(),
        () if has("model") => format!("SIM-{}00", 1 + number % 9),
        () if has("version") || has("firmware") => format!("1.{}.{}", number % 10, (number >> 8) % 20),
        () if has("state") || has("status") || has("mode") => {
            let lasting = slot(seed, at_s, 300.0 + 1500.0 * chance(seed, 2));
            STATES[usize::from(chance(seed, lasting) > 0.6) + usize::from(chance(seed, lasting) > 0.9)]
                .to_owned()
        }
        () => format!("{} {}", capability.label(), 1 + number % 99),
    })
}

/// Somewhere around a home of its own in Vienna, wandering.
fn place(seed: u64, at_s: f64) -> Value {
    let home = |n: i64, middle: f64, width: f64| middle + width * (chance(seed, n) - 0.5);
    let way = |n: u64, degrees: f64| {
        degrees * (wander(seed ^ n, at_s, 5400.0) + 0.15 * wander(seed ^ n ^ 8, at_s, 300.0))
    };
    json!({
        "lat": rounded(home(1, 48.21, 0.12) + way(1, 0.015), 6),
        "lon": rounded(home(2, 16.37, 0.18) + way(2, 0.022), 6),
        "alt": rounded(170.0 + 30.0 * chance(seed, 3), 0),
    })
}

/// The last full hour.
fn moment(schema: &Schema, at_s: f64) -> Value {
    let hour = (at_s / 3600.0).floor() * 3600.0;
    let at = OffsetDateTime::from_unix_timestamp(hour as i64).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let said = match schema {
        Schema::Date => at.format(format_description!("[year]-[month]-[day]")),
        Schema::Time => at.format(format_description!("[hour]:[minute]:[second]")),
        _ => at.format(&Rfc3339),
    };
    json!(said.unwrap_or_default())
}

fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtdl::{self, Document};

    const EVERYTHING: &str = r#"{"@context": "dtmi:dtdl:context;2", "@id": "dtmi:test:All;1", "@type": "Interface", "contents": [
        {"@type": "Telemetry", "name": "double", "schema": "double"},
        {"@type": "Telemetry", "name": "long", "schema": "long"},
        {"@type": "Telemetry", "name": "open", "schema": "boolean"},
        {"@type": "Telemetry", "name": "words", "schema": "string"},
        {"@type": "Telemetry", "name": "status", "schema": "string"},
        {"@type": "Telemetry", "name": "date", "schema": "date"},
        {"@type": "Telemetry", "name": "dateTime", "schema": "dateTime"},
        {"@type": "Telemetry", "name": "time", "schema": "time"},
        {"@type": "Telemetry", "name": "duration", "schema": "duration"},
        {"@type": ["Telemetry", "Location"], "name": "where", "schema": "geopoint"},
        {"@type": "Telemetry", "name": "axes", "schema": "vector"},
        {"@type": "Telemetry", "name": "line", "schema": "lineString"},
        {"@type": "Telemetry", "name": "phase", "schema": {"@type": "Enum", "valueSchema": "integer",
            "enumValues": [{"name": "off", "enumValue": 0}, {"name": "on", "enumValue": 1}, {"name": "bad", "enumValue": 9}]}},
        {"@type": "Telemetry", "name": "deep", "schema": {"@type": "Object", "fields": [
            {"name": "temperature", "schema": "double"}, {"name": "list", "schema": {"@type": "Array", "elementSchema": "integer"}},
            {"name": "map", "schema": {"@type": "Map", "mapKey": {"name": "k", "schema": "string"}, "mapValue": {"name": "v", "schema": "boolean"}}}]}}
    ]}"#;

    fn capabilities() -> Vec<Capability> {
        dtdl::capabilities(&Document::parse(EVERYTHING).unwrap())
    }

    #[test]
    fn every_type_has_values_that_its_schema_takes() {
        for capability in capabilities() {
            for step in 0..300 {
                let value = value(&capability, 11, 1_790_000_000.0 + f64::from(step) * 700.0);
                let checked = capability.schema.check(&value);
                assert_eq!(checked, Ok(()), "{}: {value}", capability.name);
            }
        }
    }

    #[test]
    fn the_same_moment_has_the_same_value_and_each_device_its_own() {
        let all = capabilities();
        let at = 1_790_000_123.0;
        let of = |seed| all.iter().map(|c| value(c, seed, at)).collect::<Vec<_>>();
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn states_and_booleans_last() {
        for capability in
            capabilities().iter().filter(|c| ["open", "phase", "status"].contains(&c.name.as_str()))
        {
            let (mut changes, mut seen, mut before) = (0, Vec::new(), Value::Null);
            for step in 0..17_280 {
                let now = value(capability, 5, 1_790_000_000.0 + f64::from(step) * 5.0);
                changes += u32::from(now != before);
                if !seen.contains(&now) {
                    seen.push(now.clone());
                }
                before = now;
            }
            assert!(seen.len() > 1, "{} never changes within a day", capability.name);
            assert!(changes < 400, "{} changes {changes} times a day", capability.name);
        }
    }

    #[test]
    fn places_wander_without_leaps() {
        let all = capabilities();
        let place = all.iter().find(|c| c.name == "where").unwrap();
        let mut before: Option<(f64, f64)> = None;
        for step in 0..2000 {
            let now = value(place, 9, 1_790_000_000.0 + f64::from(step) * 5.0);
            let now = (now["lat"].as_f64().unwrap(), now["lon"].as_f64().unwrap());
            if let Some(before) = before {
                // A thousandth of a degree is a hundred metres.
                assert!(
                    (now.0 - before.0).abs() < 0.001 && (now.1 - before.1).abs() < 0.001,
                    "{before:?} {now:?}"
                );
            }
            before = Some(now);
        }
    }
}
