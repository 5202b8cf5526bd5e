//! Writes batches: what [`Writer::commit`] has returned from is kept, whatever happens next.
//!
//! COPY first, or one INSERT where that is sooner. Only where a row is there already, the same batch again with the way that passes over such rows; only
//! where Postgres refuses a value, the batch in halves until the one row stands alone, and that is kept as refused.

use super::counts::Counts;
use super::sessions::Sessions;
use super::{RefusedRow, Row, copy, insert};
use crate::error::{Error, Result};
use crate::urls::{Role, Urls};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgConnection, Row as _};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// Connections that answer look-ups, beside the sessions that write.
const CONNECTIONS: u32 = 3;
/// Over TCP, fewer rows than this go by INSERT. `sqlx` 0.9 leaves Nagle's algorithm on, and COPY ends with two small
/// writes, the second of which waits 40 ms for the first to be confirmed; COPY gains so much at about a thousand rows.
const COPY_ROWS: usize = 1000;
/// Every session: a commit means that it is on disk, and a stuck statement ends, so that it can be tried again.
const SESSION: &str = "SET synchronous_commit = on; SET statement_timeout = '60s'; \
    SET idle_in_transaction_session_timeout = '60s'; SET application_name = 'homeport ingest'";

/// Adds telemetry, as the role that may do nothing else.
#[derive(Clone)]
pub struct Writer {
    pub(super) pool: PgPool,
    /// Where batches are written.
    sessions: Arc<Sessions>,
    /// The fewest rows for which COPY is the faster way.
    copy_rows: usize,
    /// Held by the batch that is being numbered.
    turn: Arc<Mutex<()>>,
    /// Whether its batches are history from files rather than what devices send.
    imports: bool,
}

/// Which way a batch is written.
#[derive(Clone, Copy)]
enum Way {
    Copy,
    Insert,
    PassOver,
}

impl Writer {
    /// Connects as `homeport_ingest`.
    ///
    /// # Errors
    /// The database can't be reached.
    pub async fn connect(urls: &Urls) -> Result<Writer> {
        let options: PgConnectOptions = urls.role(Role::Ingest).parse()?;
        let options = options.disable_statement_logging();
        let by_socket = options.get_socket().is_some() || options.get_host().starts_with('/');
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute(SESSION).await.map(|_| ()) })
            })
            .connect_with(options.clone())
            .await?;
        let sessions = Arc::new(Sessions::new(options, SESSION));
        let copy_rows = if by_socket { 0 } else { COPY_ROWS };
        Ok(Writer { pool, sessions, copy_rows, turn: Arc::default(), imports: false })
    }

    /// A writer of history from files: the batch log says so of its batches, and no meter counts them.
    pub fn of_imports(&self) -> Writer {
        Writer { imports: true, ..self.clone() }
    }

    /// Keeps a batch. Rows that are there already are passed over. After an error the same batch can be given again.
    ///
    /// # Errors
    /// The database failed; some of the batch may be kept.
    pub async fn commit(&self, rows: &[Row], refused: &[RefusedRow]) -> Result<()> {
        let mut parts = vec![(rows, refused)];
        while let Some((rows, refused)) = parts.pop() {
            match self.write(rows, refused).await {
                Ok(()) => {}
                Err(e) if !is_bad_row(&e) => return Err(e),
                Err(e) if rows.len() + refused.len() == 1 => self.keep_as_refused(rows, refused, &e).await?,
                Err(_) => {
                    let (left, right) = rows.split_at(rows.len() / 2);
                    let (refused_left, refused_right) = refused.split_at(refused.len().div_ceil(2));
                    parts.push((right, refused_right));
                    parts.push((left, refused_left));
                }
            }
        }
        Ok(())
    }

    async fn write(&self, rows: &[Row], refused: &[RefusedRow]) -> Result<()> {
        if rows.is_empty() && refused.is_empty() {
            return Ok(());
        }
        let way = if rows.len() < self.copy_rows { Way::Insert } else { Way::Copy };
        match self.transaction(rows, refused, way).await {
            Err(e) if e.code().as_deref() == Some("23505") => {
                self.transaction(rows, refused, Way::PassOver).await
            }
            other => other,
        }
    }

    async fn transaction(&self, rows: &[Row], refused: &[RefusedRow], way: Way) -> Result<()> {
        // Batches that are written at once get their numbers in the order in which they came.
        let turn = self.turn.lock().await;
        let mut session = self.sessions.take().await?;
        let written = async {
            let begun = begin(&mut session, !rows.is_empty()).await?;
            drop(turn);
            let mut last = String::new();
            let mut counts = Counts::default();
            if let Some((slot, batch)) = begun {
                counts = match way {
                    Way::Copy => copy_in(&mut session, rows, slot, batch).await.map(|()| Counts::of(rows))?,
                    Way::Insert => {
                        insert::all(&mut session, rows, slot, batch).await.map(|()| Counts::of(rows))?
                    }
                    Way::PassOver => insert::pass_over(&mut session, rows, slot, batch).await?,
                };
                last = log_batch(batch, slot, &counts, self.imports);
            }
            if !refused.is_empty() {
                insert::refused(&mut session, refused, &mut counts).await?;
            }
            // What is imported was not sent: no meter counts it.
            if !self.imports && !counts.is_empty() {
                last.push_str(&counts.pending());
            }
            last.push_str("COMMIT");
            session.execute(sqlx::raw_sql(AssertSqlSafe(last))).await?;
            Ok(())
        };
        match written.await {
            Ok(()) => self.sessions.give_back(session),
            // Only the transaction is spoilt.
            Err(e) if is_bad_row(&e) => {
                if session.execute("ROLLBACK").await.is_ok() {
                    self.sessions.give_back(session);
                }
                return Err(e);
            }
            Err(e) => {
                self.sessions.forget();
                return Err(e);
            }
        }
        Ok(())
    }

    /// The last resort for a single row that Postgres doesn't take: it is kept with what Postgres said of it.
    async fn keep_as_refused(&self, rows: &[Row], refused: &[RefusedRow], why: &Error) -> Result<()> {
        let kept = match (rows, refused) {
            ([row], _) => RefusedRow {
                workspace: row.workspace,
                device: row.device,
                ts: row.ts,
                arrived_ms: row.arrived_ms,
                seq: row.seq,
                topic: String::new(),
                reason: format!("The database can't hold this message: {}.", said(why)),
                body: serde_json::to_vec(&row.extra).unwrap_or_default(),
            },
            (_, [row]) => RefusedRow {
                topic: String::new(),
                reason: format!("Refused; what it held can't be kept either: {}.", said(why)),
                body: Vec::new(),
                ..row.clone()
            },
            _ => return Ok(()),
        };
        self.transaction(&[], &[kept], Way::Copy).await
    }
}

