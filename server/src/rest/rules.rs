//! `/api/rules`: what is watched for, and why it fires or doesn't.

use super::if_match::{etag_of, matched};
use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::rules;
use http::{HeaderMap, StatusCode, header};
use model::rule::explain::{Explanation, Line};
use model::rule::{NewRule, Rule};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A rule as it is answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleOut {
    id: i32,
    display_name: String,
    description: String,
    severity: &'static str,
    enabled: bool,
    /// Target, conditions, how long they must hold, hours.
    #[schema(value_type = Object)]
    definition: Value,
    #[schema(value_type = Vec<Object>)]
    actions: Value,
    open_alarms: i64,
    /// When it fired last, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    fired_ms: Option<i64>,
    /// Why it can't be evaluated.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
}

/// A rule as it is wanted. What only answers hold is passed over, so that an answer may be sent back.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RuleIn {
    display_name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    severity: Option<String>,
    #[serde(default)]
    enabled: Option<bool>,
    #[schema(value_type = Object)]
    definition: Value,
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    actions: Vec<Value>,
    #[serde(default, rename = "id")]
    #[schema(ignore)]
    _id: IgnoredAny,
    #[serde(default, rename = "openAlarms")]
    #[schema(ignore)]
    _open_alarms: IgnoredAny,
    #[serde(default, rename = "firedMs")]
    #[schema(ignore)]
    _fired_ms: IgnoredAny,
    #[serde(default, rename = "trouble")]
    #[schema(ignore)]
    _trouble: IgnoredAny,
}

/// How a rule stands with a device.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExplanationOut {
    summary: String,
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    since_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fired_ms: Option<i64>,
    lines: Vec<LineOut>,
}

/// A condition with its verdict, or a group of them.
#[derive(Serialize, ToSchema)]
struct LineOut {
    depth: usize,
    text: String,
    seen: String,
    /// Left out: it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<bool>,
}

#[utoipa::path(
    get,
    path = "/api/rules",
    tag = "Rules",
    summary = "Lists rules by their names",
    responses((status = 200, description = "As it is", body = Listed<RuleOut>)),
)]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<RuleOut>, Fault> {
    Ok(paging.of(rules::list(&caller).await?.into_iter().map(out).collect()))
}

#[utoipa::path(
    post,
    path = "/api/rules",
    tag = "Rules",
    summary = "Makes a rule",
    request_body = RuleIn,
    responses((status = 200, description = "As it is", body = RuleOut)),
)]
pub(super) async fn create(caller: Caller, Body(wanted): Body<RuleIn>) -> Result<Json<RuleOut>, Fault> {
    Ok(Json(out(rules::create(&caller, read(wanted)?).await.map_err(named)?)))
}

#[utoipa::path(
    get,
    path = "/api/rules/{rule}",
    tag = "Rules",
    summary = "Reads a rule",
    responses((status = 200, description = "As it is", body = RuleOut)),
)]
pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Json<RuleOut>, Fault> {
    Ok(Json(out(rules::get(&caller, number(&id)?).await?)))
}

#[utoipa::path(
    put,
    path = "/api/rules/{rule}",
    tag = "Rules",
    summary = "Replaces a rule; where it watches for something else, its open alarms are cleared",
    request_body = RuleIn,
    responses((status = 200, description = "As it is", body = RuleOut)),
)]
pub(super) async fn put(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<RuleIn>,
) -> Result<Json<RuleOut>, Fault> {
    let id = number(&id)?;
    let present = rules::get(&caller, id).await?;
    matched(&headers, Some(etag_of(&out(present))))?;
    Ok(Json(out(rules::update(&caller, id, read(wanted)?).await.map_err(named)?)))
}

#[utoipa::path(
    delete,
    path = "/api/rules/{rule}",
    tag = "Rules",
    summary = "Deletes a rule; its alarms stay, cleared",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    let id = number(&id)?;
    if headers.contains_key(header::IF_MATCH) {
        let present = rules::get(&caller, id).await?;
        matched(&headers, Some(etag_of(&out(present))))?;
    }
    rules::delete(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    get,
    path = "/api/rules/{rule}/devices/{device}",
    tag = "Rules",
    summary = "Says why a rule fired for a device, or why it did not",
    responses((status = 200, description = "As it is", body = ExplanationOut)),
)]
pub(super) async fn explain(
    caller: Caller,
    Path((id, device)): Path<(String, String)>,
) -> Result<Json<ExplanationOut>, Fault> {
    let Explanation { summary, active, since_ms, fired_ms, lines, .. } =
        rules::explain(&caller, number(&id)?, &device).await?;
    let line = |Line { depth, text, seen, verdict }: Line| LineOut { depth, text, seen, verdict };
    let lines = lines.into_iter().map(line).collect();
    Ok(Json(ExplanationOut { summary, active, since_ms, fired_ms, lines }))
}

/// What is no number is nobody's.
fn number(id: &str) -> Result<i32, Fault> {
    id.parse().map_err(|_| Fault::not_found(format!("There is no rule “{id}” here.")))
}

fn read(wanted: RuleIn) -> Result<NewRule, Fault> {
    let RuleIn { display_name, description, severity, enabled, definition, actions, .. } = wanted;
    let mut whole = serde_json::json!({
        "name": display_name, "description": description, "enabled": enabled.unwrap_or(true),
        "definition": definition, "actions": actions,
    });
    if let Some(severity) = severity {
        whole["severity"] = severity.into();
    }
    serde_json::from_value(whole)
        .map_err(|why| Fault::invalid_body(format!("The rule can't be read: {why}.")))
}

/// What the use-case calls the name is the display name here.
fn named(error: domain::Error) -> Fault {
    match error {
        domain::Error::Problem(mut problem) => {
            problem
                .fields
                .iter_mut()
                .filter(|f| f.field == "name")
                .for_each(|f| f.field = "displayName".into());
            problem.into()
        }
        error => error.into(),
    }
}

fn out(rule: Rule) -> RuleOut {
    RuleOut {
        id: rule.id,
        display_name: rule.name,
        description: rule.description,
        severity: rule.severity.as_str(),
        enabled: rule.enabled,
        definition: serde_json::to_value(&rule.definition).unwrap_or_default(),
        actions: serde_json::to_value(&rule.actions).unwrap_or_default(),
        open_alarms: rule.open_alarms,
        fired_ms: rule.fired_ms,
        trouble: rule.trouble,
    }
}
