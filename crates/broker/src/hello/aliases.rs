//! A Topic Alias Maximum of 0 says that a client takes no topic aliases. It is as good as none, and the library takes
//! it for something that can't be: it panics. The broker sends no aliases, so any other number does as well.

use std::borrow::Cow;

/// A CONNECT that the library can read, the same in all that matters.
pub(super) fn readable(frame: &[u8]) -> Cow<'_, [u8]> {
    let mut frame = Cow::Borrowed(frame);
    if let Some(at) = zero(&frame) {
        frame.to_mut()[at + 1] = 1;
    }
    frame
}

/// Where in a CONNECT of MQTT 5 that value stands, if it does. What is broken is the library's to say.
fn zero(frame: &[u8]) -> Option<usize> {
    let (_, mut at) = number(frame, 1)?;
    if frame.get(at..at + 7)? != b"\x00\x04MQTT\x05" {
        return None;
    }
    // Flags and keep-alive stand before the properties.
    let (length, first) = number(frame, at + 10)?;
    at = first;
    while at < first + length {
        at += match frame.get(at)? {
            0x22 if frame.get(at + 1..at + 3)? == [0, 0] => return Some(at + 1),
            0x17 | 0x19 => 2,
            0x21 | 0x22 => 3,
            0x11 | 0x27 => 5,
            0x15 | 0x16 => 1 + text(frame, at + 1)?,
            0x26 => {
                let key = text(frame, at + 1)?;
                1 + key + text(frame, at + 1 + key)?
            }
            _ => return None,
        };
    }
    None
}

/// A number of up to four bytes, and where it ends.
fn number(frame: &[u8], at: usize) -> Option<(usize, usize)> {
    let mut value = 0;
    for (i, byte) in frame.get(at..)?.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Some((value, at + i + 1));
        }
    }
    None
}

/// How many bytes a text takes with its length.
fn text(frame: &[u8], at: usize) -> Option<usize> {
    let length = frame.get(at..at + 2)?;
    Some(2 + usize::from(u16::from_be_bytes([length[0], length[1]])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connect(properties: &[u8]) -> Vec<u8> {
        let length = u8::try_from(properties.len()).unwrap();
        let rest = [&b"\x00\x04MQTT\x05\x02\x00\x3c"[..], &[length], properties, b"\x00\x01x"].concat();
        [&[0x10, u8::try_from(rest.len()).unwrap()], &rest[..]].concat()
    }

    #[test]
    fn a_zero_is_replaced_wherever_it_stands() {
        let others: [&[u8]; 5] =
            [b"", b"\x21\0\x14", b"\x17\0", b"\x26\0\x01\x22\0\x02\0\0", b"\x15\0\x03\x22\0\0"];
        for before in others {
            let zero = readable(&connect(&[before, b"\x22\0\0"].concat())).into_owned();
            assert_eq!(zero, connect(&[before, b"\x22\0\x01"].concat()), "{before:?}");
        }
    }

    #[test]
    fn anything_else_stays_as_it_is() {
        let mut others =
            vec![connect(b""), connect(b"\x22\0\x05"), connect(b"\x26\0\x03\x22\0\0\0\0"), vec![0x10]];
        // One that ends anywhere, and one of the other version.
        let zero = connect(b"\x22\0\0");
        others.extend((0..14).map(|end| zero[..end].to_vec()));
        others.push(b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01x".to_vec());
        for frame in others {
            assert!(matches!(readable(&frame), Cow::Borrowed(_)), "{frame:?}");
        }
    }
}
