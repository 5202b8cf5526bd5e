//! `/api/annotations`: notes on time, which charts draw.

use super::time_text::{moment, time_text};
use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::annotations;
use http::StatusCode;
use model::annotation::{Annotation, AnnotationDraft, MarksAsk};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A note as it is answered.
#[derive(Serialize, ToSchema)]
pub(super) struct AnnotationOut {
    id: i64,
    /// RFC 3339.
    from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dashboard: Option<String>,
    author: String,
    created: String,
}

/// A note as it is wanted. Of a change, what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnnotationIn {
    /// RFC 3339; left out: now.
    from: Option<String>,
    /// Left out: a moment.
    to: Option<String>,
    text: Option<String>,
    /// Left out: of no device.
    device: Option<String>,
    /// Left out: on no dashboard of its own.
    dashboard: Option<String>,
}

#[utoipa::path(
    get,
    path = "/api/annotations",
    tag = "Annotations",
    summary = "Lists notes that touch a time, the newest first",
    responses((status = 200, description = "As it is", body = Listed<AnnotationOut>)),
)]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<AnnotationOut>, Fault> {
    let time = |name: &str| paging.asked(name).map(|text| moment(&text, name)).transpose();
    let ask = MarksAsk {
        from_ms: time("from")?.unwrap_or_default(),
        to_ms: time("to")?.unwrap_or(i64::MAX),
        dashboard: paging.asked("dashboard"),
        device: paging.asked("device"),
    };
    let all = annotations::list(&caller, &ask).await?;
    Ok(paging.of(all.into_iter().map(out).collect()))
}

#[utoipa::path(
    post,
    path = "/api/annotations",
    tag = "Annotations",
    summary = "Writes a note",
    request_body = AnnotationIn,
    responses((status = 200, description = "As it is", body = AnnotationOut)),
)]
pub(super) async fn create(
    caller: Caller,
    Body(wanted): Body<AnnotationIn>,
) -> Result<Json<AnnotationOut>, Fault> {
    let time = |text: &Option<String>, name: &str| text.as_deref().map(|text| moment(text, name)).transpose();
    let draft = AnnotationDraft {
        from_ms: time(&wanted.from, "from")?.unwrap_or(caller.now_ms),
        to_ms: time(&wanted.to, "to")?,
        text: wanted.text.unwrap_or_default(),
        device: wanted.device,
        dashboard: wanted.dashboard,
    };
    Ok(Json(out(annotations::create(&caller, &draft).await?)))
}

#[utoipa::path(
    get,
    path = "/api/annotations/{annotation}",
    tag = "Annotations",
    summary = "Reads a note",
    responses((status = 200, description = "As it is", body = AnnotationOut)),
)]
pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Json<AnnotationOut>, Fault> {
    Ok(Json(out(annotations::get(&caller, number(&id)?).await?)))
}

#[utoipa::path(
    patch,
    path = "/api/annotations/{annotation}",
    tag = "Annotations",
    summary = "Changes time or text of a note",
    request_body = AnnotationIn,
    responses((status = 200, description = "As it is", body = AnnotationOut)),
)]
pub(super) async fn patch(
    caller: Caller,
    Path(id): Path<String>,
    Body(wanted): Body<AnnotationIn>,
) -> Result<Json<AnnotationOut>, Fault> {
    let id = number(&id)?;
    let present = annotations::get(&caller, id).await?;
    if wanted.device.is_some() || wanted.dashboard.is_some() {
        return Err(Fault::field("device", "A note stays where it is: delete it and write another."));
    }
    let time = |text: &Option<String>, name: &str| text.as_deref().map(|text| moment(text, name)).transpose();
    let draft = AnnotationDraft {
        from_ms: time(&wanted.from, "from")?.unwrap_or(present.from_ms),
        to_ms: time(&wanted.to, "to")?.or(present.to_ms),
        text: wanted.text.unwrap_or(present.text),
        device: present.device,
        dashboard: present.dashboard,
    };
    Ok(Json(out(annotations::update(&caller, id, &draft).await?)))
}

#[utoipa::path(
    delete,
    path = "/api/annotations/{annotation}",
    tag = "Annotations",
    summary = "Deletes a note",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Fault> {
    annotations::delete(&caller, number(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn number(id: &str) -> Result<i64, Fault> {
    id.parse().map_err(|_| Fault::not_found(format!("There is no annotation “{id}” here.")))
}

fn out(note: Annotation) -> AnnotationOut {
    AnnotationOut {
        id: note.id,
        from: time_text(note.from_ms),
        to: note.to_ms.map(time_text),
        text: note.text,
        device: note.device,
        dashboard: note.dashboard,
        author: note.author,
        created: time_text(note.created_ms),
    }
}
