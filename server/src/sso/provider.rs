//! A workspace's provider of OpenID Connect: asked where its endpoints are, where it sends people back to, and who came.

use crate::outgoing::{Outgoing, OutgoingError};
use domain::sign_on::Asked;
use http::{Request, Response};
use model::sign_on::Vouched;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClientAuthMethod, CoreErrorResponseType,
    CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
    CoreProviderMetadata, CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse,
    CoreTokenType,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, AuthType, AuthorizationCode, Client, ClientId,
    ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IdTokenFields, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    Scope, StandardErrorResponse, StandardTokenResponse, SubjectIdentifier, TokenResponse, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// For how long what a provider says of itself is believed.
const KNOWN_FOR: Duration = Duration::from_secs(600);
/// Most providers that are remembered.
const KNOWN_MAX: usize = 1000;
/// How many are asked at once.
const TURNS: usize = 8;
/// Most groups of one person that are read.
const GROUPS_MAX: usize = 1000;
/// How tokens may be signed: by the provider's own key, never by the secret that it shares with us, never not at all.
const SIGNED_BY: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Claims that the library has no name for: groups are among them.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Extra(BTreeMap<String, Value>);

impl AdditionalClaims for Extra {}

type Tokens = StandardTokenResponse<
    IdTokenFields<
        Extra,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type Us = Client<
    Extra,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

type Answered = Pin<Box<dyn Future<Output = Result<Response<Vec<u8>>, OutgoingError>> + Send>>;

/// Why a provider can't be gone by.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It doesn't answer, or not as a provider does.
    Unreachable(String),
    /// What it gave doesn't hold.
    Wrong(String),
}

/// What is kept until somebody comes back.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Begun {
    /// What they must bring back.
    pub(super) state: String,
    /// What their token must hold.
    nonce: String,
    /// What proves that we are who began.
    verifier: String,
}

/// What providers said of themselves, by issuer, with the moment in which they did.
type Known = HashMap<String, (Instant, Arc<CoreProviderMetadata>)>;

/// Asks providers.
#[derive(Clone)]
pub(crate) struct Providers {
    outgoing: Outgoing,
    known: Arc<Mutex<Known>>,
    turns: Arc<Semaphore>,
}

impl Providers {
    /// By these requests.
    pub(crate) fn new(outgoing: Outgoing) -> Providers {
        Providers { outgoing, known: Arc::default(), turns: Arc::new(Semaphore::new(TURNS)) }
    }

    /// Where to send somebody, and what to keep until they come back to `back`.
    pub(super) async fn begin(&self, asked: &Asked, back: &str) -> Result<(String, Begun), Trouble> {
        let metadata = self.metadata(&asked.provider.issuer, false).await?;
        let us = client(asked, &metadata, back)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = us
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge);
        let wanted = ["email", "profile"].into_iter().chain(asked.provider.scopes.split_whitespace());
        for scope in wanted {
            request = request.add_scope(Scope::new(scope.to_owned()));
        }
        let (url, state, nonce) = request.url();
        if !matches!(url.scheme(), "https" | "http") {
            return Err(Trouble::Unreachable(format!("the provider sends people to {url}")));
        }
        let (state, nonce) = (state.into_secret(), nonce.secret().clone());
        Ok((url.into(), Begun { state, nonce, verifier: verifier.into_secret() }))
    }

    /// Who came back with this code.
    pub(super) async fn finish(
        &self,
        asked: &Asked,
        back: &str,
        begun: Begun,
        code: String,
    ) -> Result<Vouched, Trouble> {
        let issuer = &asked.provider.issuer;
        let metadata = self.metadata(issuer, false).await?;
        let us = client(asked, &metadata, back)?;
        let tokens = us
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| Trouble::Unreachable(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(begun.verifier))
            .request_async(&self.caller())
            .await
            .map_err(|error| Trouble::Wrong(format!("no tokens: {}", crate::error::chain(&error))))?;
        let nonce = Nonce::new(begun.nonce);
        match vouched(asked, &us, &tokens, &nonce) {
            Ok(vouched) => self.completed(asked, &us, tokens.access_token(), vouched).await,
            // Its keys may be others by now.
            Err(_) => {
                let metadata = self.metadata(issuer, true).await?;
                let us = client(asked, &metadata, back)?;
                let vouched = vouched(asked, &us, &tokens, &nonce)?;
                self.completed(asked, &us, tokens.access_token(), vouched).await
            }
        }
    }

    /// Adds what the provider tells only when it is asked: many keep address and groups out of the token.
    async fn completed(
        &self,
        asked: &Asked,
        us: &Us,
        token: &AccessToken,
        mut vouched: Vouched,
    ) -> Result<Vouched, Trouble> {
        let complete =
            vouched.email.is_some() && (asked.provider.group_claim.is_empty() || !vouched.groups.is_empty());
        let subject = SubjectIdentifier::new(vouched.subject.clone());
        let Ok(request) = us.user_info(token.clone(), Some(subject)) else { return Ok(vouched) };
        if complete {
            return Ok(vouched);
        }
        let claims: UserInfoClaims<Extra, CoreGenderClaim> = request
            .request_async(&self.caller())
            .await
            .map_err(|error| Trouble::Wrong(format!("no claims: {}", crate::error::chain(&error))))?;
        if vouched.email.is_none() {
            vouched.email = claims.email().map(|email| email.to_string());
            vouched.email_verified = claims.email_verified();
        }
        if vouched.name.is_none() {
            vouched.name = claims.name().and_then(|name| name.get(None)).map(|name| name.to_string());
        }
        if vouched.groups.is_empty() {
            vouched.groups = groups(claims.additional_claims(), &asked.provider.group_claim);
        }
        Ok(vouched)
    }

    async fn metadata(&self, issuer: &str, anew: bool) -> Result<Arc<CoreProviderMetadata>, Trouble> {
        if !anew {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((at, metadata)) = known.get(issuer).filter(|(at, _)| at.elapsed() < KNOWN_FOR) {
                let _ = at;
                return Ok(Arc::clone(metadata));
            }
        }
        let unreachable = |why: String| Trouble::Unreachable(format!("{issuer}: {why}"));
        let url = IssuerUrl::new(issuer.to_owned()).map_err(|error| unreachable(error.to_string()))?;
        let _turn = self.turns.acquire().await.map_err(|error| unreachable(error.to_string()))?;
        // It also checks that the provider calls itself by this address.
        let metadata = CoreProviderMetadata::discover_async(url, &self.caller())
            .await
            .map_err(|error| unreachable(crate::error::chain(&error)))?;
        let metadata = Arc::new(metadata);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (at, _)| at.elapsed() < KNOWN_FOR);
        if known.len() < KNOWN_MAX {
            known.insert(issuer.to_owned(), (Instant::now(), Arc::clone(&metadata)));
        }
        Ok(metadata)
    }

    fn caller(&self) -> impl Fn(Request<Vec<u8>>) -> Answered + use<> {
        let outgoing = self.outgoing.clone();
        move |request| {
            let outgoing = outgoing.clone();
            Box::pin(async move { outgoing.send(request).await })
        }
    }
}

