//! The headers by which whoever asks says what they have seen: `If-Match` and `If-None-Match` (RFC 9110).

use super::Fault;
use http::{HeaderMap, header};
use serde::Serialize;

/// Whether the thing is what the header `If-Match` says; `*` says only that there is one. An etag counts with its quotes
/// and without.
pub(super) fn matched(headers: &HeaderMap, etag: Option<String>) -> Result<(), Fault> {
    if !headers.contains_key(header::IF_MATCH) {
        return Ok(());
    }
    let etag = etag.ok_or_else(Fault::precondition)?;
    if named(headers, &header::IF_MATCH, &etag) { Ok(()) } else { Err(Fault::precondition()) }
}

/// The tag of an answer to a thing that has no etag of its own, as its header `ETag` has it.
pub(super) fn etag_of(answer: &impl Serialize) -> String {
    super::etags::of_bytes(&serde_json::to_vec(answer).unwrap_or_default())
}

/// Whether the header's tags name an answer as a whole.
pub(super) fn has(headers: &HeaderMap, name: &http::HeaderName, tag: &str) -> bool {
    tags(headers, name).any(|one| one == "*" || one == tag)
}

/// Whether one of the header's tags is of this thing: what follows its point tells of the answer alone.
fn named(headers: &HeaderMap, name: &http::HeaderName, etag: &str) -> bool {
    let etag = etag.trim_matches('"');
    tags(headers, name).any(|tag| tag == "*" || tag.split('.').next() == Some(etag))
}

fn tags(headers: &HeaderMap, name: &http::HeaderName) -> impl Iterator<Item = String> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").trim_matches('"').to_owned();
    values.flat_map(|value| value.split(',')).map(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_with_their_quotes_and_without() {
        let of = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_MATCH, http::HeaderValue::from_static(value));
            headers
        };
        for good in ["a1", "\"a1\"", "W/\"a1\"", "\"b\", \"a1\"", "*", "\"a1.0f\""] {
            assert!(matched(&of(good), Some("\"a1\"".into())).is_ok(), "{good}");
        }
        for bad in ["b", "\"b\", \"c\"", ""] {
            assert!(matched(&of(bad), Some("a1".into())).is_err(), "{bad}");
        }
        assert!(matched(&of("*"), None).is_err(), "there is none");
        assert!(matched(&HeaderMap::new(), None).is_ok());
    }
}
