//! Keys of devices and of groups: 32 random bytes, shown as base64, kept sealed.

use crate::error::{Error, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use model::WorkspaceId;
use model::certificate::Place;
use model::enrolment::KeyPair;
use store::{SealedKeys, Store};

/// Shortest and longest key that is taken from outside, in bytes.
const BYTES: std::ops::RangeInclusive<usize> = 16..=64;

/// Whose a key is: it opens for nobody else.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner<'a> {
    /// A device's, by the id that it connects with.
    Device(&'a str, Place),
    /// A group's, by its id.
    Group(&'a str, Place),
}

impl Owner<'_> {
    /// What a sealed key is bound to. A slash stands in no id, so no two are alike.
    fn text(self, workspace: WorkspaceId) -> String {
        match self {
            Owner::Device(id, Place::Primary) => format!("{workspace}/{id}"),
            Owner::Device(id, Place::Secondary) => format!("{workspace}/{id}/secondary"),
            Owner::Group(id, place) => format!("{workspace}/group/{id}/{}", place.as_str()),
        }
    }

    fn id(&self) -> &str {
        match self {
            Owner::Device(id, _) | Owner::Group(id, _) => id,
        }
    }
}

/// A new key, as the device is given it.
pub(crate) fn fresh() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    Ok(STANDARD.encode(bytes))
}

/// Two new keys.
pub(crate) fn fresh_pair() -> Result<KeyPair> {
    Ok(KeyPair { primary: fresh()?, secondary: fresh()? })
}

/// A key that somebody brings along.
pub(crate) fn checked(key: &str) -> Result<String, String> {
    let key = key.trim();
    match STANDARD.decode(key) {
        Ok(bytes) if BYTES.contains(&bytes.len()) => Ok(key.to_owned()),
        Ok(bytes) => Err(format!(
            "A key has {} to {} bytes in base64; this has {}.",
            BYTES.start(),
            BYTES.end(),
            bytes.len()
        )),
        Err(_) => Err("A key is written in base64, padded with = to its end.".into()),
    }
}

/// The key as it is kept.
pub(crate) fn seal(store: &Store, workspace: WorkspaceId, owner: Owner<'_>, key: &str) -> Vec<u8> {
    store.key().seal(key.as_bytes(), owner.text(workspace).as_bytes())
}

/// Reads a kept key back.
pub(crate) fn open(store: &Store, workspace: WorkspaceId, owner: Owner<'_>, sealed: &[u8]) -> Result<String> {
    store
        .key()
        .open(sealed, owner.text(workspace).as_bytes())
        .and_then(|plain| String::from_utf8(plain).ok())
        .ok_or_else(|| Error::SealedElsewhere(owner.id().to_owned()))
}

/// Both keys of a group as they are kept.
pub(crate) fn seal_group(store: &Store, workspace: WorkspaceId, id: &str, keys: &KeyPair) -> SealedKeys {
    let seal = |place, key: &str| seal(store, workspace, Owner::Group(id, place), key);
    SealedKeys {
        primary: seal(Place::Primary, &keys.primary),
        secondary: seal(Place::Secondary, &keys.secondary),
    }
}

/// Reads both keys of a group back.
pub(crate) fn open_group(
    store: &Store,
    workspace: WorkspaceId,
    id: &str,
    kept: &SealedKeys,
) -> Result<KeyPair> {
    let open = |place, sealed: &[u8]| open(store, workspace, Owner::Group(id, place), sealed);
    Ok(KeyPair {
        primary: open(Place::Primary, &kept.primary)?,
        secondary: open(Place::Secondary, &kept.secondary)?,
    })
}

/// The keys of a device of a group: they follow from the group's and its id.
pub(crate) fn derive(group: &KeyPair, external_id: &str) -> Result<KeyPair> {
    let derive = |key: &str| {
        model::sas::derive(key, external_id).map_err(|e| Error::Broken(format!("the key of a group: {e}")))
    };
    Ok(KeyPair { primary: derive(&group.primary)?, secondary: derive(&group.secondary)? })
}

/// Random upper-case letters and digits that people can't confuse: for ID scopes.
pub(crate) fn letters(count: usize) -> Result<String> {
    // 32 signs, so that every one is equally likely; without I, L, O and U.
    const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bytes = vec![0; count];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    Ok(bytes.iter().map(|b| char::from(SIGNS[usize::from(b % 32)])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_from_outside_have_the_right_length() {
        assert_eq!(checked(&format!(" {} ", STANDARD.encode([7; 32]))), Ok(STANDARD.encode([7; 32])));
        for bad in ["", "nonsense", &STANDARD.encode([7; 15]), &STANDARD.encode([7; 65]), "AAAA"] {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn no_two_owners_are_alike() {
        let of = |owner: Owner<'_>| owner.text(WorkspaceId(7));
        let all = [
            of(Owner::Device("a", Place::Primary)),
            of(Owner::Device("a", Place::Secondary)),
            of(Owner::Device("group", Place::Primary)),
            of(Owner::Group("a", Place::Primary)),
            of(Owner::Group("a", Place::Secondary)),
        ];
        for (i, one) in all.iter().enumerate() {
            assert!(all[i + 1..].iter().all(|other| other != one), "{one}");
        }
    }
}
