//! The audit log: each workspace its own, and nobody changes what was written.

use crate::ground::{connect, connect_admin, tenant};
use model::audit::{AuditActor, AuditEntry, AuditQuery, Origin};
use serde_json::json;
use sqlx::Executor;
use store::telemetry::Keeper;
use store::{Role, Store};
use test_support::TestDb;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn entry(action: &str, name: &str, at_ms: i64) -> AuditEntry {
    AuditEntry {
        id: 0,
        at_ms,
        actor: AuditActor { kind: "person".into(), id: "7".into(), name: "Ada (ada@example.com)".into() },
        action: action.into(),
        subject_kind: "device".into(),
        subject_id: name.to_lowercase(),
        subject_name: name.into(),
        before: None,
        after: Some(json!({"name": name})),
        from: Origin::new(Some("192.0.2.1"), Some("curl")),
    }
}

async fn add(store: &Store, workspace: model::WorkspaceId, entries: &[AuditEntry]) {
    let scope = store.workspace(workspace).await.unwrap();
    for entry in entries {
        scope.audit().add(entry).await.unwrap();
    }
    scope.commit().await.unwrap();
}

#[tokio::test]
async fn the_log_can_be_added_to_and_never_changed() {
    let db = TestDb::new().await;
    let ada = tenant(db.store(), "ada").await;
    add(db.store(), ada.workspace.id, &[entry("create", "Pump", 1_000)]).await;
    let mut app = connect(&db, Role::App).await;
    let workspace = ada.workspace.id.0;
    app.execute(sqlx::AssertSqlSafe(format!("SET app.workspace = '{workspace}'"))).await.unwrap();
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit_entries").fetch_one(&mut app).await.unwrap();
    assert_eq!(count, 1, "the application reads it");
    for refused in [
        "UPDATE audit_entries SET actor_name = 'Eve'",
        "UPDATE audit_entries SET at = now() WHERE false",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "INSERT INTO audit_entries DEFAULT VALUES ON CONFLICT (workspace_id, id) DO UPDATE SET actor_name = 'Eve'",
        "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
        "DROP TABLE audit_entries",
    ] {
        let error = app.execute(refused).await.unwrap_err();
        let code = error.as_database_error().and_then(|e| e.code()).unwrap_or_default().into_owned();
        assert_eq!(code, "42501", "{refused}: {error}");
    }
    for role in [Role::Ingest, Role::Worker] {
        let mut other = connect(&db, role).await;
        assert!(other.execute("UPDATE audit_entries SET actor_name = 'Eve'").await.is_err(), "{role:?}");
        assert!(other.execute("SELECT after FROM audit_entries").await.is_err(), "{role:?}");
    }
    let mut admin = connect_admin(&db).await;
    let error = admin.execute("UPDATE audit_entries SET actor_name = 'Eve'").await.unwrap_err();
    assert!(error.to_string().contains("never changed"), "{error}");
}

#[tokio::test]
async fn entries_are_found_by_what_is_asked_and_by_their_workspace_alone() {
    let db = TestDb::new().await;
    let (ada, eve) = (tenant(db.store(), "ada").await, tenant(db.store(), "eve").await);
    let entries = [
        entry("create", "Pump", 1_000),
        entry("update", "Pump", 2_000),
        AuditEntry {
            actor: AuditActor { kind: "token".into(), id: "ci".into(), name: "CI".into() },
            ..entry("delete", "Fan", 3_000)
        },
    ];
    add(db.store(), ada.workspace.id, &entries).await;
    add(db.store(), eve.workspace.id, &[entry("create", "Secret", 1_500)]).await;
    let scope = db.store().workspace(ada.workspace.id).await.unwrap();
    let found = async |query: AuditQuery| {
        let (found, more) = scope.audit().list(&query).await.unwrap();
        let told: Vec<_> = found.iter().map(|e| format!("{} {}", e.action, e.subject_name)).collect();
        (told.join(", "), more)
    };
    let all = AuditQuery::default();
    assert_eq!(found(all.clone()).await, ("delete Fan, update Pump, create Pump".into(), false));
    for (query, expected) in [
        (AuditQuery { actor: "ADA@".into(), ..all.clone() }, "update Pump, create Pump"),
        (AuditQuery { actor: "ci".into(), ..all.clone() }, "delete Fan"),
        (AuditQuery { action: "create".into(), ..all.clone() }, "create Pump"),
        (AuditQuery { kind: "template".into(), ..all.clone() }, ""),
        (AuditQuery { subject: "pU".into(), from_ms: Some(2_000), ..all.clone() }, "update Pump"),
        (AuditQuery { to_ms: Some(2_000), ..all.clone() }, "create Pump"),
        (AuditQuery { subject: "'; DROP TABLE audit_entries; --".into(), ..all.clone() }, ""),
    ] {
        assert_eq!(found(query.clone()).await, (expected.to_owned(), false), "{query:?}");
    }
    let (first, more) = scope.audit().list(&AuditQuery { limit: Some(2), ..all.clone() }).await.unwrap();
    assert!(more && first.len() == 2);
    assert_eq!((&first[1].after, &first[1].from), (&entries[1].after, &entries[1].from));
    let rest = AuditQuery { limit: Some(2), before: Some(first[1].id), ..all };
    assert_eq!(found(rest).await, ("create Pump".into(), false));
}

#[tokio::test]
async fn each_workspace_keeps_its_log_as_long_as_it_says() {
    let db = TestDb::new().await;
    let (ada, eve) = (tenant(db.store(), "ada").await, tenant(db.store(), "eve").await);
    let now = 400 * DAY_MS;
    let days: Vec<_> = [1, 20, 380].map(|day| entry("create", &format!("d{day}"), now - day * DAY_MS)).into();
    for tenant in [&ada, &eve] {
        add(db.store(), tenant.workspace.id, &days).await;
    }
    let scope = db.store().workspace(ada.workspace.id).await.unwrap();
    assert_eq!(scope.audit().days().await.unwrap(), 365);
    scope.audit().set_days(7).await.unwrap();
    scope.commit().await.unwrap();
    let keeper = Keeper::connect(db.urls()).await.unwrap();
    assert_eq!(keeper.forget_audit(now).await.unwrap(), 3);
    assert_eq!(keeper.forget_audit(now).await.unwrap(), 0);
    for (tenant, left) in [(&ada, 1), (&eve, 2)] {
        let scope = db.store().workspace(tenant.workspace.id).await.unwrap();
        assert_eq!(scope.audit().list(&AuditQuery::default()).await.unwrap().0.len(), left);
    }
}
