//! The fields of a message, sorted: numbers, all else, and what breaks the template.

use model::MetricId;
use model::dtdl::Schema;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Beyond this, a double can't hold every whole number (2^53).
const EXACT_MAX: u64 = 1 << 53;

/// Most fields that one line of a device's log names.
const NAMED_MAX: usize = 5;

/// What a message says, by the paths of its fields: numbers first, each path once.
pub(crate) type Readings = Vec<(String, Value)>;

/// The fields of a message by what becomes of them.
pub(super) struct Sorted {
    /// Numbers that fit.
    pub(super) numbers: Vec<(String, Value)>,
    /// What is kept beside the numbers.
    pub(super) others: BTreeMap<String, Value>,
    /// Why a field doesn't fit.
    pub(super) problems: BTreeMap<String, String>,
    /// Which of the problems break the template.
    mismatched: BTreeSet<String>,
}

impl Sorted {
    /// Sorts the fields. Those of a component have its name in front: `motor.speed`.
    pub(super) fn new(
        fields: Vec<(String, Value)>,
        mut noted: BTreeMap<String, String>,
        component: Option<&str>,
        schemas: Option<&HashMap<String, Schema>>,
    ) -> Sorted {
        let mut sorted = Sorted {
            numbers: Vec::with_capacity(fields.len()),
            others: BTreeMap::new(),
            problems: BTreeMap::new(),
            mismatched: BTreeSet::new(),
        };
        for (name, value) in fields {
            let note = noted.remove(&name);
            let path = match component {
                Some(component) => format!("{component}.{name}"),
                None => name,
            };
            let schema = schemas.and_then(|s| s.get(&path)).unwrap_or(&Schema::Any);
            match (schema.check(&value), note) {
                (Err(problem), _) => {
                    sorted.problems.insert(path.clone(), problem);
                    sorted.mismatched.insert(path.clone());
                    sorted.others.insert(path, value);
                }
                (Ok(()), Some(note)) => {
                    sorted.problems.insert(path.clone(), note);
                    sorted.others.insert(path, value);
                }
                (Ok(()), None) if value.is_number() => sorted.numbers.push((path, value)),
                (Ok(()), None) => drop(sorted.others.insert(path, value)),
            }
        }
        sorted
    }

    /// The values as they are shown live: all readings, but what breaks the template. The numbers are taken out.
    pub(super) fn readings(&mut self) -> Readings {
        let mut readings = std::mem::take(&mut self.numbers);
        let others =
            self.others.iter().filter(|(name, value)| !value.is_null() && !self.mismatched.contains(*name));
        readings.extend(others.map(|(name, value)| (name.clone(), value.clone())));
        readings
    }

    /// The first of the readings are numbers: these by the numbers of their names. What has none, or is a whole number
    /// that a double can't hold, goes to the others as well.
    pub(super) fn number(&mut self, readings: &Readings, ids: &[Option<MetricId>]) -> Vec<(MetricId, f64)> {
        let mut metrics = Vec::with_capacity(ids.len());
        for ((name, value), id) in readings.iter().zip(ids) {
            let double = value.as_f64().zip(*id);
            metrics.extend(double.map(|(double, id)| (id, double)));
            if double.is_none() || !is_exact(value) {
                self.others.insert(name.clone(), value.clone());
            }
        }
        metrics
    }

    /// What the device's log says of the fields that break the template: the first few of them.
    pub(super) fn complaint(&self) -> Option<String> {
        let said =
            self.mismatched.iter().filter_map(|name| Some(format!("“{name}”: {}", self.problems.get(name)?)));
        let said: Vec<String> = said.take(NAMED_MAX).collect();
        let more = match self.mismatched.len().saturating_sub(NAMED_MAX) {
            0 => String::new(),
            more => format!("; and {more} more fields"),
        };
        (!said.is_empty()).then(|| format!("{}{more}.", said.join("; ")))
    }
}

fn is_exact(value: &Value) -> bool {
    let whole = value.as_u64().or_else(|| value.as_i64().map(i64::unsigned_abs));
    whole.is_none_or(|whole| whole <= EXACT_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sort(fields: &Value, component: Option<&str>, schemas: &[(&str, Schema)]) -> Sorted {
        let fields = fields.as_object().unwrap().iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        let schemas = schemas.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
        Sorted::new(fields, BTreeMap::new(), component, Some(&schemas))
    }

    #[test]
    fn one_bad_field_disturbs_no_other() {
        let fields = json!({"on": "yes", "temperature": 21.5, "free": 3, "where": {"lat": 1, "lon": 2}});
        let schemas = [("on", Schema::Boolean), ("temperature", Schema::Double), ("where", Schema::GeoPoint)];
        let mut sorted = sort(&fields, None, &schemas);
        let ids: Vec<_> = (0..sorted.numbers.len() as i32).map(|i| Some(MetricId(i))).collect();
        let shown = sorted.readings();
        assert_eq!(shown.len(), 3);
        assert!(shown.iter().all(|(name, _)| name != "on"));
        assert_eq!(sorted.complaint().as_deref(), Some("“on”: expected true or false, got the text “yes”."));
        assert_eq!(sorted.number(&shown, &ids).len(), 2);
        assert_eq!(sorted.others.keys().collect::<Vec<_>>(), ["on", "where"]);
    }

    #[test]
    fn whole_numbers_beyond_a_double_stay_exact() {
        let mut sorted =
            sort(&json!({"a": 9_007_199_254_740_993_i64, "b": 9_007_199_254_740_992_i64}), None, &[]);
        let readings = sorted.readings();
        let numbers = sorted.number(&readings, &[Some(MetricId(1)), Some(MetricId(2))]);
        assert_eq!(numbers.len(), 2);
        assert_eq!(sorted.others, BTreeMap::from([("a".to_owned(), json!(9_007_199_254_740_993_i64))]));
    }

    #[test]
    fn a_name_without_number_is_kept_all_the_same() {
        let mut sorted = sort(&json!({"a": 1}), None, &[]);
        let readings = sorted.readings();
        assert!(sorted.number(&readings, &[None]).is_empty());
        assert_eq!(sorted.others, BTreeMap::from([("a".to_owned(), json!(1))]));
    }

    #[test]
    fn a_component_stands_in_front() {
        let sorted = sort(&json!({"speed": 1}), Some("motor"), &[("speed", Schema::String)]);
        assert_eq!(sorted.numbers[0].0, "motor.speed");
        assert!(sorted.problems.is_empty());
    }

    #[test]
    fn null_is_kept_and_no_reading() {
        let mut sorted = sort(&json!({"a": null}), None, &[("a", Schema::Double)]);
        assert!(sorted.readings().is_empty() && sorted.problems.is_empty());
        assert_eq!(sorted.others["a"], Value::Null);
    }
}
