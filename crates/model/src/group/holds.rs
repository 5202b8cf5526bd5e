//! Whether a filter holds of a device. The database answers the same question in `store`, for all devices at once; a test
//! there compares the two.

use super::{Condition, Filter, Operator, Place, What};
use crate::device::Status;
use crate::id::{OrganizationId, TemplateId};
use crate::twin::{self, Part, Properties};
use serde_json::Value;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// All of a device that a filter may ask for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Described {
    /// What it connects with.
    pub external_id: String,
    /// What people call it.
    pub name: String,
    /// Its template.
    pub template: Option<TemplateId>,
    /// The organization that it belongs to, and all above that one.
    pub organizations: Vec<OrganizationId>,
    /// Whether it is shut out.
    pub blocked: bool,
    /// Whether it may connect.
    pub approved: bool,
    /// Whether our simulation plays it.
    pub simulated: bool,
    /// When its newest message arrived, milliseconds since 1970.
    pub last_seen_ms: Option<i64>,
    /// What is wanted of it.
    pub desired: Properties,
    /// What it reports.
    pub reported: Properties,
    /// What only the cloud knows of it.
    pub cloud: Properties,
    /// The newest value of each field, by its path.
    pub latest: BTreeMap<String, Value>,
    /// The present, milliseconds since 1970.
    pub now_ms: i64,
}

impl Filter {
    /// Whether the device belongs to the group.
    pub fn holds(&self, device: &Described) -> bool {
        match self {
            Filter::All(rules) => rules.iter().all(|rule| rule.holds(device)),
            Filter::Any(rules) => rules.iter().any(|rule| rule.holds(device)),
            Filter::None(rules) => !rules.iter().any(|rule| rule.holds(device)),
            Filter::Is(condition) => condition.holds(device),
        }
    }
}

impl Condition {
    /// Whether it holds of the device.
    pub fn holds(&self, device: &Described) -> bool {
        match &self.what {
            What::Template => self.compares(device.template.map(|template| template.0.into()).as_ref()),
            What::Id => self.compares(Some(&device.external_id.as_str().into())),
            What::Name => self.compares(Some(&device.name.as_str().into())),
            What::Organization => {
                let within = device.organizations.iter().any(|node| self.values.contains(&node.0.into()));
                within == (self.operator == Operator::Equal)
            }
            What::Status => {
                let status = Status::of(device.last_seen_ms, device.now_ms);
                self.compares(Some(&status.as_str().into()))
            }
            What::Blocked => self.compares(Some(&device.blocked.into())),
            What::Approved => self.compares(Some(&device.approved.into())),
            What::Simulated => self.compares(Some(&device.simulated.into())),
            What::LastSeen => {
                let minutes = |seen: i64| (device.now_ms - seen) as f64 / 60_000.0;
                self.compares(device.last_seen_ms.map(|seen| minutes(seen).into()).as_ref())
            }
            What::Property(Place { part, path }) => {
                let section = match part {
                    Part::Desired => &device.desired,
                    Part::Reported => &device.reported,
                    Part::Cloud => &device.cloud,
                };
                self.compares(at(section, *part, path).as_ref())
            }
            What::Telemetry(path) => self.compares(latest_at(&device.latest, path)),
        }
    }

    fn compares(&self, value: Option<&Value>) -> bool {
        let value = value.filter(|value| !value.is_null());
        match (self.operator, value) {
            (Operator::Missing, value) => value.is_none(),
            (_, None) => false,
            (Operator::Exists, Some(_)) => true,
            (Operator::Equal, Some(value)) => self.values.iter().any(|other| equal(value, other)),
            (Operator::Unequal, Some(value)) => !self.values.iter().any(|other| equal(value, other)),
            (operator, Some(value)) => {
                self.values.first().is_some_and(|other| stands(operator, value, other))
            }
        }
    }
}

/// Numbers are compared as such: `1` is `1.0`.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}

fn stands(operator: Operator, value: &Value, other: &Value) -> bool {
    let order = match (value, other) {
        (Value::Number(a), Value::Number(b)) => a.as_f64().partial_cmp(&b.as_f64()),
        (Value::String(a), Value::String(b)) => match operator {
            Operator::Contains => return a.to_lowercase().contains(&b.to_lowercase()),
            Operator::StartsWith => return a.to_lowercase().starts_with(&b.to_lowercase()),
            _ => Some(a.cmp(b)),
        },
        _ => None,
    };
    let Some(order) = order else { return false };
    match operator {
        Operator::Less => order == Ordering::Less,
        Operator::AtMost => order != Ordering::Greater,
        Operator::More => order == Ordering::Greater,
        Operator::AtLeast => order != Ordering::Less,
        _ => false,
    }
}

