//! The first rows of an answer, for a page.

use super::{Patience, run};
use crate::context::Context;
use crate::error::{Error, Result};
use model::query::{Outcome, Table};

/// Most rows of a table.
pub const ROWS_MAX: usize = 1000;

/// Runs a query for a page: its first rows, or what is wrong with its text.
///
/// # Errors
/// As [`run`], but for mistakes, and those of [`next`](super::Running::next).
pub async fn table(context: &Context, text: &str) -> Result<Outcome> {
    let mut running = match run(context, text, Patience::Short).await {
        Ok(running) => running,
        Err(Error::Mistake(mistake)) => return Ok(Outcome::Mistake(mistake)),
        Err(error) => return Err(error),
    };
    let mut rows = Vec::new();
    while rows.len() <= ROWS_MAX {
        let Some(batch) = running.next().await? else { break };
        rows.extend(batch.into_iter().map(|row| row.iter().map(query::Value::json).collect::<Vec<_>>()));
    }
    let more = rows.len() > ROWS_MAX;
    rows.truncate(ROWS_MAX);
    Ok(Outcome::Table(Table {
        columns: running.columns().to_vec(),
        rows,
        more,
        read: running.read(),
        took_ms: u64::try_from(running.took().as_millis()).unwrap_or(u64::MAX),
        notes: running.notes().to_vec(),
    }))
}
