//! Signing in by a workspace's provider: `GET /sso/{slug}` leads there, `GET /sso/callback` takes whoever comes back.
//!
//! What must fit together when they come back (state, nonce, PKCE) waits in the web session of the browser that began, for
//! ten minutes and once. Whatever goes wrong leads to the sign-in, which says it in a sentence.

mod provider;

pub(crate) use provider::Providers;

use crate::error::chain;
use crate::state::AppState;
use app::session::safe_next;
use app::web_session;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::sign_on::{self, Asked};
use http::{HeaderMap, HeaderValue, header};
use model::audit::Origin;
use model::sign_on::SignOnFailure;
use provider::{Begun, Trouble};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use subtle::ConstantTimeEq;
use tower_sessions::Session;

/// Where a sign-in begins.
pub(crate) const START: &str = "/sso/{slug}";
/// Where the provider sends people back to.
pub(crate) const CALLBACK: &str = "/sso/callback";
/// The key in the web session under which a sign-in waits.
const WAITING: &str = "sso";

/// A sign-in that waits for somebody to come back.
#[derive(Debug, Deserialize, Serialize)]
struct Waiting {
    slug: String,
    next: String,
    begun: Begun,
}

/// Where to go afterwards.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    next: Option<String>,
}

/// What the provider gives along.
#[derive(Deserialize)]
pub(crate) struct Brought {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// Leads to the provider.
pub(crate) async fn start(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    Query(Wanted { next }): Query<Wanted>,
    session: Session,
) -> Response {
    let begun = async {
        let asked = find(&state, &slug).await?;
        let (url, begun) =
            state.providers.begin(&asked, &back(&state)).await.map_err(|why| told(&slug, why))?;
        let next = next.as_deref().map(|next| safe_next(Some(next)));
        let next = next.unwrap_or_else(|| format!("/w/{slug}/devices"));
        let waiting = Waiting { slug: slug.clone(), next, begun };
        web_session::wait(&session, WAITING, waiting).await.map_err(|_| SignOnFailure::Broken)?;
        Ok(url)
    };
    match begun.await {
        Ok(url) => leads_to(&url),
        Err(why) => failed(why),
    }
}

/// Takes whoever comes back from the provider.
pub(crate) async fn callback(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Query(brought): Query<Brought>,
    session: Session,
) -> Response {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let address = peer.ip().to_string();
    match came_back(&state, &session, brought, agent, &address).await {
        Ok(next) => leads_to(&next),
        Err(why) => failed(why),
    }
}

async fn came_back(
    state: &AppState,
    session: &Session,
    brought: Brought,
    agent: &str,
    address: &str,
) -> Result<String, SignOnFailure> {
    let broken = |_| SignOnFailure::Broken;
    let from = Origin::new(Some(address), Some(agent));
    // Whatever comes of it, it can't be tried again.
    let waiting = web_session::take::<Waiting>(session, WAITING).await.map_err(broken)?;
    let Waiting { slug, next, begun } = waiting.ok_or(SignOnFailure::Late)?;
    let asked = find(state, &slug).await?;
    let refused = async |why: SignOnFailure| {
        let noted = sign_on::refused(&state.homeport, asked.workspace, why, &from).await;
        noted.map_or_else(|error| ours(&error), |()| why)
    };
    let fits = brought.state.is_some_and(|state| state.as_bytes().ct_eq(begun.state.as_bytes()).into());
    // Who answers for another provider is found out before it is asked anything (RFC 9207).
    let issuer = asked.provider.issuer.trim_end_matches('/');
    let other = brought.iss.is_some_and(|iss| iss.trim_end_matches('/') != issuer);
    if !fits || other {
        return Err(refused(SignOnFailure::Wrong).await);
    }
    if let Some(error) = brought.error {
        tracing::info!(workspace = slug, error, "a provider of single sign-on refused somebody");
        return Err(refused(SignOnFailure::Refused).await);
    }
    let Some(code) = brought.code else { return Err(refused(SignOnFailure::Wrong).await) };
    let vouched = match state.providers.finish(&asked, &back(state), begun, code).await {
        Ok(vouched) => vouched,
        Err(why) => return Err(refused(told(&slug, why)).await),
    };
    let admitted = sign_on::admit(&state.homeport, &asked, &vouched, &from).await;
    let visitor = admitted.map_err(|error| ours(&error))??;
    web_session::begin(session, &state.homeport, visitor, (agent, address)).await.map_err(broken)?;
    Ok(next)
}

async fn find(state: &AppState, slug: &str) -> Result<Asked, SignOnFailure> {
    sign_on::asked(&state.homeport, slug).await.map_err(|error| ours(&error))?
}

fn back(state: &AppState) -> String {
    format!("{}{CALLBACK}", state.homeport.origin())
}

/// The log knows why; people are told what they can do.
fn told(slug: &str, why: Trouble) -> SignOnFailure {
    match why {
        Trouble::Unreachable(why) => {
            tracing::warn!(workspace = slug, why, "a provider of single sign-on can't be reached");
            SignOnFailure::Unreachable
        }
        Trouble::Wrong(why) => {
            tracing::warn!(workspace = slug, why, "a sign-in by a provider was refused");
            SignOnFailure::Wrong
        }
    }
}

fn ours(error: &domain::Error) -> SignOnFailure {
    tracing::error!(causes = chain(error), "a sign-in by a provider failed");
    SignOnFailure::Broken
}

fn failed(why: SignOnFailure) -> Response {
    leads_to(&format!("/sign-in?refused={}", why.as_str()))
}

fn leads_to(address: &str) -> Response {
    let mut response = Redirect::to(address).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
