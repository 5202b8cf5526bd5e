//! Telemetry in plain Postgres: hot messages by slot of arrival, the batch log, latest values, refused entries.
//!
//! The worker owns all of it. The ingestion may only add: COPY works on leaves alone, since row-level security stands
//! on the parent, and what it must know (a batch's number and slot, the numbers of names) narrow functions tell it.
//! The application reads and deletes through the parents, under the policies, and has no right on any leaf.

use crate::row_security::{run, telemetry_policies};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, AS_WORKER).await?;
        for step in [HOT, BATCHES, LATEST, REFUSED, METRICS, SLOTS] {
            run(manager, step).await?;
        }
        for table in ["tm_hot", "tm_last", "tm_metric", "tm_refused"] {
            run(manager, &telemetry_policies(table)).await?;
        }
        run(manager, REFUSED_BY_INGESTION).await?;
        run(manager, GRANTS).await?;
        // The first slots, so that a message can come at once.
        run(manager, "SELECT tm_ensure_slots(0, 0); RESET ROLE;").await
    }
}

/// The worker owns what it will add leaves to, and so must be able to create.
const AS_WORKER: &str = "
GRANT USAGE, CREATE ON SCHEMA public TO homeport_worker;
SET LOCAL ROLE homeport_worker;
";

/// Messages, in the slot of their arrival. `batch` grows with the pages, so a summary of pages finds a batch again.
const HOT: &str = r"
CREATE TABLE tm_hot (
    slot int4 NOT NULL,
    workspace_id int4 NOT NULL,
    device_id int4 NOT NULL,
    ts int8 NOT NULL,
    seq int8 NOT NULL,
    arrived int8 NOT NULL,
    batch int8 NOT NULL,
    body bytea NOT NULL,
    extra jsonb,
    PRIMARY KEY (workspace_id, device_id, ts, seq, slot)
) PARTITION BY LIST (slot);
CREATE INDEX tm_hot_batch ON tm_hot USING brin (batch) WITH (pages_per_range = 32, autosummarize = on);
COMMENT ON COLUMN tm_hot.ts IS 'the message''s own time or its arrival, milliseconds since 1970';
COMMENT ON COLUMN tm_hot.seq IS 'hash that tells messages of one time apart and makes a repeated one the same';
COMMENT ON COLUMN tm_hot.arrived IS 'milliseconds since 1970';
COMMENT ON COLUMN tm_hot.body IS 'packed numbers: format byte 1, then metric id (int4) and value (float8), little-endian';
COMMENT ON COLUMN tm_hot.extra IS 'f: fields that are no numbers or must stay exact, p: problems by field, m: message properties, i: id, c: component';
";

/// One row a committed batch, in the batch's own transaction. Ids don't follow the order of commits: who follows
/// the log reads below the xmin of its snapshot.
const BATCHES: &str = r"
CREATE SEQUENCE tm_batch_id;
CREATE TABLE tm_batch (
    id int8 PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    slot int4 NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    counts jsonb NOT NULL
);
COMMENT ON COLUMN tm_batch.counts IS 'by workspace: messages, points, bytes';
";

/// The newest values of every device. A function joins two states, so that any number of processes may write.
const LATEST: &str = r#"
CREATE TABLE tm_last (
    workspace_id int4 NOT NULL,
    device_id int4 NOT NULL,
    last_ts int8 NOT NULL,
    last_arrived int8 NOT NULL,
    "values" jsonb NOT NULL,
    PRIMARY KEY (workspace_id, device_id)
) WITH (fillfactor = 50);
COMMENT ON COLUMN tm_last."values" IS 'by field: v value, t time; the newest time wins, at most 1000 fields';

CREATE FUNCTION tm_newest(a jsonb, b jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM (
        SELECT key, value FROM (
            SELECT DISTINCT ON (key) key, value FROM (
                SELECT key, value, 0 AS later FROM jsonb_each(a)
                UNION ALL
                SELECT key, value, 1 FROM jsonb_each(b)
            ) AS either
            ORDER BY key, (value ->> 't')::int8 DESC, later DESC
        ) AS newest
        ORDER BY (value ->> 't')::int8 DESC, key
        LIMIT 1000
    ) AS kept
$$;
"#;

/// What could not be taken as telemetry, with the reason. The key makes a redelivered entry the same.
const REFUSED: &str = r"
CREATE TABLE tm_refused (
    workspace_id int4 NOT NULL,
    device_id int4 NOT NULL,
    arrived int8 NOT NULL,
    seq int8 NOT NULL,
    ts int8 NOT NULL,
    topic text NOT NULL,
    reason text NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (workspace_id, device_id, arrived, seq)
);
";

/// Names of values, as numbers. Beyond 20,000 names a workspace a name gets no number, and its values stay in `extra`:
/// a device that invents names can't fill the table.
const METRICS: &str = r"
CREATE SEQUENCE tm_metric_id AS int4;
CREATE TABLE tm_metric (
    workspace_id int4 NOT NULL,
    id int4 NOT NULL DEFAULT nextval('tm_metric_id'),
    name text NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, name)
);

