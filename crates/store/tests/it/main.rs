//! The store on a real Postgres, as the roles that the product signs in as.
#![expect(clippy::unwrap_used, reason = "a test that can't go on must fail")]

mod audit;
mod burial;
mod catalogue;
mod console;
mod dashboards;
mod devices;
mod ground;
mod groups;
mod metering;
mod organizations;
mod outbound;
mod people;
mod shelves;
mod telemetry;
mod templates;
mod tenancy;
mod twins;
