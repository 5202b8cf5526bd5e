//! What platform administrators did: entries are added and read. The database refuses anything else.

use super::{Console, Link};
use crate::error::Result;
use crate::sql;
use model::audit::{AuditActor, AuditEntry, Origin};
use model::platform::PlatformLog;
use sea_orm::{ConnectionTrait, QueryResult, Value};

/// Entries of a page.
const PAGE: i64 = 100;
/// Longest text that is kept, in characters.
const TEXT_MAX: usize = 300;

impl<C: Link> Console<'_, C> {
    /// Adds an entry; its `id` is passed over, the log gives it one.
    ///
    /// # Errors
    /// The database's.
    pub async fn add_entry(&self, entry: &AuditEntry) -> Result<()> {
        add(self.0, entry).await
    }

    /// A page of the log, the newest first: those older than the one of this id, where one is named.
    ///
    /// # Errors
    /// The database's.
    pub async fn entries(&self, before: Option<i64>) -> Result<PlatformLog> {
        let text = format!(
            "SELECT * FROM platform_entries WHERE $1::int8 IS NULL OR id < $1 ORDER BY id DESC LIMIT {}",
            PAGE + 1
        );
        let rows = sql::all(self.0, &text, [before.into()]).await?;
        let mut entries: Vec<AuditEntry> = rows.iter().map(noun).collect::<Result<_>>()?;
        let more = entries.len() as i64 > PAGE;
        entries.truncate(usize::try_from(PAGE).unwrap_or_default());
        Ok(PlatformLog { entries, more })
    }
}

/// Adds an entry in this transaction.
pub(super) async fn add(tx: &impl ConnectionTrait, entry: &AuditEntry) -> Result<()> {
    let text = |text: &str| -> Value {
        text.chars().filter(|c| *c != '\0').take(TEXT_MAX).collect::<String>().into()
    };
    sql::execute(
        tx,
        "INSERT INTO platform_entries (at, actor_id, actor_name, action, subject_kind, subject_id, subject_name,
             before, after, address, agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        [
            sql::at(entry.at_ms).into(),
            text(&entry.actor.id),
            text(&entry.actor.name),
            text(&entry.action),
            text(&entry.subject_kind),
            text(&entry.subject_id),
            text(&entry.subject_name),
            entry.before.clone().into(),
            entry.after.clone().into(),
            entry.from.address.clone().into(),
            entry.from.agent.clone().into(),
        ],
    )
    .await?;
    Ok(())
}

fn noun(row: &QueryResult) -> Result<AuditEntry> {
    let text = |column: &str| -> Result<String> { Ok(row.try_get("", column)?) };
    Ok(AuditEntry {
        id: row.try_get("", "id")?,
        at_ms: sql::millis(row.try_get("", "at")?),
        actor: AuditActor { kind: "platform".into(), id: text("actor_id")?, name: text("actor_name")? },
        action: text("action")?,
        subject_kind: text("subject_kind")?,
        subject_id: text("subject_id")?,
        subject_name: text("subject_name")?,
        before: row.try_get("", "before")?,
        after: row.try_get("", "after")?,
        from: Origin { address: row.try_get("", "address")?, agent: row.try_get("", "agent")? },
    })
}
