//! The second factor: a code of an authenticator app after the password, or a recovery code in its place. Passkeys are
//! another one ([`super::passkeys`]).

use super::totp;
use crate::context::now_ms;
use crate::counted::Counted;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use crate::links;
use model::account::{TwoFactor, TwoFactorSecret};
use model::{Code, PersonId, Problem};

/// Bytes of a secret, as RFC 4226 advises.
const SECRET_BYTES: usize = 20;
/// How many recovery codes there are.
const CODES: usize = 10;
/// Bytes of chance in a recovery code: 16 signs.
const CODE_BYTES: usize = 10;

/// What a person has, and how many recovery codes are left.
///
/// # Errors
/// The database's.
pub async fn standing(homeport: &Homeport, person: PersonId) -> Result<TwoFactor> {
    let accounts = homeport.store().accounts();
    let on = accounts.second_factor(person).await?.is_some_and(|factor| factor.confirmed);
    let passkeys = homeport.store().passkeys().list(person).await?.len();
    Ok(TwoFactor { on, codes_left: accounts.codes_left(person).await?, passkeys })
}

/// Whether a password alone signs a person in no more: they have an app, or a passkey.
///
/// # Errors
/// The database's.
pub async fn wanted(homeport: &Homeport, person: PersonId) -> Result<bool> {
    let TwoFactor { on, passkeys, .. } = standing(homeport, person).await?;
    Ok(on || passkeys > 0)
}

/// Makes a secret for an authenticator app. It counts once [`confirm`] has seen a code of it.
///
/// # Errors
/// [`Code::Invalid`] beside `current`; [`Code::Taken`] where there is a second factor already.
pub async fn begin(homeport: &Homeport, id: PersonId, current: &str) -> Result<TwoFactorSecret> {
    let person = super::proved(homeport, id, current, "current").await?;
    let mut secret = [0; SECRET_BYTES];
    getrandom::fill(&mut secret).map_err(Error::Random)?;
    let sealed = homeport.store().key().seal(&secret, &belongs_to(id));
    if !homeport.store().accounts().begin_second_factor(id, &sealed).await? {
        let text = "Two-factor sign-in is on already. Turn it off before you set it up with another app.";
        return Err(Problem::with_detail(Code::Taken, text).into());
    }
    let text = totp::base32(&secret);
    let account = escaped(&person.email);
    let uri = format!("otpauth://totp/Homeport:{account}?secret={text}&issuer=Homeport");
    Ok(TwoFactorSecret { secret: grouped(&text, ' '), uri })
}

/// Turns it on, after a code has shown that the app knows the secret. Gives the recovery codes: nobody is shown them again.
///
/// # Errors
/// [`Code::Invalid`] beside `code`; [`Code::TooMany`].
pub async fn confirm(homeport: &Homeport, id: PersonId, code: &str) -> Result<Vec<String>> {
    let attempt = counted(homeport, id, &format!("person {id}")).await?;
    let factor = homeport.store().accounts().second_factor(id).await?.filter(|factor| !factor.confirmed);
    let factor = factor.ok_or_else(|| {
        Problem::with_detail(
            Code::Invalid,
            "Begin anew: the secret that you scanned is not waiting any more.",
        )
    })?;
    let secret = opened(homeport, id, &factor.secret)?;
    let step = totp::step_of(&secret, &digits(code), now_ms()).ok_or_else(wrong_code)?;
    let person = person(homeport, id).await?;
    let (codes, hashes) = fresh_codes()?;
    let what = "Signing in to your Homeport account takes a code of your authenticator app from now on.";
    let notice = super::notice(homeport, &person, "Two-factor sign-in is on", what).sealed(homeport)?;
    if !homeport.store().accounts().confirm_second_factor(id, step, &hashes, &notice).await? {
        return Err(wrong_code());
    }
    attempt.succeeded(homeport).await?;
    Ok(codes)
}

/// Turns it off.
///
/// # Errors
/// [`Code::Invalid`] beside `current` and `code`; [`Code::TooMany`].
pub async fn end(homeport: &Homeport, id: PersonId, current: &str, code: &str) -> Result<()> {
    let person = super::proved(homeport, id, current, "current").await?;
    check(homeport, id, code, &format!("person {id}")).await?;
    let what = "Signing in to your Homeport account takes your password only from now on.";
    let notice = super::notice(homeport, &person, "Two-factor sign-in is off", what);
    Ok(homeport.store().accounts().end_second_factor(id, &notice.sealed(homeport)?).await?)
}

