//! The console's own handle: what it lists, how much it reads for it, and what its role can't reach.

use crate::ground::{connect, connect_admin, tenant, workspace};
use model::audit::{AuditActor, AuditEntry, AuditQuery, Origin};
use model::limits::{Limit, Limits, PlanDraft};
use model::page::Direction;
use model::tenant::{TENANTS_PAGE, TenantQuery, TenantSort, TenantState};
use sqlx::Executor;
use std::collections::BTreeSet;
use store::{Removed, Role};
use test_support::TestDb;

fn draft(name: &str, limits: &[(Limit, i64)]) -> PlanDraft {
    PlanDraft { name: name.into(), limits: Limits(limits.iter().copied().collect()), warn_percent: 80 }
}

#[tokio::test]
async fn ten_thousand_workspaces_are_listed_by_reading_a_page() {
    let db = TestDb::new().await;
    let mut admin = connect_admin(&db).await;
    admin
        .execute(
            "INSERT INTO workspaces (slug, scope, name, retention_days)
             SELECT 'w' || n, '0new' || n, 'Workspace ' || n, 30 FROM generate_series(1, 10000) n;
             UPDATE tenants SET messages = workspace_id * 7 % 1000, live = workspace_id % 13,
                 stored = workspace_id * 31 % 5000, refused = workspace_id % 3, last_activity = workspace_id * 17 % 999,
                 owner = 'ada' || workspace_id || '@example.com', suspended = workspace_id % 1000 = 0;
             UPDATE platform SET workspaces = 10000;
             ANALYZE tenants, workspaces, plans",
        )
        .await
        .unwrap();
    let console = db.store().console();
    // A row of the list is joined with its workspace and its plan.
    let most = (TENANTS_PAGE + 1) * 3 + 10;
    for (sort, word) in TenantSort::ALL {
        for direction in [Direction::Ascending, Direction::Descending] {
            let query = TenantQuery { sort, direction, ..TenantQuery::default() };
            let read = console.rows_read(&query).await.unwrap();
            assert!(read <= most, "{word} {direction:?} reads {read} rows");
            let first = console.tenants(&query).await.unwrap();
            assert_eq!((first.items.len() as i64, first.total), (TENANTS_PAGE, 10_000));
            // Somewhere in the middle it is as cheap.
            let next = TenantQuery { after: first.next.unwrap(), ..query };
            let read = console.rows_read(&next).await.unwrap();
            assert!(read <= most + 1, "{word} {direction:?} later reads {read} rows");
        }
    }
    for search in ["workspace 77", "w9999", "ada123"] {
        let query = TenantQuery { search: search.into(), ..TenantQuery::default() };
        let found = console.tenants(&query).await.unwrap();
        assert!(!found.items.is_empty(), "{search}");
    }
    let shut = TenantQuery { state: TenantState::Suspended, ..TenantQuery::default() };
    assert_eq!(console.tenants(&shut).await.unwrap().items.len(), 10);
    assert!(console.rows_read(&shut).await.unwrap() <= 100);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_double() {
    let db = TestDb::new().await;
    let mut admin = connect_admin(&db).await;
    admin
        .execute(
            "INSERT INTO workspaces (slug, scope, name, retention_days)
             SELECT 'w' || n, '0new' || n, 'Room ' || n % 40, 30 FROM generate_series(1, 170) n;
             UPDATE tenants SET messages = workspace_id % 5",
        )
        .await
        .unwrap();
    let console = db.store().console();
    for (sort, word) in TenantSort::ALL {
        for direction in [Direction::Ascending, Direction::Descending] {
            let (mut seen, mut after, mut names) = (BTreeSet::new(), String::new(), Vec::new());
            loop {
                let page = console
                    .tenants(&TenantQuery { sort, direction, after, ..Default::default() })
                    .await
                    .unwrap();
                for tenant in page.items {
                    assert!(seen.insert(tenant.id), "{word}: {} twice", tenant.slug);
                    names.push((tenant.name, tenant.health.messages));
                }
                match page.next {
                    Some(next) => after = next,
                    None => break,
                }
            }
            assert_eq!(seen.len(), 170, "{word}");
            if sort == TenantSort::Messages {
                let messages: Vec<i64> = names.iter().map(|(_, messages)| *messages).collect();
                let ordered = messages.windows(2).all(|pair| match direction {
                    Direction::Ascending => pair[0] <= pair[1],
                    Direction::Descending => pair[0] >= pair[1],
                });
                assert!(ordered, "{messages:?}");
            }
        }
    }
    // 'Room 2' before 'Room 10'; and what is no place is the start.
    let page =
        console.tenants(&TenantQuery { after: "nonsense".into(), ..Default::default() }).await.unwrap();
    assert_eq!((page.items[0].name.as_str(), page.items[9].name.as_str()), ("Room 0", "Room 2"));
}

#[tokio::test]
async fn a_plan_holds_for_all_that_have_it_but_for_what_they_have_otherwise() {
    let db = TestDb::new().await;
    let (a, b) = (tenant(db.store(), "a").await, tenant(db.store(), "b").await);
    let console = db.store().console();
    let plan =
        console.insert_plan(&draft("Small", &[(Limit::Devices, 5), (Limit::People, 2)])).await.unwrap();
    assert_eq!(
        console.insert_plan(&draft("small", &[])).await.unwrap_err().constraint(),
        Some("plans_name_key")
    );
    assert!(console.set_plan(a.workspace.id, plan, &[(Limit::Devices, None)].into()).await.unwrap());
    assert!(console.set_plan(b.workspace.id, plan, &[(Limit::Rules, Some(1))].into()).await.unwrap());
    assert!(!console.set_plan(b.workspace.id, 999, &[].into()).await.unwrap());
    let limits = async |workspace| {
        let scope = db.store().workspace(workspace).await.unwrap();
        scope.allowances().get().await.unwrap().limits.0.into_iter().collect::<Vec<_>>()
    };
    assert_eq!(limits(a.workspace.id).await, [(Limit::People, 2)]);
    assert_eq!(limits(b.workspace.id).await, [(Limit::Devices, 5), (Limit::People, 2), (Limit::Rules, 1)]);
    assert!(console.update_plan(plan, &draft("Small", &[(Limit::Devices, 6)])).await.unwrap());
    assert_eq!(limits(b.workspace.id).await, [(Limit::Devices, 6), (Limit::Rules, 1)]);
    // Retired, it stays with who has it, and is given to nobody.
    assert!(console.retire_plan(plan, true).await.unwrap());
    assert!(console.set_plan(b.workspace.id, plan, &[].into()).await.unwrap());
    let usual = console.default_plan().await.unwrap();
    assert!(console.set_plan(b.workspace.id, usual, &[].into()).await.unwrap());
    assert!(!console.set_plan(b.workspace.id, plan, &[].into()).await.unwrap());
    assert!(!console.set_default_plan(plan).await.unwrap());
    assert!(
        console.create_workspace(workspace("c"), "c@example.com", plan, &[].into()).await.unwrap().is_none()
    );
    assert!(console.tenant("c").await.unwrap().is_none(), "nothing of it was made");
}

#[tokio::test]
async fn what_is_shut_is_told_and_can_be_restored() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let console = db.store().console();
    assert!(console.set_suspended(a.workspace.id, Some("Unpaid.")).await.unwrap());
    let shut = console.tenant("a").await.unwrap().unwrap();
    assert_eq!((shut.suspended, shut.reason.as_str()), (true, "Unpaid."));
    assert!(console.set_suspended(a.workspace.id, None).await.unwrap());
    let open = console.tenant("a").await.unwrap().unwrap();
    assert_eq!((open.suspended, open.reason.as_str()), (false, ""));
    let later = 4_000_000_000_000;
    assert!(console.set_deletion(a.workspace.id, "Left.", later).await.unwrap());
    assert!(!console.set_suspended(a.workspace.id, None).await.unwrap(), "it is restored, or not at all");
    assert_eq!(console.tenant("a").await.unwrap().unwrap().delete_ms, Some(later));
    assert!(console.restore(a.workspace.id).await.unwrap());
    assert!(!console.restore(a.workspace.id).await.unwrap());
    let open = console.tenant("a").await.unwrap().unwrap();
    assert_eq!((open.suspended, open.delete_ms), (false, None));
    // Its own people rename it, and the list follows.
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    scope.settings().rename("Weather").await.unwrap();
    scope.commit().await.unwrap();
    assert_eq!(console.tenant("a").await.unwrap().unwrap().name, "Weather");
}

