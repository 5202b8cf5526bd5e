//! A transaction of the console: what is done in it, and what the logs tell of it, happen together or not at all.

use super::{Console, log};
use crate::error::Result;
use crate::repository::audit_entries;
use model::WorkspaceId;
use model::audit::AuditEntry;
use sea_orm::{DatabaseTransaction, TransactionTrait};

/// Dropped without [`commit`](ConsoleTx::commit), it changes nothing.
pub struct ConsoleTx {
    tx: DatabaseTransaction,
}

impl Console<'_> {
    /// Begins one.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(&self) -> Result<ConsoleTx> {
        Ok(ConsoleTx { tx: self.0.begin().await? })
    }
}

impl ConsoleTx {
    /// What the console does, in this transaction.
    pub fn console(&self) -> Console<'_, DatabaseTransaction> {
        Console(&self.tx)
    }

    /// Writes into the platform's own log.
    ///
    /// # Errors
    /// The database's; then the transaction is of no use any more.
    pub async fn log(&self, entry: &AuditEntry) -> Result<()> {
        log::add(&self.tx, entry).await
    }

    /// Writes into the log of a workspace, which the console can't read.
    ///
    /// # Errors
    /// The database's; then the transaction is of no use any more.
    pub async fn log_of(&self, workspace: WorkspaceId, entry: &AuditEntry) -> Result<()> {
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