CREATE FUNCTION intern_metrics(workspace int4, names text[]) RETURNS TABLE (metric_name text, metric_id int4)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO tm_metric (workspace_id, name)
        SELECT workspace, n FROM (
            SELECT DISTINCT n FROM unnest(names) AS n
            WHERE NOT EXISTS (SELECT FROM tm_metric WHERE workspace_id = workspace AND name = n)
        ) AS missing
        ORDER BY n
        LIMIT greatest(0, 20000 - (SELECT count(*) FROM tm_metric WHERE workspace_id = workspace))
        ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT name, id FROM tm_metric WHERE workspace_id = workspace AND name = ANY (names);
END $$;
";

/// Slots: one is open, one stands ready, the others are closed. Leaves are made apart and then attached, which locks
/// the parent only against other changes of its shape: no message waits for it.
const SLOTS: &str = r"
CREATE TABLE tm_slot (
    slot int4 PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('next', 'open', 'closed')),
    opened_at timestamptz,
    closed_at timestamptz
);
CREATE UNIQUE INDEX tm_slot_one_open ON tm_slot (state) WHERE state = 'open';
CREATE UNIQUE INDEX tm_slot_one_next ON tm_slot (state) WHERE state = 'next';

CREATE FUNCTION tm_make_slot() RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    made int4 := (SELECT coalesce(max(slot), 0) + 1 FROM tm_slot);
    leaf text := 'tm_hot_' || made;
BEGIN
    -- The CHECK says what the partition bound will say, so attaching needs no scan.
    EXECUTE format('CREATE TABLE %I (LIKE tm_hot INCLUDING ALL, CHECK (slot = %s))', leaf, made);
    EXECUTE format('ALTER TABLE tm_hot ATTACH PARTITION %I FOR VALUES IN (%s)', leaf, made);
    EXECUTE format('GRANT INSERT ON %I TO homeport_ingest', leaf);
    INSERT INTO tm_slot (slot, state) VALUES (made, 'next');
END $$;

-- Sees to one open slot and one ready behind it. An open slot that holds something is closed when it is older or
-- larger than told (0: no limit). Tells the open slot.
CREATE FUNCTION tm_ensure_slots(max_age_ms int8, max_bytes int8) RETURNS int4
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    current tm_slot;
    bytes int8;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('homeport.tm_slot'));
    SELECT * INTO current FROM tm_slot WHERE state = 'open';
    IF FOUND THEN
        bytes := pg_relation_size(format('tm_hot_%s', current.slot)::regclass);
        IF bytes > 0 AND ((max_bytes > 0 AND bytes > max_bytes)
            OR (max_age_ms > 0 AND now() - current.opened_at > make_interval(secs => max_age_ms / 1000.0))) THEN
            UPDATE tm_slot SET state = 'closed', closed_at = now() WHERE slot = current.slot;
        END IF;
    END IF;
    IF NOT EXISTS (SELECT FROM tm_slot WHERE state = 'open') THEN
        IF NOT EXISTS (SELECT FROM tm_slot WHERE state = 'next') THEN
            PERFORM tm_make_slot();
        END IF;
        UPDATE tm_slot SET state = 'open', opened_at = now() WHERE state = 'next';
    END IF;
    IF NOT EXISTS (SELECT FROM tm_slot WHERE state = 'next') THEN
        PERFORM tm_make_slot();
    END IF;
    RETURN (SELECT slot FROM tm_slot WHERE state = 'open');
END $$;

-- The slot and the number of a batch that is about to be written. Its leaf is locked as a writer locks it before the
-- slot is looked at once more: whoever closes a slot and then locks its leaf knows that nobody writes there any more.
CREATE FUNCTION tm_begin_batch(OUT batch_slot int4, OUT batch_id int8)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    LOOP
        SELECT slot INTO batch_slot FROM tm_slot WHERE state = 'open';
        IF NOT FOUND THEN
            RAISE EXCEPTION 'no telemetry slot is open' USING ERRCODE = 'object_not_in_prerequisite_state';
        END IF;
        EXECUTE format('LOCK TABLE %I IN ROW EXCLUSIVE MODE', 'tm_hot_' || batch_slot);
        EXIT WHEN EXISTS (SELECT FROM tm_slot WHERE slot = batch_slot AND state = 'open');
    END LOOP;
    batch_id := nextval('tm_batch_id');
END $$;
";

/// The ingestion may add refused entries.
const REFUSED_BY_INGESTION: &str =
    "CREATE POLICY ingest ON tm_refused FOR INSERT TO homeport_ingest WITH CHECK (true);";

const GRANTS: &str = r"
REVOKE EXECUTE ON FUNCTION intern_metrics(int4, text[]), tm_begin_batch(), tm_make_slot(), tm_ensure_slots(int8, int8)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION intern_metrics(int4, text[]), tm_begin_batch() TO homeport_ingest;
GRANT INSERT ON tm_batch, tm_refused TO homeport_ingest;
GRANT SELECT, DELETE ON tm_hot, tm_last, tm_refused TO homeport_app;
GRANT SELECT ON tm_metric, tm_slot TO homeport_app;
";
