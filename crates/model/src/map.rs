//! Places on the globe, and where the picture of the ground comes from.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest address of a map server, and longest words about where its pictures are from, in characters.
const ADDRESS_MAX: usize = 500;
const ATTRIBUTION_MAX: usize = 200;
/// The mean radius of the Earth, in metres.
const RADIUS_M: f64 = 6_371_008.8;

/// A place as devices send it, degrees north and east: `{"lat": …, "lon": …}`, `{"latitude": …, "longitude": …}`, or a point of
/// GeoJSON. Nothing where it is none.
pub fn place(value: &Value) -> Option<(f64, f64)> {
    let number = |key: &str| value.get(key).and_then(Value::as_f64);
    let named = number("lat")
        .or_else(|| number("latitude"))
        .zip(number("lon").or_else(|| number("lng")).or_else(|| number("longitude")));
    let point = || {
        let is_point = value.get("type").and_then(Value::as_str) == Some("Point");
        let at = value.get("coordinates").filter(|_| is_point)?;
        at.get(1).and_then(Value::as_f64).zip(at.get(0).and_then(Value::as_f64))
    };
    named.or_else(point).filter(|(lat, lon)| (-90.0..=90.0).contains(lat) && (-180.0..=180.0).contains(lon))
}

/// The way between two places over a globe, in metres.
pub fn metres((lat1, lon1): (f64, f64), (lat2, lon2): (f64, f64)) -> f64 {
    let (a, b) = (lat1.to_radians(), lat2.to_radians());
    let (dlat, dlon) = (b - a, (lon2 - lon1).to_radians());
    let h = (dlat / 2.0).sin().powi(2) + a.cos() * b.cos() * (dlon / 2.0).sin().powi(2);
    2.0 * RADIUS_M * h.sqrt().min(1.0).asin()
}

/// The place so many metres from another, in a direction clockwise from north, in degrees.
pub fn away((lat, lon): (f64, f64), metres: f64, direction: f64) -> (f64, f64) {
    let (arc, turn, lat) = (metres / RADIUS_M, direction.to_radians(), lat.to_radians());
    let north = (lat.sin() * arc.cos() + lat.cos() * arc.sin() * turn.cos()).clamp(-1.0, 1.0).asin();
    let east = (turn.sin() * arc.sin() * lat.cos()).atan2(arc.cos() - lat.sin() * north.sin());
    (north.to_degrees(), lon + east.to_degrees())
}

/// A server of pictures of the ground, which the operator has named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tiles {
    /// Its address with `{z}`, `{x}` and `{y}` in it.
    pub address: String,
    /// From whom the pictures are: it stands on every map.
    pub attribution: String,
}

impl Tiles {
    /// One with this address and these words.
    ///
    /// # Errors
    /// A sentence.
    pub fn new(address: &str, attribution: &str) -> Result<Tiles, String> {
        let (address, attribution) = (address.trim(), attribution.trim());
        let wants =
            "An address like https://maps.example.com/{z}/{x}/{y}.png, with {z}, {x} and {y} in its path.";
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\'' | '\\' | '<' | '>' | ';' | ',');
        if address.len() > ADDRESS_MAX || !address.chars().all(plain) {
            return Err(wants.to_owned());
        }
        let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
        let host = rest.and_then(|rest| rest.split_once('/'));
        let named = |path: &str| ["{z}", "{x}", "{y}"].iter().all(|part| path.contains(part));
        let is_host = |host: &str| {
            !host.is_empty()
                && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'))
        };
        if !host.is_some_and(|(host, path)| is_host(host) && named(path)) {
            return Err(wants.to_owned());
        }
        if attribution.chars().count() > ATTRIBUTION_MAX || attribution.chars().any(char::is_control) {
            return Err(format!("At most {ATTRIBUTION_MAX} characters about where the pictures are from."));
        }
        Ok(Tiles { address: address.to_owned(), attribution: attribution.to_owned() })
    }

    /// Scheme, host and port: pictures may be loaded from there.
    pub fn origin(&self) -> String {
        let (scheme, rest) = self.address.split_once("://").unwrap_or(("https", &self.address));
        format!("{scheme}://{}", rest.split('/').next().unwrap_or_default())
    }

    /// The address of one picture.
    pub fn picture(&self, zoom: u32, x: u32, y: u32) -> String {
        let filled = self.address.replace("{z}", &zoom.to_string());
        filled.replace("{x}", &x.to_string()).replace("{y}", &y.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn places_are_read_as_devices_send_them() {
        for (value, found) in [
            (json!({"lat": 52.5, "lon": 13.4, "alt": 34}), Some((52.5, 13.4))),
            (json!({"latitude": -33, "longitude": 151.2}), Some((-33.0, 151.2))),
            (json!({"type": "Point", "coordinates": [13.4, 52.5]}), Some((52.5, 13.4))),
            (json!({"lat": 91, "lon": 0}), None),
            (json!({"lat": "52", "lon": 13}), None),
            (json!(7), None),
            (json!({"type": "Polygon", "coordinates": [1, 2]}), None),
        ] {
            assert_eq!(place(&value), found, "{value}");
        }
    }

    #[test]
    fn who_goes_away_is_that_far_away() {
        for from in [(0.0, 0.0), (52.5, 13.4), (-70.0, 179.0)] {
            for direction in [0.0, 90.0, 200.0] {
                assert!((metres(from, away(from, 1500.0, direction)) - 1500.0).abs() < 0.01);
            }
        }
        assert!(away((52.5, 13.4), 1000.0, 90.0).1 > 13.4);
    }

    #[test]
    fn a_map_server_has_an_address_with_places_in_it() {
        let tiles =
            Tiles::new(" https://maps.example.com:8443/a/{z}/{x}/{y}.png?k=1 ", "© Those who drew it")
                .unwrap();
        assert_eq!(tiles.origin(), "https://maps.example.com:8443");
        assert_eq!(tiles.picture(3, 1, 2), "https://maps.example.com:8443/a/3/1/2.png?k=1");
        for bad in [
            "",
            "https://maps.example.com/",
            "ftp://x.example/{z}/{x}/{y}",
            "https:///{z}/{x}/{y}",
            "https://x.example/{z}/{x}/{y} ; script-src *",
            "https://x.example;a/{z}/{x}/{y}",
            "https://{z}{x}{y}/a",
        ] {
            assert!(Tiles::new(bad, "").is_err(), "{bad}");
        }
    }
}
