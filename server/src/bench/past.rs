//! A year of a fleet's past, as the ingestion would have written it, and the same as narrow rows beside it.
//!
//! Many devices that have been there for some days and send each minute; some that have been there for a year and send
//! every ten. Their readings are as sensors give them: a daily course, some noise, and as many decimals as the device has.
//! All of it follows from numbers alone, so that what was interrupted goes on where it was.

use super::ground;
use crate::data_dir::DataDir;
use crate::error::{Error, Result};
use crate::settings::Database;
use crate::terminal;
use crate::wiring::database;
use domain::{Endpoints, Homeport, provision, workspaces};
use model::{DeviceId, MetricId, WorkspaceId};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use store::Store;
use store::cluster::Cluster;
use store::telemetry::{Extra, HotWindow, Keeper, Narrow, NarrowRow, Row, Writer};
use tokio::time::Instant;

/// What devices send: name, middle, daily swing, noise, steps a unit.
pub(super) const FIELDS: [(&str, f64, f64, f64, f64); 4] = [
    ("temperature", 21.0, 4.0, 0.2, 100.0),
    ("humidity", 48.0, 9.0, 0.8, 10.0),
    ("pressure", 1013.0, 3.0, 0.3, 10.0),
    ("battery", 3.7, 0.02, 0.002, 1000.0),
];
const MINUTE_MS: i64 = 60_000;
const YEAR_MINUTES: i64 = 365 * 24 * 60;
/// Minutes between two messages of a device that has been there for a year.
const FAR_EVERY: i64 = 10;
/// How far a message is off its minute, in milliseconds: clocks and networks are not exact.
const JITTER_MS: u64 = 40;
/// Messages of a batch, as the ingestion gathers them under load.
const BATCH: usize = 2_000;
/// Batches that are written at once.
const AT_ONCE: usize = 2;
/// Whole messages are kept of so much of the newest past.
const HOT_MINUTES: i64 = 2 * 24 * 60;

/// Slots go whole: the oldest that is kept may begin before that.
const A_SLOT: u64 = 600 << 20;
/// How often is told how far it is.
const TELL: Duration = Duration::from_secs(10);

/// How much past there is to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Plan {
    /// Devices that send each minute.
    pub(super) near: i64,
    /// For so many days.
    pub(super) days: i64,
    /// Devices that have been there for a year.
    pub(super) far: i64,
    /// When it ends, milliseconds since 1970.
    pub(super) until_ms: i64,
}

impl Plan {
    /// At least so many datapoints, until now.
    fn of(datapoints: u64) -> Plan {
        let per_device = |messages: i64| messages * FIELDS.len() as i64;
        let far_each = per_device(YEAR_MINUTES / FAR_EVERY);
        let near_each = per_device(7 * 24 * 60);
        let wanted = i64::try_from(datapoints).unwrap_or(i64::MAX);
        // A device of a year to twenty others.
        let far = (wanted / (20 * near_each + far_each)).max(1);
        let near = ((wanted - far * far_each).max(0) + near_each - 1) / near_each;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as i64;
        Plan { near: near.max(4), days: 7, far, until_ms: now / MINUTE_MS * MINUTE_MS }
    }

    fn to_text(self) -> String {
        format!("{} {} {} {}", self.near, self.days, self.far, self.until_ms)
    }

    fn from_text(text: &str) -> Option<Plan> {
        let mut numbers = text.split(' ').map(|word| word.parse().ok());
        let mut next = || numbers.next().flatten();
        Some(Plan { near: next()?, days: next()?, far: next()?, until_ms: next()? })
    }

    pub(super) fn datapoints(self) -> i64 {
        (self.near * self.days * 24 * 60 + self.far * YEAR_MINUTES / FAR_EVERY) * FIELDS.len() as i64
    }

    /// The devices that send in a minute of the year; those of the whole year are numbered behind the others.
    fn senders(self, minute: i64) -> impl Iterator<Item = i64> {
        let near = if minute >= YEAR_MINUTES - self.days * 24 * 60 { self.near } else { 0 };
        let far = if minute % FAR_EVERY == 0 { self.far } else { 0 };
        (0..near).chain(self.near..self.near + far)
    }

