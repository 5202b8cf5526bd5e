//! What a workspace may take: limits by name, and plans as named sets of them.

use crate::check::{self, Check};
use crate::problem::{Code, Problem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Largest value of any limit.
pub const LIMIT_MAX: i64 = 1_000_000_000_000_000;
/// At which share of a limit its workspace is warned, in per cent, unless its plan says otherwise.
pub const WARN_PERCENT: i32 = 80;

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident $title:literal $unit:literal),* $(,)?) => {
        /// Something of which a workspace has so much at most.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Limit {
            $($(#[$doc])* $name),*
        }

        impl Limit {
            /// All there are, in the order in which they are shown.
            pub const ALL: &[Limit] = &[$(Limit::$name),*];

            /// What people read.
            pub fn title(self) -> &'static str {
                match self {
                    $(Limit::$name => $title),*
                }
            }

            /// What its number counts.
            pub fn unit(self) -> &'static str {
                match self {
                    $(Limit::$name => $unit),*
                }
            }
        }
    };
}

limits! {
    /// Devices, however they came.
    Devices "Devices" "devices",
    /// Messages that all devices together may send in a second. Beyond it they are slowed down.
    MessagesPerSecond "Messages a second" "messages a second",
    /// Messages of a day, UTC. Beyond it no more are taken until midnight.
    MessagesPerDay "Messages a day" "messages a day",
    /// The longest time that telemetry may be kept.
    RetentionDays "Retention" "days",
    /// What telemetry and files take together. Beyond it no more messages are taken.
    StorageBytes "Storage" "bytes",
    /// People who belong to the workspace, and invitations to it.
    People "People" "people",
    /// Rules.
    Rules "Rules" "rules",
    /// Requests of the programming interface in a minute.
    ApiCallsPerMinute "API calls a minute" "calls a minute",
    /// E-mails of a day, UTC: invitations, alarms. Beyond it no more are sent until midnight.
    MailsPerDay "E-mails a day" "e-mails a day",
    /// The largest file of a device.
    FileBytes "Largest file" "bytes",
    /// All files of devices together.
    FilesBytes "Files" "bytes",
    /// API tokens.
    ApiTokens "API tokens" "API tokens",
}

impl Limit {
    /// The word kept in the database and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Limit::Devices => "devices",
            Limit::MessagesPerSecond => "messages-per-second",
            Limit::MessagesPerDay => "messages-per-day",
            Limit::RetentionDays => "retention-days",
            Limit::StorageBytes => "storage-bytes",
            Limit::People => "people",
            Limit::Rules => "rules",
            Limit::ApiCallsPerMinute => "api-calls-per-minute",
            Limit::MailsPerDay => "mails-per-day",
            Limit::FileBytes => "file-bytes",
            Limit::FilesBytes => "files-bytes",
            Limit::ApiTokens => "api-tokens",
        }
    }

    /// Reads [`Limit::as_str`] back.
    pub fn from_word(word: &str) -> Option<Limit> {
        Limit::ALL.iter().copied().find(|limit| limit.as_str() == word)
    }

    /// Whether its number is one of bytes.
    pub fn is_bytes(self) -> bool {
        self.unit() == "bytes"
    }

    /// The least that makes sense.
    pub fn least(self) -> i64 {
        i64::from(matches!(self, Limit::RetentionDays | Limit::MessagesPerSecond))
    }

    /// The answer to whoever would go beyond it.
    pub fn reached(self, value: i64) -> Problem {
        let text = format!(
            "The limit “{}” of this workspace is {value} {}. Whoever runs this Homeport can raise it.",
            self.title(),
            self.unit()
        );
        Problem::with_detail(Code::LimitReached, text)
    }
}

/// Values of limits; what is missing has none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Limits(pub BTreeMap<Limit, i64>);

impl Limits {
    /// The value of one; none: as much as one likes.
    pub fn get(&self, limit: Limit) -> Option<i64> {
        self.0.get(&limit).copied()
    }

    /// Notes each that can't be one, by its word.
    pub fn check(&self, check: &mut Check) {
        for (limit, value) in &self.0 {
            let message = format!("Between {} and {LIMIT_MAX}; empty for no limit.", limit.least());
            check.that((limit.least()..=LIMIT_MAX).contains(value), limit.as_str(), message);
        }
    }
}

