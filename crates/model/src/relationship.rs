//! Devices behind devices: a gateway and its children.

use crate::check::{self, Check};
use crate::device::Device;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// What a relationship is called where nobody says otherwise.
pub const USUAL_NAME: &str = "children";
/// Longest id of a relationship, in bytes.
pub const ID_MAX: usize = 128;
/// So many gateways may stand one behind the other.
pub const DEPTH_MAX: u32 = 16;

/// A link from a device to one behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relationship {
    /// What programs call it; of its parent's own.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The gateway's id.
    pub parent: String,
    /// The id of the device behind it.
    pub child: String,
}

/// What is needed to make one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRelationship {
    /// What programs call it; empty: the child's id.
    #[serde(default)]
    pub id: String,
    /// What people call it; empty: [`USUAL_NAME`].
    #[serde(default)]
    pub name: String,
    /// The id of the device behind.
    pub child: String,
}

impl NewRelationship {
    /// Trimmed, with what was left out.
    ///
    /// # Errors
    /// Each problem beside its field.
    pub fn checked(self) -> Result<NewRelationship, Problem> {
        let mut check = Check::default();
        let child = check.field("child", check::device_id(&self.child)).unwrap_or_default();
        let id = if self.id.trim().is_empty() { child.clone() } else { self.id.trim().to_owned() };
        let shaped = id.len() <= ID_MAX && !id.chars().any(|c| c.is_control() || c == '/');
        check.that(shaped, "id", format!("At most {ID_MAX} signs, and no slash."));
        let name =
            if self.name.trim().is_empty() { Ok(USUAL_NAME.to_owned()) } else { check::name(&self.name) };
        let name = check.field("name", name).unwrap_or_default();
        check.done()?;
        Ok(NewRelationship { id, name, child })
    }
}

/// Who stands before a device and who behind it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Family {
    /// The gateway that it stands behind.
    pub parent: Option<Device>,
    /// The devices behind it, by their names, with the relationship of each.
    pub children: Vec<(Relationship, Device)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_filled_in() {
        let new = NewRelationship { child: " pump ".into(), ..NewRelationship::default() }.checked().unwrap();
        assert_eq!((new.id.as_str(), new.name.as_str(), new.child.as_str()), ("pump", USUAL_NAME, "pump"));
        let bad = NewRelationship { id: "a/b".into(), name: "x".repeat(500), child: "a b".into() };
        let problem = bad.checked().unwrap_err();
        assert!(["id", "name", "child"].iter().all(|field| problem.of_field(field).is_some()), "{problem:?}");
    }
}
