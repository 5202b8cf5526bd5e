//! Days of telemetry are deleted: against a plain model, wherever they lie, whoever reads or dies meanwhile.

use super::{Scene, every};
use crate::ground::{device, tenant};
use model::DeviceId;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::telemetry::{Erased, HotWindow, Keeper, LastValues, Recent, Row};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// 2025-11-03, in days since 1970.
const DAY: i32 = 20_395;
const BEGIN: i64 = DAY as i64 * DAY_MS;
/// Some points a day, for so many days.
const STEP: i64 = 3_600_000;
const DAYS: i64 = 12;

impl Scene {
    /// Points of a device, every hour, for all days.
    async fn hours(&self, device: DeviceId) -> Vec<Row> {
        let a = self.metric("a").await;
        let row = |i: i64| {
            let mut row = Row { device, ..self.row(BEGIN + i * STEP, a, i as f64) };
            if i % 4 == 0 {
                row.extra.fields.insert("door".into(), json!(i % 8 == 0));
            }
            row
        };
        (0..DAYS * 24).map(row).collect()
    }

    async fn wish(&self, devices: &[DeviceId], days: (i32, i32)) {
        let scope = self.scope().await;
        scope.storage().erase(devices, days, "somebody", 0).await.unwrap();
        scope.commit().await.unwrap();
    }

    async fn erase_all(&self) -> Vec<Erased> {
        let mut done = Vec::new();
        while let Some(step) = self.keeper.erase_next().await.unwrap() {
            done.push(step);
        }
        done
    }

    /// The hours of which a point is seen.
    async fn seen(&self, device: DeviceId) -> Vec<i64> {
        let a = self.metric("a").await;
        let points = self.snapshot().await.history().points(device, a, 0, i64::MAX / 4).await.unwrap();
        points
            .iter()
            .map(|(ts, value)| {
                assert_eq!((ts - BEGIN) / STEP, *value as i64);
                (ts - BEGIN) / STEP
            })
            .collect()
    }

    /// A third of the rows in chunks whose slot is gone, a third in a compacted slot, a third in the open one.
    async fn spread(&self, rows: &[Row]) {
        let third = rows.len() / 3;
        self.writer.commit(&rows[..third], &[]).await.unwrap();
        self.keeper.ensure_slots_of(0, 1).await.unwrap();
        self.keeper.compact_next().await.unwrap().unwrap();
        self.keeper.drop_slots(HotWindow { age: Duration::ZERO, bytes: 0 }).await.unwrap();
        self.keeper.repack_some(i64::MAX / 4).await.unwrap();
        self.writer.commit(&rows[third..2 * third], &[]).await.unwrap();
        self.keeper.ensure_slots_of(0, 1).await.unwrap();
        self.keeper.compact_next().await.unwrap().unwrap();
        self.writer.commit(&rows[2 * third..], &[]).await.unwrap();
    }
}

/// The hours that are left without these days.
fn without(days: std::ops::RangeInclusive<i32>) -> Vec<i64> {
    (0..DAYS * 24).filter(|i| !days.contains(&(DAY + (i / 24) as i32))).collect()
}

#[tokio::test]
async fn days_are_deleted_wherever_they_lie_and_nothing_else() {
    let scene = Scene::new().await;
    let one = scene.tenant.device;
    let scope = scene.scope().await;
    let other = device(&scope, "other", None).await;
    scope.commit().await.unwrap();
    // Between each other in every slot, so that hot, compacted and repacked days have both devices.
    let (a, b) = (scene.hours(one).await, scene.hours(other).await);
    let rows: Vec<Row> = a.into_iter().zip(b).flat_map(|(a, b)| [a, b]).collect();
    scene.spread(&rows).await;
    let all = without(0..=0);
    assert_eq!((scene.seen(one).await, scene.seen(other).await), (all.clone(), all.clone()));
    let refused = [scene.refused(BEGIN + 2 * DAY_MS, "bad"), scene.refused(BEGIN + 11 * DAY_MS, "worse")];
    scene.writer.commit(&[], &refused).await.unwrap();

    // From the middle of what is packed for good into what is hot.
    scene.wish(&[one], (DAY + 2, DAY + 9)).await;
    let steps = scene.erase_all().await;
    assert_eq!((steps.len(), steps[0].finished), (1, true));
    assert!(steps[0].points > 0 && steps[0].messages > 0, "{steps:?}");
    let left = without(DAY + 2..=DAY + 9);
    assert_eq!((scene.seen(one).await, scene.seen(other).await), (left.clone(), all.clone()));
    let raw = scene.all_raw(50).await;
    let reasons: Vec<_> = raw.iter().filter_map(|m| m.refused.as_ref()).map(|r| r.reason.as_str()).collect();
    assert_eq!(reasons, ["worse"]);
    let in_range = raw.iter().filter(|m| (BEGIN + 2 * DAY_MS..BEGIN + 10 * DAY_MS).contains(&m.ts)).count();
    assert_eq!(in_range, 0);

    // It stays so through all that may come, and a second time finds nothing.
    scene.keeper.ensure_slots_of(0, 1).await.unwrap();
    scene.keeper.compact_next().await.unwrap().unwrap();
    scene.keeper.drop_slots(HotWindow { age: Duration::ZERO, bytes: 0 }).await.unwrap();
    scene.keeper.repack_some(i64::MAX / 4).await.unwrap();
    assert_eq!((scene.seen(one).await, scene.seen(other).await), (left, all));
    scene.wish(&[one], (DAY + 2, DAY + 9)).await;
    assert_eq!(scene.erase_all().await, [Erased { finished: true, ..Erased::default() }]);
}

