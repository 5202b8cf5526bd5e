//! The locks of the database itself, read from its catalogue: no table may be forgotten.

use crate::ground::{connect, connect_admin};
use sqlx::Row;
use store::Role;
use test_support::TestDb;

#[tokio::test]
async fn every_table_of_a_workspace_is_under_forced_row_security() {
    let db = TestDb::new().await;
    let mut admin = connect_admin(&db).await;
    // Leaves of a partitioned table are reached through their parent only: the next test sees to that.
    let rows = sqlx::query(
        "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
                (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
         FROM pg_class c
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
         UNION ALL
         SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
                (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid)
         FROM pg_class c WHERE c.oid = 'workspaces'::regclass",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert!(rows.len() >= 10, "only {} tables were found", rows.len());
    for row in rows {
        let table: String = row.get("relname");
        assert!(row.get::<bool, _>("relrowsecurity"), "{table}: row-level security is off");
        assert!(row.get::<bool, _>("relforcerowsecurity"), "{table}: row-level security is not forced");
        assert!(row.get::<i64, _>("policies") > 0, "{table} has no policy");
    }
}

#[tokio::test]
async fn every_policy_of_the_application_names_the_workspace_or_the_person() {
    let db = TestDb::new().await;
    let mut admin = connect_admin(&db).await;
    let rows = sqlx::query(
        "SELECT tablename, policyname, coalesce(qual, '') AS qual FROM pg_policies
         WHERE schemaname = 'public' AND permissive = 'PERMISSIVE' AND roles && ARRAY['public', 'homeport_app']::name[]",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert!(rows.len() >= 10);
    for row in rows {
        let (table, policy, qual): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let bound = qual.contains("app.workspace") || (policy == "own" && qual.contains("app.person"));
        assert!(bound, "{table}.{policy}: {qual}");
    }
}

#[tokio::test]
async fn whatever_hangs_on_devices_or_organizations_is_hidden_by_organization() {
    let db = TestDb::new().await;
    let mut admin = connect_admin(&db).await;
    let rows = sqlx::query(
        "SELECT DISTINCT c.relname, EXISTS (
                SELECT FROM pg_policies p WHERE p.tablename = c.relname AND p.permissive = 'RESTRICTIVE'
                    AND p.qual LIKE '%app.organizations%' AND p.with_check LIKE '%app.organizations%') AS hidden
         FROM pg_class c
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('device_id', 'organization_id', 'devices')
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
             -- Elsewhere `devices` is how many there are; and what the application can't read, it can't show.
             AND (a.attname <> 'devices' OR a.atttypid = 'int4[]'::regtype)
             AND has_any_column_privilege('homeport_app', c.oid, 'SELECT')",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert!(rows.len() >= 18, "only {} tables were found", rows.len());
    for row in rows {
        let table: String = row.get("relname");
        assert!(row.get::<bool, _>("hidden"), "{table} has no restrictive policy by organization");
    }
}

#[tokio::test]
async fn leaves_can_be_read_by_nobody_but_their_owner() {
    let db = TestDb::new().await;
    let mut admin = connect_admin(&db).await;
    let rows = sqlx::query(
        "SELECT c.relname, r.rolname,
                has_table_privilege(r.oid, c.oid, 'SELECT') AS may_select,
                has_table_privilege(r.oid, c.oid, 'UPDATE, DELETE, TRUNCATE') AS may_change,
                has_table_privilege(r.oid, c.oid, 'INSERT') AS may_insert
         FROM pg_class c, pg_roles r
         WHERE c.relispartition AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
           AND r.rolname IN ('homeport_app', 'homeport_ingest', 'homeport_console', 'homeport_lookup')",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert!(!rows.is_empty(), "there are no leaves");
    for row in rows {
        let (leaf, role): (String, String) = (row.get("relname"), row.get("rolname"));
        assert!(!row.get::<bool, _>("may_select"), "{role} reads {leaf}");
        assert!(!row.get::<bool, _>("may_change"), "{role} changes {leaf}");
        assert_eq!(row.get::<bool, _>("may_insert"), role == "homeport_ingest", "{role} and {leaf}");
    }
}

#[tokio::test]
async fn no_role_passes_the_policies() {
    let db = TestDb::new().await;
    let mut admin = connect_admin(&db).await;
    let rows = sqlx::query(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcanlogin FROM pg_roles
         WHERE starts_with(rolname, 'homeport_') AND rolname <> current_user",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert_eq!(rows.len(), 6);
    for row in rows {
        let role: String = row.get("rolname");
        assert!(!row.get::<bool, _>("rolsuper"), "{role} is a superuser");
        assert!(!row.get::<bool, _>("rolbypassrls"), "{role} passes row-level security");
        assert!(!row.get::<bool, _>("rolcreaterole"), "{role} creates roles");
        assert_eq!(row.get::<bool, _>("rolcanlogin"), role != "homeport_lookup", "{role}");
    }
}

#[tokio::test]
async fn the_application_owns_nothing_and_can_make_nothing() {
    let db = TestDb::new().await;
    let mut admin = connect_admin(&db).await;
    let owned: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_class WHERE relowner IN
             ('homeport_app'::regrole, 'homeport_ingest'::regrole, 'homeport_console'::regrole)",
    )
    .fetch_one(&mut admin)
    .await
    .unwrap();
    assert_eq!(owned, 0);
    for role in [Role::App, Role::Ingest, Role::Console] {
        let mut connection = connect(&db, role).await;
        let made = sqlx::query("CREATE TABLE public.mine (id int)").execute(&mut connection).await;
        assert!(made.is_err(), "{role:?} makes tables");
        let mightier = sqlx::query("SET ROLE homeport_worker").execute(&mut connection).await;
        assert!(mightier.is_err(), "{role:?} becomes the worker");
    }
}

#[tokio::test]
async fn functions_that_run_as_their_owner_fix_their_search_path_and_are_not_for_all() {
    let db = TestDb::new().await;
    let mut admin = connect_admin(&db).await;
    let rows = sqlx::query(
        "SELECT p.proname, p.proconfig::text AS settings, has_function_privilege('public', p.oid, 'EXECUTE') AS open
         FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert!(rows.len() >= 2);
    for row in rows {
        let (name, settings): (String, Option<String>) = (row.get(0), row.get(1));
        assert!(settings.is_some_and(|s| s.contains("search_path")), "{name} has no search_path");
        assert!(!row.get::<bool, _>("open"), "{name} may be run by everyone");
    }
}

#[tokio::test]
async fn preparing_and_migrating_again_changes_nothing_also_at_once() {
    let db = TestDb::new().await;
    let (urls, key) = (db.urls(), db.key());
    let (one, two, three, four) = tokio::join!(
        store::prepare_roles(urls, &key),
        store::prepare_roles(urls, &key),
        migrations::run(urls.role(Role::Migrator)),
        migrations::run(urls.role(Role::Migrator)),
    );
    one.unwrap();
    two.unwrap();
    three.unwrap();
    four.unwrap();
    assert!(db.store().people().is_empty().await.unwrap());
}
