//! The whole product as the use-cases see it: the store, and where devices connect.

use crate::actions::Tokens;
use crate::calls::Calls;
use crate::commands::Answers;
use crate::noted::Noted;
use crate::outward::{Away, NoAnswer, Outward};
use crate::password::Hasher;
use crate::provisioning::refusals::Bound;
use crate::query::{Limits, Turns};
use model::WorkspaceId;
use model::call::{Call, Called};
use model::down::{Delivery, Down};
use model::live::LiveEvent;
use std::sync::{Arc, OnceLock};
use store::{Shelf, Store};

/// Where devices reach the broker.
#[derive(Clone, Debug, Default)]
pub struct Endpoints {
    /// The host as devices see it.
    pub host: String,
    /// The port without encryption; none: closed.
    pub port: Option<u16>,
    /// The port with TLS; none: closed.
    pub tls_port: Option<u16>,
    /// The certificate authority, PEM; empty: a public one.
    pub ca_pem: String,
}

/// Everything that use-cases work on. Cheap to clone.
#[derive(Clone)]
pub struct Homeport(Arc<Inner>);

struct Inner {
    store: Store,
    endpoints: Endpoints,
    hasher: Hasher,
    turns: Turns,
    noted: Noted,
    refusals: Bound,
    origin: OnceLock<String>,
    mail_server: OnceLock<()>,
    shelf: OnceLock<Shelf>,
    outward: OnceLock<Arc<dyn Outward>>,
    answers: Answers,
    calls: Calls,
    tokens: Tokens,
}

impl Homeport {
    /// A product on this store, whose devices connect there.
    pub fn new(store: Store, endpoints: Endpoints) -> Homeport {
        Homeport::with_limits(store, endpoints, Limits::default())
    }

    /// The same with other bounds for queries.
    pub fn with_limits(store: Store, endpoints: Endpoints, queries: Limits) -> Homeport {
        let turns = Turns::new(queries);
        let (hasher, origin, shelf, outward, answers) =
            (Hasher::new(), OnceLock::new(), OnceLock::new(), OnceLock::new(), Answers::default());
        let (calls, noted, mail_server) = (Calls::default(), Noted::default(), OnceLock::new());
        Homeport(Arc::new(Inner {
            store,
            endpoints,
            hasher,
            turns,
            noted,
            refusals: Bound::default(),
            origin,
            mail_server,
            shelf,
            outward,
            answers,
            calls,
            tokens: Tokens::default(),
        }))
    }

    /// The store: for web sessions, and for whoever serves many workspaces.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Where devices connect.
    pub fn endpoints(&self) -> &Endpoints {
        &self.0.endpoints
    }

    /// People find the pages at this origin (`https://iot.example.com`): links in mails begin with it. Where it is said
    /// again, the first one stays.
    pub fn known_as(&self, origin: &str) {
        _ = self.0.origin.set(origin.trim_end_matches('/').to_owned());
    }

    /// Where people find the pages, without a slash at its end.
    pub fn origin(&self) -> &str {
        self.0.origin.get().map_or("http://localhost:8080", String::as_str)
    }

    /// Mails go by a mail server that the operator has named; said once, at the start.
    pub fn mails_by_server(&self) {
        _ = self.0.mail_server.set(());
    }

    /// Whether mails go by a mail server. Where not, they are read in the console and nowhere else.
    pub fn has_mail_server(&self) -> bool {
        self.0.mail_server.get().is_some()
    }

    /// Keeps files of devices on this shelf from now on. Where it is called again, the first one stays.
    pub fn keep_files_on(&self, shelf: Shelf) {
        if self.0.shelf.set(shelf).is_err() {
            tracing::warn!("files are kept in one storage; the second one is not used");
        }
    }

    /// Where files of devices are kept.
    ///
    /// # Errors
    /// This process keeps none.
    pub(crate) fn shelf(&self) -> crate::error::Result<&Shelf> {
        let none = || crate::error::Error::Broken("this process keeps no files".into());
        self.0.shelf.get().ok_or_else(none)
    }

    /// Opens the ways out, once; until then no device is reached, and no page told.
    pub fn open(&self, outward: Arc<dyn Outward>) {
        if self.0.outward.set(outward).is_err() {
            tracing::error!("the ways out of the product are open already");
        }
    }

    /// Sends a message down to the device of this scope and id.
    ///
    /// # Errors
    /// The broker can't be reached.
    pub async fn post(&self, scope: &str, device: &str, down: Down) -> Result<Delivery, Away> {
        match self.0.outward.get() {
            Some(outward) => outward.post(scope, device, down).await,
            None => Err(Away("This process has no connection to a broker".into())),
        }
    }

    /// Sends a request to an address that somebody of a workspace has named.
    ///
    /// # Errors
    /// The address may not be called, nothing answers in time, or the answer is too large.
    pub async fn call(&self, call: Call) -> Result<Called, NoAnswer> {
        match self.0.outward.get() {
            Some(outward) => outward.call(call).await,
            None => Err(NoAnswer::Away("This process sends no requests".into())),
        }
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    /// Tells the open pages of a workspace.
    pub fn tell(&self, workspace: WorkspaceId, event: LiveEvent) {
        if let Some(outward) = self.0.outward.get() {
            outward.tell(workspace, event);
        }
    }

    /// A device has answered this run of a command; none: any may have been answered.
    pub fn answered(&self, run: Option<i64>) {
        self.0.answers.tell(run);
    }

    pub(crate) fn calls(&self) -> &Calls {
        &self.0.calls
    }

    pub(crate) fn noted(&self) -> &Noted {
        &self.0.noted
    }

    pub(crate) fn refusals(&self) -> &Bound {
        &self.0.refusals
    }

    pub(crate) fn answers(&self) -> &Answers {
        &self.0.answers
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.0.turns
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        &self.0.hasher
    }
}
