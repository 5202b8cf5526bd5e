//! A workspace that is deleted leaves nothing in any table, and takes nothing of another one.

use crate::ground::{connect_admin, tenant};
use model::event::EventKind;
use model::{MetricId, WorkspaceId};
use sqlx::{AssertSqlSafe, PgConnection};
use std::collections::BTreeMap;
use store::telemetry::{Extra, Keeper, LastValues, RefusedRow, Row, Writer};
use test_support::TestDb;

/// How many rows each table holds of a workspace.
async fn rows(admin: &mut PgConnection, workspace: WorkspaceId) -> BTreeMap<String, i64> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition",
    )
    .fetch_all(&mut *admin)
    .await
    .unwrap();
    let mut found = BTreeMap::new();
    for table in tables {
        let text = format!("SELECT count(*) FROM {table} WHERE workspace_id = $1");
        let count: i64 =
            sqlx::query_scalar(AssertSqlSafe(text)).bind(workspace.0).fetch_one(&mut *admin).await.unwrap();
        if count > 0 {
            found.insert(table, count);
        }
    }
    found
}

#[tokio::test]
async fn nothing_remains_of_it_and_all_of_its_neighbour() {
    let db = TestDb::new().await;
    let (a, b) = (tenant(db.store(), "a").await, tenant(db.store(), "b").await);
    let keeper = Keeper::connect(db.urls()).await.unwrap();
    keeper.ensure_slots().await.unwrap();
    let writer = Writer::connect(db.urls()).await.unwrap();
    for tenant in [&a, &b] {
        let workspace = tenant.workspace.id;
        let row = |seq, ts| Row {
            workspace,
            device: tenant.device,
            ts,
            seq,
            arrived_ms: 1_000,
            metrics: vec![(MetricId(1), 1.5)],
            extra: Extra::default(),
            size: 10,
        };
        let refused = RefusedRow {
            workspace,
            device: tenant.device,
            ts: 1_000,
            arrived_ms: 1_000,
            seq: 1,
            topic: "s/d/telemetry".into(),
            reason: "No.".into(),
            body: b"{".to_vec(),
        };
        // One at a time that no calendar knows.
        writer.commit(&[row(1, 1_000), row(2, 90_000_000), row(3, i64::MAX / 2)], &[refused]).await.unwrap();
        writer.metric_ids(workspace, &["t".to_owned()]).await.unwrap();
        let last = LastValues {
            workspace,
            device: tenant.device,
            last_ts: 1_000,
            last_arrived_ms: 1_000,
            values: BTreeMap::new(),
        };
        keeper.merge_last(&[last]).await.unwrap();
        let scope = db.store().workspace(workspace).await.unwrap();
        scope.device_events().log(tenant.device, EventKind::Connected, "Hello.", 1_000).await.unwrap();
        scope.commit().await.unwrap();
    }
    keeper.meter().await.unwrap();
    // Some of it has come to rest, some has not.
    keeper.ensure_slots_of(0, 1).await.unwrap();
    keeper.compact_next().await.unwrap();
    let mut admin = connect_admin(&db).await;
    let (mine, others) = (rows(&mut admin, a.workspace.id).await, rows(&mut admin, b.workspace.id).await);
    for table in
        ["tm_hot", "tm_last", "tm_metric", "tm_refused", "usage_hours", "usage_devices", "devices", "tenants"]
    {
        assert!(mine.contains_key(table), "{table} has nothing that could be left: {mine:?}");
    }

    let console = db.store().console();
    let later = 4_000_000_000_000;
    console.set_deletion(a.workspace.id, "Left.", later).await.unwrap();
    assert_eq!(console.doomed().await.unwrap(), []);
    assert!(!console.erase(a.workspace.id).await.unwrap(), "its time is not over");
    assert!(console.restore(a.workspace.id).await.unwrap());
    console.set_deletion(a.workspace.id, "Left.", 1_000).await.unwrap();
    assert!(!console.restore(a.workspace.id).await.unwrap(), "its time is over");
    assert_eq!(console.doomed().await.unwrap(), [a.workspace.id]);
    while keeper.bury_next(a.workspace.id).await.unwrap() {}
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    assert_eq!(scope.devices().delete_some(500).await.unwrap(), 1);
    assert_eq!(scope.devices().delete_some(500).await.unwrap(), 0);
    scope.commit().await.unwrap();
    keeper.bury_rest(a.workspace.id).await.unwrap();
    assert!(console.erase(a.workspace.id).await.unwrap());
    assert_eq!(rows(&mut admin, a.workspace.id).await, BTreeMap::new());
    assert_eq!(rows(&mut admin, b.workspace.id).await, others);
    assert!(console.tenant("a").await.unwrap().is_none());
}
