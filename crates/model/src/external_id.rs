//! The id that a device connects with, where it can't be written as it is: in topics of MQTT and in addresses of pages.
//!
//! Ids may hold what Azure IoT allows. In the second level of a native topic `+` and `#` are wildcards, so these two are
//! written there as `%2B` and `%23`, and a `%` as `%25`. In the address of a page `#` and `?` end the path, and routers and
//! browsers disagree about `%`: there a tilde stands before the two digits, because no id holds one.

use crate::percent;
use std::borrow::Cow;

/// What can't stand in a level of a topic, and the percent sign that begins what stands for it.
const NOT_IN_LEVEL: [char; 3] = ['+', '#', '%'];
/// What stands in the address of a page as it is, besides letters and digits.
const IN_ADDRESS: &str = "-._:=@";

/// An id as a level of a native topic.
pub fn level(id: &str) -> Cow<'_, str> {
    if id.contains(NOT_IN_LEVEL) {
        Cow::Owned(escaped(id, '%', |c| NOT_IN_LEVEL.contains(&c)))
    } else {
        Cow::Borrowed(id)
    }
}

/// The id that a level of a native topic is of; nothing where it is not written as [`level`] writes it.
pub fn of_level(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(NOT_IN_LEVEL) {
        return Some(Cow::Borrowed(text));
    }
    let id = percent::decode(text)?;
    (level(&id) == text).then_some(Cow::Owned(id))
}

/// Whether a level of a topic of Azure's names this device: their SDKs write an id as it is, or percent-encoded as a whole.
pub fn is_named_by(id: &str, text: &str) -> bool {
    text == id || percent::decode(text).is_some_and(|decoded| decoded == id)
}

/// An id as a part of the address of a page.
pub fn in_address(id: &str) -> Cow<'_, str> {
    let needs = |c: char| !(c.is_ascii_alphanumeric() || IN_ADDRESS.contains(c));
    if id.contains(needs) { Cow::Owned(escaped(id, '~', needs)) } else { Cow::Borrowed(id) }
}

/// The id that a part of the address of a page is of. What is no escape stands for itself.
pub fn of_address(part: &str) -> Cow<'_, str> {
    if !part.contains('~') {
        return Cow::Borrowed(part);
    }
    let mut id = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let escape = (*first == b'~').then(|| tail.split_at_checked(2)).flatten();
        match escape.and_then(|(digits, after)| Some((percent::byte(digits)?, after))) {
            Some((byte, after)) => {
                id.push(byte);
                rest = after;
            }
            None => {
                id.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(id).map_or(Cow::Borrowed(part), Cow::Owned)
}

fn escaped(id: &str, mark: char, needs: impl Fn(char) -> bool) -> String {
    let mut text = String::with_capacity(id.len() + 8);
    let mut bytes = [0; 4];
    for c in id.chars() {
        if needs(c) {
            for byte in c.encode_utf8(&mut bytes).bytes() {
                text.push(mark);
                text.extend(percent::digits(byte));
            }
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{check, topic};
    use proptest::prelude::*;

    /// Ids of all the signs that there may be in one.
    fn ids() -> impl Strategy<Value = String> {
        "[A-Za-z0-9:.+%_#*?!(),=@$'-]{1,40}".prop_filter("dots alone", |id| check::device_id(id).is_ok())
    }

    #[test]
    fn only_what_must_be_is_written_otherwise() {
        for (id, in_topic, in_path) in [
            ("room-2.14", "room-2.14", "room-2.14"),
            ("AA:BB=x@y_z", "AA:BB=x@y_z", "AA:BB=x@y_z"),
            ("a+b", "a%2Bb", "a~2Bb"),
            ("a#1?", "a%231?", "a~231~3F"),
            ("100%", "100%25", "100~25"),
            ("%2B", "%252B", "~252B"),
            ("$it's(*)!,", "$it's(*)!,", "~24it~27s~28~2A~29~21~2C"),
        ] {
            assert_eq!(check::device_id(id).as_deref(), Ok(id));
            assert_eq!(level(id), in_topic);
            assert_eq!(in_address(id), in_path);
            assert!(is_named_by(id, id) && is_named_by(id, &percent::encode(id)), "{id}");
        }
        for foreign in ["a+b", "#", "a%2b", "a%41", "%", "a%2", "%zz", "%ff"] {
            assert_eq!(of_level(foreign), None, "{foreign}");
        }
        for (part, id) in [("~", "~"), ("a~2", "a~2"), ("~zz", "~zz"), ("~ff", "~ff"), ("a~2bb", "a+b")] {
            assert_eq!(of_address(part), id);
        }
        assert!(!is_named_by("a", "b") && !is_named_by("a+b", "a b"));
    }

    proptest! {
        #[test]
        fn an_id_comes_back(id in ids()) {
            let (in_topic, in_path) = (level(&id).into_owned(), in_address(&id).into_owned());
            prop_assert_eq!(of_level(&in_topic).map(Cow::into_owned), Some(id.clone()));
            prop_assert_eq!(of_address(&in_path).into_owned(), id);
            prop_assert!(!in_topic.contains(['+', '#', '/']));
            prop_assert!(in_path.chars().all(|c| c.is_ascii_alphanumeric() || "-._:=@~".contains(c)));
        }

        #[test]
        fn two_ids_never_meet(one in ids(), other in ids()) {
            prop_assert_eq!(level(&one) == level(&other), one == other);
            prop_assert_eq!(in_address(&one) == in_address(&other), one == other);
            let telemetry = format!("{}telemetry", topic::prefix("s", &one));
            prop_assert!(topic::may_publish("s", &one, &telemetry));
            prop_assert_eq!(topic::may_publish("s", &other, &telemetry), one == other);
        }

        #[test]
        fn whatever_is_read_is_written_so(text in "[ab%+#0-9A-Fa-f]{0,12}|.*") {
            if let Some(id) = of_level(&text) {
                prop_assert_eq!(level(&id).into_owned(), text.clone());
            }
            let _ = of_address(&text);
        }
    }
}
