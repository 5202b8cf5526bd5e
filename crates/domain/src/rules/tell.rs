//! Tells people what a rule has found: by mail, at most once a minute, with all that fired meanwhile. The mails are queued in
//! the transaction that raised the alarms, or in a later one that says so: so each alarm is told once.

use crate::error::Result;
use crate::homeport::Homeport;
use crate::mail::Letter;
use model::rule::{Action, MAIL_EVERY_MS, Rule};
use store::WorkspaceTx;

/// Alarms that a mail names one by one.
const NAMED: usize = 20;

/// Queues what a rule has to tell, where its last mail is long enough ago. Tells whether there was something.
pub(super) async fn mail(homeport: &Homeport, scope: &WorkspaceTx, rule: &Rule, now_ms: i64) -> Result<bool> {
    let to: Vec<&String> = rule.actions.iter().flat_map(|Action::Mail { to }| to).collect();
    if to.is_empty() {
        return Ok(false);
    }
    let (alarms, count) = scope.rule_work().untold(rule.id, now_ms - MAIL_EVERY_MS, now_ms, NAMED).await?;
    let Some(first) = alarms.first() else { return Ok(false) };
    let workspace = scope.settings().get().await?;
    let (name, slug) = workspace.map(|workspace| (workspace.name, workspace.slug)).unwrap_or_default();
    let severity = rule.severity.label();
    let subject = match count {
        1 => format!("{severity}: {} ({})", rule.name, first.device_name),
        many => format!("{severity}: {} ({many} devices)", rule.name),
    };
    let mut letter = Letter::new(subject).says(format!("The rule “{}” of {name} has fired.", rule.name));
    if !rule.description.is_empty() {
        letter = letter.says(&rule.description);
    }
    for alarm in &alarms {
        letter = letter.says(format!("{} ({}): {}.", alarm.device_name, alarm.device, alarm.why));
    }
    if count > alarms.len() as i64 {
        letter = letter.says(format!("And {} more.", count - alarms.len() as i64));
    }
    let link = format!("{}/w/{slug}/alarms", homeport.origin());
    let letter = letter.leads("See alarms", &link);
    let mail = letter.to("");
    for one in &to {
        let mail = crate::mail::Mail { to: (*one).clone(), ..mail.clone() };
        scope.queue_mail(&mail.sealed(homeport)?).await?;
    }
    let told = to.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ");
    for alarm in &alarms {
        scope.alarms().note(alarm.id, now_ms, "mailed", None, &told).await?;
    }
    Ok(true)
}
