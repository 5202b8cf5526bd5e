//! Server functions: the way from a page to a use-case, ten lines each.
//!
//! A function of a workspace takes the workspace's slug as its first argument and begins with `context`, which
//! answers *not found* to whoever isn't a member. One of the administration console has a name that begins with `admin_`,
//! and begins with `platform`, which answers *not found* to whoever doesn't administer the platform.

pub mod account;
pub mod admin;
pub mod alarms;
pub mod announcements;
pub mod audit;
pub mod branding;
pub mod commands;
pub mod dashboards;
pub mod device_files;
pub mod devices;
pub mod error;
pub mod explorations;
pub mod files;
pub mod groups;
pub mod members;
pub mod organizations;
pub mod people;
pub mod provisioning;
pub mod query;
pub mod relationships;
pub mod roles;
pub mod rules;
pub mod sign_up;
pub mod simulations;
pub mod storage;
pub mod support;
pub mod telemetry;
pub mod templates;
pub mod tokens;
pub mod twin;
pub mod usage;
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
    use domain::platform::PlatformContext;
    use domain::{Context, Homeport};
    use leptos::prelude::use_context;
    use model::audit::Origin;
    use model::{Code, PersonId};
    use tower_sessions::Session;

    /// The key in the web session under which the signed-in person's id stands.
    const PERSON: &str = "person";
    /// The key under which stands who gave the right password and must give a code next, and when they did.
    const HALF: &str = "half";
    /// How long they may take for it, in seconds.
    const HALF_SECONDS: u64 = 600;

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

    /// The signed-in person as platform administrator; *not found* for everybody else.
    pub(crate) async fn platform() -> Result<PlatformContext, AppError> {
        let homeport = homeport()?;
        let person = person().await?;
        Ok(domain::platform::open(&homeport, person).await?.coming_from(client_origin()))
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
        domain::account::sessions::seen(homeport, &session_id(session)).await?;
        let memberships = domain::workspaces::memberships(homeport, id).await?;
        Ok(Some(Me { person, memberships }))
    }

    /// Who is signed in, or the problem that nobody is.
    pub(crate) async fn person() -> Result<PersonId, AppError> {
        let session = session().await?;
        let person = signed_in(&session).await?.ok_or_else(|| AppError::new(Code::SignedOut))?;
        domain::account::sessions::seen(&homeport()?, &session_id(&session)).await?;
        Ok(person)
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
        session.remove_value(HALF).await.map_err(failed)?;
        session.insert(PERSON, person).await.map_err(failed)?;
        // The fresh id is known once it is saved.
        session.save().await.map_err(failed)?;
        let (agent, address) = (said("user-agent"), client_address());
        Ok(domain::account::sessions::began(&homeport()?, &session_id(&session), &agent, &address).await?)
    }

    /// Begins a session as [`begin_session`] does and ends all others of this person.
    pub(crate) async fn begin_only_session(person: PersonId) -> Result<(), AppError> {
        begin_session(person).await?;
        let id = session_id(&session().await?);
        domain::people::sign_out_elsewhere(&homeport()?, person, &id).await?;
        Ok(())
    }

    /// Notes under a fresh id that this person's password was right. Nobody is signed in by it.
    pub(crate) async fn begin_half_session(person: PersonId) -> Result<(), AppError> {
        let session = session().await?;
        let failed = |e| internal("the web session can't be written", &e);
        session.cycle_id().await.map_err(failed)?;
        session.remove_value(PERSON).await.map_err(failed)?;
        session.insert(HALF, (person, seconds())).await.map_err(failed)
    }

    /// Whose password was right a while ago, and who must give a code next.
    pub(crate) async fn half_signed_in() -> Result<PersonId, AppError> {
        let half: Option<(PersonId, u64)> =
            session().await?.get(HALF).await.map_err(|e| internal("the web session can't be read", &e))?;
        let half = half.filter(|(_, at)| seconds().saturating_sub(*at) < HALF_SECONDS);
        half.map(|(person, _)| person).ok_or_else(|| {
            let text = "That took too long. Give your password again.";
            AppError(model::Problem::with_detail(Code::SignedOut, text))
        })
    }

    /// The id of this session in the store; empty before it was saved.
    pub(crate) fn session_id(session: &Session) -> String {
        session.id().map(|id| id.0.to_string()).unwrap_or_default()
    }

    fn seconds() -> u64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |since| since.as_secs())
    }

    /// A header of the request; empty where it has none.
    fn said(name: &str) -> String {
        let parts = use_context::<http::request::Parts>();
        let value = parts.as_ref().and_then(|parts| parts.headers.get(name)?.to_str().ok());
        value.unwrap_or_default().to_owned()
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
