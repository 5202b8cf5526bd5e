//! The list of devices, and the logs of single ones.

use crate::ground::{connect, device, tenant};
use model::device::{DeviceQuery, DeviceSort, SILENT_AFTER_MS, Status};
use model::event::EventKind;
use model::page::Direction;
use model::{DeviceId, WorkspaceId};
use store::{Role, WorkspaceTx};
use test_support::TestDb;

const NOW: i64 = 1_790_000_000_000;

fn query() -> DeviceQuery {
    DeviceQuery { limit: 50, ..Default::default() }
}

async fn ids(scope: &WorkspaceTx, query: DeviceQuery) -> Vec<String> {
    let page = scope.devices().list(&query, NOW).await.unwrap();
    assert!(page.matching >= page.items.len() as i64 && page.total >= page.matching);
    page.items.into_iter().map(|device| device.external_id).collect()
}

/// As the worker does after messages arrived.
async fn heard(db: &TestDb, workspace: WorkspaceId, device: DeviceId, at_ms: i64) {
    let mut worker = connect(db, Role::Worker).await;
    sqlx::query(
        "INSERT INTO tm_last (workspace_id, device_id, last_ts, last_arrived, \"values\") VALUES ($1, $2, $3, $3, '{}')",
    )
    .bind(workspace.0)
    .bind(device.0)
    .bind(at_ms)
    .execute(&mut worker)
    .await
    .unwrap();
}

#[tokio::test]
async fn the_list_is_searched_filtered_sorted_and_counted() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    let live = device(&scope, "Room-10", None).await;
    let silent = device(&scope, "room-2", Some(a.template)).await;
    device(&scope, "50%_off", None).await;
    scope.commit().await.unwrap();
    heard(&db, a.workspace.id, live, NOW - SILENT_AFTER_MS).await;
    heard(&db, a.workspace.id, silent, NOW - SILENT_AFTER_MS - 1).await;

    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    assert_eq!(ids(&scope, query()).await, ["50%_off", "room-1", "room-2", "Room-10"]);
    let down = DeviceQuery { direction: Direction::Descending, ..query() };
    assert_eq!(ids(&scope, down).await, ["Room-10", "room-2", "room-1", "50%_off"]);
    for (search, expected) in [
        ("ROOM", vec!["room-1", "room-2", "Room-10"]),
        (" room-1 ", vec!["room-1", "Room-10"]),
        ("%", vec!["50%_off"]),
        ("_", vec!["50%_off"]),
        ("\\", vec![]),
        ("' OR true --", vec![]),
    ] {
        assert_eq!(ids(&scope, DeviceQuery { search: search.into(), ..query() }).await, expected, "{search}");
    }
    let loosely = DeviceQuery { search: "rm10".into(), loosely: true, ..query() };
    assert_eq!(ids(&scope, loosely).await, ["Room-10"]);
    for (status, expected) in [
        (Status::Live, vec!["Room-10"]),
        (Status::Silent, vec!["room-2"]),
        (Status::NeverConnected, vec!["50%_off", "room-1"]),
    ] {
        assert_eq!(
            ids(&scope, DeviceQuery { status: Some(status), ..query() }).await,
            expected,
            "{status:?}"
        );
    }
    let of_template = DeviceQuery { template: Some(a.template), ..query() };
    assert_eq!(ids(&scope, of_template).await, ["room-1", "room-2"]);
    let newest = DeviceQuery { sort: DeviceSort::LastSeen, direction: Direction::Descending, ..query() };
    assert_eq!(ids(&scope, newest).await[..2], ["Room-10", "room-2"]);
    for sort in [DeviceSort::Id, DeviceSort::Template, DeviceSort::Created] {
        assert_eq!(ids(&scope, DeviceQuery { sort, ..query() }).await.len(), 4, "{sort:?}");
    }
}

#[tokio::test]
async fn pages_are_bounded_and_tell_the_whole() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    for i in 2..=5 {
        device(&scope, &format!("room-{i}"), None).await;
    }
    let page = scope
        .devices()
        .list(&DeviceQuery { offset: 3, limit: 1, search: "room".into(), ..query() }, NOW)
        .await
        .unwrap();
    assert_eq!((page.total, page.matching, page.items.len()), (5, 5, 1));
    assert_eq!(page.items[0].external_id, "room-4");
    assert!(ids(&scope, DeviceQuery { offset: 99, ..query() }).await.is_empty());
    assert_eq!(ids(&scope, DeviceQuery { offset: -1, limit: -1, ..query() }).await, ["room-1"]);
    assert_eq!(ids(&scope, DeviceQuery { limit: i64::MAX, ..query() }).await.len(), 5);
}

#[tokio::test]
async fn a_device_is_found_with_its_template() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    let found = scope.devices().get("room-1").await.unwrap().unwrap();
    assert_eq!(found.template, Some((a.template, "Room".into())));
    assert_eq!((found.created_ms, found.last_seen_ms), (1_000, None));
    assert!(scope.devices().get("ROOM-1").await.unwrap().is_none(), "ids are case-sensitive");
    assert_eq!(scope.devices().key("room-1").await.unwrap(), Some(vec![1]));
    assert!(scope.devices().set_key("room-1", vec![2]).await.unwrap());
    assert_eq!(scope.devices().key("room-1").await.unwrap(), Some(vec![2]));
    assert!(!scope.devices().set_key("room-9", vec![2]).await.unwrap());
}

#[tokio::test]
async fn a_log_folds_what_is_alike_and_is_bounded() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    let log = scope.device_events();
    for i in 0..5 {
        log.log(a.device, EventKind::SignInRefused, "Wrong key.", NOW + i).await.unwrap();
    }
    log.log(a.device, EventKind::Connected, "Hello.\0", NOW + 10).await.unwrap();
    log.log(a.device, EventKind::SignInRefused, "Wrong key.", NOW + 3_600_001).await.unwrap();
    let lines = log.list(a.device, 10).await.unwrap();
    let told: Vec<_> = lines.iter().map(|l| (l.kind, l.count, l.at_ms)).collect();
    assert_eq!(
        told,
        [
            (EventKind::SignInRefused, 1, NOW + 3_600_001),
            (EventKind::Connected, 1, NOW + 10),
            (EventKind::SignInRefused, 5, NOW),
        ]
    );
    assert_eq!(lines[1].text, "Hello.");
    for i in 0..1100 {
        log.log(a.device, EventKind::Connected, &format!("{i}"), NOW).await.unwrap();
    }
    assert_eq!(log.list(a.device, 5000).await.unwrap().len(), 1000);
}
