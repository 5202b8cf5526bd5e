//! Lines and pages say what was written.

use super::{STRANGER, Scene, every, times};
use model::telemetry::SeriesQuery;

#[tokio::test]
async fn lines_are_what_the_points_say() {
    let scene = Scene::new().await;
    let (a, b) = (scene.metric("a").await, scene.metric("b").await);
    let mut rows: Vec<_> = (0..5_000).map(|i| scene.row(10_000 + i * 7, a, (i % 97) as f64)).collect();
    rows[10].metrics.push((b, -1.5));
    rows[4_000].metrics.push((b, 2.5));
    // In no order of time, and a part of it again in a later slot.
    rows.reverse();
    scene.writer.commit(&rows, &[]).await.unwrap();
    scene.keeper.ensure_slots_of(0, 1).await.unwrap();
    scene.writer.commit(&rows[..1_000], &[]).await.unwrap();

    let (from, to) = (10_000 + 700, 10_000 + 30_000);
    let lines =
        scene.snapshot().await.history().series(scene.tenant.device, &every(from, to, 100)).await.unwrap();
    let names: Vec<_> = lines.iter().map(|l| l.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    let expected: Vec<(i64, f64)> = (0..5_000)
        .map(|i| (10_000 + i * 7, (i % 97) as f64))
        .filter(|(ts, _)| (from..to).contains(ts))
        .collect();
    assert!(lines[0].bucket_ms > 0 && lines[0].buckets.len() <= 100);
    let mut rest = expected.as_slice();
    for bucket in &lines[0].buckets {
        let (these, later) = rest.split_at(bucket.count as usize);
        rest = later;
        assert_eq!((bucket.ts, bucket.last), (these[0].0, these[these.len() - 1].1));
        assert_eq!(bucket.max, these.iter().map(|p| p.1).fold(f64::MIN, f64::max));
        assert_eq!(bucket.min, these.iter().map(|p| p.1).fold(f64::MAX, f64::min));
        let mean = these.iter().map(|p| p.1).sum::<f64>() / these.len() as f64;
        assert!((bucket.avg - mean).abs() < 1e-9);
    }
    assert!(rest.is_empty());
    // Few points stay as they are.
    assert_eq!((lines[1].bucket_ms, lines[1].buckets.len()), (0, 1));
    assert_eq!((lines[1].buckets[0].ts, lines[1].buckets[0].last), (10_000 + 4_000 * 7, 2.5));
}

#[tokio::test]
async fn only_the_lines_that_are_asked_for() {
    let scene = Scene::new().await;
    let (a, b) = (scene.metric("a").await, scene.metric("b").await);
    scene.writer.commit(&[scene.row(1_000, a, 1.0), scene.row(2_000, b, 2.0)], &[]).await.unwrap();
    let snapshot = scene.snapshot().await;
    let ask = |names: &[&str], from_ms, to_ms| SeriesQuery {
        names: names.iter().map(|n| (*n).to_owned()).collect(),
        from_ms,
        to_ms,
        points: 10,
    };
    let device = scene.tenant.device;
    let names = async |query: SeriesQuery| -> Vec<String> {
        let lines = snapshot.history().series(device, &query).await.unwrap();
        lines.into_iter().map(|l| l.name).collect()
    };
    assert_eq!(names(ask(&["b", "unknown"], 0, 9_000)).await, ["b"]);
    assert_eq!(names(ask(&[], 0, 9_000)).await, ["a", "b"]);
    // From inclusive, to exclusive.
    assert_eq!(names(ask(&[], 1_000, 2_000)).await, ["a"]);
    assert!(names(ask(&[], 5, 5)).await.is_empty());
    assert!(names(ask(&["unknown"], 0, 9_000)).await.is_empty());
    assert!(snapshot.history().series(STRANGER, &every(0, 9_000, 10)).await.unwrap().is_empty());
}

#[tokio::test]
async fn pages_of_raw_messages_hold_each_once_newest_arrival_first() {
    let scene = Scene::new().await;
    let a = scene.metric("a").await;
    // History: its times run against its arrivals. Three slots, several messages of one millisecond.
    for slot in 0..3_i64 {
        let rows: Vec<_> = (0..40)
            .map(|i| {
                let mut row = scene.row(1_000_000 - slot * 1_000 - i, a, i as f64);
                row.arrived_ms = 5_000_000 + slot * 100 + i / 4;
                row
            })
            .collect();
        let refused = [scene.refused(5_000_000 + slot * 100 + 5, "no")];
        scene.writer.commit(&rows, &refused).await.unwrap();
        scene.keeper.ensure_slots_of(0, 1).await.unwrap();
    }
    let seen = scene.all_raw(10).await;
    assert_eq!(seen.len(), 3 * 41);
    assert!(times(&seen).is_sorted_by(|a, b| a >= b));
    let distinct: std::collections::HashSet<_> = seen.iter().map(|m| (m.ts, m.refused.is_some())).collect();
    assert_eq!(distinct.len(), seen.len());
    let empty = scene.snapshot().await.history().raw(STRANGER, None, 10).await.unwrap();
    assert!(empty.messages.is_empty() && empty.before.is_none());
}
