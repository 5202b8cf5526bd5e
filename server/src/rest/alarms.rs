//! `/api/alarms`: what rules have found, and who sees to it.

use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::alarms;
use model::alarm::{Alarm, AlarmChange, AlarmEntry, AlarmQuery, AlarmState};
use model::rule::Severity;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An alarm as it is answered. Times are milliseconds since 1970.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AlarmOut {
    id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<i32>,
    rule_name: String,
    severity: &'static str,
    device: String,
    state: &'static str,
    raised_ms: i64,
    last_ms: i64,
    count: i32,
    why: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cleared_ms: Option<i64>,
    /// Left out of one that is cleared: its condition ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    cleared_by: Option<String>,
    /// Until when nobody is told of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    quiet_until_ms: Option<i64>,
    /// What was done there when it was raised, so that nobody was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    maintenance: Option<String>,
    /// Whether further people were told, because nobody had acknowledged it.
    escalated: bool,
}

/// An alarm with what was said and done of it.
#[derive(Serialize, ToSchema)]
pub(super) struct WholeAlarmOut {
    alarm: AlarmOut,
    entries: Vec<EntryOut>,
}

/// Something that was said or done.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EntryOut {
    at_ms: i64,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    text: String,
}

/// What is to be done with an alarm.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AlarmIn {
    /// `acknowledge`, `assign`, `comment`, `clear` or `quiet`.
    #[serde(rename = "do")]
    what: String,
    /// Of `assign`: the address of somebody of the workspace; left out: nobody.
    to: Option<String>,
    /// Of `comment`: what is said.
    text: Option<String>,
    /// Of `quiet`: for how long nobody is told of it, in milliseconds; 0: people are told again.
    for_ms: Option<i64>,
}

#[utoipa::path(
    get,
    path = "/api/alarms",
    tag = "Alarms",
    summary = "Lists alarms, the newest first; without a state those that are not cleared",
    responses((status = 200, description = "As it is", body = Listed<AlarmOut>)),
)]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<AlarmOut>, Fault> {
    let state = paging.asked("state");
    let query = AlarmQuery {
        state: word(state.as_deref().filter(|state| *state != "all"), "state", AlarmState::from_word)?,
        all: state.as_deref() == Some("all"),
        severity: word(paging.asked("severity").as_deref(), "severity", Severity::from_word)?,
        rule: word(paging.asked("rule").as_deref(), "rule", |id| id.parse().ok())?,
        device: paging.asked("device"),
        organization: None,
        offset: paging.offset,
        limit: paging.limit,
    };
    let page = alarms::list(&caller, &query).await?;
    Ok(paging.page(page.items.into_iter().map(out).collect(), page.matching))
}

#[utoipa::path(
    get,
    path = "/api/alarms/{alarm}",
    tag = "Alarms",
    summary = "Reads an alarm, with what was said and done of it",
    responses((status = 200, description = "As it is", body = WholeAlarmOut)),
)]
pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Json<WholeAlarmOut>, Fault> {
    whole(&caller, number(&id)?).await
}

#[utoipa::path(
    post,
    path = "/api/alarms/{alarm}",
    tag = "Alarms",
    summary = "Acknowledges, assigns, comments, clears or quiets an alarm",
    request_body = AlarmIn,
    responses((status = 200, description = "As it is", body = WholeAlarmOut)),
)]
pub(super) async fn change(
    caller: Caller,
    Path(id): Path<String>,
    Body(wanted): Body<AlarmIn>,
) -> Result<Json<WholeAlarmOut>, Fault> {
    let id = number(&id)?;
    let change = match wanted.what.as_str() {
        "acknowledge" => AlarmChange::Acknowledge,
        "assign" => AlarmChange::Assign { to: wanted.to },
        "comment" => AlarmChange::Comment { text: wanted.text.unwrap_or_default() },
        "clear" => AlarmChange::Clear,
        "quiet" => AlarmChange::Quiet {
            for_ms: wanted.for_ms.ok_or_else(|| Fault::field("forMs", "For how long, in milliseconds."))?,
        },
        _ => return Err(Fault::field("do", "One of acknowledge, assign, comment, clear, quiet.")),
    };
    alarms::change(&caller, &[id], change).await?;
    whole(&caller, id).await
}

async fn whole(caller: &Caller, id: i64) -> Result<Json<WholeAlarmOut>, Fault> {
    let (alarm, entries) = alarms::get(caller, id).await?;
    let entry = |AlarmEntry { at_ms, kind, by, text }: AlarmEntry| EntryOut { at_ms, kind, by, text };
    Ok(Json(WholeAlarmOut { alarm: out(alarm), entries: entries.into_iter().map(entry).collect() }))
}

fn number(id: &str) -> Result<i64, Fault> {
    id.parse().map_err(|_| Fault::not_found(format!("There is no alarm “{id}” here.")))
}

fn word<T>(asked: Option<&str>, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Fault> {
    match asked {
        None => Ok(None),
        Some(word) => match read(word) {
            Some(read) => Ok(Some(read)),
            None => Err(Fault::bad_request(format!("“{word}” is no {name}."))),
        },
    }
}

fn out(alarm: Alarm) -> AlarmOut {
    AlarmOut {
        id: alarm.id,
        rule: alarm.rule,
        rule_name: alarm.rule_name,
        severity: alarm.severity.as_str(),
        device: alarm.device,
        state: alarm.state.as_str(),
        raised_ms: alarm.raised_ms,
        last_ms: alarm.last_ms,
        count: alarm.count,
        why: alarm.why,
        acknowledged_ms: alarm.acknowledged_ms,
        acknowledged_by: alarm.acknowledged_by,
        assigned_to: alarm.assigned_to,
        cleared_ms: alarm.cleared_ms,
        cleared_by: alarm.cleared_by,
        quiet_until_ms: alarm.quiet_until_ms,
        maintenance: alarm.maintenance,
        escalated: alarm.escalated,
    }
}
