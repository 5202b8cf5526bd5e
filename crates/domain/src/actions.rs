//! Actions of rules: what waits to be done, what became of it, and trying one by hand.
//!
//! What is to be done is written in the transaction that raised the alarm (`plan`); workers lease it and do it (`work`).
//! Who is killed between the doing and the note of it does it again, with the same key.

mod body;
mod device;
mod facts;
mod letter;
mod notify;
mod oauth;
pub(crate) mod plan;
mod request;
pub(crate) mod secrets;
mod work;

pub(crate) use oauth::Tokens;
pub use work::{AT_WORK_MAX, Job, due, lease, perform};

use crate::access::{ManageRules, ViewDevices, ViewRules};
use crate::audit::Act;
use crate::context::{Context, now_ms};
use crate::error::{Error, Result};
use facts::Told;
use model::action_run::{ActionRun, ActionRunQuery, Fact};
use model::alarm::AlarmQuery;
use model::audit::{Action as Done, Subject};
use model::check::Check;
use model::page::Page;
use model::rule::{Action, Deed, NewRule, Rule};
use model::{Code, Problem};
use serde_json::json;
use store::WorkspaceTx;

/// Runs of the actions of a rule, or of all rules, the newest first.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn list(context: &Context, query: &ActionRunQuery) -> Result<Page<ActionRun>> {
    let scope = context.grant::<ViewRules>()?.scope().await?;
    Ok(scope.action_runs().list(query).await?)
}

/// What was done because of an alarm, the oldest first.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn of_alarm(context: &Context, alarm: i64) -> Result<Vec<ActionRun>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    scope.alarms().get(alarm).await?.ok_or_else(Error::not_found)?;
    Ok(scope.action_runs().of_alarm(alarm).await?)
}

/// Has one tried again at once that waits or was given up.
///
/// # Errors
/// [`Code::Conflict`] where it was done, or is being done; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn again(context: &Context, id: i64) -> Result<ActionRun> {
    let scope = context.grant::<ManageRules>()?.scope().await?;
    let run = scope.action_runs().get(id).await?.ok_or_else(Error::not_found)?;
    if !scope.action_runs().again(id, context.now_ms).await? {
        let text = "It was done, or is being done at this moment.";
        return Err(Problem::with_detail(Code::Conflict, text).into());
    }
    let act = Act::new(Done::Send, Subject::Rule, run.rule.unwrap_or_default(), &run.rule_name);
    context.audited(&scope, act.after(json!({"tried again": run.kind, "to": run.target}))).await?;
    let run = scope.action_runs().get(id).await?.ok_or_else(Error::not_found)?;
    scope.commit().await?;
    Ok(run)
}

/// Whether the asker may try actions at all.
///
/// # Errors
/// [`model::Code::NotAllowed`].
pub fn may_test(context: &Context) -> Result<()> {
    context.grant::<ManageRules>().map(drop)
}

/// Does an action of a rule now, as it stands in the form, and tells what came of it. What is sent says that it is a test; of
/// a command, a property or a notice to a device nothing but the doing says so.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn test(context: &Context, rule: i32, action: Action, device: Option<&str>) -> Result<ActionRun> {
    let granted = context.grant::<ManageRules>()?;
    let scope = granted.scope().await?;
    let rule = scope.rules().get(rule).await?.ok_or_else(Error::not_found)?;
    let action = checked(&rule, action)?;
    let mut actions = vec![action];
    secrets::seal(context, &mut actions, &rule.actions)?;
    let action = actions.remove(0);
    let about = match device.map(str::trim).filter(|id| !id.is_empty()) {
        Some(id) => Some(crate::devices::find(&scope, id).await?),
        None => None,
    };
    let mut fact = newest(&scope, &rule).await?;
    if let Some(device) = about {
        (fact.device, fact.device_name) = (device.external_id, device.name);
    } else if fact.device.is_empty() && plan::each_time(&action) && named(&action).is_none() {
        let text = "This does something to the device that the rule fires for. Say for which it is tried.";
        return Err(Problem::field(Code::Invalid, "device", text).into());
    }
    let key = plan::key()?;
    let facts = [fact];
    let lease = context.now_ms + work::LEASE_MS;
    let id = scope.action_runs().test((&rule, &action), &facts, (context.now_ms, lease), &key).await?;
    let act = Act::new(Done::Send, Subject::Rule, rule.id, &rule.name);
    context.audited(&scope, act.after(json!({"tested": action.kind(), "to": action.target()}))).await?;
    scope.commit().await?;
    let told = Told { rule, action, facts: facts.to_vec(), count: 1, key, is_test: true, at_ms: now_ms() };
    work::try_once(&context.homeport, &context.workspace, id, &told).await?;
    let scope = granted.scope().await?;
    scope.action_runs().get(id).await?.ok_or_else(Error::not_found)
}

