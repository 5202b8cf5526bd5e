//! Who registers devices that don't know yet where they belong: asked of the server, which asks the database.

use async_trait::async_trait;
use model::azure::dps::Assigned;
use model::sas::Token;
use std::net::SocketAddr;

/// Registers devices.
#[async_trait]
pub trait Provisioning: Send + Sync + 'static {
    /// Registers a device, or says how its registration stands: it is asked again as often as the device asks.
    async fn register(&self, registration: Registration<'_>) -> Registered;

    /// Somebody was sent away before that could be asked: a line for whoever waits for this device.
    async fn turned_away(&self, _turned: TurnedAway<'_>) {}
}

/// A device that wants to belong somewhere.
#[derive(Debug)]
pub struct Registration<'a> {
    /// The ID scope of the workspace.
    pub scope: &'a str,
    /// What the device calls itself.
    pub id: &'a str,
    /// By what it proves that.
    pub proof: RegistrationProof<'a>,
    /// What it says of itself, JSON: `{"modelId":"dtmi:…;1"}`.
    pub payload: Option<&'a serde_json::Value>,
    /// Where it comes from.
    pub peer: SocketAddr,
}

/// Somebody whose registration could not even be asked about.
#[derive(Debug)]
pub struct TurnedAway<'a> {
    /// The ID scope that they named.
    pub scope: &'a str,
    /// What they call themselves.
    pub id: &'a str,
    /// Why, a sentence without its end.
    pub reason: &'a str,
    /// Where they come from.
    pub peer: SocketAddr,
}

/// By what a device proves that a registration is its own.
#[derive(Clone, Copy, Debug)]
pub enum RegistrationProof<'a> {
    /// By a token for this registration, whose signature and time are still to be checked.
    Sas(&'a Token),
    /// By the certificates of its TLS connection, DER, its own first; that it holds the key of the first is proved.
    Certificates(&'a [Vec<u8>]),
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registered {
    /// It belongs there.
    Assigned(Assigned),
    /// Somebody has to decide first: it may ask again after so many seconds.
    Assigning {
        /// Seconds.
        retry_after_s: u32,
    },
    /// It has not proved who it is, or asks for what can't be: a status as HTTP's and a code of the provisioning service's.
    Refused {
        /// 400, 401, 404 …
        status: u16,
        /// 401002 …
        code: u32,
        /// A sentence.
        message: String,
    },
    /// It has proved who it is, and is kept out.
    Disabled {
        /// A code of the provisioning service's.
        code: u32,
        /// A sentence.
        message: String,
    },
    /// It has proved who it is, and can't be registered.
    Failed {
        /// A code of the provisioning service's.
        code: u32,
        /// A sentence.
        message: String,
    },
    /// It can't be decided now.
    Unavailable,
}
