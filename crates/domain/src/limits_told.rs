//! Tells a workspace's administrators by mail that a limit is near or reached: each once, until it is no longer.

use crate::error::Result;
use crate::homeport::Homeport;
use crate::mail::Letter;
use store::Near;

/// Tells of all that is new; how many mails were queued. Any number of processes may: each limit is one's to tell.
///
/// # Errors
/// The database's; the rest is told the next time.
pub async fn tell(homeport: &Homeport) -> Result<u32> {
    let mut queued = 0;
    for near in homeport.store().console().newly_near().await? {
        queued += tell_one(homeport, &near).await?;
    }
    Ok(queued)
}

async fn tell_one(homeport: &Homeport, near: &Near) -> Result<u32> {
    let scope = homeport.store().workspace(near.workspace).await?;
    let Some(workspace) = scope.settings().get().await? else { return Ok(0) };
    // Whoever notes it first tells it, in the same transaction.
    if !scope.allowances().note_warning(near.limit, near.reached).await? {
        return Ok(0);
    }
    let mut queued = 0;
    for email in scope.allowances().administrators().await? {
        let mail = letter(homeport, &workspace.name, &workspace.slug, near).to(&email);
        scope.queue_mail(&mail.sealed(homeport)?).await?;
        queued += 1;
    }
    scope.commit().await?;
    Ok(queued)
}

fn letter(homeport: &Homeport, name: &str, slug: &str, near: &Near) -> Letter {
    let Near { limit, value, taken, reached, .. } = near;
    let (title, unit) = (limit.title(), limit.unit());
    let subject = match reached {
        true => format!("“{name}” has reached the limit “{title}”"),
        false => format!("“{name}” is near the limit “{title}”"),
    };
    let stands = format!("The workspace “{name}” has taken {taken} of {value} {unit}.");
    let then = match reached {
        true => "Nothing beyond it is taken. Whoever runs this Homeport can raise the limit.",
        false => "When it is reached, nothing beyond it is taken. Whoever runs this Homeport can raise the limit.",
    };
    let link = format!("{}/w/{slug}/settings/usage", homeport.origin());
    Letter::new(subject).says(stands).says(then).leads("Usage and limits", &link)
}
