//! Device keys: 32 random bytes, shown as base64, kept sealed.

use crate::context::Context;
use crate::error::{Error, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use model::WorkspaceId;
use store::Store;

/// A new key, as the device is given it.
pub(crate) fn fresh() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    Ok(STANDARD.encode(bytes))
}

/// The key as it is kept: it opens for this device only.
pub(crate) fn seal(context: &Context, external_id: &str, key: &str) -> Vec<u8> {
    context.homeport.store().key().seal(key.as_bytes(), owner(context.workspace.id, external_id).as_bytes())
}

/// Reads a kept key back.
pub(crate) fn open(
    store: &Store,
    workspace: WorkspaceId,
    external_id: &str,
    sealed: &[u8],
) -> Result<String> {
    store
        .key()
        .open(sealed, owner(workspace, external_id).as_bytes())
        .and_then(|plain| String::from_utf8(plain).ok())
        .ok_or_else(|| Error::SealedElsewhere(external_id.to_owned()))
}

/// Random upper-case letters and digits that people can't confuse: for ID scopes.
pub(crate) fn letters(count: usize) -> Result<String> {
    // 32 signs, so that every one is equally likely; without I, L, O and U.
    const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bytes = vec![0; count];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    Ok(bytes.iter().map(|b| char::from(SIGNS[usize::from(b % 32)])).collect())
}

fn owner(workspace: WorkspaceId, external_id: &str) -> String {
    format!("{workspace}/{external_id}")
}
