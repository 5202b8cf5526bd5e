//! The outbox, for platform administrators. What stands in a mail is shown without its links, which open accounts: only
//! where no mail server is known, as in development, the console is where mails are read.

use super::PlatformContext;
use super::log::Deed;
use crate::error::Result;
use crate::mail;
use model::audit::Action;
use model::mail::{MailBody, MailEntry, MailState};
use model::page::Page;

/// Most mails of one page.
const PAGE_MAX: i64 = 100;

/// Mails, the newest first.
///
/// # Errors
/// The database's.
pub async fn mails(
    context: &PlatformContext,
    state: Option<MailState>,
    offset: i64,
    limit: i64,
) -> Result<Page<MailEntry>> {
    mail::list(&context.homeport, state, offset.max(0), limit.clamp(1, PAGE_MAX)).await
}

/// One, with what stands in it.
///
/// # Errors
/// [`model::Code::NotFound`].
pub async fn read_mail(context: &PlatformContext, id: i64) -> Result<(MailEntry, Option<MailBody>)> {
    let (entry, body) = mail::show(&context.homeport, id).await?;
    let shown = |body: MailBody| match context.homeport.has_mail_server() {
        true => body.without_links(),
        false => body,
    };
    // Whose mail was read is noted: it may tell something of a person.
    context.noted(Deed::new(Action::Show, "mail", entry.id, &entry.subject)).await?;
    Ok((entry, body.map(shown)))
}

/// Tries one at once that waits or was given up.
///
/// # Errors
/// [`model::Code::NotFound`], also where it was sent.
pub async fn send_mail_again(context: &PlatformContext, id: i64) -> Result<()> {
    let (entry, _) = mail::show(&context.homeport, id).await?;
    // First: what fails in between leaves a word too many in the log, and none too few.
    context.noted(Deed::new(Action::Start, "mail", entry.id, &entry.subject)).await?;
    mail::again(&context.homeport, id).await
}

/// Whether a mail server is known: where none is, mails are read here and nowhere else.
pub fn has_mail_server(context: &PlatformContext) -> bool {
    context.homeport.has_mail_server()
}
