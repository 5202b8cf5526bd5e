//! The outbox: mails that wait until a worker has sent them. Stands outside of workspaces.
//!
//! Any number of workers may send: each leases what is due, and one that dies lets go of it by the time.

use crate::error::{Error, Result};
use crate::sql;
use model::WorkspaceId;
use model::mail::{MailEntry, MailState};
use model::page::Page;
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, TransactionTrait};

/// The narrow handle for them.
pub struct Mails<'a>(pub(crate) &'a DatabaseConnection);

/// Longest error that is kept, in characters.
const ERROR_MAX: usize = 500;
const COLUMNS: &str = "id, recipient, subject, state, tries, last_error, created_at, try_at, ended_at";

/// A mail to queue. Its body is sealed already.
#[derive(Clone, Debug)]
pub struct SealedMail {
    /// To whom.
    pub to: String,
    /// Its subject: stands readable in the database, so no secret is in it.
    pub subject: String,
    /// Text and HTML, sealed.
    pub body: Vec<u8>,
    /// When it was written, in milliseconds since 1970.
    pub now_ms: i64,
}

/// A mail that somebody has leased to send it.
#[derive(Clone, Debug)]
pub struct DueMail {
    /// Its number.
    pub id: i64,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Text and HTML, sealed.
    pub body: Vec<u8>,
    /// How often it was tried before.
    pub tries: i32,
    /// When it was queued, in milliseconds since 1970.
    pub created_ms: i64,
}

/// Queues a mail in this transaction, in which it is counted too: as its workspace's, where it has one.
pub(crate) async fn queue(
    tx: &impl ConnectionTrait,
    mail: &SealedMail,
    workspace: Option<WorkspaceId>,
) -> Result<()> {
    sql::execute(
        tx,
        "INSERT INTO mails (of_workspace, recipient, subject, body, created_at, try_at)
         VALUES ($1, $2, $3, $4, $5, $5)",
        [
            workspace.map(|workspace| workspace.0).into(),
            mail.to.as_str().into(),
            mail.subject.as_str().into(),
            mail.body.clone().into(),
            sql::at(mail.now_ms).into(),
        ],
    )
    .await?;
    if let Some(workspace) = workspace {
        let counts = serde_json::json!({ workspace.to_string(): {"mails": 1} });
        sql::execute(tx, "INSERT INTO tm_pending (counts) VALUES ($1)", [counts.into()]).await?;
    }
    Ok(())
}

