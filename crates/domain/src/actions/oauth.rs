//! Tokens by client credentials (RFC 6749, 4.4): fetched where none is known that still holds, remembered in this process.

use super::plan;
use crate::homeport::Homeport;
use base64::{Engine, engine::general_purpose::STANDARD};
use model::call::Call;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Tokens that are remembered at most.
const KNOWN_MAX: usize = 1000;
/// A token is used no longer than until so shortly before its end, in milliseconds.
const BEFORE_END_MS: i64 = 30_000;
/// How long one holds of which nothing is said, in seconds.
const HOLDS_S: i64 = 300;

/// What is known of tokens: by what they were asked with, the token and until when it is used.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<HashMap<String, (String, i64)>>);

/// Who asks for a token, and where.
pub(super) struct Asker<'a> {
    pub url: &'a str,
    pub id: &'a str,
    pub secret: &'a str,
    pub scope: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    #[serde(default)]
    expires_in: Option<i64>,
}

impl Asker<'_> {
    fn key(&self) -> String {
        let mut hash = Sha256::new();
        for part in [self.url, self.id, self.secret, self.scope] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        plan::hex(&hash.finalize())
    }
}

/// A token that holds.
///
/// # Errors
/// Why there is none, as a sentence.
pub(super) async fn token(homeport: &Homeport, asker: &Asker<'_>, now_ms: i64) -> Result<String, String> {
    let key = asker.key();
    if let Some(token) = homeport.tokens().known(&key, now_ms) {
        return Ok(token);
    }
    let mut form = String::from("grant_type=client_credentials");
    if !asker.scope.is_empty() {
        form.push_str("&scope=");
        form.push_str(&encoded(asker.scope));
    }
    let proof = STANDARD.encode(format!("{}:{}", encoded(asker.id), encoded(asker.secret)));
    let call = Call {
        method: "POST",
        url: asker.url.to_owned(),
        headers: vec![
            ("content-type".into(), "application/x-www-form-urlencoded".into()),
            ("accept".into(), "application/json".into()),
            ("authorization".into(), format!("Basic {proof}")),
        ],
        body: form.into_bytes(),
    };
    let answer = homeport.call(call).await.map_err(|away| format!("The token can't be fetched: {away}."))?;
    if !(200..300).contains(&answer.status) {
        return Err(format!("The token is refused with status {}.", answer.status));
    }
    let answer: Answer = serde_json::from_slice(&answer.body)
        .map_err(|_| "What answers at the address of the token gives no token.".to_owned())?;
    if answer.access_token.is_empty() || !answer.access_token.bytes().all(|b| (b'!'..=b'~').contains(&b)) {
        return Err("What answers at the address of the token gives no token.".into());
    }
    let until = now_ms + answer.expires_in.unwrap_or(HOLDS_S).clamp(0, 86_400) * 1000 - BEFORE_END_MS;
    homeport.tokens().learn(key, answer.access_token.clone(), until);
    Ok(answer.access_token)
}

/// The token was refused: the next one is fetched.
pub(super) fn refused(homeport: &Homeport, asker: &Asker<'_>) {
    homeport.tokens().forget(&asker.key());
}

impl Tokens {
    fn known(&self, key: &str, now_ms: i64) -> Option<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).filter(|(_, until)| now_ms < *until).map(|(token, _)| token.clone())
    }

    fn learn(&self, key: String, token: String, until_ms: i64) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(key, (token, until_ms));
    }

    fn forget(&self, key: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

/// As forms write it.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}
