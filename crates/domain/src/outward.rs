//! What use-cases say to the outside: down to devices, and to open pages. The server gives the means.

use futures::future::BoxFuture;
use model::WorkspaceId;
use model::call::{Call, Called};
use model::down::{Delivery, Down};
use model::live::LiveEvent;

/// The ways out of the product.
pub trait Outward: Send + Sync + 'static {
    /// Sends a message down to the device of this scope and id.
    fn post<'a>(
        &'a self,
        scope: &'a str,
        device: &'a str,
        down: Down,
    ) -> BoxFuture<'a, Result<Delivery, Away>>;

    /// Sends a request to an address that somebody of a workspace has named: bounded in time and size, following no redirect,
    /// to no private address unless the operator allows it.
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Called, NoAnswer>>;

    /// Tells the open pages of a workspace. Never waits.
    fn tell(&self, workspace: WorkspaceId, event: LiveEvent);
}

/// The broker can't be reached, or doesn't take the message; the reason as a sentence without its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Away(pub String);

/// Why a request has no answer; the reason as a sentence without its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// The address may not be called: no further try mends that.
    #[error("{0}")]
    Refused(String),
    /// Nothing answers, or not as it should.
    #[error("{0}")]
    Away(String),
}
