//! The log of what platform administrators do: theirs to read, and nobody's to change.

use super::PlatformContext;
use crate::error::Result;
use model::WorkspaceId;
use model::audit::{Action, AuditActor, AuditEntry, Origin, kept};
use model::platform::PlatformLog;
use serde_json::Value;
use store::ConsoleTx;

/// Something that an administrator does.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    /// What.
    pub(crate) action: Action,
    /// To what kind of thing: `workspace`, `plan`, `announcement`, `settings`, `mail`.
    pub(crate) kind: &'static str,
    /// Its id.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
    /// What it was.
    pub(crate) before: Option<Value>,
    /// What it is now.
    pub(crate) after: Option<Value>,
}

impl Deed {
    /// Without before and after.
    pub(crate) fn new(action: Action, kind: &'static str, id: impl ToString, name: &str) -> Deed {
        Deed { action, kind, id: id.to_string(), name: name.to_owned(), before: None, after: None }
    }

    /// With what it was, and what it is now. Of both only what differs is kept.
    #[must_use]
    pub(crate) fn changed(self, before: Option<Value>, after: Option<Value>) -> Deed {
        Deed { before, after, ..self }
    }
}

/// A page of the log, the newest first: those older than the one of this id, where one is named.
///
/// # Errors
/// The database's.
pub async fn log(context: &PlatformContext, before: Option<i64>) -> Result<PlatformLog> {
    Ok(context.console().entries(before).await?)
}

impl PlatformContext {
    /// Begins what this administrator does, with the entries that tell of it: all of it happens, or nothing.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn act(&self) -> Result<ConsoleTx> {
        Ok(self.console().begin().await?)
    }

    /// Notes in the transaction that does it what this administrator does; what changes nothing is not noted.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn noted_in(&self, tx: &ConsoleTx, deed: Deed) -> Result<()> {
        match self.entry(deed) {
            Some(entry) => Ok(tx.log(&entry).await?),
            None => Ok(()),
        }
    }

    /// The same of what is done to a workspace, whose own log tells it too: by whom, and not from where.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn told_in(&self, tx: &ConsoleTx, workspace: WorkspaceId, deed: Deed) -> Result<()> {
        let Some(entry) = self.entry(deed) else { return Ok(()) };
        tx.log(&entry).await?;
        Ok(tx.log_of(workspace, &AuditEntry { from: Origin::default(), ..entry }).await?)
    }

    /// Notes what this administrator looks at, before they see it.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn noted(&self, deed: Deed) -> Result<()> {
        match self.entry(deed) {
            Some(entry) => Ok(self.console().add_entry(&entry).await?),
            None => Ok(()),
        }
    }

    /// The entry of what this administrator does; none: it changes nothing.
    pub(crate) fn entry(&self, deed: Deed) -> Option<AuditEntry> {
        let (before, after) = kept(deed.before, deed.after)?;
        Some(AuditEntry {
            id: 0,
            at_ms: self.now_ms,
            actor: AuditActor {
                kind: "platform".into(),
                id: self.person.id.to_string(),
                name: format!("{} ({})", self.person.name, self.person.email),
            },
            action: deed.action.as_str().into(),
            subject_kind: deed.kind.into(),
            subject_id: deed.id,
            subject_name: deed.name,
            before,
            after,
            from: self.from.clone(),
        })
    }
}
