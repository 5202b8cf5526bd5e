//! Devices behind devices: a gateway has children, a child one gateway. Where either is deleted, nothing is left between
//! them.

use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLE).await?;
        enable_rls(manager, "device_relationships").await
    }
}

const TABLE: &str = "
CREATE TABLE device_relationships (
    workspace_id int4 NOT NULL,
    -- What programs call it; of its parent's own.
    id text NOT NULL,
    name text NOT NULL,
    parent_id int4 NOT NULL,
    child_id int4 NOT NULL CHECK (child_id <> parent_id),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, parent_id, id),
    CONSTRAINT device_relationships_child_key UNIQUE (workspace_id, child_id),
    FOREIGN KEY (workspace_id, parent_id) REFERENCES devices (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, child_id) REFERENCES devices (workspace_id, id) ON DELETE CASCADE
);
GRANT SELECT, INSERT, UPDATE, DELETE ON device_relationships TO homeport_app;
";
