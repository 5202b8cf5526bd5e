//! A forgotten password: a link by mail, good for an hour and once.

use crate::context::now_ms;
use crate::counted::Counted;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use crate::links;
use crate::mail::Letter;
use model::check;
use model::{Code, Problem};
use store::{LinkPurpose, NewLink};

/// How long a link holds.
const LIFE_MS: i64 = 60 * 60 * 1000;

/// Mails a link to whoever has this address. The answer, and the time that it takes, are the same where nobody has: what is
/// to be done is done after it.
///
/// # Errors
/// [`Code::Invalid`] beside `email` where it can't be an address; [`Code::TooMany`] for an address, whether somebody has
/// it or not.
pub async fn ask(homeport: &Homeport, email: &str, from: &str) -> Result<()> {
    let email = check::email(email).map_err(|message| Problem::field(Code::Invalid, "email", message))?;
    // Never taken back: asking is what is counted here.
    Counted::begin(homeport, format!("reset {email}"), &format!("reset {from}")).await?;
    let homeport = homeport.clone();
    tokio::spawn(async move {
        if let Err(error) = mail_link(&homeport, &email).await {
            tracing::error!(?error, "a link for a password could not be queued");
        }
    });
    Ok(())
}

/// Whether a link can still be used: for the page that it leads to.
///
/// # Errors
/// [`Code::NotFound`], in a sentence, where it can't.
pub async fn look(homeport: &Homeport, link: &str) -> Result<()> {
    known(homeport, link).await.map(|_| ())
}

/// Sets a password by a link. All sessions of the person end; a second factor stays as it is.
///
/// # Errors
/// [`Code::Invalid`] beside `new`; [`Code::NotFound`] where the link was used, is too old, or never was.
pub async fn set(homeport: &Homeport, link: &str, new: &str) -> Result<()> {
    check::password(new).map_err(|message| Problem::field(Code::Invalid, "new", message))?;
    // Asked before the hashing, so that strangers can't keep the processors busy with it.
    let (hash, person) = known(homeport, link).await?;
    let notice = super::notice(
        homeport,
        &person,
        "Your password was changed",
        "The password of your Homeport account was set anew by a link that was mailed to you. All browsers were signed out.",
    );
    let password_hash = homeport.hasher().hash(new).await?;
    let done = homeport.store().accounts().reset(hash, &password_hash, &notice.sealed(homeport)?).await?;
    if done { Ok(()) } else { Err(gone()) }
}

async fn known(homeport: &Homeport, link: &str) -> Result<([u8; 32], model::person::Person)> {
    let hash = links::shown(link).ok_or_else(gone)?;
    let known =
        homeport.store().accounts().link(hash, LinkPurpose::Reset, now_ms()).await?.ok_or_else(gone)?;
    let found = homeport.store().people().get(known.person).await?;
    Ok((hash, found.ok_or_else(gone)?.0))
}

async fn mail_link(homeport: &Homeport, email: &str) -> Result<()> {
    let Some((person, _)) = homeport.store().people().by_email(email).await? else { return Ok(()) };
    let (text, hash) = links::fresh()?;
    let mail = Letter::new("Set a new password")
        .says(format!("Hello {},", person.name))
        .says("somebody, hopefully you, said that they forgot the password of your Homeport account.")
        .leads("Set a new password", &format!("{}/reset/{text}", homeport.origin()))
        .says("The link works once, within an hour. If it wasn't you, do nothing: your password stays as it is.")
        .to(&person.email);
    let link = NewLink { hash, person: person.id, email: None, expires_ms: now_ms() + LIFE_MS };
    Ok(homeport.store().accounts().add_link(&link, &mail.sealed(homeport)?).await?)
}

fn gone() -> Error {
    let text = "This link was used already, or is older than an hour. Ask for a new one.";
    Problem::with_detail(Code::NotFound, text).into()
}
