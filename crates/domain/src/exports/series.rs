//! Numbers over time: every value, or stretches summed up; a column a value, or a row a value.

use super::cells::{self, Rows};
use super::edges::{Edges, known_zone};
use super::slices::{Slice, present, slices};
use super::{Download, Source};
use crate::access::ViewRawData;
use crate::context::Context;
use crate::devices::find_history;
use crate::error::Result;
use jiff::tz::TimeZone;
use model::DeviceId;
use model::export::{Function, Layout, SeriesExport, guarded};
use model::template::Telemetry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use store::Snapshot;
use store::telemetry::Stretch;

/// Most stretches that are summed up at once, and the longest time for them.
const STRETCHES: usize = 2_000;
const TIME_MS: i64 = 31 * 24 * 60 * 60 * 1000;
/// Names that a file has where none is asked for.
const NAMES_MAX: usize = 1_000;

/// A file of numbers.
///
/// # Errors
/// [`model::Code::Invalid`] by field, [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn series(context: &Context, ask: SeriesExport) -> Result<Download> {
    let granted = context.grant::<ViewRawData>()?;
    ask.check()?;
    let zone = known_zone(&ask.zone)?;
    let edges = ask.aggregation.as_ref().map(|a| Edges::new(a.interval, &ask.zone)).transpose()?;
    let snapshot = granted.snapshot().await?;
    let ask = super::named(context, &snapshot, ask).await?;
    let mut devices = VecDeque::new();
    let mut seen = BTreeSet::new();
    let mut fields = Vec::<Telemetry>::new();
    for id in &ask.devices {
        let device = find_history(&snapshot, id).await?;
        if let Some((template, _)) = device.template {
            fields.extend(snapshot.templates().get(template).await?.map(|t| t.telemetry).unwrap_or_default());
        }
        if ask.names.is_empty() {
            seen.extend(numeric(&snapshot, device.id).await?);
            seen.extend(snapshot.history().volume(device.id, ask.from_ms, ask.to_ms).await?.names);
        }
        devices.push_back((device.external_id, device.id));
    }
    let names = if ask.names.is_empty() { in_order(seen, &fields) } else { ask.names.clone() };
    let what = match ask.devices.as_slice() {
        [one] => one.clone(),
        several => format!("{} devices", several.len()),
    };
    let (from, to) = (cells::time(ask.from_ms, &zone), cells::time(ask.to_ms, &zone));
    let name = cells::file_name(&what, &from, &to);
    let many = ask.devices.len() > 1;
    let file = File {
        context: context.clone(),
        ask,
        zone,
        edges,
        names,
        fields,
        many,
        devices,
        now: None,
        begun: false,
        done_ms: i64::MIN,
    };
    Ok(Download { name, source: Source::Series(Box::new(file)) })
}

/// The names of the newest values that are numbers: what came lately is in no chunk yet.
async fn numeric(snapshot: &Snapshot, device: DeviceId) -> Result<Vec<String>> {
    let mut latest = snapshot.telemetry().latest(&[device]).await?;
    let latest = latest.remove(&device).unwrap_or_default();
    Ok(latest.into_iter().filter(|l| l.value.is_number()).map(|l| l.name).collect())
}

/// First those of templates, in their order, then the others by alphabet.
fn in_order(mut names: BTreeSet<String>, fields: &[Telemetry]) -> Vec<String> {
    let mut ordered: Vec<String> = fields.iter().filter_map(|field| names.take(&field.name)).collect();
    ordered.extend(names);
    ordered.truncate(NAMES_MAX);
    ordered
}

/// See [`Download`].
pub(super) struct File {
    context: Context,
    ask: SeriesExport,
    zone: TimeZone,
    /// None: every value.
    edges: Option<Edges>,
    names: Vec<String>,
    fields: Vec<Telemetry>,
    many: bool,
    devices: VecDeque<(String, DeviceId)>,
    /// The device that is being written, and what is still to be read of it.
    now: Option<(String, DeviceId, VecDeque<Slice>)>,
    begun: bool,
    /// Up to where stretches of this device are summed up.
    done_ms: i64,
}

