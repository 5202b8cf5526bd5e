//! An action as a form holds it: words and boxes, which become an action, and the other way round.

use model::rule::{Action, Authorization, BodyKind, Deed, Webhook};
use model::secret::Secret;
use model::{Code, Problem};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// An action in the making. Numbers are as they were typed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ActionDraft {
    pub id: String,
    /// `mail`, `command`, `property`, `publish`, or the word of a body: `iot-central`, `slack`, …
    pub kind: String,
    /// The least time between two, in seconds; empty: as is usual.
    pub every: String,
    /// Addresses of people.
    pub to: String,
    /// Where a request goes.
    pub url: String,
    pub template: String,
    /// `Name: value`, a line each.
    pub headers: String,
    pub signed: bool,
    /// `nothing`, `header` or `oauth2`.
    pub authorization: String,
    pub token_url: String,
    pub client_id: String,
    pub scope: String,
    pub secrets: Secrets,
    pub device: String,
    pub component: String,
    /// Of a command: its name; of a notice: its topic.
    pub name: String,
    /// What a command is given, or the values of properties, as JSON.
    pub json: String,
    /// How long a command waits, in seconds.
    pub queue: String,
}

/// Secrets: what was typed, and what tells the one that is there already.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Secrets {
    pub url: Typed,
    pub signing: Typed,
    pub routing: Typed,
    /// The authorization header, or the client's secret.
    pub authorization: Typed,
}

/// A secret in the making.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Typed {
    pub typed: String,
    pub kept: Option<String>,
}

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.kept.is_some() { "kept" } else { "typed" })
    }
}

impl Typed {
    fn of(secret: Option<Secret>) -> Typed {
        match secret.map(|secret| secret.shown()) {
            Some(Secret::Kept { kept }) => Typed { typed: String::new(), kept: Some(kept) },
            _ => Typed::default(),
        }
    }

    fn secret(&self) -> Option<Secret> {
        match (self.typed.is_empty(), &self.kept) {
            (false, _) => Some(Secret::New(self.typed.clone())),
            (true, Some(kept)) => Some(Secret::Kept { kept: kept.clone() }),
            (true, None) => None,
        }
    }

    /// The secret; nothing typed is an empty one, of which the server says that it is missing.
    fn wanted(&self) -> Secret {
        self.secret().unwrap_or(Secret::New(String::new()))
    }
}

impl Default for ActionDraft {
    fn default() -> ActionDraft {
        let none = String::new;
        ActionDraft {
            id: none(),
            kind: "mail".into(),
            every: none(),
            to: none(),
            url: none(),
            template: none(),
            headers: none(),
            signed: false,
            authorization: "nothing".into(),
            token_url: none(),
            client_id: none(),
            scope: none(),
            secrets: Secrets::default(),
            device: none(),
            component: none(),
            name: none(),
            json: none(),
            queue: none(),
        }
    }
}

impl ActionDraft {
    /// The draft of an action that is there.
    pub(super) fn of(action: Action) -> ActionDraft {
        let kind = action.kind().to_owned();
        let mut draft = ActionDraft {
            id: action.id,
            kind,
            every: action.every_ms.map(|ms| (ms as f64 / 1000.0).to_string()).unwrap_or_default(),
            ..ActionDraft::default()
        };
        match action.deed {
            Deed::Mail { to } => draft.to = to.join(", "),
            Deed::Webhook(webhook) => draft.set_webhook(webhook),
            Deed::Command { device, component, name, request, queue_s } => {
                (draft.device, draft.component, draft.name) = (device.unwrap_or_default(), component, name);
                draft.json = request.map(|request| request.to_string()).unwrap_or_default();
                draft.queue = queue_s.map(|s| s.to_string()).unwrap_or_default();
            }
            Deed::Property { device, component, values } => {
                (draft.device, draft.component) = (device.unwrap_or_default(), component);
                draft.json = Value::Object(values).to_string();
            }
            Deed::Publish { device, topic } => {
                (draft.device, draft.name) = (device.unwrap_or_default(), topic);
            }
        }
        draft
    }

    fn set_webhook(&mut self, webhook: Webhook) {
        self.kind = webhook.body.as_str().to_owned();
        (self.url, self.template) = (webhook.url, webhook.template);
        let lines = webhook.headers.iter().map(|(name, value)| format!("{name}: {value}"));
        self.headers = lines.collect::<Vec<_>>().join("\n");
        self.signed = webhook.signing_secret.is_some();
        self.secrets = Secrets {
            url: Typed::of(webhook.secret_url),
            signing: Typed::of(webhook.signing_secret),
            routing: Typed::of(webhook.routing_key),
            authorization: Typed::default(),
        };
        match webhook.authorization {
            Authorization::Nothing => {}
            Authorization::Header { value } => {
                self.authorization = "header".into();
                self.secrets.authorization = Typed::of(Some(value));
            }
            Authorization::OAuth2 { token_url, client_id, client_secret, scope } => {
                self.authorization = "oauth2".into();
                (self.token_url, self.client_id, self.scope) = (token_url, client_id, scope);
                self.secrets.authorization = Typed::of(Some(client_secret));
            }
        }
    }

