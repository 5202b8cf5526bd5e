//! Rules, as the pages ask for them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::rule::explain::Explanation;
use model::rule::{NewRule, Past, Rule};

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
