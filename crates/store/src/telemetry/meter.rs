//! Adds up what batches have noted of usage, hour by hour, and how each workspace is.
//!
//! What was noted is taken away in the transaction that adds it up, by one worker at a time: whoever is killed on the way
//! changes nothing, and nothing is counted twice.

use super::Keeper;
use super::compact::DAY_MS;
use crate::error::Result;
use sqlx::Connection;

/// Notes that are added up at once.
const NOTES: i64 = 5_000;
/// Bytes of a chunk besides its data; as the storage page counts.
const ROW_BYTES: i64 = 182;
/// A device that has sent something within this time is live, in milliseconds.
const LIVE_MS: i64 = model::device::SILENT_AFTER_MS;

/// What was added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metered {
    /// Notes that were taken.
    pub notes: u64,
    /// Whether there may be more.
    pub more: bool,
}

const ADD_UP: &str = "
    WITH taken AS (
        DELETE FROM tm_pending WHERE id IN (SELECT id FROM tm_pending ORDER BY id LIMIT $1) RETURNING at, counts, devices
    ), each AS (
        SELECT w.key::int4 AS workspace_id, date_trunc('hour', t.at, 'UTC') AS hour, w.value AS v,
            t.devices[(w.value ->> 'from')::int4 + 1 : (w.value ->> 'to')::int4] AS devices
        FROM taken t, jsonb_each(t.counts) w
        WHERE EXISTS (SELECT FROM tenants n WHERE n.workspace_id = w.key::int4)
    ), seen AS (
        SELECT e.workspace_id, e.hour, (e.hour AT TIME ZONE 'UTC')::date AS day, d.device AS device_id,
            1 << extract(hour FROM e.hour AT TIME ZONE 'UTC')::int4 AS bit
        FROM each e, unnest(e.devices) AS d (device) GROUP BY 1, 2, 4
    ), days AS (
        SELECT workspace_id, day, device_id, bit_or(bit) AS hours, min(hour) AS first_hour FROM seen GROUP BY 1, 2, 3
    ), fresh AS (
        SELECT d.*, d.hours & ~coalesce(u.hours, 0) AS added, u.hours IS NULL AS is_new
        FROM days d LEFT JOIN usage_devices u USING (workspace_id, day, device_id)
    ), marked AS (
        INSERT INTO usage_devices (workspace_id, day, device_id, hours)
        SELECT workspace_id, day, device_id, hours FROM fresh WHERE added <> 0
        ON CONFLICT (workspace_id, day, device_id) DO UPDATE SET hours = usage_devices.hours | excluded.hours
    ), devices AS (
        SELECT s.workspace_id, s.hour, count(*) AS devices,
            count(*) FILTER (WHERE f.is_new AND f.first_hour = s.hour) AS new_devices
        FROM seen s JOIN fresh f USING (workspace_id, day, device_id)
        WHERE f.added & s.bit <> 0 GROUP BY 1, 2
    ), sums AS (
        SELECT workspace_id, hour, coalesce(sum((v ->> 'messages')::int8), 0) AS messages,
            coalesce(sum((v ->> 'points')::int8), 0) AS points, coalesce(sum((v ->> 'bytes')::int8), 0) AS bytes,
            coalesce(sum((v ->> 'refused')::int8), 0) AS refused, coalesce(sum((v ->> 'calls')::int8), 0) AS calls,
            coalesce(sum((v ->> 'mails')::int8), 0) AS mails
        FROM each GROUP BY 1, 2
    ), added AS (
        INSERT INTO usage_hours (workspace_id, hour, messages, points, bytes, refused, calls, mails, devices,
            new_devices, stored)
        SELECT s.workspace_id, s.hour, s.messages, s.points, s.bytes, s.refused, s.calls, s.mails,
            coalesce(d.devices, 0), coalesce(d.new_devices, 0), t.stored
        FROM sums s JOIN tenants t USING (workspace_id) LEFT JOIN devices d USING (workspace_id, hour)
        ON CONFLICT (workspace_id, hour) DO UPDATE SET messages = usage_hours.messages + excluded.messages,
            points = usage_hours.points + excluded.points, bytes = usage_hours.bytes + excluded.bytes,
            refused = usage_hours.refused + excluded.refused, calls = usage_hours.calls + excluded.calls,
            mails = usage_hours.mails + excluded.mails, devices = usage_hours.devices + excluded.devices,
            new_devices = usage_hours.new_devices + excluded.new_devices
    )
    SELECT count(*) FROM taken";

