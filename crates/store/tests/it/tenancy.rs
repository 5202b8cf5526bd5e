//! A scope of one workspace sees nothing of another, through any repository.

use crate::ground::{connect, device, tenant};
use model::device::DeviceQuery;
use model::event::EventKind;
use sqlx::{Connection, Executor};
use store::Role;
use test_support::TestDb;

#[tokio::test]
async fn each_repository_sees_its_own_workspace() {
    let db = TestDb::new().await;
    let (a, b) = (tenant(db.store(), "a").await, tenant(db.store(), "b").await);
    let in_b = db.store().workspace(b.workspace.id).await.unwrap();
    in_b.device_events().log(b.device, EventKind::Connected, "Hello.", 1_000).await.unwrap();
    in_b.commit().await.unwrap();

    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    let page = scope.devices().list(&DeviceQuery { limit: 50, ..Default::default() }, 0).await.unwrap();
    assert_eq!((page.total, page.matching, page.items.len()), (1, 1, 1));
    assert_eq!(scope.devices().get("room-1").await.unwrap().unwrap().id, a.device);
    assert_eq!(scope.templates().list().await.unwrap().len(), 1);
    assert!(scope.templates().get(b.template).await.unwrap().is_none());
    assert!(scope.templates().whole(b.template).await.unwrap().is_none());
    assert!(scope.templates().versions(b.template).await.unwrap().is_empty());
    assert!(scope.templates().document(b.template, 1).await.unwrap().is_none());
    assert!(scope.templates().fields(b.template, 1).await.unwrap().is_none());
    assert!(!scope.templates().set_draft(b.template, "Stolen", "dtmi:x;1", None).await.unwrap());
    assert_eq!(scope.templates().migrate(b.template, 1, None).await.unwrap(), 0);
    assert!(!scope.templates().delete(b.template).await.unwrap());
    assert!(!scope.devices().delete(b.device).await.unwrap());
    assert!(scope.device_events().list(b.device, 10).await.unwrap().is_empty());
    assert_eq!(scope.memberships().list().await.unwrap().iter().map(|m| m.0).collect::<Vec<_>>(), [a.person]);
    assert!(!scope.memberships().remove(b.person).await.unwrap());
    assert_eq!(scope.settings().get().await.unwrap().unwrap().id, a.workspace.id);
    assert!(scope.telemetry().latest(&[b.device]).await.unwrap().is_empty());
    scope.commit().await.unwrap();

    let in_b = db.store().workspace(b.workspace.id).await.unwrap();
    assert_eq!(in_b.templates().get(b.template).await.unwrap().unwrap().name, "Room");
    assert_eq!(in_b.device_events().list(b.device, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn nothing_can_be_written_into_another_workspace() {
    let db = TestDb::new().await;
    let (a, b) = (tenant(db.store(), "a").await, tenant(db.store(), "b").await);
    // A log line for a device of the other one, and a device of the other one's template.
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    let logged = scope.device_events().log(b.device, EventKind::Connected, "Hello.", 1_000).await;
    assert_eq!(logged.unwrap_err().code().as_deref(), Some("23503"));
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    let moved = scope.devices().update("room-1", "Room", Some(b.template)).await;
    assert_eq!(moved.unwrap_err().constraint(), Some("devices_template_fkey"));

    let mut app = connect(&db, Role::App).await;
    for statement in [
        format!(
            "INSERT INTO templates (workspace_id, dtmi, name, draft) VALUES ({}, 'x', 'x', '{{}}')",
            b.workspace.id
        ),
        format!(
            "INSERT INTO template_versions (workspace_id, template_id, version, dtmi, document, telemetry)
             VALUES ({}, {}, 2, 'x', '{{}}', '[]')",
            b.workspace.id, b.template
        ),
        format!(
            "INSERT INTO memberships (workspace_id, person_id, role) VALUES ({}, {}, 'administrator')",
            b.workspace.id, a.person
        ),
        format!("INSERT INTO limit_warnings VALUES ({}, 'devices', true)", b.workspace.id),
        format!("UPDATE devices SET workspace_id = {}", b.workspace.id),
        format!("UPDATE workspaces SET id = {}", b.workspace.id),
    ] {
        let mut tx = app.begin().await.unwrap();
        let here = format!(
            "SELECT set_config('app.workspace', '{}', true), set_config('app.organizations', '*', true)",
            a.workspace.id
        );
        tx.execute(sqlx::AssertSqlSafe(here)).await.unwrap();
        let done = tx.execute(sqlx::AssertSqlSafe(statement.clone())).await;
        assert!(done.is_err(), "{statement}");
        tx.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn without_a_workspace_nothing_is_seen() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    for role in [Role::App, Role::Migrator] {
        let mut connection = connect(&db, role).await;
        for table in [
            "workspaces",
            "organizations",
            "memberships",
            "templates",
            "template_versions",
            "devices",
            "device_events",
            "tenants",
        ] {
            let count = format!("SELECT count(*) FROM {table}");
            let seen: i64 =
                sqlx::query_scalar(sqlx::AssertSqlSafe(count)).fetch_one(&mut connection).await.unwrap();
            assert_eq!(seen, 0, "{role:?} sees {table}");
        }
    }
    // A scope ends with its transaction: the connection goes back to the pool without it.
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    device(&scope, "dropped", None).await;
    drop(scope);
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    assert!(scope.devices().get("dropped").await.unwrap().is_none());
}

#[tokio::test]
async fn a_person_sees_their_own_workspaces_only() {
    let db = TestDb::new().await;
    let (a, b) = (tenant(db.store(), "a").await, tenant(db.store(), "b").await);
    let people = db.store().people();
    let mine = people.memberships(a.person).await.unwrap();
    assert_eq!(mine.len(), 1);
    assert_eq!((mine[0].0.workspace.clone(), mine[0].0.devices), (a.workspace.clone(), 1));
    assert!(people.membership(a.person, "b").await.unwrap().is_none());
    assert!(people.membership(a.person, "nobody-has-this").await.unwrap().is_none());

    crate::ground::join(db.store(), &b, a.person, &model::role::BuiltIn::Viewer.into()).await;
    let (workspace, place, _) = db.store().people().membership(a.person, "b").await.unwrap().unwrap();
    assert_eq!((workspace, place.role), (b.workspace, model::role::BuiltIn::Viewer.role()));
    assert_eq!(db.store().people().memberships(a.person).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_device_is_looked_up_by_scope_and_id_together() {
    let db = TestDb::new().await;
    let (a, b) = (tenant(db.store(), "a").await, tenant(db.store(), "b").await);
    let lookup = db.store().lookup();
    let found = lookup.device("0nea", "room-1").await.unwrap().unwrap();
    assert_eq!((found.workspace, found.device), (a.workspace.id, a.device));
    let found = lookup.device("0neb", "room-1").await.unwrap().unwrap();
    assert_eq!((found.workspace, found.device, found.retention_days), (b.workspace.id, b.device, 30));
    for (scope, id) in
        [("0nea", "room-2"), ("0nec", "room-1"), ("", ""), ("0neA", "room-1"), ("0nea", "ROOM-1")]
    {
        assert!(lookup.device(scope, id).await.unwrap().is_none(), "{scope} {id}");
    }
}
