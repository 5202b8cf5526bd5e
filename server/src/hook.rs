//! The hook that external brokers ask: EMQX 5, RMQTT and Mosquitto (by mosquitto-go-auth), in JSON or as a form.
//!
//! `POST /mqtt/authn` and `POST /mqtt/acl` decide as the embedded broker's gate does, and always answer 200: EMQX
//! takes any other status for *ask somebody else*. Who asks proves it with `HOMEPORT_HOOK_SECRET`, in the header
//! `x-homeport-secret`, as `Authorization: Bearer`, or as the parameter `secret`.

use crate::error::chain;
use crate::state::AppState;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Query, Request, State};
use domain::gate::{Admission, Proof};
use http::{HeaderMap, header};
use model::event::EventKind;
use model::topic;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use subtle::ConstantTimeEq;

/// Who may ask, and whom the hook lets in besides devices.
#[derive(Debug, Default)]
pub struct HookAccess {
    /// What the broker must know; nothing: nobody may ask.
    pub secret: Option<String>,
    /// User name and password of our own ingestion, as they stand in `HOMEPORT_MQTT_URL`.
    pub service: Option<(String, String)>,
}

/// An answer that all these brokers understand.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    result: &'static str,
    ok: bool,
    error: String,
    is_superuser: bool,
    superuser: bool,
}

impl Answer {
    fn allow() -> Json<Answer> {
        Json(Answer {
            result: "allow",
            ok: true,
            error: String::new(),
            is_superuser: false,
            superuser: false,
        })
    }

    fn deny(why: impl Into<String>) -> Json<Answer> {
        Json(Answer { result: "deny", ok: false, error: why.into(), is_superuser: false, superuser: false })
    }
}

/// What a broker asks: its fields by name, whatever form they came in.
type Question = HashMap<String, String>;

/// Whether a client may connect.
pub(crate) async fn authn(State(state): State<AppState>, Asked(question): Asked) -> Json<Answer> {
    let (user, password) = (text(&question, "username"), text(&question, "password"));
    if let Some((name, right)) = &state.hook.service
        && name == user
    {
        let right: bool = right.as_bytes().ct_eq(password.as_bytes()).into();
        return if right { Answer::allow() } else { Answer::deny("bad user name or password") };
    }
    match domain::gate::authenticate(&state.homeport, user, Proof::of(Some(password.as_bytes()), None)).await
    {
        Ok(Admission::Device { .. }) => Answer::allow(),
        Ok(Admission::Refused { known, why }) => {
            if let Some((workspace, _)) = known {
                log(&state, workspace, user, EventKind::SignInRefused, &format!("{why}.")).await;
            }
            Answer::deny("bad user name or password")
        }
        Ok(Admission::Blocked { workspace, .. }) => {
            log(&state, workspace, user, EventKind::SignInRefused, "The device is blocked.").await;
            Answer::deny("not authorized")
        }
        Ok(Admission::Waiting { workspace, .. }) => {
            let text = "Nobody has approved the device yet.";
            log(&state, workspace, user, EventKind::SignInRefused, text).await;
            Answer::deny("not authorized")
        }
        Ok(Admission::Disabled { workspace, .. }) => {
            log(&state, workspace, user, EventKind::SignInRefused, "The workspace is disabled.").await;
            Answer::deny("not authorized")
        }
        Err(error) => {
            tracing::error!(causes = chain(&error), "a device can't be authenticated");
            Answer::deny("unavailable")
        }
    }
}

/// Whether a client may publish or subscribe.
pub(crate) async fn acl(State(state): State<AppState>, Asked(question): Asked) -> Json<Answer> {
    let (user, topic) = (text(&question, "username"), text(&question, "topic"));
    let Some(access) = Access::of(&question) else { return Answer::deny("neither publish nor subscribe") };
    let service = state.hook.service.as_ref().is_some_and(|(name, _)| name == user);
    let allowed = if service { service_may(access, topic) } else { device_may(access, user, topic) };
    if allowed { Answer::allow() } else { Answer::deny("not authorized") }
}

/// The question, from whoever may ask; to others, the answer is no.
pub(crate) struct Asked(Question);

impl FromRequest<AppState> for Asked {
    type Rejection = Json<Answer>;

    async fn from_request(request: Request, state: &AppState) -> Result<Asked, Json<Answer>> {
        let (parts, body) = request.into_parts();
        let query = Query::<HashMap<String, String>>::try_from_uri(&parts.uri).unwrap_or_default();
        let body = Bytes::from_request(Request::from_parts(parts.clone(), body), state).await;
        let body = body.map_err(|_| Answer::deny("the question can't be read"))?;
        asked(state, &query, &parts.headers, &body).map(Asked).map_err(Answer::deny)
    }
}

/// Reads the question, if who asks may.
fn asked(
    state: &AppState,
    query: &HashMap<String, String>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Question, String> {
    let Some(secret) = &state.hook.secret else {
        tracing::warn!("a broker asks, but HOMEPORT_HOOK_SECRET is not set: it is refused");
        return Err("HOMEPORT_HOOK_SECRET is not set".into());
    };
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let given = said("x-homeport-secret")
        .or_else(|| said(header::AUTHORIZATION.as_str())?.strip_prefix("Bearer "))
        .or_else(|| query.get("secret").map(String::as_str))
        .unwrap_or_default();
    if !bool::from(secret.as_bytes().ct_eq(given.as_bytes())) {
        tracing::warn!("a broker asks with a wrong secret: it is refused");
        return Err("wrong secret".into());
    }
    let kind = said(header::CONTENT_TYPE.as_str()).unwrap_or_default();
    read(kind, body).ok_or_else(|| "the question can't be read".into())
}

/// The fields of a JSON object or of a form.
fn read(kind: &str, body: &[u8]) -> Option<Question> {
    if kind.contains("form-urlencoded") {
        let uri = format!("http://hook/?{}", std::str::from_utf8(body).ok()?).parse().ok()?;
        return Query::<Question>::try_from_uri(&uri).ok().map(|Query(question)| question);
    }
    let Value::Object(fields) = serde_json::from_slice(body).ok()? else { return None };
    let said = |value: Value| match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    Some(fields.into_iter().filter_map(|(name, value)| Some((name, said(value)?))).collect())
}

fn text<'a>(question: &'a Question, name: &str) -> &'a str {
    question.get(name).map(String::as_str).unwrap_or_default()
}

