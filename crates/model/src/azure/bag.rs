//! Property bags: `key=value&key=value`, percent-encoded, at the end of a topic or a user name.

use crate::percent;

/// Reads a bag. What is not encoded is taken as it stands, a plus is a plus, and a key without `=` has no value.
pub fn read(text: &str) -> Vec<(String, String)> {
    raw(text).map(|(key, value)| (percent::decode_or_keep(key), percent::decode_or_keep(value))).collect()
}

/// Writes a bag, each entry as `k=v`: a bare key is misread.
pub fn write<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let entries =
        pairs.into_iter().map(|(key, value)| format!("{}={}", percent::encode(key), percent::encode(value)));
    entries.collect::<Vec<_>>().join("&")
}

/// A value as it stands, for what is only handed back.
pub(super) fn raw_value<'a>(text: &'a str, wanted: &str) -> Option<&'a str> {
    raw(text).find(|(key, _)| percent::decode_or_keep(key) == wanted).map(|(_, value)| value)
}

fn raw(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let entries = text.trim_start_matches('?').split('&').filter(|entry| !entry.is_empty());
    entries.map(|entry| entry.split_once('=').unwrap_or((entry, "")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn entries_are_read_however_they_are_written() {
        let is = |text: &str, expected: &[(&str, &str)]| {
            let read = read(text);
            let read: Vec<_> = read.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            assert_eq!(read, expected, "{text}");
        };
        is("", &[]);
        is("%24.mid=1&$.ct=a%2Fb", &[("$.mid", "1"), ("$.ct", "a/b")]);
        is("level=hi%20%26%20low%2F%C3%A9%20%2B&plus=1+1", &[("level", "hi & low/é +"), ("plus", "1+1")]);
        is("bare&a=&&b=1=2", &[("bare", ""), ("a", ""), ("b", "1=2")]);
        is("full=100%", &[("full", "100%")]);
        assert_eq!(raw_value("?%24rid=a%2Db&x=1", "$rid"), Some("a%2Db"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(pairs in prop::collection::vec((".{1,10}", ".{0,10}"), 0..6)) {
            let text = write(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())));
            prop_assert!(!text.contains(['+', '#', '/', '$']));
            prop_assert_eq!(read(&text), pairs);
        }
    }
}
