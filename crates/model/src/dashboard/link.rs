//! Links by which a dashboard is seen without signing in: for a time, reading only.

use super::Content;
use crate::check::{self, Check};
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// Most links of a dashboard.
pub const LINKS_MAX: i64 = 50;
/// Longest life of a link, in days.
pub const LINK_DAYS_MAX: i32 = 366;

/// A link, as whoever may change the dashboard sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DashboardLink {
    /// Its id in the workspace.
    pub id: String,
    /// For whom or what it is.
    pub name: String,
    /// Who made it: it shows what they see.
    pub made_by: String,
    /// When it was made, milliseconds since 1970.
    pub created_ms: i64,
    /// When it runs out.
    pub expires_ms: i64,
    /// When somebody came by it last, to the minute; none: nobody has.
    pub last_used_ms: Option<i64>,
    /// The address to hand on.
    pub address: String,
}

/// A link that is to be made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LinkDraft {
    /// For whom or what it is.
    pub name: String,
    /// For how many days it works.
    pub days: i32,
}

impl LinkDraft {
    /// With its name trimmed.
    ///
    /// # Errors
    /// Every problem, by field: `name`, `days`.
    pub fn checked(&self) -> Result<LinkDraft, Problem> {
        let mut check = Check::default();
        let name = check.field("name", check::name(&self.name)).unwrap_or_default();
        let said = format!("From 1 to {LINK_DAYS_MAX} days.");
        check.that((1..=LINK_DAYS_MAX).contains(&self.days), "days", said);
        check.done()?;
        Ok(LinkDraft { name, days: self.days })
    }
}

/// A dashboard as whoever has a link sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SharedDashboard {
    /// What people call it.
    pub name: String,
    /// What the workspace is called.
    pub workspace: String,
    /// What stands on it.
    pub content: Content,
    /// When the link runs out, milliseconds since 1970.
    pub expires_ms: i64,
}

/// A question for what the tiles of a shared dashboard show: tiles by their ids, since no others can be asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SharedAsk {
    /// The ids of tiles; each with its range where it has one of its own.
    pub tiles: Vec<(String, Option<(i64, i64)>)>,
    /// From, inclusive, milliseconds since 1970.
    pub from_ms: i64,
    /// To, exclusive.
    pub to_ms: i64,
    /// At most so many buckets a line.
    pub points: u32,
    /// Whether all is to be as it was at the end of the range.
    #[serde(default)]
    pub past: bool,
    /// Whether lines of the time before are wanted too.
    #[serde(default)]
    pub compare: bool,
    /// What is chosen by the dashboard's variables: their ids, and values.
    #[serde(default)]
    pub chosen: Vec<(String, String)>,
}
