//! Mails: written here, queued in the transaction of their cause, sent by a worker.
//!
//! A page never waits for a mail server. What could not be sent is tried again, later each time, for three days; then
//! it is given up, where people who run the server can see it.

mod letter;

pub use letter::Letter;

use crate::context::now_ms;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use crate::limits;
use model::limits::Limit;
use model::mail::{Attachment, MailBody, MailEntry, MailState};
use model::page::Page;
use std::time::Duration;
use store::{DueMail, SealedMail, WorkspaceTx};

/// For how long it is tried.
const GIVE_UP_MS: i64 = 3 * 24 * 60 * 60 * 1000;
/// Longest time between two tries.
const WAIT_MAX_MS: i64 = 4 * 60 * 60 * 1000;
/// For how long the outbox shows what became of a mail.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// A mail, ready to be queued.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    /// The address of one person.
    pub to: String,
    /// One line. Stands in the outbox for all who run the server to see: no secrets.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// The files that go with it.
    pub attachments: Vec<Attachment>,
}

/// What a worker has leased, and has to send.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The mail.
    pub mail: Mail,
    /// Its number in the outbox: the same with each try, so that a reader's mailbox can tell doubles.
    pub id: i64,
    tries: i32,
    created_ms: i64,
}

/// What became of a try that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// It will be tried again.
    Again,
    /// Never again.
    GivenUp,
}

impl Mail {
    /// With a file.
    #[must_use]
    pub fn with(mut self, attachment: Attachment) -> Mail {
        self.attachments.push(attachment);
        self
    }

    /// Sealed for the outbox: whoever reads the database finds no link in it that opens somebody's account.
    pub(crate) fn sealed(&self, homeport: &Homeport) -> Result<SealedMail> {
        let body = seal(homeport, &self.to, &self.body())?;
        Ok(SealedMail { to: self.to.clone(), subject: self.subject.clone(), body, now_ms: now_ms() })
    }

    fn body(&self) -> MailBody {
        let attachments = self.attachments.clone();
        MailBody { text: self.text.clone(), html: self.html.clone(), attachments }
    }
}

/// Queues a mail of this workspace, where its day has room for one more: it goes once the scope is committed.
///
/// # Errors
/// [`model::Code::LimitReached`], which names the limit.
pub(crate) async fn queue_of(scope: &WorkspaceTx, homeport: &Homeport, mail: &Mail) -> Result<()> {
    limits::room(scope, Limit::MailsPerDay, 1).await?;
    Ok(scope.queue_mail(&mail.sealed(homeport)?).await?)
}

fn seal(homeport: &Homeport, to: &str, body: &MailBody) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(body).map_err(|e| Error::Broken(e.to_string()))?;
    Ok(homeport.store().key().seal(&plain, &belongs_to(to)))
}

/// Queues a mail that has no other cause in the database.
///
/// # Errors
/// The database's.
pub async fn queue(homeport: &Homeport, mail: &Mail) -> Result<()> {
    Ok(homeport.store().mails().queue(&mail.sealed(homeport)?).await?)
}

/// Up to `most` mails that are due. Nobody else gets them for `lease`, by which they must be [`sent`] or have [`failed`].
///
/// # Errors
/// The database's.
pub async fn lease(homeport: &Homeport, most: i64, lease: Duration) -> Result<Vec<Outgoing>> {
    let now = now_ms();
    let until = now + i64::try_from(lease.as_millis()).unwrap_or(i64::MAX / 2);
    let mails = homeport.store().mails();
    let mut outgoing = Vec::new();
    for due in mails.lease(most, now, until).await? {
        match open(homeport, &due) {
            Some(mail) => {
                outgoing.push(Outgoing { mail, id: due.id, tries: due.tries, created_ms: due.created_ms })
            }
            None => mails.given_up(due.id, "It was sealed with another master key.", now).await?,
        }
    }
    Ok(outgoing)
}

/// A mail server has taken it. What stood in it is kept without its links.
///
/// # Errors
/// The database's.
pub async fn sent(homeport: &Homeport, outgoing: &Outgoing) -> Result<()> {
    let kept = seal(homeport, &outgoing.mail.to, &outgoing.mail.body().without_links())?;
    Ok(homeport.store().mails().sent(outgoing.id, kept, now_ms()).await?)
}

/// No mail server has taken it. `first` is the time until the second try; it doubles with each one.
///
/// # Errors
/// The database's.
pub async fn failed(homeport: &Homeport, outgoing: &Outgoing, why: &str, first: Duration) -> Result<Failed> {
    let (now, mails) = (now_ms(), homeport.store().mails());
    if now - outgoing.created_ms >= GIVE_UP_MS {
        mails.given_up(outgoing.id, why, now).await?;
        return Ok(Failed::GivenUp);
    }
    mails.failed(outgoing.id, why, now + wait_ms(outgoing.tries, first)).await?;
    Ok(Failed::Again)
}

/// Mails, the newest first: for whoever runs the server.
///
/// # Errors
/// The database's.
pub async fn list(
    homeport: &Homeport,
    state: Option<MailState>,
    offset: i64,
    limit: i64,
) -> Result<Page<MailEntry>> {
    Ok(homeport.store().mails().list(state, offset, limit).await?)
}

/// One, with what stands in it; without its links where it was sent: for whoever runs the server.
///
/// # Errors
/// [`model::Code::NotFound`].
pub async fn show(homeport: &Homeport, id: i64) -> Result<(MailEntry, Option<MailBody>)> {
    let (entry, sealed) = homeport.store().mails().get(id).await?.ok_or_else(Error::not_found)?;
    let body = sealed.and_then(|sealed| opened(homeport, &entry.to, &sealed));
    Ok((entry, body))
}

/// Tries one at once that waits or was given up: for whoever runs the server.
///
/// # Errors
/// [`model::Code::NotFound`], also where it was sent.
pub async fn again(homeport: &Homeport, id: i64) -> Result<()> {
    let tried = homeport.store().mails().try_now(id, now_ms()).await?;
    if tried { Ok(()) } else { Err(Error::not_found()) }
}

/// How many mails wait, after what is older than a month was forgotten.
///
/// # Errors
/// The database's.
pub async fn tidy(homeport: &Homeport) -> Result<i64> {
    let mails = homeport.store().mails();
    mails.clear(now_ms() - KEPT_MS).await?;
    Ok(mails.waiting().await?)
}

fn open(homeport: &Homeport, due: &DueMail) -> Option<Mail> {
    let body = opened(homeport, &due.to, &due.body)?;
    let MailBody { text, html, attachments } = body;
    Some(Mail { to: due.to.clone(), subject: due.subject.clone(), text, html, attachments })
}

/// What stands in a sealed mail to this address.
pub(crate) fn opened(homeport: &Homeport, to: &str, sealed: &[u8]) -> Option<MailBody> {
    serde_json::from_slice(&homeport.store().key().open(sealed, &belongs_to(to))?).ok()
}

fn belongs_to(to: &str) -> Vec<u8> {
    format!("mail to {to}").into_bytes()
}

fn wait_ms(tries: i32, first: Duration) -> i64 {
    let first = i64::try_from(first.as_millis()).unwrap_or(WAIT_MAX_MS);
    first.saturating_mul(1_i64 << tries.clamp(0, 20)).min(WAIT_MAX_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_between_tries_doubles_up_to_four_hours() {
        let first = Duration::from_secs(30);
        let waits: Vec<i64> = (0..12).map(|tries| wait_ms(tries, first) / 1000).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 14400, 14400, 14400]);
        assert_eq!(wait_ms(i32::MAX, first), WAIT_MAX_MS);
    }
}
