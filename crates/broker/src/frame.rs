//! Where one packet ends and the next begins, read from the fixed header alone.
//!
//! So that a packet that is too large is refused as soon as it says so, before a byte of it is kept.

use bytes::{Bytes, BytesMut};

/// The type of a CONNECT packet.
pub(crate) const CONNECT: u8 = 1;

/// What the front of a buffer holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Front {
    /// Not enough to tell; so many bytes more will bring it on.
    Short(usize),
    /// A whole packet.
    Whole(Bytes),
    /// A packet of so many bytes, which are more than allowed.
    TooLarge(usize),
    /// No packet: a length that never ends.
    Malformed,
}

/// The type of the packet at the front, as soon as its first byte is there.
pub(crate) fn kind(buffer: &[u8]) -> Option<u8> {
    buffer.first().map(|first| first >> 4)
}

/// Takes the packet at the front of the buffer, if it is whole and not larger than `limit`.
pub(crate) fn take(buffer: &mut BytesMut, limit: usize) -> Front {
    let (header, body) = match length(buffer) {
        Length::Short => return Front::Short(2),
        Length::Malformed => return Front::Malformed,
        Length::Known { header, body } => (header, body),
    };
    let total = header + body;
    if total > limit {
        return Front::TooLarge(total);
    }
    if buffer.len() < total {
        return Front::Short(total - buffer.len());
    }
    Front::Whole(buffer.split_to(total).freeze())
}

enum Length {
    Short,
    Malformed,
    Known { header: usize, body: usize },
}

/// Reads the remaining length: up to four bytes of seven bits, the lowest first.
fn length(buffer: &[u8]) -> Length {
    let mut body = 0usize;
    for (i, byte) in buffer.iter().skip(1).take(4).enumerate() {
        body |= usize::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Length::Known { header: i + 2, body };
        }
    }
    if buffer.len() > 4 { Length::Malformed } else { Length::Short }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front(bytes: &[u8], limit: usize) -> Front {
        take(&mut BytesMut::from(bytes), limit)
    }

    #[test]
    fn packets_are_taken_whole() {
        let mut buffer = BytesMut::from(&[0xc0, 0, 0x40, 2, 0, 7, 0x30][..]);
        assert_eq!(take(&mut buffer, 10), Front::Whole(Bytes::from_static(&[0xc0, 0])));
        assert_eq!(kind(&buffer), Some(4));
        assert_eq!(take(&mut buffer, 10), Front::Whole(Bytes::from_static(&[0x40, 2, 0, 7])));
        assert_eq!(take(&mut buffer, 10), Front::Short(2));
    }

    #[test]
    fn a_large_packet_is_known_by_its_header() {
        // 10 MiB: 0x80 0x80 0x80 0x05.
        assert_eq!(front(&[0x30, 0x80, 0x80, 0x80, 0x05], 300_000), Front::TooLarge(10 * 1024 * 1024 + 5));
        assert_eq!(front(&[0x30, 0x80], 300_000), Front::Short(2));
        assert_eq!(front(&[0x30, 100, 1, 2], 300_000), Front::Short(98));
        assert_eq!(front(&[0x30, 0xff, 0xff, 0xff, 0xff], 300_000), Front::Malformed);
        assert_eq!(front(&[], 10), Front::Short(2));
    }
}
