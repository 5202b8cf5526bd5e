//! Three weather stations and a year of their real readings; `data/README.md` says where they are from.
//!
//! The times are shifted by whole weeks, so that hours of the day and days of the week stay true. Between two readings
//! the live value is drawn straight from one to the next; beyond the last, the year begins again, whole weeks back.

use crate::error::{Error, Result};
use flate2::read::GzDecoder;
use model::dtdl::Schema;
use model::template::{Telemetry, TemplateDraft};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const DATA: &[u8] = include_bytes!("../../../data/weather-stations-2013.csv.gz");
const WEEK_S: i64 = 7 * 24 * 3600;
/// 1970-01-05 was a Monday.
const MONDAY_S: i64 = 4 * 24 * 3600;
/// Between readings further apart than this nothing is drawn, in seconds.
const GAP_S: i64 = 3 * 3600;
/// A faster wind, in miles an hour, is a fault of the station: told as it came, and not drawn towards.
const WIND_MAX: f64 = 250.0;

/// A value of the template: its name, what people call it, and its unit, in the order of the data's columns.
const FIELDS: [(&str, &str, &str); 9] = [
    ("temperature", "Temperature", "°F"),
    ("dew_point", "Dew point", "°F"),
    ("humidity", "Humidity", "%"),
    ("wind_direction", "Wind direction", "°"),
    ("wind_speed", "Wind speed", "mph"),
    ("wind_gust", "Wind gust", "mph"),
    ("precipitation", "Precipitation", "in"),
    ("pressure", "Pressure", "mbar"),
    ("visibility", "Visibility", "mi"),
];
const WIND_DIRECTION: usize = 3;
const PRECIPITATION: usize = 6;

/// The stations: what they connect with in lower case, and their names.
pub(super) const STATIONS: [(&str, &str); 3] =
    [("EWR", "Newark Liberty (EWR)"), ("JFK", "John F. Kennedy (JFK)"), ("LGA", "LaGuardia (LGA)")];

/// The template of a station.
pub(super) fn template() -> TemplateDraft {
    let field = |(name, display_name, unit): (&str, &str, &str)| Telemetry {
        name: name.into(),
        display_name: display_name.into(),
        schema: Schema::Double,
        unit: unit.into(),
        ..Telemetry::default()
    };
    TemplateDraft { name: "Weather station".into(), telemetry: FIELDS.into_iter().map(field).collect() }
}

/// What one station told at one time.
#[derive(Clone, Debug, PartialEq)]
struct Reading {
    /// Seconds since 1970, as it was in 2013.
    at_s: i64,
    /// In the order of [`FIELDS`].
    values: [Option<f64>; 9],
}

/// The readings of one station, oldest first. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Readings(Arc<Vec<Reading>>);

/// The readings of all stations.
#[derive(Debug)]
pub(super) struct Weather(HashMap<String, Readings>);

impl Weather {
    /// Unpacks the data.
    pub(super) fn load() -> Result<Weather> {
        let bad = |why: String| Error::Demo(format!("the weather data can't be read: {why}"));
        let mut stations: HashMap<String, Vec<Reading>> = HashMap::new();
        for record in csv::Reader::from_reader(GzDecoder::new(DATA)).records() {
            let record = record.map_err(|e| bad(e.to_string()))?;
            let mut cells = record.iter();
            let (Some(station), Some(at)) = (cells.next(), cells.next()) else {
                return Err(bad("a short line".into()));
            };
            let at_s = OffsetDateTime::parse(at, &Rfc3339).map_err(|e| bad(e.to_string()))?.unix_timestamp();
            let mut values = [None; 9];
            for (value, cell) in values.iter_mut().zip(cells) {
                *value = cell.parse().ok();
            }
            stations.entry(station.to_lowercase()).or_default().push(Reading { at_s, values });
        }
        for readings in stations.values_mut() {
            readings.sort_by_key(|reading| reading.at_s);
        }
        Ok(Weather(stations.into_iter().map(|(name, list)| (name, Readings(Arc::new(list)))).collect()))
    }

    /// The readings of the station with this device id.
    pub(super) fn of(&self, id: &str) -> Readings {
        self.0.get(id).cloned().unwrap_or_else(|| Readings(Arc::default()))
    }

    /// How many whole weeks lie between the data's last week and the week of this time.
    pub(super) fn weeks_until(&self, now_ms: i64) -> i64 {
        let last = self.0.values().filter_map(|readings| readings.0.last()).map(|reading| reading.at_s).max();
        let week = |at_s: i64| (at_s - MONDAY_S).div_euclid(WEEK_S);
        week(now_ms.div_euclid(1000)) - week(last.unwrap_or_default())
    }
}

impl Readings {
    /// The readings after `after_ms` and up to `until_ms`, as messages with their shifted times. Where the data has
    /// ended, its year begins again.
    pub(super) fn between(&self, after_ms: i64, until_ms: i64, weeks: i64) -> Vec<Value> {
        let (Some(first), Some(last)) = (self.0.first(), self.0.last()) else { return Vec::new() };
        let year = (last.at_s - first.at_s) / WEEK_S + 1;
        let mut told_ms = after_ms;
        let mut messages = Vec::new();
        for shift_s in (0..).map(|round| (weeks + round * year) * WEEK_S) {
            if (first.at_s + shift_s) * 1000 > until_ms {
                return messages;
            }
            for reading in self.0.iter() {
                let ts = (reading.at_s + shift_s) * 1000;
                let values = named(reading.values);
                if ts > told_ms && ts <= until_ms && !values.is_empty() {
                    messages.push(json!({"ts": ts, "values": values}));
                }
            }
            told_ms = told_ms.max((last.at_s + shift_s) * 1000);
        }
        messages
    }

