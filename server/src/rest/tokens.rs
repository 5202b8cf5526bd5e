//! `/api/apiTokens`: the tokens by which programs come in.

use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::tokens;
use http::StatusCode;
use model::role::{BuiltIn, RoleId};
use model::token::{ApiToken, NewApiToken, TOKEN_LIFE_MS};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What programs know the root organization by.
pub(super) const ROOT: &str = "root";
/// The ids by which IoT Central's clients know the roles.
const ROLES: [(BuiltIn, &str); 4] = [
    (BuiltIn::Administrator, "ca310b8d-2f4a-44e0-a36e-957c202cd8d4"),
    (BuiltIn::Builder, "344138e9-8de4-4497-8c54-5237e96d6aaf"),
    (BuiltIn::Operator, "ae2c9854-393b-4f97-8c42-479d70ce626e"),
    (BuiltIn::Viewer, "viewer"),
];

/// A token as it is answered; `token` only where it was just made.
#[derive(Serialize)]
pub(super) struct TokenOut {
    id: String,
    roles: [RoleOf; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// A token as it is wanted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenIn {
    /// The same as in the address.
    #[serde(default)]
    id: Option<String>,
    roles: Vec<RoleOf>,
    /// RFC 3339; none: in a year.
    #[serde(default)]
    expiry: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleOf {
    role: String,
    /// The id of the organization; none: the maker's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
}

pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<TokenOut>, Fault> {
    Ok(paging.of(tokens::list(&caller).await?.into_iter().map(|token| out(token, None)).collect()))
}

pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Json<TokenOut>, Fault> {
    Ok(Json(out(tokens::get(&caller, &id).await?, None)))
}

pub(super) async fn put(
    caller: Caller,
    Path(id): Path<String>,
    Body(wanted): Body<TokenIn>,
) -> Result<Json<TokenOut>, Fault> {
    if wanted.id.as_ref().is_some_and(|said| *said != id) {
        return Err(Fault::field("id", "The id in the body is another than the one in the address."));
    }
    let [RoleOf { role, organization }] = wanted.roles.as_slice() else {
        return Err(Fault::field("roles", "A token has one role."));
    };
    let expires = match &wanted.expiry {
        None => caller.now_ms.saturating_add(TOKEN_LIFE_MS),
        Some(text) => moment(text)?,
    };
    let organization = match organization {
        Some(key) => Some(super::organizations::by_key(&caller, key, "roles").await?),
        None => None,
    };
    let new =
        NewApiToken { id, name: String::new(), role: role_of(role), organization, expires_ms: Some(expires) };
    let fresh = tokens::create(&caller, new).await?;
    Ok(Json(out(fresh.token, Some(fresh.signature))))
}

pub(super) async fn delete(caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Fault> {
    tokens::revoke(&caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn out(token: ApiToken, secret: Option<String>) -> TokenOut {
    TokenOut {
        id: token.id,
        roles: [RoleOf {
            role: role_id(&token.role.id),
            // As IoT Central: who belongs to the root belongs to the application.
            organization: (token.organization.key != ROOT).then_some(token.organization.key),
        }],
        expiry: token.expires_ms.map(super::time_text::time_text),
        token: secret,
    }
}

/// As IoT Central's clients know it, where they do.
pub fn role_id(role: &RoleId) -> String {
    let known = ROLES.iter().find(|(built_in, _)| role.built_in() == Some(*built_in));
    known.map_or_else(|| role.0.clone(), |(_, id)| (*id).to_owned())
}

/// By IoT Central's id or by ours; whether there is such a role, the use-case says.
pub(super) fn role_of(text: &str) -> RoleId {
    let by_id = ROLES.iter().find(|(_, id)| *id == text).map(|(role, _)| *role);
    by_id.map_or_else(|| RoleId(text.to_owned()), RoleId::from)
}

fn moment(text: &str) -> Result<i64, Fault> {
    let at = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| Fault::field("expiry", "A time looks like 2027-01-31T12:00:00Z."))?;
    Ok((at.unix_timestamp_nanos() / 1_000_000) as i64)
}
