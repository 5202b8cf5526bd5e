//! What whoever runs the platform tells everybody who uses it.

use crate::check::Check;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// Longest text, in characters.
pub const ANNOUNCEMENT_MAX: usize = 1000;

/// How much it matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Good to know.
    #[default]
    Info,
    /// Look at it.
    Warning,
}

impl Level {
    /// The word kept in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Info => "info",
            Level::Warning => "warning",
        }
    }

    /// Reads [`Level::as_str`] back; anything else is good to know.
    pub fn from_word(word: &str) -> Level {
        if word == Level::Warning.as_str() { Level::Warning } else { Level::Info }
    }
}

/// One announcement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Announcement {
    /// Internal key.
    pub id: i32,
    /// What is said.
    pub text: String,
    /// How much it matters.
    pub level: Level,
    /// From when on it is shown, milliseconds since 1970.
    pub from_ms: i64,
    /// Until when.
    pub to_ms: i64,
    /// Who said it.
    pub created_by: String,
}

/// What is needed to make one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NewAnnouncement {
    /// What is said.
    pub text: String,
    /// How much it matters.
    pub level: Level,
    /// From when on it is shown, milliseconds since 1970.
    pub from_ms: i64,
    /// Until when.
    pub to_ms: i64,
}

impl NewAnnouncement {
    /// With its text trimmed.
    ///
    /// # Errors
    /// Every problem, by field.
    pub fn checked(self) -> Result<NewAnnouncement, Problem> {
        let mut check = Check::default();
        let text = self.text.trim().to_owned();
        check.that(!text.is_empty(), "text", "Say something.");
        let length = text.chars().count();
        check.that(length <= ANNOUNCEMENT_MAX, "text", format!("At most {ANNOUNCEMENT_MAX} characters."));
        let plain = !text.chars().any(|c| c.is_control() && c != '\n');
        check.that(plain, "text", "It can't hold control characters.");
        let known = |ms: i64| (0..=4_102_444_800_000).contains(&ms);
        check.that(known(self.from_ms) && known(self.to_ms), "to_ms", "A time before the year 2100.");
        check.that(self.from_ms < self.to_ms, "to_ms", "It ends after it begins.");
        check.done()?;
        Ok(NewAnnouncement { text, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_t_be_said_is_said_by_field() {
        let good =
            NewAnnouncement { text: " Maintenance. ".into(), from_ms: 1, to_ms: 2, ..Default::default() };
        assert_eq!(good.clone().checked().unwrap().text, "Maintenance.");
        for (bad, field) in [
            (NewAnnouncement { text: " ".into(), ..good.clone() }, "text"),
            (NewAnnouncement { text: "x".repeat(ANNOUNCEMENT_MAX + 1), ..good.clone() }, "text"),
            (NewAnnouncement { text: "a\u{0}".into(), ..good.clone() }, "text"),
            (NewAnnouncement { to_ms: 1, ..good.clone() }, "to_ms"),
            (NewAnnouncement { to_ms: i64::MAX, ..good }, "to_ms"),
        ] {
            assert!(bad.checked().unwrap_err().of_field(field).is_some(), "{field}");
        }
        for level in [Level::Info, Level::Warning] {
            assert_eq!(Level::from_word(level.as_str()), level);
        }
    }
}
