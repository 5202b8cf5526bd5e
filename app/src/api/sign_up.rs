//! Coming by oneself, where platform administrators let people.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::workspace::Workspace;

/// Whether people may come by themselves.
///
/// # Errors
/// None but ours.
#[server(prefix = "/api", endpoint = "sign_up_is_open", input = Json)]
pub async fn sign_up_is_open() -> Result<bool, AppError> {
    Ok(domain::sign_up::settings(&super::homeport()?).await?.open)
}

/// Mails a link to this address; the answer tells nobody whether somebody has an account with it.
///
/// # Errors
/// Not an address (field `email`); too many attempts; not found where nobody comes by themselves.
#[server(prefix = "/api", endpoint = "ask_to_sign_up", input = Json)]
pub async fn ask_to_sign_up(email: String) -> Result<(), AppError> {
    Ok(domain::sign_up::ask(&super::homeport()?, &email, &super::client_address()).await?)
}

/// The address that a mailed link is for.
///
/// # Errors
/// Not found, in a sentence.
#[server(prefix = "/api", endpoint = "look_at_sign_up", input = Json)]
pub async fn look_at_sign_up(link: String) -> Result<String, AppError> {
    Ok(domain::sign_up::look(&super::homeport()?, &link).await?)
}

/// Makes an account with a workspace by a mailed link, and signs in.
///
/// # Errors
/// Fields at fault (`name`, `password`, `workspace`); not found where the link works no more.
#[server(prefix = "/api", endpoint = "sign_up", input = Json)]
pub async fn sign_up(
    link: String,
    name: String,
    password: String,
    workspace: String,
    #[server(default)] application: String,
) -> Result<Workspace, AppError> {
    let wanted = domain::sign_up::SignUp { name, password, workspace, application };
    let (person, workspace) = domain::sign_up::finish(&super::homeport()?, &link, wanted).await?;
    super::begin_session(person.id, model::sign_on::Proof::default()).await?;
    Ok(workspace)
}

/// When the trial of a workspace ends, milliseconds since 1970; nothing where it is on none.
///
/// # Errors
/// Not found for a foreign workspace.
#[server(prefix = "/api", endpoint = "trial_ends", input = Json)]
pub async fn trial_ends(workspace: String) -> Result<Option<i64>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::platform::trial_ends(&ctx).await?)
}