/// The body that a webhook would send of the newest alarm of a rule, or of an example where there is none.
///
/// # Errors
/// [`Code::Invalid`] by field, also what is wrong with a template; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn preview(context: &Context, rule: Option<i32>, new: NewRule, place: usize) -> Result<String> {
    let scope = context.grant::<ManageRules>()?.scope().await?;
    let new = new.checked()?;
    let action = new.actions.get(place).cloned().ok_or_else(Error::not_found)?;
    let Deed::Webhook(webhook) = &action.deed else {
        return Err(Problem::with_detail(Code::Invalid, "Only a webhook has a body.").into());
    };
    let before = match rule {
        Some(id) => Some(scope.rules().get(id).await?.ok_or_else(Error::not_found)?),
        None => None,
    };
    let rule = like(new.clone(), before);
    let fact = newest(&scope, &rule).await?;
    let key = "00000000-0000-0000-0000-000000000000".to_owned();
    let told = Told {
        rule,
        action: action.clone(),
        facts: vec![fact],
        count: 1,
        key,
        is_test: false,
        at_ms: context.now_ms,
    };
    let values = told.values(&context.homeport, &scope, &context.workspace).await?;
    let body = body::of(webhook, &told, &values, "…");
    let body =
        body.map_err(|why| Problem::field(Code::Invalid, &format!("actions.{place}.template"), why))?;
    Ok(match serde_json::from_slice::<serde_json::Value>(&body) {
        Ok(json) => serde_json::to_string_pretty(&json).unwrap_or_default(),
        Err(_) => String::from_utf8_lossy(&body).into_owned(),
    })
}

/// The rule that this would become.
fn like(new: NewRule, before: Option<Rule>) -> Rule {
    let NewRule { name, description, severity, enabled, definition, actions } = new;
    let (id, created_ms, changed_ms) =
        before.map_or((0, 0, 0), |before| (before.id, before.created_ms, before.changed_ms));
    Rule {
        id,
        name,
        description,
        severity,
        enabled,
        definition,
        actions,
        revision: 1,
        created_ms,
        changed_ms,
        open_alarms: 0,
        fired_ms: None,
        trouble: None,
    }
}

fn checked(rule: &Rule, action: Action) -> Result<Action> {
    let Rule { name, description, severity, enabled, definition, .. } = rule.clone();
    let new = NewRule { name, description, severity, enabled, definition, actions: vec![action] };
    Ok(new.checked()?.actions.remove(0))
}

/// The device that the action names.
fn named(action: &Action) -> Option<&str> {
    match &action.deed {
        Deed::Command { device, .. } | Deed::Property { device, .. } | Deed::Publish { device, .. } => {
            device.as_deref()
        }
        _ => None,
    }
}

/// What the newest alarm of a rule says; an example where it has none.
async fn newest(scope: &WorkspaceTx, rule: &Rule) -> Result<Fact> {
    let query = AlarmQuery { rule: Some(rule.id), all: true, limit: 1, ..AlarmQuery::default() };
    let alarm = scope.alarms().list(&query).await?.items.into_iter().next();
    Ok(match alarm {
        Some(alarm) => plan::fact(&alarm),
        None => Fact {
            alarm: 0,
            device: String::new(),
            device_name: "Example device".into(),
            why: model::rule::describe::node(&rule.definition.when),
            at_ms: now_ms(),
        },
    })
}

/// The devices that actions name are there.
pub(crate) async fn known(scope: &WorkspaceTx, actions: &[Action], check: &mut Check) -> Result<()> {
    let ids: Vec<String> = actions.iter().filter_map(|action| Some(named(action)?.to_owned())).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let there = scope.devices().external_ids(&ids).await?;
    for (i, action) in actions.iter().enumerate() {
        if let Some(id) = named(action).filter(|id| !there.contains(*id)) {
            check.that(false, &format!("actions.{i}.device"), format!("There is no device “{id}” here."));
        }
    }
    Ok(())
}
