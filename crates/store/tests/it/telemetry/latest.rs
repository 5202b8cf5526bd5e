//! The newest value of each field, whoever writes it and in whatever order.

use super::Scene;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::telemetry::{LastValues, Recent};

impl Scene {
    fn last(&self, ts: i64, values: &[(&str, Value)]) -> LastValues {
        LastValues {
            workspace: self.tenant.workspace.id,
            device: self.tenant.device,
            last_ts: ts,
            last_arrived_ms: ts + 5,
            values: values.iter().map(|(n, v)| ((*n).into(), Recent { value: v.clone(), ts })).collect(),
        }
    }

    async fn latest(&self) -> BTreeMap<String, (Value, i64)> {
        let device = self.tenant.device;
        let mut latest = self.scope().await.telemetry().latest(&[device]).await.unwrap();
        let values = latest.remove(&device).unwrap_or_default();
        values.into_iter().map(|l| (l.name, (l.value, l.ts))).collect()
    }
}

#[tokio::test]
async fn the_newest_wins_field_by_field() {
    let scene = Scene::new().await;
    scene
        .keeper
        .merge_last(&[scene.last(2_000, &[("a", json!(2)), ("b", json!({"lat": 1}))])])
        .await
        .unwrap();
    // Older, and of one device twice in a batch.
    let older =
        [scene.last(1_000, &[("a", json!(1)), ("c", json!("x"))]), scene.last(1_500, &[("c", json!("y"))])];
    scene.keeper.merge_last(&older).await.unwrap();
    let expected = [("a", json!(2), 2_000), ("b", json!({"lat": 1}), 2_000), ("c", json!("y"), 1_500)];
    let expected: BTreeMap<_, _> = expected.into_iter().map(|(n, v, t)| (n.to_owned(), (v, t))).collect();
    assert_eq!(scene.latest().await, expected);
    let seen = scene.scope().await.telemetry().last_seen(&[scene.tenant.device]).await.unwrap();
    assert_eq!(seen[&scene.tenant.device], 2_005);
}

#[tokio::test]
async fn processes_write_at_once_and_nothing_is_lost() {
    let scene = Scene::new().await;
    let other = store::telemetry::Keeper::connect(scene.db.urls()).await.unwrap();
    let writing = (0..40_i64).map(|i| {
        let keeper = if i % 2 == 0 { scene.keeper.clone() } else { other.clone() };
        let ts = 1_000 + (i * 7) % 40;
        let values = scene.last(ts, &[("all", json!(ts)), (&format!("own{i}"), json!(i))]);
        async move { keeper.merge_last(&[values]).await }
    });
    for done in futures::future::join_all(writing).await {
        done.unwrap();
    }
    let latest = scene.latest().await;
    assert_eq!(latest.len(), 41);
    assert_eq!(latest["all"], (json!(1_039), 1_039));
}

#[tokio::test]
async fn a_device_that_invents_names_keeps_its_newest_thousand() {
    let scene = Scene::new().await;
    let names: Vec<String> = (0..1_200).map(|i| format!("n{i:04}")).collect();
    for (i, some) in names.chunks(600).enumerate() {
        let values: Vec<_> = some.iter().map(|n| (n.as_str(), json!(1))).collect();
        scene.keeper.merge_last(&[scene.last(1_000 + i as i64, &values)]).await.unwrap();
    }
    let latest = scene.latest().await;
    assert_eq!(latest.len(), 1_000);
    assert!(names[600..].iter().all(|n| latest.contains_key(n)));
}

#[tokio::test]
async fn of_more_than_a_thousand_names_at_once_the_newest_stay() {
    let scene = Scene::new().await;
    let mut values = scene.last(2_000, &[]);
    let recent = |i: i64| (format!("n{i:04}"), Recent { value: json!(i), ts: 800 + i.max(100) });
    values.values = (0..1_200).map(recent).collect();
    scene.keeper.merge_last(&[values]).await.unwrap();
    let latest = scene.latest().await;
    assert_eq!(latest.len(), 1_000);
    assert!((200..1_200).all(|i| latest.contains_key(&format!("n{i:04}"))));
}

#[tokio::test]
async fn what_was_not_written_is_rebuilt_from_the_messages() {
    let scene = Scene::new().await;
    let (a, b) = (scene.metric("a").await, scene.metric("b").await);
    let mut newest = scene.row(3_000, a, 3.5);
    newest.extra.fields.insert("on".into(), json!(true));
    newest.extra.fields.insert("bad".into(), json!("x"));
    newest.extra.problems.insert("bad".into(), "expected a number".into());
    newest.extra.fields.insert("nothing".into(), Value::Null);
    scene.writer.commit(&[newest, scene.row(2_000, a, 2.0), scene.row(1_000, b, 7.0)], &[]).await.unwrap();
    assert!(scene.latest().await.is_empty());
    assert_eq!(scene.keeper.rebuild_last().await.unwrap(), 3);
    let expected = [("a", json!(3.5), 3_000), ("b", json!(7), 1_000), ("on", json!(true), 3_000)];
    let expected: BTreeMap<_, _> = expected.into_iter().map(|(n, v, t)| (n.to_owned(), (v, t))).collect();
    assert_eq!(scene.latest().await, expected);
    scene.keeper.rebuild_last().await.unwrap();
    assert_eq!(scene.latest().await, expected);
}
