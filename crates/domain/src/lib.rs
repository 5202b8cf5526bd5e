//! What Homeport does, one use-case a function: a context and an input in, a result out.
//!
//! A use-case authorises, opens one scope of the store, acts, and records. It knows neither HTTP nor MQTT: the server,
//! its API and the broker's gate call the same ones.

pub mod access;
pub mod account;
pub mod actions;
pub mod alarms;
pub mod annotations;
pub mod announcements;
pub mod applications;
pub mod audit;
pub mod branding;
pub mod certificates;
pub mod commands;
pub mod context;
pub mod dashboards;
pub mod data_exports;
pub mod device_files;
pub mod devices;
pub mod explorations;
pub mod exports;
pub mod gate;
pub mod groups;
pub mod idempotency;
pub mod imports;
pub mod invitations;
pub mod jobs;
pub mod limits;
pub mod mail;
pub mod maintenance;
pub mod maps;
pub mod members;
pub mod messages;
pub mod notices;
pub mod organizations;
pub mod outward;
pub mod people;
pub mod platform;
pub mod provision;
pub mod provisioning;
pub mod push;
pub mod query;
pub mod relationships;
pub mod reports;
pub mod roles;
pub mod rules;
pub mod sign_on;
pub mod sign_up;
pub mod simulations;
pub mod storage;
pub mod support;
pub mod takeout;
pub mod telemetry;
pub mod template_devices;
pub mod templates;
pub mod tokens;
pub mod twin;
pub mod usage;
pub mod workspaces;

mod calls;
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
