//! Rows of a file as messages, by the mapping that was chosen.

use super::cell;
use super::moment::{self, Moments};
use crate::error::{Error, Result};
use crate::templates::schemas;
use model::dtdl::Schema;
use model::import::{Mapping, OfDevice, RowProblem, ValueKind};
use model::{Code, DeviceId, Problem, TemplateId, check};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use store::WorkspaceTx;

/// A device of a file.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) device: DeviceId,
    schemas: Option<Arc<HashMap<String, Schema>>>,
}

/// A row that can be stored.
pub(super) struct Reading {
    pub(super) target: Target,
    pub(super) ts: i64,
    /// One a column of the mapping; none: an empty cell.
    pub(super) values: Vec<Option<Value>>,
}

/// What rows are read by.
pub(super) struct Plan {
    pub(super) mapping: Mapping,
    pub(super) titles: Vec<String>,
    moments: Moments,
    /// Devices by their ids.
    targets: HashMap<String, Target>,
    now_ms: i64,
    retention_days: i32,
}

impl Plan {
    /// Reads by this mapping a file whose columns have these titles.
    ///
    /// # Errors
    /// The field `zone`: nobody knows it.
    pub(super) fn new(
        mapping: Mapping,
        titles: Vec<String>,
        now_ms: i64,
        retention_days: i32,
    ) -> Result<Plan> {
        let zone = moment::zone(&mapping.zone).ok_or_else(|| {
            let text = "A zone has a name such as Europe/Vienna.";
            Error::Problem(Problem::field(Code::Invalid, "zone", text))
        })?;
        let moments = Moments::new(mapping.time_format, zone, &mapping.zone);
        Ok(Plan { mapping, titles, moments, targets: HashMap::new(), now_ms, retention_days })
    }

    /// Begins a part of the file: what is read of it depends on nothing that came before.
    pub(super) fn begin_part(&mut self) {
        self.moments.begin();
    }

    /// Looks up the devices that these rows are of, as they are now.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn meet<'a>(
        &mut self,
        scope: &WorkspaceTx,
        rows: impl Iterator<Item = &'a [String]>,
    ) -> Result<()> {
        let ids: BTreeSet<String> = rows.map(|cells| self.device_of(cells).to_owned()).collect();
        // What can't be an id is not asked for.
        let ids = ids.into_iter().filter(|id| check::device_id(id).as_ref() == Ok(id));
        let found = scope.devices().known(ids.collect()).await?;
        let mut templates = HashMap::<TemplateId, Arc<HashMap<String, Schema>>>::new();
        self.targets.clear();
        for (id, (device, template)) in found {
            let schemas = match template {
                None => None,
                Some(template) => match templates.get(&template) {
                    Some(known) => Some(known.clone()),
                    None => {
                        let read = Arc::new(schemas(scope, template).await?);
                        templates.insert(template, read.clone());
                        Some(read)
                    }
                },
            };
            self.targets.insert(id, Target { device, schemas });
        }
        Ok(())
    }

    /// The id of the device that a row is of.
    pub(super) fn device_of<'a>(&'a self, cells: &'a [String]) -> &'a str {
        match &self.mapping.device {
            OfDevice::One(id) => id,
            OfDevice::Column(column) => cells.get(*column).map_or("", |cell| cell.trim()),
        }
    }

    /// The row as a message, or all that is wrong with it.
    pub(super) fn read(&mut self, cells: &[String]) -> std::result::Result<Reading, Vec<RowProblem>> {
        let mut problems = Vec::new();
        if cells.len() > self.titles.len() {
            let problem = format!("The row has {} cells.", cells.len());
            problems.push(wrong("", problem, format!("{}, as the first row.", self.titles.len())));
        }
        let target = self.targets.get(self.device_of(cells)).cloned();
        if target.is_none() {
            let problem = match self.device_of(cells) {
                "" => "There is no device id.".to_owned(),
                id => format!(
                    "There is no device “{}” in this workspace.",
                    id.chars().take(60).collect::<String>()
                ),
            };
            let column = match self.mapping.device {
                OfDevice::One(_) => "",
                OfDevice::Column(column) => self.title(column),
            };
            problems.push(wrong(column, problem, "The id of a device of this workspace.".into()));
        }
        let time = cells.get(self.mapping.time_column).map_or("", String::as_str);
        let time = self.moments.read(time).map_err(|(what, allowed)| (what, allowed.to_owned()));
        let time = time.and_then(|ms| moment::within(ms, self.now_ms, self.retention_days).map(|()| ms));
        if let Err((problem, allowed)) = &time {
            let title = self.title(self.mapping.time_column);
            problems.push(wrong(title, problem.clone(), allowed.clone()));
        }
        let known = target.as_ref().and_then(|target| target.schemas.as_deref());
        let mut values = Vec::with_capacity(self.mapping.values.len());
        for column in &self.mapping.values {
            let cell = cells.get(column.column).map_or("", String::as_str);
            let read = cell::read(cell, column.kind, self.mapping.dialect.decimal_comma);
            let read = read.map_err(|(what, allowed)| (what, allowed.to_owned()));
            let fits = read.and_then(|value| {
                let schema = known.and_then(|known| known.get(&column.name)).unwrap_or(&Schema::Any);
                let fits = value.as_ref().map_or(Ok(()), |value| schema.check(value));
                fits.map(|()| value)
                    .map_err(|why| (format!("{why}."), "What the device's template says.".to_owned()))
            });
            match fits {
                Ok(value) => values.push(value),
                Err((problem, allowed)) => {
                    problems.push(wrong(self.title(column.column), problem, allowed));
                    values.push(None);
                }
            }
        }
        if problems.is_empty() && values.iter().all(Option::is_none) {
            problems.push(wrong("", "There is no value in this row.".into(), "At least one value.".into()));
        }
        match (target, time) {
            (Some(target), Ok(ts)) if problems.is_empty() => Ok(Reading { target, ts, values }),
            _ => Err(problems),
        }
    }

    /// The time of a row and its values as far as they can be read: to be looked at.
    pub(super) fn shown(&mut self, cells: &[String]) -> (Option<i64>, Vec<Option<Value>>) {
        let time = cells.get(self.mapping.time_column).and_then(|cell| self.moments.read(cell).ok());
        let comma = self.mapping.dialect.decimal_comma;
        let value = |column: usize, kind: ValueKind| {
            cell::read(cells.get(column).map_or("", String::as_str), kind, comma).ok().flatten()
        };
        (time, self.mapping.values.iter().map(|v| value(v.column, v.kind)).collect())
    }

    fn title(&self, column: usize) -> &str {
        self.titles.get(column).map_or("", String::as_str)
    }
}

fn wrong(column: &str, problem: String, allowed: String) -> RowProblem {
    RowProblem { column: column.to_owned(), problem, allowed }
}

/// What people call the columns of a file by its first row.
pub(super) fn titles(first: &[String], header: bool) -> Vec<String> {
    let numbered = |i: usize| format!("Column {}", i + 1);
    let name = |(i, cell): (usize, &String)| match cell.trim() {
        name if header && !name.is_empty() => name.chars().take(200).collect(),
        _ => numbered(i),
    };
    first.iter().enumerate().map(name).collect()
}
