//! Passkeys: registered with a name after the password was given, shown in the place of the password, or beside it.
//!
//! What a browser is asked, and what must be remembered until it answers, goes through here as text: the pages hand the one
//! on, and the web session keeps the other.

use super::second_factor;
use crate::context::now_ms;
use crate::counted::Counted;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use crate::people;
use model::account::Passkey as Shown;
use model::check;
use model::person::Person;
use model::{Code, PersonId, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{KnownPasskey, NewPasskey};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

/// Longest answer of a browser that is read, in bytes.
const ANSWER_MAX: usize = 64 * 1024;

/// What a browser is asked, and what must be remembered until it has answered.
#[derive(Clone, Debug)]
pub struct Ceremony {
    /// For the browser: JSON.
    pub options: String,
    /// For us: JSON, never shown to anybody.
    pub state: String,
}

/// Those of a person.
///
/// # Errors
/// The database's.
pub async fn list(homeport: &Homeport, person: PersonId) -> Result<Vec<Shown>> {
    Ok(homeport.store().passkeys().list(person).await?)
}

/// Begins to register one.
///
/// # Errors
/// [`Code::Invalid`] beside `current`; [`Code::TooMany`]; [`Code::Conflict`] where this Homeport has no name.
pub async fn begin(homeport: &Homeport, id: PersonId, current: &str) -> Result<Ceremony> {
    let person = super::proved(homeport, id, current, "current").await?;
    let known = keys(&homeport.store().passkeys().of_person(id).await?)?;
    let known = known.iter().map(|key| key.cred_id().clone()).collect();
    let (options, state) = site(homeport)?
        .start_passkey_registration(handle(id), &person.email, &person.name, Some(known))
        .map_err(|error| ours(&error))?;
    let mut options = value(&options)?;
    // So that it can be found without a name being typed.
    let wanted = &mut options["publicKey"]["authenticatorSelection"];
    wanted["residentKey"] = "required".into();
    wanted["requireResidentKey"] = true.into();
    Ok(Ceremony { options: options.to_string(), state: text(&state)? })
}

/// Registers the one that the browser has made. Gives recovery codes where it is the first second factor: nobody is shown
/// them again.
///
/// # Errors
/// [`Code::Invalid`] beside `name`, or where the browser's answer doesn't fit; [`Code::Taken`] where it is known already;
/// [`Code::Conflict`] where there are too many.
pub async fn finish(
    homeport: &Homeport,
    id: PersonId,
    state: &str,
    name: &str,
    answer: &str,
) -> Result<Vec<String>> {
    let name = check::name(name).map_err(|message| Problem::field(Code::Invalid, "name", message))?;
    let (state, answer): (PasskeyRegistration, RegisterPublicKeyCredential) = (read(state)?, read(answer)?);
    let key =
        site(homeport)?.finish_passkey_registration(&answer, &state).map_err(|error| refused(&error))?;
    let (person, _) =
        homeport.store().people().get(id).await?.ok_or_else(|| Problem::new(Code::SignedOut))?;
    let first = !second_factor::wanted(homeport, id).await?;
    let (codes, hashes) = if first { second_factor::fresh_codes()? } else { Default::default() };
    let new = NewPasskey {
        person: id,
        credential_id: key.cred_id().to_vec(),
        name: name.clone(),
        credential: value(&key)?,
    };
    let what = format!("The passkey “{name}” signs in to your Homeport account from now on.");
    let notice = super::notice(homeport, &person, "A passkey was added", &what).sealed(homeport)?;
    let hashes = first.then_some(hashes.as_slice());
    if !homeport.store().passkeys().add(&new, hashes, &notice).await? {
        let text = "You have as many passkeys as one may have. Remove one first.";
        return Err(Problem::with_detail(Code::Conflict, text).into());
    }
    Ok(codes)
}

/// Takes one away.
///
/// # Errors
/// [`Code::Invalid`] beside `current`; [`Code::TooMany`]; [`Code::NotFound`].
pub async fn remove(homeport: &Homeport, id: PersonId, current: &str, passkey: i32) -> Result<()> {
    let person = super::proved(homeport, id, current, "current").await?;
    let listed = homeport.store().passkeys().list(id).await?;
    let found = listed.into_iter().find(|one| one.id == passkey).ok_or_else(Error::not_found)?;
    let what = format!("The passkey “{}” signs in to your Homeport account no more.", found.name);
    let notice = super::notice(homeport, &person, "A passkey was removed", &what).sealed(homeport)?;
    let gone = homeport.store().passkeys().remove(id, passkey, &notice).await?;
    if gone { Ok(()) } else { Err(Error::not_found()) }
}

/// Asks whoever is at a browser for a passkey, whosever it is; of `person`, for one of theirs.
///
/// # Errors
/// [`Code::Conflict`] where this Homeport has no name, or the person has no passkey.
pub async fn ask(homeport: &Homeport, person: Option<PersonId>) -> Result<Ceremony> {
    let site = site(homeport)?;
    let Some(person) = person else {
        let (mut options, state) = site.start_discoverable_authentication().map_err(|error| ours(&error))?;
        // Asked for by a button, not beside a field.
        options.mediation = None;
        return Ok(Ceremony { options: text(&options)?, state: text(&state)? });
    };
    let keys = keys(&homeport.store().passkeys().of_person(person).await?)?;
    if keys.is_empty() {
        let text = "You have no passkey. Give a code of your app, or a recovery code.";
        return Err(Problem::with_detail(Code::Conflict, text).into());
    }
    let (options, state) = site.start_passkey_authentication(&keys).map_err(|error| ours(&error))?;
    Ok(Ceremony { options: text(&options)?, state: text(&state)? })
}

/// Who has shown a passkey; of `person`, that it is one of theirs. `from` is the network address that asks.
///
/// # Errors
/// [`Code::WrongCredentials`] where it doesn't fit; [`Code::TooMany`]; [`Code::SignOnNeeded`] as
/// [`people::may_come_by_password`].
pub async fn shown(
    homeport: &Homeport,
    person: Option<PersonId>,
    state: &str,
    answer: &str,
    from: &str,
) -> Result<Person> {
    let attempt = Counted::begin(homeport, format!("passkey from {from}"), from).await?;
    let answer: PublicKeyCredential = read(answer)?;
    let found = homeport.store().passkeys().by_credential(answer.get_credential_id()).await?;
    let found = found.filter(|found| person.is_none_or(|person| person == found.person));
    let found = found.ok_or_else(unknown)?;
    let mut key: Passkey = parsed(found.credential.clone())?;
    let site = site(homeport)?;
    let result = match person {
        Some(_) => {
            let state: PasskeyAuthentication = read(state)?;
            site.finish_passkey_authentication(&answer, &state)
        }
        None => {
            let state: DiscoverableAuthentication = read(state)?;
            let (whose, _) = site.identify_discoverable_authentication(&answer).map_err(|_| unknown())?;
            if whose != handle(found.person) {
                return Err(unknown());
            }
            site.finish_discoverable_authentication_v2(&answer, state, DiscoverableKey::from(&key))
        }
    };
    let result = result.map_err(|error| refused_sign_in(&error))?;
    key.update_credential(&result);
    let (owner, _) = homeport.store().people().get(found.person).await?.ok_or_else(unknown)?;
    if person.is_none() {
        people::may_come_by_password(homeport, &owner).await?;
    }
    homeport.store().passkeys().used(found.id, &value(&key)?, now_ms()).await?;
    attempt.succeeded(homeport).await?;
    Ok(owner)
}

/// This Homeport as passkeys know it: by the name in its address, which they are bound to.
fn site(homeport: &Homeport) -> Result<Webauthn> {
    let nameless = || {
        let text =
            "Passkeys need a Homeport that people reach by a name, not by a number (HOMEPORT_PUBLIC_URL).";
        Error::from(Problem::with_detail(Code::Conflict, text))
    };
    let origin = Url::parse(homeport.origin()).map_err(|_| nameless())?;
    let name = origin.domain().ok_or_else(nameless)?;
    let builder = WebauthnBuilder::new(name, &origin).map_err(|_| nameless())?;
    builder.rp_name("Homeport").build().map_err(|_| nameless())
}

/// What stands for a person in a passkey: the same for all of theirs, and telling nothing about them.
fn handle(person: PersonId) -> Uuid {
    let hash: [u8; 32] = Sha256::digest(format!("homeport person {person}").as_bytes()).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    Uuid::from_bytes(bytes)
}

fn keys(known: &[KnownPasskey]) -> Result<Vec<Passkey>> {
    known.iter().map(|known| parsed(known.credential.clone())).collect()
}

fn parsed<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|error| Error::Broken(format!("a passkey can't be read: {error}")))
}

/// What came from a browser, or from where it waited.
fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    let fits = text.len() <= ANSWER_MAX;
    let value = fits.then(|| serde_json::from_str(text).ok()).flatten();
    value.ok_or_else(|| Problem::with_detail(Code::Invalid, "The browser's answer can't be read.").into())
}

fn value(what: &impl Serialize) -> Result<Value> {
    serde_json::to_value(what).map_err(|error| Error::Broken(format!("a passkey can't be written: {error}")))
}

fn text(what: &impl Serialize) -> Result<String> {
    Ok(value(what)?.to_string())
}

fn ours(error: &WebauthnError) -> Error {
    Error::Broken(format!("passkeys: {error}"))
}

fn refused(error: &WebauthnError) -> Error {
    tracing::info!(%error, "a passkey was not registered");
    Problem::with_detail(Code::Invalid, "This passkey could not be checked. Try again, or with another one.")
        .into()
}

fn refused_sign_in(error: &WebauthnError) -> Error {
    tracing::info!(%error, "a passkey was refused");
    unknown()
}

fn unknown() -> Error {
    let text = "This passkey isn't known here, or could not be checked.";
    Problem::with_detail(Code::WrongCredentials, text).into()
}
