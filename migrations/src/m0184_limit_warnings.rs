//! Which limits a workspace was warned of, so that each is told once.

use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        enable_rls(manager, "limit_warnings").await?;
        run(manager, GRANTS).await
    }
}

const TABLES: &str = "
CREATE TABLE limit_warnings (
    workspace_id int4 NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name text NOT NULL,
    reached bool NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, name, reached)
);
";

const GRANTS: &str = "
GRANT SELECT, INSERT ON limit_warnings TO homeport_app;
CREATE POLICY console ON limit_warnings TO homeport_console USING (true) WITH CHECK (true);
GRANT SELECT, DELETE ON limit_warnings TO homeport_console;
";
