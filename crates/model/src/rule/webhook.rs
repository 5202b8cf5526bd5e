//! A request that a rule sends: where to, with which body, and how it proves whose it is.

use super::body_template::BodyTemplate;
use crate::check::Check;
use crate::secret::Secret;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Longest address, in bytes.
pub const URL_MAX: usize = 2000;
/// Longest template of a body, in bytes.
pub const TEMPLATE_MAX: usize = 20_000;
/// Most headers of one's own.
const HEADERS_MAX: usize = 20;
/// Where PagerDuty takes events.
pub const PAGER_DUTY_URL: &str = "https://events.pagerduty.com/v2/enqueue";
/// Headers that are ours to set.
const OURS: [&str; 8] = [
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "idempotency-key",
    "transfer-encoding",
    "homeport-signature",
];

/// What the body of a request is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyKind {
    /// As IoT Central's webhooks have it.
    #[default]
    IotCentral,
    /// By a template of one's own.
    Template,
    /// A message of Slack.
    Slack,
    /// An adaptive card, as workflows of Microsoft Teams take it.
    Teams,
    /// An event of PagerDuty's Events API v2.
    PagerDuty,
    /// An alert of Opsgenie's API.
    Opsgenie,
}

impl BodyKind {
    /// All, in the order in which they are offered.
    pub const ALL: [BodyKind; 6] = [
        BodyKind::IotCentral,
        BodyKind::Template,
        BodyKind::Slack,
        BodyKind::Teams,
        BodyKind::PagerDuty,
        BodyKind::Opsgenie,
    ];

    /// The word spoken by the API.
    pub fn as_str(self) -> &'static str {
        match self {
            BodyKind::IotCentral => "iot-central",
            BodyKind::Template => "template",
            BodyKind::Slack => "slack",
            BodyKind::Teams => "teams",
            BodyKind::PagerDuty => "pager-duty",
            BodyKind::Opsgenie => "opsgenie",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            BodyKind::IotCentral => "As IoT Central sends it",
            BodyKind::Template => "My own template",
            BodyKind::Slack => "Slack",
            BodyKind::Teams => "Microsoft Teams",
            BodyKind::PagerDuty => "PagerDuty",
            BodyKind::Opsgenie => "Opsgenie",
        }
    }

    /// Reads [`BodyKind::as_str`] back.
    pub fn from_word(word: &str) -> Option<BodyKind> {
        BodyKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// How a request says whose it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Authorization {
    /// Not at all.
    #[default]
    Nothing,
    /// By this `Authorization` header.
    Header {
        /// Its value: `Bearer …`, `GenieKey …`.
        value: Secret,
    },
    /// By a token that is fetched with client credentials (RFC 6749, 4.4).
    #[serde(rename = "oauth2")]
    OAuth2 {
        /// Where the token comes from.
        token_url: String,
        /// Who asks.
        client_id: String,
        /// And proves it so.
        client_secret: Secret,
        /// What is asked for; empty: nothing is said of it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        scope: String,
    },
}

impl Authorization {
    fn is_nothing(&self) -> bool {
        *self == Authorization::Nothing
    }
}

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Webhook {
    /// Where to. Empty where the address itself is a secret, or the receiver has one address only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// The address, where whoever knows it may write there: of Slack and Teams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_url: Option<Secret>,
    /// What the body is.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub body: BodyKind,
    /// Of [`BodyKind::Template`]: the template.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub template: String,
    /// Further headers. No secrets: they are shown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// What the body is signed with, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_secret: Option<Secret>,
    /// Of [`BodyKind::PagerDuty`]: the integration key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_key: Option<Secret>,
    /// How it says whose it is.
    #[serde(default, skip_serializing_if = "Authorization::is_nothing")]
    pub authorization: Authorization,
}

fn is_usual(kind: &BodyKind) -> bool {
    *kind == BodyKind::default()
}

impl Webhook {
    /// Its secrets.
    pub(super) fn secrets_mut(&mut self) -> Vec<&mut Secret> {
        let mut secrets: Vec<&mut Secret> = Vec::new();
        secrets.extend(&mut self.secret_url);
        secrets.extend(&mut self.signing_secret);
        secrets.extend(&mut self.routing_key);
        match &mut self.authorization {
            Authorization::Nothing => {}
            Authorization::Header { value } => secrets.push(value),
            Authorization::OAuth2 { client_secret, .. } => secrets.push(client_secret),
        }
        secrets
    }

    /// What people read of where it goes.
    pub(super) fn shown(&self) -> String {
        match (self.body, self.url.is_empty()) {
            (BodyKind::IotCentral | BodyKind::Template, _) | (BodyKind::Opsgenie, false) => self.url.clone(),
            (kind, _) => kind.label().to_owned(),
        }
    }

    /// Trims it, and notes what is wrong, by fields that begin with `at`.
    pub(super) fn check(&mut self, at: &str, check: &mut Check) {
        let field = |name: &str| format!("{at}{name}");
        self.url = self.url.trim().to_owned();
        match self.body {
            BodyKind::Slack | BodyKind::Teams if self.secret_url.is_none() => {
                check.that(
                    is_url(&self.url),
                    &field("secretUrl"),
                    "Give the address that the channel is written to by.",
                );
            }
            BodyKind::PagerDuty => {
                check.that(self.routing_key.is_some(), &field("routingKey"), "Give the integration key.");
                if self.url.is_empty() {
                    self.url = PAGER_DUTY_URL.into();
                }
                check.that(is_url(&self.url), &field("url"), URL_RULE);
            }
            _ if self.secret_url.is_none() => {
                check.that(is_url(&self.url), &field("url"), URL_RULE);
            }
            _ => {}
        }
        if let Some(Secret::New(url)) = &mut self.secret_url {
            *url = url.trim().to_owned();
            check.that(is_url(url), &field("secretUrl"), URL_RULE);
        }
        let template = self.template.len();
        check.that(
            template <= TEMPLATE_MAX && (self.body != BodyKind::Template || template > 0),
            &field("template"),
            format!("From 1 to {TEMPLATE_MAX} bytes; this has {template}."),
        );
        if self.body == BodyKind::Template {
            check.field(&field("template"), BodyTemplate::read(&self.template));
        }
        check.that(
            self.headers.len() <= HEADERS_MAX,
            &field("headers"),
            format!("At most {HEADERS_MAX} headers."),
        );
        for (name, value) in &self.headers {
            let signs =
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
            let value = value.len() <= 2000 && value.bytes().all(|b| (b' '..=b'~').contains(&b));
            check.that(
                signs && value,
                &field("headers"),
                format!("“{name}” is no header with a value in ASCII."),
            );
            let ours = OURS.contains(&name.to_lowercase().as_str());
            check.that(!ours, &field("headers"), format!("“{name}” is set by Homeport itself."));
        }
        if let Authorization::OAuth2 { token_url, client_id, .. } = &mut self.authorization {
            (*token_url, *client_id) = (token_url.trim().to_owned(), client_id.trim().to_owned());
            check.that(is_url(token_url), &field("authorization.tokenUrl"), URL_RULE);
            check.that(
                !client_id.is_empty(),
                &field("authorization.clientId"),
                "Say who asks for the token.",
            );
        }
        for secret in self.secrets_mut() {
            secret.check(&field("secret"), check);
        }
    }
}

const URL_RULE: &str = "An address looks like https://example.com/hook.";

/// Whether it has the shape of an address; whether it may be called, the server says when it calls.
fn is_url(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    url.len() <= URL_MAX
        && !host.is_empty()
        && !host.contains('@')
        && !url.chars().any(|c| c.is_whitespace() || c.is_control())
}
