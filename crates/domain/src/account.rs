//! What people do with their own accounts beside signing in: a forgotten password, another address, sessions, a second
//! factor. Whatever changes an account is told to its owner by mail.

pub mod email;
pub mod passkeys;
pub mod reset;
pub mod second_factor;
pub mod sessions;
mod totp;

use crate::counted::Counted;
use crate::error::Result;
use crate::homeport::Homeport;
use crate::mail::{Letter, Mail};
use model::check;
use model::person::Person;
use model::{Code, PersonId, Problem};

/// Somebody whose present password was given just now. Wrong ones count as failures of signing in.
///
/// # Errors
/// [`Code::Invalid`] beside `field`; [`Code::TooMany`]; [`Code::SignedOut`] where they are gone.
pub(crate) async fn proved(homeport: &Homeport, id: PersonId, password: &str, field: &str) -> Result<Person> {
    let found = homeport.store().people().get(id).await?;
    let (person, hash) = found.ok_or_else(|| Problem::new(Code::SignedOut))?;
    let attempt =
        Counted::begin(homeport, format!("email {}", person.email), &format!("person {id}")).await?;
    let right =
        password.len() <= check::PASSWORD_MAX && homeport.hasher().verify(password, Some(&hash)).await?;
    if !right {
        return Err(Problem::field(Code::Invalid, field, "This isn't your current password.").into());
    }
    attempt.succeeded(homeport).await?;
    Ok(person)
}

/// A mail that tells somebody what happened to their account, and what to do where it wasn't them.
pub(crate) fn notice(homeport: &Homeport, person: &Person, subject: &str, what: &str) -> Mail {
    Letter::new(subject)
        .says(format!("Hello {},", person.name))
        .says(what)
        .says(format!(
            "If that was you, all is well. If not, somebody else has access to your account: set another password at {}/forgot, \
             and tell an administrator of your workspace.",
            homeport.origin()
        ))
        .to(&person.email)
}
