//! Usage is counted once, when it is committed, whoever dies and whatever comes again.

use crate::ground::{connect, connect_admin, tenant};
use model::usage::{Grain, UsageQuery, Used};
use model::{DeviceId, MetricId, WorkspaceId};
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use store::Role;
use store::telemetry::{Extra, Keeper, Probe, RefusedRow, Row, Writer};
use test_support::TestDb;

const LONG_AGO: UsageQuery = UsageQuery { grain: Grain::Hour, from_ms: 0, to_ms: 4_000_000_000_000 };

fn row(workspace: WorkspaceId, device: DeviceId, seq: i64, values: i32) -> Row {
    Row {
        workspace,
        device,
        ts: 1_000,
        seq,
        arrived_ms: 1_000,
        metrics: (0..values).map(|id| (MetricId(id + 1), 1.5)).collect(),
        extra: Extra::default(),
        size: 10,
    }
}

fn refused(workspace: WorkspaceId, device: DeviceId, seq: i64) -> RefusedRow {
    RefusedRow {
        workspace,
        device,
        ts: 1_000,
        arrived_ms: 1_000,
        seq,
        topic: "s/d/telemetry".into(),
        reason: "No.".into(),
        body: b"{".to_vec(),
    }
}

async fn used(db: &TestDb, workspace: WorkspaceId, grain: Grain) -> Vec<Used> {
    let scope = db.store().workspace(workspace).await.unwrap();
    scope.allowances().used(&UsageQuery { grain, ..LONG_AGO }).await.unwrap()
}

async fn run(connection: &mut PgConnection, statement: &str) {
    connection.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
}

#[tokio::test]
async fn what_comes_again_is_counted_once_and_to_the_point() {
    let db = TestDb::new().await;
    let (a, b) = (tenant(db.store(), "a").await, tenant(db.store(), "b").await);
    let keeper = Keeper::connect(db.urls()).await.unwrap();
    keeper.ensure_slots().await.unwrap();
    let writer = Writer::connect(db.urls()).await.unwrap();
    let mine = a.workspace.id;
    // Messages of one to seven values: a share of them would not be what was kept.
    let batch: Vec<Row> = (0..7).map(|n| row(mine, DeviceId(1 + n % 2), i64::from(n), n + 1)).collect();
    writer.commit(&batch, &[refused(mine, DeviceId(1), 1)]).await.unwrap();
    // It comes again, the first part with what is new in between, and another workspace's beside it.
    let mut again = batch.clone();
    again.insert(3, row(mine, DeviceId(9), 100, 50));
    again.push(row(b.workspace.id, DeviceId(5), 1, 2));
    let refusals = [refused(mine, DeviceId(1), 1), refused(mine, DeviceId(1), 2)];
    writer.commit(&again, &refusals).await.unwrap();
    writer.commit(&again, &refusals).await.unwrap();
    let notes = keeper.meter().await.unwrap();
    assert_eq!((notes.notes, notes.more), (2, false), "what changed nothing leaves no note");
    assert_eq!(keeper.meter().await.unwrap().notes, 0);

    let hours = used(&db, mine, Grain::Hour).await;
    let sum = |of: fn(&Used) -> i64| hours.iter().map(of).sum::<i64>();
    assert_eq!((sum(|u| u.messages), sum(|u| u.points), sum(|u| u.bytes)), (8, 78, 80));
    assert_eq!(sum(|u| u.refused), 2);
    let days = used(&db, mine, Grain::Day).await;
    assert_eq!(days.iter().map(|day| day.devices).max(), Some(3));
    let other = used(&db, b.workspace.id, Grain::Day).await;
    assert_eq!((other[0].messages, other[0].points, other[0].devices), (1, 2, 1));
    let probe = Probe::connect(db.urls()).await.unwrap();
    assert_eq!(probe.miscounted().await.unwrap(), 0);
}