impl File {
    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let mut rows = cells::rows();
        if !self.begun {
            self.begun = true;
            self.head(&mut rows);
            return Ok(Some(cells::finish(rows)));
        }
        loop {
            let Some((external_id, device, left)) = &mut self.now else {
                let Some((external_id, device)) = self.devices.pop_front() else { return Ok(None) };
                let snapshot = self.context.grant::<ViewRawData>()?.snapshot().await?;
                let volume = snapshot.history().volume(device, self.ask.from_ms, self.ask.to_ms).await?;
                let (from, to) = (self.ask.from_ms, self.ask.to_ms);
                let left = match self.edges {
                    None => slices(&volume.days, from, to),
                    Some(_) => present(&volume.days, from, to),
                };
                (self.now, self.done_ms) = (Some((external_id, device, left)), i64::MIN);
                continue;
            };
            let Some(slice) = left.pop_front() else {
                self.now = None;
                continue;
            };
            let (external_id, device) = (external_id.clone(), *device);
            let snapshot = self.context.grant::<ViewRawData>()?.snapshot().await?;
            // A deleted device would look like a silent one.
            find_history(&snapshot, &external_id).await?;
            self.slice(&snapshot, &mut rows, &external_id, device, slice).await?;
            let piece = cells::finish(rows);
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
            rows = cells::rows();
        }
    }

    fn head(&self, rows: &mut Rows) {
        let mut head = vec!["time".to_owned()];
        if self.many || self.ask.layout == Layout::Long {
            head.push("device".into());
        }
        let functions = self.functions();
        match self.ask.layout {
            Layout::Long => {
                head.extend(["name".to_owned(), "unit".to_owned()]);
                match functions {
                    [] => head.push("value".into()),
                    functions => head.extend(functions.iter().map(|f| f.as_str().to_owned())),
                }
            }
            Layout::Wide => {
                for name in &self.names {
                    match functions {
                        [] => head.push(cells::heading(name, "", &self.fields)),
                        functions => head
                            .extend(functions.iter().map(|f| cells::heading(name, f.as_str(), &self.fields))),
                    }
                }
            }
        }
        let _ = rows.write_record(head);
    }

    fn functions(&self) -> &[Function] {
        self.ask.aggregation.as_ref().map_or(&[], |aggregation| &aggregation.functions)
    }

    async fn slice(
        &mut self,
        snapshot: &Snapshot,
        rows: &mut Rows,
        external_id: &str,
        device: DeviceId,
        (from, to): Slice,
    ) -> Result<()> {
        let Some(edges) = &self.edges else {
            let lines = snapshot.history().numbers(device, &self.names, from, to).await?;
            let lines = lines.into_iter().map(|(name, line)| {
                (name, line.into_iter().map(|(ts, value)| (ts, vec![cells::number(value)])).collect())
            });
            self.write(rows, external_id, lines.collect());
            return Ok(());
        };
        // As many stretches as fit; the rest of the slice comes next. A stretch that reaches into the next slice is
        // summed up whole, once.
        let mut edge = edges.at_or_before(from).max(self.done_ms);
        let mut list = vec![edge.max(self.ask.from_ms)];
        while edge < to && list.len() <= STRETCHES && edge - list[0] < TIME_MS {
            edge = edges.after(edge);
            list.push(edge.min(self.ask.to_ms));
        }
        self.done_ms = edge;
        if let Some((_, _, left)) = &mut self.now
            && edge < to
        {
            left.push_front((edge, to));
        }
        if list.len() < 2 {
            return Ok(());
        }
        let lines = snapshot.history().stretches(device, &self.names, &list).await?;
        let functions = self.functions();
        let cells = |s: Stretch| (s.begin_ms, functions.iter().map(|f| value(*f, &s)).collect::<Vec<_>>());
        let lines: BTreeMap<String, Line> =
            lines.into_iter().map(|(name, line)| (name, line.into_iter().map(cells).collect())).collect();
        self.write(rows, external_id, lines);
        Ok(())
    }

    fn write(&self, rows: &mut Rows, external_id: &str, lines: BTreeMap<String, Line>) {
        match self.ask.layout {
            Layout::Wide => self.write_wide(rows, external_id, lines),
            Layout::Long => self.write_long(rows, external_id, &lines),
        }
    }

    /// Values of one time stand in one row; where a name has several, the next of each make the next row.
    fn write_wide(&self, rows: &mut Rows, external_id: &str, mut lines: BTreeMap<String, Line>) {
        let empty = vec![String::new(); self.functions().len().max(1)];
        let mut columns: Vec<_> = self
            .names
            .iter()
            .map(|name| lines.remove(name).unwrap_or_default().into_iter().peekable())
            .collect();
        while let Some(ts) = columns.iter_mut().filter_map(|c| c.peek().map(|(ts, _)| *ts)).min() {
            let _ = rows.write_field(cells::time(ts, &self.zone));
            if self.many {
                let _ = rows.write_field(guarded(external_id));
            }
            for column in &mut columns {
                let cells = column.next_if(|(at, _)| *at == ts).map(|(_, cells)| cells);
                for cell in cells.as_ref().unwrap_or(&empty) {
                    let _ = rows.write_field(cell);
                }
            }
            let _ = rows.write_record(None::<&[u8]>);
        }
    }

    fn write_long(&self, rows: &mut Rows, external_id: &str, lines: &BTreeMap<String, Line>) {
        let device = guarded(external_id);
        let mut all: Vec<(i64, &String, &Vec<String>)> = lines
            .iter()
            .flat_map(|(name, line)| line.iter().map(move |(ts, cells)| (*ts, name, cells)))
            .collect();
        all.sort_by_key(|(ts, ..)| *ts);
        for (ts, name, cells) in all {
            let fixed = [cells::time(ts, &self.zone), device.clone(), guarded(name)];
            let unit = cells::unit(name, &self.fields).to_owned();
            let _ = rows.write_record(fixed.iter().chain([&unit]).chain(cells));
        }
    }
}

/// Times with their cells.
type Line = Vec<(i64, Vec<String>)>;

fn value(function: Function, of: &Stretch) -> String {
    match function {
        Function::Min => cells::number(of.min),
        Function::Max => cells::number(of.max),
        Function::Avg => cells::number(of.avg),
        Function::Sum => cells::number(of.sum),
        Function::Count => of.count.to_string(),
        Function::First => cells::number(of.first),
        Function::Last => cells::number(of.last),
    }
}