    /// The message of a device in a minute: its time and its values.
    fn message(self, device: i64, minute: i64) -> (i64, [f64; FIELDS.len()]) {
        let chance = |salt: i64| mixed(((device << 40) ^ (minute << 8) ^ salt).cast_unsigned());
        let offset = (mixed(device.cast_unsigned()) % MINUTE_MS as u64 + chance(0) % JITTER_MS) as i64;
        let ts = self.until_ms - (YEAR_MINUTES - minute) * MINUTE_MS + offset;
        let day = std::f64::consts::TAU * (minute % 1440) as f64 / 1440.0;
        let mut values = [0.0; FIELDS.len()];
        for (place, (value, (_, middle, swing, noise, steps))) in values.iter_mut().zip(FIELDS).enumerate() {
            let part = (chance(place as i64 + 1) >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
            let exact = middle
                + (device % 17) as f64 * noise
                + swing * (day + device as f64).sin()
                + 2.0 * noise * part;
            *value = (exact * steps).round() / steps;
        }
        (ts, values)
    }
}

/// What the past lies in.
pub(super) struct Past {
    pub(super) plan: Plan,
    pub(super) store: Store,
    pub(super) narrow: Narrow,
    pub(super) workspace: WorkspaceId,
    /// By their numbers in the plan.
    pub(super) devices: Vec<DeviceId>,
    /// In the order of [`FIELDS`].
    pub(super) metrics: Vec<MetricId>,
    /// How long writing took, where all was written in this run.
    pub(super) wrote: Option<Duration>,
    writer: Writer,
    keeper: Keeper,
    _cluster: Cluster,
    _held: DataDir,
}

impl Past {
    /// Opens the past in this folder, and makes what is missing of it.
    ///
    /// # Errors
    /// What lies there is another past, or the database failed.
    pub(super) async fn open(dir: &Path, datapoints: u64) -> Result<Past> {
        let held = DataDir::open(dir)?;
        let prepared = database::prepare(&Database::Embedded { master_key: None }, dir).await?;
        let cluster = prepared.cluster.ok_or_else(|| Error::Bench("there is no embedded Postgres".into()))?;
        let store = Store::connect(&prepared.urls, prepared.key).await?;
        let writer = Writer::connect(&prepared.urls).await?;
        let keeper = Keeper::connect(&prepared.urls).await?;
        let narrow = Narrow::open(&prepared.urls).await?;
        let homeport = Homeport::new(store.clone(), Endpoints::default());
        let wanted = Plan::of(datapoints);
        let (plan, done) = match narrow.past().await? {
            Some((text, done)) => {
                let plan = Plan::from_text(&text).unwrap_or(wanted);
                if (plan.near, plan.far) != (wanted.near, wanted.far) {
                    return Err(Error::Bench(format!(
                        "{} datapoints lie in {}; say --fresh to make others",
                        plan.datapoints(),
                        dir.display()
                    )));
                }
                (plan, done)
            }
            None => {
                let count = u32::try_from(wanted.near + wanted.far).unwrap_or(u32::MAX);
                terminal::tell(&format!("Making {count} devices …"));
                ground::furnish(&homeport, count).await?;
                narrow.begin(&wanted.to_text()).await?;
                (wanted, 0)
            }
        };
        let scope = scope(&homeport).await?;
        let mut devices = Vec::new();
        let mut workspace = WorkspaceId(0);
        for number in 0..plan.near + plan.far {
            let route = writer.device(&scope, &ground::device_id(number as u32)).await?;
            let route = route.ok_or_else(|| Error::Bench("a device is missing; say --fresh".into()))?;
            workspace = route.workspace;
            devices.push(route.device);
        }
        let names: Vec<String> = FIELDS.iter().map(|field| field.0.to_owned()).collect();
        let ids = writer.metric_ids(workspace, &names).await?;
        let metrics = names.iter().filter_map(|name| ids.get(name).copied()).collect();
        let mut past = Past {
            plan,
            store,
            narrow,
            workspace,
            devices,
            metrics,
            wrote: None,
            writer,
            keeper,
            _cluster: cluster,
            _held: held,
        };
        if done < YEAR_MINUTES {
            past.write(done).await?;
            past.settle().await?;
        }
        Ok(past)
    }

