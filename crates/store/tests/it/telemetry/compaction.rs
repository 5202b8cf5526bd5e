//! Slots become chunks, chunks become days, and slots go: what is read stays the same, whoever dies on the way.

use super::{Scene, every};
use crate::ground::connect;
use model::telemetry::{RawMessage, Series};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;
use store::Role;
use store::telemetry::{Compacted, HotWindow, Keeper, Row, Step};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// 2025-11-03, a Monday, in milliseconds since 1970.
const MONDAY: i64 = 20_395 * DAY_MS;
const NOTHING: HotWindow = HotWindow { age: Duration::ZERO, bytes: 0 };

impl Scene {
    /// Closes the open slot, and packs all that are closed.
    async fn compact(&self) -> Vec<Compacted> {
        self.keeper.ensure_slots_of(0, 1).await.unwrap();
        let mut done = Vec::new();
        while let Some(slot) = self.keeper.compact_next().await.unwrap() {
            done.push(slot);
        }
        done
    }

    async fn lines(&self, from_ms: i64, to_ms: i64, points: u32) -> Vec<Series> {
        let (device, query) = (self.tenant.device, every(from_ms, to_ms, points));
        self.snapshot().await.history().series(device, &query).await.unwrap()
    }

    /// Chunks by slot: how many, and how many points.
    async fn chunks(&self) -> Vec<(i32, i64, i64)> {
        let mut worker = connect(&self.db, Role::Worker).await;
        sqlx::query_as("SELECT slot, count(*), sum(n) FROM tm_chunk GROUP BY slot ORDER BY slot")
            .fetch_all(&mut worker)
            .await
            .unwrap()
    }
}

/// Three days of three metrics, with words, objects and a number that no double holds among them.
async fn history(scene: &Scene) -> Vec<Row> {
    let (a, b) = (scene.metric("a").await, scene.metric("b").await);
    (0..3_000_i64)
        .map(|i| {
            let mut row = scene.row(MONDAY - DAY_MS + i * 83_000, a, (i % 89) as f64 / 4.0);
            if i % 3 == 0 {
                row.metrics.push((b, -(i as f64)));
            }
            if i % 5 == 0 {
                row.extra.fields.insert("door".into(), json!(i % 2 == 0));
                row.extra.fields.insert("place".into(), json!({"lat": 1.5, "lon": i}));
            }
            if i == 7 {
                row.extra.fields.insert("a".into(), json!(9_007_199_254_740_993_i64));
            }
            row
        })
        .collect()
}

/// What is left of messages when they have come to rest.
fn settled(messages: &[RawMessage]) -> BTreeMap<i64, BTreeMap<String, Value>> {
    messages.iter().map(|m| (m.ts, m.fields.clone())).collect()
}

#[tokio::test]
async fn what_is_read_is_the_same_before_and_after() {
    let scene = Scene::new().await;
    let rows = history(&scene).await;
    // In three slots; the second brings a part of the first again, the third what came late.
    scene.writer.commit(&rows[1_000..2_000], &[scene.refused(5, "no")]).await.unwrap();
    let ranges =
        [(0, i64::MAX / 4, 4_000), (MONDAY, MONDAY + DAY_MS, 500), (MONDAY + 1, MONDAY + 5_000_000, 4)];
    let read = async || {
        let mut all = Vec::new();
        for (from, to, points) in ranges {
            all.push(scene.lines(from, to, points).await);
        }
        (all, scene.all_raw(100).await)
    };
    let first = read().await;
    let done = scene.compact().await;
    assert_eq!((done.len(), done[0].messages), (1, 1_000));
    assert_eq!(read().await, first);
    scene.writer.commit(&rows[1_500..], &[]).await.unwrap();
    scene.compact().await;
    scene.writer.commit(&rows[..1_200], &[]).await.unwrap();
    let hot = read().await;
    assert_eq!(hot.1.len(), 3_001);
    scene.compact().await;
    assert_eq!(read().await, hot);

    // The slots go: times and values stay.
    assert_eq!(scene.keeper.drop_slots(NOTHING).await.unwrap(), 3);
    let whole = read().await;
    assert_eq!(whole.0, hot.0);
    let (refused, kept): (Vec<_>, Vec<_>) = whole.1.into_iter().partition(|m| m.refused.is_some());
    assert_eq!(refused.len(), 1);
    assert!(kept.is_sorted_by(|a, b| a.ts > b.ts) && kept.iter().all(|m| m.arrived_ms.is_none()));
    let before: Vec<_> = hot.1.into_iter().filter(|m| m.refused.is_none()).collect();
    assert_eq!((kept.len(), settled(&kept)), (3_000, settled(&before)));

    // The days are packed again: one chunk a metric and day.
    let loose = scene.chunks().await;
    assert_eq!(loose.len(), 3);
    let done = scene.keeper.repack_some(MONDAY + 9 * DAY_MS).await.unwrap();
    assert_eq!((done.days, done.from), (3, loose.iter().map(|(_, n, _)| *n as u64).sum()));
    assert_eq!(scene.keeper.repack_some(MONDAY + 9 * DAY_MS).await.unwrap().days, 0);
    // a, b, door, place on each of the three days; and the one value that is exact beside its number.
    let points: i64 = 3_000 + 1_000 + 2 * 600 + 1;
    assert_eq!(scene.chunks().await, [(0, 3 * 4 + 1, points)]);
    let again = read().await;
    assert_eq!(again.0, hot.0);
    assert_eq!(again.1.into_iter().filter(|m| m.refused.is_none()).collect::<Vec<_>>(), kept);
}

