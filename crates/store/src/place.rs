//! What somebody is in a workspace: role and organization, as the database's narrow function tells it in one go.

use crate::error::{Error, Result};
use model::OrganizationId;
use model::organization::{OrganizationName, Reach};
use model::permission::Permissions;
use model::role::{Role, RoleId};
use sea_orm::QueryResult;

/// The columns that `lookup_standing` tells.
pub(crate) const COLUMNS: &str = "s.role_id, s.role_name, s.role_description, s.role_permissions, s.organization_id, s.organization_key, s.organization_name, s.subtree";

/// What a person or a token is in a workspace, at this moment.
#[derive(Clone, Debug)]
pub struct Place {
    /// What they may do there: below the root, nothing that is the whole workspace's.
    pub role: Role,
    /// Where they belong.
    pub organization: OrganizationName,
    /// What they see: their organization and all below it.
    pub reach: Reach,
    /// By which support access they are there; none: they belong to it.
    pub support: Option<Support>,
}

/// A support access that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Support {
    /// Its number in the workspace.
    pub id: i32,
    /// Until when it holds, milliseconds since 1970.
    pub to_ms: i64,
}

pub(crate) fn read(row: &QueryResult) -> Result<Place> {
    let id: OrganizationId = OrganizationId(row.try_get("", "organization_id")?);
    let subtree: Option<Vec<i32>> = row.try_get("", "subtree")?;
    let mut role = role(row)?;
    if subtree.is_some() {
        role.permissions = role.permissions.below_the_root();
    }
    Ok(Place {
        role,
        organization: OrganizationName {
            id,
            key: row.try_get("", "organization_key")?,
            name: row.try_get("", "organization_name")?,
        },
        reach: match subtree {
            None => Reach::Everything,
            Some(these) => Reach::Organizations(these.into_iter().map(OrganizationId).collect()),
        },
        support: None,
    })
}

fn role(row: &QueryResult) -> Result<Role> {
    let id = RoleId(row.try_get("", "role_id")?);
    if let Some(built_in) = id.built_in() {
        return Ok(built_in.role());
    }
    let words: Option<Vec<String>> = row.try_get("", "role_permissions")?;
    let words = words.ok_or_else(|| Error::Unreadable(format!("there is no role {id}")))?;
    Ok(Role {
        id,
        name: row.try_get("", "role_name")?,
        description: row.try_get("", "role_description")?,
        permissions: Permissions::of_words(words.iter().map(String::as_str)),
        built_in: false,
    })
}
