//! Chunks: points of one metric that have come to rest, times and values packed apart.
//!
//! Numbers and times are packed by `pco`, which finds steps and quanta by itself: a point of a sensor that is read at
//! regular times takes about half a byte (`docs/adr/0009-chunks.md` has the comparison). All else is kept as JSON, a
//! value a line, deflated.

use crate::error::{Error, Result};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use pco::ChunkConfig;
use pco::standalone::{simple_compress, simple_decompress};
use std::io::{Read, Write};

/// The only format so far, in the first byte: the length of the packed times (4 bytes, little-endian), the times, the
/// values.
const FORMAT: u8 = 1;
const HEADER: usize = 5;
/// Most points of a chunk. More of one day make several, one after the other.
pub(super) const POINTS_MAX: usize = 1 << 16;
/// Largest text of a chunk that is unpacked, in bytes: one that claims more is not ours.
const TEXT_MAX: u64 = 1 << 30;

/// How much time is spent on packing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    /// For a slot that has just been closed.
    Quick,
    /// For a day that is packed for good.
    Thorough,
}

impl Effort {
    fn config(self) -> ChunkConfig {
        ChunkConfig::default().with_compression_level(match self {
            Effort::Quick => 4,
            Effort::Thorough => 8,
        })
    }
}

/// Packs numbers; as many times as values.
///
/// # Errors
/// None in practice: there are fewer points than `pco` takes.
pub(super) fn pack_numbers(times: &[i64], values: &[f64], effort: Effort) -> Result<Vec<u8>> {
    let config = effort.config();
    framed(times, &simple_compress(values, &config).map_err(packing)?, &config)
}

/// Unpacks times and numbers, in their order.
///
/// # Errors
/// The bytes are none of ours, or damaged.
pub(super) fn unpack_numbers(bytes: &[u8]) -> Result<(Vec<i64>, Vec<f64>)> {
    let (times, values) = parts(bytes)?;
    let values = simple_decompress(values).map_err(damaged)?;
    same_length(times.len(), values.len())?;
    Ok((times, values))
}

/// Packs values that are no numbers: as many times as values, each value JSON without line breaks.
///
/// # Errors
/// None in practice.
pub(super) fn pack_texts(times: &[i64], values: &[String], effort: Effort) -> Result<Vec<u8>> {
    let level = if effort == Effort::Quick { Compression::fast() } else { Compression::best() };
    let mut deflated = DeflateEncoder::new(Vec::new(), level);
    for value in values {
        deflated.write_all(value.as_bytes()).and_then(|()| deflated.write_all(b"\n")).map_err(packing)?;
    }
    framed(times, &deflated.finish().map_err(packing)?, &effort.config())
}

/// Unpacks times and JSON values, in their order.
///
/// # Errors
/// The bytes are none of ours, or damaged.
pub(super) fn unpack_texts(bytes: &[u8]) -> Result<(Vec<i64>, Vec<String>)> {
    let (times, values) = parts(bytes)?;
    let mut text = String::new();
    DeflateDecoder::new(values).take(TEXT_MAX).read_to_string(&mut text).map_err(damaged)?;
    let values: Vec<String> = text.lines().map(str::to_owned).collect();
    same_length(times.len(), values.len())?;
    Ok((times, values))
}

fn framed(times: &[i64], values: &[u8], config: &ChunkConfig) -> Result<Vec<u8>> {
    let times = simple_compress(times, config).map_err(packing)?;
    let mut out = Vec::with_capacity(HEADER + times.len() + values.len());
    out.push(FORMAT);
    let length = u32::try_from(times.len()).map_err(packing)?;
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&times);
    out.extend_from_slice(values);
    Ok(out)
}

/// The times, and the bytes of the values.
fn parts(bytes: &[u8]) -> Result<(Vec<i64>, &[u8])> {
    let Some((&[FORMAT, a, b, c, d], rest)) = bytes.split_first_chunk::<HEADER>() else {
        return Err(Error::Unreadable("a chunk of an unknown format".into()));
    };
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    let Some((times, values)) = rest.split_at_checked(length) else {
        return Err(Error::Unreadable("a chunk that is cut off".into()));
    };
    Ok((simple_decompress(times).map_err(damaged)?, values))
}

fn same_length(times: usize, values: usize) -> Result<()> {
    match times == values {
        true => Ok(()),
        false => Err(Error::Unreadable(format!("a chunk with {times} times and {values} values"))),
    }
}

fn packing(error: impl std::fmt::Display) -> Error {
    Error::Unreadable(format!("points that can't be packed: {error}"))
}

fn damaged(error: impl std::fmt::Display) -> Error {
    Error::Unreadable(format!("a damaged chunk: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back_to_the_bit(
            points in prop::collection::vec((any::<i64>(), any::<f64>()), 1..300),
            thorough in any::<bool>(),
        ) {
            let effort = if thorough { Effort::Thorough } else { Effort::Quick };
            let (times, values): (Vec<i64>, Vec<f64>) = points.into_iter().unzip();
            let packed = pack_numbers(&times, &values, effort).unwrap();
            let (times_back, values_back) = unpack_numbers(&packed).unwrap();
            prop_assert_eq!(times_back, times);
            let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&values_back), bits(&values));
        }

        #[test]
        fn json_comes_back(points in prop::collection::vec((any::<i64>(), ".{0,20}"), 1..100)) {
            let times: Vec<i64> = points.iter().map(|p| p.0).collect();
            let values: Vec<String> =
                points.iter().map(|p| serde_json::Value::from(p.1.as_str()).to_string()).collect();
            let packed = pack_texts(&times, &values, Effort::Quick).unwrap();
            prop_assert_eq!(unpack_texts(&packed).unwrap(), (times, values));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack_numbers(&bytes);
            let _ = unpack_texts(&bytes);
            let mut framed = vec![FORMAT, 10, 0, 0, 0];
            framed.extend(&bytes);
            let _ = unpack_numbers(&framed);
            let _ = unpack_texts(&framed);
        }
    }

    #[test]
    fn regular_readings_take_less_than_a_byte() {
        let times: Vec<i64> = (0..8_640).map(|i| 1_750_000_000_000 + i * 10_000).collect();
        let values: Vec<f64> =
            times.iter().map(|t| ((*t as f64 / 9e6).sin() * 300.0).round() / 100.0 + 21.0).collect();
        let packed = pack_numbers(&times, &values, Effort::Thorough).unwrap();
        assert!(packed.len() < times.len(), "{} bytes for {} points", packed.len(), times.len());
    }
}