#[tokio::test]
async fn days_of_any_length_and_groups() {
    let scene = Scene::new().await;
    let a = scene.metric("a").await;
    let rows: Vec<_> = (0..96).map(|i| scene.row(MONDAY + i * 3_600_000, a, i as f64)).collect();
    let mut others = rows.clone();
    others.iter_mut().for_each(|row| row.device.0 += 1);
    let devices = [scene.tenant.device, others[0].device];
    scene.writer.commit(&rows, &[]).await.unwrap();
    scene.writer.commit(&others, &[]).await.unwrap();
    let edges = [MONDAY + 3_600_000, MONDAY + DAY_MS, MONDAY + 3 * DAY_MS];
    for compacted in [false, true] {
        if compacted {
            scene.compact().await;
        }
        let past = scene.snapshot().await;
        let days = past.history().between(&devices, &["a".into()], &edges).await.unwrap();
        let buckets: Vec<_> =
            days[0].buckets.iter().map(|b| (b.ts, b.min, b.max, b.avg, b.last, b.count)).collect();
        let expected =
            [(MONDAY + 3_600_000, 1.0, 23.0, 12.0, 23.0, 46), (MONDAY + DAY_MS, 24.0, 71.0, 47.5, 71.0, 96)];
        assert_eq!(buckets, expected, "compacted: {compacted}");
        let query = every(MONDAY, MONDAY + 4 * DAY_MS, 5);
        let group = past.history().group_series(&devices, &query).await.unwrap();
        assert_eq!(group[0].bucket_ms, DAY_MS);
        let counts: Vec<_> = group[0].buckets.iter().map(|b| (b.count, b.last)).collect();
        assert_eq!(counts, [(48, 23.0), (48, 47.0), (48, 71.0), (48, 95.0)]);
        let points = past.history().points(devices[1], a, MONDAY, MONDAY + 7_200_000).await.unwrap();
        assert_eq!(points, [(MONDAY, 0.0), (MONDAY + 3_600_000, 1.0)]);
    }
}

#[tokio::test]
async fn more_points_a_day_than_a_chunk_holds() {
    let scene = Scene::new().await;
    let a = scene.metric("a").await;
    let rows: Vec<_> = (0..70_000).map(|i| scene.row(MONDAY + i * 1_000, a, (i % 7) as f64)).collect();
    for batch in rows.chunks(10_000) {
        scene.writer.commit(batch, &[]).await.unwrap();
    }
    let before = scene.lines(MONDAY, MONDAY + DAY_MS, 100).await;
    let done = scene.compact().await;
    assert_eq!((done[0].chunks, done[0].points), (2, 70_000));
    assert_eq!(scene.lines(MONDAY, MONDAY + DAY_MS, 100).await, before);
    let past = scene.snapshot().await;
    let points = past.history().points(scene.tenant.device, a, 0, i64::MAX / 4).await.unwrap();
    assert_eq!(points.len(), 70_000);
}

