//! What platform administrators tell everybody.

use crate::context::now_ms;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use crate::platform::{Deed, PlatformContext};
use model::PersonId;
use model::announcement::{Announcement, NewAnnouncement};
use model::audit::Action;
use serde_json::json;

/// What is to be shown to a person now: what they have put away is not.
///
/// # Errors
/// The database's.
pub async fn shown(homeport: &Homeport, person: PersonId) -> Result<Vec<Announcement>> {
    Ok(homeport.store().people().announcements(person, now_ms()).await?)
}

/// Shows one to this person no more.
///
/// # Errors
/// The database's.
pub async fn put_away(homeport: &Homeport, person: PersonId, announcement: i32) -> Result<()> {
    Ok(homeport.store().people().put_away(person, announcement).await?)
}

/// All, also those that are over.
///
/// # Errors
/// The database's.
pub async fn list(context: &PlatformContext) -> Result<Vec<Announcement>> {
    Ok(context.console().announcements().await?)
}

/// Makes one.
///
/// # Errors
/// [`model::Code::Invalid`] by field.
pub async fn create(context: &PlatformContext, new: NewAnnouncement) -> Result<i32> {
    let new = new.checked()?;
    let tx = context.act().await?;
    let id = tx.console().insert_announcement(&new, &context.person.name).await?;
    let deed = Deed::new(Action::Create, "announcement", id, &new.text);
    context.noted_in(&tx, deed.changed(None, Some(json!({ "text": new.text })))).await?;
    tx.commit().await?;
    Ok(id)
}

/// Takes one back.
///
/// # Errors
/// [`model::Code::NotFound`].
pub async fn delete(context: &PlatformContext, id: i32) -> Result<()> {
    let tx = context.act().await?;
    if !tx.console().delete_announcement(id).await? {
        return Err(Error::not_found());
    }
    context.noted_in(&tx, Deed::new(Action::Delete, "announcement", id, "An announcement")).await?;
    Ok(tx.commit().await?)
}
