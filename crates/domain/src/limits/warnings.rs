//! Limits that are near or reached, told by mail to those who administer the workspace: each once, until it was neither
//! for a while. What starts anew every day is told once a day by that.

use crate::error::Result;
use crate::homeport::Homeport;
use crate::mail::Letter;
use model::workspace::Workspace;
use store::Near;

/// Tells what was not told yet; tells how many workspaces' limits that were. Fit for every minute, in any number of
/// processes.
///
/// # Errors
/// The database's; what was not told is told the next time.
pub async fn warn(homeport: &Homeport) -> Result<u32> {
    let mut told = 0;
    let all = homeport.store().console().newly_near().await?;
    for near in &all {
        let scope = homeport.store().workspace(near.workspace).await?;
        if !scope.allowances().note_warning(near.limit, near.reached).await? {
            continue;
        }
        // What is reached is near as well: that is one mail, not two.
        let more =
            |other: &&Near| (other.workspace, other.limit) == (near.workspace, near.limit) && other.reached;
        let told_by_the_other = !near.reached && all.iter().any(|other| more(&other));
        let found = scope.settings().get().await?;
        if let Some(workspace) = found.filter(|_| !told_by_the_other) {
            let brand = scope.brandings().get().await?.brand;
            for to in scope.allowances().administrators().await? {
                let mail = letter(homeport, &workspace, near).looking(&brand).to(&to);
                scope.queue_mail(&mail.sealed(homeport)?).await?;
            }
            told += 1;
        }
        scope.commit().await?;
    }
    Ok(told)
}

fn letter(homeport: &Homeport, workspace: &Workspace, near: &Near) -> Letter {
    let (title, unit) = (near.limit.title(), near.limit.unit());
    let (subject, what) = match near.reached {
        true => (
            format!("“{}” has reached its limit of {title}", workspace.name),
            format!(
                "The workspace “{}” has taken {} of the {} {unit} that it may: all of it. What goes beyond is refused.",
                workspace.name, near.taken, near.value
            ),
        ),
        false => (
            format!("“{}” is near its limit of {title}", workspace.name),
            format!(
                "The workspace “{}” has taken {} of the {} {unit} that it may, {} per cent. Beyond the limit, more is refused.",
                workspace.name,
                near.taken,
                near.value,
                near.taken.saturating_mul(100) / near.value.max(1)
            ),
        ),
    };
    Letter::new(subject)
        .says(what)
        .leads("Usage and limits", &format!("{}/w/{}/settings/usage", homeport.origin(), workspace.slug))
        .says("Whoever runs this Homeport can raise the limit. You get this mail because you administer the workspace.")
}
