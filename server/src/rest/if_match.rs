//! The headers by which whoever asks says what they have seen: `If-Match` and `If-None-Match` (RFC 9110).

use super::Fault;
use http::{HeaderMap, header};

/// Whether the thing is what the header `If-Match` says; `*` says only that there is one. An etag counts with its quotes
/// and without.
pub(super) fn matched(headers: &HeaderMap, etag: Option<String>) -> Result<(), Fault> {
    if !headers.contains_key(header::IF_MATCH) {
        return Ok(());
    }
    let etag = etag.ok_or_else(Fault::precondition)?;
    if named(headers, &header::IF_MATCH, &etag) { Ok(()) } else { Err(Fault::precondition()) }
}

/// Whether one of the header's tags is this one.
pub(super) fn named(headers: &HeaderMap, name: &http::HeaderName, etag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").trim_matches('"').to_owned();
    let etag = bare(etag);
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(bare).any(|tag| tag == "*" || tag == etag)
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
        for good in ["a1", "\"a1\"", "W/\"a1\"", "\"b\", \"a1\"", "*"] {
            assert!(matched(&of(good), Some("\"a1\"".into())).is_ok(), "{good}");
        }
        for bad in ["b", "\"b\", \"c\"", ""] {
            assert!(matched(&of(bad), Some("a1".into())).is_err(), "{bad}");
        }
        assert!(matched(&of("*"), None).is_err(), "there is none");
        assert!(matched(&HeaderMap::new(), None).is_ok());
    }
}
