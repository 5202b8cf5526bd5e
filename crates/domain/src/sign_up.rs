//! Coming by oneself, where platform administrators let people: an address is given, a link is mailed to it, and who
//! opens the link makes an account with a workspace on trial.
//!
//! Whether somebody has an account with an address is told to nobody but its owner.

use crate::audit;
use crate::context::now_ms;
use crate::counted::Counted;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use crate::links;
use crate::mail::{self, Letter};
use crate::workspaces;
use model::check::{self, Check};
use model::person::Person;
use model::platform::SignUpSettings;
use model::workspace::Workspace;
use model::{Code, Problem};
use store::NewPerson;

/// How long a link holds.
const LIFE_MS: i64 = 24 * 60 * 60 * 1000;

/// What somebody says who makes an account.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// What others shall call them.
    pub name: String,
    /// Their password.
    pub password: String,
    /// The name of their workspace.
    pub workspace: String,
}

/// Whether people may come by themselves, and how.
///
/// # Errors
/// The database's.
pub async fn settings(homeport: &Homeport) -> Result<SignUpSettings> {
    Ok(homeport.store().sign_ups().settings().await?)
}

/// Mails a link to this address. The answer, and the time that it takes, are the same where somebody has an account with
/// it: they are told so by mail.
///
/// # Errors
/// [`Code::NotFound`] where nobody comes by themselves; [`Code::Invalid`] beside `email`; [`Code::TooMany`].
pub async fn ask(homeport: &Homeport, email: &str, from: &str) -> Result<()> {
    open(homeport).await?;
    let email = check::email(email).map_err(|message| Problem::field(Code::Invalid, "email", message))?;
    // Never taken back: asking is what is counted here.
    Counted::begin(homeport, format!("sign-up {email}"), &format!("sign-up {from}")).await?;
    let homeport = homeport.clone();
    tokio::spawn(async move {
        if let Err(error) = mail_link(&homeport, &email).await {
            tracing::error!(?error, "a link for a new account could not be queued");
        }
    });
    Ok(())
}

/// The address of a link that works: for the page that it leads to.
///
/// # Errors
/// [`Code::NotFound`], in a sentence.
pub async fn look(homeport: &Homeport, link: &str) -> Result<String> {
    Ok(known(homeport, link).await?.1)
}

/// Makes the account and its workspace.
///
/// # Errors
/// [`Code::Invalid`] beside `name`, `password` and `workspace`; [`Code::NotFound`] as [`look`].
pub async fn finish(homeport: &Homeport, link: &str, wanted: SignUp) -> Result<(Person, Workspace)> {
    let mut check = Check::default();
    let name = check.field("name", check::name(&wanted.name)).unwrap_or_default();
    check.field("password", check::password(&wanted.password));
    let workspace = check.field("workspace", check::name(&wanted.workspace)).unwrap_or_default();
    check.done()?;
    // Asked before the hashing, so that strangers can't keep the processors busy with it.
    let (hash, email) = known(homeport, link).await?;
    let password_hash = homeport.hasher().hash(&wanted.password).await?;
    let person = NewPerson { email, name, password_hash };
    let made = homeport.store().sign_ups().finish(hash, now_ms(), person, workspaces::new(workspace)?).await;
    let made = match made {
        // Whoever has this link reads the address, so they may know.
        Err(error) if error.constraint() == Some("people_email_key") => return Err(gone()),
        made => made?,
    };
    let (scope, person, workspace) = made.ok_or_else(gone)?;
    audit::workspace_made(&scope, &person, &workspace).await?;
    scope.commit().await?;
    Ok((person, workspace))
}

async fn known(homeport: &Homeport, link: &str) -> Result<([u8; 32], String)> {
    open(homeport).await?;
    let hash = links::shown(link).ok_or_else(gone)?;
    let email = homeport.store().sign_ups().email(hash, now_ms()).await?.ok_or_else(gone)?;
    Ok((hash, email))
}

async fn open(homeport: &Homeport) -> Result<()> {
    match settings(homeport).await?.open {
        true => Ok(()),
        false => {
            let text =
                "Nobody makes an account by themselves here. An administrator of a workspace can invite you.";
            Err(Problem::with_detail(Code::NotFound, text).into())
        }
    }
}

async fn mail_link(homeport: &Homeport, email: &str) -> Result<()> {
    if let Some((person, _)) = homeport.store().people().by_email(email).await? {
        let mail = Letter::new("You have an account already")
            .says(format!("Hello {},", person.name))
            .says(
                "somebody, hopefully you, wanted to make a Homeport account with this address. You have one.",
            )
            .leads("Sign in", &format!("{}/sign-in", homeport.origin()))
            .says(format!("If you forgot your password, set another one at {}/forgot.", homeport.origin()))
            .to(&person.email);
        return mail::queue(homeport, &mail).await;
    }
    let (text, hash) = links::fresh()?;
    let mail = Letter::new("Confirm your address")
        .says("Hello,")
        .says("somebody, hopefully you, wants to make a Homeport account with this address.")
        .leads("Make the account", &format!("{}/sign-up/{text}", homeport.origin()))
        .says("The link works once, within a day. If it wasn't you, do nothing: nothing is made without it.")
        .to(email);
    let sealed = mail.sealed(homeport)?;
    Ok(homeport.store().sign_ups().add(email, hash, now_ms() + LIFE_MS, &sealed).await?)
}

fn gone() -> Error {
    let text = "This link was used already, or is older than a day. Ask for a new one.";
    Problem::with_detail(Code::NotFound, text).into()
}
