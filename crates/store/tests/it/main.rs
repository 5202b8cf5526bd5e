//! The store on a real Postgres, as the roles that the product signs in as.
#![expect(clippy::unwrap_used, reason = "a test that can't go on must fail")]

mod catalogue;
mod devices;
mod ground;
mod organizations;
mod people;
mod telemetry;
mod templates;
mod tenancy;
mod twins;
