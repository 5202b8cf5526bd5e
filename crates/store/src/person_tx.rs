//! A transaction on what is a person's own, whatever workspaces they belong to: the change, and what the log of each of
//! these tells of it, happen together or not at all.

use crate::accounts;
use crate::entity::person;
use crate::error::Result;
use crate::mails::SealedMail;
use crate::people::with_hash;
use crate::repository::audit_entries;
use crate::workspace_tx::set_workspace;
use model::audit::AuditEntry;
use model::organization::Reach;
use model::person::{Person, Profile};
use model::{PersonId, WorkspaceId};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait};

/// Dropped without [`commit`](PersonTx::commit), it changes nothing.
pub struct PersonTx {
    pub(crate) tx: DatabaseTransaction,
    pub(crate) person: PersonId,
}

impl PersonTx {
    /// Changes what a person may change of themselves; nothing where they are gone.
    ///
    /// # Errors
    /// The database's.
    pub async fn update(&self, profile: &Profile) -> Result<Option<Person>> {
        let found = person::Entity::find_by_id(self.person.0).one(&self.tx).await?;
        let Some(found) = found else { return Ok(None) };
        let mut row: person::ActiveModel = found.into();
        row.name = Set(profile.name.clone());
        row.theme = Set(profile.theme.as_str().into());
        row.time_zone = Set(profile.time_zone.clone());
        Ok(Some(with_hash(row.update(&self.tx).await?).0))
    }

    /// Sets their password, and queues the mail that tells them so.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_password(&self, hash: &str, mail: &SealedMail) -> Result<()> {
        accounts::set_password(&self.tx, self.person, hash, mail).await
    }

    /// Writes into the log of a workspace that they belong to.
    ///
    /// # Errors
    /// The database's.
    pub async fn log(&self, workspace: WorkspaceId, entry: &AuditEntry) -> Result<()> {
        set_workspace(&self.tx, workspace, &Reach::Everything).await?;
        audit_entries::add(&self.tx, workspace, entry).await
    }

    /// Makes all that was done in it lasting.
    ///
    /// # Errors
    /// The database's; then nothing is.
    pub async fn commit(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }
}
