//! Wakes the browsers of those who see what a rule has found, and want to be told.

use super::body;
use super::facts::Told;
use super::request::Came;
use crate::error::Result;
use crate::homeport::Homeport;
use crate::outward::NoAnswer;
use crate::push;
use model::workspace::Workspace;
use serde_json::json;
use std::time::Instant;
use store::{Outcome, PushTarget};

/// Longest text of a message, in characters.
const TEXT_MAX: usize = 500;

/// Wakes them. Each browser once: where one fails for a while, all are tried again, and those that had it replace it.
///
/// # Errors
/// The database's.
pub(super) async fn wake(homeport: &Homeport, workspace: &Workspace, told: &Told) -> Result<Came> {
    let begun = Instant::now();
    let scope = homeport.store().workspace(workspace.id).await?;
    let devices: Vec<String> = told.facts.iter().map(|fact| fact.device.clone()).collect();
    let targets = scope.push_subscriptions().of_devices(&devices).await?;
    drop(scope);
    let targets: Vec<PushTarget> =
        targets.into_iter().filter(|target| told.is_test || wanted(target, told)).collect();
    let (mut woken, mut gone, mut failed) = (0, Vec::new(), None);
    if !targets.is_empty() {
        let key = push::key(homeport).await?;
        for target in &targets {
            let call = push::call(
                &key,
                &target.subscription,
                &text(homeport, workspace, told, target),
                &told.key,
                (homeport.origin(), told.at_ms),
            )?;
            match homeport.call(call).await {
                Ok(answer) if (200..300).contains(&answer.status) => woken += 1,
                Ok(answer) if matches!(answer.status, 404 | 410) => gone.push(target.id),
                Ok(answer) => {
                    failed = Some((
                        Some(i32::from(answer.status)),
                        format!("A browser's service answers {}.", answer.status),
                    ))
                }
                Err(NoAnswer::Refused(why)) => {
                    failed.get_or_insert((None, format!("{why}.")));
                }
                Err(away) => failed = Some((None, format!("{away}."))),
            }
        }
    }
    if !gone.is_empty() {
        let scope = homeport.store().workspace(workspace.id).await?;
        scope.push_subscriptions().delete(&gone).await?;
        scope.commit().await?;
    }
    let took_ms = i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX);
    let browsers = match woken {
        1 => "1 browser was woken.".to_owned(),
        many => format!("{many} browsers were woken."),
    };
    Ok(match failed {
        Some((status, why)) => {
            Came::Again(Outcome { status, answer: format!("{browsers} {why}"), took_ms }, None)
        }
        None => Came::Done(Outcome { status: None, answer: browsers, took_ms }),
    })
}

/// Whether they want to be told of it now.
fn wanted(target: &PushTarget, told: &Told) -> bool {
    let minute = model::rule::minute_of_day(told.at_ms, &target.time_zone);
    target.settings.severities().contains(&told.rule.severity) && !target.settings.is_quiet(minute)
}

/// What this person may read of it.
fn text(homeport: &Homeport, workspace: &Workspace, told: &Told, target: &PushTarget) -> String {
    let seen: Vec<_> =
        told.facts.iter().filter(|fact| target.devices.contains(&fact.device)).cloned().collect();
    let whole = seen.len() == told.facts.len();
    let count = if whole { told.count } else { seen.len() as i64 };
    let why = seen.first().map(|fact| fact.why.clone()).unwrap_or_default();
    let told = Told { facts: seen, count, ..told.clone() };
    let short = |text: String| text.chars().take(TEXT_MAX).collect::<String>();
    json!({
        "title": short(body::summary(&told)),
        "body": short(why),
        "tag": format!("rule-{}", told.rule.id),
        "url": format!("{}/w/{}/notices", homeport.origin(), workspace.slug),
    })
    .to_string()
}
