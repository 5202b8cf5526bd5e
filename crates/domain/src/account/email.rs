//! Another e-mail address: changed once its owner has shown that they read it, and told to the old one.

use crate::context::now_ms;
use crate::counted::Counted;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use crate::links;
use crate::mail::{self, Letter};
use model::check;
use model::person::Person;
use model::{Code, PersonId, Problem};
use store::{LinkPurpose, NewLink};

/// How long a link holds.
const LIFE_MS: i64 = 24 * 60 * 60 * 1000;

/// Mails a link to the new address. Where somebody else has it, they are told instead, and the answer is the same.
///
/// # Errors
/// [`Code::Invalid`] beside `email` and `current`; [`Code::TooMany`].
pub async fn ask(homeport: &Homeport, id: PersonId, current: &str, email: &str) -> Result<()> {
    let email = check::email(email).map_err(|message| Problem::field(Code::Invalid, "email", message))?;
    let person = super::proved(homeport, id, current, "current").await?;
    if email == person.email {
        return Err(Problem::field(Code::Invalid, "email", "This is your address already.").into());
    }
    // Never taken back: asking is what is counted here.
    Counted::begin(homeport, format!("address of {id}"), &format!("address of {id}")).await?;
    if homeport.store().people().by_email(&email).await?.is_some() {
        let mail = Letter::new("Your address is in use already")
            .says("Somebody with another Homeport account wanted to change its address to yours.")
            .says("That was refused, because you have an account with it. You need not do anything.")
            .to(&email);
        return mail::queue(homeport, &mail).await;
    }
    let (text, hash) = links::fresh()?;
    let mail = Letter::new("Confirm your new address")
        .says(format!("Hello {},", person.name))
        .says(format!(
            "you want to sign in to Homeport with {email} from now on, instead of {}.",
            person.email
        ))
        .leads("Confirm the address", &format!("{}/confirm-address/{text}", homeport.origin()))
        .says("The link works once, within a day. If you don't know of this, do nothing: nothing changes.")
        .to(&email);
    let link = NewLink { hash, person: id, email: Some(email), expires_ms: now_ms() + LIFE_MS };
    Ok(homeport.store().accounts().add_link(&link, &mail.sealed(homeport)?).await?)
}

/// The new address that a link would confirm.
///
/// # Errors
/// [`Code::NotFound`], in a sentence, where it was used or is too old.
pub async fn look(homeport: &Homeport, link: &str) -> Result<String> {
    Ok(known(homeport, link).await?.2)
}

/// Changes the address, and tells so to the old one. Gives the new one.
///
/// # Errors
/// [`Code::NotFound`] as [`look`]; [`Code::Taken`] beside `email` where somebody has taken it meanwhile.
pub async fn confirm(homeport: &Homeport, link: &str) -> Result<String> {
    let (hash, person, email) = known(homeport, link).await?;
    let what = format!("The address of your Homeport account was changed from {} to {email}.", person.email);
    let notice = super::notice(homeport, &person, "Your address was changed", &what);
    let done = homeport.store().accounts().change_email(hash, &notice.sealed(homeport)?).await?;
    if done { Ok(email) } else { Err(gone()) }
}

async fn known(homeport: &Homeport, link: &str) -> Result<([u8; 32], Person, String)> {
    let hash = links::shown(link).ok_or_else(gone)?;
    let known =
        homeport.store().accounts().link(hash, LinkPurpose::Email, now_ms()).await?.ok_or_else(gone)?;
    let found = homeport.store().people().get(known.person).await?;
    Ok((hash, found.ok_or_else(gone)?.0, known.email.ok_or_else(gone)?))
}

fn gone() -> Error {
    let text =
        "This link was used already, or is older than a day. Ask for the change again in your profile.";
    Problem::with_detail(Code::NotFound, text).into()
}
