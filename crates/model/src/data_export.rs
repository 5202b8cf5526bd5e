//! Data export: what happens here goes on to somewhere else, as it was committed, in order. A *destination* says where to; an
//! *export* says what, for which devices, with what added, in which shape. Pure: what is sent is made elsewhere.

mod destination;

pub use destination::{Destination, NewDestination, SECRET_MAX, Shape, Where};

use crate::check::{self, Check};
use crate::group::GroupId;
use crate::problem::Problem;
use crate::{OrganizationId, TemplateId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Longest `jq` program, in characters.
pub const PROGRAM_MAX: usize = 10_000;
/// Most enrichments of an export.
pub const ENRICHMENTS_MAX: usize = 20;
/// Most names of telemetry that an export is narrowed to.
pub const METRICS_MAX: usize = 200;
/// An export that lags by more is told of, in milliseconds: a quarter of an hour.
pub const LAG_TOLD_MS: i64 = 15 * 60 * 1000;
/// Longest time that one backfill covers: ten years, in milliseconds.
pub const BACKFILL_MAX_MS: i64 = 3_660 * 24 * 3600 * 1000;

/// What goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Messages of devices.
    #[default]
    Telemetry,
    /// Changes of properties: reported, wanted, and of the cloud.
    Properties,
    /// Devices connect and are lost.
    Connectivity,
    /// Devices are made, changed and deleted.
    Lifecycle,
    /// What is done of alarms.
    Alarms,
    /// The audit log.
    Audit,
}

impl Source {
    /// All, in the order in which they are offered.
    pub const ALL: [Source; 6] = [
        Source::Telemetry,
        Source::Properties,
        Source::Connectivity,
        Source::Lifecycle,
        Source::Alarms,
        Source::Audit,
    ];

    /// The word kept in the database and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Source::Telemetry => "telemetry",
            Source::Properties => "properties",
            Source::Connectivity => "connectivity",
            Source::Lifecycle => "lifecycle",
            Source::Alarms => "alarms",
            Source::Audit => "audit",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Source::Telemetry => "Telemetry",
            Source::Properties => "Property changes",
            Source::Connectivity => "Connections",
            Source::Lifecycle => "Device life cycle",
            Source::Alarms => "Alarms",
            Source::Audit => "Audit log",
        }
    }

    /// Reads [`Source::as_str`] back.
    pub fn from_word(word: &str) -> Option<Source> {
        Source::ALL.into_iter().find(|source| source.as_str() == word)
    }
}

/// Which of it: what holds all that is said here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Narrowing {
    /// Devices of this template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateId>,
    /// Devices of this organization and of those below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<OrganizationId>,
    /// Devices of this group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// Of telemetry: fields of these names alone; none: every field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<String>,
    /// A `jq` expression of the whole message: what is false or null does not go out. Empty: all does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub condition: String,
}

/// What is added to every message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Enrichment {
    /// A fixed text.
    Text {
        /// Which.
        value: String,
    },
    /// A reported property of the device.
    Property {
        /// Its path, with dots.
        path: String,
    },
    /// A property that only the cloud knows.
    CloudProperty {
        /// Its path, with dots.
        path: String,
    },
    /// What people call the device.
    DeviceName,
    /// The name of its organization.
    Organization,
    /// The name of its template.
    Template,
}

/// An export as somebody wants it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewExport {
    /// What people call it.
    pub name: String,
    /// Whether it runs.
    pub enabled: bool,
    /// What goes out.
    pub source: Source,
    /// Where to: the number of a destination.
    pub destination: i32,
    /// Which of it.
    pub narrowing: Narrowing,
    /// What is added, by name.
    pub enrichments: BTreeMap<String, Enrichment>,
    /// A `jq` program that makes of each message what goes out. Empty: the message goes as it is.
    pub transform: String,
}

impl NewExport {
    /// The same trimmed.
    ///
    /// # Errors
    /// Every problem by field. Whether the programs can be read is not known here.
    pub fn checked(mut self) -> Result<NewExport, Problem> {
        let mut check = Check::default();
        self.name = check.field("name", check::name(&self.name)).unwrap_or_default();
        for (field, program) in
            [("narrowing.condition", &mut self.narrowing.condition), ("transform", &mut self.transform)]
        {
            *program = program.trim().to_owned();
            let fits = program.chars().count() <= PROGRAM_MAX && !program.contains('\0');
            check.that(fits, field, format!("At most {PROGRAM_MAX} characters."));
        }
        let metrics = &mut self.narrowing.metrics;
        metrics.iter_mut().for_each(|name| *name = name.trim().to_owned());
        metrics.retain(|name| !name.is_empty());
        check.that(
            metrics.len() <= METRICS_MAX,
            "narrowing.metrics",
            format!("At most {METRICS_MAX} names."),
        );
        let only = metrics.is_empty() || self.source == Source::Telemetry;
        check.that(only, "narrowing.metrics", "Only telemetry has fields.");
        let devices = &self.narrowing;
        let all = devices.template.is_none() && devices.organization.is_none() && devices.group.is_none();
        check.that(
            all || self.source != Source::Audit,
            "narrowing",
            "The audit log is the whole workspace's: it can't be narrowed by devices.",
        );
        let few = self.enrichments.len() <= ENRICHMENTS_MAX;
        check.that(few, "enrichments", format!("At most {ENRICHMENTS_MAX} enrichments."));
        for (name, enrichment) in &self.enrichments {
            let named = !name.is_empty() && name.len() <= 64 && !name.chars().any(char::is_control);
            check.that(named, "enrichments", "A name has 1 to 64 characters.");
            let (text, most) = match enrichment {
                Enrichment::Text { value } => (value.as_str(), 500),
                Enrichment::Property { path } | Enrichment::CloudProperty { path } => (path.as_str(), 200),
                _ => continue,
            };
            let fits = !text.is_empty() && text.len() <= most && !text.contains('\0');
            check.that(fits, "enrichments", format!("“{name}” needs a text of 1 to {most} bytes."));
        }
        check.done()?;
        Ok(self)
    }
}

