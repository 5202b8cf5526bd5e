//! Rules: making and changing them, and asking how they stand.

mod escalate;
mod evaluate;
mod past;

pub use evaluate::evaluate_due;
pub use past::past;

use crate::access::{ManageDevices, ManageRules, RunCommands, ViewDevices, ViewRules};
use crate::actions::{self, secrets};
use crate::audit::Act;
use crate::context::Context;
use crate::devices::find;
use crate::error::{Error, Result};
use crate::limits;
use model::audit::{Action, Subject};
use model::check::Check;
use model::group::GroupId;
use model::limits::Limit;
use model::live::LiveEvent;
use model::rule::explain::{Explanation, explain as explained};
use model::rule::{Action as RuleAction, Deed, NewRule, Rule, State, Target};
use serde_json::json;
use std::collections::HashSet;
use store::WorkspaceTx;

/// All, by their names.
///
/// # Errors
/// [`model::Code::NotAllowed`].
pub async fn list(context: &Context) -> Result<Vec<Rule>> {
    let scope = context.grant::<ViewRules>()?.scope().await?;
    let mut rules = scope.rules().list().await?;
    let known = Known::of(&scope, &rules).await?;
    for rule in &mut rules {
        rule.trouble = rule.trouble.take().or_else(|| known.missing(&rule.definition.target));
    }
    Ok(rules.into_iter().map(Rule::shown).collect())
}

/// One.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn get(context: &Context, id: i32) -> Result<Rule> {
    let scope = context.grant::<ViewRules>()?.scope().await?;
    let mut rule = found(&scope, id).await?;
    let known = Known::of(&scope, std::slice::from_ref(&rule)).await?;
    rule.trouble = rule.trouble.take().or_else(|| known.missing(&rule.definition.target));
    Ok(rule.shown())
}

/// Makes one. From then on what happens is looked at by it, where it is enabled.
///
/// # Errors
/// [`model::Code::Invalid`] by field, [`model::Code::Taken`] beside `name`, [`model::Code::LimitReached`], [`model::Code::NotAllowed`].
pub async fn create(context: &Context, new: NewRule) -> Result<Rule> {
    let granted = context.grant::<ManageRules>()?;
    let new = new.checked()?;
    may_do(context, &new.actions)?;
    let scope = granted.scope().await?;
    let made = insert(context, &scope, &new).await?;
    scope.commit().await?;
    Ok(made.shown())
}

/// Makes one that was checked, in this scope.
pub(crate) async fn insert(context: &Context, scope: &WorkspaceTx, new: &NewRule) -> Result<Rule> {
    fits(scope, new).await?;
    let mut new = new.clone();
    secrets::seal(context, &mut new.actions, &[])?;
    limits::room(scope, Limit::Rules, 1).await?;
    let id = scope.rules().insert(&new).await?;
    let made = found(scope, id).await?;
    context.audited(scope, act(Action::Create, &made).after(told(&made))).await?;
    Ok(made)
}

/// Makes it another one. Where it watches for something else from then on, or not at all, its open alarms are cleared.
///
/// # Errors
/// [`model::Code::Invalid`] by field, [`model::Code::Taken`] beside `name`, [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn update(context: &Context, id: i32, new: NewRule) -> Result<Rule> {
    let granted = context.grant::<ManageRules>()?;
    let mut new = new.checked()?;
    let scope = granted.scope().await?;
    fits(&scope, &new).await?;
    let before = found(&scope, id).await?;
    secrets::seal(context, &mut new.actions, &before.actions)?;
    if new.actions != before.actions {
        may_do(context, &new.actions)?;
    }
    scope.rules().update(id, &new).await?;
    let after = found(&scope, id).await?;
    if after.revision != before.revision {
        scope.alarms().clear_of(id, &context.actor.to_string(), context.now_ms).await?;
    }
    context.audited(&scope, act(Action::Update, &after).before(told(&before)).after(told(&after))).await?;
    scope.commit().await?;
    context.homeport.tell(context.workspace.id, LiveEvent::Alarms);
    Ok(found(&granted.scope().await?, id).await?.shown())
}

/// Switches it on or off.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn enable(context: &Context, id: i32, enabled: bool) -> Result<Rule> {
    let rule = found(&context.grant::<ManageRules>()?.scope().await?, id).await?.shown();
    let Rule { name, description, severity, definition, actions, .. } = rule;
    update(context, id, NewRule { name, description, severity, enabled, definition, actions }).await
}

/// Deletes it. Its alarms stay; those that were open are cleared.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn delete(context: &Context, id: i32) -> Result<()> {
    let scope = context.grant::<ManageRules>()?.scope().await?;
    let rule = found(&scope, id).await?;
    scope.alarms().clear_of(id, &context.actor.to_string(), context.now_ms).await?;
    scope.rules().delete(id).await?;
    context.audited(&scope, act(Action::Delete, &rule).before(told(&rule))).await?;
    scope.commit().await?;
    context.homeport.tell(context.workspace.id, LiveEvent::Alarms);
    Ok(())
}

