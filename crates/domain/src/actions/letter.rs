//! The mail of a rule: all that fired since the last one.

use super::body;
use super::facts::Told;
use crate::error::Result;
use crate::homeport::Homeport;
use crate::mail::{Letter, Mail};
use model::rule::Deed;
use model::workspace::Workspace;
use store::{Outcome, WorkspaceTx};

/// Queues the mails in this scope, and notes on the alarms that they are.
///
/// # Errors
/// The database's.
pub(super) async fn queue(
    homeport: &Homeport,
    scope: &WorkspaceTx,
    workspace: &Workspace,
    told: &Told,
) -> Result<Outcome> {
    let Deed::Mail { to } = &told.action.deed else { return Ok(Outcome::default()) };
    let rule = &told.rule;
    let mut letter = Letter::new(body::subject(told))
        .says(format!("The rule “{}” of {} has fired.", rule.name, workspace.name));
    if told.is_test {
        letter = letter.says("This is a test: somebody tries the rule's mail.");
    }
    if !rule.description.is_empty() {
        letter = letter.says(&rule.description);
    }
    for fact in &told.facts {
        letter = letter.says(format!("{} ({}): {}.", fact.device_name, fact.device, fact.why));
    }
    let more = told.count - told.facts.len() as i64;
    if more > 0 {
        letter = letter.says(format!("And {more} more."));
    }
    let link = format!("{}/w/{}/alarms", homeport.origin(), workspace.slug);
    let mail = letter.leads("See alarms", &link).to("");
    for one in to {
        let mail = Mail { to: one.clone(), ..mail.clone() };
        scope.queue_mail(&mail.sealed(homeport)?).await?;
    }
    if !told.is_test {
        for fact in &told.facts {
            scope.alarms().note(fact.alarm, told.at_ms, "mailed", None, &to.join(", ")).await?;
        }
    }
    let answer = if homeport.has_mail_server() {
        "Handed to the mail server."
    } else {
        "No mail server is set up: it waits in the outbox."
    };
    Ok(Outcome { answer: answer.into(), ..Outcome::default() })
}
