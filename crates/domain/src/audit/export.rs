//! The audit log as a file, the newest first, read page by page: no transaction stays open while a slow reader takes an hour.

use super::{list, time_text};
use crate::context::Context;
use crate::error::{Error, Result};
use model::audit::{AuditEntry, AuditQuery};
use model::export::guarded;
use serde::Serialize;
use serde_json::Value;

/// Entries that are read at once.
const PAGE: i64 = 500;
/// The first line of a file of comma-separated values.
const HEADER: [&str; 12] = [
    "id",
    "time",
    "actor kind",
    "actor id",
    "actor",
    "action",
    "subject kind",
    "subject id",
    "subject",
    "before",
    "after",
    "address",
];

/// How entries are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// Comma-separated values, the names of the columns first.
    Csv,
    /// JSON, an entry a line.
    Json,
}

/// A file in the making.
pub struct AuditFile {
    context: Context,
    query: AuditQuery,
    lines: Lines,
    /// Whether there is more to come.
    more: bool,
    begun: bool,
}

/// The entries that are asked for as a file; the query's page counts for nothing.
///
/// # Errors
/// [`model::Code::NotAllowed`].
pub fn export(context: &Context, query: AuditQuery, lines: Lines) -> Result<AuditFile> {
    super::granted(context)?;
    let query = AuditQuery { before: None, limit: Some(PAGE), ..query };
    Ok(AuditFile { context: context.clone(), query, lines, more: true, begun: false })
}

impl AuditFile {
    /// The next part; none: that was all.
    ///
    /// # Errors
    /// The database's.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if !self.more {
            return Ok(None);
        }
        let page = list(&self.context, &self.query).await?;
        self.more = page.more;
        self.query.before = page.entries.last().map(|entry| entry.id);
        let first = !std::mem::replace(&mut self.begun, true);
        let part = match self.lines {
            Lines::Csv => rows(first, &page.entries)?,
            Lines::Json => lines(page.entries)?,
        };
        Ok(Some(part))
    }
}

fn rows(first: bool, entries: &[AuditEntry]) -> Result<Vec<u8>> {
    let mut rows = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let broken = |error: csv::Error| Error::Broken(format!("a line of the audit log: {error}"));
    if first {
        rows.write_record(HEADER).map_err(broken)?;
    }
    for entry in entries {
        rows.write_record(cells(entry)).map_err(broken)?;
    }
    // Writing to memory doesn't fail.
    Ok(rows.into_inner().unwrap_or_default())
}

fn lines(entries: Vec<AuditEntry>) -> Result<Vec<u8>> {
    let mut part = Vec::new();
    for entry in entries {
        let broken = |error: serde_json::Error| Error::Broken(format!("a line of the audit log: {error}"));
        serde_json::to_writer(&mut part, &Told::from(entry)).map_err(broken)?;
        part.push(b'\n');
    }
    Ok(part)
}

/// Spreadsheets would run a text that looks like a formula, so each is guarded.
fn cells(entry: &AuditEntry) -> [String; 12] {
    let json = |value: &Option<Value>| value.as_ref().map(Value::to_string).unwrap_or_default();
    [
        entry.id.to_string(),
        time_text(entry.at_ms),
        guarded(&entry.actor.kind),
        guarded(&entry.actor.id),
        guarded(&entry.actor.name),
        guarded(&entry.action),
        guarded(&entry.subject_kind),
        guarded(&entry.subject_id),
        guarded(&entry.subject_name),
        guarded(&json(&entry.before)),
        guarded(&json(&entry.after)),
        guarded(entry.from.address.as_deref().unwrap_or_default()),
    ]
}

/// An entry as programs read it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    id: String,
    timestamp: String,
    actor: Named,
    action: String,
    resource: Named,
    before: Option<Value>,
    after: Option<Value>,
    ip_address: Option<String>,
    user_agent: Option<String>,
}

/// Who acted, or what it was done to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    display_name: String,
}

impl From<AuditEntry> for Told {
    fn from(entry: AuditEntry) -> Told {
        let AuditEntry { actor, from, .. } = entry;
        Told {
            id: entry.id.to_string(),
            timestamp: time_text(entry.at_ms),
            actor: Named { kind: actor.kind, id: actor.id, display_name: actor.name },
            action: entry.action,
            resource: Named {
                kind: entry.subject_kind,
                id: entry.subject_id,
                display_name: entry.subject_name,
            },
            before: entry.before,
            after: entry.after,
            ip_address: from.address,
            user_agent: from.agent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::audit::{AuditActor, Origin};

    #[test]
    fn no_cell_is_a_formula() {
        let bad = "=HYPERLINK(\"http://evil.example\")".to_owned();
        let entry = AuditEntry {
            id: 1,
            at_ms: 0,
            actor: AuditActor { kind: "person".into(), id: bad.clone(), name: bad.clone() },
            action: "create".into(),
            subject_kind: "device".into(),
            subject_id: bad.clone(),
            subject_name: format!("@{bad}"),
            before: None,
            after: Some((-1).into()),
            from: Origin::new(Some("+1"), None),
        };
        for cell in cells(&entry) {
            assert!(!cell.starts_with(['=', '+', '@', '\t', '\r']), "{cell}");
        }
        let text = String::from_utf8(rows(true, &[entry]).unwrap()).unwrap();
        assert!(text.starts_with("id,time,actor kind,") && text.contains("1970-01-01T00:00:00Z"), "{text}");
    }
}
