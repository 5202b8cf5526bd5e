//! People: the first one, signing in, and what they change of themselves.

use crate::account;
use crate::applications;
use crate::counted::Counted;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use crate::workspaces;
use model::application::{Application, BLANK};
use model::audit::Origin;
use model::check::{self, Check};
use model::person::{Person, Profile};
use model::{Code, PersonId, Problem};
use serde::{Deserialize, Serialize};
use store::NewPerson;

/// Longest name of a time zone, in bytes.
const TIME_ZONE_MAX: usize = 64;

/// What the first start asks for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SetUp {
    /// The administrator's name.
    pub name: String,
    /// Their address, with which they sign in.
    pub email: String,
    /// Their password.
    pub password: String,
    /// The name of the first workspace.
    pub workspace: String,
}

/// Whether there is nobody yet, so that the first administrator must be made.
///
/// # Errors
/// The database's.
pub async fn needs_set_up(homeport: &Homeport) -> Result<bool> {
    Ok(homeport.store().people().is_empty().await?)
}

/// Makes the first administrator and their workspace.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::AlreadySetUp`] where somebody exists, also of two at once for the later.
pub async fn set_up(homeport: &Homeport, input: SetUp) -> Result<Person> {
    set_up_with(homeport, input, &applications::built_in(BLANK)?).await
}

/// The same, with a workspace that is furnished with an application.
///
/// # Errors
/// As [`set_up`] and [`applications::apply`].
pub async fn set_up_with(homeport: &Homeport, input: SetUp, application: &Application) -> Result<Person> {
    let mut check = Check::default();
    let name = check.field("name", check::name(&input.name)).unwrap_or_default();
    let email = check.field("email", check::email(&input.email)).unwrap_or_default();
    check.field("password", check::password(&input.password));
    let workspace = check.field("workspace", check::name(&input.workspace)).unwrap_or_default();
    check.done()?;
    let already = || Error::Problem(Problem::new(Code::AlreadySetUp));
    // Asked before the hashing, so that strangers can't keep the processors busy with it.
    if !needs_set_up(homeport).await? {
        return Err(already());
    }
    let password_hash = homeport.hasher().hash(&input.password).await?;
    let person = NewPerson { email, name, password_hash };
    let made = homeport.store().people().set_up(person, workspaces::new(workspace)?).await?;
    let (scope, person, made) = made.ok_or_else(already)?;
    crate::audit::workspace_made(&scope, &person, &made).await?;
    applications::furnish_new(homeport, &scope, &person, &made, application).await?;
    scope.commit().await?;
    Ok(person)
}

/// The person of this address and password. `from` is where it is asked from. That it failed stands in the audit logs of
/// the workspaces of whoever has the address. Where they have a [second factor](crate::account::second_factor), they are
/// not signed in before its code was checked.
///
/// # Errors
/// [`Code::WrongCredentials`], the same whether the address is unknown or the password wrong; [`Code::TooMany`] after
/// too many failures, also for the right password, and with the time to wait; [`Code::SignOnNeeded`] as
/// [`may_come_by_password`].
pub async fn sign_in(
    homeport: &Homeport,
    email: &str,
    password: &str,
    from: impl Into<Origin>,
) -> Result<Person> {
    let from: Origin = from.into();
    // An address that can't be one is treated as any unknown one.
    let email: String =
        check::email(email).unwrap_or_else(|_| email.trim().to_lowercase().chars().take(254).collect());
    let email = email.replace('\0', "");
    let attempt =
        Counted::begin(homeport, format!("email {email}"), from.address.as_deref().unwrap_or("unknown"))
            .await?;
    let found = homeport.store().people().by_email(&email).await?;
    let hash = found.as_ref().map(|(_, hash)| hash.as_str());
    let right = password.len() <= check::PASSWORD_MAX && homeport.hasher().verify(password, hash).await?;
    let person = match found {
        Some((person, _)) if right => person,
        found => {
            if let Some((person, _)) = found {
                // Not waited for: how long it takes would tell strangers that somebody has this address.
                crate::audit::sign_in_failed(homeport, person, from);
            }
            return Err(Problem::new(Code::WrongCredentials).into());
        }
    };
    attempt.succeeded(homeport).await?;
    may_come_by_password(homeport, &person).await?;
    Ok(person)
}