    /// What the station tells at this time; nothing in a gap of the data.
    pub(super) fn at(&self, now_ms: i64, weeks: i64) -> Option<Map<String, Value>> {
        let at_s = self.original(now_ms.div_euclid(1000) - weeks * WEEK_S)?;
        let next = self.0.partition_point(|reading| reading.at_s <= at_s);
        let before = self.0.get(next.checked_sub(1)?)?;
        let after = self.0.get(next).filter(|after| after.at_s - before.at_s <= GAP_S);
        let values = match after {
            Some(after) => {
                let part = (at_s - before.at_s) as f64 / (after.at_s - before.at_s) as f64;
                std::array::from_fn(|i| between(i, before.values[i], after.values[i], part))
            }
            None if at_s - before.at_s <= GAP_S => before.values,
            None => return None,
        };
        let values = named(values);
        (!values.is_empty()).then_some(values)
    }

    /// This time as a time within the data: itself, or as few weeks back as the year allows.
    fn original(&self, at_s: i64) -> Option<i64> {
        let (first, last) = (self.0.first()?.at_s, self.0.last()?.at_s);
        if at_s <= last {
            return (at_s >= first).then_some(at_s);
        }
        // By the year, so that the season stays; then by a week less where that would lead before the beginning.
        let year = (last - first) / WEEK_S + 1;
        let over = (at_s - last) / (year * WEEK_S);
        let back = |weeks: i64| Some(at_s - weeks * WEEK_S).filter(|at| (first..last).contains(at));
        (over * year..=(over + 1) * year).rev().find_map(back)
    }
}

/// A value between two readings; missing where either is.
fn between(field: usize, before: Option<f64>, after: Option<f64>, part: f64) -> Option<f64> {
    let (before, after) = (before?, after?);
    match field {
        // The short way round.
        WIND_DIRECTION => {
            let turn = (after - before + 540.0).rem_euclid(360.0) - 180.0;
            Some((before + turn * part).rem_euclid(360.0))
        }
        // What fell in an hour is told once for the hour.
        PRECIPITATION => Some(before),
        _ if FIELDS[field].2 == "mph" && before.max(after) > WIND_MAX => Some(before),
        _ => Some(before + (after - before) * part),
    }
}

/// Values with their names, rounded as the data is; what is missing is left out.
fn named(values: [Option<f64>; 9]) -> Map<String, Value> {
    let rounded = |value: f64| (value * 100.0).round() / 100.0;
    FIELDS
        .iter()
        .zip(values)
        .filter_map(|((name, ..), value)| Some(((*name).to_owned(), json!(rounded(value?)))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Thursday, 2026-11-26, 12:00 UTC.
    const NOW_MS: i64 = 1_795_694_400_000;

    #[test]
    fn the_data_is_whole() {
        let weather = Weather::load().unwrap();
        let counts: Vec<usize> =
            STATIONS.iter().map(|(id, _)| weather.of(&id.to_lowercase()).0.len()).collect();
        assert_eq!(counts.iter().sum::<usize>(), 26_115);
        let fastest = weather.of("ewr").0.iter().filter_map(|r| r.values[4]).fold(0.0, f64::max);
        assert!(fastest > 1000.0, "the impossible wind is in it: {fastest}");
    }

    #[test]
    fn it_ends_in_this_week_and_keeps_the_hour() {
        let weather = Weather::load().unwrap();
        let weeks = weather.weeks_until(NOW_MS);
        let lga = weather.of("lga");
        // The data ends on a Monday at 23:00.
        let end = NOW_MS - (2 * 24 + 13) * 3_600_000;
        let times =
            |messages: Vec<Value>| -> Vec<i64> { messages.iter().filter_map(|m| m["ts"].as_i64()).collect() };
        let all = times(lga.between(0, end, weeks));
        assert_eq!((all.len(), all.last()), (lga.0.len(), Some(&end)));
        assert_eq!(times(lga.between(end - 7_200_000, end - 3_600_000, weeks)), [end - 3_600_000]);
        // And goes on with the same hours of the year before, without telling any twice.
        let more = times(lga.between(0, NOW_MS, weeks));
        assert!(more.len() > all.len() + 40 && more.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(more.last(), Some(&NOW_MS));
        assert_eq!(times(lga.between(end, NOW_MS, weeks)), more[all.len()..]);
    }

    #[test]
    fn it_never_falls_silent_for_long() {
        let weather = Weather::load().unwrap();
        let weeks = weather.weeks_until(NOW_MS);
        for (id, _) in STATIONS {
            let readings = weather.of(&id.to_lowercase());
            let told =
                (0..24 * 365 * 3).filter(|h| readings.at(NOW_MS + h * 3_600_000, weeks).is_some()).count();
            assert!(told > 24 * 365 * 3 * 95 / 100, "{id}: {told}");
            assert!(readings.at(NOW_MS, weeks).unwrap().contains_key("temperature"));
        }
    }

    #[test]
    fn between_two_readings() {
        assert_eq!(between(0, Some(40.0), Some(50.0), 0.25), Some(42.5));
        assert_eq!(between(0, Some(40.0), None, 0.25), None);
        assert_eq!(between(WIND_DIRECTION, Some(350.0), Some(20.0), 0.5), Some(5.0));
        assert_eq!(between(4, Some(5.0), Some(1048.36), 0.5), Some(5.0));
        assert_eq!(between(4, Some(1048.36), Some(5.0), 0.5), Some(1048.36));
        assert_eq!(between(PRECIPITATION, Some(0.1), Some(0.3), 0.9), Some(0.1));
    }
}
