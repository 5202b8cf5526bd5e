//! Ingestion: from the broker into the telemetry tables, and from there to whoever looks.
//!
//! Five stages, one file each: `source` → `decode` → `route` → `batch` → `sink`; what isn't telemetry goes from `route`
//! to `asking`, where an [`Answering`] answers it. A message is acknowledged
//! only when it is committed, as telemetry or as a refused entry with its reason. The workspace and the device come
//! from the topic, which the broker has proved, never from what the device writes.

mod asked;
mod asking;
mod batch;
mod changes;
mod decode;
mod erase;
pub mod figures;
mod hub;
mod last;
mod link;
mod log;
mod meter;
mod properties;
mod retry;
mod route;
mod settle;
mod sink;
mod source;
mod start;

pub use asked::{Answered, Answering, Ask, Asked, NotNow, no_answers};
pub use changes::Changes;
pub use erase::erase;
pub use hub::{Audience, Hub, Receiver};
pub use log::{LogLine, OnLog, no_log};
pub use meter::meter;
pub use settle::settle;
pub use start::{Running, keep_house, start};

use std::sync::Arc;

/// Where messages are heard, and as whom.
#[derive(Clone)]
pub struct Config {
    /// The broker's host.
    pub host: String,
    /// Its port, plain TCP.
    pub port: u16,
    /// Who signs in.
    pub user_name: String,
    /// With which password.
    pub password: String,
    /// The name of the session. The same after a restart, so that the broker hands out what waits; another one in
    /// each process.
    pub client_id: String,
    /// Largest packet that is received, in bytes; larger than any body that devices may send, with room for the
    /// topic and properties.
    pub max_packet: u32,
    /// Whether the broker is the embedded one: its properties (`hp-arrived` and so on) can be believed, and it keeps
    /// by itself what isn't acknowledged. With any other, a session is kept for a day.
    pub trusted: bool,
    /// Told what belongs into a device's log.
    pub on_log: OnLog,
    /// Answers what devices ask besides telemetry.
    pub answering: Arc<dyn Answering>,
}
