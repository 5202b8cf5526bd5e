//! Rules, as the pages ask for them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::action_run::{ActionRun, ActionRunQuery};
use model::page::Page;
use model::rule::explain::Explanation;
use model::rule::{Action, NewRule, Past, Rule};

/// All, by their names.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "list_rules", input = Json)]
pub async fn list_rules(workspace: String) -> Result<Vec<Rule>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::rules::list(&ctx).await?)
}

/// One.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "get_rule", input = Json)]
pub async fn get_rule(workspace: String, rule: i32) -> Result<Rule, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::rules::get(&ctx, rule).await?)
}

/// Makes one.
///
/// # Errors
/// Fields at fault; a taken name; the limit of rules; a role that may not.
#[server(prefix = "/api", endpoint = "create_rule", input = Json)]
pub async fn create_rule(workspace: String, new: NewRule) -> Result<Rule, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::rules::create(&ctx, new).await?)
}

/// Makes it another one.
///
/// # Errors
/// Fields at fault; a taken name; not found; a role that may not.
#[server(prefix = "/api", endpoint = "update_rule", input = Json)]
pub async fn update_rule(workspace: String, rule: i32, new: NewRule) -> Result<Rule, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::rules::update(&ctx, rule, new).await?)
}

/// Switches it on or off.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "enable_rule", input = Json)]
pub async fn enable_rule(workspace: String, rule: i32, enabled: bool) -> Result<Rule, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::rules::enable(&ctx, rule, enabled).await?)
}

/// Deletes it; its alarms stay.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "delete_rule", input = Json)]
pub async fn delete_rule(workspace: String, rule: i32) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::rules::delete(&ctx, rule).await?)
}

/// Why it fired for a device, or why it did not.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "explain_rule", input = Json)]
pub async fn explain_rule(workspace: String, rule: i32, device: String) -> Result<Explanation, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::rules::explain(&ctx, rule, &device).await?)
}

/// When a rule, as it is written, would have fired for a device in [from, to), in milliseconds since 1970.
///
/// # Errors
/// Fields at fault, not found, a role that may not.
#[server(prefix = "/api", endpoint = "rule_past", input = Json)]
pub async fn rule_past(
    workspace: String,
    new: NewRule,
    device: String,
    from_ms: i64,
    to_ms: i64,
) -> Result<Past, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::rules::past(&ctx, new, &device, from_ms, to_ms).await?)
}

/// What became of the actions of a rule, or of all, the newest first.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "list_action_runs", input = Json)]
pub async fn list_action_runs(workspace: String, query: ActionRunQuery) -> Result<Page<ActionRun>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::actions::list(&ctx, &query).await?)
}

/// What was done because of an alarm, the oldest first.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "alarm_action_runs", input = Json)]
pub async fn alarm_action_runs(workspace: String, alarm: i64) -> Result<Vec<ActionRun>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::actions::of_alarm(&ctx, alarm).await?)
}

/// Has one tried again that waits or was given up.
///
/// # Errors
/// A conflict where it was done; not found, a role that may not.
#[server(prefix = "/api", endpoint = "try_action_again", input = Json)]
pub async fn try_action_again(workspace: String, run: i64) -> Result<ActionRun, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::actions::again(&ctx, run).await?)
}

/// Does an action of a rule now, as it stands in the form, and tells what came of it; for a device, where one is named.
///
/// # Errors
/// Fields at fault, not found, a role that may not.
#[server(prefix = "/api", endpoint = "test_action", input = Json)]
pub async fn test_action(
    workspace: String,
    rule: i32,
    action: Action,
    device: String,
) -> Result<ActionRun, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::actions::test(&ctx, rule, action, Some(&device)).await?)
}

/// The body that one of the rule's webhooks would send of its newest alarm, or of an example.
///
/// # Errors
/// Fields at fault, not found, a role that may not.
#[server(prefix = "/api", endpoint = "preview_action", input = Json)]
pub async fn preview_action(
    workspace: String,
    rule: Option<i32>,
    new: NewRule,
    place: usize,
) -> Result<String, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::actions::preview(&ctx, rule, new, place).await?)
}
