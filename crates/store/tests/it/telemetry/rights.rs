//! Who may do what with telemetry, as Postgres itself sees to it.

use super::{Scene, every};
use crate::ground::{connect, tenant};
use sqlx::{AssertSqlSafe, Connection};
use store::Role;

#[tokio::test]
async fn another_workspace_sees_and_deletes_nothing() {
    let scene = Scene::new().await;
    let a = scene.metric("a").await;
    scene.writer.commit(&[scene.row(1_000, a, 1.0)], &[scene.refused(1_000, "no")]).await.unwrap();
    scene.keeper.rebuild_last().await.unwrap();
    scene.keeper.ensure_slots_of(0, 1).await.unwrap();
    scene.keeper.compact_next().await.unwrap().unwrap();
    let other = tenant(scene.db.store(), "two").await;
    let stranger = scene.db.store().workspace(other.workspace.id).await.unwrap();
    let telemetry = stranger.telemetry();
    let device = scene.tenant.device;
    assert_eq!(telemetry.count(device).await.unwrap(), 0);
    let past = scene.db.store().snapshot(other.workspace.id).await.unwrap();
    assert!(past.history().series(device, &every(0, 9_000, 10)).await.unwrap().is_empty());
    assert!(past.history().group_series(&[device], &every(0, 9_000, 10)).await.unwrap().is_empty());
    assert!(past.history().raw(device, None, 10).await.unwrap().messages.is_empty());
    drop(past);
    assert!(telemetry.latest(&[device]).await.unwrap().is_empty());
    assert!(telemetry.last_seen(&[device]).await.unwrap().is_empty());
    telemetry.delete_device(device).await.unwrap();
    stranger.commit().await.unwrap();
    assert_eq!(scene.count().await, 2);

    // The policies and not the statements see to it: without them every row would be found.
    let mut app = connect(&scene.db, Role::App).await;
    for table in ["tm_chunk", "tm_hot", "tm_last", "tm_metric", "tm_refused", "tm_usage"] {
        let count = format!("SELECT count(*) FROM {table}");
        let bare: i64 = sqlx::query_scalar(AssertSqlSafe(count.clone())).fetch_one(&mut app).await.unwrap();
        let mut tx = app.begin().await.unwrap();
        sqlx::query(
            "SELECT set_config('app.workspace', $1, true), set_config('app.organizations', '*', true)",
        )
        .bind(scene.tenant.workspace.id.to_string())
        .execute(&mut *tx)
        .await
        .unwrap();
        let own: i64 = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut *tx).await.unwrap();
        assert_eq!((bare, own), (0, 1), "{table}");
    }
}

#[tokio::test]
async fn a_device_is_deleted_with_all_that_it_sent_and_nothing_else() {
    let scene = Scene::new().await;
    let a = scene.metric("a").await;
    let mut others = scene.row(1_000, a, 1.0);
    others.device.0 += 1;
    let (device, neighbour) = (scene.tenant.device, others.device);
    scene.writer.commit(&[scene.row(1_000, a, 1.0), others], &[scene.refused(1_000, "no")]).await.unwrap();
    scene.keeper.rebuild_last().await.unwrap();
    scene.keeper.ensure_slots_of(0, 1).await.unwrap();
    scene.keeper.compact_next().await.unwrap().unwrap();
    let scope = scene.scope().await;
    scope.telemetry().delete_device(device).await.unwrap();
    scope.commit().await.unwrap();
    let scope = scene.scope().await;
    assert_eq!(scope.telemetry().count(device).await.unwrap(), 0);
    assert!(scope.telemetry().latest(&[device]).await.unwrap().is_empty());
    assert_eq!(scope.telemetry().count(neighbour).await.unwrap(), 1);
    let past = scene.snapshot().await;
    assert!(past.history().series(device, &every(0, 9_000, 10)).await.unwrap().is_empty());
    assert_eq!(past.history().series(neighbour, &every(0, 9_000, 10)).await.unwrap().len(), 1);
    assert_eq!(scope.telemetry().latest(&[neighbour]).await.unwrap().len(), 1);
}

#[tokio::test]
async fn each_role_may_do_its_part_only() {
    let scene = Scene::new().await;
    let a = scene.metric("a").await;
    scene.writer.commit(&[scene.row(1_000, a, 1.0)], &[scene.refused(1_000, "no")]).await.unwrap();
    scene.keeper.ensure_slots_of(0, 1).await.unwrap();
    scene.keeper.compact_next().await.unwrap().unwrap();
    let cases = [
        (Role::Ingest, "SELECT * FROM tm_hot"),
        (Role::Ingest, "SELECT * FROM tm_hot_1"),
        (Role::Ingest, "SELECT * FROM tm_chunk"),
        (Role::Ingest, "SELECT * FROM tm_chunk_w0"),
        (Role::Ingest, "SELECT * FROM tm_last"),
        (Role::Ingest, "SELECT * FROM tm_refused"),
        (Role::Ingest, "SELECT * FROM tm_metric"),
        (Role::Ingest, "SELECT * FROM tm_batch"),
        (Role::Ingest, "SELECT * FROM devices"),
        (Role::Ingest, "SELECT * FROM people"),
        (Role::Ingest, "DELETE FROM tm_hot_1"),
        (Role::Ingest, "TRUNCATE tm_hot_1"),
        (Role::Ingest, "UPDATE tm_batch SET counts = '{}'"),
        (Role::Ingest, "SELECT tm_ensure_slots(0, 1)"),
        (Role::App, "SELECT * FROM tm_hot_1"),
        (Role::App, "SELECT * FROM tm_chunk_w0"),
        (Role::App, "UPDATE tm_chunk SET day = 1"),
        (Role::App, "INSERT INTO tm_usage SELECT 1, now(), 1, 1, 1"),
        (Role::App, "SELECT tm_ensure_week(1)"),
        (Role::App, "INSERT INTO tm_hot SELECT 1, 1, 1, 1, 1, 1, 1, ''"),
        (Role::App, "UPDATE tm_hot SET ts = 1"),
        (Role::App, "SELECT * FROM tm_batch"),
        (Role::App, "SELECT * FROM intern_metrics(1, '{x}')"),
        (Role::App, "SELECT * FROM tm_begin_batch()"),
        (Role::Worker, "SELECT * FROM devices"),
        (Role::Worker, "SELECT * FROM people"),
    ];
    for (role, statement) in cases {
        let mut connection = connect(&scene.db, role).await;
        let error = sqlx::query(statement).execute(&mut connection).await.expect_err(statement);
        let code = error.as_database_error().and_then(|e| e.code().map(|c| c.into_owned()));
        assert_eq!(code.as_deref(), Some("42501"), "{role:?}: {statement}: {error}");
    }
}
