//! Queries: a text in the query language, answered from what devices have sent.
//!
//! A query takes its turn among those of its workspace, reads in one snapshot, and hands its rows out as they are found. It
//! works only while somebody listens: whoever drops a [`Running`] ends it.

mod answer;
mod devices;
mod grouped;
mod limits;
mod messages;
mod running;
mod stretches;
mod table;
mod turns;

pub use limits::Limits;
pub use running::{Row, Running};
pub use table::{ROWS_MAX, table};
pub(crate) use turns::Turns;

use crate::access::{ViewDevices, ViewRawData};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::groups;
use answer::Answer;
use query::plan::{Plan, Rows, Source};
use query::{Catalogue, Known};
use std::collections::HashSet;
use std::time::{Duration, Instant};
use store::Snapshot;

/// How long an answer may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Somebody waits for it in front of a page.
    Short,
    /// It is written to a file, however long that may be.
    Long,
}

/// Begins to answer a query. What is wrong with its text is said before anything runs.
///
/// # Errors
/// [`Error::Mistake`]; [`model::Code::TooMany`] while too many queries of the workspace run and wait;
/// [`model::Code::NotAllowed`]: single messages need the right to raw data.
pub async fn run(context: &Context, text: &str, patience: Patience) -> Result<Running> {
    let begun = Instant::now();
    let granted = context.grant::<ViewDevices>()?;
    let read = query::parse(text).map_err(Error::Mistake)?;
    let turns = context.homeport.turns();
    let timeout = turns.limits().timeout(patience);
    let turn = turns.take(context.workspace.id).await?;
    let deadline = Instant::now() + timeout;
    let snapshot = granted.snapshot().await?;
    let catalogue = catalogue(&snapshot, &read).await?;
    let plan = query::plan(text, &read, &catalogue, context.now_ms).map_err(Error::Mistake)?;
    let group = match &plan.from {
        Source::Group(id) => Some(groups::filter_of(context, &snapshot, id).await?),
        Source::All | Source::Templates(_) | Source::Devices(_) => None,
    };
    if plan.rows == Rows::Messages {
        context.grant::<ViewRawData>()?;
    }
    let notes = notes(context, &plan);
    let columns = plan.columns.iter().map(|column| column.name.clone()).collect();
    let limits = turns.limits().clone();
    let now_ms = context.now_ms;
    let answer = |outlet| Answer { snapshot, plan, group, now_ms, limits, outlet };
    Ok(Running::begin(answer, turn, columns, notes, begun, (deadline, timeout)))
}

/// What the query may name: all templates, and of the names that it uses those that somebody has sent or reported.
async fn catalogue(snapshot: &Snapshot, read: &query::ast::Query) -> Result<Catalogue> {
    let templates = snapshot.templates().list().await?;
    let mut names = std::collections::BTreeSet::new();
    for path in read.paths() {
        names.extend(path.match_indices('.').map(|(end, _)| path[..end].to_owned()));
        names.insert(path);
    }
    let names: Vec<String> = names.into_iter().collect();
    let mut catalogue =
        Catalogue { templates: templates.iter().map(Known::from).collect(), ..Catalogue::default() };
    if let query::ast::From::Group(name) = &read.from {
        let said = name.text.replace('\0', "");
        let groups = snapshot.device_groups().called(&said).await?;
        catalogue.groups = groups.into_iter().map(|group| (group.id, group.name)).collect();
    }
    if names.is_empty() {
        return Ok(catalogue);
    }
    catalogue.unmodelled = snapshot.history().names(&names).await?.known();
    // Most queries name telemetry alone; for these no document is read.
    let fields: HashSet<&str> =
        templates.iter().flat_map(|template| &template.telemetry).map(|field| field.name.as_str()).collect();
    let others: Vec<String> = names.iter().filter(|name| !fields.contains(name.as_str())).cloned().collect();
    if !others.is_empty() {
        for (id, document) in snapshot.templates().documents().await? {
            if let Some(known) = catalogue.templates.iter_mut().find(|known| known.id == id) {
                known.properties = query::catalogue::properties(&document);
            }
        }
        catalogue.unmodelled_properties = snapshot.twins().known(&others).await?;
    }
    Ok(catalogue)
}

/// What the text leaves open, and what it was taken to mean.
fn notes(context: &Context, plan: &Plan) -> Vec<String> {
    let mut notes = Vec::new();
    if !plan.timed && plan.rows != Rows::Devices {
        let days = context.workspace.retention_days;
        notes.push(format!("No time is given: all that is kept is asked for, {days} days. WHERE WITHIN_WINDOW(P1D) asks for one."));
    }
    notes
}

/// A length of time for people.
fn said(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} milliseconds", time.as_millis()),
        1 => "1 second".into(),
        seconds if seconds >= 120 && seconds % 60 == 0 => format!("{} minutes", seconds / 60),
        seconds => format!("{seconds} seconds"),
    }
}
