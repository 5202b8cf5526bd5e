//! Where exported data goes.

use crate::check::{self, Check};
use crate::problem::Problem;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Longest secret, in bytes.
pub const SECRET_MAX: usize = 4_096;
/// Longest name of a place, in characters.
const TEXT_MAX: usize = 500;
/// Most headers of a webhook.
const HEADERS_MAX: usize = 20;
/// Headers that are said by us.
const OURS: [&str; 6] =
    ["host", "content-length", "content-type", "connection", "transfer-encoding", "authorization"];

/// How files are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// A JSON object a line.
    #[default]
    JsonLines,
    /// A line a record, its columns from the names of the first level.
    Csv,
}

/// Where to. What is secret of it is kept apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Where {
    /// A request for each message. The secret is the value of the header `Authorization`; none: there is no such header.
    Webhook {
        /// Its address.
        url: String,
        /// Headers that are sent with each request.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// A broker. The secret is the password.
    Mqtt {
        /// `mqtts://host:8883`.
        url: String,
        /// The topic; `{deviceId}` and `{messageSource}` stand for what the message says.
        topic: String,
        /// The user; empty: none.
        #[serde(default)]
        username: String,
    },
    /// A bucket of S3, or what speaks like it. The secret is the secret access key.
    S3 {
        /// The bucket, which must be there.
        bucket: String,
        /// Its region.
        region: String,
        /// Of another storage than Amazon's: its address.
        #[serde(default)]
        endpoint: String,
        /// The access key id.
        access_key_id: String,
        /// Before all names.
        #[serde(default)]
        prefix: String,
        /// How files are written.
        #[serde(default)]
        shape: Shape,
        /// How long records are gathered for a file, in seconds.
        #[serde(default = "a_minute")]
        every_seconds: i32,
    },
    /// A container of Azure Blob storage. The secret is the account's key.
    AzureBlob {
        /// The account.
        account: String,
        /// The container, which must be there.
        container: String,
        /// Of another address than the account's own.
        #[serde(default)]
        endpoint: String,
        /// Before all names.
        #[serde(default)]
        prefix: String,
        /// How files are written.
        #[serde(default)]
        shape: Shape,
        /// How long records are gathered for a file, in seconds.
        #[serde(default = "a_minute")]
        every_seconds: i32,
    },
    /// Another Postgres. The secret is the password.
    Postgres {
        /// Its host.
        host: String,
        /// Its port.
        #[serde(default = "five_four_three_two")]
        port: u16,
        /// The database.
        database: String,
        /// The user.
        username: String,
        /// The table, with its schema where it has one. It is made where there is none.
        table: String,
    },
}

fn a_minute() -> i32 {
    60
}

fn five_four_three_two() -> u16 {
    5432
}

impl Default for Where {
    fn default() -> Self {
        Where::Webhook { url: String::new(), headers: BTreeMap::new() }
    }
}

impl Where {
    /// The word kept in the database and in the API.
    pub fn word(&self) -> &'static str {
        match self {
            Where::Webhook { .. } => "webhook",
            Where::Mqtt { .. } => "mqtt",
            Where::S3 { .. } => "s3",
            Where::AzureBlob { .. } => "azure-blob",
            Where::Postgres { .. } => "postgres",
        }
    }

    /// What people read.
    pub fn label(&self) -> &'static str {
        match self {
            Where::Webhook { .. } => "Webhook",
            Where::Mqtt { .. } => "MQTT broker",
            Where::S3 { .. } => "S3 storage",
            Where::AzureBlob { .. } => "Azure Blob storage",
            Where::Postgres { .. } => "Postgres",
        }
    }

    /// How long records are gathered before they go, in milliseconds; 0: they go at once.
    pub fn every_ms(&self) -> i64 {
        match self {
            Where::S3 { every_seconds, .. } | Where::AzureBlob { every_seconds, .. } => {
                i64::from(*every_seconds) * 1_000
            }
            _ => 0,
        }
    }

    fn check(&mut self, check: &mut Check) {
        match self {
            Where::Webhook { url, headers } => {
                text(check, "url", url);
                let known = url.starts_with("https://") || url.starts_with("http://");
                check.that(known, "url", "An address begins with https://.");
                check.that(
                    headers.len() <= HEADERS_MAX,
                    "headers",
                    format!("At most {HEADERS_MAX} headers."),
                );
                for (name, value) in headers {
                    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
                    let named = !name.is_empty() && name.len() <= 100 && name.chars().all(token);
                    check.that(named, "headers", format!("“{name}” is no name of a header."));
                    let ours = OURS.contains(&name.to_ascii_lowercase().as_str());
                    check.that(!ours, "headers", format!("“{name}” can't be given as a header."));
                    let plain =
                        value.len() <= 1_000 && value.chars().all(|c| c == ' ' || c.is_ascii_graphic());
                    check.that(plain, "headers", format!("The value of “{name}” can't be sent."));
                }
            }
            Where::Mqtt { url, topic, username } => {
                text(check, "url", url);
                let known = url.starts_with("mqtts://") || url.starts_with("mqtt://");
                check.that(known, "url", "An address looks like mqtts://broker.example.com:8883.");
                text(check, "topic", topic);
                check.that(!topic.contains(['+', '#']), "topic", "A topic holds neither + nor #.");
                optional(check, "username", username);
            }
            Where::S3 { bucket, region, endpoint, access_key_id, prefix, every_seconds, .. } => {
                for (field, value) in [("bucket", bucket), ("region", region)] {
                    text(check, field, value);
                    check.that(value.chars().all(in_hosts), field, "Letters, digits, dots and dashes.");
                }
                optional(check, "endpoint", endpoint);
                text(check, "accessKeyId", access_key_id);
                files(check, prefix, *every_seconds);
            }
            Where::AzureBlob { account, container, endpoint, prefix, every_seconds, .. } => {
                for (field, value) in [("account", account), ("container", container)] {
                    text(check, field, value);
                    check.that(value.chars().all(in_hosts), field, "Letters, digits, dots and dashes.");
                }
                optional(check, "endpoint", endpoint);
                files(check, prefix, *every_seconds);
            }
            Where::Postgres { host, database, username, table, .. } => {
                text(check, "host", host);
                text(check, "database", database);
                text(check, "username", username);
                let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
                let named = |part: &str| (1..=63).contains(&part.len()) && part.chars().all(letter);
                let fits = table.split('.').count() <= 2 && table.split('.').all(named);
                check.that(
                    fits,
                    "table",
                    "A table has small letters, digits and underscores, such as telemetry or iot.telemetry.",
                );
            }
        }
    }
}

