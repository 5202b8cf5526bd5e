//! Organizations and the last administrator, kept by the database alone.

use crate::ground::{Tenant, connect, device, join, tenant};
use model::organization::NewOrganization;
use model::role::{BuiltIn, RoleDraft, RoleId};
use model::{OrganizationId, PersonId};
use sqlx::{AssertSqlSafe, Connection, Executor};
use store::{NewPerson, Role, Store};
use test_support::TestDb;

async fn below_the_root(store: &Store, tenant: &Tenant, name: &str) -> OrganizationId {
    let scope = store.workspace(tenant.workspace.id).await.unwrap();
    let root = scope.organizations().root().await.unwrap();
    let new = NewOrganization { key: name.into(), name: name.into(), parent: None };
    let made = scope.organizations().insert(&new, root).await.unwrap();
    scope.commit().await.unwrap();
    made
}

async fn person(store: &Store, email: &str) -> PersonId {
    let new = NewPerson { email: email.into(), name: email.into(), password_hash: "none".into() };
    store.people().insert(new).await.unwrap().id
}

#[tokio::test]
async fn the_policies_and_not_the_statements_hide_what_is_outside() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let (north, south) =
        (below_the_root(db.store(), &a, "north").await, below_the_root(db.store(), &a, "south").await);
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    let north_1 = device(&scope, "north-1", None).await;
    scope.devices().move_to(&[north_1], north, 5_000).await.unwrap();
    scope.device_events().log(north_1, model::event::EventKind::Connected, "Hello.", 6_000).await.unwrap();
    scope.commit().await.unwrap();

    let mut app = connect(&db, Role::App).await;
    let mut counted = async |organizations: Option<&str>, table: &str| -> i64 {
        let mut tx = app.begin().await.unwrap();
        let here = format!("SELECT set_config('app.workspace', '{}', true)", a.workspace.id);
        tx.execute(AssertSqlSafe(here)).await.unwrap();
        if let Some(these) = organizations {
            let these = format!("SELECT set_config('app.organizations', '{these}', true)");
            tx.execute(AssertSqlSafe(these)).await.unwrap();
        }
        let count = format!("SELECT count(*) FROM {table}");
        sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut *tx).await.unwrap()
    };
    let (north_only, south_only) = (format!("{{{north}}}"), format!("{{{south}}}"));
    for (table, all, in_north, in_south) in [
        ("organizations", 3, 1, 1),
        ("devices", 2, 1, 0),
        ("device_organizations", 3, 1, 0),
        ("device_events", 1, 1, 0),
        ("memberships", 1, 0, 0),
        ("templates", 1, 1, 1),
    ] {
        assert_eq!(counted(Some("*"), table).await, all, "{table}, all");
        assert_eq!(counted(Some(&north_only), table).await, in_north, "{table}, north");
        assert_eq!(counted(Some(&south_only), table).await, in_south, "{table}, south");
        assert_eq!(counted(Some("{}"), table).await, i64::from(table == "templates"), "{table}, none");
        // Where nothing is said, nothing is seen.
        assert_eq!(counted(None, table).await, i64::from(table == "templates"), "{table}, unsaid");
    }
    // Nor can anything be put there.
    for statement in [
        format!("UPDATE devices SET organization_id = {south}"),
        format!(
            "INSERT INTO organizations (workspace_id, parent_id, name, key) VALUES ({}, {south}, 'x', 'x')",
            a.workspace.id
        ),
        format!(
            "INSERT INTO memberships (workspace_id, person_id, role, organization_id) VALUES ({}, {}, 'viewer', {south})",
            a.workspace.id, a.person
        ),
    ] {
        let mut tx = app.begin().await.unwrap();
        for (name, value) in
            [("workspace", a.workspace.id.to_string()), ("organizations", north_only.clone())]
        {
            let set = format!("SELECT set_config('app.{name}', '{value}', true)");
            tx.execute(AssertSqlSafe(set)).await.unwrap();
        }
        assert!(tx.execute(AssertSqlSafe(statement.clone())).await.is_err(), "{statement}");
        tx.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn of_two_administrators_who_leave_at_once_one_stays() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let second = person(db.store(), "second@example.com").await;
    join(db.store(), &a, second, &BuiltIn::Administrator.into()).await;
    let leave = async |who: PersonId| {
        let scope = db.store().workspace(a.workspace.id).await?;
        scope.memberships().remove(who).await?;
        // The other one is at it too.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        scope.commit().await
    };
    let (one, other) = tokio::join!(leave(a.person), leave(second));
    let refused: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].constraint(), Some("memberships_administrator"));
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    assert_eq!(scope.memberships().list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_last_administrator_keeps_role_and_root() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let north = below_the_root(db.store(), &a, "north").await;
    let administrator: RoleId = BuiltIn::Administrator.into();
    let scope = async || db.store().workspace(a.workspace.id).await.unwrap();
    let refused = |outcome: store::Result<()>| outcome.unwrap_err().constraint().map(str::to_owned);
    let last = Some("memberships_administrator".to_owned());
    let tx = scope().await;
    let root = tx.organizations().root().await.unwrap();
    assert_eq!(refused(tx.memberships().set(a.person, &BuiltIn::Viewer.into(), root).await), last);
    assert_eq!(refused(scope().await.memberships().set(a.person, &administrator, north).await), last);
    assert_eq!(refused(scope().await.memberships().remove(a.person).await.map(|_| ())), last);
    // An administrator of a part is none of the whole; somebody with an equal role is one.
    let other = person(db.store(), "other@example.com").await;
    let tx = scope().await;
    tx.memberships().set(other, &administrator, north).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(refused(scope().await.memberships().remove(a.person).await.map(|_| ())), last);
    let owner = RoleId("owner".into());
    let all = model::permission::Permissions::ALL;
    let draft = RoleDraft { name: "Owner".into(), description: String::new(), permissions: all };
    let tx = scope().await;
    tx.roles().insert(&owner, &draft, 1_000).await.unwrap();
    tx.memberships().set(other, &owner, root).await.unwrap();
    tx.memberships().remove(a.person).await.unwrap();
    tx.commit().await.unwrap();
    // Until that role is made less.
    let less = RoleDraft { permissions: all.without(model::permission::Permission::ManageRoles), ..draft };
    assert_eq!(refused(scope().await.roles().update(&owner, &less).await.map(|_| ())), last);
    assert!(scope().await.roles().delete(&owner).await.unwrap_err().refers_to_nothing());
}
