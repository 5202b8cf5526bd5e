//! Announcements: shown to everybody who is signed in, made by platform administrators.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::announcement::{Announcement, NewAnnouncement};

/// What is to be shown to whoever is signed in.
///
/// # Errors
/// Signed out.
#[server(prefix = "/api", endpoint = "list_announcements", input = Json)]
pub async fn list_announcements() -> Result<Vec<Announcement>, AppError> {
    let person = super::visitor().await?.person;
    Ok(domain::announcements::shown(&super::homeport()?, person).await?)
}

/// Shows one to whoever is signed in no more.
///
/// # Errors
/// Signed out.
#[server(prefix = "/api", endpoint = "put_away_announcement", input = Json)]
pub async fn put_away_announcement(id: i32) -> Result<(), AppError> {
    let person = super::visitor().await?.person;
    Ok(domain::announcements::put_away(&super::homeport()?, person, id).await?)
}

/// All of them.
///
/// # Errors
/// Not found for whoever doesn't administer the platform.
#[server(prefix = "/api", endpoint = "admin_list_announcements", input = Json)]
pub async fn admin_list_announcements() -> Result<Vec<Announcement>, AppError> {
    Ok(domain::announcements::list(&super::platform().await?).await?)
}

/// Makes one.
///
/// # Errors
/// Fields at fault (`text`, `to_ms`), not found.
#[server(prefix = "/api", endpoint = "admin_announce", input = Json)]
pub async fn admin_announce(new: NewAnnouncement) -> Result<i32, AppError> {
    Ok(domain::announcements::create(&super::platform().await?, new).await?)
}

/// Takes one back.
///
/// # Errors
/// Not found.
#[server(prefix = "/api", endpoint = "admin_delete_announcement", input = Json)]
pub async fn admin_delete_announcement(id: i32) -> Result<(), AppError> {
    Ok(domain::announcements::delete(&super::platform().await?, id).await?)
}
