//! What stands in links that mails carry: 256 bits of chance, of which only the hash is kept.

use crate::error::{Error, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// Longest text that is looked up, in bytes.
const TEXT_MAX: usize = 100;

/// The last part of a new link, and its hash.
pub(crate) fn fresh() -> Result<(String, [u8; 32])> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    let text = URL_SAFE_NO_PAD.encode(bytes);
    let hash = hash(&text);
    Ok((text, hash))
}

/// The hash of what somebody shows; nothing where no link of ours looks so.
pub(crate) fn shown(text: &str) -> Option<[u8; 32]> {
    (!text.is_empty() && text.len() <= TEXT_MAX).then(|| hash(text))
}

pub(crate) fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