impl Mails<'_> {
    /// Queues a mail that has no other cause in the database.
    ///
    /// # Errors
    /// The database's.
    pub async fn queue(&self, mail: &SealedMail) -> Result<()> {
        queue(self.0, mail, None).await
    }

    /// Up to `most` mails that are due, for whoever asks alone until `until_ms`; the longest due first.
    ///
    /// # Errors
    /// The database's.
    pub async fn lease(&self, most: i64, now_ms: i64, until_ms: i64) -> Result<Vec<DueMail>> {
        let tx = self.0.begin().await?;
        let rows = sql::all(
            &tx,
            "UPDATE mails SET leased_until = $3 WHERE id IN (
                 SELECT id FROM mails
                 WHERE state = 'waiting' AND try_at <= $2 AND (leased_until IS NULL OR leased_until < $2)
                 ORDER BY try_at, id LIMIT $1 FOR UPDATE SKIP LOCKED)
             RETURNING id, recipient, subject, body, tries, created_at",
            [most.into(), sql::at(now_ms).into(), sql::at(until_ms).into()],
        )
        .await?;
        tx.commit().await?;
        rows.iter().map(due).collect()
    }

    /// A mail server has taken it. Of its text this is kept, sealed.
    ///
    /// # Errors
    /// The database's.
    pub async fn sent(&self, id: i64, kept: Vec<u8>, now_ms: i64) -> Result<()> {
        sql::execute(
            self.0,
            "UPDATE mails SET state = 'sent', tries = tries + 1, last_error = NULL, body = $3,
                 leased_until = NULL, ended_at = $2
             WHERE id = $1",
            [id.into(), sql::at(now_ms).into(), kept.into()],
        )
        .await?;
        Ok(())
    }

    /// It could not be sent; it is tried again at that time.
    ///
    /// # Errors
    /// The database's.
    pub async fn failed(&self, id: i64, error: &str, again_ms: i64) -> Result<()> {
        sql::execute(
            self.0,
            "UPDATE mails SET tries = tries + 1, last_error = $2, try_at = $3, leased_until = NULL WHERE id = $1",
            [id.into(), shortened(error).into(), sql::at(again_ms).into()],
        )
        .await?;
        Ok(())
    }

    /// It could not be sent and is not tried again.
    ///
    /// # Errors
    /// The database's.
    pub async fn given_up(&self, id: i64, error: &str, now_ms: i64) -> Result<()> {
        sql::execute(
            self.0,
            "UPDATE mails SET state = 'given-up', tries = tries + 1, last_error = $2, leased_until = NULL,
                 ended_at = $3
             WHERE id = $1",
            [id.into(), shortened(error).into(), sql::at(now_ms).into()],
        )
        .await?;
        Ok(())
    }

    /// Tries one at once that waits, or that was given up; tells whether it was one of these.
    ///
    /// # Errors
    /// The database's.
    pub async fn try_now(&self, id: i64, now_ms: i64) -> Result<bool> {
        let touched = sql::execute(
            self.0,
            "UPDATE mails SET state = 'waiting', try_at = $2, ended_at = NULL
             WHERE id = $1 AND state <> 'sent' AND body IS NOT NULL",
            [id.into(), sql::at(now_ms).into()],
        )
        .await?;
        Ok(touched > 0)
    }

    /// A page of them, the newest first; only those in this state, where one is named.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, state: Option<MailState>, offset: i64, limit: i64) -> Result<Page<MailEntry>> {
        let state = state.map(MailState::as_str);
        let text = format!(
            "SELECT {COLUMNS} FROM mails WHERE $1::text IS NULL OR state = $1
             ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3"
        );
        let rows = sql::all(self.0, &text, [state.into(), limit.into(), offset.into()]).await?;
        let counts = sql::one(
            self.0,
            "SELECT count(*) FILTER (WHERE $1::text IS NULL OR state = $1), count(*) FROM mails",
            [state.into()],
        )
        .await?
        .ok_or_else(|| Error::Unreadable("a count was expected".into()))?;
        Ok(Page {
            items: rows.iter().map(entry).collect::<Result<_>>()?,
            matching: counts.try_get_by_index(0)?,
            total: counts.try_get_by_index(1)?,
        })
    }

    /// One, with its sealed body where that is still kept.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: i64) -> Result<Option<(MailEntry, Option<Vec<u8>>)>> {
        let text = format!("SELECT {COLUMNS}, body FROM mails WHERE id = $1");
        let Some(row) = sql::one(self.0, &text, [id.into()]).await? else { return Ok(None) };
        Ok(Some((entry(&row)?, row.try_get("", "body")?)))
    }

    /// How many wait.
    ///
    /// # Errors
    /// The database's.
    pub async fn waiting(&self) -> Result<i64> {
        sql::scalar(self.0, "SELECT count(*) FROM mails WHERE state = 'waiting'", []).await
    }

    /// Forgets mails that are older; tells how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn clear(&self, before_ms: i64) -> Result<u64> {
        sql::execute(
            self.0,
            "DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE created_at < $1 ORDER BY created_at LIMIT 10000)",
            [sql::at(before_ms).into()],
        )
        .await
    }
}

fn due(row: &QueryResult) -> Result<DueMail> {
    Ok(DueMail {
        id: row.try_get("", "id")?,
        to: row.try_get("", "recipient")?,
        subject: row.try_get("", "subject")?,
        body: row.try_get::<Option<Vec<u8>>>("", "body")?.unwrap_or_default(),
        tries: row.try_get("", "tries")?,
        created_ms: sql::millis(row.try_get("", "created_at")?),
    })
}

fn entry(row: &QueryResult) -> Result<MailEntry> {
    let word: String = row.try_get("", "state")?;
    let state = MailState::from_word(&word);
    let state = state.ok_or_else(|| Error::Unreadable(format!("a mail in the state {word}")))?;
    let ended: Option<time::OffsetDateTime> = row.try_get("", "ended_at")?;
    Ok(MailEntry {
        id: row.try_get("", "id")?,
        to: row.try_get("", "recipient")?,
        subject: row.try_get("", "subject")?,
        state,
        tries: row.try_get("", "tries")?,
        last_error: row.try_get("", "last_error")?,
        created_ms: sql::millis(row.try_get("", "created_at")?),
        try_ms: match state {
            MailState::Waiting => Some(sql::millis(row.try_get("", "try_at")?)),
            MailState::Sent | MailState::GivenUp => None,
        },
        ended_ms: ended.map(sql::millis),
    })
}

fn shortened(error: &str) -> String {
    error.chars().filter(|c| *c != '\0').take(ERROR_MAX).collect()
}
