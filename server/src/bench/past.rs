//! A year of a fleet's past, as the ingestion would have written it, and the same as narrow rows beside it.
//!
//! Many devices that have been there for some days and send each minute; some that have been there for a year and send
//! every ten. Their readings are as sensors give them: a daily course, some noise, and as many decimals as the device has.
//! All of it follows from numbers alone, so that what was interrupted goes on where it was.

mod plan;

use super::ground;
use crate::data_dir::DataDir;
use crate::error::{Error, Result};
use crate::settings::Database;
use crate::terminal;
use crate::wiring::database;
use domain::{Endpoints, Homeport, provision, workspaces};
use model::{DeviceId, MetricId, WorkspaceId};
use plan::{FAR_EVERY, YEAR_MINUTES, mixed};
pub(super) use plan::{FIELDS, Plan};
use std::path::Path;
use std::time::Duration;
use store::Store;
use store::cluster::Cluster;
use store::telemetry::{Extra, HotWindow, Keeper, LastValues, Narrow, NarrowRow, Recent, Row, Writer};
use tokio::time::Instant;

/// What is noted when all is written and has come to rest.
const SETTLED: i64 = YEAR_MINUTES + 1;
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
        }
        if done < SETTLED {
            past.settle().await?;
        }
        Ok(past)
    }

    /// Ends the use of the past; its Postgres goes on, for a server on the same folder, until what is given is dropped.
    pub(super) async fn release(self) -> Cluster {
        let Past { store, _cluster: cluster, .. } = self;
        store.close().await;
        cluster
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
        self.keeper.merge_last(&self.latest()).await?;
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
        self.narrow.date_slots().await?;
        self.narrow.tidy().await?;
        Ok(self.narrow.note(SETTLED).await?)
    }

    /// The newest values of each device, which the ingestion would have written as they came.
    fn latest(&self) -> Vec<LastValues> {
        let minutes = YEAR_MINUTES - FAR_EVERY..YEAR_MINUTES;
        let sent = minutes.flat_map(|minute| self.plan.senders(minute).map(move |device| (device, minute)));
        let last = sent.map(|(device, minute)| {
            let (ts, values) = self.plan.message(device, minute);
            let values = FIELDS.iter().zip(values);
            LastValues {
                workspace: self.workspace,
                device: self.devices[device as usize],
                last_ts: ts,
                last_arrived_ms: ts,
                values: values.map(|(f, v)| (f.0.to_owned(), Recent { value: v.into(), ts })).collect(),
            }
        });
        last.collect()
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
