//! The outbox, in the administration console.

use crate::api::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::mail::{MailBody, MailEntry, MailState};
use model::page::Page;

/// Mails, the newest first; and whether a mail server is known.
///
/// # Errors
/// Not found for whoever doesn't administer the platform.
#[server(prefix = "/api", endpoint = "admin_list_mails", input = Json)]
pub async fn admin_list_mails(
    state: Option<MailState>,
    offset: i64,
    limit: i64,
) -> Result<(Page<MailEntry>, bool), AppError> {
    let context = crate::api::platform().await?;
    let mails = domain::platform::mails(&context, state, offset, limit).await?;
    Ok((mails, domain::platform::has_mail_server(&context)))
}

/// One, with what stands in it.
///
/// # Errors
/// Not found.
#[server(prefix = "/api", endpoint = "admin_read_mail", input = Json)]
pub async fn admin_read_mail(mail: i64) -> Result<(MailEntry, Option<MailBody>), AppError> {
    Ok(domain::platform::read_mail(&crate::api::platform().await?, mail).await?)
}

/// Tries one at once that waits or was given up.
///
/// # Errors
/// Not found, also where it was sent.
#[server(prefix = "/api", endpoint = "admin_send_mail_again", input = Json)]
pub async fn admin_send_mail_again(mail: i64) -> Result<(), AppError> {
    Ok(domain::platform::send_mail_again(&crate::api::platform().await?, mail).await?)
}
