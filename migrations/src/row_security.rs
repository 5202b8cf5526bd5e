//! Row-level security, the same for every table that belongs to workspaces.
//!
//! Postgres itself shows a transaction the rows of the workspace that it has set, and no other: also to the table's
//! owner (`FORCE`), and nothing at all where no workspace is set.

use sea_orm_migration::SchemaManager;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbErr};

/// Enables and forces row-level security on a table by its column `workspace_id`.
///
/// # Errors
/// The table doesn't exist or isn't the migrator's.
pub async fn enable_rls(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    enable_rls_by(manager, table, "workspace_id").await
}

/// The same by a column of another name: the table of workspaces goes by its own `id`.
///
/// # Errors
/// As [`enable_rls`].
pub async fn enable_rls_by(manager: &SchemaManager<'_>, table: &str, column: &str) -> Result<(), DbErr> {
    let here = format!("{column} = nullif(current_setting('app.workspace', true), '')::int4");
    run(
        manager,
        &format!(
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
             ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
             CREATE POLICY workspace ON {table} USING ({here}) WITH CHECK ({here});"
        ),
    )
    .await
}

/// Runs statements as they stand.
pub(crate) async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(|_| ())
}

/// The same for a table of telemetry, which the worker owns: it sees all, the application its workspace.
pub(crate) fn telemetry_policies(table: &str) -> String {
    format!(
        "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
         ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
         CREATE POLICY workspace ON {table} TO homeport_app
             USING (workspace_id = nullif(current_setting('app.workspace', true), '')::int4)
             WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::int4);
         CREATE POLICY worker ON {table} TO homeport_worker USING (true) WITH CHECK (true);"
    )
}
