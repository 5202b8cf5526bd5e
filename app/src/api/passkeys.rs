//! Passkeys: registered and removed in the profile, shown at the sign-in. What a browser is asked and answers is JSON as
//! browsers write it; what must be remembered meanwhile waits in the web session.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::account::Passkey;

/// The key in the web session under which a registration waits.
#[cfg(feature = "ssr")]
const REGISTERING: &str = "passkey-new";
/// The key under which a sign-in waits, with whose passkey is wanted.
#[cfg(feature = "ssr")]
const ASKED: &str = "passkey";

/// Those of whoever is signed in.
///
/// # Errors
/// Signed out.
#[server(prefix = "/api", endpoint = "list_passkeys", input = Json)]
pub async fn list_passkeys() -> Result<Vec<Passkey>, AppError> {
    let person = super::person().await?;
    Ok(domain::account::passkeys::list(&super::homeport()?, person).await?)
}

/// What to ask the browser for another one.
///
/// # Errors
/// A wrong password (field `current`); signed out.
#[server(prefix = "/api", endpoint = "begin_passkey", input = Json)]
pub async fn begin_passkey(current: String) -> Result<String, AppError> {
    let person = super::person().await?;
    let asked = domain::account::passkeys::begin(&super::homeport()?, person, &current).await?;
    crate::web_session::wait(&super::session().await?, REGISTERING, asked.state).await?;
    Ok(asked.options)
}

/// Registers the one that the browser made. The answer is the only one that ever holds recovery codes: where it is the first
/// second factor.
///
/// # Errors
/// A field at fault (`name`); an answer that doesn't fit, or too late; signed out.
#[server(prefix = "/api", endpoint = "finish_passkey", input = Json)]
pub async fn finish_passkey(name: String, answer: String) -> Result<Vec<String>, AppError> {
    let (person, session) = (super::person().await?, super::session().await?);
    let state = crate::web_session::take::<String>(&session, REGISTERING).await?.ok_or_else(late)?;
    let codes =
        domain::account::passkeys::finish(&super::homeport()?, person, &state, &name, &answer).await?;
    // It was shown just now.
    crate::web_session::second_shown(&session).await?;
    Ok(codes)
}

/// Takes one away.
///
/// # Errors
/// A wrong password (field `current`); not found; signed out.
#[server(prefix = "/api", endpoint = "remove_passkey", input = Json)]
pub async fn remove_passkey(passkey: i32, current: String) -> Result<(), AppError> {
    let person = super::person().await?;
    Ok(domain::account::passkeys::remove(&super::homeport()?, person, &current, passkey).await?)
}

/// What to ask the browser for a passkey: any, or one of whoever has given their password just now.
///
/// # Errors
/// A Homeport without a name; nobody has a passkey.
#[server(prefix = "/api", endpoint = "ask_for_passkey", input = Json)]
pub async fn ask_for_passkey() -> Result<String, AppError> {
    let (half, session) = (super::half().await?, super::session().await?);
    let asked = domain::account::passkeys::ask(&super::homeport()?, half).await?;
    crate::web_session::wait(&session, ASKED, (half, asked.state)).await?;
    Ok(asked.options)
}

/// Signs in whoever has shown a passkey.
///
/// # Errors
/// One that isn't known or doesn't fit; too many attempts; too late.
#[server(prefix = "/api", endpoint = "sign_in_with_passkey", input = Json)]
pub async fn sign_in_with_passkey(answer: String) -> Result<(), AppError> {
    let session = super::session().await?;
    let waiting = crate::web_session::take::<(Option<model::PersonId>, String)>(&session, ASKED).await?;
    let (half, state) = waiting.ok_or_else(late)?;
    let from = super::client_address();
    let person = domain::account::passkeys::shown(&super::homeport()?, half, &state, &answer, &from).await?;
    super::begin_session(person.id, model::sign_on::Proof { second: true, by_provider_of: None }).await
}

#[cfg(feature = "ssr")]
fn late() -> AppError {
    let text = "That took too long, or was answered already. Begin again.";
    AppError(model::Problem::with_detail(model::Code::WrongCredentials, text))
}
