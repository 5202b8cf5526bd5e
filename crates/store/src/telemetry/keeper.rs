//! The housekeeping of telemetry, as the role that owns its tables: room for what comes, and the latest values.

use crate::error::{Error, Result};
use crate::urls::{Role, Urls};
use model::{DeviceId, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Executor};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// Looks after the telemetry tables. Any number of processes may at once.
#[derive(Clone)]
pub struct Keeper {
    pub(super) pool: PgPool,
    /// Held by who packs: one at a time in a process, since each needs a second connection on the way.
    pub(super) packing: Arc<Mutex<()>>,
}

/// The newest values of a device, as they were gathered since they were last written.
#[derive(Clone, Debug, PartialEq)]
pub struct LastValues {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Of which device.
    pub device: DeviceId,
    /// Time of the newest message, milliseconds since 1970.
    pub last_ts: i64,
    /// When the newest message arrived.
    pub last_arrived_ms: i64,
    /// The newest value of each field, by its path.
    pub values: BTreeMap<String, Recent>,
}

/// A value and its time, as they are kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recent {
    /// The value.
    #[serde(rename = "v")]
    pub value: Value,
    /// Its time, milliseconds since 1970.
    #[serde(rename = "t")]
    pub ts: i64,
}

impl Keeper {
    /// Connects as `homeport_worker`.
    ///
    /// # Errors
    /// The database can't be reached.
    pub async fn connect(urls: &Urls) -> Result<Keeper> {
        let options: PgConnectOptions = urls.role(Role::Worker).parse()?;
        let pool = PgPoolOptions::new()
            .max_connections(6)
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute("SET application_name = 'homeport keeper'").await.map(|_| ())
                })
            })
            .connect_with(options.disable_statement_logging())
            .await?;
        Ok(Keeper { pool, packing: Arc::default() })
    }

    /// Writes the newest values of these devices. Postgres joins them with what it has, the newest of each field, so
    /// that neither order nor repetition nor other processes can spoil them.
    ///
    /// # Errors
    /// The database failed; nothing was written.
    pub async fn merge_last(&self, devices: &[LastValues]) -> Result<()> {
        if devices.is_empty() {
            return Ok(());
        }
        // What is newer than all that is known is laid over it: comparing field by field costs many times as much, and
        // thousands of devices are written every two seconds. Few fields, so that together they can't be too many.
        // One row a device, in the order of the key, so that two processes can't wait for each other in a circle.
        let devices = one_each(devices);
        let values: Vec<String> = devices.iter().map(|d| to_json(&d.values)).collect::<Result<_>>()?;
        sqlx::query(
            "INSERT INTO tm_last AS l (workspace_id, device_id, last_ts, last_arrived, \"values\")
             SELECT w, d, t, a, v::jsonb
             FROM unnest($1::int4[], $2::int4[], $3::int8[], $4::int8[], $5::text[]) AS r (w, d, t, a, v)
             ON CONFLICT (workspace_id, device_id) DO UPDATE SET
                 last_ts = greatest(l.last_ts, excluded.last_ts),
                 last_arrived = greatest(l.last_arrived, excluded.last_arrived),
                 \"values\" = CASE
                     WHEN pg_column_size(l.\"values\") < 1900 AND pg_column_size(excluded.\"values\") < 1900
                      AND NOT jsonb_path_exists(
                         excluded.\"values\", '$.*.t ? (@ < $last)', jsonb_build_object('last', l.last_ts))
                     THEN l.\"values\" || excluded.\"values\"
                     ELSE tm_newest(l.\"values\", excluded.\"values\")
                 END",
        )
        .bind(devices.iter().map(|d| d.workspace.0).collect::<Vec<_>>())
        .bind(devices.iter().map(|d| d.device.0).collect::<Vec<_>>())
        .bind(devices.iter().map(|d| d.last_ts).collect::<Vec<_>>())
        .bind(devices.iter().map(|d| d.last_arrived_ms).collect::<Vec<_>>())
        .bind(values)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

impl LastValues {
    /// Takes over what is newer in `other`, field by field; of two values of one time, the other's.
    pub fn absorb(&mut self, other: LastValues) {
        self.last_ts = self.last_ts.max(other.last_ts);
        self.last_arrived_ms = self.last_arrived_ms.max(other.last_arrived_ms);
        for (name, newer) in other.values {
            match self.values.entry(name) {
                Entry::Vacant(free) => drop(free.insert(newer)),
                Entry::Occupied(mut kept) if kept.get().ts <= newer.ts => drop(kept.insert(newer)),
                Entry::Occupied(_) => {}
            }
        }
    }

    /// Keeps no more fields than there may be, the newest.
    fn forget_oldest(&mut self) {
        if self.values.len() > FIELDS_MAX {
            let mut times: Vec<i64> = self.values.values().map(|recent| recent.ts).collect();
            times.sort_unstable_by(|a, b| b.cmp(a));
            let (oldest, mut room) = (times[FIELDS_MAX - 1], FIELDS_MAX);
            room -= times.iter().filter(|ts| **ts > oldest).count();
            self.values.retain(|_, recent| {
                let of_the_oldest = recent.ts == oldest && room > 0;
                room -= usize::from(of_the_oldest);
                recent.ts > oldest || of_the_oldest
            });
        }
    }

    /// The same with values of a message of `ts` that arrived at `arrived_ms`, both in milliseconds since 1970.
    /// A name is copied only when it is the first time that it is heard.
    pub fn hear<'a>(
        &mut self,
        ts: i64,
        arrived_ms: i64,
        values: impl IntoIterator<Item = (&'a String, &'a Value)>,
    ) {
        self.last_ts = self.last_ts.max(ts);
        self.last_arrived_ms = self.last_arrived_ms.max(arrived_ms);
        for (name, value) in values {
            match self.values.get_mut(name) {
                None => drop(self.values.insert(name.clone(), Recent { value: value.clone(), ts })),
                Some(kept) if kept.ts <= ts => *kept = Recent { value: value.clone(), ts },
                Some(_) => {}
            }
        }
    }
}

/// Most fields that are kept of a device, as in the function `tm_newest`.
const FIELDS_MAX: usize = 1000;

fn one_each(devices: &[LastValues]) -> Vec<LastValues> {
    let mut by_key = BTreeMap::<_, LastValues>::new();
    for device in devices {
        match by_key.entry((device.workspace, device.device)) {
            Entry::Vacant(free) => drop(free.insert(device.clone())),
            Entry::Occupied(mut kept) => kept.get_mut().absorb(device.clone()),
        }
    }
    let mut devices: Vec<LastValues> = by_key.into_values().collect();
    devices.iter_mut().for_each(LastValues::forget_oldest);
    devices
}

fn to_json(values: &BTreeMap<String, Recent>) -> Result<String> {
    serde_json::to_string(values).map_err(|e| Error::Unreadable(e.to_string()))
}