/// How workspaces are: each row is touched only where something of it has changed. What is live changes without
/// messages too.
const HEALTH: &str = "
    WITH used AS (
        SELECT workspace_id, sum(messages)::int8 AS messages, sum(refused)::int8 AS refused FROM usage_hours
        WHERE hour > now() - interval '24 hours' GROUP BY 1
    ), heard AS (
        SELECT workspace_id, count(*) FILTER (WHERE last_arrived > $1 - $2) AS live, max(last_arrived) AS last
        FROM tm_last GROUP BY 1
    ), devices AS (SELECT workspace_id, count(*) AS n FROM devices GROUP BY 1),
    people AS (SELECT workspace_id, count(*) AS n FROM memberships GROUP BY 1),
    now_is AS (
        SELECT t.workspace_id, coalesce(d.n, 0) AS devices, coalesce(h.live, 0) AS live, coalesce(p.n, 0) AS people,
            coalesce(u.messages, 0) AS messages, coalesce(u.refused, 0) AS refused,
            greatest(t.last_activity, coalesce(h.last, 0)) AS last_activity
        FROM tenants t LEFT JOIN used u USING (workspace_id) LEFT JOIN heard h USING (workspace_id)
        LEFT JOIN devices d USING (workspace_id) LEFT JOIN people p USING (workspace_id)
    )
    UPDATE tenants t SET devices = n.devices, live = n.live, people = n.people, messages = n.messages,
        refused = n.refused, last_activity = n.last_activity
    FROM now_is n WHERE n.workspace_id = t.workspace_id
        AND (t.devices, t.live, t.people, t.messages, t.refused, t.last_activity)
            IS DISTINCT FROM (n.devices, n.live, n.people, n.messages, n.refused, n.last_activity)";

/// What telemetry at rest, a share of what is not, and files take.
const STORED: &str = "
    WITH chunks AS (
        SELECT workspace_id, sum(pg_column_size(data) + $1)::int8 AS bytes FROM tm_chunk GROUP BY 1
    ), files AS (SELECT workspace_id, sum(bytes)::int8 AS bytes FROM device_files GROUP BY 1),
    slots AS (
        SELECT b.slot, w.key::int4 AS workspace_id, sum((w.value ->> 'messages')::int8) AS messages
        FROM tm_batch b JOIN tm_slot s ON s.slot = b.slot AND s.state <> 'dropping', jsonb_each(b.counts) w GROUP BY 1, 2
    ), sizes AS (
        SELECT slot, sum(messages) AS messages, pg_total_relation_size(to_regclass('tm_hot_' || slot)) AS bytes
        FROM slots GROUP BY 1
    ), hot AS (
        SELECT s.workspace_id, sum(z.bytes * s.messages / nullif(z.messages, 0))::int8 AS bytes
        FROM slots s JOIN sizes z USING (slot) GROUP BY 1
    ), now_is AS (
        SELECT t.workspace_id, (coalesce(c.bytes, 0) + coalesce(h.bytes, 0) + coalesce(f.bytes, 0))::int8 AS stored
        FROM tenants t LEFT JOIN chunks c USING (workspace_id) LEFT JOIN hot h USING (workspace_id)
        LEFT JOIN files f USING (workspace_id)
    ), noted AS (
        UPDATE tenants t SET stored = n.stored FROM now_is n
        WHERE n.workspace_id = t.workspace_id AND t.stored <> n.stored
    )
    INSERT INTO usage_hours (workspace_id, hour, stored)
    SELECT workspace_id, date_trunc('hour', now(), 'UTC'), stored FROM now_is WHERE stored > 0
    ON CONFLICT (workspace_id, hour) DO UPDATE SET stored = excluded.stored";

impl Keeper {
    /// Adds up what was noted since, some of it: call it again where there is more. Any number of processes may; one does
    /// it, the others do nothing.
    ///
    /// # Errors
    /// The database failed; nothing was changed.
    pub async fn meter(&self) -> Result<Metered> {
        let mut connection = self.pool.acquire().await?;
        let mut tx = connection.begin().await?;
        let mine: bool = sqlx::query_scalar("SELECT pg_try_advisory_xact_lock(hashtext('homeport.meter'))")
            .fetch_one(&mut *tx)
            .await?;
        if !mine {
            return Ok(Metered::default());
        }
        let notes: i64 = sqlx::query_scalar(ADD_UP).bind(NOTES).fetch_one(&mut *tx).await?;
        tx.commit().await?;
        Ok(Metered { notes: notes.unsigned_abs(), more: notes >= NOTES })
    }

    /// Notes how each workspace is at this time, milliseconds since 1970, and how many there are. Fit for every minute.
    ///
    /// # Errors
    /// The database failed; nothing was changed.
    pub async fn note_health(&self, now_ms: i64) -> Result<()> {
        let mut connection = self.pool.acquire().await?;
        let mut tx = connection.begin().await?;
        sqlx::query(HEALTH).bind(now_ms).bind(LIVE_MS).execute(&mut *tx).await?;
        let count = "UPDATE platform SET workspaces = n.n FROM (SELECT count(*) AS n FROM tenants) AS n
                     WHERE workspaces <> n.n";
        sqlx::query(count).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    /// Notes what each workspace takes on the disk, and forgets hours that are kept no longer. Reads the rows of all
    /// chunks, but not their data: fit for every hour.
    ///
    /// # Errors
    /// The database failed; nothing was changed.
    pub async fn note_stored(&self) -> Result<()> {
        let mut connection = self.pool.acquire().await?;
        let mut tx = connection.begin().await?;
        sqlx::query(STORED).bind(ROW_BYTES).execute(&mut *tx).await?;
        let days = DAY_MS * i64::from(model::usage::USAGE_DAYS) / 1000;
        sqlx::query("DELETE FROM usage_hours WHERE hour < now() - make_interval(secs => $1)")
            .bind(days as f64)
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM usage_devices WHERE day < (now() AT TIME ZONE 'UTC')::date - 2")
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }
}
