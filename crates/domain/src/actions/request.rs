//! The request of a webhook: body, headers, signature, authorization; and what its answer means.

use super::body;
use super::facts::Told;
use super::oauth::{self, Asker};
use super::plan::hex;
use super::secrets::open;
use crate::error::Result;
use crate::homeport::Homeport;
use crate::outward::NoAnswer;
use hmac::{Hmac, Mac};
use model::WorkspaceId;
use model::call::{Call, Called};
use model::rule::{Authorization, BodyKind, Webhook};
use serde_json::Value;
use sha2::Sha256;
use std::time::Instant;
use store::Outcome;

/// So much of an answer is kept, in characters.
const ANSWER_SHOWN: usize = 500;

/// What came of a try.
#[derive(Debug)]
pub(super) enum Came {
    /// It was done.
    Done(Outcome),
    /// It was not; perhaps later, after so many seconds at least.
    Again(Outcome, Option<u32>),
    /// It was not, and trying again mends nothing.
    Never(Outcome),
}

/// Sends the request of a webhook.
///
/// # Errors
/// A secret can't be opened.
pub(super) async fn send(
    homeport: &Homeport,
    workspace: WorkspaceId,
    webhook: &Webhook,
    told: &Told,
    values: &Value,
) -> Result<Came> {
    let begun = Instant::now();
    let took = || i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX);
    let outcome = |status: Option<u16>, answer: String| Outcome {
        status: status.map(i32::from),
        answer,
        took_ms: took(),
    };
    let secret = |secret: &Option<_>| secret.as_ref().map(|one| open(homeport, workspace, one)).transpose();
    let routing_key = secret(&webhook.routing_key)?.unwrap_or_default();
    let body = match body::of(webhook, told, values, &routing_key) {
        Ok(body) => body,
        Err(why) => return Ok(Came::Never(outcome(None, why))),
    };
    let mut headers: Vec<(String, String)> = vec![
        ("content-type".into(), content_type(webhook, &body).into()),
        ("user-agent".into(), "Homeport".into()),
        ("idempotency-key".into(), told.key.clone()),
    ];
    headers.extend(webhook.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())));
    if let Some(secret) = secret(&webhook.signing_secret)? {
        headers.push(("homeport-signature".into(), signature(&secret, told.at_ms / 1000, &body)));
    }
    let mut of_token = None;
    match &webhook.authorization {
        Authorization::Nothing => {}
        Authorization::Header { value } => {
            headers.push(("authorization".into(), open(homeport, workspace, value)?));
        }
        Authorization::OAuth2 { token_url, client_id, client_secret, scope } => {
            of_token = Some((token_url, client_id, open(homeport, workspace, client_secret)?, scope));
        }
    }
    let asker = of_token.as_ref().map(|(url, id, secret, scope)| Asker { url, id, secret, scope });
    if let Some(asker) = &asker {
        match oauth::token(homeport, asker, told.at_ms).await {
            Ok(token) => headers.push(("authorization".into(), format!("Bearer {token}"))),
            Err(why) => return Ok(Came::Again(outcome(None, why), None)),
        }
    }
    let url = secret(&webhook.secret_url)?.unwrap_or_else(|| webhook.url.clone());
    let answer = match homeport.call(Call { method: "POST", url, headers, body }).await {
        Ok(answer) => answer,
        Err(refused @ NoAnswer::Refused(_)) => return Ok(Came::Never(outcome(None, format!("{refused}.")))),
        Err(away) => return Ok(Came::Again(outcome(None, format!("{away}.")), None)),
    };
    if answer.status == 401
        && let Some(asker) = &asker
    {
        // The token may have been taken back: the next try fetches another.
        oauth::refused(homeport, asker);
        return Ok(Came::Again(outcome(Some(answer.status), said(&answer)), None));
    }
    let outcome = outcome(Some(answer.status), said(&answer));
    Ok(match answer.status {
        200..300 => Came::Done(outcome),
        // It asks to wait, or fails on its own side.
        408 | 409 | 425 | 429 | 500..600 => Came::Again(outcome, answer.retry_after_s),
        300..400 => {
            let answer = "It answers with another address, which isn't followed: give that one.".into();
            Came::Never(Outcome { answer, ..outcome })
        }
        _ => Came::Never(outcome),
    })
}

/// `t=` the seconds since 1970, `v1=` the HMAC-SHA256 of `{t}.{body}`.
fn signature(secret: &str, at_s: i64, body: &[u8]) -> String {
    let mut text = format!("{at_s}.").into_bytes();
    text.extend_from_slice(body);
    // A key of any length is taken.
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map(|mut mac| {
        mac.update(&text);
        hex(&mac.finalize().into_bytes())
    });
    format!("t={at_s},v1={}", mac.unwrap_or_default())
}

fn content_type(webhook: &Webhook, body: &[u8]) -> &'static str {
    let is_json = webhook.body != BodyKind::Template || serde_json::from_slice::<Value>(body).is_ok();
    if is_json { "application/json" } else { "text/plain; charset=utf-8" }
}

/// The beginning of the answer's body, as text.
fn said(answer: &Called) -> String {
    String::from_utf8_lossy(&answer.body).trim().chars().take(ANSWER_SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_the_documentation_says() {
        // echo -n '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
        assert_eq!(
            signature("secret", 1_700_000_000, br#"{"a":1}"#),
            "t=1700000000,v1=49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686"
        );
    }
}
