//! What is committed is there, once, whatever stood in the same batch.

use super::Scene;
use model::MetricId;
use serde_json::json;
use std::collections::BTreeMap;

#[tokio::test]
async fn a_message_is_read_as_it_was_written() {
    let scene = Scene::new().await;
    let (a, b) = (scene.metric("a").await, scene.metric("motor.b").await);
    let mut row = scene.row(1_000, a, 21.5);
    row.metrics.push((b, 9_007_199_254_740_992.0));
    row.arrived_ms = 1_234;
    row.extra.fields = BTreeMap::from([
        ("motor.b".to_owned(), json!(9_007_199_254_740_993_i64)),
        ("on".to_owned(), json!("yes")),
        ("where".to_owned(), json!({"lat": 1.5, "lon": 2})),
    ]);
    row.extra.problems = BTreeMap::from([("on".to_owned(), "expected true or false".to_owned())]);
    row.extra.properties = BTreeMap::from([("room".to_owned(), "2.14 “ü”".to_owned())]);
    row.extra.id = Some("m-1".into());
    row.extra.component = Some("motor".into());
    scene.writer.commit(&[row], &[scene.refused(1_300, "Not JSON.")]).await.unwrap();

    let page = scene.raw(10).await;
    assert_eq!(page.before, None);
    let [refused, message] = page.messages.as_slice() else { panic!("{page:?}") };
    assert_eq!((message.ts, message.arrived_ms), (1_000, Some(1_234)));
    let fields = json!({"a": 21.5, "motor.b": 9_007_199_254_740_993_i64, "on": "yes", "where": {"lat": 1.5, "lon": 2}});
    assert_eq!(json!(message.fields), fields);
    assert_eq!(message.problems["on"], "expected true or false");
    assert_eq!(message.properties["room"], "2.14 “ü”");
    assert_eq!((message.id.as_deref(), message.component.as_deref()), (Some("m-1"), Some("motor")));
    let why = refused.refused.as_ref().unwrap();
    assert_eq!((why.reason.as_str(), why.body.as_str()), ("Not JSON.", "{"));
}

#[tokio::test]
async fn a_batch_that_comes_again_changes_nothing() {
    // By INSERT, as few rows go over TCP, and by COPY.
    for n in [200, 2_000_i64] {
        let scene = Scene::new().await;
        let a = scene.metric("a").await;
        let rows: Vec<_> = (0..n).map(|i| scene.row(1_000 + i, a, i as f64)).collect();
        let refused = [scene.refused(5_000, "no")];
        scene.writer.commit(&rows, &refused).await.unwrap();
        scene.writer.commit(&rows, &refused).await.unwrap();
        // Some are there and some are new.
        let more: Vec<_> = (n / 2..n * 3 / 2).map(|i| scene.row(1_000 + i, a, i as f64)).collect();
        scene.writer.commit(&more, &[]).await.unwrap();
        // And one stands in a batch twice.
        let twice = scene.row(900_000, a, 1.0);
        scene.writer.commit(&[twice.clone(), twice], &[]).await.unwrap();
        assert_eq!(scene.count().await, n * 3 / 2 + 1 + 1);
        // Only what was added is metered.
        assert_eq!(scene.log().await, [[n, n, 30 * n], [0; 3], [n / 2, n / 2, 15 * n], [1, 1, 30]]);
    }
}

#[tokio::test]
async fn one_bad_row_is_kept_as_refused_and_no_other() {
    for n in [100, 2_500_i64] {
        let scene = Scene::new().await;
        let a = scene.metric("a").await;
        let mut rows: Vec<_> = (0..n).map(|i| scene.row(1_000 + i, a, i as f64)).collect();
        // What jsonb can't hold: the decoder replaces it, so only a fault of ours could bring it here.
        rows[37].extra.fields.insert("text".into(), json!("a\0b"));
        let refused: Vec<_> = (0..3).map(|i| scene.refused(9_000 + i, "with a \0 in it")).collect();
        scene.writer.commit(&rows, &refused).await.unwrap();
        assert_eq!(scene.count().await, n + 3);
        let reasons: Vec<_> =
            scene.all_raw(1_000).await.into_iter().filter_map(|m| Some((m.ts, m.refused?))).collect();
        assert_eq!(reasons.len(), 4);
        let (_, bad) = reasons.iter().find(|(ts, _)| *ts == 1_037).unwrap();
        assert!(bad.reason.starts_with("The database can't hold this message: "), "{}", bad.reason);
        assert!(bad.body.contains("text"), "{}", bad.body);
        assert_eq!(reasons[0].1.reason, "with a ␀ in it");
        // The same once more: as harmless as any other repetition.
        scene.writer.commit(&rows, &refused).await.unwrap();
        assert_eq!(scene.count().await, n + 3);
    }
}

#[tokio::test]
async fn large_and_empty_messages_are_kept() {
    let scene = Scene::new().await;
    let mut row = scene.row(1_000, MetricId(1), 0.0);
    row.metrics.clear();
    row.extra.fields.insert("text".into(), json!("x".repeat(250_000)));
    let mut empty = scene.row(2_000, MetricId(1), 0.0);
    empty.metrics.clear();
    scene.writer.commit(&[row, empty], &[]).await.unwrap();
    let page = scene.raw(2).await;
    assert!(page.messages[0].fields.is_empty());
    assert_eq!(page.messages[1].fields["text"].as_str().map(str::len), Some(250_000));
}

#[tokio::test]
async fn names_have_one_number_each() {
    let scene = Scene::new().await;
    let workspace = scene.tenant.workspace.id;
    let names: Vec<String> = ["a", "b", "a", "ü “x”"].map(str::to_owned).to_vec();
    let (first, second) =
        tokio::join!(scene.writer.metric_ids(workspace, &names), scene.writer.metric_ids(workspace, &names));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first.len(), 3);
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_device_that_invents_names_can_not_fill_the_table() {
    let scene = Scene::new().await;
    let workspace = scene.tenant.workspace.id;
    let names: Vec<String> = (0..20_010).map(|i| format!("n{i}")).collect();
    assert_eq!(scene.writer.metric_ids(workspace, &names).await.unwrap().len(), 20_000);
    assert_eq!(scene.writer.metric_ids(workspace, &["one more".to_owned()]).await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_device_is_found_by_what_it_connects_with() {
    let scene = Scene::new().await;
    let scope = &scene.tenant.workspace.scope;
    let route = scene.writer.device(scope, "room-1").await.unwrap().unwrap();
    assert_eq!((route.workspace, route.device), (scene.tenant.workspace.id, scene.tenant.device));
    assert!(route.schemas.is_some());
    assert_eq!(scene.writer.device(scope, "room-2").await.unwrap(), None);
    assert_eq!(scene.writer.device("nobody", "room-1").await.unwrap(), None);
}
