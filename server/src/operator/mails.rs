//! The outbox from the command line: what waits and why, and what stands in a mail. Where no mail server is known, this is
//! where mails are read.

use super::{Reached, reach, written};
use crate::config::MailsArgs;
use crate::error::{Error, Result};
use crate::terminal;
use crate::wiring::database;
use domain::{Endpoints, Homeport, mail};
use model::mail::{MailBody, MailEntry};
use store::Store;

/// So many are listed.
const LISTED: i64 = 50;

/// Lists mails, or shows one. Works while servers run on the database.
///
/// # Errors
/// When the database can't be reached, or there is no such mail.
pub async fn mails(args: MailsArgs) -> Result<()> {
    let database = reach(&args.data).await?;
    let done = tell(&database, &args).await;
    if let Some(cluster) = database.started {
        database::stop(cluster).await;
    }
    terminal::answer(&done?);
    Ok(())
}

async fn tell(database: &Reached, args: &MailsArgs) -> Result<String> {
    let store = Store::connect(&database.urls, database.key.clone()).await?;
    let homeport = Homeport::new(store.clone(), Endpoints::default());
    let text = match args.mail {
        None => mail::list(&homeport, None, 0, LISTED).await.map(|page| {
            let lines: Vec<String> = page.items.iter().map(line).collect();
            let rest = format!("{} of {} mails", page.items.len(), page.total);
            if lines.is_empty() {
                "There are no mails.".into()
            } else {
                format!("{}\n{rest}", lines.join("\n"))
            }
        }),
        Some(id) => mail::show(&homeport, id).await.map(|(entry, body)| whole(&entry, body.as_ref())),
    };
    let again = match args.mail {
        Some(id) if args.again && text.is_ok() => mail::again(&homeport, id).await,
        _ => Ok(()),
    };
    store.close().await;
    again?;
    text.map_err(Error::from)
}

/// A mail in a line.
fn line(entry: &MailEntry) -> String {
    let MailEntry { id, to, subject, state, created_ms, last_error, .. } = entry;
    let why = last_error.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
    format!("{id:>6}  {}  {:<8}  {to}  {subject}{why}", written(*created_ms), state.as_str())
}

/// A mail with all that is known of it.
fn whole(entry: &MailEntry, body: Option<&MailBody>) -> String {
    let text = body.map_or("Its text was deleted once it was sent.", |body| body.text.as_str());
    let why = entry.last_error.as_ref().map(|why| format!("\nlast error  {why}")).unwrap_or_default();
    format!(
        "to          {}\nsubject     {}\nqueued      {}\nstate       {}, {} tries{why}\n\n{text}",
        entry.to,
        entry.subject,
        written(entry.created_ms),
        entry.state.as_str(),
        entry.tries,
    )
}