#[tokio::test]
async fn compactors_share_the_slots_and_what_was_sent_is_added_up_once() {
    let scene = Scene::new().await;
    let rows = history(&scene).await;
    for part in rows.chunks(500) {
        scene.writer.commit(part, &[]).await.unwrap();
        scene.keeper.ensure_slots_of(0, 1).await.unwrap();
    }
    let work = (0..3).map(|_| async {
        let keeper = Keeper::connect(scene.db.urls()).await.unwrap();
        let mut done = 0;
        while keeper.compact_next().await.unwrap().is_some() {
            done += 1;
        }
        done
    });
    assert_eq!(futures::future::join_all(work).await.into_iter().sum::<i32>(), 6);
    assert_eq!(scene.chunks().await.len(), 6);
    let mut worker = connect(&scene.db, Role::Worker).await;
    let usage: (i64, i64, i64) =
        sqlx::query_as("SELECT sum(messages)::int8, sum(points)::int8, sum(bytes)::int8 FROM tm_usage")
            .fetch_one(&mut worker)
            .await
            .unwrap();
    assert_eq!(usage, (3_000, 4_000, 90_000));
}

#[tokio::test]
async fn a_window_keeps_the_newest_slots() {
    let scene = Scene::new().await;
    let a = scene.metric("a").await;
    for i in 0..3 {
        scene.writer.commit(&[scene.row(MONDAY + i, a, 1.0)], &[]).await.unwrap();
        scene.compact().await;
    }
    let day = HotWindow { age: Duration::from_secs(86_400), bytes: 1 << 30 };
    assert_eq!(scene.keeper.drop_slots(day).await.unwrap(), 0);
    let mut worker = connect(&scene.db, Role::Worker).await;
    let newest: i64 =
        sqlx::query_scalar("SELECT pg_total_relation_size('tm_hot_3')").fetch_one(&mut worker).await.unwrap();
    let bytes = newest.unsigned_abs();
    assert_eq!(scene.keeper.drop_slots(HotWindow { bytes, ..day }).await.unwrap(), 2);
    assert_eq!(scene.count().await, 1);
    assert_eq!(scene.all_raw(2).await.len(), 3);
    // Who was interrupted after the slot was taken off, or in the middle of it, is followed by the next.
    for statement in [
        "UPDATE tm_slot SET state = 'dropping' WHERE state = 'compacted'",
        "ALTER TABLE tm_hot DETACH PARTITION tm_hot_3 CONCURRENTLY",
    ] {
        sqlx::raw_sql(statement).execute(&mut worker).await.unwrap();
    }
    assert_eq!(scene.keeper.drop_slots(day).await.unwrap(), 1);
    assert_eq!((scene.count().await, scene.all_raw(2).await.len()), (0, 3));
}

/// Set in the process that is to be killed: where it stops.
const STEP: &str = "HOMEPORT_TEST_STEP";
const DATABASE: &str = "HOMEPORT_TEST_DATABASE";

