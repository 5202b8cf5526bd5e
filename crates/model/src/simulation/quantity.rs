//! How quantities go: between which values, and in what shape over the day.

use super::chance::{chance, wander};
use crate::dtdl::Capability;
use crate::unit::{self, Unit};
use std::f64::consts::PI;

/// Seconds from 2026-01-01 to 1970: where counters were at zero.
const COUNTED_FROM_S: f64 = 1_767_225_600.0;
const DAY_S: f64 = 86_400.0;

/// The shape of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// Higher in the afternoon, lower before dawn.
    Day,
    /// Nothing at night, most at noon.
    Sun,
    /// Up and down within hours.
    Wander,
    /// Down within days, and up again at once: batteries.
    Drain,
    /// Only up; the bounds are what it grows by in an hour.
    Count,
}

/// What is known of a quantity: words in its name, the unit of the bounds, the bounds, the shape.
struct Usual(&'static str, &'static [&'static str], &'static str, f64, f64, Way);

/// Semantic types of DTDL and the words by which a name that says no type is understood.
const USUAL: &[Usual] = &[
    Usual("Temperature", &["temp"], "degreeCelsius", 17.0, 26.0, Way::Day),
    Usual("RelativeHumidity", &["humid"], "percent", 34.0, 62.0, Way::Wander),
    Usual("Humidity", &[], "gramPerCubicMetre", 6.0, 12.0, Way::Wander),
    Usual("Pressure", &["pressure", "baro"], "hectopascal", 1002.0, 1024.0, Way::Wander),
    Usual("Illuminance", &["illum", "lux", "light", "bright"], "lux", 0.0, 900.0, Way::Sun),
    Usual("Irradiance", &["irradian", "solar"], "wattPerSquareMetre", 0.0, 850.0, Way::Sun),
    Usual("Concentration", &["co2", "ppm"], "partsPerMillion", 430.0, 980.0, Way::Day),
    Usual("Energy", &["energy", "kwh"], "kilowattHour", 0.4, 1.6, Way::Count),
    Usual("Power", &["power", "watt"], "kilowatt", 0.2, 2.4, Way::Day),
    Usual("Voltage", &["volt"], "volt", 227.0, 233.0, Way::Wander),
    Usual("Current", &["current", "amp"], "ampere", 0.6, 8.0, Way::Day),
    Usual("Frequency", &["freq", "hertz"], "hertz", 49.95, 50.05, Way::Wander),
    Usual("Velocity", &["speed", "veloc"], "kilometrePerHour", 0.0, 60.0, Way::Wander),
    Usual("AngularVelocity", &["rpm", "fan"], "revolutionPerMinute", 1150.0, 1480.0, Way::Wander),
    Usual("Acceleration", &["vibrat", "accel"], "metrePerSecondSquared", 0.0, 0.6, Way::Wander),
    Usual("SoundPressure", &["noise", "sound"], "decibel", 34.0, 66.0, Way::Day),
    Usual("VolumeFlowRate", &["flow"], "litrePerMinute", 2.0, 14.0, Way::Day),
    Usual("Volume", &["volume"], "cubicMetre", 0.05, 0.3, Way::Count),
    Usual("Distance", &["distance", "height", "length"], "metre", 0.4, 3.6, Way::Wander),
    Usual("Mass", &["weight", "mass", "load"], "kilogram", 40.0, 90.0, Way::Wander),
    Usual("Latitude", &["latitude"], "degreeOfArc", 48.1, 48.3, Way::Wander),
    Usual("Longitude", &["longitude"], "degreeOfArc", 16.2, 16.5, Way::Wander),
    Usual("", &["batter", "charge"], "percent", 18.0, 100.0, Way::Drain),
    Usual("", &["rssi", "signal"], "", -88.0, -52.0, Way::Wander),
    Usual("", &["count", "total", "trips", "cycles"], "", 4.0, 20.0, Way::Count),
    Usual("", &["people", "occup"], "", 0.0, 12.0, Way::Day),
    Usual("", &["percent", "level"], "percent", 20.0, 90.0, Way::Wander),
];

/// A quantity as one device has it.
#[derive(Clone, Debug)]
pub(super) struct Quantity {
    low: f64,
    high: f64,
    way: Way,
    min: Option<f64>,
    max: Option<f64>,
    decimals: Option<u8>,
}

impl Quantity {
    /// By what the template says: type and unit first, then the words of the name, then the bounds alone.
    pub(super) fn of(capability: &Capability) -> Quantity {
        let own = unit::by_name(&capability.unit).or_else(|| unit::by_symbol(&capability.unit));
        let usual = usual(capability, own);
        let (mut low, mut high, way) = match usual {
            Some(Usual(_, _, unit, low, high, way)) => {
                let (factor, offset) = converted(unit, own);
                (low * factor + offset, high * factor + offset, *way)
            }
            None => (0.0, 100.0, Way::Wander),
        };
        let (min, max) = (capability.min, capability.max);
        let bounds = (min.unwrap_or(f64::NEG_INFINITY), max.unwrap_or(f64::INFINITY));
        let fits = usual.is_some() && low.max(bounds.0) < high.min(bounds.1);
        if way != Way::Count {
            (low, high) = match (fits, min, max) {
                (true, _, _) => (low.max(bounds.0), high.min(bounds.1)),
                // The bounds alone say where it may be: mostly it is in the middle of that.
                (false, Some(min), Some(max)) => (min + (max - min) * 0.15, max - (max - min) * 0.15),
                (false, Some(min), None) => (min, min + 100.0),
                (false, None, Some(max)) => (max - 100.0, max),
                (false, None, None) => (low, high),
            };
        }
        Quantity { low, high, way, min, max, decimals: capability.decimals }
    }

    /// The value at this time, seconds since 1970.
    pub(super) fn at(&self, seed: u64, at_s: f64) -> f64 {
        let span = self.high - self.low;
        let small = wander(seed ^ 1, at_s, 240.0);
        let slow = wander(seed ^ 2, at_s, 10_800.0);
        let hour = (at_s / 3600.0).rem_euclid(24.0);
        let raised = match self.way {
            Way::Count => return self.counted(seed, at_s),
            Way::Day => {
                let wave = ((hour - 14.5) / 24.0 * 2.0 * PI).cos();
                0.5 + 0.32 * wave + 0.12 * slow + 0.03 * small
            }
            Way::Sun => ((hour - 6.0) / 12.0 * PI).sin().max(0.0) * (0.8 + 0.2 * slow),
            Way::Wander => 0.5 + 0.33 * slow + 0.1 * small,
            Way::Drain => {
                let days = 3.0 + 4.0 * chance(seed, 3);
                1.0 - (at_s / (days * DAY_S) + chance(seed, 4)).fract()
            }
        };
        // No two devices are quite alike.
        let own = if self.way == Way::Sun { 0.0 } else { 0.1 * (chance(seed, 5) - 0.5) };
        self.bounded(self.low + span * (raised + own).clamp(0.0, 1.0))
    }

    fn counted(&self, seed: u64, at_s: f64) -> f64 {
        let rate = self.low + (self.high - self.low) * chance(seed, 6);
        let hours = (at_s - COUNTED_FROM_S).max(0.0) / 3600.0;
        // Faster by day than by night, and never backwards: the wave's slope is below one.
        let wave = ((hours - 14.5) / 24.0 * 2.0 * PI).sin() * 24.0 / (2.0 * PI) * 0.8;
        let count = (rate * (hours + wave + 4.0)).max(0.0) + self.min.unwrap_or(0.0);
        match self.max.filter(|max| *max > self.min.unwrap_or(0.0)) {
            Some(max) => {
                let least = self.min.unwrap_or(0.0);
                self.bounded(least + (count - least) % (max - least))
            }
            None => self.bounded(count),
        }
    }

    /// Rounded as it is shown, and not beyond its bounds.
    fn bounded(&self, value: f64) -> f64 {
        let span = (self.high - self.low).abs();
        let usual = match span {
            200.0.. => 0,
            20.0.. => 1,
            0.5.. => 2,
            _ => 4,
        };
        let scale = 10_f64.powi(i32::from(self.decimals.unwrap_or(usual).min(9)));
        let rounded = (value * scale).round() / scale;
        rounded.clamp(
            self.min.unwrap_or(f64::MIN),
            self.max.unwrap_or(f64::MAX).max(self.min.unwrap_or(f64::MIN)),
        )
    }
}

fn usual(capability: &Capability, own: Option<&'static Unit>) -> Option<&'static Usual> {
    let called = |semantic: &str| USUAL.iter().find(|usual| usual.0 == semantic && !semantic.is_empty());
    let name = format!("{} {}", capability.name, capability.display_name).to_lowercase();
    let by_name = || {
        USUAL.iter().find(|Usual(_, words, unit, ..)| {
            let kinds = (unit::by_name(unit).map(|u| u.kind), own.map(|u| u.kind));
            let fits = !matches!(kinds, (Some(a), Some(b)) if a != b);
            fits && words.iter().any(|word| name.contains(word))
        })
    };
    let by_unit = || own.and_then(unit::meant_by).and_then(|semantic| called(semantic.name));
    called(&capability.semantic).or_else(by_name).or_else(by_unit)
}

/// What makes a value in this unit one in the device's; as it is where that says nothing.
fn converted(from: &str, to: Option<&'static Unit>) -> (f64, f64) {
    unit::by_name(from).zip(to).and_then(|(from, to)| unit::conversion(from, to)).unwrap_or((1.0, 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capability(name: &str, semantic: &str, unit: &str) -> Capability {
        Capability {
            name: name.into(),
            semantic: semantic.into(),
            unit: unit.into(),
            ..Capability::default()
        }
    }

    /// The least and the greatest value of a week, five minutes apart.
    fn week(quantity: &Quantity, seed: u64) -> (f64, f64) {
        let all = (0..2016).map(|step| quantity.at(seed, 1_790_000_000.0 + f64::from(step) * 300.0));
        all.fold((f64::MAX, f64::MIN), |(least, most), value| (least.min(value), most.max(value)))
    }

    #[test]
    fn quantities_are_plausible_in_their_units() {
        for (name, semantic, unit, low, high) in [
            ("t", "Temperature", "degreeCelsius", 15.0, 28.0),
            ("t", "Temperature", "degreeFahrenheit", 59.0, 83.0),
            ("t", "Temperature", "kelvin", 288.0, 302.0),
            ("outdoor_temperature", "", "", 15.0, 28.0),
            ("humidity", "", "percent", 30.0, 65.0),
            ("x", "", "percent", 30.0, 65.0),
            ("pressure", "Pressure", "kilopascal", 100.0, 103.0),
            ("battery", "", "percent", 0.0, 100.0),
            ("rssi", "", "", -90.0, -50.0),
            ("something", "", "", 0.0, 100.0),
        ] {
            let (least, most) = week(&Quantity::of(&capability(name, semantic, unit)), 7);
            assert!(
                least >= low && most <= high && least < most,
                "{name} {semantic} {unit}: {least} to {most}"
            );
        }
    }

    #[test]
    fn bounds_are_kept() {
        let of = |name: &str, min: Option<f64>, max: Option<f64>| {
            Quantity::of(&Capability { min, max, ..capability(name, "", "") })
        };
        for (name, min, max) in [
            ("temperature", Some(-40.0), Some(85.0)),
            ("temperature", Some(60.0), Some(90.0)),
            ("x", Some(5.0), Some(6.0)),
            ("x", Some(500.0), None),
            ("x", None, Some(-500.0)),
            ("count", Some(0.0), Some(10.0)),
            ("x", Some(3.0), Some(3.0)),
        ] {
            for seed in 0..20 {
                let (least, most) = week(&of(name, min, max), seed);
                assert!(min.is_none_or(|min| least >= min), "{name} {min:?} {max:?}: {least}");
                assert!(max.is_none_or(|max| most <= max), "{name} {min:?} {max:?}: {most}");
            }
        }
        let (least, most) = week(&of("temperature", Some(-40.0), Some(85.0)), 3);
        assert!(least > 10.0 && most < 30.0, "what is usual is narrower than what may be: {least} to {most}");
    }

    #[test]
    fn days_have_a_wave_and_counters_only_grow() {
        let temperature = Quantity::of(&capability("t", "Temperature", ""));
        let midnight = 1_790_000_000.0 - 1_790_000_000.0 % DAY_S;
        let mean = |hour: f64| {
            (0..20).map(|seed| temperature.at(seed, midnight + hour * 3600.0)).sum::<f64>() / 20.0
        };
        assert!(mean(14.5) > mean(2.5) + 2.0, "{} {}", mean(14.5), mean(2.5));
        let energy = Quantity::of(&capability("energy", "Energy", "kilowattHour"));
        let mut before = 0.0;
        for step in 0..5000 {
            let now = energy.at(4, midnight + f64::from(step) * 60.0);
            assert!(now >= before, "{step}: {before} {now}");
            before = now;
        }
    }
}
