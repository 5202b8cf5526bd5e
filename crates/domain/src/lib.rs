//! What Homeport does, one use-case a function: a context and an input in, a result out.
//!
//! A use-case authorises, opens one scope of the store, acts, and records. It knows neither HTTP nor MQTT: the server,
//! its API and the broker's gate call the same ones.

pub mod access;
pub mod account;
pub mod certificates;
pub mod commands;
pub mod context;
pub mod device_files;
pub mod devices;
pub mod exports;
pub mod gate;
pub mod imports;
pub mod invitations;
pub mod mail;
pub mod members;
pub mod messages;
pub mod organizations;
pub mod outward;
pub mod people;
pub mod provision;
pub mod provisioning;
pub mod query;
pub mod roles;
pub mod storage;
pub mod telemetry;
pub mod template_devices;
pub mod templates;
pub mod tokens;
pub mod twin;
pub mod workspaces;

mod connection;
mod counted;
mod error;
mod giving;
mod homeport;
mod keys;
mod links;
mod noted;
mod password;

pub use context::{Actor, Context};
pub use error::{Error, Result};
pub use homeport::{Endpoints, Homeport};
