//! `/api/auditLogs`: who did what.

use super::time_text::time_text;
use super::{Caller, Fault, Listed, Paging};
use domain::audit;
use model::audit::{AuditEntry, AuditQuery};
use serde::Serialize;
use serde_json::Value;

/// An entry as it is answered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EntryOut {
    id: String,
    timestamp: String,
    /// Who acted, as they were called then.
    actor: NamedOut,
    action: String,
    /// What it was done to.
    resource: NamedOut,
    /// What differed, before.
    before: Option<Value>,
    /// And after.
    after: Option<Value>,
    ip_address: Option<String>,
    user_agent: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NamedOut {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    display_name: String,
}

/// The newest entries first; `from`, `to`, `actor`, `action`, `kind` and `subject` narrow them.
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<EntryOut>, Fault> {
    let mut query = AuditQuery::read(|name| paging.asked(name))?;
    // The place in the list is the last entry that was shown: what comes meanwhile moves nothing.
    query.before = (paging.offset > 0).then_some(paging.offset);
    query.limit = Some(paging.limit);
    let page = audit::list(&caller, &query).await?;
    let next = page.entries.last().filter(|_| page.more).map(|last| last.id);
    Ok(paging.until(page.entries.into_iter().map(out).collect(), next))
}

fn out(entry: AuditEntry) -> EntryOut {
    let AuditEntry { actor, from, .. } = entry;
    EntryOut {
        id: entry.id.to_string(),
        timestamp: time_text(entry.at_ms),
        actor: NamedOut { kind: actor.kind, id: actor.id, display_name: actor.name },
        action: entry.action,
        resource: NamedOut {
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
