//! What became of a job's devices, as CSV.

use super::get;
use crate::context::Context;
use crate::error::Result;
use model::export::guarded;
use model::job::{JobId, Turn, TurnQuery};

/// Devices of a part of the file.
const PART: i64 = 1_000;
const HEADER: &str = "device,name,batch,state,why,started,ended\r\n";

/// The file of a job, part by part.
pub struct Results {
    context: Context,
    id: JobId,
    /// How many devices are in it; none: only the first line is to come.
    told: Option<i64>,
    /// The file's name.
    pub name: String,
}

/// What became of each device.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn results(context: &Context, id: &JobId) -> Result<Results> {
    let job = get(context, id).await?;
    let name = format!("{}.csv", job.id);
    Ok(Results { context: context.clone(), id: job.id, told: None, name })
}

impl Results {
    /// The next part; none: that was all.
    ///
    /// # Errors
    /// The database's.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(offset) = self.told else {
            self.told = Some(0);
            return Ok(Some(HEADER.into()));
        };
        let query = TurnQuery { offset, limit: PART, ..TurnQuery::default() };
        let page = super::turns(&self.context, &self.id, &query).await?;
        if page.items.is_empty() {
            return Ok(None);
        }
        self.told = Some(offset + page.items.len() as i64);
        Ok(Some(page.items.iter().map(line).collect::<String>().into_bytes()))
    }
}

fn line(turn: &Turn) -> String {
    let time = |ms: Option<i64>| ms.map(crate::twin::time_text).unwrap_or_default();
    let cells = [
        turn.device.clone(),
        turn.name.clone(),
        turn.batch.to_string(),
        turn.state.label().to_owned(),
        turn.why.clone().unwrap_or_default(),
        time(turn.started_ms),
        time(turn.ended_ms),
    ];
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    format!("{}\r\n", cells.join(","))
}

fn quoted(cell: &str) -> String {
    let cell = guarded(cell);
    match cell.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    }
}