    /// Writes what is missing, in the order in which it would have come, while what is written is compacted.
    async fn write(&mut self, done: i64) -> Result<()> {
        let begun = Instant::now();
        let settling = tokio::spawn(settle_along(self.keeper.clone()));
        self.keeper.ensure_slots().await?;
        let mut told = Instant::now();
        let mut rows = Vec::new();
        for minute in done..YEAR_MINUTES {
            for device in self.plan.senders(minute) {
                rows.push((device, self.plan.message(device, minute)));
            }
            if rows.len() >= BATCH * AT_ONCE || minute + 1 == YEAR_MINUTES {
                self.add(&rows, minute + 1).await?;
                rows.clear();
            }
            if told.elapsed() > TELL {
                told = Instant::now();
                let day = minute / 1440;
                terminal::tell(&format!("… day {day} of 365, after {} s", begun.elapsed().as_secs()));
            }
        }
        if settling.is_finished() {
            return Err(settling.await.map_err(|e| Error::Bench(e.to_string()))?.into());
        }
        settling.abort();
        self.wrote = (done == 0).then(|| begun.elapsed());
        Ok(())
    }

    async fn add(&self, messages: &[(i64, (i64, [f64; FIELDS.len()]))], done: i64) -> Result<()> {
        let rows: Vec<Row> = messages.iter().map(|(device, message)| self.row(*device, *message)).collect();
        let batches = rows.chunks(BATCH.max(rows.len().div_ceil(AT_ONCE)));
        futures::future::try_join_all(batches.map(|batch| self.writer.commit(batch, &[]))).await?;
        let mut narrow = Vec::with_capacity(rows.len() * FIELDS.len());
        for row in &rows {
            let one = |(metric, value): &(MetricId, f64)| NarrowRow {
                device: row.device.0,
                metric: metric.0,
                ts: row.ts,
                value: *value,
            };
            narrow.extend(row.metrics.iter().map(one));
        }
        Ok(self.narrow.add(&narrow, done).await?)
    }

    fn row(&self, device: i64, (ts, values): (i64, [f64; FIELDS.len()])) -> Row {
        Row {
            workspace: self.workspace,
            device: self.devices[device as usize],
            ts,
            seq: mixed(ts.cast_unsigned() ^ (device << 44).cast_unsigned()).cast_signed(),
            arrived_ms: ts,
            metrics: self.metrics.iter().copied().zip(values).collect(),
            extra: Extra::default(),
            size: 110,
        }
    }

    /// Lets all come to rest as the worker does: slots closed and compacted, whole messages kept of the newest past only,
    /// days packed for good, tables in order.
    async fn settle(&self) -> Result<()> {
        terminal::tell("Compacting what is left …");
        self.keeper.rebuild_last().await?;
        self.keeper.ensure_slots_of(1, 1).await?;
        while self.keeper.compact_next().await?.is_some() {}
        let sizes = self.narrow.sizes().await?;
        let hot = self.plan.near * HOT_MINUTES.min(self.plan.days * 1440);
        let bytes = (sizes.hot as f64 * hot as f64 / sizes.messages.max(1) as f64) as u64 + A_SLOT;
        self.keeper.drop_slots(HotWindow { age: Duration::from_secs(86_400), bytes }).await?;
        terminal::tell("Packing days for good …");
        let mut told = Instant::now();
        let mut days = 0;
        loop {
            let done = self.keeper.repack_some(self.plan.until_ms).await?;
            days += done.days;
            if done.days == 0 {
                break;
            }
            if told.elapsed() > TELL {
                told = Instant::now();
                terminal::tell(&format!("… {days} days of devices"));
            }
        }
        Ok(self.narrow.tidy().await?)
    }
}

/// Does what the worker does while messages come, until that fails.
async fn settle_along(keeper: Keeper) -> store::Error {
    loop {
        let step = async {
            keeper.ensure_slots().await?;
            while keeper.compact_next().await?.is_some() {}
            Ok(())
        };
        if let Err(error) = step.await {
            return error;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// The ID scope of the bench's workspace.
async fn scope(homeport: &Homeport) -> Result<String> {
    let missing = || Error::Bench("the workspace is missing; say --fresh".into());
    let person = provision::find_person(homeport, ground::PERSON).await?.ok_or_else(missing)?;
    let memberships = workspaces::memberships(homeport, person.id).await?;
    Ok(memberships.first().ok_or_else(missing)?.workspace.scope.to_string())
}

/// A number that looks random and follows from another (SplitMix64).
fn mixed(number: u64) -> u64 {
    super::chance::Chance::new(number).next()
}
