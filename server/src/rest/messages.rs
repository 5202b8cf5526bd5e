//! `/api/devices/{id}/messages`: messages to devices: to send one, to see what became of them, to take back what waits.

use super::devices::named;
use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::messages;
use http::StatusCode;
use model::message::{Feedback, Message, MessageState, NewMessage};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A message as it is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct MessageIn {
    /// What the device knows it by.
    id: Option<String>,
    /// A text as it is, anything else as JSON.
    #[serde(default)]
    body: Option<Value>,
    /// Bytes instead of it.
    body_base64: Option<String>,
    content_type: Option<String>,
    #[serde(default)]
    properties: BTreeMap<String, String>,
    /// How many seconds it waits.
    expiry: Option<u32>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    ack: Feedback,
}

/// A message as it is answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessageOut {
    id: String,
    #[schema(value_type = String)]
    state: MessageState,
    deliveries: i32,
    body: String,
    bytes: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    properties: BTreeMap<String, String>,
    #[schema(value_type = String)]
    ack: Feedback,
    sent_by: String,
    enqueued_at: String,
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
}

/// How many were taken back.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PurgedOut {
    total_messages_purged: u64,
}

#[utoipa::path(
    get,
    path = "/api/devices/{device}/messages",
    tag = "Messages",
    summary = "The newest messages to a device",
    responses((status = 200, description = "As it is", body = Listed<MessageOut>)),
)]
pub(super) async fn list(
    caller: Caller,
    Path(id): Path<String>,
    paging: Paging,
) -> Result<Listed<MessageOut>, Fault> {
    let all = messages::list(&caller, &id).await.map_err(|error| named(error, &id))?;
    Ok(paging.of(all.into_iter().map(out).collect()))
}

#[utoipa::path(
    post,
    path = "/api/devices/{device}/messages",
    tag = "Messages",
    summary = "Sends a message to a device",
    request_body = MessageIn,
    responses((status = 202, description = "As it is", body = MessageOut)),
)]
pub(super) async fn send(
    caller: Caller,
    Path(id): Path<String>,
    Body(wanted): Body<MessageIn>,
) -> Result<(StatusCode, Json<MessageOut>), Fault> {
    let (body, json) = match (wanted.body, wanted.body_base64) {
        (Some(_), Some(_)) => {
            return Err(Fault::field("bodyBase64", "Give either body or bodyBase64, not both."));
        }
        (_, Some(base64)) => {
            let bytes =
                STANDARD.decode(base64).map_err(|_| Fault::field("bodyBase64", "This is no base64."))?;
            (bytes, false)
        }
        (Some(Value::String(text)), None) => (text.into_bytes(), false),
        (Some(value), None) => (value.to_string().into_bytes(), true),
        (None, None) => (Vec::new(), false),
    };
    let new = NewMessage {
        mid: wanted.id.unwrap_or_default(),
        body,
        content_type: wanted.content_type.or_else(|| json.then(|| "application/json".to_owned())),
        properties: wanted.properties.into_iter().collect(),
        expiry_s: wanted.expiry,
        ack: wanted.ack,
    };
    let sent = messages::send(&caller, &id, new).await.map_err(|error| named(error, &id))?;
    Ok((StatusCode::ACCEPTED, Json(out(sent))))
}

#[utoipa::path(
    delete,
    path = "/api/devices/{device}/messages",
    tag = "Messages",
    summary = "Takes back all that wait",
    responses((status = 200, description = "As it is", body = PurgedOut)),
)]
pub(super) async fn purge(caller: Caller, Path(id): Path<String>) -> Result<Json<PurgedOut>, Fault> {
    let count = messages::purge(&caller, &id).await.map_err(|error| named(error, &id))?;
    Ok(Json(PurgedOut { total_messages_purged: count }))
}

fn out(message: Message) -> MessageOut {
    let time_text = super::time_text::time_text;
    MessageOut {
        id: message.mid,
        state: message.state,
        deliveries: message.deliveries,
        body: message.body,
        bytes: message.bytes,
        content_type: message.content_type,
        properties: message.properties.into_iter().collect(),
        ack: message.ack,
        sent_by: message.by,
        enqueued_at: time_text(message.created_ms),
        expires_at: time_text(message.expires_ms),
        ended_at: message.ended_ms.map(time_text),
    }
}