#[tokio::test]
async fn a_deletion_that_is_killed_goes_on_where_it_was() {
    let scene = Scene::new().await;
    let mut devices = vec![scene.tenant.device];
    let scope = scene.scope().await;
    for n in 0..2 {
        devices.push(device(&scope, &format!("d{n}"), None).await);
    }
    scope.commit().await.unwrap();
    for device in &devices {
        let rows = scene.hours(*device).await;
        scene.writer.commit(&rows, &[]).await.unwrap();
    }
    scene.wish(&devices, (DAY, DAY + 5)).await;
    let progress = async || {
        let all = scene.scope().await.storage().erasures().await.unwrap();
        (all[0].done, all[0].finished_ms.is_some())
    };
    assert!(!scene.keeper.erase_next().await.unwrap().unwrap().finished);
    assert_eq!(progress().await, (1, false));
    // Ended with all done but the commit: as if it had never begun.
    let keeper = Keeper::connect(scene.db.urls()).await.unwrap();
    let killed =
        tokio::spawn(async move { keeper.erase_next_by(|| panic!("killed")).await.map(|_| ()) }).await;
    assert!(killed.is_err());
    assert_eq!(progress().await, (1, false));
    assert_eq!(scene.seen(devices[1]).await.len() as i64, DAYS * 24);
    // Of two at once, one does a step and the other finds nothing to do, or the next one.
    let (a, b) = tokio::join!(scene.keeper.erase_next(), scene.keeper.erase_next());
    let at_once = usize::from(a.unwrap().is_some()) + usize::from(b.unwrap().is_some());
    let rest = scene.erase_all().await.len();
    assert_eq!(at_once + rest, 2);
    assert_eq!(progress().await, (3, true));
    for device in devices {
        assert_eq!(scene.seen(device).await, without(DAY..=DAY + 5));
    }
}