    /// The action, unchecked but for what can't be read.
    ///
    /// # Errors
    /// The problem beside its field.
    pub(super) fn action(&self, place: usize) -> Result<Action, Problem> {
        let at = |field: &str| format!("actions.{place}.{field}");
        let wrong = |field: &str, text: &str| Problem::field(Code::Invalid, &at(field), text);
        let every_ms = match self.every.trim() {
            "" => None,
            text => {
                let seconds = text.parse::<f64>().ok().filter(|s| (0.0..1e6).contains(s));
                Some(
                    (seconds.ok_or_else(|| wrong("everyMs", "How many seconds: a number."))? * 1000.0) as i64,
                )
            }
        };
        let device = Some(self.device.trim().to_owned()).filter(|id| !id.is_empty());
        let component = self.component.trim().to_owned();
        let deed = match self.kind.as_str() {
            "mail" => Deed::Mail { to: words(&self.to) },
            "command" => Deed::Command {
                device,
                component,
                name: self.name.clone(),
                request: match self.json.trim() {
                    "" => None,
                    text => Some(read(text).ok_or_else(|| wrong("request", "This is no JSON."))?),
                },
                queue_s: match self.queue.trim() {
                    "" => None,
                    text => {
                        Some(text.parse().map_err(|_| wrong("queueS", "How many seconds: a whole number."))?)
                    }
                },
            },
            "property" => {
                let values: Option<Map<String, Value>> = read(&self.json);
                let values = values.ok_or_else(|| wrong("values", "JSON, like {\"fan\": true}."))?;
                Deed::Property { device, component, values }
            }
            "publish" => Deed::Publish { device, topic: self.name.clone() },
            word => Deed::Webhook(self.webhook(BodyKind::from_word(word).unwrap_or_default(), &wrong)?),
        };
        let paced = matches!(deed, Deed::Mail { .. } | Deed::Webhook(_));
        Ok(Action { id: self.id.clone(), every_ms: every_ms.filter(|_| paced), deed })
    }

    fn webhook(&self, body: BodyKind, wrong: &dyn Fn(&str, &str) -> Problem) -> Result<Webhook, Problem> {
        let mut headers = BTreeMap::new();
        for line in self.headers.lines().filter(|line| !line.trim().is_empty()) {
            let (name, value) =
                line.split_once(':').ok_or_else(|| wrong("headers", "A line looks like Name: value."))?;
            headers.insert(name.trim().to_owned(), value.trim().to_owned());
        }
        let chat = matches!(body, BodyKind::Slack | BodyKind::Teams);
        let own = self.secrets.authorization.wanted();
        Ok(Webhook {
            url: if chat { String::new() } else { self.url.clone() },
            secret_url: self.secrets.url.secret().filter(|_| chat),
            body,
            template: if body == BodyKind::Template { self.template.clone() } else { String::new() },
            headers: if chat { BTreeMap::new() } else { headers },
            signing_secret: (self.signed && !chat).then(|| self.secrets.signing.wanted()),
            routing_key: self.secrets.routing.secret().filter(|_| body == BodyKind::PagerDuty),
            authorization: match self.authorization.as_str() {
                "header" if !chat => Authorization::Header { value: own },
                "oauth2" if !chat => Authorization::OAuth2 {
                    token_url: self.token_url.clone(),
                    client_id: self.client_id.clone(),
                    client_secret: own,
                    scope: self.scope.trim().to_owned(),
                },
                _ => Authorization::Nothing,
            },
        })
    }
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text.trim()).ok()
}

fn words(typed: &str) -> Vec<String> {
    let words = typed.split([',', ';', ' ', '\n']).map(str::trim).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_action_becomes_a_form_and_comes_back() {
        for text in [
            json!({"id": "a", "do": "mail", "to": ["a@b.c"], "everyMs": 90000}),
            json!({"id": "b", "do": "webhook", "url": "https://example.com/x", "headers": {"x-one": "1"},
                "signingSecret": {"kept": "1f"}, "authorization": {"by": "header", "value": {"kept": "2e"}}}),
            json!({"id": "c", "do": "webhook", "url": "https://example.com/x", "body": "template", "template": "{{ count }}",
                "authorization": {"by": "oauth2", "tokenUrl": "https://e.com/t", "clientId": "me", "clientSecret": {"kept": "3"}}}),
            json!({"id": "d", "do": "webhook", "body": "slack", "secretUrl": {"kept": "4"}}),
            json!({"id": "e", "do": "webhook", "body": "pager-duty", "url": "https://events.pagerduty.com/v2/enqueue", "routingKey": {"kept": "5"}}),
            json!({"id": "f", "do": "command", "name": "stop", "request": {"now": true}, "queueS": 60, "device": "fan"}),
            json!({"id": "g", "do": "property", "values": {"on": true}, "component": "led"}),
            json!({"id": "h", "do": "publish", "topic": "fire"}),
        ] {
            let action: Action = serde_json::from_value(text.clone()).unwrap();
            let back = ActionDraft::of(action).action(0).unwrap();
            assert_eq!(serde_json::to_value(back).unwrap(), text);
        }
    }

    #[test]
    fn what_can_t_be_read_is_said_beside_its_field() {
        let draft = ActionDraft { kind: "property".into(), json: "on".into(), ..ActionDraft::default() };
        assert!(draft.action(2).unwrap_err().of_field("actions.2.values").is_some());
        let draft = ActionDraft { every: "soon".into(), ..ActionDraft::default() };
        assert!(draft.action(0).unwrap_err().of_field("actions.0.everyMs").is_some());
    }
}
