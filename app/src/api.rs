//! Server functions: the way from a page to a use-case, ten lines each.
//!
//! A function of a workspace takes the workspace's slug as its first argument and begins with `context`, which
//! answers *not found* to whoever isn't a member.

pub mod audit;
pub mod commands;
pub mod device_files;
pub mod devices;
pub mod error;
pub mod files;
pub mod people;
pub mod provisioning;
pub mod query;
pub mod relationships;
pub mod simulations;
pub mod storage;
pub mod telemetry;
pub mod templates;
pub mod tokens;
pub mod twin;
pub mod workspaces;

pub use error::AppError;

#[cfg(feature = "ssr")]
pub(crate) use server::*;

#[cfg(feature = "ssr")]
mod server {
    use super::AppError;
    use super::error::internal;
    use super::people::Me;
    use crate::session::Standing;
    use domain::{Context, Homeport};
    use leptos::prelude::use_context;
    use model::audit::Origin;
    use model::{Code, PersonId};
    use tower_sessions::Session;

    /// The key in the web session under which the signed-in person's id stands; nothing else is kept there.
    const PERSON: &str = "person";

    /// The product, as the server set it up for this request.
    pub(crate) fn homeport() -> Result<Homeport, AppError> {
        use_context::<Homeport>().ok_or_else(|| {
            tracing::error!("no Homeport in the context of a server function");
            AppError::new(Code::Internal)
        })
    }

    /// The signed-in person as seen from one workspace; *not found* for strangers and for unknown slugs alike.
    pub(crate) async fn context(workspace: &str) -> Result<Context, AppError> {
        let homeport = homeport()?;
        let person = person().await?;
        Ok(domain::workspaces::open(&homeport, person, workspace).await?.coming_from(client_origin()))
    }

    /// How whoever has this web session stands to this Homeport.
    pub(crate) async fn standing(homeport: &Homeport, session: &Session) -> Result<Standing, AppError> {
        if let Some(me) = me(homeport, session).await? {
            return Ok(Standing::SignedIn(Box::new(me)));
        }
        match domain::people::needs_set_up(homeport).await? {
            true => Ok(Standing::SetUp),
            false => Ok(Standing::SignedOut),
        }
    }

    /// Who has this web session, with their workspaces.
    async fn me(homeport: &Homeport, session: &Session) -> Result<Option<Me>, AppError> {
        let Some(id) = signed_in(session).await? else { return Ok(None) };
        let Some(person) = domain::people::person(homeport, id).await? else { return Ok(None) };
        let memberships = domain::workspaces::memberships(homeport, id).await?;
        Ok(Some(Me { person, memberships }))
    }

    /// Who is signed in, or the problem that nobody is.
    pub(crate) async fn person() -> Result<PersonId, AppError> {
        signed_in(&session().await?).await?.ok_or_else(|| AppError::new(Code::SignedOut))
    }

    async fn signed_in(session: &Session) -> Result<Option<PersonId>, AppError> {
        session.get(PERSON).await.map_err(|e| internal("the web session can't be read", &e))
    }

    /// Begins a session for somebody who has just signed in; the audit logs of their workspaces say so.
    pub(crate) async fn begin_session(person: PersonId) -> Result<(), AppError> {
        fresh_session(person).await?;
        Ok(domain::audit::signed_in(&homeport()?, person, &client_origin()).await?)
    }

    /// A session under a fresh id, so that an id known before signing in is worth nothing.
    async fn fresh_session(person: PersonId) -> Result<(), AppError> {
        let session = session().await?;
        let failed = |e| internal("the web session can't be written", &e);
        session.cycle_id().await.map_err(failed)?;
        session.insert(PERSON, person).await.map_err(failed)
    }

    /// Begins a session as [`begin_session`] does and ends all others of this person.
    pub(crate) async fn begin_only_session(person: PersonId) -> Result<(), AppError> {
        fresh_session(person).await?;
        let session = session().await?;
        // The fresh id is known once it is saved.
        session.save().await.map_err(|e| internal("the web session can't be written", &e))?;
        let id = session.id().map(|id| id.0.to_string()).unwrap_or_default();
        domain::people::sign_out_elsewhere(&homeport()?, person, &id).await?;
        Ok(())
    }

    /// Forgets the session, here and in the database; the audit logs of the person's workspaces say so.
    pub(crate) async fn end_session() -> Result<(), AppError> {
        if let Some(person) = signed_in(&session().await?).await? {
            domain::audit::signed_out(&homeport()?, person, &client_origin()).await?;
        }
        session().await?.flush().await.map_err(|e| internal("the web session can't be ended", &e))
    }

    /// Where the request came from, as far as can be told: throttling counts by it.
    pub(crate) fn client_address() -> String {
        let parts = use_context::<http::request::Parts>();
        let peer = parts
            .as_ref()
            .and_then(|p| p.extensions.get::<axum::extract::ConnectInfo<std::net::SocketAddr>>());
        peer.map_or_else(|| "unknown".to_owned(), |info| info.0.ip().to_string())
    }

    /// The same with the name of the program that asks, for the audit log.
    pub(crate) fn client_origin() -> Origin {
        let parts = use_context::<http::request::Parts>();
        let agent = parts.as_ref().and_then(|p| p.headers.get(http::header::USER_AGENT));
        Origin::new(Some(&client_address()), agent.and_then(|agent| agent.to_str().ok()))
    }

    pub(crate) async fn session() -> Result<Session, AppError> {
        leptos_axum::extract().await.map_err(|e| internal("there is no web session", &e))
    }
}