/// What a client wants to do with a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Publish,
    Subscribe,
    /// Be handed a message of a subscription.
    Receive,
}

impl Access {
    /// EMQX says `action` in words, RMQTT `access` (1 subscribe, 2 publish), mosquitto-go-auth `acc`
    /// (1 read, 2 write, 4 subscribe).
    fn of(question: &Question) -> Option<Access> {
        match (text(question, "action"), text(question, "access"), text(question, "acc")) {
            ("publish", _, _) | (_, "2" | "publish", _) | (_, _, "2") => Some(Access::Publish),
            ("subscribe", _, _) | (_, "1" | "subscribe", _) | (_, _, "4") => Some(Access::Subscribe),
            (_, _, "1") => Some(Access::Receive),
            _ => None,
        }
    }
}

fn device_may(access: Access, user: &str, topic: &str) -> bool {
    let Some((scope, device)) = user.split_once('/') else { return false };
    match access {
        Access::Publish => topic::may_publish(scope, device, topic),
        Access::Subscribe => topic::may_subscribe(scope, device, topic),
        Access::Receive => {
            topic::split(topic).is_some_and(|t| t.is_of(scope, device) && topic::may_receive(t.rest))
        }
    }
}

fn service_may(access: Access, topic: &str) -> bool {
    match access {
        Access::Publish => {
            topic::is_internal(topic) || topic::split(topic).is_some_and(|t| topic::may_receive(t.rest))
        }
        Access::Subscribe => {
            let filter =
                topic.strip_prefix("$share/").and_then(|rest| rest.split_once('/')).map_or(topic, |(_, f)| f);
            topic::INGEST_FILTERS.contains(&filter) || topic::INTERNAL_FILTERS.contains(&topic)
        }
        Access::Receive => {
            topic::is_internal(topic) || topic::split(topic).is_some_and(|t| topic::upward(t.rest).is_some())
        }
    }
}

async fn log(state: &AppState, workspace: model::WorkspaceId, user: &str, kind: EventKind, said: &str) {
    let Some((scope, device)) = user.split_once('/') else { return };
    match domain::gate::log(&state.homeport, scope, device, kind, said).await {
        Ok(()) => state.audience.log(workspace, device),
        Err(error) => tracing::error!(causes = chain(&error), "a line of a device's log is lost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_of_all_three_brokers() {
        let emqx =
            read("application/json", br#"{"username":"s/d","topic":"s/d/telemetry","action":"publish"}"#)
                .unwrap();
        let rmqtt =
            read("application/x-www-form-urlencoded", b"username=s%2Fd&topic=s%2Fd%2Ftelemetry&access=2")
                .unwrap();
        let mosquitto =
            read("application/json", br#"{"username":"s/d","topic":"s/d/telemetry","acc":2,"clientid":"x"}"#)
                .unwrap();
        for question in [emqx, rmqtt, mosquitto] {
            assert_eq!(Access::of(&question), Some(Access::Publish));
            assert!(device_may(Access::Publish, text(&question, "username"), text(&question, "topic")));
        }
        assert!(read("application/json", b"[1]").is_none());
        assert!(read("application/json", b"{").is_none());
    }

    #[test]
    fn devices_keep_to_their_own() {
        assert!(device_may(Access::Subscribe, "s/d", "s/d/commands/#"));
        assert!(device_may(Access::Receive, "s/d", "s/d/messages/1"));
        assert!(device_may(Access::Receive, "s/a+b", "s/a%2Bb/messages/1"));
        assert!(device_may(Access::Publish, "s/a+b", "s/a%2Bb/telemetry"));
        assert!(!device_may(Access::Receive, "s/+", "s/d/messages/1"));
        for (access, topic) in [
            (Access::Publish, "s/e/telemetry"),
            (Access::Publish, "s/d/messages/1"),
            (Access::Subscribe, "$share/ingest/s/d/#"),
            (Access::Subscribe, "#"),
            (Access::Receive, "s/d/telemetry"),
        ] {
            assert!(!device_may(access, "s/d", topic), "{access:?} {topic}");
        }
        assert!(!device_may(Access::Publish, "service", "s/d/telemetry"));
    }

    #[test]
    fn services_hear_what_goes_up_and_send_down() {
        assert!(service_may(Access::Subscribe, "$share/ingest/+/+/telemetry/#"));
        assert!(service_may(Access::Subscribe, "+/+/files/+"));
        assert!(service_may(Access::Publish, "s/d/commands/reboot/1"));
        assert!(!service_may(Access::Subscribe, "#"));
        for access in [Access::Publish, Access::Receive] {
            assert!(service_may(access, "homeport/live/1") && !device_may(access, "s/d", "homeport/live/1"));
            assert!(!device_may(access, "homeport/live", "homeport/live/1"));
        }
        for filter in topic::INTERNAL_FILTERS {
            assert!(service_may(Access::Subscribe, filter));
            assert!(!device_may(Access::Subscribe, "s/d", filter));
            assert!(!device_may(Access::Subscribe, "homeport/live", filter));
        }
        assert!(!service_may(Access::Publish, "s/d/telemetry"));
    }
}
