//! New points at the end of lines that are drawn already.
//!
//! The server's buckets stay as they are; a live point joins the bucket that its time falls in, or begins a new one.

use model::telemetry::{Bucket, Latest, Series};

/// Most points that a line may gather from the live stream before its oldest go.
const POINTS_MAX: usize = 6_000;

/// Adds the numbers among `points` to their lines, and drops what ended before `from_ms`.
///
/// A name that has no line yet gets one, with `bucket_ms` of the others.
pub(super) fn append(series: &mut Vec<Series>, points: &[Latest], from_ms: i64) {
    let bucket_ms = series.iter().map(|s| s.bucket_ms).max().unwrap_or(0);
    for point in points.iter().filter(|p| p.ts >= from_ms) {
        let Some(value) = point.value.as_f64() else { continue };
        let line = match series.iter().position(|s| s.name == point.name) {
            Some(at) => &mut series[at],
            None => {
                series.push(Series { name: point.name.clone(), bucket_ms, buckets: Vec::new() });
                let last = series.len() - 1;
                &mut series[last]
            }
        };
        add(line, point.ts, value);
    }
    for line in series.iter_mut() {
        let width = line.bucket_ms;
        let gone = line.buckets.partition_point(|b| b.ts + width < from_ms);
        // One bucket before the edge stays, so that the line enters the plot from outside.
        let gone = gone.saturating_sub(1).max(line.buckets.len().saturating_sub(POINTS_MAX));
        line.buckets.drain(..gone);
    }
}

fn add(line: &mut Series, ts: i64, value: f64) {
    let slot = |at: i64| if line.bucket_ms > 0 { at.div_euclid(line.bucket_ms) } else { at };
    let at = line.buckets.partition_point(|b| slot(b.ts) < slot(ts));
    match line.buckets.get(at) {
        Some(bucket) if slot(bucket.ts) == slot(ts) => {
            let joined = if line.bucket_ms > 0 { join(*bucket, ts, value) } else { single(ts, value) };
            line.buckets[at] = joined;
        }
        _ => line.buckets.insert(at, single(ts, value)),
    }
}

fn single(ts: i64, value: f64) -> Bucket {
    Bucket { ts, min: value, max: value, avg: value, last: value, count: 1 }
}

fn join(bucket: Bucket, ts: i64, value: f64) -> Bucket {
    let count = bucket.count.saturating_add(1);
    Bucket {
        ts: bucket.ts.min(ts),
        min: bucket.min.min(value),
        max: bucket.max.max(value),
        avg: bucket.avg + (value - bucket.avg) / f64::from(count),
        last: value,
        count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn point(name: &str, ts: i64, value: serde_json::Value) -> Latest {
        Latest { name: name.into(), value, ts }
    }

    #[test]
    fn points_join_their_bucket_or_begin_one() {
        let mut series = vec![Series { name: "t".into(), bucket_ms: 100, buckets: vec![single(1000, 1.0)] }];
        append(
            &mut series,
            &[point("t", 1050, json!(3)), point("t", 1100, json!(9)), point("u", 1100, json!(1))],
            0,
        );
        assert_eq!(series[0].buckets.len(), 2);
        let first = series[0].buckets[0];
        assert_eq!((first.ts, first.min, first.max, first.avg, first.count), (1000, 1.0, 3.0, 2.0, 2));
        assert_eq!((series[1].name.as_str(), series[1].bucket_ms), ("u", 100));
    }

    #[test]
    fn late_points_find_their_place_and_repeated_ones_replace() {
        let mut series =
            vec![Series { name: "t".into(), bucket_ms: 0, buckets: vec![single(10, 1.0), single(30, 3.0)] }];
        append(&mut series, &[point("t", 20, json!(2)), point("t", 30, json!(4))], 0);
        let seen: Vec<(i64, f64)> = series[0].buckets.iter().map(|b| (b.ts, b.last)).collect();
        assert_eq!(seen, [(10, 1.0), (20, 2.0), (30, 4.0)]);
    }

    #[test]
    fn what_left_the_window_goes_but_for_the_one_that_enters_it() {
        let mut series = vec![Series {
            name: "t".into(),
            bucket_ms: 0,
            buckets: (0..5).map(|i| single(i * 10, 0.0)).collect(),
        }];
        append(&mut series, &[point("t", 50, json!(1))], 25);
        assert_eq!(series[0].buckets.first().map(|b| b.ts), Some(20));
    }

    #[test]
    fn texts_and_old_points_draw_no_line() {
        let mut series = Vec::new();
        append(&mut series, &[point("s", 50, json!("on")), point("t", 5, json!(1))], 10);
        assert!(series.is_empty());
    }
}