#[tokio::test]
async fn latest_values_that_were_deleted_give_way_to_those_before() {
    let scene = Scene::new().await;
    let (one, workspace) = (scene.tenant.device, scene.tenant.workspace.id);
    let rows = scene.hours(one).await;
    scene.spread(&rows).await;
    let newest = BEGIN + DAYS * DAY_MS - STEP;
    let values =
        [("a", json!(287.0), newest), ("door", json!(false), newest - 3 * STEP), ("once", json!(1), BEGIN)];
    let values = values.map(|(name, value, ts)| (name.to_owned(), Recent { value, ts }));
    let last = LastValues {
        workspace,
        device: one,
        last_ts: newest,
        last_arrived_ms: newest,
        values: values.into(),
    };
    scene.keeper.merge_last(&[last]).await.unwrap();
    let latest = async || {
        let mut all =
            scene.scope().await.telemetry().latest(&[one]).await.unwrap().remove(&one).unwrap_or_default();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all.into_iter().map(|l| (l.name, l.value, (l.ts - BEGIN) / STEP)).collect::<Vec<_>>()
    };
    let once = ("once".to_owned(), json!(1), 0);
    // What is left lies in the open slot; then in a compacted one; then in chunks alone.
    for (day, hour) in [(11, 263), (8, 191), (4, 95), (1, 23)] {
        scene.wish(&[one], (DAY + day, DAY + 11)).await;
        scene.erase_all().await;
        let door = hour - hour % 4;
        let expected = [
            ("a".to_owned(), json!(hour), hour),
            ("door".to_owned(), json!(door % 8 == 0), door),
            once.clone(),
        ];
        let got = latest().await;
        assert_eq!(got.len(), 3, "{got:?}");
        for (got, expected) in got.iter().zip(&expected) {
            let alike = got.1.as_f64() == expected.1.as_f64() && got.1.as_bool() == expected.1.as_bool();
            assert!((&got.0, got.2) == (&expected.0, expected.2) && alike, "{got:?} is not {expected:?}");
        }
    }
    scene.wish(&[one], (DAY, DAY)).await;
    scene.erase_all().await;
    assert_eq!(latest().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_meanwhile_sees_all_of_a_device_s_days_or_none() {
    let scene = Arc::new(Scene::new().await);
    let one = scene.tenant.device;
    let rows = scene.hours(one).await;
    scene.spread(&rows).await;
    let over = Arc::new(AtomicBool::new(false));
    let reading = {
        let (scene, over) = (scene.clone(), over.clone());
        tokio::spawn(async move {
            let (mut states, mut reads) = (Vec::<usize>::new(), 0);
            while !over.load(Ordering::SeqCst) {
                let count = scene.seen(one).await.len();
                if states.last() != Some(&count) {
                    states.push(count);
                }
                reads += 1;
            }
            (states, reads)
        })
    };
    let mut expected = vec![(DAYS * 24) as usize];
    for day in 0..6 {
        scene.wish(&[one], (DAY + 2 * day, DAY + 2 * day)).await;
        scene.erase_all().await;
        expected.push(expected[expected.len() - 1] - 24);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    over.store(true, Ordering::SeqCst);
    let (states, reads) = reading.await.unwrap();
    assert!(reads > 5, "{reads}");
    assert!(states.iter().all(|count| expected.contains(count)), "{states:?}");
    assert!(states.is_sorted_by(|a, b| a > b), "{states:?}");
}

#[tokio::test]
async fn figures_are_of_the_own_workspace() {
    let scene = Scene::new().await;
    let rows = scene.hours(scene.tenant.device).await;
    scene.spread(&rows).await;
    let now = BEGIN + DAYS * DAY_MS;
    let usage = scene.scope().await.storage().usage(now).await.unwrap();
    // What is not at rest is known by the log of batches, which counts numbers.
    let (settled, loose) = rows.split_at(2 * (rows.len() / 3));
    let others: usize = settled.iter().map(|row| row.extra.fields.len()).sum();
    let values = others + settled.iter().chain(loose).map(|row| row.metrics.len()).sum::<usize>();
    assert_eq!(usage.points as usize, values);
    assert!(usage.chunk_bytes > 0 && usage.hot_bytes > 0 && usage.hot_messages > 0, "{usage:?}");
    assert_eq!(usage.first_ms, Some(BEGIN));
    assert_eq!((usage.largest.len(), usage.largest[0].external_id.as_str()), (1, "room-1"));
    assert!(usage.largest[0].bytes <= usage.chunk_bytes);
    assert_eq!(usage.days.iter().map(|day| day.messages).sum::<i64>(), rows.len() as i64);
    assert_eq!(usage.trouble, None);
    scene.keeper.note_trouble("the disk is full").await.unwrap();
    scene.keeper.note_trouble("the disk is full still").await.unwrap();
    assert_eq!(scene.scope().await.storage().usage(now).await.unwrap().trouble.map(|t| t.count), Some(2));
    let housekeeping = scene.db.store().console().housekeeping().await.unwrap();
    assert_eq!(
        housekeeping.trouble.map(|trouble| (trouble.count, trouble.text)),
        Some((2, "the disk is full still".into()))
    );
    let doomed = scene.scope().await.storage().doomed(9, now).await.unwrap();
    assert!(doomed.points > 0 && doomed.bytes < usage.chunk_bytes, "{doomed:?}");

    let other = tenant(scene.db.store(), "two").await;
    let theirs = scene.db.store().workspace(other.workspace.id).await.unwrap();
    let theirs = theirs.storage().usage(now).await.unwrap();
    assert_eq!((theirs.points, theirs.chunk_bytes, theirs.hot_bytes, theirs.hot_messages), (0, 0, 0, 0));
    assert!(theirs.largest.is_empty() && theirs.days.is_empty());
    let lines =
        scene.snapshot().await.history().series(scene.tenant.device, &every(0, now, 10)).await.unwrap();
    assert_eq!(lines.len(), 1);
}