/// Makes other recovery codes; the old ones are worth nothing.
///
/// # Errors
/// [`Code::Invalid`] beside `current` and `code`; [`Code::TooMany`].
pub async fn new_codes(homeport: &Homeport, id: PersonId, current: &str, code: &str) -> Result<Vec<String>> {
    let person = super::proved(homeport, id, current, "current").await?;
    check(homeport, id, code, &format!("person {id}")).await?;
    let (codes, hashes) = fresh_codes()?;
    let what = "You have new recovery codes for your Homeport account; the old ones are worth nothing.";
    let notice = super::notice(homeport, &person, "New recovery codes", what);
    homeport.store().accounts().new_codes(id, &hashes, &notice.sealed(homeport)?).await?;
    Ok(codes)
}

/// Takes a code of the app, or a recovery code, and uses it up. `from` is the network address that asks.
///
/// # Errors
/// [`Code::Invalid`] beside `code` where it is wrong, too old, or was used before; [`Code::TooMany`].
pub async fn check(homeport: &Homeport, id: PersonId, code: &str, from: &str) -> Result<()> {
    let attempt = counted(homeport, id, from).await?;
    let accounts = homeport.store().accounts();
    let step = match accounts.second_factor(id).await?.filter(|factor| factor.confirmed) {
        Some(factor) => totp::step_of(&opened(homeport, id, &factor.secret)?, &digits(code), now_ms()),
        // They have passkeys alone.
        None => None,
    };
    let right = match step {
        Some(step) => accounts.use_step(id, step).await?,
        None => accounts.use_code(id, links::hash(&plain(code))).await?,
    };
    if !right {
        return Err(wrong_code());
    }
    attempt.succeeded(homeport).await
}

async fn counted(homeport: &Homeport, id: PersonId, from: &str) -> Result<Counted> {
    Counted::begin(homeport, format!("code of {id}"), from).await
}

async fn person(homeport: &Homeport, id: PersonId) -> Result<model::person::Person> {
    let found = homeport.store().people().get(id).await?;
    Ok(found.ok_or_else(|| Problem::new(Code::SignedOut))?.0)
}

fn opened(homeport: &Homeport, id: PersonId, sealed: &[u8]) -> Result<Vec<u8>> {
    let opened = homeport.store().key().open(sealed, &belongs_to(id));
    opened.ok_or_else(|| Error::Broken("a second factor was sealed with another master key".into()))
}

fn belongs_to(id: PersonId) -> Vec<u8> {
    format!("second factor of {id}").into_bytes()
}

fn wrong_code() -> Error {
    let text = "This code is wrong, or was used already. The app shows a new one every 30 seconds.";
    Problem::field(Code::Invalid, "code", text).into()
}

pub(super) fn fresh_codes() -> Result<(Vec<String>, Vec<[u8; 32]>)> {
    let mut codes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let mut bytes = [0; CODE_BYTES];
        getrandom::fill(&mut bytes).map_err(Error::Random)?;
        codes.push(grouped(&totp::base32(&bytes).to_lowercase(), '-'));
    }
    let hashes = codes.iter().map(|code| links::hash(&plain(code))).collect();
    Ok((codes, hashes))
}

/// The digits of a code, however they were typed.
fn digits(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace()).take(16).collect()
}

/// A recovery code, however it was typed.
fn plain(code: &str) -> String {
    let signs = code.chars().filter(char::is_ascii_alphanumeric).take(64);
    signs.map(|c| c.to_ascii_lowercase()).collect()
}

fn grouped(text: &str, between: char) -> String {
    let mut out = String::new();
    for (index, sign) in text.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            out.push(between);
        }
        out.push(sign);
    }
    out
}

/// For a part of an address.
fn escaped(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovery_codes_are_known_however_they_are_typed() {
        let (codes, hashes) = fresh_codes().unwrap();
        assert_eq!((codes.len(), codes[0].len()), (10, 19), "{codes:?}");
        let shouted = format!(" {} ", codes[0].to_uppercase().replace('-', " "));
        assert_eq!(links::hash(&plain(&shouted)), hashes[0]);
        assert_eq!(escaped("ada+1@example.com"), "ada%2B1%40example.com");
    }
}
