//! What a worker does with an import: part after part of the file, each in the same steps.
//!
//! A part is read, what is there already is left out, what it comes to is announced, its rows are stored, it is counted.
//! Whoever dies in between is followed by another worker, who begins the part again: its rows are there already, so
//! nothing is stored twice, and it counts as was announced.

use super::reading::{Plan, Reading, titles};
use super::text::{self, Record};
use super::wrong::Wrong;
use crate::context::now_ms;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use model::import::{Counts, Import, ImportState, Mapping};
use model::{DeviceId, MetricId, WorkspaceId};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use store::repository::import_work::Part;
use store::telemetry::{Extra, Keeper, LastValues, Recent, Row, Writer, identity};

/// Most rows of a part.
const ROWS: usize = 20_000;
/// So much of a file is read at once, in bytes.
const READ: usize = 4 << 20;
/// Longest row, in bytes.
const ROW_MAX: usize = 16 << 20;
/// After so many parts it is seen to that there is room in the slots.
const PARTS: u32 = 10;
/// Beyond this, a double can't hold every whole number (2^53).
const EXACT_MAX: u64 = 1 << 53;

/// What rows are stored with.
pub struct Tools {
    /// Adds messages.
    pub writer: Writer,
    /// Keeps the latest values.
    pub keeper: Keeper,
    /// The name of this worker, which no other has.
    pub worker: String,
    /// So long nobody else takes an import after its worker was last heard: longer than a part takes.
    pub lease: Duration,
}

/// Works on every import that wants it, one after the other, until there is none or `stop` says so. Tells how many it
/// ended. An import that fails for a reason of its own is marked so; others go on.
///
/// # Errors
/// The database's; the import is taken up again when its lease is over.
pub async fn work(homeport: &Homeport, tools: &Tools, stop: &(dyn Fn() -> bool + Sync)) -> Result<u32> {
    let mut ended = 0;
    for (workspace, id, abandoned) in homeport.store().lookup().imports().await? {
        if stop() {
            break;
        }
        if abandoned {
            let scope = homeport.store().workspace(workspace).await?;
            scope.imports().cancel(id).await?;
            scope.commit().await?;
        } else if let Some(mut job) = Job::take(homeport, tools, workspace, id).await? {
            ended += u32::from(job.run(stop).await?);
        }
    }
    Ok(ended)
}

/// An import that this worker has.
struct Job<'a> {
    homeport: &'a Homeport,
    tools: &'a Tools,
    workspace: WorkspaceId,
    import: Import,
    pending: Option<Part>,
    /// What is read of the file and not used yet; it begins at `import.read`.
    ahead: Vec<u8>,
}

