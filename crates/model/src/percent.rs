//! Percent-encoding as user names, topics and tokens of Azure's protocols have it: a plus is a plus.

/// Decodes `%2F` to `/`; nothing where a `%` has not two hexadecimal digits behind it, or where the bytes are no UTF-8.
pub fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            let (digits, tail) = tail.split_at_checked(2)?;
            bytes.push(byte(digits)?);
            rest = tail;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

/// The same, and the text as it is where it is not encoded: some clients write what their program gave them.
pub fn decode_or_keep(text: &str) -> String {
    decode(text).unwrap_or_else(|| text.to_owned())
}

/// Encodes all but letters, digits and `- . _ ~`.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.extend(digits(byte));
        }
    }
    encoded
}

/// The two digits of a byte.
pub(crate) fn digits(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)]))
}

/// The byte of two digits; nothing where they are none.
pub(crate) fn byte(digits: &[u8]) -> Option<u8> {
    let [high, low] = digits else { return None };
    Some(hex(*high)? << 4 | hex(*low)?)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_plus_is_a_plus() {
        let cases =
            [("a%2Fb", "a/b"), ("a%2fb", "a/b"), ("+", "+"), ("%24.mid", "$.mid"), ("%C3%A9", "é"), ("", "")];
        for (encoded, decoded) in cases {
            assert_eq!(decode(encoded).as_deref(), Some(decoded));
        }
        for bad in ["%", "%2", "%zz", "%+1", "100%", "%ff"] {
            assert_eq!(decode(bad), None, "{bad}");
            assert_eq!(decode_or_keep(bad), bad);
        }
        assert_eq!(encode("hi & low/é +"), "hi%20%26%20low%2F%C3%A9%20%2B");
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(text in any::<String>()) {
            prop_assert_eq!(decode(&encode(&text)), Some(text));
        }
    }
}