fn text(check: &mut Check, field: &str, value: &mut String) {
    *value = value.trim().to_owned();
    let fits = !value.is_empty() && value.chars().count() <= TEXT_MAX && !value.chars().any(char::is_control);
    check.that(fits, field, format!("1 to {TEXT_MAX} characters."));
}

fn optional(check: &mut Check, field: &str, value: &mut String) {
    if value.trim().is_empty() {
        value.clear();
    } else {
        text(check, field, value);
    }
}

/// What may stand in the names of hosts, into which these go.
fn in_hosts(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '.'
}

fn files(check: &mut Check, prefix: &mut String, every_seconds: i32) {
    optional(check, "prefix", prefix);
    let fits = (1..=3_600).contains(&every_seconds);
    check.that(fits, "everySeconds", "Between a second and an hour.");
}

/// A destination as somebody wants it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewDestination {
    /// What people call it.
    pub name: String,
    /// Where it is.
    pub to: Where,
    /// What is secret of it: written, and never shown again. None: it stays as it was; empty: there is none.
    #[serde(default)]
    pub secret: Option<String>,
}

impl NewDestination {
    /// The same trimmed.
    ///
    /// # Errors
    /// Every problem by field.
    pub fn checked(mut self) -> Result<NewDestination, Problem> {
        let mut check = Check::default();
        self.name = check.field("name", check::name(&self.name)).unwrap_or_default();
        self.to.check(&mut check);
        if let Some(secret) = &self.secret {
            let fits = secret.len() <= SECRET_MAX && !secret.chars().any(char::is_control);
            check.that(fits, "secret", format!("At most {SECRET_MAX} bytes, in one line."));
        }
        check.done()?;
        Ok(self)
    }
}

/// A destination as it is kept, without its secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Destination {
    /// Its number in the workspace.
    pub id: i32,
    /// What people call it.
    pub name: String,
    /// Where it is.
    pub to: Where,
    /// Whether it has a secret.
    pub has_secret: bool,
    /// How many exports go there.
    pub exports: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wanted(to: serde_json::Value) -> Result<NewDestination, Problem> {
        let to = serde_json::from_value(to).unwrap();
        NewDestination { name: "There".into(), to, secret: None }.checked()
    }

    #[test]
    fn what_can_be_reached_is_taken_and_nothing_else() {
        for good in [
            json!({"type": "webhook", "url": "https://example.com/in", "headers": {"X-Plant": "7"}}),
            json!({"type": "mqtt", "url": "mqtts://broker.example.com:8883", "topic": "out/{deviceId}"}),
            json!({"type": "s3", "bucket": "lake", "region": "eu-central-1", "accessKeyId": "A"}),
            json!({"type": "azure-blob", "account": "plant", "container": "lake", "shape": "csv"}),
            json!({"type": "postgres", "host": "db.example.com", "database": "bi", "username": "h", "table": "iot.telemetry"}),
        ] {
            let kept = wanted(good.clone()).unwrap();
            assert_eq!(serde_json::to_value(&kept.to).unwrap()["type"], good["type"]);
        }
        for (bad, field) in [
            (json!({"type": "webhook", "url": "ftp://example.com"}), "url"),
            (json!({"type": "webhook", "url": "https://e.com", "headers": {"Host": "x"}}), "headers"),
            (json!({"type": "webhook", "url": "https://e.com", "headers": {"X": "a\nb"}}), "headers"),
            (json!({"type": "mqtt", "url": "mqtts://e.com", "topic": "a/#"}), "topic"),
            (json!({"type": "s3", "bucket": "", "region": "r", "accessKeyId": "A"}), "bucket"),
            (
                json!({"type": "s3", "bucket": "b", "region": "r", "accessKeyId": "A", "everySeconds": 0}),
                "everySeconds",
            ),
            (
                json!({"type": "postgres", "host": "h", "database": "d", "username": "u", "table": "a;drop"}),
                "table",
            ),
        ] {
            let problem = serde_json::to_string(&wanted(bad.clone()).unwrap_err()).unwrap();
            assert!(problem.contains(field), "{bad}: {problem}");
        }
    }
}
