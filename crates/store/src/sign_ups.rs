//! People who come by themselves: nobody and nothing is made before they have shown that they read their address.

use crate::error::Result;
use crate::mails::{self, SealedMail};
use crate::people::{self, NewPerson};
use crate::repository::workspaces::{self, NewWorkspace};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::person::Person;
use model::platform::SignUpSettings;
use model::workspace::Workspace;
use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};

/// The narrow handle for them.
pub struct SignUps<'a>(pub(crate) &'a DatabaseConnection);

impl SignUps<'_> {
    /// Whether and how people come by themselves.
    ///
    /// # Errors
    /// The database's.
    pub async fn settings(&self) -> Result<SignUpSettings> {
        settings(self.0).await
    }

    /// Keeps the hash of a link in the place of an earlier one to this address, and queues the mail that carries it.
    ///
    /// # Errors
    /// The database's.
    pub async fn add(&self, email: &str, hash: [u8; 32], expires_ms: i64, mail: &SealedMail) -> Result<()> {
        let tx = self.0.begin().await?;
        let old = [sql::at(mail.now_ms).into()];
        sql::execute(&tx, "DELETE FROM sign_ups WHERE expires_at < $1", old).await?;
        sql::execute(
            &tx,
            "INSERT INTO sign_ups (hash, email, expires_at) VALUES ($1, $2, $3)
             ON CONFLICT (email) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at",
            [hash.to_vec().into(), email.into(), sql::at(expires_ms).into()],
        )
        .await?;
        mails::queue(&tx, mail, None).await?;
        Ok(tx.commit().await?)
    }

    /// The address of a link, while it works.
    ///
    /// # Errors
    /// The database's.
    pub async fn email(&self, hash: [u8; 32], now_ms: i64) -> Result<Option<String>> {
        let text = "SELECT email FROM sign_ups WHERE hash = $1 AND expires_at > $2";
        let row = sql::one(self.0, text, [hash.to_vec().into(), sql::at(now_ms).into()]).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// Makes the person and their workspace, which is on trial, by a link that is used up by it; nothing where it works no
    /// more. They are there once the scope is committed. An address that somebody has taken meanwhile violates
    /// `people_email_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn finish(
        &self,
        hash: [u8; 32],
        now_ms: i64,
        person: NewPerson,
        workspace: NewWorkspace,
    ) -> Result<Option<(WorkspaceTx, Person, Workspace)>> {
        let tx = self.0.begin().await?;
        let used = "DELETE FROM sign_ups WHERE hash = $1 AND email = $2 AND expires_at > $3";
        let values = [hash.to_vec().into(), person.email.as_str().into(), sql::at(now_ms).into()];
        if sql::execute(&tx, used, values).await? == 0 {
            return Ok(None);
        }
        let person = people::insert(&tx, person, false).await?;
        let workspace = workspaces::insert(&tx, person.id, workspace).await?;
        people::begin_trial(&tx, &person.email).await?;
        Ok(Some((WorkspaceTx { tx, workspace: workspace.id }, person, workspace)))
    }
}

pub(crate) async fn settings(db: &impl ConnectionTrait) -> Result<SignUpSettings> {
    let row = sql::one(db, "SELECT sign_up, trial_plan, trial_days FROM platform", []).await?;
    let none = SignUpSettings { open: false, trial_plan: None, trial_days: 30 };
    let Some(row) = row else { return Ok(none) };
    Ok(SignUpSettings {
        open: row.try_get("", "sign_up")?,
        trial_plan: row.try_get("", "trial_plan")?,
        trial_days: row.try_get("", "trial_days")?,
    })
}
