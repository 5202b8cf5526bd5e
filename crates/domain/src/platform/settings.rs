//! How people come to Homeport by themselves, as platform administrators say.

use super::PlatformContext;
use super::log::Deed;
use crate::error::Result;
use model::audit::Action;
use model::platform::SignUpSettings;
use serde_json::{Value, json};

/// How they come.
///
/// # Errors
/// The database's.
pub async fn sign_up(context: &PlatformContext) -> Result<SignUpSettings> {
    Ok(context.console().sign_up().await?)
}

/// Says how, from now on.
///
/// # Errors
/// [`model::Code::Invalid`] beside `trial_days`, and beside `plan` where it is none that can be given.
pub async fn set_sign_up(context: &PlatformContext, settings: SignUpSettings) -> Result<SignUpSettings> {
    let settings = settings.checked()?;
    let before = context.console().sign_up().await?;
    let deed = Deed::new(Action::Update, "settings", "sign-up", "Sign-up");
    let tx = context.act().await?;
    if !tx.console().set_sign_up(&settings).await? {
        return Err(super::tenants::no_plan());
    }
    context.noted_in(&tx, deed.changed(Some(told(&before)), Some(told(&settings)))).await?;
    tx.commit().await?;
    Ok(settings)
}

fn told(settings: &SignUpSettings) -> Value {
    json!({ "open": settings.open, "plan of trials": settings.trial_plan, "days of trials": settings.trial_days })
}
