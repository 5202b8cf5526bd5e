//! What a value is compared with, and how.

use super::value::{number, same};
use crate::check::Check;
use crate::map;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Most values of a set, and most corners of a fence.
pub(super) const MANY_MAX: usize = 100;

/// The right-hand side: a value, or the present one of a property of the same device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Operand {
    /// What the device reports as this property.
    Property {
        /// Its path: names with dots between.
        property: String,
    },
    /// What the cloud notes of the device.
    CloudProperty {
        /// Its path.
        #[serde(rename = "cloudProperty")]
        cloud_property: String,
    },
    /// This.
    Value(Value),
}

impl Operand {
    /// The key under which the state keeps it, where it is a property.
    pub fn key(&self) -> Option<String> {
        match self {
            Operand::Property { property } => Some(property_key(property, false)),
            Operand::CloudProperty { cloud_property } => Some(property_key(cloud_property, true)),
            Operand::Value(_) => None,
        }
    }

    /// What it is now, by what is known of the device.
    pub(super) fn now<'a>(&'a self, known: &'a Map<String, Value>) -> Option<&'a Value> {
        match self {
            Operand::Value(value) => Some(value),
            property => known.get(&property.key()?),
        }
    }
}

/// How a property of the device, or one of the cloud's, is called among what is known.
pub(super) fn property_key(path: &str, cloud: bool) -> String {
    format!("{}:{path}", if cloud { "cloud" } else { "device" })
}

/// How a value is compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Test {
    /// Greater.
    Above {
        /// Than this.
        value: Operand,
    },
    /// Greater or equal.
    AtLeast {
        /// This.
        value: Operand,
    },
    /// Less.
    Below {
        /// Than this.
        value: Operand,
    },
    /// Less or equal.
    AtMost {
        /// This.
        value: Operand,
    },
    /// The same.
    Equals {
        /// As this.
        value: Operand,
    },
    /// Not the same.
    Differs {
        /// From this.
        value: Operand,
    },
    /// From one number to another, both among them.
    Between {
        /// The lesser.
        low: f64,
        /// The greater.
        high: f64,
    },
    /// Neither among them nor between them.
    Outside {
        /// The lesser.
        low: f64,
        /// The greater.
        high: f64,
    },
    /// One of these.
    In {
        /// Which.
        values: Vec<Value>,
    },
    /// Not what it was before. True for a moment.
    Changed,
    /// Rises by more than this from one reading to the next.
    RisesFaster {
        /// By how much.
        by: f64,
        /// In how long, in milliseconds.
        #[serde(rename = "perMs")]
        per_ms: i64,
    },
    /// Falls by more than this from one reading to the next.
    FallsFaster {
        /// By how much.
        by: f64,
        /// In how long, in milliseconds.
        #[serde(rename = "perMs")]
        per_ms: i64,
    },
    /// A place within a fence.
    Within {
        /// Which.
        fence: Fence,
    },
    /// A place that is not within a fence.
    Beyond {
        /// Which.
        fence: Fence,
    },
}

/// An area on the map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "shape", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fence {
    /// All that is not farther from a place.
    Circle {
        /// Degrees north.
        lat: f64,
        /// Degrees east.
        lon: f64,
        /// Metres.
        radius: f64,
    },
    /// All that lies between corners, in order; each `[lat, lon]`. It may not cross the date line.
    Polygon {
        /// Three at least.
        corners: Vec<[f64; 2]>,
    },
}

impl Fence {
    /// Whether the place lies in it.
    pub fn holds(&self, lat: f64, lon: f64) -> bool {
        match self {
            Fence::Circle { lat: a, lon: b, radius } => map::metres((*a, *b), (lat, lon)) <= *radius,
            Fence::Polygon { corners } => {
                // How often a ray to the east crosses an edge: odd inside.
                let mut inside = false;
                let mut last = corners.last();
                for corner in corners {
                    if let Some([la, lo]) = last
                        && (corner[0] > lat) != (*la > lat)
                        && lon < (lo - corner[1]) * (lat - corner[0]) / (la - corner[0]) + corner[1]
                    {
                        inside = !inside;
                    }
                    last = Some(corner);
                }
                inside
            }
        }
    }