async fn copy_in(tx: &mut PgConnection, rows: &[Row], slot: i32, batch: i64) -> Result<()> {
    copy::send(tx, &leaf(slot), copy::MESSAGE, copy::messages(rows, slot, batch)?).await.map(|_| ())
}

/// Begins a transaction, and in the same breath a batch, where there are messages: its slot and its number.
async fn begin(session: &mut PgConnection, messages: bool) -> Result<Option<(i32, i64)>> {
    if !messages {
        session.execute("BEGIN").await?;
        return Ok(None);
    }
    let begin = sqlx::raw_sql("BEGIN; SELECT batch_slot, batch_id FROM tm_begin_batch()");
    let row = session.fetch_one(begin).await?;
    Ok(Some((row.try_get(0)?, row.try_get(1)?)))
}

/// The statement that adds a batch to the log, to be sent with what ends the transaction. Nothing in it comes from
/// outside: numbers, and names of ours.
fn log_batch(batch: i64, slot: i32, counts: &Counts, imported: bool) -> String {
    let counts = counts.of_batch();
    match imported {
        false => format!("INSERT INTO tm_batch (id, slot, counts) VALUES ({batch}, {slot}, '{counts}'); "),
        true => format!(
            "INSERT INTO tm_batch (id, slot, counts, imported) VALUES ({batch}, {slot}, '{counts}', true); "
        ),
    }
}

/// The partition of this slot.
pub(super) fn leaf(slot: i32) -> String {
    format!("tm_hot_{slot}")
}

/// Whether Postgres refused a value rather than failed: classes 22 (data), 23 (constraints), 54 (limits).
fn is_bad_row(e: &Error) -> bool {
    matches!(e.code().as_deref().and_then(|code| code.get(..2)), Some("22" | "23" | "54"))
}

/// What Postgres said, without the values that it may quote behind the first line.
fn said(e: &Error) -> String {
    match e {
        Error::Sqlx(sqlx::Error::Database(said)) => said.message().trim_end_matches('.').to_owned(),
        other => other.to_string(),
    }
}
