//! The use-cases on a real Postgres, as people and devices call on them.
#![expect(clippy::unwrap_used, reason = "a test that can't go on must fail")]

mod applications;
mod certificates;
mod data_exports;
mod devices;
mod files;
mod gate;
mod ground;
mod groups;
mod jobs;
mod organizations;
mod people;
mod provision;
mod provisioning;
mod query;
mod reports;
mod roles;
mod simulations;
mod storage;
mod templates;
mod tokens;
mod workspaces;