/// We as this provider knows us.
fn client(asked: &Asked, metadata: &CoreProviderMetadata, back: &str) -> Result<Us, Trouble> {
    let back = RedirectUrl::new(back.to_owned()).map_err(|error| Trouble::Unreachable(error.to_string()))?;
    let id = ClientId::new(asked.provider.client_id.clone());
    let secret = asked.secret.clone().map(ClientSecret::new);
    let us: Us = Client::from_provider_metadata(metadata.clone(), id, secret).set_redirect_uri(back);
    let ways = metadata.token_endpoint_auth_methods_supported();
    let basic = ways.is_none_or(|ways| ways.contains(&CoreClientAuthMethod::ClientSecretBasic));
    Ok(us.set_auth_type(if basic { AuthType::BasicAuth } else { AuthType::RequestBody }))
}

/// What the token says, after all that can be checked of it was: signature, issuer, audience, times, nonce.
fn vouched(asked: &Asked, us: &Us, tokens: &Tokens, nonce: &Nonce) -> Result<Vouched, Trouble> {
    let wrong = |error: &dyn std::error::Error| Trouble::Wrong(crate::error::chain(error));
    let token = tokens.id_token().ok_or_else(|| Trouble::Wrong("there is no token of who came".into()))?;
    let verifier = us.id_token_verifier().set_allowed_algs(SIGNED_BY);
    let claims = token.claims(&verifier, nonce).map_err(|error| wrong(&error))?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = token.signing_alg().map_err(|error| wrong(&error))?;
        let key = token.signing_key(&verifier).map_err(|error| wrong(&error))?;
        let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key)
            .map_err(|error| wrong(&error))?;
        if actual != *expected {
            return Err(Trouble::Wrong("the token of access is another one's".into()));
        }
    }
    Ok(Vouched {
        subject: claims.subject().to_string(),
        email: claims.email().map(|email| email.to_string()),
        email_verified: claims.email_verified(),
        name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
        groups: groups(claims.additional_claims(), &asked.provider.group_claim),
    })
}

/// The groups of a claim: a list of texts, or one text.
fn groups(claims: &Extra, name: &str) -> Vec<String> {
    match claims.0.get(name) {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(all)) => {
            all.iter().filter_map(Value::as_str).take(GROUPS_MAX).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn groups_are_read_from_lists_and_texts() {
        let read = |value: Value| groups(&Extra(BTreeMap::from([("roles".to_owned(), value)])), "roles");
        assert_eq!(read(json!(["a", 1, "b"])), ["a", "b"]);
        assert_eq!(read(json!("a")), ["a"]);
        assert!(read(json!({"a": true})).is_empty() && read(Value::Null).is_empty());
    }
}
