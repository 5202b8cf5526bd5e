//! Support accesses, as platform administrators take them.

use super::{Console, Link, log};
use crate::error::Result;
use crate::repository::support_accesses::{COLUMNS, noun};
use crate::sql;
use model::audit::AuditEntry;
use model::support::SupportAccess;
use model::{PersonId, WorkspaceId};

/// Most accesses of a workspace that are listed.
const LISTED: i64 = 100;

/// An access to be given.
#[derive(Clone, Debug)]
pub struct NewSupportAccess {
    /// Into which workspace.
    pub workspace: WorkspaceId,
    /// To whom.
    pub person: PersonId,
    /// Who that is, in words.
    pub person_name: String,
    /// The word of a built-in role.
    pub role: &'static str,
    /// Why.
    pub reason: String,
    /// From when, milliseconds since 1970.
    pub from_ms: i64,
    /// Until when.
    pub to_ms: i64,
}

impl<C: Link> Console<'_, C> {
    /// Gives an access in the place of an earlier one of the same person into the same workspace, and adds the entry to the
    /// log. Tells its number.
    ///
    /// # Errors
    /// The database's; then nothing was done.
    pub async fn give_support(&self, new: &NewSupportAccess, entry: &AuditEntry) -> Result<i32> {
        let tx = self.0.begin().await?;
        let earlier = "UPDATE support_accesses SET ended_at = $3, ended_by = $4
                       WHERE workspace_id = $1 AND person_id = $2 AND ended_at IS NULL AND to_at > $3";
        let values = [
            new.workspace.0.into(),
            new.person.0.into(),
            sql::at(new.from_ms).into(),
            new.person_name.as_str().into(),
        ];
        sql::execute(&tx, earlier, values).await?;
        let text = "INSERT INTO support_accesses
                        (workspace_id, person_id, person_name, role, root_id, reason, from_at, to_at)
                    SELECT $1, $2, $3, $4, o.id, $5, $6, $7 FROM organizations o
                    WHERE o.workspace_id = $1 AND o.parent_id IS NULL RETURNING id";
        let values = [
            new.workspace.0.into(),
            new.person.0.into(),
            new.person_name.as_str().into(),
            new.role.into(),
            new.reason.as_str().into(),
            sql::at(new.from_ms).into(),
            sql::at(new.to_ms).into(),
        ];
        let id = sql::scalar(&tx, text, values).await?;
        log::add(&tx, entry).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The accesses into a workspace, the newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn support(&self, workspace: WorkspaceId) -> Result<Vec<SupportAccess>> {
        let text = format!(
            "SELECT {COLUMNS} FROM support_accesses WHERE workspace_id = $1 ORDER BY id DESC LIMIT {LISTED}"
        );
        sql::all(self.0, &text, [workspace.0.into()]).await?.iter().map(noun).collect()
    }
}