/// What stands at a path of a section. What a device reports may stand in an acknowledgement, at each step.
pub fn at(section: &Properties, part: Part, path: &str) -> Option<Value> {
    let open = |value: &Value| match part {
        Part::Reported => twin::value(value),
        Part::Desired | Part::Cloud => value.clone(),
    };
    let mut names = path.split('.');
    let mut found = open(section.get(names.next()?)?);
    for name in names {
        found = open(found.as_object()?.get(name)?);
    }
    Some(found)
}

/// The newest value of a field, or the part of one whose values are objects: the longest name that is there is the field's.
pub fn latest_at<'a>(latest: &'a BTreeMap<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = latest.get(path) {
        return Some(value);
    }
    path.rmatch_indices('.').find_map(|(end, _)| {
        let mut value = latest.get(&path[..end])?;
        for name in path[end + 1..].split('.') {
            value = value.as_object()?.get(name)?;
        }
        Some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pump() -> Described {
        let object = |value: Value| value.as_object().cloned().unwrap_or_default();
        Described {
            external_id: "pump-1".into(),
            name: "Große Pumpe".into(),
            template: Some(TemplateId(7)),
            organizations: vec![OrganizationId(3), OrganizationId(1)],
            approved: true,
            last_seen_ms: Some(1_000_000),
            reported: object(json!({"mode": {"value": "auto", "ac": 200, "av": 1}, "motor": {"rpm": 900}})),
            desired: object(json!({"mode": "manual"})),
            cloud: object(json!({"site": "Ulm", "floor": null})),
            latest: [("t".to_owned(), json!(21.5)), ("place".to_owned(), json!({"lat": 48}))].into(),
            now_ms: 1_000_000 + 5 * 60_000,
            ..Described::default()
        }
    }

    #[test]
    fn conditions_hold_or_do_not() {
        use Operator::{AtLeast, AtMost, Contains, Equal, Exists, Less, Missing, More, StartsWith, Unequal};
        let reported = |path: &str| What::property(Part::Reported, path);
        let cloud = |path: &str| What::property(Part::Cloud, path);
        for (what, operator, values, expected) in [
            (What::Template, Equal, vec![json!(7)], true),
            (What::Template, Unequal, vec![json!(8), json!(9)], true),
            (What::Template, Missing, vec![], false),
            (What::Organization, Equal, vec![json!(1)], true),
            (What::Organization, Unequal, vec![json!(3)], false),
            (What::Organization, Unequal, vec![json!(4)], true),
            (What::Name, Contains, vec![json!("GROSSE")], false),
            (What::Name, Contains, vec![json!("PUMPE")], true),
            (What::Id, StartsWith, vec![json!("Pump")], true),
            (What::Status, Equal, vec![json!("live")], true),
            (What::Blocked, Equal, vec![json!(false)], true),
            (What::LastSeen, AtMost, vec![json!(5)], true),
            (What::LastSeen, Less, vec![json!(5)], false),
            (reported("mode"), Equal, vec![json!("auto")], true),
            (reported("motor.rpm"), AtLeast, vec![json!(900.0)], true),
            (reported("motor.rpm"), Less, vec![json!("900")], false),
            (What::property(Part::Desired, "mode"), Equal, vec![json!("manual")], true),
            (cloud("site"), Unequal, vec![json!("Bonn")], true),
            (cloud("floor"), Missing, vec![], true),
            (cloud("floor"), Unequal, vec![json!(1)], false),
            (cloud("nothing"), Exists, vec![], false),
            (What::telemetry("t"), More, vec![json!(21)], true),
            (What::telemetry("place.lat"), Equal, vec![json!(48.0)], true),
            (What::telemetry("place.lat.x"), Exists, vec![], false),
        ] {
            let filter = Filter::is(what, operator, values);
            assert_eq!(filter.holds(&pump()), expected, "{filter:?}");
        }
    }

    #[test]
    fn lists_hold_as_they_say() {
        let yes = Filter::is(What::Blocked, Operator::Equal, [json!(false)]);
        let no = Filter::is(What::Blocked, Operator::Equal, [json!(true)]);
        for (filter, expected) in [
            (Filter::default(), true),
            (Filter::Any(vec![]), false),
            (Filter::None(vec![]), true),
            (Filter::All(vec![yes.clone(), no.clone()]), false),
            (Filter::Any(vec![yes.clone(), no.clone()]), true),
            (Filter::None(vec![yes, no.clone()]), false),
            (Filter::None(vec![no]), true),
        ] {
            assert_eq!(filter.holds(&pump()), expected, "{filter:?}");
        }
    }

    #[test]
    fn these_devices_are_a_filter_too() {
        assert!(Filter::of_devices(["x".into(), "pump-1".into()]).holds(&pump()));
        assert!(!Filter::of_devices(["pump-2".into()]).holds(&pump()));
        assert!(Filter::of_template(TemplateId(7)).holds(&pump()));
    }
}
