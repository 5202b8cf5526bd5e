//! Who may connect: asked of the server, which asks the database.

use async_trait::async_trait;
use model::azure::HubName;
use model::event::EventKind;
use model::{DeviceId, WorkspaceId};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

/// Decides about connections and hears what is worth a line in a device's log.
#[async_trait]
pub trait DeviceGate: Send + Sync + 'static {
    /// Whether this client may connect, and as what. Nothing is read from the client until the answer is there.
    async fn authenticate(&self, hello: &Hello<'_>) -> Verdict;

    /// Something happened to a device that its owner should be able to see. Must return at once.
    fn event(&self, who: &Identity, kind: EventKind, text: String);

    /// A device has subscribed to the messages to it, or has come back with such a subscription: what waits for it can be
    /// sent. Must return at once.
    fn hears_messages(&self, _who: &Identity) {}
}

/// What a client says when it connects.
#[derive(Debug)]
pub struct Hello<'a> {
    /// `{scope}/{device}` of a device; the name of a service; of a device of the hub see `hub`.
    pub user_name: Option<&'a str>,
    /// What a device of the hub says with its user name: whom it takes the hub for, and its own id.
    pub hub: Option<&'a HubName>,
    /// A key, or whatever the gate takes for one.
    pub password: Option<&'a [u8]>,
    /// Free; tells several connections of one device apart. The broker has made one up where it was empty.
    pub client_id: &'a str,
    /// Where the connection comes from.
    pub peer: SocketAddr,
    /// Whether it is encrypted.
    pub secure: bool,
    /// The client's own TLS certificate, DER, where it has shown one; that it holds the key of it is proved, and
    /// nothing else: neither who has issued it nor whether its time has run out.
    pub certificate: Option<&'a [u8]>,
    /// The certificates shown with it, DER, in their order: of who has issued it, and so on.
    pub issuers: &'a [Vec<u8>],
}

/// The gate's answer.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// A device of a workspace.
    Device(Identity),
    /// One of our own services, by this name: may subscribe to everything, and share.
    Service(Arc<str>),
    /// Nobody.
    Refuse(Refusal),
}

/// A device that has proved who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// Its internal key.
    pub device: DeviceId,
    /// The workspace's ID scope: the first level of its topics.
    pub scope: Arc<str>,
    /// What it connects with: the second level of its topics.
    pub external_id: Arc<str>,
    /// How it has proved that it is this device.
    pub auth: Auth,
    /// A number for what it has proved itself with: another once its key is replaced.
    pub proof: u64,
    /// When what it has proved itself with runs out, and the connection with it; none: never.
    pub until: Option<SystemTime>,
}

/// How a device has proved who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// By its key.
    Key,
    /// By the certificate of its TLS connection.
    Certificate,
    /// By a token that its key has signed.
    Token,
}

impl Auth {
    /// The word that services read beside a message, in `hp-auth`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Auth::Key => "key",
            Auth::Certificate => "cert",
            Auth::Token => "sas",
        }
    }
}

/// Why a client may not connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// User name and password don't belong together.
    BadCredentials,
    /// Known, but blocked, suspended or over a limit.
    NotAuthorized,
    /// It can't be decided now; the client may try again.
    Unavailable,
}
