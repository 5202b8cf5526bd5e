//! How the device answers what is wanted of it: `{"value": …, "ac": 200, "av": 3, "ad": "…"}`.

use super::Section;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a device says of a writable property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// The value that holds at the device.
    pub value: Value,
    /// As HTTP's statuses go.
    pub code: i64,
    /// The version of what was wanted that it answers.
    pub version: Option<i64>,
    /// A sentence of the device's own.
    pub description: Option<String>,
}

/// How a writable property stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum State {
    /// Nothing is wanted.
    Unset,
    /// The device has not answered yet, or says that it is at it.
    Pending {
        /// What it says, where it has said something.
        why: Option<String>,
    },
    /// The device has taken it.
    Accepted {
        /// What it says besides.
        why: Option<String>,
    },
    /// The device does not take it.
    Refused {
        /// The code it gives.
        code: i64,
        /// What it says.
        why: Option<String>,
    },
}

impl State {
    /// What people read.
    pub fn label(&self) -> &'static str {
        match self {
            State::Unset => "",
            State::Pending { .. } => "Pending",
            State::Accepted { .. } => "Accepted",
            State::Refused { .. } => "Refused",
        }
    }
}

/// Reads an acknowledgement; nothing where the device reports a plain value.
pub fn acknowledgement(reported: &Value) -> Option<Acknowledgement> {
    let fields = reported.as_object()?;
    let number = |key: &str| fields.get(key).and_then(Value::as_f64).map(|n| n as i64);
    Some(Acknowledgement {
        value: fields.get("value")?.clone(),
        code: number("ac")?,
        version: number("av"),
        description: fields
            .get("ad")
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned),
    })
}

/// The value that a device reports, whether it stands in an acknowledgement or not.
pub fn value(reported: &Value) -> Value {
    acknowledgement(reported).map_or_else(|| reported.clone(), |answer| answer.value)
}

/// How the property of this component (empty: the device's own) stands.
pub fn state(desired: &Section, reported: &Section, component: &str, name: &str) -> State {
    let Some(wanted) = desired.get(component, name) else { return State::Unset };
    let version = desired.updated(component, name).map_or(desired.version, |(_, version)| version);
    let Some(said) = reported.get(component, name) else { return State::Pending { why: None } };
    let Some(answer) = acknowledgement(said) else {
        // A device that knows nothing of acknowledgements answers by the value.
        return if said == wanted { State::Accepted { why: None } } else { State::Pending { why: None } };
    };
    if answer.version.is_some_and(|answered| answered < version) {
        return State::Pending { why: None };
    }
    let why = answer.description;
    match answer.code {
        200 | 204..=299 => State::Accepted { why },
        code if code >= 400 => State::Refused { code, why },
        _ => State::Pending { why },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn section(values: Value) -> Section {
        let patch = values.as_object().unwrap().clone();
        Section::default().patched(&patch, "t").unwrap()
    }

    #[test]
    fn answers_and_what_they_mean() {
        let desired = section(json!({"t": 5, "c": {"__t": "c", "t": 5}}));
        let of = |said: Value| state(&desired, &section(json!({ "t": said })), "", "t");
        assert_eq!(state(&desired, &Section::default(), "", "x"), State::Unset);
        assert_eq!(state(&desired, &Section::default(), "", "t"), State::Pending { why: None });
        assert_eq!(of(json!(5)), State::Accepted { why: None });
        assert_eq!(of(json!(4)), State::Pending { why: None });
        assert_eq!(of(json!({"value": 5, "ac": 200, "av": 1})), State::Accepted { why: None });
        assert_eq!(
            of(json!({"value": 5, "ac": 200, "av": 1, "ad": "done"})),
            State::Accepted { why: Some("done".into()) }
        );
        assert_eq!(
            of(json!({"value": 3, "ac": 202, "av": 1, "ad": "heating"})),
            State::Pending { why: Some("heating".into()) }
        );
        assert_eq!(
            of(json!({"value": 3, "ac": 400, "av": 1, "ad": "too hot"})),
            State::Refused { code: 400, why: Some("too hot".into()) }
        );
        // What it said of an older wish says nothing of this one.
        assert_eq!(of(json!({"value": 3, "ac": 200, "av": 0})), State::Pending { why: None });
        let reported = section(json!({"c": {"__t": "c", "t": {"value": 5, "ac": 200, "av": 1}}}));
        assert_eq!(state(&desired, &reported, "c", "t"), State::Accepted { why: None });
        assert_eq!(value(&json!({"value": 5, "ac": 200})), json!(5));
        assert_eq!(value(&json!({"value": 5})), json!({"value": 5}));
    }
}
