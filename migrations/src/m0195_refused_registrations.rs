//! Registrations that were refused before there was a device: what the owner of a workspace reads who waits for one.

use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        enable_rls(manager, "refused_registrations").await
    }
}

/// An id has one row, so that whoever tries it a thousand times fills no list.
const TABLES: &str = "
CREATE TABLE refused_registrations (
    workspace_id int4 NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    registration_id text NOT NULL,
    reason text NOT NULL,
    -- The address as text; empty: unknown.
    source text NOT NULL,
    times int8 NOT NULL DEFAULT 1,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, registration_id)
);
CREATE INDEX refused_registrations_age ON refused_registrations (workspace_id, last_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON refused_registrations TO homeport_app;
";