/// How an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It is switched off.
    Stopped,
    /// It delivers.
    Healthy,
    /// The last attempt failed; it tries again.
    Failing,
    /// It delivers, and is behind by more than [`LAG_TOLD_MS`].
    Lagging,
}

impl Standing {
    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Standing::Stopped => "Stopped",
            Standing::Healthy => "Healthy",
            Standing::Failing => "Failing",
            Standing::Lagging => "Lagging",
        }
    }
}

/// What became of an export so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// Until when all has been delivered, milliseconds since 1970.
    pub reached_ms: i64,
    /// When something was delivered last, milliseconds since 1970.
    pub delivered_ms: Option<i64>,
    /// Records that were delivered.
    pub sent: i64,
    /// Records that the narrowing left out.
    pub left_out: i64,
    /// Records that can't be delivered.
    pub dead: i64,
    /// Failures in a row.
    pub failures: i32,
    /// Why the last attempt failed.
    pub trouble: Option<String>,
    /// When it tries again, milliseconds since 1970.
    pub next_ms: i64,
}

/// An export as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    /// Its number in the workspace.
    pub id: i32,
    /// What it is.
    #[serde(flatten)]
    pub what: NewExport,
    /// What its destination is called.
    pub destination_name: String,
    /// How it does.
    pub health: Health,
}

impl Export {
    /// How far it is behind, in milliseconds.
    pub fn lag_ms(&self, now_ms: i64) -> i64 {
        now_ms.saturating_sub(self.health.reached_ms).max(0)
    }

    /// How it stands.
    pub fn standing(&self, now_ms: i64) -> Standing {
        if !self.what.enabled {
            Standing::Stopped
        } else if self.health.failures > 0 {
            Standing::Failing
        } else if self.lag_ms(now_ms) > LAG_TOLD_MS {
            Standing::Lagging
        } else {
            Standing::Healthy
        }
    }
}

/// A record that could not be delivered, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadRecord {
    /// When it was given up, milliseconds since 1970.
    pub at_ms: i64,
    /// Its key.
    pub key: String,
    /// Why.
    pub reason: String,
    /// Its beginning, as text.
    pub body: String,
}

/// The past that is delivered besides what happens now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Backfill {
    /// Its number in the workspace.
    pub id: i64,
    /// From when, milliseconds since 1970.
    pub from_ms: i64,
    /// Until when; not itself.
    pub to_ms: i64,
    /// Running, done or stopped.
    pub state: BackfillState,
    /// Devices whose past is out.
    pub devices_done: i64,
    /// Of how many.
    pub devices: i64,
    /// Records that were delivered.
    pub sent: i64,
    /// Why the last attempt failed.
    pub trouble: Option<String>,
}

/// Whether a backfill goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackfillState {
    /// It goes on.
    Running,
    /// All of it is out.
    Done,
    /// Somebody stopped it.
    Stopped,
}

impl BackfillState {
    /// The word kept in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            BackfillState::Running => "running",
            BackfillState::Done => "done",
            BackfillState::Stopped => "stopped",
        }
    }

    /// Reads [`BackfillState::as_str`] back.
    pub fn from_word(word: &str) -> Option<BackfillState> {
        [BackfillState::Running, BackfillState::Done, BackfillState::Stopped]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// What a message became on its way, to be looked at before an export runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Previewed {
    /// The message, with its enrichments.
    pub message: serde_json::Value,
    /// What goes out; nothing: the narrowing leaves it out.
    pub out: Vec<serde_json::Value>,
    /// Why nothing comes of it.
    pub trouble: Option<String>,
}

/// How long to wait after so many failures in a row, in milliseconds: twice as long each time, five minutes at most.
pub fn pause_ms(failures: i32) -> i64 {
    (1_000_i64 << failures.clamp(0, 9)).min(300_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_names_every_field_at_fault() {
        let wanted = NewExport {
            name: " ".into(),
            source: Source::Audit,
            narrowing: Narrowing {
                template: Some(TemplateId(1)),
                metrics: vec!["t".into()],
                condition: "x".repeat(PROGRAM_MAX + 1),
                ..Narrowing::default()
            },
            enrichments: [("".to_owned(), Enrichment::Text { value: String::new() })].into(),
            ..NewExport::default()
        };
        let problem = serde_json::to_string(&wanted.checked().unwrap_err()).unwrap();
        for field in ["name", "narrowing", "narrowing.metrics", "narrowing.condition", "enrichments"] {
            assert!(problem.contains(&format!("\"{field}\"")), "{field}: {problem}");
        }
        let plain = NewExport { name: " Lake ".into(), ..NewExport::default() };
        assert_eq!(plain.checked().unwrap().name, "Lake");
    }

    #[test]
    fn failures_wait_longer_and_longer_but_not_for_ever() {
        let pauses: Vec<i64> = [0, 1, 3, 8, 9, 100].map(pause_ms).into();
        assert_eq!(pauses, [1_000, 2_000, 8_000, 256_000, 300_000, 300_000]);
    }

    #[test]
    fn words_come_back() {
        for source in Source::ALL {
            assert_eq!(Source::from_word(source.as_str()), Some(source));
            assert_eq!(serde_json::to_value(source).unwrap(), source.as_str());
        }
    }
}
