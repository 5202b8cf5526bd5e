//! One type an identity, so that a device's number can't be passed for a workspace's.
//!
//! They are the internal keys of the database: 32 bits, because they stand in every telemetry row. What people
//! and devices see are slugs, ID scopes and external device ids.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

id! {
    /// A tenant.
    WorkspaceId,
    /// Someone who signs in; belongs to any number of workspaces.
    PersonId,
    /// A node of a workspace's organization tree.
    OrganizationId,
    /// A device template of a workspace.
    TemplateId,
    /// A device of a workspace; the internal key, not the id that the device connects with.
    DeviceId,
    /// A saved exploration of a workspace.
    ExplorationId,
    /// The interned name of a telemetry value in a workspace.
    MetricId,
    /// A rule of a workspace.
    RuleId,
}
