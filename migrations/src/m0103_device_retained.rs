//! Retained messages to devices: the last of each topic, for a device that subscribes later.

use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        enable_rls(manager, "device_retained").await
    }
}

const TABLES: &str = "
CREATE TABLE device_retained (
    workspace_id int4 NOT NULL,
    device_id int4 NOT NULL,
    -- Behind the device's prefix.
    topic text NOT NULL,
    payload bytea NOT NULL,
    -- As they stand in an MQTT 5 packet.
    properties bytea NOT NULL,
    qos int2 NOT NULL CHECK (qos IN (0, 1)),
    expires_at timestamptz,
    -- What it counts for against the limit of its workspace.
    bytes int8 NOT NULL,
    PRIMARY KEY (workspace_id, device_id, topic),
    FOREIGN KEY (workspace_id, device_id) REFERENCES devices (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX device_retained_expiry ON device_retained (workspace_id, expires_at) WHERE expires_at IS NOT NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON device_retained TO homeport_app;
";
