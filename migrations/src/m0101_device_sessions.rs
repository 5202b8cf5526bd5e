//! Sessions of devices at the embedded broker: what a client finds again that comes back.

use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        enable_rls(manager, "device_sessions").await
    }
}

const TABLES: &str = "
CREATE TABLE device_sessions (
    workspace_id int4 NOT NULL,
    device_id int4 NOT NULL,
    client_id text NOT NULL,
    subscriptions jsonb NOT NULL,
    expiry_seconds int8 NOT NULL CHECK (expiry_seconds >= 0),
    -- When its connection ended; null while it is connected to the broker of that start.
    ended_at timestamptz,
    broker text NOT NULL,
    PRIMARY KEY (workspace_id, device_id, client_id),
    FOREIGN KEY (workspace_id, device_id) REFERENCES devices (workspace_id, id) ON DELETE CASCADE
);
GRANT SELECT, INSERT, UPDATE, DELETE ON device_sessions TO homeport_app;
";
