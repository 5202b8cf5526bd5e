//! Who is signed in: set-up, sign-in and out, the profile.

use super::AppError;
use crate::session::Standing;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::account::Entered;
use model::person::{Person, Profile};
#[cfg(feature = "ssr")]
use model::sign_on::Proof;
use model::workspace::Membership;
use serde::{Deserialize, Serialize};

/// The signed-in person, with the workspaces that they belong to, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Me {
    /// The person.
    pub person: Person,
    /// Their workspaces.
    pub memberships: Vec<Membership>,
    /// Whether they came by a workspace's provider: then they reach that workspace alone, and not their account.
    #[serde(default)]
    pub by_provider: bool,
}

/// How the visitor stands to this Homeport: whether it still waits for its first administrator, else who is signed in.
#[server(name = HowDoIStand, prefix = "/api", endpoint = "standing", input = Json)]
pub async fn standing() -> Result<Standing, AppError> {
    super::standing(&super::homeport()?, &super::session().await?).await
}

/// Makes the first administrator with their workspace, and signs them in.
///
/// # Errors
/// Fields at fault (`name`, `email`, `password`, `workspace`); already set up.
#[server(prefix = "/api", endpoint = "set_up", input = Json)]
pub async fn set_up(
    name: String,
    email: String,
    password: String,
    workspace: String,
    #[server(default)] application: String,
) -> Result<Person, AppError> {
    let form = domain::people::SetUp { name, email, password, workspace };
    let application = domain::applications::built_in(&application)?;
    let person = domain::people::set_up_with(&super::homeport()?, form, &application).await?;
    super::begin_session(person.id, Proof::default()).await?;
    Ok(person)
}

/// Signs someone in, or asks for their code next.
///
/// # Errors
/// Wrong credentials, without saying which; too many attempts.
#[server(prefix = "/api", endpoint = "sign_in", input = Json)]
pub async fn sign_in(email: String, password: String) -> Result<Entered, AppError> {
    let homeport = super::homeport()?;
    let person = domain::people::sign_in(&homeport, &email, &password, super::client_origin()).await?;
    if domain::account::second_factor::wanted(&homeport, person.id).await? {
        super::begin_half_session(person.id).await?;
        return Ok(Entered::CodeWanted);
    }
    super::begin_session(person.id, Proof::default()).await?;
    Ok(Entered::In)
}

/// The second step of a sign-in: a code of the authenticator app, or a recovery code.
///
/// # Errors
/// A wrong code (field `code`); too many attempts; signed out where the first step was too long ago.
#[server(prefix = "/api", endpoint = "sign_in_with_code", input = Json)]
pub async fn sign_in_with_code(code: String) -> Result<(), AppError> {
    let (person, from) = (super::half_signed_in().await?, super::client_address());
    domain::account::second_factor::check(&super::homeport()?, person, &code, &from).await?;
    super::begin_session(person, Proof { second: true, ..Proof::default() }).await
}

/// Signs out whoever is signed in.
#[server(prefix = "/api", endpoint = "sign_out", input = Json)]
pub async fn sign_out() -> Result<(), AppError> {
    super::end_session().await
}

/// Changes name, theme and time zone of whoever is signed in; not the name, where they came by a workspace's provider.
///
/// # Errors
/// Fields at fault (`name`, `time_zone`); signed out.
#[server(prefix = "/api", endpoint = "update_profile", input = Json)]
pub async fn update_profile(profile: Profile) -> Result<Person, AppError> {
    let (homeport, visitor) = (super::homeport()?, super::visitor().await?);
    let id = visitor.person;
    let before = domain::people::person(&homeport, id).await?;
    let profile = match (&before, visitor.proof.by_provider_of) {
        (Some(before), Some(_)) => Profile { name: before.name.clone(), ..profile },
        _ => profile,
    };
    Ok(domain::people::update_profile(&homeport, id, profile, &super::client_origin()).await?)
}

/// Replaces the password of whoever is signed in and ends their other sessions; the present one proves that it is
/// them.
///
/// # Errors
/// Fields at fault (`current`, `new`); signed out.
#[server(prefix = "/api", endpoint = "change_password", input = Json)]
pub async fn change_password(current: String, new: String) -> Result<(), AppError> {
    let person = super::person().await?;
    let passwords = (current.as_str(), new.as_str());
    domain::people::change_password(&super::homeport()?, person, passwords, &super::client_origin()).await?;
    super::begin_only_session(person).await
}