#[tokio::test]
async fn workers_that_die_or_meet_count_everything_once() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let keeper = Keeper::connect(db.urls()).await.unwrap();
    keeper.ensure_slots().await.unwrap();
    let writer = Writer::connect(db.urls()).await.unwrap();
    let mine = a.workspace.id;
    for n in 0..200 {
        writer.commit(&[row(mine, DeviceId(1 + n % 10), i64::from(n), 1)], &[]).await.unwrap();
        if n % 20 == 0 {
            // Given up at whatever step it has come to.
            let _ = tokio::time::timeout(std::time::Duration::from_micros(200), keeper.meter()).await;
            let (one, two) = tokio::join!(keeper.meter(), keeper.meter());
            one.unwrap();
            two.unwrap();
        }
    }
    keeper.meter().await.unwrap();
    let days = used(&db, mine, Grain::Day).await;
    assert_eq!(days.iter().map(|day| day.messages).sum::<i64>(), 200);
    // Of a test at midnight, each day has its own.
    assert!(days.iter().all(|day| day.devices <= 10) && days.iter().any(|day| day.devices == 10), "{days:?}");
    let probe = Probe::connect(db.urls()).await.unwrap();
    assert_eq!(probe.miscounted().await.unwrap(), 0);
}

#[tokio::test]
async fn a_device_is_active_once_an_hour_and_once_a_day() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let keeper = Keeper::connect(db.urls()).await.unwrap();
    let mut admin = connect_admin(&db).await;
    let id = a.workspace.id;
    for (at, devices) in [
        ("2026-01-01 10:05Z", "{99,1,2}"),
        ("2026-01-01 10:55Z", "{99,2,3}"),
        ("2026-01-01 23:59Z", "{99,1}"),
        ("2026-01-02 00:01Z", "{99,1,4}"),
    ] {
        // Another workspace's device stands first; that workspace is gone.
        let note = format!(
            "INSERT INTO tm_pending (at, counts, devices) VALUES ('{at}', '{{\"{id}\": {{\"messages\": 1,
                 \"from\": 1, \"to\": 3}}, \"999999\": {{\"messages\": 5, \"from\": 0, \"to\": 1}}}}', '{devices}')"
        );
        run(&mut admin, &note).await;
        keeper.meter().await.unwrap();
    }
    let hours: Vec<_> = used(&db, id, Grain::Hour).await.iter().map(|u| (u.messages, u.devices)).collect();
    assert_eq!(hours, [(2, 3), (1, 1), (1, 2)]);
    let days: Vec<_> = used(&db, id, Grain::Day).await.iter().map(|u| (u.messages, u.devices)).collect();
    assert_eq!(days, [(3, 3), (1, 2)]);
    // Of a workspace that is gone nothing is kept.
    let all: i64 =
        sqlx::query_scalar("SELECT count(*) FROM usage_hours").fetch_one(&mut admin).await.unwrap();
    assert_eq!(all, 3);
}

#[tokio::test]
async fn health_is_noted_for_each_workspace() {
    let db = TestDb::new().await;
    let (a, b) = (tenant(db.store(), "a").await, tenant(db.store(), "b").await);
    let keeper = Keeper::connect(db.urls()).await.unwrap();
    keeper.ensure_slots().await.unwrap();
    let writer = Writer::connect(db.urls()).await.unwrap();
    writer
        .commit(&[row(a.workspace.id, a.device, 1, 2)], &[refused(a.workspace.id, a.device, 2)])
        .await
        .unwrap();
    let mut worker = connect(&db, Role::Worker).await;
    let heard =
        format!("INSERT INTO tm_last VALUES ({}, {}, 1000, 5000000, '{{}}')", a.workspace.id, a.device);
    run(&mut worker, &heard).await;
    keeper.meter().await.unwrap();
    keeper.note_health(5_000_000).await.unwrap();
    keeper.note_stored().await.unwrap();
    let console = db.store().console();
    let one = console.tenant("a").await.unwrap().unwrap().health;
    assert_eq!((one.devices, one.live, one.people, one.messages, one.refused), (1, 1, 1, 1, 1));
    assert_eq!(one.last_activity_ms, Some(5_000_000));
    assert!(one.stored > 0);
    let other = console.tenant("b").await.unwrap().unwrap().health;
    assert_eq!((other.devices, other.live, other.messages, other.last_activity_ms), (1, 0, 0, None));
    keeper.note_health(500_000_000).await.unwrap();
    assert_eq!(console.tenant("a").await.unwrap().unwrap().health.live, 0);
    assert_eq!(used(&db, b.workspace.id, Grain::Day).await, []);
    // A page of usage shows one's own workspace only.
    let scope = db.store().workspace(b.workspace.id).await.unwrap();
    assert_eq!(scope.allowances().taken(model::limits::Limit::MessagesPerDay).await.unwrap(), Some(0));
}
