//! What people do with their accounts: a forgotten password, another address, sessions, the second factor.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::account::{TwoFactor, TwoFactorSecret, WebSession};

/// Mails a link for a new password to whoever has this address; answers the same where nobody has.
///
/// # Errors
/// No address (field `email`); too many attempts.
#[server(prefix = "/api", endpoint = "forgot_password", input = Json)]
pub async fn forgot_password(email: String) -> Result<(), AppError> {
    Ok(domain::account::reset::ask(&super::homeport()?, &email, &super::client_address()).await?)
}

/// Whether a mailed link still sets a password.
///
/// # Errors
/// Not found, in a sentence.
#[server(prefix = "/api", endpoint = "look_at_reset", input = Json)]
pub async fn look_at_reset(link: String) -> Result<(), AppError> {
    Ok(domain::account::reset::look(&super::homeport()?, &link).await?)
}

/// Sets a password by a mailed link.
///
/// # Errors
/// A bad password (field `new`); not found where the link was used or is too old.
#[server(prefix = "/api", endpoint = "reset_password", input = Json)]
pub async fn reset_password(link: String, new: String) -> Result<(), AppError> {
    Ok(domain::account::reset::set(&super::homeport()?, &link, &new).await?)
}

/// Mails a link to a new address, which confirms it.
///
/// # Errors
/// Fields at fault (`email`, `current`); too many attempts; signed out.
#[server(prefix = "/api", endpoint = "change_email", input = Json)]
pub async fn change_email(email: String, current: String) -> Result<(), AppError> {
    let person = super::person().await?;
    Ok(domain::account::email::ask(&super::homeport()?, person, &current, &email).await?)
}

/// The address that a mailed link would confirm.
///
/// # Errors
/// Not found, in a sentence.
#[server(prefix = "/api", endpoint = "look_at_email", input = Json)]
pub async fn look_at_email(link: String) -> Result<String, AppError> {
    Ok(domain::account::email::look(&super::homeport()?, &link).await?)
}

/// Confirms a new address by a mailed link.
///
/// # Errors
/// Not found where the link was used or is too old; taken by somebody else meanwhile.
#[server(prefix = "/api", endpoint = "confirm_email", input = Json)]
pub async fn confirm_email(link: String) -> Result<String, AppError> {
    Ok(domain::account::email::confirm(&super::homeport()?, &link).await?)
}

/// The browsers in which whoever asks is signed in, this one first.
///
/// # Errors
/// Signed out.
#[server(prefix = "/api", endpoint = "list_sessions", input = Json)]
pub async fn list_sessions() -> Result<Vec<WebSession>, AppError> {
    let (person, session) = (super::person().await?, super::session().await?);
    let id = crate::web_session::id(&session);
    Ok(domain::account::sessions::list(&super::homeport()?, person, &id).await?)
}

/// Ends one of them.
///
/// # Errors
/// Not found where it has ended; signed out.
#[server(prefix = "/api", endpoint = "end_session", input = Json)]
pub async fn end_session(mark: String) -> Result<(), AppError> {
    let person = super::person().await?;
    Ok(domain::account::sessions::end(&super::homeport()?, person, &mark).await?)
}

/// Ends all but this one; tells how many.
///
/// # Errors
/// Signed out.
#[server(prefix = "/api", endpoint = "end_other_sessions", input = Json)]
pub async fn end_other_sessions() -> Result<u64, AppError> {
    let (person, session) = (super::person().await?, super::session().await?);
    let id = crate::web_session::id(&session);
    Ok(domain::people::sign_out_elsewhere(&super::homeport()?, person, &id).await?)
}

/// Whether signing in takes a code.
///
/// # Errors
/// Signed out.
#[server(name = HowIsItSecured, prefix = "/api", endpoint = "two_factor", input = Json)]
pub async fn two_factor() -> Result<TwoFactor, AppError> {
    let person = super::person().await?;
    Ok(domain::account::second_factor::standing(&super::homeport()?, person).await?)
}

/// Makes a secret for an authenticator app.
///
/// # Errors
/// A wrong password (field `current`); on already; signed out.
#[server(prefix = "/api", endpoint = "begin_two_factor", input = Json)]
pub async fn begin_two_factor(current: String) -> Result<TwoFactorSecret, AppError> {
    let person = super::person().await?;
    Ok(domain::account::second_factor::begin(&super::homeport()?, person, &current).await?)
}

/// Turns it on; the answer is the only one that ever holds the recovery codes.
///
/// # Errors
/// A wrong code (field `code`); signed out.
#[server(prefix = "/api", endpoint = "confirm_two_factor", input = Json)]
pub async fn confirm_two_factor(code: String) -> Result<Vec<String>, AppError> {
    let person = super::person().await?;
    let codes = domain::account::second_factor::confirm(&super::homeport()?, person, &code).await?;
    // It was shown just now.
    crate::web_session::second_shown(&super::session().await?).await?;
    Ok(codes)
}

/// Turns it off.
///
/// # Errors
/// Fields at fault (`current`, `code`); signed out.
#[server(prefix = "/api", endpoint = "end_two_factor", input = Json)]
pub async fn end_two_factor(current: String, code: String) -> Result<(), AppError> {
    let person = super::person().await?;
    Ok(domain::account::second_factor::end(&super::homeport()?, person, &current, &code).await?)
}

/// Makes other recovery codes.
///
/// # Errors
/// Fields at fault (`current`, `code`); signed out.
#[server(prefix = "/api", endpoint = "new_recovery_codes", input = Json)]
pub async fn new_recovery_codes(current: String, code: String) -> Result<Vec<String>, AppError> {
    let person = super::person().await?;
    Ok(domain::account::second_factor::new_codes(&super::homeport()?, person, &current, &code).await?)
}
