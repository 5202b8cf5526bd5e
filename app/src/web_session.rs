//! What a web session holds: who is signed in and how they came, and what waits to be finished. The pages' functions and
//! the server's own routes go by it alike.
//!
//! Whoever signs in gets a session under a fresh id, so that an id that was known before is worth nothing.

use crate::api::AppError;
use crate::api::error::internal;
use domain::Homeport;
use model::PersonId;
use model::sign_on::{Proof, Visitor};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_sessions::{Expiry, Session};

/// The key under which the signed-in person's id stands.
const PERSON: &str = "person";
/// The key under which stands how they came in.
const PROOF: &str = "proof";
/// How long something may wait to be finished, in seconds.
pub const WAITING_SECONDS: u64 = 600;

/// Who is signed in, if anyone.
///
/// # Errors
/// The session can't be read.
pub async fn visitor(session: &Session) -> Result<Option<Visitor>, AppError> {
    let unread = |e| internal("the web session can't be read", &e);
    let Some(person) = session.get::<PersonId>(PERSON).await.map_err(unread)? else { return Ok(None) };
    let proof = session.get::<Proof>(PROOF).await.map_err(unread)?.unwrap_or_default();
    Ok(Some(Visitor { person, proof }))
}

/// Whether what a session holds is still of this visitor.
pub fn is_of(data: &std::collections::HashMap<String, serde_json::Value>, visitor: Visitor) -> bool {
    let proof: Option<Proof> = data.get(PROOF).and_then(|value| serde_json::from_value(value.clone()).ok());
    data.get(PERSON).is_some_and(|value| *value == serde_json::json!(visitor.person))
        && proof.unwrap_or_default() == visitor.proof
}

/// Begins a session under a fresh id for somebody who has just signed in, at this browser and network address. Nothing that
/// waited in the old one goes on.
///
/// # Errors
/// The session can't be written.
pub async fn begin(
    session: &Session,
    homeport: &Homeport,
    visitor: Visitor,
    (agent, address): (&str, &str),
) -> Result<(), AppError> {
    session.clear().await;
    session.cycle_id().await.map_err(unwritten)?;
    session.insert(PERSON, visitor.person).await.map_err(unwritten)?;
    session.insert(PROOF, visitor.proof).await.map_err(unwritten)?;
    // The fresh id is known once it is saved.
    session.save().await.map_err(unwritten)?;
    Ok(domain::account::sessions::began(homeport, &id(session), agent, address).await?)
}

/// Whoever is signed in has shown a second factor besides.
///
/// # Errors
/// The session can't be written.
pub async fn second_shown(session: &Session) -> Result<(), AppError> {
    let Some(visitor) = visitor(session).await? else { return Ok(()) };
    session.cycle_id().await.map_err(unwritten)?;
    session.insert(PROOF, Proof { second: true, ..visitor.proof }).await.map_err(unwritten)
}

/// Keeps something that waits for its second step under `key`, for [`WAITING_SECONDS`].
///
/// # Errors
/// The session can't be written.
pub async fn wait<T: Serialize>(session: &Session, key: &str, what: T) -> Result<(), AppError> {
    if visitor(session).await?.is_none() {
        // Strangers begin much and finish little.
        let soon = i64::try_from(WAITING_SECONDS).unwrap_or(i64::MAX);
        session.set_expiry(Some(Expiry::OnInactivity(time::Duration::seconds(soon))));
    }
    session.insert(key, (what, seconds())).await.map_err(unwritten)
}

/// Takes what waits under `key`: it is there once, and not after its time.
///
/// # Errors
/// The session can't be read.
pub async fn take<T: DeserializeOwned>(session: &Session, key: &str) -> Result<Option<T>, AppError> {
    let unread = |e| internal("the web session can't be read", &e);
    let found: Option<(T, u64)> = session.remove(key).await.map_err(unread)?;
    Ok(found.filter(|(_, at)| seconds().saturating_sub(*at) < WAITING_SECONDS).map(|(what, _)| what))
}

/// What waits under `key`, which stays there.
///
/// # Errors
/// The session can't be read.
pub async fn peek<T: DeserializeOwned>(session: &Session, key: &str) -> Result<Option<T>, AppError> {
    let unread = |e| internal("the web session can't be read", &e);
    let found: Option<(T, u64)> = session.get(key).await.map_err(unread)?;
    Ok(found.filter(|(_, at)| seconds().saturating_sub(*at) < WAITING_SECONDS).map(|(what, _)| what))
}

/// Nobody is signed in by this session any more, and it goes on under a fresh id.
///
/// # Errors
/// The session can't be written.
pub async fn nobody(session: &Session) -> Result<(), AppError> {
    session.clear().await;
    session.cycle_id().await.map_err(unwritten)
}

/// The id of this session in the store; empty before it was saved.
pub fn id(session: &Session) -> String {
    session.id().map(|id| id.0.to_string()).unwrap_or_default()
}

fn unwritten(error: tower_sessions::session::Error) -> AppError {
    internal("the web session can't be written", &error)
}

fn seconds() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
