//! `/api/actionRuns`: what the actions of rules did, what waits, what was given up, and trying one.

use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::{actions, rules};
use model::action_run::{ActionRun, ActionRunQuery, RunState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A run of an action. Times are milliseconds since 1970.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ActionRunOut {
    id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<i32>,
    rule_name: String,
    /// `mail`, `webhook`, `command`, `property`, `publish`.
    kind: String,
    target: String,
    state: &'static str,
    test: bool,
    /// For how many times that the rule fired.
    count: i64,
    created_ms: i64,
    /// When it is tried next.
    #[serde(skip_serializing_if = "Option::is_none")]
    try_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_ms: Option<i64>,
    tries: i32,
    /// The status of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<i32>,
    answer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    took_ms: Option<i32>,
    /// What the receiver is given to tell doubles.
    idempotency_key: String,
}

/// What is tried.
#[derive(Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TestIn {
    /// For which device; left out: as for the rule's newest alarm.
    #[serde(default)]
    device: Option<String>,
}

#[utoipa::path(
    get,
    path = "/api/actionRuns",
    tag = "Rules",
    summary = "Lists what the actions of rules did, the newest first",
    responses((status = 200, description = "As it is", body = Listed<ActionRunOut>)),
)]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<ActionRunOut>, Fault> {
    let word = |name: &str| paging.asked(name);
    let wrong = |word: &str, name: &str| Fault::bad_request(format!("“{word}” is no {name}."));
    let state = match word("state") {
        Some(word) => Some(RunState::from_word(&word).ok_or_else(|| wrong(&word, "state"))?),
        None => None,
    };
    let rule = match word("rule") {
        Some(word) => Some(word.parse().map_err(|_| wrong(&word, "rule"))?),
        None => None,
    };
    let query = ActionRunQuery { rule, state, offset: paging.offset, limit: paging.limit };
    let page = actions::list(&caller, &query).await?;
    Ok(paging.page(page.items.into_iter().map(out).collect(), page.matching))
}

#[utoipa::path(
    get,
    path = "/api/alarms/{alarm}/actionRuns",
    tag = "Alarms",
    summary = "Lists what was done because of an alarm, the oldest first",
    responses((status = 200, description = "As it is", body = Listed<ActionRunOut>)),
)]
pub(super) async fn of_alarm(
    caller: Caller,
    Path(alarm): Path<String>,
    paging: Paging,
) -> Result<Listed<ActionRunOut>, Fault> {
    let runs = actions::of_alarm(&caller, number(&alarm, "alarm")?).await?;
    Ok(paging.of(runs.into_iter().map(out).collect()))
}

#[utoipa::path(
    post,
    path = "/api/actionRuns/{run}/retry",
    tag = "Rules",
    summary = "Has one tried again at once that waits or was given up",
    responses((status = 200, description = "As it is", body = ActionRunOut)),
)]
pub(super) async fn retry(caller: Caller, Path(run): Path<String>) -> Result<Json<ActionRunOut>, Fault> {
    Ok(Json(out(actions::again(&caller, number(&run, "run of an action")?).await?)))
}

#[utoipa::path(
    post,
    path = "/api/rules/{rule}/actions/{action}/test",
    tag = "Rules",
    summary = "Does an action of a rule now, marked as a test, and tells what came of it",
    request_body = TestIn,
    responses((status = 200, description = "As it is", body = ActionRunOut)),
)]
pub(super) async fn test(
    caller: Caller,
    Path((rule, id)): Path<(String, String)>,
    Body(wanted): Body<TestIn>,
) -> Result<Json<ActionRunOut>, Fault> {
    let rule: i32 = rule.parse().map_err(|_| Fault::not_found(format!("There is no rule “{rule}” here.")))?;
    actions::may_test(&caller)?;
    let found = rules::get(&caller, rule).await?.actions.into_iter().find(|action| action.id == id);
    let action = found.ok_or_else(|| Fault::not_found(format!("The rule has no action “{id}”.")))?;
    Ok(Json(out(actions::test(&caller, rule, action, wanted.device.as_deref()).await?)))
}

fn number(id: &str, what: &str) -> Result<i64, Fault> {
    id.parse().map_err(|_| Fault::not_found(format!("There is no {what} “{id}” here.")))
}

fn out(run: ActionRun) -> ActionRunOut {
    ActionRunOut {
        id: run.id,
        rule: run.rule,
        rule_name: run.rule_name,
        kind: run.kind,
        target: run.target,
        state: run.state.as_str(),
        test: run.is_test,
        count: run.count,
        created_ms: run.created_ms,
        try_ms: run.try_ms,
        ended_ms: run.ended_ms,
        tries: run.tries,
        status: run.status,
        answer: run.answer,
        took_ms: run.took_ms,
        idempotency_key: run.key,
    }
}
