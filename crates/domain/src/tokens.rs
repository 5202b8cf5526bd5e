//! API tokens: making, listing and revoking them, and coming in with one.

use crate::access::ManageTokens;
use crate::audit::Act;
use crate::context::{Actor, Context, now_ms};
use crate::error::{Error, Result};
use crate::giving;
use crate::homeport::Homeport;
use crate::keys;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::audit::{Action, Subject};
use model::token::{self, ApiToken, FreshApiToken, NewApiToken, SECRET_PREFIX, TOKENS_MAX};
use model::{Code, Problem};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// How often it is noted that a token was used, in milliseconds: not with every request.
const NOTED_EVERY_MS: i64 = 60_000;
/// Signs of an id that is made up.
const ID_SIGNS: usize = 10;

/// All that are not revoked, the newest first. Those that have run out are among them.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn list(context: &Context) -> Result<Vec<ApiToken>> {
    let scope = context.grant::<ManageTokens>()?.scope().await?;
    Ok(scope.api_tokens().list().await?)
}

/// One.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, id: &str) -> Result<ApiToken> {
    let scope = context.grant::<ManageTokens>()?.scope().await?;
    scope.api_tokens().get(&known(id)?).await?.ok_or_else(Error::not_found)
}

/// Makes one. Its secret is in the answer and nowhere else.
///
/// # Errors
/// [`Code::Invalid`] by field, also where the role holds more than the maker's own or the organization
/// lies outside of what they see; [`Code::Taken`] beside `id`;
/// [`Code::NotAllowed`].
pub async fn create(context: &Context, new: NewApiToken) -> Result<FreshApiToken> {
    let granted = context.grant::<ManageTokens>()?;
    let mut new = new.checked(context.now_ms)?;
    if new.id.is_empty() {
        new.id = keys::letters(ID_SIGNS)?.to_lowercase();
    }
    let scope = granted.scope().await?;
    let organization = giving::checked(context, &scope, &new.role, new.organization).await?;
    if scope.api_tokens().count().await? >= TOKENS_MAX {
        let text = format!("A workspace has at most {TOKENS_MAX} API tokens. Revoke some first.");
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    let secret = fresh()?;
    let by = context.actor.to_string();
    scope.api_tokens().insert(&new, organization, hash(&secret), &by, context.now_ms).await?;
    let token = scope.api_tokens().get(&new.id).await?.ok_or_else(Error::not_found)?;
    context.audited(&scope, act(Action::Create, &token).after(told(&token))).await?;
    scope.commit().await?;
    let signature = token::signature(&context.workspace.slug, &token, &secret);
    Ok(FreshApiToken { token, secret, signature })
}

/// Makes one worth nothing, from the next request on.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn revoke(context: &Context, id: &str) -> Result<()> {
    let scope = context.grant::<ManageTokens>()?.scope().await?;
    let id = known(id)?;
    let token = scope.api_tokens().get(&id).await?.ok_or_else(Error::not_found)?;
    if !scope.api_tokens().revoke(&id, context.now_ms).await? {
        return Err(Error::not_found());
    }
    context.audited(&scope, act(Action::Revoke, &token).before(told(&token))).await?;
    Ok(scope.commit().await?)
}

/// The context of whoever shows this secret, in the token's workspace: the only way to one for programs.
///
/// # Errors
/// [`Code::SignedOut`] with a sentence: unknown, revoked, or run out; [`Code::WorkspaceDisabled`].
pub async fn open(homeport: &Homeport, secret: &str) -> Result<Context> {
    let refused = |why: &str| Error::Problem(Problem::with_detail(Code::SignedOut, why));
    let unknown = || refused("Nobody has this API token.");
    let known = homeport.store().lookup().api_token(hash(secret)).await?.ok_or_else(unknown)?;
    if known.revoked {
        return Err(refused("This API token was revoked."));
    }
    let now = now_ms();
    if known.expires_ms.is_some_and(|end| end <= now) {
        return Err(refused("This API token has run out."));
    }
    let scope = homeport.store().workspace(known.workspace).await?;
    let workspace = scope.settings().get().await?.ok_or_else(unknown)?;
    if workspace.disabled {
        return Err(Problem::new(Code::WorkspaceDisabled).into());
    }
    let since = now - NOTED_EVERY_MS;
    if known.last_used_ms.is_none_or(|at| at < since) {
        scope.api_tokens().used(known.number, now, since).await?;
        scope.commit().await?;
    }
    let actor = Actor::Token { id: known.id, name: known.name };
    Ok(Context::new(homeport.clone(), workspace, actor, known.place))
}

fn act(action: Action, token: &ApiToken) -> Act {
    Act::new(action, Subject::ApiToken, &token.id, &token.name)
}

/// What the audit log tells of a token.
fn told(token: &ApiToken) -> Value {
    json!({ "name": token.name, "role": token.role.id, "organization": token.organization.name, "expires": token.expires_ms.map(crate::audit::time_text) })
}

/// An id that can be one; any other is nobody's.
fn known(id: &str) -> Result<String> {
    if id.is_empty() || id.len() > token::TOKEN_ID_MAX || id.contains('\0') {
        return Err(Error::not_found());
    }
    Ok(id.to_owned())
}

/// 256 bits of chance: nobody finds one by trying, and its hash needs no salt.
fn fresh() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    Ok(format!("{SECRET_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
