//! What the tests of several crates stand on: a real database of their own each, and the real product on top of it.
//!
//! Nothing here pretends: Postgres, the broker, the server and the browser are the ones that people use.
#![expect(clippy::expect_used, reason = "a test whose ground can't be laid must fail, and say why")]

#[cfg(feature = "app")]
mod app;
pub mod browser;
mod database;
#[cfg(feature = "app")]
mod device;
mod patience;
mod receiver;
mod smtp;
mod storage;
mod totp;

#[cfg(feature = "app")]
pub use app::{Answer, TestApp, TestPerson};
pub use database::{TestDb, database_key};
#[cfg(feature = "app")]
pub use device::{Connected, TestDevice};
pub use patience::eventually;
pub use receiver::{Answers, Receiver, Taken, hmac_sha256};
pub use smtp::{Received, SmtpServer, Way};
pub use storage::Storage;
pub use totp::totp;
