//! Tells further people of alarms that nobody has acknowledged in time: the mails are queued in the transaction that says so,
//! so each alarm is told once, whoever dies.

use crate::error::Result;
use crate::homeport::Homeport;
use crate::mail::{Letter, Mail};
use model::WorkspaceId;
use model::alarm::Alarm;
use model::live::LiveEvent;
use model::rule::{Escalation, Rule};
use model::workspace::Workspace;
use std::collections::BTreeMap;
use store::WorkspaceTx;

/// Alarms that a mail names one by one.
const NAMED: usize = 20;

/// Tells wherever the time has come; tells whether there was something.
///
/// # Errors
/// The database's.
pub(super) async fn due(homeport: &Homeport, now_ms: i64) -> Result<bool> {
    let due = homeport.store().lookup().escalations_due(now_ms).await?;
    let any = !due.is_empty();
    for workspace in due {
        if let Err(error) = one(homeport, workspace, now_ms).await {
            tracing::warn!(%workspace, ?error, "alarms can't be escalated; trying again");
        }
    }
    Ok(any)
}

async fn one(homeport: &Homeport, workspace: WorkspaceId, now_ms: i64) -> Result<()> {
    let scope = homeport.store().workspace(workspace).await?;
    let alarms = scope.alarms().unacknowledged(now_ms).await?;
    let mut by_rule: BTreeMap<i32, Vec<Alarm>> = BTreeMap::new();
    for alarm in alarms {
        if let Some(rule) = alarm.rule {
            by_rule.entry(rule).or_default().push(alarm);
        }
    }
    let Some(known) = scope.settings().get().await? else { return Ok(()) };
    for (rule, alarms) in by_rule {
        let Some(rule) = scope.rules().get(rule).await? else { continue };
        if let Some(escalation) = &rule.definition.escalation {
            tell(homeport, &scope, &known, (&rule, escalation), &alarms, now_ms).await?;
        }
    }
    scope.commit().await?;
    homeport.tell(workspace, LiveEvent::Alarms);
    Ok(())
}

async fn tell(
    homeport: &Homeport,
    scope: &WorkspaceTx,
    workspace: &Workspace,
    (rule, escalation): (&Rule, &Escalation),
    alarms: &[Alarm],
    now_ms: i64,
) -> Result<()> {
    let worst = alarms.iter().map(|alarm| alarm.severity).max().unwrap_or(rule.severity);
    let subject = match alarms {
        [only] => format!("Not acknowledged, {}: {} ({})", worst.label(), rule.name, only.device_name),
        many => format!("Not acknowledged, {}: {} ({} devices)", worst.label(), rule.name, many.len()),
    };
    let waited = escalation.waited();
    let text = format!(
        "Nobody of {} has acknowledged for {waited} what the rule “{}” found.",
        workspace.name, rule.name
    );
    let mut letter = Letter::new(subject).says(text);
    if !rule.description.is_empty() {
        letter = letter.says(&rule.description);
    }
    for alarm in alarms.iter().take(NAMED) {
        letter = letter.says(format!("{} ({}): {}.", alarm.device_name, alarm.device, alarm.why));
    }
    if alarms.len() > NAMED {
        letter = letter.says(format!("And {} more.", alarms.len() - NAMED));
    }
    let link = format!("{}/w/{}/alarms", homeport.origin(), workspace.slug);
    let mail = letter.leads("See alarms", &link).to("");
    for one in &escalation.to {
        let mail = Mail { to: one.clone(), ..mail.clone() };
        scope.queue_mail(&mail.sealed(homeport)?).await?;
    }
    for alarm in alarms {
        scope.alarms().note(alarm.id, now_ms, "escalated", None, &escalation.to.join(", ")).await?;
    }
    Ok(())
}