#[tokio::test]
async fn the_console_reaches_nothing_that_workspaces_hold() {
    let db = TestDb::new().await;
    tenant(db.store(), "a").await;
    let mut console = connect(&db, Role::Console).await;
    for table in [
        "devices",
        "templates",
        "template_versions",
        "device_events",
        "device_files",
        "device_twins",
        "api_tokens",
        "tm_hot",
        "tm_chunk",
        "tm_last",
        "tm_refused",
        "tm_batch",
        "tm_pending",
        "web_sessions",
        "mails",
        "sign_ups",
        "audit_entries",
    ] {
        let text = format!("SELECT * FROM {table}");
        let read = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_optional(&mut console).await;
        assert!(read.is_err(), "the console reads {table}");
    }
    let hashes = sqlx::query("SELECT password_hash FROM people").fetch_optional(&mut console).await;
    assert!(hashes.is_err(), "the console reads passwords");
    let mut app = connect(&db, Role::App).await;
    for text in [
        "UPDATE tenants SET plan_id = 1",
        "UPDATE plans SET limits = '{}'",
        "DELETE FROM tenants",
        "UPDATE platform SET sign_up = true",
        "UPDATE branding SET host_confirmed = true",
        "UPDATE support_accesses SET to_at = now()",
        "INSERT INTO support_accesses (workspace_id, person_id, person_name, role, root_id, reason, from_at, to_at)
             VALUES (1, 1, 'a', 'viewer', 1, 'x', now(), now() + interval '1 hour')",
        "INSERT INTO platform_entries (at, actor_id, actor_name, action, subject_kind, subject_id, subject_name)
             VALUES (now(), '', '', '', '', '', '')",
    ] {
        assert!(sqlx::query(text).execute(&mut app).await.is_err(), "the application may: {text}");
    }
}