    fn fits(&self) -> bool {
        let place = |lat: f64, lon: f64| (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
        match self {
            Fence::Circle { lat, lon, radius } => place(*lat, *lon) && *radius > 0.0 && radius.is_finite(),
            Fence::Polygon { corners } => {
                (3..=MANY_MAX).contains(&corners.len()) && corners.iter().all(|[lat, lon]| place(*lat, *lon))
            }
        }
    }
}

/// The values that a test sees.
pub(super) struct Seen<'a> {
    /// The present one.
    pub value: &'a Value,
    /// The one before it, and how long before, in milliseconds.
    pub before: Option<(&'a Value, i64)>,
    /// Properties, by their keys.
    pub known: &'a Map<String, Value>,
    /// What the test said last.
    pub held: bool,
    /// By how much the value must come back before the test is false again.
    pub slack: f64,
}

impl Test {
    /// Whether it is true for a moment only.
    pub fn is_momentary(&self) -> bool {
        matches!(self, Test::Changed)
    }

    /// The right-hand side that may be a property.
    pub fn operand(&self) -> Option<&Operand> {
        match self {
            Test::Above { value }
            | Test::AtLeast { value }
            | Test::Below { value }
            | Test::AtMost { value }
            | Test::Equals { value }
            | Test::Differs { value } => Some(value),
            _ => None,
        }
    }

    /// Says yes or no; nothing where it can't be said, as of a word that should be a number.
    pub(super) fn verdict(&self, seen: &Seen) -> Option<bool> {
        let slack = if seen.held { seen.slack } else { 0.0 };
        let pair = |operand: &Operand| Some((number(seen.value)?, number(operand.now(seen.known)?)?));
        Some(match self {
            // With slack, what is true stays so until the value has come back behind the border by as much.
            Test::Above { value } => {
                pair(value).map(|(v, x)| if slack > 0.0 { v > x - slack } else { v > x })?
            }
            Test::AtLeast { value } => pair(value).map(|(v, x)| v >= x - slack)?,
            Test::Below { value } => {
                pair(value).map(|(v, x)| if slack > 0.0 { v < x + slack } else { v < x })?
            }
            Test::AtMost { value } => pair(value).map(|(v, x)| v <= x + slack)?,
            Test::Equals { value } => same(seen.value, value.now(seen.known)?),
            Test::Differs { value } => !same(seen.value, value.now(seen.known)?),
            Test::Between { low, high } => {
                let v = number(seen.value)?;
                v >= low - slack && v <= high + slack
            }
            Test::Outside { low, high } => {
                let v = number(seen.value)?;
                v < low + slack || v > high - slack
            }
            Test::In { values } => values.iter().any(|one| same(one, seen.value)),
            Test::Changed => !same(seen.value, seen.before?.0),
            Test::RisesFaster { by, per_ms } => slope(seen, *per_ms)? > *by,
            Test::FallsFaster { by, per_ms } => -slope(seen, *per_ms)? > *by,
            Test::Within { fence } => place(seen.value).map(|(lat, lon)| fence.holds(lat, lon))?,
            Test::Beyond { fence } => place(seen.value).map(|(lat, lon)| !fence.holds(lat, lon))?,
        })
    }

