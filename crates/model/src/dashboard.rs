//! Dashboards: tiles on a grid of twelve columns, of an organization or of one person.
//!
//! The JSON of these types is that of the programming interface and of files that are exported: tiles with `displayName`,
//! `x`, `y`, `width`, `height` and a `configuration` with its `type`, as IoT Central has them.

mod answer;
mod generate;
mod history;
pub mod layout;
mod link;
mod pin;
mod special;
mod tile;
mod variable;

pub use answer::{
    Bars, Cloud, Column, Counted, Figure, Happening, HappeningKind, Lane, LineOf, POINTS_MAX, Place, Row,
    Share, Spotted, Stay, TileAnswer, TileData, TilesAsk, Word,
};
pub use generate::{generated, overview, view};
pub use history::History;
pub use link::{DashboardLink, LINK_DAYS_MAX, LINKS_MAX, LinkDraft, SharedAsk, SharedDashboard};
pub use pin::pinned;
pub use special::{BINS_MAX, CommandOf, PICTURE_MAX, PICTURES_MAX, SPOTS_MAX, Spot};
pub use tile::{
    Aggregate, Capability, Configuration, DEVICES_MAX, Kind, Mood, Needs, Source, Split, TEXT_MAX, Threshold,
    Tile,
};
pub use variable::{OFFERED_MAX, Only, VARIABLES_MAX, Variable, VariableKind};

use crate::check::{self, Check};
use crate::organization::OrganizationName;
use crate::problem::{FieldProblem, Problem};
use crate::{Code, OrganizationId, TemplateId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Most tiles of a dashboard.
pub const TILES_MAX: usize = 60;
/// Most dashboards of a workspace, personal ones counted.
pub const DASHBOARDS_MAX: i64 = 500;
/// Most views of a template.
pub const VIEWS_MAX: usize = 8;
/// Longest id, in characters.
pub const ID_MAX: usize = 64;
/// Longest description, in characters.
pub const DESCRIPTION_MAX: usize = 300;
/// Largest dashboard as JSON, in bytes.
pub const CONTENT_BYTES_MAX: usize = 256 * 1024;
/// The id under which a dashboard is shown that nobody has drawn: nobody can give it away.
pub const GENERATED: &str = "generated";
/// Shortest time between two questions for what is shown, in seconds.
pub const REFRESH_MIN_S: u32 = 5;

/// The words of ranges of time: up to now, and by the calendar.
pub const RANGES: [(&str, &str); 13] = [
    ("15m", "15 min"),
    ("1h", "1 h"),
    ("6h", "6 h"),
    ("24h", "24 h"),
    ("7d", "7 d"),
    ("30d", "30 d"),
    ("1y", "1 y"),
    ("today", "Today"),
    ("yesterday", "Yesterday"),
    ("this-week", "This week"),
    ("last-week", "Last week"),
    ("this-month", "This month"),
    ("last-month", "Last month"),
];
/// The range where nobody says one.
pub const RANGE: &str = "24h";

/// What stands on a dashboard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Content {
    /// The tiles, in no order that matters.
    #[serde(default)]
    pub tiles: Vec<Tile>,
    /// The word of the range with which it opens; one of [`RANGES`].
    #[serde(default = "usual_range")]
    pub range: String,
    /// Seconds between two questions for what is shown; 0: as soon as something new has come.
    #[serde(default)]
    pub refresh_s: u32,
    /// What one can choose above the tiles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
}

fn usual_range() -> String {
    RANGE.to_owned()
}

impl Default for Content {
    fn default() -> Content {
        Content { tiles: Vec::new(), range: usual_range(), refresh_s: 0, variables: Vec::new() }
    }
}

impl Content {
    /// With its texts trimmed, and every tile where it can be.
    ///
    /// # Errors
    /// Every problem with a pointer to its place: `/tiles/2/width`.
    pub fn checked(&self) -> Result<Content, Problem> {
        let mut content = self.clone();
        let mut check = Check::default();
        check.that(
            content.tiles.len() <= TILES_MAX,
            "/tiles",
            format!("At most {TILES_MAX} tiles; these are {}.", content.tiles.len()),
        );
        check.that(
            RANGES.iter().any(|(word, _)| *word == content.range),
            "/range",
            format!("One of {}.", RANGES.map(|(word, _)| word).join(", ")),
        );
        check.that(
            content.refresh_s == 0 || (REFRESH_MIN_S..=86_400).contains(&content.refresh_s),
            "/refreshS",
            format!("0, or from {REFRESH_MIN_S} to 86,400 seconds."),
        );
        variable::check(&mut content.variables, &mut check);
        let mut ids = BTreeSet::new();
        for (i, tile) in content.tiles.iter_mut().enumerate() {
            tile.check(&mut check, &format!("/tiles/{i}"));
            let fresh = ids.insert(tile.id.clone());
            check.that(fresh, &format!("/tiles/{i}/id"), "Another tile has this id.");
        }
        check.done()?;
        layout::settle(&mut content.tiles);
        Ok(content)
    }

