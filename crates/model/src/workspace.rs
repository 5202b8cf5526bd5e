//! A workspace: one tenant, with its people, templates, devices and data.

use crate::branding::Brand;
use crate::id::WorkspaceId;
use crate::organization::OrganizationName;
use crate::role::Role;
use crate::sign_on::Barred;
use serde::{Deserialize, Serialize};

/// How long telemetry is kept when nobody says otherwise, in days.
pub const DEFAULT_RETENTION_DAYS: i32 = 365;

/// A tenant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Workspace {
    /// Internal key.
    pub id: WorkspaceId,
    /// Stands in addresses: `/w/{slug}`. Never changes, so that links keep working.
    pub slug: String,
    /// The ID scope that devices connect with. Never changes.
    pub scope: String,
    /// What people call it.
    pub name: String,
    /// How long telemetry is kept, in days.
    pub retention_days: i32,
    /// Whether whoever runs the server has shut it: nobody and no device gets in.
    #[serde(default)]
    pub disabled: bool,
}

/// A workspace as one of its people sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Membership {
    /// The workspace.
    pub workspace: Workspace,
    /// What the person is in it.
    pub role: Role,
    /// The organization that the person belongs to, and below which they see.
    pub organization: OrganizationName,
    /// Whether that is the root: then they see the whole workspace.
    pub at_root: bool,
    /// How many devices the person sees there.
    pub devices: i64,
    /// Why the person doesn't get in as they have signed in; none: they do.
    #[serde(default)]
    pub barred: Option<Barred>,
    /// Until when they look into it for support, milliseconds since 1970; none: they belong to it.
    #[serde(default)]
    pub support_until_ms: Option<i64>,
    /// How it looks.
    #[serde(default)]
    pub brand: Brand,
}
