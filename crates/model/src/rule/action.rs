//! What is done when a rule fires, besides raising an alarm.

use super::webhook::Webhook;
use crate::check::{self, Check};
use crate::command::NewRun;
use crate::secret::Secret;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Most actions of a rule.
pub const ACTIONS_MAX: usize = 5;
/// Most addresses of a mail.
pub const RECIPIENTS_MAX: usize = 20;
/// Between two mails of a rule there is so long at least, in milliseconds; what fires meanwhile comes in one.
pub const MAIL_EVERY_MS: i64 = 60_000;
/// Between two requests of an action there is so long where nothing else is said, in milliseconds.
const REQUEST_EVERY_MS: i64 = 10_000;
/// Longest time between two of an action: a day, in milliseconds.
const EVERY_MAX_MS: i64 = 24 * 3600 * 1000;
/// Longest topic behind `notices/`, in bytes.
const TOPIC_MAX: usize = 200;

/// An action of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// What tells it apart in its rule, also after others went; given by us.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Between two there is so long at least, in milliseconds; what fires meanwhile comes in one. Nothing: as is usual.
    #[serde(default, rename = "everyMs", skip_serializing_if = "Option::is_none")]
    pub every_ms: Option<i64>,
    /// What is done.
    #[serde(flatten)]
    pub deed: Deed,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
#[allow(
    clippy::large_enum_variant,
    reason = "a rule has a few of them, and in the browser's half alone it is too large"
)]
pub enum Deed {
    /// Somebody is mailed, with all that fired since the last mail.
    Mail {
        /// Addresses; of anybody.
        to: Vec<String>,
    },
    /// A request is sent.
    Webhook(Webhook),
    /// The browsers of those who see the device, and want to be told, are woken.
    Notify {},
    /// A command is run, each time that it fires.
    Command {
        /// On which device; nothing: on the one that it fired for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<String>,
        /// Of which component; empty: of the device itself.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        component: String,
        /// Its name.
        name: String,
        /// What it is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<Value>,
        /// How long it waits for a device that is away, in seconds; nothing: as the template says.
        #[serde(default, rename = "queueS", skip_serializing_if = "Option::is_none")]
        queue_s: Option<u32>,
    },
    /// Properties are set, each time that it fires.
    Property {
        /// Of which device; nothing: of the one that it fired for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<String>,
        /// Of which component; empty: of the device itself.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        component: String,
        /// The values; null deletes.
        values: Map<String, Value>,
    },
    /// A notice is published to a device that has subscribed to it, each time that it fires.
    Publish {
        /// To which device; nothing: to the one that it fired for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<String>,
        /// The topic behind the device's `notices/`.
        topic: String,
    },
}

impl Action {
    /// An action of which nothing is said but what it does.
    pub fn of(deed: Deed) -> Action {
        Action { id: String::new(), every_ms: None, deed }
    }

    /// What kind of thing it does, as a word of the API.
    pub fn kind(&self) -> &'static str {
        match &self.deed {
            Deed::Mail { .. } => "mail",
            Deed::Webhook(_) => "webhook",
            Deed::Notify {} => "notify",
            Deed::Command { .. } => "command",
            Deed::Property { .. } => "property",
            Deed::Publish { .. } => "publish",
        }
    }

    /// What people read of it: to whom or where it goes.
    pub fn target(&self) -> String {
        let of = |device: &Option<String>| device.clone().unwrap_or_else(|| "the device".into());
        match &self.deed {
            Deed::Mail { to } => to.join(", "),
            Deed::Webhook(webhook) => webhook.shown(),
            Deed::Notify {} => "those who see the device".into(),
            Deed::Command { device, name, .. } => format!("“{name}” on {}", of(device)),
            Deed::Property { device, values, .. } => {
                let names: Vec<&str> = values.keys().map(String::as_str).collect();
                format!("{} of {}", names.join(", "), of(device))
            }
            Deed::Publish { device, topic } => format!("notices/{topic} of {}", of(device)),
        }
    }

    /// Between two there is so long at least, in milliseconds. Nothing: it is done each time that the rule fires.
    pub fn pace_ms(&self) -> Option<i64> {
        match self.deed {
            Deed::Mail { .. } => Some(self.every_ms.unwrap_or(MAIL_EVERY_MS).max(MAIL_EVERY_MS)),
            Deed::Webhook(_) | Deed::Notify {} => Some(self.every_ms.unwrap_or(REQUEST_EVERY_MS)),
            Deed::Command { .. } | Deed::Property { .. } | Deed::Publish { .. } => None,
        }
    }

    /// Its secrets.
    pub fn secrets_mut(&mut self) -> Vec<&mut Secret> {
        match &mut self.deed {
            Deed::Webhook(webhook) => webhook.secrets_mut(),
            _ => Vec::new(),
        }
    }

    /// The same with what may be shown of its secrets.
    #[must_use]
    pub fn shown(mut self) -> Action {
        for secret in self.secrets_mut() {
            *secret = secret.shown();
        }
        self
    }

    fn check(mut self, i: usize, check: &mut Check) -> Action {
        let at = |field: &str| format!("actions.{i}.{field}");
        let every = self.every_ms.is_none_or(|every| (1_000..=EVERY_MAX_MS).contains(&every));
        check.that(every, &at("everyMs"), "From a second to a day, in milliseconds.");
        check.that(
            self.id.len() <= 40 && self.id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
            &at("id"),
            "Leave it out, or give it as it was answered.",
        );
        match &mut self.deed {
            Deed::Mail { to } => *to = recipients(to, &at("to"), check),
            Deed::Webhook(webhook) => webhook.check(&at(""), check),
            Deed::Notify {} => {}
            Deed::Command { device, component, name, request, queue_s } => {
                of_device(device, &at("device"), check);
                (*component, *name) = (component.trim().to_owned(), name.trim().to_owned());
                let run = NewRun {
                    component: component.clone(),
                    name: name.clone(),
                    request: request.clone(),
                    timeout_s: None,
                    connect_s: 0,
                    queue_s: *queue_s,
                };
                for wrong in run.checked().err().into_iter().flat_map(|problem| problem.fields) {
                    let field = if wrong.field == "queue" { "queueS" } else { &wrong.field };
                    check.that(false, &at(field), wrong.message.clone());
                }
            }
            Deed::Property { device, component, values } => {
                of_device(device, &at("device"), check);
                *component = component.trim().to_owned();
                check.that(!values.is_empty(), &at("values"), "Give a property with its value.");
                let bytes = serde_json::to_string(values).map_or(0, |text| text.len());
                check.that(bytes <= 16 * 1024, &at("values"), "At most 16 KB.");
            }
            Deed::Publish { device, topic } => {
                of_device(device, &at("device"), check);
                *topic = topic.trim().trim_matches('/').to_owned();
                let levels = topic.split('/').all(|level| !level.is_empty());
                let signs = !topic.contains(['+', '#', '\0']) && !topic.chars().any(char::is_control);
                check.that(
                    levels && signs && topic.len() <= TOPIC_MAX,
                    &at("topic"),
                    format!("From 1 to {TOPIC_MAX} characters, without + and #, and no empty level."),
                );
            }
        }
        self
    }
}