/// Why it fired for a device, or why it did not: each condition with what it saw.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn explain(context: &Context, id: i32, device: &str) -> Result<Explanation> {
    context.grant::<ViewDevices>()?;
    let scope = context.grant::<ViewRules>()?.scope().await?;
    let rule = found(&scope, id).await?;
    let device = find(&scope, device).await?;
    let mut watched = scope.rule_work().devices(Some(&[device.id])).await?;
    let groups = evaluate::groups(std::slice::from_ref(&rule));
    scope.rule_work().find_groups(&groups, &mut watched, context.now_ms).await?;
    let state = scope.rules().state(&rule, device.id).await?;
    let fresh = || State::new(&rule.definition, context.now_ms, None);
    let mut said = explained(&rule.definition, state.as_ref().unwrap_or(&fresh()));
    if !watched.iter().any(|watched| evaluate::concerns(&rule, watched)) {
        said.summary = "This device is none of those that the rule is for.".into();
    } else if !rule.enabled {
        said.summary = "The rule is switched off.".into();
    } else if state.is_none() {
        said.summary = "Nothing has happened to the device since the rule was switched on.".into();
    }
    Ok(said)
}

/// Nobody has a rule do what they may not do themselves.
fn may_do(context: &Context, actions: &[RuleAction]) -> Result<()> {
    for action in actions {
        match action.deed {
            Deed::Command { .. } | Deed::Publish { .. } => context.grant::<RunCommands>().map(drop)?,
            Deed::Property { .. } => context.grant::<ManageDevices>().map(drop)?,
            Deed::Mail { .. } | Deed::Notify {} | Deed::Webhook(_) => {}
        }
    }
    Ok(())
}

/// What the database knows and the checks of the model can't.
async fn fits(scope: &WorkspaceTx, new: &NewRule) -> Result<()> {
    let mut check = Check::default();
    let zone = new.definition.schedule.as_ref().is_none_or(|schedule| schedule.knows_its_zone());
    check.that(zone, "schedule.zone", "This time zone isn't known. One looks like Europe/Berlin.");
    check.done()?;
    target_is_there(scope, &new.definition.target).await?;
    let mut check = Check::default();
    actions::known(scope, &new.actions, &mut check).await?;
    Ok(check.done()?)
}

/// Whether what a target names exists, as far as whoever has this scope sees.
///
/// # Errors
/// [`model::Code::Invalid`] beside `target`, `target.group` and so on.
pub(crate) async fn target_is_there(scope: &WorkspaceTx, target: &Target) -> Result<()> {
    let mut check = Check::default();
    let field = match target {
        Target::All => "target",
        Target::Template { .. } => "target.template",
        Target::Organization { .. } => "target.organization",
        Target::Group { .. } => "target.group",
        Target::Devices { .. } => "target.devices",
    };
    let missing = Known::of_target(scope, &[target]).await?.missing(target);
    check.that(missing.is_none(), field, missing.unwrap_or_default());
    Ok(check.done()?)
}

/// What targets may name.
struct Known {
    templates: HashSet<i32>,
    organizations: HashSet<i32>,
    devices: HashSet<String>,
    groups: HashSet<GroupId>,
}

impl Known {
    async fn of(scope: &WorkspaceTx, rules: &[Rule]) -> Result<Known> {
        let targets: Vec<&Target> = rules.iter().map(|rule| &rule.definition.target).collect();
        Known::of_target(scope, &targets).await
    }

    async fn of_target(scope: &WorkspaceTx, targets: &[&Target]) -> Result<Known> {
        let ids = targets.iter().flat_map(|target| match target {
            Target::Devices { devices } => devices.clone(),
            _ => Vec::new(),
        });
        let ids: Vec<String> = ids.collect();
        let devices = match ids.is_empty() {
            true => HashSet::new(),
            false => scope.devices().external_ids(&ids).await?,
        };
        let mut groups = HashSet::new();
        for target in targets {
            if let Target::Group { group } = target
                && !group.0.contains('\0')
            {
                groups.extend(scope.device_groups().get(group).await?.map(|group| group.id));
            }
        }
        Ok(Known {
            groups,
            templates: scope.templates().list().await?.into_iter().map(|template| template.id.0).collect(),
            organizations: scope.organizations().tree().await?.into_iter().map(|node| node.id.0).collect(),
            devices,
        })
    }

    /// What of a target isn't there any more, as a sentence.
    fn missing(&self, target: &Target) -> Option<String> {
        match target {
            Target::Template { template } if !self.templates.contains(&template.0) => {
                Some("The template that it is for doesn't exist any more.".into())
            }
            Target::Organization { organization } if !self.organizations.contains(&organization.0) => {
                Some("The organization that it is for doesn't exist any more.".into())
            }
            Target::Group { group } if !self.groups.contains(group) => {
                Some("The device group that it is for doesn't exist any more.".into())
            }
            Target::Devices { devices } => {
                let gone: Vec<&str> = devices
                    .iter()
                    .filter(|id| !self.devices.contains(*id))
                    .map(String::as_str)
                    .take(5)
                    .collect();
                (!gone.is_empty()).then(|| format!("There is no device “{}” here.", gone.join("”, “")))
            }
            _ => None,
        }
    }
}

async fn found(scope: &WorkspaceTx, id: i32) -> Result<Rule> {
    scope.rules().get(id).await?.ok_or_else(Error::not_found)
}

fn act(action: Action, rule: &Rule) -> Act {
    Act::new(action, Subject::Rule, rule.id, &rule.name)
}

fn told(rule: &Rule) -> serde_json::Value {
    json!({
        "name": rule.name,
        "description": rule.description,
        "severity": rule.severity,
        "enabled": rule.enabled,
        "definition": rule.definition,
        "actions": rule.actions.iter().cloned().map(RuleAction::shown).collect::<Vec<_>>(),
    })
}