    /// Reads a file that was exported, or written by hand.
    ///
    /// # Errors
    /// Where it is no JSON, what is unknown or missing, with its line; else as [`Content::checked`].
    pub fn parse(text: &str) -> Result<Content, Problem> {
        if text.len() > CONTENT_BYTES_MAX {
            let message = format!("A dashboard has at most {} kB.", CONTENT_BYTES_MAX / 1024);
            return Err(Problem::field(Code::Invalid, "content", message));
        }
        let read: Result<Content, _> = serde_json::from_str(text);
        read.map_err(|why| Problem::field(Code::Invalid, "content", format!("It can't be read: {why}.")))?
            .checked()
    }

    /// As a file, to be read by [`Content::parse`].
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// A dashboard, as the catalogue shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// By what it is known in addresses and to programs.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Where it belongs; none: it is personal.
    pub organization: Option<OrganizationName>,
    /// Whether it is the asker's own, and nobody else sees it.
    pub personal: bool,
    /// Whether the asker has marked it.
    pub favourite: bool,
    /// Whether it is what one sees first.
    pub is_default: bool,
    /// The template whose devices' pages show it; none: it stands in the catalogue alone.
    #[serde(default)]
    pub template: Option<TemplateId>,
    /// How many tiles it has.
    pub tiles: i64,
    /// When it was last changed, milliseconds since 1970.
    pub updated_ms: i64,
}

/// A dashboard with all that it shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dashboard {
    /// What the catalogue shows.
    pub about: Listed,
    /// What stands on it.
    pub content: Content,
    /// Grows with every change: who saves says from which one they came.
    pub revision: i32,
}

/// A dashboard that is to be made, or what one is to become.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DashboardDraft {
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Where it belongs; none: where its maker does, or where it is.
    #[serde(default)]
    pub organization: Option<OrganizationId>,
    /// Whether it is its maker's own. A change leaves it as it is.
    #[serde(default)]
    pub personal: bool,
    /// The template whose devices' pages are to show it. A change leaves it as it is.
    #[serde(default)]
    pub template: Option<TemplateId>,
    /// What stands on it; none: nothing yet, or what stands there.
    #[serde(default)]
    pub content: Option<Content>,
}

impl DashboardDraft {
    /// With its texts trimmed.
    ///
    /// # Errors
    /// Every problem, by field: `name`, `description`, and those of [`Content::checked`].
    pub fn checked(&self) -> Result<DashboardDraft, Problem> {
        let mut check = Check::default();
        let name = check.field("name", check::name(&self.name)).unwrap_or_default();
        let description = check.field("description", check::line(&self.description, DESCRIPTION_MAX));
        let description = description.unwrap_or_default();
        let mut fields: Vec<FieldProblem> = check.done().err().map(|p| p.fields).unwrap_or_default();
        let content = match self.content.as_ref().map(Content::checked).transpose() {
            Ok(content) => content,
            Err(problem) => {
                fields.extend(problem.fields);
                None
            }
        };
        match fields.is_empty() {
            true => Ok(DashboardDraft { name, description, content, ..self.clone() }),
            false => Err(Problem { code: Code::Invalid, detail: None, fields }),
        }
    }
}

/// Reads a picture as it is sent: base64.
///
/// # Errors
/// Invalid, beside `picture`.
pub fn unpacked(text: &str) -> Result<Vec<u8>, Problem> {
    use base64::Engine;
    let read = base64::engine::general_purpose::STANDARD.decode(text);
    read.map_err(|_| Problem::field(Code::Invalid, "picture", "This is no picture."))
}

