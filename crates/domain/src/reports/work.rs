//! What a worker does with reports that are due: each is drawn by one worker, and its mails are queued in the transaction that
//! says so. Who dies in between is followed by another, who draws it again: nothing was queued, so nothing is sent twice.

use super::{next_ms, paper};
use crate::context::{Actor, Context, now_ms};
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use crate::mail::{self, Letter};
use model::mail::Attachment;
use model::organization::{OrganizationName, Reach};
use model::report::Run;
use model::role::BuiltIn;
use model::{Code, Problem, WorkspaceId};
use std::time::Duration;
use store::{Place, TakenReport, WorkspaceTx};

/// So often one is begun; whoever dies of it that often won't draw it the next time.
const TRIES_MAX: i32 = 5;

/// Makes every report that is due, one after the other, until there is none or `stop` says so. Tells how many it ended.
/// `worker` is a name that no other has; nobody else takes a report for `lease`.
///
/// # Errors
/// The database's; the report is taken up again when its lease is over.
pub async fn work(
    homeport: &Homeport,
    worker: &str,
    lease: Duration,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<u32> {
    let mut ended = 0;
    for (workspace, id) in homeport.store().lookup().reports(now_ms()).await? {
        if stop() {
            break;
        }
        ended += u32::from(one(homeport, workspace, id, worker, lease).await?);
    }
    Ok(ended)
}

/// Whether it is ended.
async fn one(
    homeport: &Homeport,
    workspace: WorkspaceId,
    id: i32,
    worker: &str,
    lease: Duration,
) -> Result<bool> {
    let scope = homeport.store().workspace(workspace).await?;
    let Some(taken) = scope.reports().take(id, worker, lease, now_ms()).await? else { return Ok(false) };
    scope.commit().await?;
    let outcome = match taken.tries > TRIES_MAX {
        true => Err(Problem::with_detail(Code::Internal, "It could not be drawn, several times.").into()),
        false => drawn(homeport, workspace, &taken).await,
    };
    let at_ms = now_ms();
    let next = next_ms(&taken.wanted, at_ms);
    let why = match outcome {
        Ok((context, file)) => {
            let scope = homeport.store().workspace(workspace).await?;
            match queued(&scope, &context, &taken, &file).await {
                Ok(mails) => {
                    let bytes = i64::try_from(file.bytes.len()).unwrap_or(i64::MAX);
                    let run = Run { at_ms, bytes, mails, error: None };
                    if !scope.reports().end(id, worker, &run, next).await? {
                        return Ok(false);
                    }
                    scope.commit().await?;
                    return Ok(true);
                }
                // What of it was queued goes with the scope.
                Err(error) => error,
            }
        }
        Err(error) => error,
    };
    let run = failed(why, at_ms)?;
    let scope = homeport.store().workspace(workspace).await?;
    let ended = scope.reports().end(id, worker, &run, next).await?;
    scope.commit().await?;
    Ok(ended)
}

/// What is the maker's to mend stands in the history; what is ours is tried again.
fn failed(error: Error, at_ms: i64) -> Result<Run> {
    match error {
        Error::Problem(problem) => {
            Ok(Run { at_ms, bytes: 0, mails: 0, error: Some(problem.sentence().to_owned()) })
        }
        other => Err(other),
    }
}

async fn drawn(
    homeport: &Homeport,
    workspace: WorkspaceId,
    taken: &TakenReport,
) -> Result<(Context, paper::File)> {
    let context = eyes(homeport, workspace, taken).await?;
    let wanted = &taken.wanted;
    let file =
        paper::draw(&context, &taken.dashboard, wanted.format, &wanted.range, &wanted.when.zone).await?;
    Ok((context, file))
}

/// The maker in the workspace, as they are now.
async fn eyes(homeport: &Homeport, workspace: WorkspaceId, taken: &TakenReport) -> Result<Context> {
    let scope = homeport.store().workspace(workspace).await?;
    let about = scope.settings().get().await?.ok_or_else(Error::not_found)?;
    let gone = |text: &str| Error::from(Problem::with_detail(Code::NotAllowed, text));
    if about.disabled {
        return Err(gone("The workspace is shut."));
    }
    let Some(person) = taken.maker else {
        let place = of_program(&scope, taken).await?;
        let name = format!("report “{}”", taken.wanted.name);
        return Ok(Context::new(homeport.clone(), about, Actor::Token { id: "report".into(), name }, place));
    };
    let left = || gone("Whoever made it doesn't belong to the workspace any more.");
    let people = homeport.store().people();
    let (person, _) = people.get(person).await?.ok_or_else(left)?;
    let (about, place, _) = people.membership(person.id, &about.slug).await?.ok_or_else(left)?;
    Ok(Context::new(homeport.clone(), about, Actor::Person(person), place))
}

/// What a program's report sees: its organization, and nothing that it could change.
async fn of_program(scope: &WorkspaceTx, taken: &TakenReport) -> Result<Place> {
    let node = scope.organizations().get(taken.organization).await?.ok_or_else(Error::not_found)?;
    let reach = match node.parent {
        None => Reach::Everything,
        Some(_) => Reach::Organizations(crate::organizations::below(scope, node.id).await?),
    };
    let organization = OrganizationName { id: node.id, key: node.key, name: node.name };
    Ok(Place { role: BuiltIn::Viewer.role(), organization, reach, support: None })
}

/// Queues a mail to each, as far as the day has room; how many there are.
async fn queued(
    scope: &WorkspaceTx,
    context: &Context,
    taken: &TakenReport,
    file: &paper::File,
) -> Result<i32> {
    let homeport = &context.homeport;
    let brand = scope.brandings().get().await?.brand;
    let wanted = &taken.wanted;
    let link = format!("{}/w/{}/dashboards/{}", homeport.origin(), context.workspace.slug, taken.dashboard);
    for recipient in &wanted.recipients {
        let letter = Letter::new(format!("{}: {}", context.workspace.name, wanted.name))
            .looking(&brand)
            .says(format!(
                "{} of the workspace “{}” is attached: {}.",
                wanted.name, context.workspace.name, file.name
            ))
            .leads("Open the dashboard", &link)
            .says(format!(
                "It is sent {}. Whoever may change the dashboard can end that.",
                wanted.when.said()
            ));
        let attachment = Attachment::new(&file.name, file.media, &file.bytes);
        mail::queue_of(scope, homeport, &letter.to(recipient).with(attachment)).await?;
    }
    Ok(i32::try_from(wanted.recipients.len()).unwrap_or(i32::MAX))
}
