//! The broker from outside: through sockets, with the clients that devices use.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where something is missing")]

mod acks;
mod azure;
mod bad_input;
mod certificates;
mod clients;
mod figures;
mod kept;
mod messages;
mod mosquitto;
mod npm;
mod paho;
mod rates;
mod raw;
mod reasons;
mod retained;
mod returning;
mod sessions;
mod setup;
mod stores;
mod streams;
mod tls;
mod topics;
mod v5;
mod wills;