/// An id that programs may give a dashboard.
///
/// # Errors
/// A sentence that says what is allowed.
pub fn id(raw: &str) -> Result<String, String> {
    let signs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    match !raw.is_empty() && raw != GENERATED && raw.len() <= ID_MAX && raw.chars().all(signs) {
        true => Ok(raw.to_owned()),
        false => Err(format!("Letters, digits, - . and _, at most {ID_MAX}, and not “{GENERATED}”.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line() -> serde_json::Value {
        json!({
            "id": "a", "displayName": " Temperature ", "x": 0, "y": 0, "width": 6, "height": 3,
            "configuration": {
                "type": "lineChart", "source": {"template": "dtmi:a:room"}, "split": "device",
                "capabilities": [{"capability": "temperature", "aggregateFunction": "max"}],
                "thresholds": [{"from": 26.0, "mood": "bad"}],
            },
        })
    }

    #[test]
    fn a_file_comes_back_as_it_was_written() {
        let text = json!({"tiles": [line()], "range": "7d"}).to_string();
        let content = Content::parse(&text).unwrap();
        assert_eq!(content.tiles[0].display_name, "Temperature");
        assert_eq!(Content::parse(&content.to_text()), Ok(content));
    }

    #[test]
    fn every_kind_comes_back_as_it_was_written() {
        let command = json!({"type": "command", "source": {"devices": ["pump"]},
            "command": {"name": "reboot", "request": {"delay": 5}, "confirm": true}});
        let alarms = json!({"type": "alarms", "severities": ["major", "critical"], "states": ["active"]});
        let histogram = json!({"type": "histogram", "capabilities": [{"capability": "t"}], "bins": 30, "split": "device"});
        let plan = json!({"type": "floorPlan", "picture": "0123456789abcdef0123456789abcdef", "alt": "Hall",
            "spots": [{"x": 0.5, "y": 0.25, "device": "pump", "capability": "t"}]});
        for configuration in [
            plan,
            json!({"type": "image", "cover": true}),
            command,
            alarms,
            histogram,
            json!({"type": "map"}),
            json!({"type": "property"}),
        ] {
            let mut tile = line();
            tile["configuration"] = configuration;
            let content = Content::parse(&json!({"tiles": [tile]}).to_string()).unwrap();
            assert_eq!(Content::parse(&content.to_text()), Ok(content));
        }
        let wrong = |configuration: serde_json::Value, field: &str| {
            let mut tile = line();
            tile["configuration"] = configuration;
            let problem = Content::parse(&json!({"tiles": [tile]}).to_string()).unwrap_err();
            assert!(problem.of_field(&format!("/tiles/0/configuration/{field}")).is_some(), "{problem:?}");
        };
        wrong(json!({"type": "command", "command": {"name": "a/b"}}), "command");
        wrong(json!({"type": "histogram", "capabilities": [{"capability": "t"}], "bins": 101}), "bins");
        wrong(json!({"type": "image", "picture": "../x"}), "picture");
        wrong(
            json!({"type": "floorPlan", "spots": [{"x": 2, "y": 0, "device": "a", "capability": "t"}]}),
            "spots/0",
        );
        wrong(json!({"type": "scatterChart"}), "capabilities");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let with = |change: fn(&mut serde_json::Value)| {
            let mut tile = line();
            change(&mut tile);
            Content::parse(&json!({"tiles": [tile]}).to_string()).unwrap_err()
        };
        assert!(with(|t| t["width"] = 13.into()).of_field("/tiles/0/width").is_some());
        assert!(with(|t| t["height"] = 0.into()).of_field("/tiles/0/height").is_some());
        assert!(with(|t| t["id"] = "a b".into()).of_field("/tiles/0/id").is_some());
        let none = with(|t| t["configuration"]["capabilities"] = json!([]));
        assert!(none.of_field("/tiles/0/configuration/capabilities").is_some());
        let unknown = with(|t| t["configuration"]["colour"] = "red".into());
        assert!(unknown.of_field("content").unwrap().contains("colour"), "{unknown:?}");
        let range = Content { range: "fortnight".into(), ..Content::default() }.checked().unwrap_err();
        assert!(range.of_field("/range").is_some());
        let twice = Content::parse(&json!({"tiles": [line(), line()]}).to_string()).unwrap_err();
        assert!(twice.of_field("/tiles/1/id").is_some());
    }

    #[test]
    fn a_draft_tells_all_that_is_wrong_at_once() {
        let content = Content { range: "x".into(), ..Content::default() };
        let draft =
            DashboardDraft { description: "a\nb".into(), content: Some(content), ..Default::default() };
        let problem = draft.checked().unwrap_err();
        for field in ["name", "description", "/range"] {
            assert!(problem.of_field(field).is_some(), "{field}");
        }
    }

    #[test]
    fn ids() {
        assert!(id("building-health_2.x").is_ok());
        for bad in ["", "a b", "a/b", "ä", GENERATED] {
            assert!(id(bad).is_err(), "{bad}");
        }
    }
}
