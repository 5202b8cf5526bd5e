//! Server functions: the way from a page to a use-case, ten lines each.
//!
//! A function of a workspace takes the workspace's slug as its first argument and begins with `context`, which
//! answers *not found* to whoever isn't a member. One of the administration console has a name that begins with `admin_`,
//! and begins with `platform`, which answers *not found* to whoever doesn't administer the platform.

pub mod account;
pub mod admin;
pub mod alarms;
pub mod annotations;
pub mod announcements;
pub mod applications;
pub mod audit;
pub mod branding;
pub mod commands;
pub mod dashboards;
pub mod data_exports;
pub mod device_files;
pub mod devices;
pub mod error;
pub mod explorations;
pub mod files;
pub mod groups;
pub mod jobs;
pub mod maintenance;
pub mod maps;
pub mod members;
pub mod notices;
pub mod organizations;
pub mod passkeys;
pub mod people;
pub mod provisioning;
pub mod query;
pub mod relationships;
pub mod reports;
pub mod roles;
pub mod rules;
pub mod sign_on;
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
    use crate::web_session;
    use domain::platform::PlatformContext;
    use domain::{Context, Homeport};
    use leptos::prelude::use_context;
    use model::audit::Origin;
    use model::sign_on::{Proof, Visitor};
    use model::{Code, PersonId, Problem};
    use tower_sessions::Session;

    /// The key under which stands who gave the right password and must show a second factor next.
    const HALF: &str = "half";

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
        let visitor = visitor().await?;
        Ok(domain::workspaces::open(&homeport, visitor, workspace).await?.coming_from(client_origin()))
    }

    /// The signed-in person as platform administrator; *not found* for everybody else.
    pub(crate) async fn platform() -> Result<PlatformContext, AppError> {
        let homeport = homeport()?;
        let visitor = visitor().await?;
        Ok(domain::platform::open(&homeport, visitor).await?.coming_from(client_origin()))
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
        let Some(visitor) = web_session::visitor(session).await? else { return Ok(None) };
        let Some(person) = domain::people::person(homeport, visitor.person).await? else { return Ok(None) };
        domain::account::sessions::seen(homeport, &web_session::id(session)).await?;
        let memberships = domain::workspaces::memberships(homeport, visitor).await?;
        let by_provider = visitor.proof.by_provider_of.is_some();
        Ok(Some(Me { person, memberships, by_provider }))
    }

    /// Who is signed in and how, or the problem that nobody is.
    pub(crate) async fn visitor() -> Result<Visitor, AppError> {
        let session = session().await?;
        let visitor = web_session::visitor(&session).await?;
        let visitor = visitor.ok_or_else(|| AppError::new(Code::SignedOut))?;
        domain::account::sessions::seen(&homeport()?, &web_session::id(&session)).await?;
        Ok(visitor)
    }

    /// Who is signed in to the whole of their account: not who came by a workspace's provider.
    pub(crate) async fn person() -> Result<PersonId, AppError> {
        let Visitor { person, proof } = visitor().await?;
        if proof.by_provider_of.is_none() {
            return Ok(person);
        }
        let text = "You came by a workspace's single sign-on, which reaches that workspace alone. Sign in with your \
                    password or a passkey for this.";
        Err(AppError(Problem::with_detail(Code::NotAllowed, text)))
    }

    /// Begins a session for somebody who has just signed in; the audit logs of their workspaces say so.
    pub(crate) async fn begin_session(person: PersonId, proof: Proof) -> Result<(), AppError> {
        let homeport = homeport()?;
        let (agent, address) = (said("user-agent"), client_address());
        let visitor = Visitor { person, proof };
        // First: nobody is in whose coming stands nowhere.
        domain::audit::signed_in(&homeport, person, &client_origin()).await?;
        web_session::begin(&session().await?, &homeport, visitor, (&agent, &address)).await
    }

    /// Begins a session as [`begin_session`] does, as good as the present one, and ends all others of this person.
    pub(crate) async fn begin_only_session(person: PersonId) -> Result<(), AppError> {
        let proof = visitor().await?.proof;
        begin_session(person, proof).await?;
        let id = web_session::id(&session().await?);
        domain::people::sign_out_elsewhere(&homeport()?, person, &id).await?;
        Ok(())
    }

    /// Notes under a fresh id that this person's password was right. Nobody is signed in by it.
    pub(crate) async fn begin_half_session(person: PersonId) -> Result<(), AppError> {
        let session = session().await?;
        web_session::nobody(&session).await?;
        web_session::wait(&session, HALF, person).await
    }

    /// Whose password was right a while ago, where there is such a one.
    pub(crate) async fn half() -> Result<Option<PersonId>, AppError> {
        web_session::peek(&session().await?, HALF).await
    }

    /// The same, who must show a second factor next.
    pub(crate) async fn half_signed_in() -> Result<PersonId, AppError> {
        half().await?.ok_or_else(|| {
            let text = "That took too long. Give your password again.";
            AppError(Problem::with_detail(Code::SignedOut, text))
        })
    }

    /// A header of the request; empty where it has none.
    fn said(name: &str) -> String {
        let parts = use_context::<http::request::Parts>();
        let value = parts.as_ref().and_then(|parts| parts.headers.get(name)?.to_str().ok());
        value.unwrap_or_default().to_owned()
    }

    /// Forgets the session, here and in the database; the audit logs of the person's workspaces say so.
    pub(crate) async fn end_session() -> Result<(), AppError> {
        if let Some(visitor) = web_session::visitor(&session().await?).await? {
            domain::audit::signed_out(&homeport()?, visitor.person, &client_origin()).await?;
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
