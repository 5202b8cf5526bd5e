//! How each device proves who it is, by which group it has enrolled, and whether somebody has approved it.

use crate::row_security::run;
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, COLUMNS).await
    }
}

const COLUMNS: &str = "
ALTER TABLE devices
    -- Whether it may connect; one that came by itself may have to wait for it.
    ADD COLUMN approved bool NOT NULL DEFAULT true,
    -- An enrolment of its own, which overrides its group's; null: there is none.
    ADD COLUMN attestation text CHECK (attestation IN ('symmetric-key', 'x509')),
    -- Sealed as the first one; null: it has one key.
    ADD COLUMN secondary_key_encrypted bytea,
    -- By which it has come; null: made by hand, or the group is gone.
    ADD COLUMN enrolment_group int4,
    -- When it first asked to be provisioned, and when it last did.
    ADD COLUMN registered_at timestamptz,
    ADD COLUMN registration_updated_at timestamptz,
    ADD CONSTRAINT devices_enrolment_group_fkey FOREIGN KEY (workspace_id, enrolment_group)
        REFERENCES enrolment_groups (workspace_id, number) ON DELETE SET NULL (enrolment_group);
CREATE INDEX devices_enrolment_group ON devices (workspace_id, enrolment_group);
CREATE INDEX devices_waiting ON devices (workspace_id) WHERE NOT approved;
-- A hub's address doesn't say which workspace is meant.
CREATE INDEX devices_external_id ON devices (external_id);

-- Clients of Azure show certificates by their SHA-1.
ALTER TABLE device_certificates ADD COLUMN sha1 bytea CHECK (octet_length(sha1) = 20);
";
