//! The browsers in which somebody is signed in.

use crate::context::now_ms;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use model::PersonId;
use model::account::WebSession;
use time::OffsetDateTime;

/// Longest text of a browser about itself that is kept, in characters.
const AGENT_MAX: usize = 300;

/// Those of a person, the present one first; `current` is its id.
///
/// # Errors
/// The database's.
pub async fn list(homeport: &Homeport, person: PersonId, current: &str) -> Result<Vec<WebSession>> {
    Ok(homeport.store().sessions().of_person(person, current, OffsetDateTime::now_utc()).await?)
}

/// Ends one.
///
/// # Errors
/// [`model::Code::NotFound`] where it has ended already, or is another person's.
pub async fn end(homeport: &Homeport, person: PersonId, mark: &str) -> Result<()> {
    let mark = mark.replace('\0', "");
    if homeport.store().sessions().end(person, &mark).await? { Ok(()) } else { Err(Error::not_found()) }
}

/// Notes which browser, at which network address, has begun a session.
///
/// # Errors
/// The database's.
pub async fn began(homeport: &Homeport, id: &str, agent: &str, address: &str) -> Result<()> {
    let agent: String = agent.chars().filter(|c| !c.is_control()).take(AGENT_MAX).collect();
    Ok(homeport.store().sessions().describe(id, &agent, address).await?)
}

/// Notes that a session was used, to the minute.
///
/// # Errors
/// The database's.
pub async fn seen(homeport: &Homeport, id: &str) -> Result<()> {
    if homeport.noted().is_due(id, now_ms()) {
        homeport.store().sessions().seen(id, OffsetDateTime::now_utc()).await?;
    }
    Ok(())
}
