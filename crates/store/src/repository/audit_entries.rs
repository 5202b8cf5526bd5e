//! The audit log of a workspace: entries are added and read. The database refuses anything else.

use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::WorkspaceId;
use model::audit::{AuditActor, AuditEntry, AuditQuery, Origin};
use sea_orm::{DatabaseTransaction, QueryResult, Value};

/// Most entries of a page.
const PAGE_MAX: i64 = 1000;
/// Entries of a page where nobody says how many.
const PAGE: i64 = 100;
/// Longest id and name that are kept, in characters.
const TEXT_MAX: usize = 300;
const COLUMNS: &str = "id, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, \
                       before, after, address, agent";

/// The log that a scope sees.
pub struct AuditEntries<'a>(pub(crate) &'a WorkspaceTx);

impl AuditEntries<'_> {
    /// Adds an entry; its `id` is passed over, the log gives it one.
    ///
    /// # Errors
    /// The database's.
    pub async fn add(&self, entry: &AuditEntry) -> Result<()> {
        add(&self.0.tx, self.0.workspace, entry).await
    }

    /// The newest that fit, newest first, and whether there are older ones.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, query: &AuditQuery) -> Result<(Vec<AuditEntry>, bool)> {
        let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
        let (text, values) = self.question(query, limit);
        let rows = sql::all(&self.0.tx, &text, values).await?;
        let mut entries: Vec<AuditEntry> = rows.iter().map(noun).collect::<Result<_>>()?;
        let more = entries.len() as i64 > limit;
        entries.truncate(usize::try_from(limit).unwrap_or_default());
        Ok((entries, more))
    }

    /// How long entries are kept, in days.
    ///
    /// # Errors
    /// The database's.
    pub async fn days(&self) -> Result<i32> {
        let text = "SELECT audit_days FROM workspaces WHERE id = $1";
        sql::scalar(&self.0.tx, text, [self.0.workspace.0.into()]).await
    }

    /// Says how long they are kept, in days.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_days(&self, days: i32) -> Result<()> {
        let text = "UPDATE workspaces SET audit_days = $2 WHERE id = $1";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), days.into()]).await?;
        Ok(())
    }

    fn question(&self, query: &AuditQuery, limit: i64) -> (String, Vec<Value>) {
        let mut text = format!("SELECT {COLUMNS} FROM audit_entries WHERE workspace_id = $1");
        let mut values: Vec<Value> = vec![self.0.workspace.0.into()];
        let mut and = |condition: &str, value: Value| {
            values.push(value);
            let place = format!("${}", values.len());
            text.push_str(" AND ");
            text.push_str(&condition.replace('?', &place));
        };
        if let Some(from) = query.from_ms {
            and("at >= ?", sql::at(from).into());
        }
        if let Some(to) = query.to_ms {
            and("at < ?", sql::at(to).into());
        }
        if let Some(before) = query.before {
            and("id < ?", before.into());
        }
        let plain = |text: &str| text.trim().replace('\0', "");
        for (condition, wanted) in [
            ("(actor_id = ?::text OR strpos(lower(actor_name), lower(?::text)) > 0)", plain(&query.actor)),
            ("action = ?", plain(&query.action)),
            ("subject_kind = ?", plain(&query.kind)),
            (
                "(strpos(lower(subject_id), lower(?::text)) > 0 OR strpos(lower(subject_name), lower(?::text)) > 0)",
                plain(&query.subject),
            ),
        ] {
            if !wanted.is_empty() {
                and(condition, wanted.into());
            }
        }
        // One more than wanted tells whether there are older ones.
        text.push_str(&format!(" ORDER BY id DESC LIMIT {}", limit + 1));
        (text, values)
    }
}

/// Adds an entry to the log of the workspace that the transaction has set.
pub(crate) async fn add(tx: &DatabaseTransaction, workspace: WorkspaceId, entry: &AuditEntry) -> Result<()> {
    let text = |text: &str| -> Value {
        text.chars().filter(|c| *c != '\0').take(TEXT_MAX).collect::<String>().into()
    };
    let some = |value: &Option<String>| -> Value { value.as_deref().map(str::to_owned).into() };
    sql::execute(
        tx,
        "INSERT INTO audit_entries (workspace_id, at, actor_kind, actor_id, actor_name, action, subject_kind,
             subject_id, subject_name, before, after, address, agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        [
            workspace.0.into(),
            sql::at(entry.at_ms).into(),
            text(&entry.actor.kind),
            text(&entry.actor.id),
            text(&entry.actor.name),
            text(&entry.action),
            text(&entry.subject_kind),
            text(&entry.subject_id),
            text(&entry.subject_name),
            entry.before.clone().into(),
            entry.after.clone().into(),
            some(&entry.from.address),
            some(&entry.from.agent),
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
        actor: AuditActor { kind: text("actor_kind")?, id: text("actor_id")?, name: text("actor_name")? },
        action: text("action")?,
        subject_kind: text("subject_kind")?,
        subject_id: text("subject_id")?,
        subject_name: text("subject_name")?,
        before: row.try_get("", "before")?,
        after: row.try_get("", "after")?,
        from: Origin { address: row.try_get("", "address")?, agent: row.try_get("", "agent")? },
    })
}
