//! Ingestion between a real broker, Debian's mosquitto, and a real Postgres.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on must fail")]

mod acknowledgement;
mod device;
mod failure;
mod messages;
mod mosquitto;
mod poison;
mod proxy;
mod scene;