/// What one workspace has otherwise than its plan: a value, or no limit at all.
pub type Overrides = BTreeMap<Limit, Option<i64>>;

/// A named set of limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Internal key.
    pub id: i32,
    /// What administrators call it; unique.
    pub name: String,
    /// Its limits.
    pub limits: Limits,
    /// At which share of a limit a workspace is warned, in per cent.
    pub warn_percent: i32,
    /// Whether no workspace can be given it any more.
    pub retired: bool,
    /// How many workspaces have it.
    pub workspaces: i64,
}

/// What a plan is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanDraft {
    /// What administrators call it.
    pub name: String,
    /// Its limits.
    pub limits: Limits,
    /// At which share of a limit a workspace is warned, in per cent.
    pub warn_percent: i32,
}

impl PlanDraft {
    /// The draft with its name trimmed.
    ///
    /// # Errors
    /// Every problem, by field; limits by their words.
    pub fn checked(self) -> Result<PlanDraft, Problem> {
        let mut check = Check::default();
        let name = check.field("name", check::name(&self.name)).unwrap_or_default();
        self.limits.check(&mut check);
        check.that((1..=100).contains(&self.warn_percent), "warn_percent", "Between 1 and 100 per cent.");
        check.done()?;
        Ok(PlanDraft { name, ..self })
    }
}

/// How a workspace stands to one of its limits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Which.
    pub limit: Limit,
    /// Its value.
    pub value: i64,
    /// How much is taken; none: that is not counted up, as with rates.
    pub taken: Option<i64>,
    /// Whether it is near enough to be warned of.
    pub near: bool,
    /// Whether no more is taken.
    pub reached: bool,
}

impl Standing {
    /// How `taken` stands to a limit that is warned of at so many per cent.
    pub fn of(limit: Limit, value: i64, taken: Option<i64>, warn_percent: i32) -> Standing {
        let share = |taken: i64| i128::from(taken) * 100 >= i128::from(value) * i128::from(warn_percent);
        Standing {
            limit,
            value,
            taken,
            near: value > 0 && taken.is_some_and(share),
            reached: taken.is_some_and(|taken| taken >= value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_json_agree() {
        for limit in Limit::ALL {
            assert_eq!(Limit::from_word(limit.as_str()), Some(*limit));
            assert_eq!(serde_json::to_value(limit).unwrap(), limit.as_str());
        }
        let limits: Limits = serde_json::from_str(r#"{"devices": 5, "file-bytes": 10}"#).unwrap();
        assert_eq!((limits.get(Limit::Devices), limits.get(Limit::People)), (Some(5), None));
    }

    #[test]
    fn what_can_t_be_a_limit_is_said_beside_it() {
        let draft = |limits: &[(Limit, i64)], warn_percent| PlanDraft {
            name: " Small ".into(),
            limits: Limits(limits.iter().copied().collect()),
            warn_percent,
        };
        assert_eq!(draft(&[(Limit::Devices, 0)], 80).checked().unwrap().name, "Small");
        for (bad, field) in [
            (draft(&[(Limit::Devices, -1)], 80), "devices"),
            (draft(&[(Limit::RetentionDays, 0)], 80), "retention-days"),
            (draft(&[(Limit::StorageBytes, LIMIT_MAX + 1)], 80), "storage-bytes"),
            (draft(&[], 0), "warn_percent"),
            (draft(&[], 101), "warn_percent"),
        ] {
            assert!(bad.checked().unwrap_err().of_field(field).is_some(), "{field}");
        }
    }

    #[test]
    fn near_comes_before_reached() {
        let of = |taken| Standing::of(Limit::Devices, 10, Some(taken), 80);
        let told = |s: Standing| (s.near, s.reached);
        assert_eq!(told(of(7)), (false, false));
        assert_eq!(told(of(8)), (true, false));
        assert_eq!(told(of(10)), (true, true));
        assert_eq!(told(Standing::of(Limit::Devices, 0, Some(0), 80)), (false, true));
        assert_eq!(told(Standing::of(Limit::MessagesPerSecond, 1, None, 80)), (false, false));
    }
}
