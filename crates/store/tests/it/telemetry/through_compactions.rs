//! Whoever reads while slots are closed, compacted, dropped and packed again sees each point once, at any moment.

use super::Scene;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};
use store::telemetry::{HotWindow, Keeper};

/// 2025-11-03, in milliseconds since 1970.
const BEGIN: i64 = 1_762_128_000_000;
/// Between two points: a few minutes, so that days go by.
const STEP: i64 = 240_000;
const BATCH: i64 = 40;
const LENGTH: Duration = Duration::from_secs(8);

#[tokio::test(flavor = "multi_thread")]
async fn every_point_is_seen_once_at_any_moment() {
    let scene = Arc::new(Scene::new().await);
    let a = scene.metric("a").await;
    let (committed, over) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicBool::new(false)));
    let writing = {
        let (scene, committed, over) = (scene.clone(), committed.clone(), over.clone());
        tokio::spawn(async move {
            for batch in 0.. {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                // Each brings the end of the one before again, as a redelivery does.
                let from = (batch * BATCH - 5).max(0);
                let rows: Vec<_> =
                    (from..(batch + 1) * BATCH).map(|i| scene.row(BEGIN + i * STEP, a, i as f64)).collect();
                scene.writer.commit(&rows, &[]).await.unwrap();
                committed.store((batch + 1) * BATCH, Ordering::SeqCst);
            }
        })
    };
    let keeping = [0, 1].map(|_| {
        let (scene, over) = (scene.clone(), over.clone());
        tokio::spawn(async move { keep(&Keeper::connect(scene.db.urls()).await.unwrap(), &over).await })
    });
    let until = Instant::now() + LENGTH;
    let mut reads = 0;
    while Instant::now() < until {
        let least = committed.load(Ordering::SeqCst);
        let snapshot = scene.snapshot().await;
        let points = snapshot.history().points(scene.tenant.device, a, 0, i64::MAX / 4).await.unwrap();
        assert!(points.len() as i64 >= least, "{} of {least} points", points.len());
        for (i, point) in points.iter().enumerate() {
            assert_eq!(*point, (BEGIN + i as i64 * STEP, i as f64));
        }
        reads += 1;
    }
    over.store(true, Ordering::SeqCst);
    writing.await.unwrap();
    let mut steps = 0;
    for one in keeping {
        steps += one.await.unwrap();
    }
    assert!(reads > 5 && steps > 5, "{reads} reads through {steps} steps");
}

/// What a moment holds stays readable for who looks at it later, whatever was packed and dropped since.
#[tokio::test(flavor = "multi_thread")]
async fn a_moment_is_seen_whole_however_late_one_looks() {
    let scene = Arc::new(Scene::new().await);
    let a = scene.metric("a").await;
    let rows: Vec<_> = (0..BATCH).map(|i| scene.row(BEGIN + i * STEP, a, i as f64)).collect();
    scene.writer.commit(&rows, &[]).await.unwrap();
    let snapshot = scene.snapshot().await;
    let keeper = Keeper::connect(scene.db.urls()).await.unwrap();
    keeper.ensure_slots_of(0, 1).await.unwrap();
    while keeper.compact_next().await.unwrap().is_some() {}
    // It waits for the one who looks, and gives up for this time.
    keeper.drop_slots(HotWindow { age: Duration::ZERO, bytes: 0 }).await.ok();
    let points = snapshot.history().points(scene.tenant.device, a, 0, i64::MAX / 4).await.unwrap();
    assert_eq!(points.len() as i64, BATCH);
    drop(snapshot);
    assert!(keeper.drop_slots(HotWindow { age: Duration::ZERO, bytes: 0 }).await.unwrap() > 0);
    let snapshot = scene.snapshot().await;
    let points = snapshot.history().points(scene.tenant.device, a, 0, i64::MAX / 4).await.unwrap();
    assert_eq!(points.len() as i64, BATCH);
}

/// Closes, compacts, drops and repacks as often as it can; tells how many steps changed something.
async fn keep(keeper: &Keeper, over: &AtomicBool) -> u64 {
    let mut steps = 0;
    while !over.load(Ordering::SeqCst) {
        keeper.ensure_slots_of(0, 1).await.unwrap();
        steps += u64::from(keeper.compact_next().await.unwrap().is_some());
        // One slot or two stay, so that there is something between hot and packed.
        let window = HotWindow { age: Duration::from_secs(3600), bytes: 150_000 };
        // Whoever reads for long is waited for, and not for ever: the next call goes on.
        steps += keeper.drop_slots(window).await.map_or(0, u64::from);
        steps += u64::from(keeper.repack_some(i64::MAX / 4).await.unwrap().days > 0);
    }
    steps
}
