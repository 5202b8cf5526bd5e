//! Whether a proof is right: by what is a device's own, or by a group.

use super::chain;
use crate::certificates;
use crate::error::Result;
use crate::gate::Wrong;
use crate::keys::{self, Owner};
use model::certificate::Place;
use model::sas::{self, SasError, Token};
use model::{DeviceId, WorkspaceId};
use store::{KnownGroup, Own, Store, WorkspaceTx};
use subtle::ConstantTimeEq;

/// What is shown as proof.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Given<'a> {
    /// The key itself.
    Key(&'a [u8]),
    /// A token that the key has signed, for the right resource.
    Token(&'a Token),
    /// Certificates, the device's own first, of which the client holds the key.
    Chain(&'a [&'a [u8]]),
}

/// What there is to say of a proof.
#[derive(Debug)]
pub(crate) enum Verdict<T> {
    /// It is right; with bytes that stand for what has proved it, and by which.
    Right(T, Vec<u8>),
    /// It would be right but for this.
    Spoilt(Wrong),
    /// It is of something else.
    Other,
}

/// What is a device's own.
pub(crate) struct Things<'a> {
    pub(crate) workspace: WorkspaceId,
    pub(crate) device: DeviceId,
    pub(crate) external_id: &'a str,
    pub(crate) own: Option<Own>,
    pub(crate) key_encrypted: &'a [u8],
    pub(crate) secondary_key_encrypted: Option<&'a [u8]>,
}

/// Judges a proof by the device's own keys and certificates.
pub(crate) async fn by_own(
    store: &Store,
    scope: &WorkspaceTx,
    things: &Things<'_>,
    given: Given<'_>,
    now_ms: i64,
) -> Result<Verdict<()>> {
    let Given::Chain(chain) = given else { return by_own_keys(store, things, given, now_ms) };
    let Some(own) = chain.first() else { return Ok(Verdict::Other) };
    let shown = certificates::shown(own);
    if !scope.device_certificates().has(things.device, shown.thumbprint).await? {
        return Ok(Verdict::Other);
    }
    Ok(match certificates::out_of_time(&shown, now_ms) {
        Some(text) => Verdict::Spoilt(Wrong::Dates(text)),
        None => Verdict::Right((), shown.thumbprint.to_string().into_bytes()),
    })
}

/// The same by keys alone.
pub(crate) fn by_own_keys(
    store: &Store,
    things: &Things<'_>,
    given: Given<'_>,
    now_ms: i64,
) -> Result<Verdict<()>> {
    if things.own == Some(Own::X509) {
        return Ok(Verdict::Other);
    }
    let kept =
        [(Place::Primary, Some(things.key_encrypted)), (Place::Secondary, things.secondary_key_encrypted)];
    for (place, sealed) in kept {
        let Some(sealed) = sealed else { continue };
        let key = keys::open(store, things.workspace, Owner::Device(things.external_id, place), sealed)?;
        match by_key(&key, given, now_ms) {
            Verdict::Other => {}
            verdict => return Ok(verdict.of((), sealed)),
        }
    }
    Ok(Verdict::Other)
}

/// Judges a proof by these groups, whether they are enabled or not; the first that it is of.
pub(crate) fn by_groups<'g>(
    store: &Store,
    workspace: WorkspaceId,
    groups: &'g [KnownGroup],
    external_id: &str,
    given: Given<'_>,
    now_ms: i64,
) -> Result<Verdict<&'g KnownGroup>> {
    for group in groups {
        let verdict = match (given, &group.keys) {
            (Given::Chain(chain), _) => by_authorities(group, external_id, chain, now_ms),
            (_, Some(sealed)) => {
                let keys =
                    keys::derive(&keys::open_group(store, workspace, &group.id, sealed)?, external_id)?;
                match by_key(&keys.primary, given, now_ms) {
                    Verdict::Other => by_key(&keys.secondary, given, now_ms).of(group, &sealed.secondary),
                    verdict => verdict.of(group, &sealed.primary),
                }
            }
            (_, None) => Verdict::Other,
        };
        if !matches!(verdict, Verdict::Other) {
            return Ok(verdict);
        }
    }
    Ok(Verdict::Other)
}

/// The bytes that stand for an authority as what has proved something.
pub(crate) fn of_authority(authority: &store::Authority) -> Vec<u8> {
    [b"authority", &authority.thumbprint.0[..]].concat()
}

fn by_authorities<'g>(
    group: &'g KnownGroup,
    external_id: &str,
    chain: &[&[u8]],
    now_ms: i64,
) -> Verdict<&'g KnownGroup> {
    let leads = |at_ms| group.authorities.iter().find(|a| chain::leads_to(chain, &a.der, at_ms));
    let Some(authority) = leads(now_ms) else {
        // Of the group's, but not now: its owner wants to know that, and not that it is nobody's.
        let shown = chain.first().map(|own| certificates::shown(own));
        let shown = shown.filter(|shown| shown.valid_ms.is_some_and(|(_, end)| leads(end).is_some()));
        let told = shown.and_then(|shown| certificates::out_of_time(&shown, now_ms));
        return told.map_or(Verdict::Other, |text| Verdict::Spoilt(Wrong::Dates(text)));
    };
    match chain.first().and_then(|own| chain::common_name(own)) {
        Some(name) if name == external_id => Verdict::Right(group, of_authority(authority)),
        Some(name) => Verdict::Spoilt(Wrong::Name(name)),
        None => Verdict::Spoilt(Wrong::Name(String::new())),
    }
}

fn by_key(key: &str, given: Given<'_>, now_ms: i64) -> Verdict<()> {
    match given {
        Given::Key(password) if bool::from(key.as_bytes().ct_eq(password)) => Verdict::Right((), Vec::new()),
        Given::Key(_) | Given::Chain(_) => Verdict::Other,
        Given::Token(token) => {
            let Ok(bytes) = sas::key_bytes(key) else { return Verdict::Other };
            match token.verify(&bytes, u64::try_from(now_ms / 1000).unwrap_or_default()) {
                Ok(()) => Verdict::Right((), Vec::new()),
                Err(SasError::WrongKey) => Verdict::Other,
                Err(why) => Verdict::Spoilt(Wrong::Token(why.to_string())),
            }
        }
    }
}

impl Verdict<()> {
    /// The same, by this, with these bytes.
    fn of<T>(self, by: T, bytes: &[u8]) -> Verdict<T> {
        match self {
            Verdict::Right((), _) => Verdict::Right(by, bytes.to_vec()),
            Verdict::Spoilt(why) => Verdict::Spoilt(why),
            Verdict::Other => Verdict::Other,
        }
    }
}
