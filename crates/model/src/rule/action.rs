//! What is done when a rule fires, besides raising an alarm.

use crate::check::{self, Check};
use serde::{Deserialize, Serialize};

/// Most actions of a rule.
const ACTIONS_MAX: usize = 5;
/// Most addresses of a mail.
pub const RECIPIENTS_MAX: usize = 20;
/// Between two mails of a rule there is so long at least, in milliseconds; what fires meanwhile comes in one.
pub const MAIL_EVERY_MS: i64 = 60_000;

/// What is done when a rule fires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Action {
    /// Somebody is mailed: at most once a minute, with all that fired meanwhile.
    Mail {
        /// Addresses; of anybody.
        to: Vec<String>,
    },
}

/// Addresses trimmed, each once.
pub(super) fn checked(actions: Vec<Action>, check: &mut Check) -> Vec<Action> {
    check.that(actions.len() <= ACTIONS_MAX, "actions", format!("At most {ACTIONS_MAX} actions."));
    let mail = |i: usize, to: Vec<String>, check: &mut Check| {
        let field = format!("actions.{i}.to");
        let mut good: Vec<String> = Vec::new();
        for one in to.iter().filter(|one| !one.trim().is_empty()) {
            good.extend(check.field(&field, check::email(one)).filter(|one| !good.contains(one)));
        }
        let some = (1..=RECIPIENTS_MAX).contains(&good.len());
        check.that(
            some || !to.is_empty() && good.is_empty(),
            &field,
            format!("From 1 to {RECIPIENTS_MAX} addresses."),
        );
        Action::Mail { to: good }
    };
    actions.into_iter().enumerate().map(|(i, Action::Mail { to })| mail(i, to, check)).collect()
}