/// Whoever belongs to workspaces of single sign-on alone comes by that. Asked after the password was right, so that
/// strangers learn nothing.
///
/// # Errors
/// [`Code::SignOnNeeded`], with the address.
pub async fn may_come_by_password(homeport: &Homeport, person: &Person) -> Result<()> {
    let found = homeport.store().people().memberships(person.id).await?;
    if person.administrator || found.is_empty() || found.iter().any(|(_, demands)| !demands.provider) {
        return Ok(());
    }
    let slug = found.first().map(|(one, _)| one.workspace.slug.as_str()).unwrap_or_default();
    let text = format!("You sign in by single sign-on: {}/sso/{slug}", homeport.origin());
    Err(Problem::with_detail(Code::SignOnNeeded, text).into())
}

/// The person of a session; nothing where they are gone.
///
/// # Errors
/// The database's.
pub async fn person(homeport: &Homeport, id: PersonId) -> Result<Option<Person>> {
    Ok(homeport.store().people().get(id).await?.map(|(person, _)| person))
}

/// Changes what a person may change of themselves.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::SignedOut`] where they are gone.
pub async fn update_profile(
    homeport: &Homeport,
    id: PersonId,
    profile: Profile,
    from: &Origin,
) -> Result<Person> {
    let mut check = Check::default();
    let name = check.field("name", check::name(&profile.name)).unwrap_or_default();
    let time_zone = profile.time_zone.trim().to_owned();
    let shaped = time_zone.len() <= TIME_ZONE_MAX
        && time_zone.chars().all(|c| c.is_ascii_alphanumeric() || "_+-/".contains(c));
    check.that(shaped, "time_zone", "A time zone looks like Europe/Vienna; empty is the browser's own.");
    check.done()?;
    let profile = Profile { name, theme: profile.theme, time_zone };
    let gone = || Error::from(Problem::new(Code::SignedOut));
    let before = person(homeport, id).await?.ok_or_else(gone)?;
    let tx = homeport.store().people().change(id).await?;
    let after = tx.update(&profile).await?.ok_or_else(gone)?;
    crate::audit::profile_changed(homeport, &tx, (&before, &after), from).await?;
    tx.commit().await?;
    Ok(after)
}

/// Replaces a person's password, and tells them so by mail. Wrong current ones count as failures of signing in.
///
/// # Errors
/// [`Code::Invalid`] by the fields `current` and `new`; [`Code::TooMany`] as [`sign_in`].
pub async fn change_password(
    homeport: &Homeport,
    id: PersonId,
    (current, new): (&str, &str),
    from: &Origin,
) -> Result<()> {
    check::password(new).map_err(|message| Problem::field(Code::Invalid, "new", message))?;
    let person = account::proved(homeport, id, current, "current").await?;
    let hash = homeport.hasher().hash(new).await?;
    let what = "The password of your Homeport account was changed. Other browsers were signed out.";
    let notice = account::notice(homeport, &person, "Your password was changed", what);
    let tx = homeport.store().people().change(id).await?;
    tx.set_password(&hash, &notice.sealed(homeport)?).await?;
    crate::audit::password_replaced(homeport, &tx, &person, from).await?;
    Ok(tx.commit().await?)
}

/// Ends all of a person's web sessions but this one; tells how many. Fit after a change of password.
///
/// # Errors
/// The database's.
pub async fn sign_out_elsewhere(homeport: &Homeport, id: PersonId, session: &str) -> Result<u64> {
    Ok(homeport.store().sessions().delete_others(id, session).await?)
}