#[tokio::test]
async fn somebody_always_administers() {
    let db = TestDb::new().await;
    tenant(db.store(), "ada").await;
    tenant(db.store(), "eve").await;
    let console = db.store().console();
    assert!(!console.add_administrator("nobody@example.com").await.unwrap());
    assert!(console.add_administrator("ada@example.com").await.unwrap());
    assert_eq!(console.remove_administrator("eve@example.com").await.unwrap(), Removed::WasNone);
    assert_eq!(console.remove_administrator("ada@example.com").await.unwrap(), Removed::Last);
    assert!(console.add_administrator("eve@example.com").await.unwrap());
    let (one, other) = tokio::join!(
        console.remove_administrator("ada@example.com"),
        console.remove_administrator("eve@example.com"),
    );
    let done = [one.unwrap(), other.unwrap()];
    assert!(done.contains(&Removed::Done) && done.contains(&Removed::Last), "{done:?}");
    assert_eq!(console.administrators().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_limit_is_told_of_once_until_it_is_near_no_more() {
    let db = TestDb::new().await;
    let (a, b) = (tenant(db.store(), "a").await, tenant(db.store(), "b").await);
    let console = db.store().console();
    let plan =
        console.insert_plan(&draft("Small", &[(Limit::Devices, 10), (Limit::People, 10)])).await.unwrap();
    for tenant in [&a, &b] {
        assert!(console.set_plan(tenant.workspace.id, plan, &[].into()).await.unwrap());
    }
    let mut admin = connect_admin(&db).await;
    let devices = async |admin: &mut sqlx::PgConnection, count: i64| {
        let text = "UPDATE tenants SET devices = $1 WHERE slug = 'a'";
        sqlx::query(text).bind(count).execute(admin).await.unwrap();
    };
    devices(&mut admin, 7).await;
    assert_eq!(console.newly_near().await.unwrap(), []);
    let told = async |reached: &[bool]| {
        let near = console.newly_near().await.unwrap();
        let found: Vec<bool> = near.iter().map(|near| near.reached).collect();
        assert_eq!(found, reached, "{near:?}");
        for near in near {
            assert_eq!((near.workspace, near.limit), (a.workspace.id, Limit::Devices));
            let scope = db.store().workspace(near.workspace).await.unwrap();
            assert!(scope.allowances().note_warning(near.limit, near.reached).await.unwrap());
            assert!(!scope.allowances().note_warning(near.limit, near.reached).await.unwrap());
            assert_eq!(scope.allowances().administrators().await.unwrap(), ["a@example.com"]);
            scope.commit().await.unwrap();
        }
    };
    devices(&mut admin, 8).await;
    told(&[false]).await;
    told(&[]).await;
    devices(&mut admin, 10).await;
    told(&[true]).await;
    devices(&mut admin, 3).await;
    told(&[]).await;
    devices(&mut admin, 9).await;
    told(&[false]).await;
}

/// What is done and what is told of it are one: dropped before the commit, as by a process that dies, neither is there.
#[tokio::test]
async fn what_the_console_does_and_what_is_told_of_it_are_one() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let console = db.store().console();
    let entry = |kind: &str| AuditEntry {
        id: 0,
        at_ms: 1_790_000_000_000,
        actor: AuditActor { kind: kind.into(), id: "1".into(), name: "Root".into() },
        action: "update".into(),
        subject_kind: "workspace".into(),
        subject_id: "a".into(),
        subject_name: "a".into(),
        before: None,
        after: None,
        from: Origin::default(),
    };
    let told = async || {
        let scope = db.store().workspace(a.workspace.id).await.unwrap();
        let own = scope.audit().list(&AuditQuery::default()).await.unwrap().0.len();
        (console.entries(None).await.unwrap().entries.len(), own)
    };
    let before = told().await;
    for kept in [false, true] {
        let tx = console.begin().await.unwrap();
        assert!(tx.console().set_suspended(a.workspace.id, Some("Unpaid.")).await.unwrap());
        tx.log(&entry("platform")).await.unwrap();
        tx.log_of(a.workspace.id, &entry("platform")).await.unwrap();
        if kept {
            tx.commit().await.unwrap();
        } else {
            drop(tx);
        }
        assert_eq!(console.tenant("a").await.unwrap().unwrap().suspended, kept);
        let more = usize::from(kept);
        assert_eq!(told().await, (before.0 + more, before.1 + more));
    }
    // It writes as what it is, and as nobody else.
    let tx = console.begin().await.unwrap();
    assert!(tx.log_of(a.workspace.id, &entry("person")).await.is_err(), "the console writes as a person");
}
