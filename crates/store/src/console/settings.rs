//! How people come to Homeport by themselves.

use super::{Console, log};
use crate::error::Result;
use crate::sign_ups;
use crate::sql;
use model::audit::AuditEntry;
use model::platform::SignUpSettings;
use sea_orm::TransactionTrait;

impl Console<'_> {
    /// How they come.
    ///
    /// # Errors
    /// The database's.
    pub async fn sign_up(&self) -> Result<SignUpSettings> {
        sign_ups::settings(self.0).await
    }

    /// Says how, and adds the entry to the log; false where the trial's plan is none that can be given.
    ///
    /// # Errors
    /// The database's; then nothing was done.
    pub async fn set_sign_up(&self, settings: &SignUpSettings, entry: Option<&AuditEntry>) -> Result<bool> {
        let tx = self.0.begin().await?;
        let text = "UPDATE platform SET sign_up = $1, trial_plan = $2, trial_days = $3
                    WHERE $2::int4 IS NULL OR EXISTS (SELECT FROM plans WHERE id = $2 AND retired_at IS NULL)";
        let values = [settings.open.into(), settings.trial_plan.into(), settings.trial_days.into()];
        if sql::execute(&tx, text, values).await? == 0 {
            return Ok(false);
        }
        if let Some(entry) = entry {
            log::add(&tx, entry).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}
