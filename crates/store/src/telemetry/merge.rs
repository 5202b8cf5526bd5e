//! One line out of its pieces: chunks, and the points that are not in chunks yet.
//!
//! Mostly one piece follows the other. Where late messages made them overlap, their points are put in order, and a point
//! that stands in two of them at the same time with the same value is one: a message that came again after its slot was
//! closed. Within a piece equal points are different messages, and all count.

use super::buckets::Line;
use super::chunk;
use super::summary::Summary;
use crate::error::Result;

/// A part of a line; its points are in order.
pub(super) struct Piece {
    pub(super) t0: i64,
    pub(super) t1: i64,
    /// How many points it has.
    pub(super) count: u64,
    pub(super) what: What,
}

/// What is known of a piece.
pub(super) enum What {
    /// Summed up: all of it lies in one bucket, within the time that is asked for.
    Summary(Summary),
    /// A chunk's data.
    Packed(Vec<u8>),
    /// Unpacked.
    Points(Vec<(i64, f64)>),
}

impl Piece {
    /// Points that are not in a chunk; none: there are none.
    pub(super) fn of_points(points: Vec<(i64, f64)>) -> Option<Piece> {
        let (t0, t1) = (points.first()?.0, points.last()?.0);
        Some(Piece { t0, t1, count: points.len() as u64, what: What::Points(points) })
    }
}

/// Puts the pieces of one line in order. Returns, for each stretch of time, the pieces that overlap in it.
pub(super) fn stretches(mut pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    pieces.sort_by_key(|piece| piece.t0);
    let mut stretches: Vec<Vec<Piece>> = Vec::with_capacity(pieces.len());
    let mut end = i64::MIN;
    for piece in pieces {
        let apart = piece.t0 > end;
        end = end.max(piece.t1);
        match stretches.last_mut().filter(|_| !apart) {
            Some(stretch) => stretch.push(piece),
            None => stretches.push(vec![piece]),
        }
    }
    stretches
}

/// Adds a stretch to the line; only what lies in [from, to).
///
/// # Errors
/// A chunk is damaged.
pub(super) fn add(line: &mut Line, stretch: Vec<Piece>, from_ms: i64, to_ms: i64) -> Result<()> {
    if let [Piece { what: What::Summary(summary), .. }] = stretch.as_slice() {
        line.push(*summary);
        return Ok(());
    }
    for (ts, value) in points(stretch)? {
        if (from_ms..to_ms).contains(&ts) {
            line.push(Summary::of(ts, value));
        }
    }
    Ok(())
}

/// The points of pieces that overlap, in order, each once.
fn points(stretch: Vec<Piece>) -> Result<Vec<(i64, f64)>> {
    let parts = stretch.into_iter().map(|piece| match piece.what {
        What::Packed(data) => {
            let (times, values) = chunk::unpack_numbers(&data)?;
            Ok(times.into_iter().zip(values).collect())
        }
        What::Points(points) => Ok(points),
        // Where pieces overlap, `lines` has replaced summaries of several points by them.
        What::Summary(summary) => Ok(vec![(summary.t0, summary.first)]),
    });
    Ok(join(parts.collect::<Result<_>>()?, |a, b| a.to_bits() == b.to_bits()))
}

/// Points of several pieces in the order of their time. What is the same in two pieces is one; within a piece it is not.
pub(super) fn join<V: Clone>(mut parts: Vec<Vec<(i64, V)>>, same: impl Fn(&V, &V) -> bool) -> Vec<(i64, V)> {
    if parts.len() < 2 {
        return parts.pop().unwrap_or_default();
    }
    let mut tagged: Vec<(i64, usize, V)> = Vec::with_capacity(parts.iter().map(Vec::len).sum());
    for (piece, part) in parts.into_iter().enumerate() {
        tagged.extend(part.into_iter().map(|(ts, value)| (ts, piece, value)));
    }
    tagged.sort_by_key(|(ts, piece, _)| (*ts, *piece));
    let mut all: Vec<(i64, V)> = Vec::with_capacity(tagged.len());
    for run in tagged.chunk_by(|a, b| a.0 == b.0) {
        let begin = all.len();
        for (i, (ts, piece, value)) in run.iter().enumerate() {
            let within = run[..=i].iter().filter(|(_, p, v)| p == piece && same(v, value)).count();
            let kept = all[begin..].iter().filter(|(_, v)| same(v, value)).count();
            if within > kept {
                all.push((*ts, value.clone()));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::buckets::Grid;
    use super::*;

    fn of(points: &[(i64, f64)]) -> Piece {
        Piece::of_points(points.to_vec()).unwrap()
    }

    #[test]
    fn what_came_again_counts_once_and_what_was_sent_twice_counts_twice() {
        let pieces = vec![
            of(&[(1, 1.0), (2, 2.0), (2, 2.0), (3, 3.0)]),
            of(&[(2, 2.0), (2, 5.0), (4, 4.0)]),
            of(&[(9, 9.0)]),
        ];
        let stretches = stretches(pieces);
        assert_eq!(stretches.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        let mut line = Line::new(Grid::new(0, 100, 50));
        for stretch in stretches {
            add(&mut line, stretch, 0, 9).unwrap();
        }
        let kept: Vec<_> = line.finish().1.iter().map(|s| (s.t0, s.last)).collect();
        assert_eq!(kept, [(1, 1.0), (2, 2.0), (2, 2.0), (2, 5.0), (3, 3.0), (4, 4.0)]);
    }
}
