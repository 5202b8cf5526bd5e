//! What workspaces use, by the hour: noted beside each batch in its own transaction, added up by a worker.

use crate::row_security::{run, telemetry_policies};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, "SET LOCAL ROLE homeport_worker;").await?;
        run(manager, TABLES).await?;
        for table in ["usage_hours", "usage_devices"] {
            run(manager, &telemetry_policies(table)).await?;
        }
        run(manager, GRANTS).await?;
        run(manager, "RESET ROLE;").await
    }
}

/// Many batches are on their way at once, so each adds a row of its own and touches nobody's. Whoever adds them up takes
/// them away in the same transaction: a crash leaves both as they were.
const TABLES: &str = "
CREATE TABLE tm_pending (
    id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    counts jsonb NOT NULL,
    devices int4[] NOT NULL DEFAULT '{}'
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
-- Packing them would take longer than to write them.
ALTER TABLE tm_pending ALTER devices SET STORAGE EXTERNAL;
COMMENT ON COLUMN tm_pending.counts IS 'by workspace: messages, points, bytes, refused, calls, mails; from, to: which of the devices';
COMMENT ON COLUMN tm_pending.devices IS 'numbers of those that sent something, each once; of one workspace after the other';

CREATE TABLE usage_hours (
    workspace_id int4 NOT NULL,
    hour timestamptz NOT NULL,
    messages int8 NOT NULL DEFAULT 0,
    points int8 NOT NULL DEFAULT 0,
    bytes int8 NOT NULL DEFAULT 0,
    refused int8 NOT NULL DEFAULT 0,
    devices int8 NOT NULL DEFAULT 0,
    new_devices int8 NOT NULL DEFAULT 0,
    calls int8 NOT NULL DEFAULT 0,
    mails int8 NOT NULL DEFAULT 0,
    stored int8 NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, hour)
) WITH (fillfactor = 80);
COMMENT ON COLUMN usage_hours.devices IS 'that sent something in this hour';
COMMENT ON COLUMN usage_hours.new_devices IS 'of these, those that sent nothing in this day (UTC) before';
COMMENT ON COLUMN usage_hours.stored IS 'bytes of telemetry and files at its end';
CREATE INDEX usage_hours_hour ON usage_hours (hour);

CREATE TABLE usage_devices (
    workspace_id int4 NOT NULL,
    day date NOT NULL,
    device_id int4 NOT NULL,
    hours int4 NOT NULL,
    PRIMARY KEY (workspace_id, day, device_id)
) WITH (fillfactor = 80);
COMMENT ON TABLE usage_devices IS 'which devices sent something in which hours, for some days: so that each is counted once';
COMMENT ON COLUMN usage_devices.hours IS 'a bit an hour, UTC';
";

const GRANTS: &str = "
GRANT INSERT (counts, devices) ON tm_pending TO homeport_ingest, homeport_app;
GRANT SELECT ON usage_hours TO homeport_app;
CREATE POLICY console ON usage_hours FOR SELECT TO homeport_console USING (true);
GRANT SELECT ON usage_hours TO homeport_console;
";