impl<'a> Job<'a> {
    async fn take(
        homeport: &'a Homeport,
        tools: &'a Tools,
        workspace: WorkspaceId,
        id: i32,
    ) -> Result<Option<Job<'a>>> {
        let scope = homeport.store().workspace(workspace).await?;
        let taken = scope.imports().take(id, &tools.worker, tools.lease).await?;
        scope.commit().await?;
        Ok(taken.map(|taken| Job {
            homeport,
            tools,
            workspace,
            import: taken.import,
            pending: taken.pending,
            ahead: Vec::new(),
        }))
    }

    /// Whether it is over.
    async fn run(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<bool> {
        let Some(mapping) = self.import.mapping.clone() else {
            return self.end(ImportState::Failed, Some("Nobody has said what becomes of the file.")).await;
        };
        let names: Vec<String> = mapping.values.iter().map(|value| value.name.clone()).collect();
        let ids = self.tools.writer.metric_ids(self.workspace, &names).await?;
        let ids: Vec<Option<MetricId>> = names.iter().map(|name| ids.get(name).copied()).collect();
        let Some(mut plan) = self.plan(&mapping).await? else {
            return self.end(ImportState::Failed, Some("Its time zone is not known any more.")).await;
        };
        let mut parts = 0_u32;
        loop {
            if stop() {
                let scope = self.homeport.store().workspace(self.workspace).await?;
                scope.imports().give_back(self.import.id, &self.tools.worker).await?;
                scope.commit().await?;
                return Ok(false);
            }
            let records = match self.next_records(&plan).await? {
                Ok(records) if records.is_empty() => return self.end(ImportState::Done, None).await,
                Ok(records) => records,
                Err(why) => return self.end(ImportState::Failed, Some(&why)).await,
            };
            let Some(next) = self.part(plan, &ids, records).await? else { return Ok(true) };
            plan = next;
            parts += 1;
            if parts.is_multiple_of(PARTS) {
                self.tools.keeper.ensure_slots().await?;
            }
        }
    }

    /// What rows are read by; nothing where the zone is unknown.
    async fn plan(&self, mapping: &Mapping) -> Result<Option<Plan>> {
        let scope = self.homeport.store().workspace(self.workspace).await?;
        let beginning = scope.imports().read(self.import.id, 0, READ).await?;
        let whole = beginning.len() as i64 == self.import.bytes;
        let first = text::records(&beginning, &mapping.dialect, whole, 1).pop();
        let titles = titles(&first.map(|record| record.cells).unwrap_or_default(), mapping.dialect.header);
        let retention = scope.settings().get().await?.ok_or_else(Error::not_found)?.retention_days;
        match Plan::new(mapping.clone(), titles, now_ms(), retention) {
            Ok(plan) => Ok(Some(plan)),
            Err(Error::Problem(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// The next rows, none at the end of the file; or why it can't be read on.
    async fn next_records(&mut self, plan: &Plan) -> Result<Result<Vec<Record>, String>> {
        let mut want = READ;
        loop {
            let have = self.import.read + self.ahead.len() as i64;
            if self.ahead.len() < want / 2 && have < self.import.bytes {
                let scope = self.homeport.store().workspace(self.workspace).await?;
                let more = scope.imports().read(self.import.id, have, want - self.ahead.len()).await?;
                if more.is_empty() {
                    return Ok(Err("A part of the file is missing.".into()));
                }
                self.ahead.extend_from_slice(&more);
                continue;
            }
            let last = have >= self.import.bytes;
            let mut records = text::records(&self.ahead, &plan.mapping.dialect, last, ROWS);
            if let Some(part) = self.pending.filter(|part| part.from == self.import.read) {
                let end = usize::try_from(part.to - part.from).unwrap_or(usize::MAX);
                records.retain(|record| record.end <= end);
            }
            let long = records.iter().position(|record| record.end - record.begin > ROW_MAX);
            if let Some(at) = long.or((records.is_empty() && self.ahead.len() > ROW_MAX).then_some(0)) {
                let row = self.first_row(plan) + at as i64;
                return Ok(Err(format!(
                    "Row {row} is longer than {} MB: a quotation mark is opened in it and never closed.",
                    ROW_MAX >> 20
                )));
            }
            if !records.is_empty() || last {
                return Ok(Ok(records));
            }
            want = (self.ahead.len() * 4).max(READ);
        }
    }

    /// The number of the first row of the next part; the header is row 1.
    fn first_row(&self, plan: &Plan) -> i64 {
        let header = i64::from(plan.mapping.dialect.header && self.import.read > 0);
        self.import.counts.rows + header + 1
    }

    /// Stores a part; nothing where somebody ended the import meanwhile, or another worker has it.
    async fn part(
        &mut self,
        mut plan: Plan,
        ids: &[Option<MetricId>],
        mut records: Vec<Record>,
    ) -> Result<Option<Plan>> {
        let used = records.last().map_or(0, |record| record.end);
        let first_row = self.first_row(&plan);
        let header = plan.mapping.dialect.header && self.import.read == 0;
        let heading = records.drain(..usize::from(header)).count() as i64;
        let scope = self.homeport.store().workspace(self.workspace).await?;
        let reach = scope.imports().reach(self.import.id).await?;
        drop(scope);
        // Its devices are those of whoever began it.
        let scope = self.homeport.store().workspace_within(self.workspace, reach).await?;
        plan.meet(&scope, records.iter().map(|record| record.cells.as_slice())).await?;
        drop(scope);
        // Reading is work for the processor: other tasks go on meanwhile.
        let (workspace, ids) = (self.workspace, ids.to_vec());
        let ahead = std::mem::take(&mut self.ahead);
        let reading = tokio::task::spawn_blocking(move || {
            let read = read(&mut plan, workspace, &ids, &records, &ahead, first_row + heading);
            (plan, ahead, read)
        });
        let read;
        (plan, self.ahead, read) = reading.await.map_err(|e| Error::Broken(e.to_string()))?;
        let Read { rows, last, mut counts, wrong } = read;
        let sound = rows.len() as i64;
        let snapshot = self.homeport.store().snapshot(self.workspace).await?;
        let fresh = snapshot.history().without_known(rows).await?;
        drop(snapshot);
        counts.stored = fresh.len() as i64;
        counts.repeated = sound - counts.stored;
        let part = match self.pending.take().filter(|part| part.from == self.import.read) {
            Some(announced) => announced,
            None => Part { from: self.import.read, to: self.import.read + used as i64, counts },
        };
        let scope = self.homeport.store().workspace(self.workspace).await?;
        let mine =
            scope.imports().announce(self.import.id, &self.tools.worker, &part, self.tools.lease).await?;
        scope.commit().await?;
        if !mine {
            return Ok(None);
        }
        self.tools.writer.commit(&fresh, &[]).await?;
        self.tools.keeper.merge_last(&last).await?;
        let mut all = self.import.counts;
        all.add(part.counts);
        let scope = self.homeport.store().workspace(self.workspace).await?;
        let errors = wrong.finish()?;
        let mine = scope.imports().count(self.import.id, &self.tools.worker, &part, all, errors).await?;
        scope.commit().await?;
        self.import.counts = all;
        self.import.read = part.to;
        self.ahead.drain(..used);
        Ok(mine.then_some(plan))
    }

    async fn end(&self, state: ImportState, why: Option<&str>) -> Result<bool> {
        let scope = self.homeport.store().workspace(self.workspace).await?;
        scope.imports().end(self.import.id, &self.tools.worker, state, why).await?;
        scope.commit().await?;
        Ok(true)
    }
}

/// What the rows of a part come to.
struct Read {
    rows: Vec<Row>,
    last: Vec<LastValues>,
    /// Rows and refused ones.
    counts: Counts,
    wrong: Wrong,
}

fn read(
    plan: &mut Plan,
    workspace: WorkspaceId,
    ids: &[Option<MetricId>],
    records: &[Record],
    bytes: &[u8],
    first_row: i64,
) -> Read {
    plan.begin_part();
    let mut rows = Vec::with_capacity(records.len());
    let mut newest = Newest::default();
    let mut counts = Counts { rows: records.len() as i64, ..Counts::default() };
    let mut wrong = Wrong::default();
    for (record, number) in records.iter().zip(first_row..) {
        match plan.read(&record.cells) {
            Ok(reading) => {
                newest.hear(&reading);
                rows.push(row(plan, workspace, ids, reading, record.end - record.begin));
            }
            Err(problems) => {
                counts.refused += 1;
                let original = bytes.get(record.begin..record.end).unwrap_or_default();
                let original = text::text(original, plan.mapping.dialect.windows_1252);
                problems.iter().for_each(|problem| wrong.add(number, problem, &original));
            }
        }
    }
    Read { rows, last: newest.values(plan, workspace), counts, wrong }
}

/// A message as devices send it. It arrived when it was measured: pages that go by arrival show history where it was.
fn row(plan: &Plan, workspace: WorkspaceId, ids: &[Option<MetricId>], reading: Reading, bytes: usize) -> Row {
    let names = plan.mapping.values.iter().map(|value| value.name.as_str());
    let fields: Vec<(String, Value)> = names
        .clone()
        .zip(&reading.values)
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
        .collect();
    let seq = identity::of_content(None, &fields);
    let mut metrics = Vec::with_capacity(reading.values.len());
    let mut extra = Extra::default();
    for ((name, id), value) in names.zip(ids).zip(reading.values) {
        let Some(value) = value else { continue };
        let number = value.as_f64().filter(|_| value.is_number());
        match (id, number) {
            (Some(id), Some(number)) => {
                metrics.push((*id, number));
                if value.as_i64().is_some_and(|whole| whole.unsigned_abs() > EXACT_MAX) {
                    extra.fields.insert(name.to_owned(), value);
                }
            }
            _ => drop(extra.fields.insert(name.to_owned(), value)),
        }
    }
    let size = u32::try_from(bytes).unwrap_or(u32::MAX);
    let (device, ts) = (reading.target.device, reading.ts);
    Row { workspace, device, ts, seq, arrived_ms: ts, metrics, extra, size }
}

/// The newest value of each column, by device.
#[derive(Default)]
struct Newest(HashMap<DeviceId, OfDevice>);

/// The newest time of a device's rows, and of each column the newest value with its time.
type OfDevice = (i64, Vec<Option<(i64, Value)>>);

impl Newest {
    fn hear(&mut self, reading: &Reading) {
        let nothing = || (i64::MIN, vec![None; reading.values.len()]);
        let (last, newest) = self.0.entry(reading.target.device).or_insert_with(nothing);
        *last = reading.ts.max(*last);
        for (newest, value) in newest.iter_mut().zip(&reading.values) {
            let older = newest.as_ref().is_none_or(|(ts, _)| *ts <= reading.ts);
            if let Some(value) = value.as_ref().filter(|_| older) {
                *newest = Some((reading.ts, value.clone()));
            }
        }
    }

    fn values(self, plan: &Plan, workspace: WorkspaceId) -> Vec<LastValues> {
        let of = |(device, (last, newest)): (DeviceId, OfDevice)| {
            let named = plan.mapping.values.iter().zip(newest);
            let values: BTreeMap<String, Recent> = named
                .filter_map(|(column, newest)| {
                    newest.map(|(ts, value)| (column.name.clone(), Recent { value, ts }))
                })
                .collect();
            LastValues { workspace, device, last_ts: last, last_arrived_ms: last, values }
        };
        self.0.into_iter().map(of).collect()
    }
}
