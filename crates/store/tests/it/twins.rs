//! Digital twins: kept by section, their history bounded, seen by their own workspace only.

use crate::ground::tenant;
use model::twin::{Change, Part, Properties, Section, Twin};
use serde_json::json;
use test_support::TestDb;

fn object(value: serde_json::Value) -> Properties {
    value.as_object().unwrap().clone()
}

fn change(version: i64) -> Change {
    let (who, path) = ("Ada".to_owned(), "target".to_owned());
    let (old, new) = (None, Some(version.to_string()));
    Change { at_ms: 1_790_000_000_000, part: Part::Desired, version, who, path, old, new }
}

#[tokio::test]
async fn a_twin_comes_back_as_it_was_put() {
    let db = TestDb::new().await;
    let (a, b) = (tenant(db.store(), "a").await, tenant(db.store(), "b").await);
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    assert_eq!(scope.twins().get(a.device).await.unwrap(), Twin::default());
    assert_eq!(scope.twins().take(a.device).await.unwrap(), Twin::default());
    let patch = object(
        json!({"target": 21.5, "big": 9_007_199_254_740_993_i64, "ü": {"__t": "c", "list": [null, {}]}}),
    );
    let section = Section::default().patched(&patch, "2026-11-23T05:00:00Z").unwrap();
    for part in Part::ALL {
        scope.twins().put(a.device, part, &section).await.unwrap();
    }
    scope.commit().await.unwrap();

    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    let twin = Twin { desired: section.clone(), reported: section.clone(), cloud: section };
    assert_eq!(scope.twins().get(a.device).await.unwrap(), twin);
    drop(scope);
    // By way of another workspace there is nothing, and nothing can be put there.
    let scope = db.store().workspace(b.workspace.id).await.unwrap();
    assert_eq!(scope.twins().get(a.device).await.unwrap(), Twin::default());
    assert!(scope.twins().history(a.device, 10).await.unwrap().is_empty());
    assert!(scope.twins().take(a.device).await.unwrap_err().refers_to_nothing());
}

#[tokio::test]
async fn the_history_is_bounded_and_goes_with_the_device() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    for hundred in 0..11 {
        let some: Vec<Change> = (0..100).map(|i| change(hundred * 100 + i)).collect();
        scope.twins().note(a.device, &some).await.unwrap();
    }
    let history = scope.twins().history(a.device, 10_000).await.unwrap();
    assert_eq!((history.len(), &history[0], &history[999]), (1000, &change(1099), &change(100)));
    assert_eq!(scope.twins().history(a.device, 2).await.unwrap().len(), 2);
    scope.devices().delete(a.device).await.unwrap();
    assert!(scope.twins().history(a.device, 10).await.unwrap().is_empty());
}
