//! The numbers of a message in one byte string: twelve bytes a number and one for the format.
//!
//! Text and a row a number would take four to ten times the room, and room is what limits the speed of COPY.

use crate::error::{Error, Result};
use model::MetricId;

/// The only format so far: metric id (4 bytes) and value (8 bytes), little-endian.
const PLAIN: u8 = 1;
const POINT: usize = 12;

/// How many bytes so many numbers take.
pub(super) fn packed_len(points: usize) -> usize {
    1 + points * POINT
}

/// Appends the packed numbers.
pub(super) fn pack(points: &[(MetricId, f64)], into: &mut Vec<u8>) {
    into.push(PLAIN);
    for (metric, value) in points {
        into.extend_from_slice(&metric.0.to_le_bytes());
        into.extend_from_slice(&value.to_le_bytes());
    }
}

/// The numbers, in the order in which they were packed.
///
/// # Errors
/// The bytes are of a format that this version doesn't know, or cut off.
pub(crate) fn unpack(bytes: &[u8]) -> Result<impl Iterator<Item = (MetricId, f64)> + '_> {
    let Some((&PLAIN, points)) = bytes.split_first() else {
        return Err(Error::Unreadable("telemetry of an unknown format".into()));
    };
    let (points, rest) = points.as_chunks::<POINT>();
    if !rest.is_empty() {
        return Err(Error::Unreadable("telemetry that is cut off".into()));
    }
    Ok(points.iter().map(|&[a, b, c, d, ref value @ ..]| {
        let value: [u8; 8] = *value;
        (MetricId(i32::from_le_bytes([a, b, c, d])), f64::from_le_bytes(value))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(points in prop::collection::vec((any::<i32>(), any::<f64>()), 0..50)) {
            let points: Vec<_> = points.into_iter().map(|(m, v)| (MetricId(m), v)).collect();
            let mut bytes = Vec::new();
            pack(&points, &mut bytes);
            prop_assert_eq!(bytes.len(), packed_len(points.len()));
            let back: Vec<_> = unpack(&bytes).unwrap().collect();
            prop_assert_eq!(back.len(), points.len());
            for (a, b) in back.iter().zip(&points) {
                prop_assert_eq!(a.0, b.0);
                prop_assert_eq!(a.1.to_bits(), b.1.to_bits());
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let whole = bytes.first() == Some(&PLAIN) && (bytes.len() - 1) % POINT == 0;
            prop_assert_eq!(unpack(&bytes).is_ok(), whole);
        }
    }
}
