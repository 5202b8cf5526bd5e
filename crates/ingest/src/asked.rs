//! What devices ask besides telemetry, as whoever answers gets it.

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use model::down::Down;
use model::topic::Upward;
use model::{DeviceId, WorkspaceId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Something that a device sends and that isn't telemetry.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Of which device.
    pub device: DeviceId,
    /// The workspace's ID scope.
    pub scope: Arc<str>,
    /// The id that the device connects with.
    pub external_id: Arc<str>,
    /// What it asks.
    pub ask: Ask,
    /// The body.
    pub body: Bytes,
    /// The MQTT 5 user properties that the device has set.
    pub properties: BTreeMap<String, String>,
    /// When it arrived, milliseconds since 1970.
    pub arrived_ms: i64,
    /// How the device has proved who it is, by the broker's word, where the broker is ours.
    pub auth: Option<String>,
}

/// What is asked, from the topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A patch of the reported properties.
    Reported {
        /// Request id, where the device wants an answer.
        rid: Option<String>,
    },
    /// The properties.
    PropertiesGet {
        /// Request id.
        rid: String,
    },
    /// The answer to a command.
    CommandResponse {
        /// Command.
        name: String,
        /// Request id.
        rid: String,
        /// As HTTP statuses go.
        status: u16,
    },
    /// A place for a file.
    File {
        /// Request id.
        rid: String,
    },
}

impl Ask {
    /// Nothing for telemetry.
    pub(crate) fn of(upward: &Upward<'_>) -> Option<Ask> {
        Some(match upward {
            Upward::Telemetry { .. } => return None,
            Upward::Reported { rid } => Ask::Reported { rid: rid.map(str::to_owned) },
            Upward::PropertiesGet { rid } => Ask::PropertiesGet { rid: (*rid).to_owned() },
            Upward::CommandResponse { name, rid, status } => {
                Ask::CommandResponse { name: (*name).to_owned(), rid: (*rid).to_owned(), status: *status }
            }
            Upward::File { rid } => Ask::File { rid: (*rid).to_owned() },
        })
    }
}

/// What became of it. Whatever had to be kept is committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It is done; these go down to the device.
    Done(Vec<Down>),
    /// It can't be done, and never can; it is kept as refused, with the reason, and stands in the device's log.
    Refused {
        /// A sentence.
        reason: String,
        /// What goes down to the device all the same.
        down: Vec<Down>,
    },
}

impl Answered {
    /// Refused without a word to the device.
    pub fn refused(reason: impl Into<String>) -> Answered {
        Answered::Refused { reason: reason.into(), down: Vec::new() }
    }
}

/// It can't be answered at this moment, and is asked again until it can: the database is away.
#[derive(Debug, thiserror::Error)]
#[error("what a device asks can't be answered now")]
pub struct NotNow(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Answers what devices ask. What one device asks comes in order, one after the other; what several ask, at once.
pub trait Answering: Send + Sync + 'static {
    /// Does it. It can come again after the process has died: acknowledged is what has been answered.
    fn answer(self: Arc<Self>, asked: Asked) -> BoxFuture<'static, Result<Answered, NotNow>>;

    /// Sends down to the device, as far as it is there.
    fn send(self: Arc<Self>, asked: Asked, down: Vec<Down>) -> BoxFuture<'static, ()>;
}

/// For those who know telemetry only: all else is refused.
pub fn no_answers() -> Arc<dyn Answering> {
    Arc::new(Nobody)
}

struct Nobody;

impl Answering for Nobody {
    fn answer(self: Arc<Self>, _: Asked) -> BoxFuture<'static, Result<Answered, NotNow>> {
        async { Ok(Answered::refused("Only telemetry is kept here.")) }.boxed()
    }

    fn send(self: Arc<Self>, _: Asked, _: Vec<Down>) -> BoxFuture<'static, ()> {
        async {}.boxed()
    }
}
