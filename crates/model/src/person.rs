//! People who sign in.

use crate::id::PersonId;
use serde::{Deserialize, Serialize};

/// Someone who signs in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// Internal key.
    pub id: PersonId,
    /// Lower case; unique.
    pub email: String,
    /// What others see.
    pub name: String,
    /// How the interface looks.
    pub theme: Theme,
    /// An IANA name such as `Europe/Vienna`; empty: the browser's own.
    pub time_zone: String,
    /// Whether they administer the platform: they see the console under `/admin`.
    #[serde(default)]
    pub administrator: bool,
}

/// Light, dark, or what the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// Follows the system.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// All, in the order in which they are offered.
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    /// The word kept in the database and in the page's `data-theme`.
    pub fn as_str(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// Reads [`Theme::as_str`] back; anything else is the system's.
    pub fn from_word(word: &str) -> Theme {
        Theme::ALL.into_iter().find(|t| t.as_str() == word).unwrap_or_default()
    }
}

/// What a person may change of themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// What others see.
    pub name: String,
    /// How the interface looks.
    pub theme: Theme,
    /// An IANA time zone, or empty for the browser's.
    pub time_zone: String,
}
