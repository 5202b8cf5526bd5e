//! Telemetry that has come to rest: one row holds a day of one metric, packed, with its summary.
//!
//! A worker turns each closed slot of hot messages into chunks. The slot keeps its messages for a while, as they were
//! received; from then on lines are read from the chunks alone.

use crate::row_security::{run, telemetry_policies};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, "SET LOCAL ROLE homeport_worker;").await?;
        for step in [CHUNKS, WEEKS, SLOTS, USAGE] {
            run(manager, step).await?;
        }
        for table in ["tm_chunk", "tm_usage"] {
            run(manager, &telemetry_policies(table)).await?;
        }
        run(manager, GRANTS).await?;
        run(manager, "RESET ROLE;").await
    }
}

const CHUNKS: &str = r"
CREATE TABLE tm_chunk (
    workspace_id int4 NOT NULL,
    device_id int4 NOT NULL,
    metric_id int4 NOT NULL,
    kind int2 NOT NULL,
    day int4 NOT NULL,
    slot int4 NOT NULL,
    t0 int8 NOT NULL,
    t1 int8 NOT NULL,
    n int4 NOT NULL,
    sum float8 NOT NULL,
    min float8 NOT NULL,
    max float8 NOT NULL,
    first float8 NOT NULL,
    last float8 NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (workspace_id, device_id, metric_id, kind, day, slot, t0)
) PARTITION BY RANGE (day);
-- What is to be packed again.
CREATE INDEX tm_chunk_loose ON tm_chunk (workspace_id, device_id, day) WHERE slot > 0;
-- Packed already.
ALTER TABLE tm_chunk ALTER COLUMN data SET STORAGE EXTERNAL;
COMMENT ON COLUMN tm_chunk.metric_id IS '0: fields that have no number, as JSON objects';
COMMENT ON COLUMN tm_chunk.kind IS '0: numbers, 1: all else, as JSON';
COMMENT ON COLUMN tm_chunk.day IS 'days since 1970 of the points'' times, UTC';
COMMENT ON COLUMN tm_chunk.slot IS 'the slot that it was made of; 0: packed again from older ones';
COMMENT ON COLUMN tm_chunk.t0 IS 'time of the first point, milliseconds since 1970';
COMMENT ON COLUMN tm_chunk.n IS 'points; sum to last are of numbers, and 0 of all else';
";

/// Weeks begin on Mondays: day 0 was a Thursday. A week is made apart and then attached, so that no reader waits.
const WEEKS: &str = r"
CREATE FUNCTION tm_ensure_week(week int4) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    leaf text := 'tm_chunk_w' || week;
    low int4 := week * 7 - 3;
BEGIN
    IF to_regclass(leaf) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('homeport.tm_chunk'));
    -- The catalogue itself is asked: what this session remembers of names may be older than the lock.
    IF EXISTS (SELECT FROM pg_class WHERE relname = leaf) THEN
        RETURN;
    END IF;
    -- A chunk of some thousand points stands in one page with its summary.
    EXECUTE format('CREATE TABLE %I (LIKE tm_chunk INCLUDING ALL, CHECK (day >= %s AND day < %s))
        WITH (toast_tuple_target = 8160)', leaf, low, low + 7);
    EXECUTE format('ALTER TABLE tm_chunk ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', leaf, low, low + 7);
END $$;
REVOKE EXECUTE ON FUNCTION tm_ensure_week(int4) FROM PUBLIC;
";

/// A slot that is compacted keeps its messages until it is too old or there are too many of them.
const SLOTS: &str = r"
ALTER TABLE tm_slot DROP CONSTRAINT tm_slot_state_check;
ALTER TABLE tm_slot ADD CONSTRAINT tm_slot_state_check
    CHECK (state IN ('next', 'open', 'closed', 'compacted', 'dropping'));
CREATE INDEX tm_batch_slot ON tm_batch (slot);
";

/// What each workspace sent, by the day of arrival (UTC): the batch log, added up when a slot is compacted.
const USAGE: &str = r"
CREATE TABLE tm_usage (
    workspace_id int4 NOT NULL,
    day date NOT NULL,
    messages int8 NOT NULL,
    points int8 NOT NULL,
    bytes int8 NOT NULL,
    PRIMARY KEY (workspace_id, day)
);
COMMENT ON COLUMN tm_usage.bytes IS 'as received';
";

const GRANTS: &str = r"
GRANT SELECT, INSERT, DELETE ON tm_chunk TO homeport_app;
GRANT SELECT ON tm_usage TO homeport_app;
";
