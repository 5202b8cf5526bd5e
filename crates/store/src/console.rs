//! All workspaces as platform administrators see them: by a database role of its own, which can reach the tables that
//! the console needs and nothing that workspaces hold.

mod administrators;
mod hosts;
mod housekeeping;
mod log;
mod near;
mod plans;
mod rates;
mod settings;
mod support;
mod tenants;
mod trials;
mod usage;
mod workspaces;

pub use administrators::Removed;
pub use near::Near;
pub use rates::Rates;
pub use support::NewSupportAccess;
pub use trials::Trial;

use sea_orm::DatabaseConnection;

/// The narrow handle for it. What it tells must be shown to platform administrators only.
pub struct Console<'a>(pub(crate) &'a DatabaseConnection);
