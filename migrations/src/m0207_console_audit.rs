//! What the console does to a workspace stands in that workspace's own log, written in the transaction that does it: the
//! console adds entries, as what it is, and reads none. And who looks inside for support is told what the workspace demands
//! of a sign-in.

use crate::row_security::run;
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, GRANTS).await?;
        run(manager, DEMANDS).await
    }
}

/// `platform` are administrators, `operator` is whoever runs the server.
const GRANTS: &str = "
GRANT INSERT ON audit_entries TO homeport_console;
CREATE POLICY console ON audit_entries FOR INSERT TO homeport_console
    WITH CHECK (actor_kind IN ('platform', 'operator'));
";

/// Asked for before the workspace is chosen, as by those who belong to it.
const DEMANDS: &str = "
ALTER POLICY own ON sign_on
    USING (workspace_id IN (SELECT m.workspace_id FROM memberships m
                            WHERE m.person_id = nullif(current_setting('app.person', true), '')::int4)
        OR workspace_id IN (SELECT s.workspace_id FROM support_accesses s
                            WHERE s.person_id = nullif(current_setting('app.person', true), '')::int4
                              AND s.ended_at IS NULL AND s.to_at > now()));
";
