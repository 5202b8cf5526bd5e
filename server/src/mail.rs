//! The postman: sends what waits in the outbox, by SMTP.
//!
//! Any number of processes may run one; each leases what it sends. A mail server that is away, slow or refusing costs
//! tries and time, never a mail, and no page waits for it. Who is killed between the sending and the note of it sends
//! twice, with one Message-ID.

use crate::error::{Error, Result, chain};
use domain::Homeport;
use domain::mail::{self, Failed, Mail, Outgoing};
use futures::future::join_all;
use lettre::message::{Attachment, Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use metrics::{counter, describe_counter, describe_gauge, gauge};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Mails by `outcome`: `sent`, `failed` (a try), `given-up`.
const MAILS: &str = "homeport_mails_total";
/// Mails that wait.
const WAITING: &str = "homeport_mails_waiting";

/// How long one mail may take, from connecting to the server's answer.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// After a first try that failed; it doubles with each one.
pub const AGAIN: Duration = Duration::from_secs(30);
/// So many are sent at once.
const AT_ONCE: i64 = 4;
/// How often is looked for mails that are due.
const LOOK: Duration = Duration::from_secs(1);
/// How often those that wait are counted, and old ones forgotten.
const TIDY: Duration = Duration::from_secs(60);

/// By which mail server mails go, and from whom.
#[derive(Clone)]
pub struct MailSettings {
    /// `smtps://user:password@host:465`, `smtp://host:25`, with `?tls=required` for STARTTLS.
    pub url: String,
    /// From whom: `Homeport <homeport@example.com>`.
    pub from: String,
    /// How long one mail may take.
    pub patience: Duration,
    /// The time from a first try that failed to the second; it doubles with each one.
    pub again: Duration,
}

/// What sends mails.
pub(crate) struct Postman {
    from: Mailbox,
    smtp: AsyncSmtpTransport<Tokio1Executor>,
    settings: MailSettings,
}

impl Postman {
    /// A postman of this mail server; connects to nothing yet.
    ///
    /// # Errors
    /// An address can't be understood.
    pub(crate) fn new(settings: &MailSettings) -> Result<Postman> {
        let wrong = |name, why: String| Error::Setting { name, why };
        let from: Mailbox = settings.from.parse().map_err(|e| {
            wrong("HOMEPORT_MAIL_FROM", format!("it looks like Homeport <homeport@example.com>: {e}"))
        })?;
        let smtp = AsyncSmtpTransport::<Tokio1Executor>::from_url(&settings.url).map_err(|e| {
            wrong("HOMEPORT_SMTP_URL", format!("it looks like smtps://user:password@host:465: {e}"))
        })?;
        let smtp = smtp.timeout(Some(settings.patience)).build();
        Ok(Postman { from, smtp, settings: settings.clone() })
    }

    /// Sends what is due, until `stop`.
    pub(crate) async fn work(self, homeport: Homeport, stop: CancellationToken) {
        loop {
            let full = match self.round(&homeport).await {
                Ok(sent) => sent as i64 == AT_ONCE,
                Err(error) => {
                    tracing::warn!(causes = chain(&error), "the outbox can't be read; trying again");
                    false
                }
            };
            let pause = if full { Duration::ZERO } else { LOOK };
            if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                return;
            }
        }
    }

    /// Sends some that are due; tells how many there were.
    async fn round(&self, homeport: &Homeport) -> domain::Result<usize> {
        // The whole patience twice: whoever still holds a lease is still at work.
        let due = mail::lease(homeport, AT_ONCE, self.settings.patience * 2).await?;
        for outcome in join_all(due.iter().map(|outgoing| self.deliver(homeport, outgoing))).await {
            outcome?;
        }
        Ok(due.len())
    }

    async fn deliver(&self, homeport: &Homeport, outgoing: &Outgoing) -> domain::Result<()> {
        let begun = Instant::now();
        let outcome = match self.written(outgoing) {
            Ok(message) => {
                match tokio::time::timeout(self.settings.patience, self.smtp.send(message)).await {
                    Ok(Ok(_)) => Ok(()),
                    Ok(Err(error)) => Err(chain(&error)),
                    Err(_) => Err(format!("no answer within {} s", self.settings.patience.as_secs_f32())),
                }
            }
            Err(why) => Err(why),
        };
        match outcome {
            Ok(()) => {
                tracing::debug!(mail = outgoing.id, ms = begun.elapsed().as_millis(), "a mail was sent");
                counter!(MAILS, "outcome" => "sent").increment(1);
                mail::sent(homeport, outgoing).await
            }
            Err(why) => {
                counter!(MAILS, "outcome" => "failed").increment(1);
                match mail::failed(homeport, outgoing, &why, self.settings.again).await? {
                    Failed::Again => {
                        tracing::warn!(mail = outgoing.id, why, "a mail waits: it could not be sent")
                    }
                    Failed::GivenUp => {
                        counter!(MAILS, "outcome" => "given-up").increment(1);
                        tracing::warn!(mail = outgoing.id, why, "a mail was given up");
                    }
                }
                Ok(())
            }
        }
    }

    /// The message as it goes over the wire.
    fn written(&self, outgoing: &Outgoing) -> std::result::Result<Message, String> {
        let Outgoing { mail, id, .. } = outgoing;
        let to = mail.to.parse().map_err(|e| format!("{} is no address: {e}", mail.to))?;
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject.as_str())
            .message_id(Some(format!("<homeport.{id}@{}>", self.from.email.domain())))
            .multipart(parts(mail)?)
            .map_err(|e| chain(&e))
    }
}

/// Its text in both forms, and the files that go with it.
fn parts(mail: &Mail) -> std::result::Result<MultiPart, String> {
    let text = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
    if mail.attachments.is_empty() {
        return Ok(text);
    }
    let mut whole = MultiPart::mixed().multipart(text);
    for one in &mail.attachments {
        let media = one.media.parse().map_err(|e| format!("{} is no type of a file: {e}", one.media))?;
        let bytes = one.bytes().ok_or_else(|| format!("{} can't be read", one.name))?;
        whole = whole.singlepart(Attachment::new(one.name.clone()).body(bytes, media));
    }
    Ok(whole)
}

/// Counts what waits and forgets what is old, until `stop`: also where no mail server is known.
pub(crate) async fn tidy(homeport: Homeport, stop: CancellationToken) {
    loop {
        match mail::tidy(&homeport).await {
            Ok(waiting) => gauge!(WAITING).set(waiting as f64),
            Err(error) => tracing::warn!(causes = chain(&error), "the outbox can't be tidied; trying again"),
        }
        if stop.run_until_cancelled(tokio::time::sleep(TIDY)).await.is_none() {
            return;
        }
    }
}

/// Says what the figures mean.
pub(crate) fn describe() {
    describe_counter!(MAILS, "Mails, by outcome: sent, a try that failed, given up");
    describe_gauge!(WAITING, "Mails that wait to be sent");
}
