//! How people come to Homeport by themselves.

use super::{Console, Link};
use crate::error::Result;
use crate::sign_ups;
use crate::sql;
use model::platform::SignUpSettings;

impl<C: Link> Console<'_, C> {
    /// How they come.
    ///
    /// # Errors
    /// The database's.
    pub async fn sign_up(&self) -> Result<SignUpSettings> {
        sign_ups::settings(self.0).await
    }

    /// Says how; false where the trial's plan is none that can be given.
    ///
    /// # Errors
    /// The database's; then nothing was done.
    pub async fn set_sign_up(&self, settings: &SignUpSettings) -> Result<bool> {
        let text = "UPDATE platform SET sign_up = $1, trial_plan = $2, trial_days = $3
                    WHERE $2::int4 IS NULL OR EXISTS (SELECT FROM plans WHERE id = $2 AND retired_at IS NULL)";
        let values = [settings.open.into(), settings.trial_plan.into(), settings.trial_days.into()];
        Ok(sql::execute(self.0, text, values).await? > 0)
    }
}