    pub(super) fn check(&self, at: &str, check: &mut Check) {
        let field = format!("{at}.test");
        match self {
            Test::Between { low, high } | Test::Outside { low, high } => {
                let ordered = low.is_finite() && high.is_finite() && low <= high;
                check.that(ordered, &field, "The first number must not be greater than the second.");
            }
            Test::In { values } => {
                let some = (1..=MANY_MAX).contains(&values.len());
                check.that(some, &field, format!("From 1 to {MANY_MAX} values."));
            }
            Test::RisesFaster { by, per_ms } | Test::FallsFaster { by, per_ms } => {
                check.that(by.is_finite() && *by > 0.0, &field, "By how much: a number above 0.");
                check.that(
                    (1..=super::SPAN_MAX_MS).contains(per_ms),
                    &field,
                    "In a time from 1 ms to 31 days.",
                );
            }
            Test::Within { fence } | Test::Beyond { fence } => {
                let text =
                    format!("A circle with a radius above 0, or from 3 to {MANY_MAX} corners, in degrees.");
                check.that(fence.fits(), &field, text);
            }
            Test::Above { value }
            | Test::AtLeast { value }
            | Test::Below { value }
            | Test::AtMost { value } => {
                let fits = match value {
                    Operand::Value(value) => number(value).is_some(),
                    Operand::Property { property: path }
                    | Operand::CloudProperty { cloud_property: path } => !path.trim().is_empty(),
                };
                check.that(fits, &field, "Compare with a number, or with a property.");
            }
            Test::Equals { .. } | Test::Differs { .. } | Test::Changed => {}
        }
    }
}

/// How much it rises in so long, by the last two readings.
fn slope(seen: &Seen, per_ms: i64) -> Option<f64> {
    let (before, ms) = seen.before?;
    (ms > 0).then_some(())?;
    Some((number(seen.value)? - number(before)?) * per_ms as f64 / ms as f64)
}

/// A place as devices send it: `{"lat": …, "lon": …}`.
fn place(value: &Value) -> Option<(f64, f64)> {
    Some((number(value.get("lat")?)?, number(value.get("lon")?)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn test(of: Value, value: Value, before: Option<(Value, i64)>, held: bool) -> Option<bool> {
        let test: Test = serde_json::from_value(of).unwrap();
        let known = serde_json::from_value(json!({"device:limit": 30, "cloud:max": "high"})).unwrap();
        let before = before.as_ref().map(|(value, ms)| (value, *ms));
        test.verdict(&Seen { value: &value, before, known: &known, held, slack: 2.0 })
    }

    #[test]
    fn tests_say_what_they_say() {
        let yes = Some(true);
        let no = Some(false);
        let cases = [
            (json!({"is": "above", "value": 30}), json!(30), no),
            (json!({"is": "above", "value": 30}), json!(30.1), yes),
            (json!({"is": "above", "value": {"property": "limit"}}), json!(31), yes),
            (json!({"is": "above", "value": {"property": "gone"}}), json!(31), None),
            (json!({"is": "above", "value": 30}), json!("warm"), None),
            (json!({"is": "at-least", "value": 30}), json!(30), yes),
            (json!({"is": "below", "value": 30}), json!(29), yes),
            (json!({"is": "at-most", "value": 30}), json!(30), yes),
            (json!({"is": "equals", "value": "on"}), json!("on"), yes),
            (json!({"is": "equals", "value": {"cloudProperty": "max"}}), json!("high"), yes),
            (json!({"is": "differs", "value": 1}), json!(1.0), no),
            (json!({"is": "between", "low": 1.0, "high": 2.0}), json!(2), yes),
            (json!({"is": "outside", "low": 1.0, "high": 2.0}), json!(2), no),
            (json!({"is": "in", "values": ["a", 2]}), json!(2.0), yes),
            (json!({"is": "in", "values": ["a", 2]}), json!("b"), no),
        ];
        for (of, value, said) in cases {
            assert_eq!(test(of.clone(), value.clone(), None, false), said, "{of} of {value}");
        }
    }

    #[test]
    fn with_slack_a_test_lets_go_late() {
        let above = json!({"is": "above", "value": 30});
        assert_eq!(test(above.clone(), json!(29), None, true), Some(true));
        assert_eq!(test(above.clone(), json!(28), None, true), Some(false));
        assert_eq!(test(above, json!(29), None, false), Some(false));
        assert_eq!(
            test(json!({"is": "outside", "low": 0.0, "high": 10.0}), json!(9), None, true),
            Some(true)
        );
        assert_eq!(
            test(json!({"is": "between", "low": 0.0, "high": 10.0}), json!(12), None, true),
            Some(true)
        );
    }

    #[test]
    fn changes_are_seen_by_the_value_before() {
        let changed = json!({"is": "changed"});
        assert_eq!(test(changed.clone(), json!(1), None, false), None);
        assert_eq!(test(changed.clone(), json!(1), Some((json!(1), 5)), false), Some(false));
        assert_eq!(test(changed, json!(2), Some((json!(1), 5)), false), Some(true));
        let rises = json!({"is": "rises-faster", "by": 1.0, "perMs": 60_000});
        assert_eq!(test(rises.clone(), json!(21), Some((json!(20), 30_000)), false), Some(true));
        assert_eq!(test(rises, json!(21), Some((json!(20), 120_000)), false), Some(false));
        let falls = json!({"is": "falls-faster", "by": 1.0, "perMs": 60_000});
        assert_eq!(test(falls, json!(18), Some((json!(20), 60_000)), false), Some(true));
    }

    #[test]
    fn fences_know_what_lies_in_them() {
        let circle = Fence::Circle { lat: 52.52, lon: 13.405, radius: 1000.0 };
        assert!(circle.holds(52.525, 13.405) && !circle.holds(52.53, 13.405));
        let square = Fence::Polygon { corners: vec![[0.0, 0.0], [0.0, 2.0], [2.0, 2.0], [2.0, 0.0]] };
        assert!(square.holds(1.0, 1.0) && !square.holds(1.0, 3.0) && !square.holds(-1.0, 1.0));
        let beyond =
            json!({"is": "beyond", "fence": {"shape": "circle", "lat": 0.0, "lon": 0.0, "radius": 10.0}});
        assert_eq!(test(beyond.clone(), json!({"lat": 1, "lon": 1}), None, false), Some(true));
        assert_eq!(test(beyond, json!("nowhere"), None, false), None);
    }
}
