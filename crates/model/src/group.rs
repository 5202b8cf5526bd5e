//! Device groups: devices that are spoken of together, because something holds of them.
//!
//! A group is a [`Filter`]: conditions under *all of*, *any of* and *none of*. Which devices belong to it follows from how
//! they are now, so nobody keeps a group up. Devices that somebody chose one by one are a filter too, by their ids.

mod choices;
mod filter;
mod holds;
mod words;

pub use choices::{Choice, ChoiceOption, Choices, Kind, of_document};
pub use filter::{
    CONDITIONS_MAX, Condition, DEPTH_MAX, Filter, Operator, PATH_MAX, Place, TEXT_MAX, VALUES_MAX, What,
};
pub use holds::{Described, at, latest_at};
pub use words::{Names, said};

use crate::check::{self, Check};
use crate::id::OrganizationId;
use crate::organization::OrganizationName;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Most groups of a workspace.
pub const GROUPS_MAX: i64 = 500;
/// Longest id of one, in characters.
pub const ID_MAX: usize = 64;
/// Longest description, in characters.
pub const DESCRIPTION_MAX: usize = 300;

/// By what a group is known in its workspace: by the API, in addresses, and to whatever refers to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupId(pub String);

impl GroupId {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can be one: ASCII letters, digits and `- _ .`, at most [`ID_MAX`].
    ///
    /// # Errors
    /// What is allowed.
    pub fn checked(&self) -> Result<GroupId, String> {
        let id = self.0.trim();
        let shaped = !id.is_empty()
            && id.len() <= ID_MAX
            && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        match shaped {
            true => Ok(GroupId(id.to_owned())),
            false => Err(format!("Letters, digits and - _ . are allowed, at most {ID_MAX}.")),
        }
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A group of devices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceGroup {
    /// Unique in its workspace; never changes.
    pub id: GroupId,
    /// What people call it; unique in its organization, in any case.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Where it belongs: who sees that organization sees the group, and through it the devices that they see anyway.
    pub organization: OrganizationName,
    /// What holds of its devices.
    pub filter: Filter,
    /// When it was made, milliseconds since 1970.
    pub created_ms: i64,
    /// When it was changed last.
    pub updated_ms: i64,
}

/// A group in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListedGroup {
    /// The group.
    pub group: DeviceGroup,
    /// How many devices belong to it now, of those that whoever asks sees.
    pub devices: i64,
    /// What holds of them, in words.
    pub said: String,
}

/// What a group is made of, and changed to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupDraft {
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Where it belongs; none: where its maker does, or where it is.
    #[serde(default)]
    pub organization: Option<OrganizationId>,
    /// What holds of its devices.
    #[serde(default)]
    pub filter: Filter,
}

impl GroupDraft {
    /// With its texts trimmed.
    ///
    /// # Errors
    /// Every problem, by field: `name`, `description`, `filter`, and `filter/0/1` for the second rule of the first.
    pub fn checked(&self) -> Result<GroupDraft, Problem> {
        let mut check = Check::default();
        let name = check.field("name", check::name(&self.name)).unwrap_or_default();
        let description = self.description.trim().to_owned();
        let short = description.chars().count() <= DESCRIPTION_MAX;
        check.that(short, "description", format!("At most {DESCRIPTION_MAX} characters."));
        let plain = !description.chars().any(|c| c.is_control() && c != '\n');
        check.that(plain, "description", "A description can't hold control characters.");
        let filter = self.filter.checked(&mut check);
        check.done()?;
        Ok(GroupDraft { name, description, organization: self.organization, filter })
    }
}

/// Something that would break without the group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupUse {
    /// What kind of thing, as people say it: `Dashboard`, `Exploration`.
    pub kind: String,
    /// What it is called.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_are_words() {
        for good in ["a", "Line-1", "a_b.c"] {
            assert!(GroupId(good.into()).checked().is_ok(), "{good}");
        }
        for bad in ["", " ", "a b", "a/b", "ü", &"x".repeat(65)] {
            assert!(GroupId(bad.into()).checked().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_draft_is_trimmed_and_checked_by_field() {
        let draft = GroupDraft { name: " Pumps ".into(), description: " d ".into(), ..Default::default() };
        let checked = draft.checked().unwrap();
        assert_eq!((checked.name.as_str(), checked.description.as_str()), ("Pumps", "d"));
        let filter = Filter::All(vec![Filter::Any(vec![Filter::is(What::Name, Operator::Contains, [])])]);
        let bad = GroupDraft { name: " ".into(), filter, ..Default::default() };
        let problem = bad.checked().unwrap_err();
        assert!(
            problem.of_field("name").is_some() && problem.of_field("filter/0/0").is_some(),
            "{problem:?}"
        );
    }

    #[test]
    fn filters_are_written_as_people_read_them() {
        let filter = Filter::All(vec![
            Filter::is(What::Simulated, Operator::Equal, [json!(false)]),
            Filter::is(What::telemetry("temperature"), Operator::More, [json!(20)]),
        ]);
        let written = json!({"all": [
            {"is": {"what": "simulated", "operator": "equal", "values": [false]}},
            {"is": {"what": {"telemetry": "temperature"}, "operator": "more", "values": [20]}},
        ]});
        assert_eq!(serde_json::to_value(&filter).unwrap(), written);
        assert_eq!(serde_json::from_value::<Filter>(written).unwrap(), filter);
    }
}
