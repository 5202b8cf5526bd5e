//! The pages, one file each; `crate::routes` says at which address and for whom.

pub mod admin;
pub mod alarms;
pub mod attempt;
mod audit_entry;
pub mod confirm_address;
pub mod connection;
pub mod dashboards;
pub mod devices;
pub mod disabled;
pub mod entrance;
pub mod explore;
pub mod forgot;
pub mod groups;
pub mod imports;
pub mod invitation;
pub mod not_found;
mod organizations;
pub mod profile;
pub mod query;
pub mod rules;
pub mod set_up;
pub mod settings;
pub mod sign_in;
pub mod sign_up;
pub mod templates;
pub mod usage;
pub mod workspaces;