/// The test calls itself in a process of its own, which stops at a step and is killed there.
#[tokio::test]
async fn a_compaction_that_is_killed_at_any_step_changes_nothing() {
    if let Ok(step) = std::env::var(STEP) {
        return stop_at(&step).await;
    }
    let scene = Scene::new().await;
    let rows = history(&scene).await;
    scene.writer.commit(&rows, &[]).await.unwrap();
    scene.keeper.ensure_slots_of(0, 1).await.unwrap();
    let before = scene.lines(0, i64::MAX / 4, 4_000).await;
    for step in [Step::Taken, Step::Written, Step::Metered, Step::Marked] {
        let test = "telemetry::compaction::a_compaction_that_is_killed_at_any_step_changes_nothing";
        let mut child = tokio::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(STEP, format!("{step:?}"))
            .env(DATABASE, &scene.db.urls().admin)
            .stdout(std::process::Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut said = tokio::io::BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains(STEP) {
            line.clear();
            let read = tokio::io::AsyncBufReadExt::read_line(&mut said, &mut line).await.unwrap();
            assert_ne!(read, 0, "{step:?} was not reached");
        }
        child.kill().await.unwrap();
        assert_eq!(scene.lines(0, i64::MAX / 4, 4_000).await, before, "{step:?}");
        assert!(scene.chunks().await.is_empty(), "{step:?}");
    }
    // Postgres notices that the process is gone when it next speaks to it: the slot is free then.
    let done =
        test_support::eventually("the slot is free", async || scene.keeper.compact_next().await.unwrap())
            .await;
    assert_eq!(done.messages, 3_000);
    assert_eq!(scene.lines(0, i64::MAX / 4, 4_000).await, before);
}

async fn stop_at(step: &str) {
    let url = std::env::var(DATABASE).unwrap();
    let urls = store::Urls::new(&url, &test_support::database_key()).unwrap();
    let keeper = Keeper::connect(&urls).await.unwrap();
    let stop = move |at: Step| {
        if format!("{at:?}") == step {
            // What is printed by a macro, the test program keeps to itself.
            std::io::stdout().write_all(format!("{STEP} reached\n").as_bytes()).unwrap();
            loop {
                std::thread::park();
            }
        }
    };
    keeper.compact_next_by(stop).await.unwrap();
}

#[tokio::test]
async fn what_a_workspace_keeps_no_longer_is_deleted_and_nothing_else() {
    let scene = Scene::new().await;
    // The tenant keeps thirty days, the other one ninety.
    let other = crate::ground::tenant(scene.db.store(), "two").await;
    let scope = scene.db.store().workspace(other.workspace.id).await.unwrap();
    scope.settings().set_retention(90).await.unwrap();
    scope.commit().await.unwrap();
    let a = scene.metric("a").await;
    let ages = [1, 29, 30, 31, 60, 89, 100, 200];
    for age in ages {
        let row = scene.row(MONDAY - age * DAY_MS, a, 1.0);
        let others = Row { workspace: other.workspace.id, device: other.device, ..row.clone() };
        scene.writer.commit(&[row, others], &[scene.refused(MONDAY - age * DAY_MS, "no")]).await.unwrap();
    }
    scene.compact().await;
    scene.keeper.drop_slots(NOTHING).await.unwrap();
    let done = scene.keeper.retain(MONDAY).await.unwrap();
    // The weeks of 200 and 100 days ago hold nothing that anybody keeps.
    assert_eq!((done.weeks, done.chunks, done.refused), (2, 3, 5));
    let kept = async |workspace, device| -> Vec<i64> {
        let past = scene.db.store().snapshot(workspace).await.unwrap();
        let points = past.history().points(device, a, 0, i64::MAX / 4).await.unwrap();
        points.iter().rev().map(|(ts, _)| (MONDAY - ts) / DAY_MS).collect()
    };
    assert_eq!(kept(scene.tenant.workspace.id, scene.tenant.device).await, [1, 29, 30]);
    assert_eq!(kept(other.workspace.id, other.device).await, [1, 29, 30, 31, 60, 89]);
    assert_eq!(scene.count().await, 3);
    assert_eq!(scene.keeper.retain(MONDAY).await.unwrap(), store::telemetry::Retained::default());
}

#[tokio::test]
async fn what_was_imported_is_not_metered() {
    let scene = Scene::new().await;
    scene.keeper.ensure_slots().await.unwrap();
    let metric = scene.metric("a").await;
    scene
        .writer
        .of_imports()
        .commit(&[scene.row(1_000, metric, 1.0), scene.row(2_000, metric, 2.0)], &[])
        .await
        .unwrap();
    scene.writer.commit(&[scene.row(3_000, metric, 3.0)], &[]).await.unwrap();
    scene.keeper.ensure_slots_of(1, 1).await.unwrap();
    assert_eq!(scene.keeper.compact_next().await.unwrap().unwrap().messages, 3);
    let mut worker = crate::ground::connect(&scene.db, store::Role::Worker).await;
    let metered: i64 =
        sqlx::query_scalar("SELECT sum(messages)::int8 FROM tm_usage").fetch_one(&mut worker).await.unwrap();
    assert_eq!(metered, 1, "the one that a device sent");
    let imported: Vec<bool> =
        sqlx::query_scalar("SELECT imported FROM tm_batch ORDER BY id").fetch_all(&mut worker).await.unwrap();
    assert_eq!(imported, [true, false]);
}
