//! Who asks: the context of the API token that the request shows.

use super::Fault;
use crate::request;
use crate::state::AppState;
use axum::extract::FromRequestParts;
use domain::Context;
use http::header;
use http::request::Parts;
use model::{Code, Problem, token};
use std::ops::Deref;

/// The token's context, for handlers.
pub(super) struct Caller(Context);

impl Deref for Caller {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.0
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Caller, Fault> {
        let shown = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let signed_out = |sentence: &str| Fault::from(Problem::with_detail(Code::SignedOut, sentence));
        let Some(shown) = shown else {
            return Err(signed_out(
                "Show an API token in the header Authorization: Bearer hp_…. Administrators make them in the \
                 workspace's settings.",
            ));
        };
        let Some(secret) = token::secret_of(shown) else {
            return Err(signed_out(
                "The header Authorization holds no API token. It looks like Bearer hp_… or SharedAccessSignature \
                 sr=…&sig=hp_…&skn=…&se=….",
            ));
        };
        Ok(Caller(domain::tokens::open(&state.homeport, secret).await?.coming_from(request::origin(parts))))
    }
}
