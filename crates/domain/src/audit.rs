//! The audit log: who did what, in the transaction that did it.
//!
//! A use-case that changes something says so by [`Context::audited`] before it commits; what did not happen does not stand
//! in the log, and what happened can't be missing. Secrets never go into `before` or `after`.

use crate::context::{Actor, Context};
use crate::error::{Error, Result};
use model::audit::{Action, AuditActor, AuditEntry, Origin, Subject, kept};
use serde::Serialize;
use serde_json::Value;
use store::WorkspaceTx;

/// Something that somebody does.
#[derive(Clone, Debug)]
pub struct Act {
    /// What.
    pub action: Action,
    /// To what kind of thing.
    pub subject_kind: Subject,
    /// The thing's id, as people and programs know it.
    pub subject_id: String,
    /// What people call it.
    pub subject_name: String,
    /// What it was; none: it was not there, or it isn't changed.
    pub before: Option<Value>,
    /// What it is now; none: it is gone, or it isn't changed. Of both only what differs is kept.
    pub after: Option<Value>,
}

impl Act {
    /// Without before and after.
    pub fn new(action: Action, kind: Subject, id: impl ToString, name: impl Into<String>) -> Act {
        let (subject_id, subject_name) = (id.to_string(), name.into());
        Act { action, subject_kind: kind, subject_id, subject_name, before: None, after: None }
    }

    /// With what it was. Secrets are the caller's to leave out.
    #[must_use]
    pub fn before(self, before: impl Serialize) -> Act {
        Act { before: serde_json::to_value(before).ok(), ..self }
    }

    /// With what it is now.
    #[must_use]
    pub fn after(self, after: impl Serialize) -> Act {
        Act { after: serde_json::to_value(after).ok(), ..self }
    }
}

impl Context {
    /// Writes into the workspace's log that this context does this, in the scope that does it. What changes nothing, since
    /// before and after are alike, is not written.
    ///
    /// # Errors
    /// The database's; then the scope is of no use any more.
    pub async fn audited(&self, scope: &WorkspaceTx, act: Act) -> Result<()> {
        if scope.workspace() != self.workspace.id {
            return Err(Error::Broken("an act was to be written into another workspace's log".into()));
        }
        write(scope, actor(&self.actor), act, &self.from, self.now_ms).await
    }
}

/// The same of whoever runs the server, by a command.
pub(crate) async fn by_operator(scope: &WorkspaceTx, act: Act, now_ms: i64) -> Result<()> {
    let operator = AuditActor { kind: "operator".into(), id: String::new(), name: "The operator".into() };
    write(scope, operator, act, &Origin::default(), now_ms).await
}

fn actor(actor: &Actor) -> AuditActor {
    match actor {
        Actor::Person(person) => AuditActor {
            kind: "person".into(),
            id: person.id.to_string(),
            name: format!("{} ({})", person.name, person.email),
        },
        Actor::Token { id, name } => AuditActor { kind: "token".into(), id: id.clone(), name: name.clone() },
    }
}

/// A moment as it stands in the log: RFC 3339, UTC.
pub(crate) fn time_text(ms: i64) -> String {
    let at = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000);
    let text = at.ok().and_then(|at| at.format(&time::format_description::well_known::Rfc3339).ok());
    text.unwrap_or_default()
}

async fn write(scope: &WorkspaceTx, actor: AuditActor, act: Act, from: &Origin, at_ms: i64) -> Result<()> {
    let Some((before, after)) = kept(act.before, act.after) else { return Ok(()) };
    let entry = AuditEntry {
        id: 0,
        at_ms,
        actor,
        action: act.action.as_str().into(),
        subject_kind: act.subject_kind.as_str().into(),
        subject_id: act.subject_id,
        subject_name: act.subject_name,
        before,
        after,
        from: from.clone(),
    };
    Ok(scope.audit().add(&entry).await?)
}