/// Addresses trimmed, each once.
pub(super) fn checked(actions: Vec<Action>, check: &mut Check) -> Vec<Action> {
    check.that(actions.len() <= ACTIONS_MAX, "actions", format!("At most {ACTIONS_MAX} actions."));
    let mut checked: Vec<Action> = Vec::new();
    for (i, action) in actions.into_iter().enumerate() {
        let action = action.check(i, check);
        let text = serde_json::to_string(&action).unwrap_or_default();
        check.that(
            !text.contains("\\u0000"),
            &format!("actions.{i}"),
            "No text holds the sign with number zero.",
        );
        let twice = !action.id.is_empty() && checked.iter().any(|other| other.id == action.id);
        check.that(!twice, &format!("actions.{i}.id"), "Another action has this id.");
        checked.push(action);
    }
    checked
}

fn recipients(to: &[String], field: &str, check: &mut Check) -> Vec<String> {
    let mut good: Vec<String> = Vec::new();
    for one in to.iter().filter(|one| !one.trim().is_empty()) {
        good.extend(check.field(field, check::email(one)).filter(|one| !good.contains(one)));
    }
    let some = (1..=RECIPIENTS_MAX).contains(&good.len());
    check.that(
        some || !to.is_empty() && good.is_empty(),
        field,
        format!("From 1 to {RECIPIENTS_MAX} addresses."),
    );
    good
}

fn of_device(device: &mut Option<String>, field: &str, check: &mut Check) {
    *device = device.take().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    if let Some(id) = device {
        check.field(field, check::device_id(id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problems(actions: Value) -> Vec<String> {
        let mut check = Check::default();
        checked(serde_json::from_value(actions).unwrap(), &mut check);
        check.done().err().map(|p| p.fields.into_iter().map(|f| f.field).collect()).unwrap_or_default()
    }

    #[test]
    fn actions_come_back_as_they_were_written() {
        for text in [
            json!({"do": "mail", "to": ["a@b.c"]}),
            json!({"id": "1a", "everyMs": 2000, "do": "webhook", "url": "https://example.com/x"}),
            json!({"do": "command", "name": "stop", "request": {"now": true}, "queueS": 60}),
            json!({"do": "property", "device": "fan", "values": {"on": true}}),
            json!({"do": "publish", "topic": "fire/here"}),
            json!({"do": "notify"}),
        ] {
            let action: Action = serde_json::from_value(text.clone()).unwrap();
            assert_eq!(serde_json::to_value(&action).unwrap(), text);
        }
        assert!(
            serde_json::from_value::<Action>(json!({"do": "publish", "topic": "x", "loud": true})).is_err()
        );
    }

    #[test]
    fn what_is_wrong_stands_beside_its_field() {
        assert_eq!(problems(json!([{"do": "mail", "to": []}])), ["actions.0.to"]);
        assert_eq!(
            problems(json!([{"do": "command", "name": "", "device": "a b"}])),
            ["actions.0.device", "actions.0.name"]
        );
        assert_eq!(
            problems(json!([{"do": "publish", "topic": "a/+"}, {"do": "property", "values": {}}])),
            ["actions.0.topic", "actions.1.values"]
        );
        assert_eq!(
            problems(json!([{"do": "webhook", "url": "ftp://x", "everyMs": 1}])),
            ["actions.0.everyMs", "actions.0.url"]
        );
        let same =
            json!([{"id": "a", "do": "publish", "topic": "x"}, {"id": "a", "do": "publish", "topic": "y"}]);
        assert_eq!(problems(same), ["actions.1.id"]);
    }
}
