//! Certificates by which devices prove who they are: up to two a device, each known by its thumbprint.

use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        enable_rls(manager, "device_certificates").await
    }
}

const TABLES: &str = "
CREATE TABLE device_certificates (
    workspace_id int4 NOT NULL,
    device_id int4 NOT NULL,
    place text NOT NULL CHECK (place IN ('primary', 'secondary')),
    -- SHA-256.
    thumbprint bytea NOT NULL CHECK (octet_length(thumbprint) = 32),
    -- Both null where the thumbprint alone was given.
    subject text,
    not_after timestamptz,
    PRIMARY KEY (workspace_id, device_id, place),
    CONSTRAINT device_certificates_thumbprint_key UNIQUE (workspace_id, device_id, thumbprint),
    FOREIGN KEY (workspace_id, device_id) REFERENCES devices (workspace_id, id) ON DELETE CASCADE
);
GRANT SELECT, INSERT, UPDATE, DELETE ON device_certificates TO homeport_app;
";
