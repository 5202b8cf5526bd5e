//! The pages, one file each; `crate::routes` says at which address and for whom.

pub mod admin;
pub mod attempt;
pub mod barred;
pub mod confirm_address;
pub mod connection;
pub mod devices;
pub mod disabled;
pub mod entrance;
pub mod forgot;
pub mod groups;
pub mod imports;
pub mod invitation;
pub mod not_found;
mod organizations;
pub mod profile;
pub mod query;
pub mod set_up;
pub mod settings;
pub mod sign_in;
pub mod templates;
pub mod usage;
pub mod workspaces;
