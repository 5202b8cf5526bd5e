//! `/api/deviceTemplates`: device templates by their DTDL identifiers.

use super::if_match::matched;
use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::{Context, templates};
use http::{HeaderMap, StatusCode};
use model::TemplateId;
use model::dtdl::{self, Document};
use model::template::{Template, WholeTemplate};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use utoipa::ToSchema;

/// A template as it is answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TemplateOut {
    #[serde(rename = "@id")]
    id: String,
    #[serde(rename = "@type")]
    #[schema(value_type = Vec<String>)]
    kinds: [&'static str; 2],
    #[serde(rename = "@context")]
    #[schema(value_type = Vec<String>)]
    contexts: [&'static str; 2],
    display_name: String,
    etag: String,
    #[schema(value_type = Object)]
    capability_model: Document,
}

/// A template as it is wanted: its model, with what IoT Central writes around it. All of it is kept as it came.
#[derive(Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub(super) struct TemplateIn(dtdl::Json);

impl From<WholeTemplate> for TemplateOut {
    /// What is published; the draft where nothing is. What IoT Central writes around a model is told apart from the model.
    fn from(whole: WholeTemplate) -> TemplateOut {
        let etag = tag(&whole);
        let WholeTemplate { template, document, published, .. } = whole;
        let document = published.unwrap_or(document);
        let root = document.json();
        let around = |key: &str| root.key("capabilityModel").and(root.key(key)?.as_str()).map(str::to_owned);
        let (id, display_name) = (around("@id"), around("displayName"));
        let model = root.key("capabilityModel").cloned().map(Document::new);
        TemplateOut {
            id: id.unwrap_or(template.dtmi),
            kinds: ["ModelDefinition", "DeviceModel"],
            contexts: ["dtmi:iotcentral:context;2", "dtmi:dtdl:context;2"],
            display_name: display_name.unwrap_or(template.name),
            etag,
            capability_model: model.unwrap_or(document),
        }
    }
}

#[utoipa::path(
    get,
    path = "/api/deviceTemplates",
    tag = "Device templates",
    summary = "Lists templates by name",
    responses((status = 200, description = "As it is", body = Listed<TemplateOut>)),
)]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<TemplateOut>, Fault> {
    let page = paging.of(templates::list(&caller).await?);
    let mut value = Vec::with_capacity(page.value.len());
    for template in page.value {
        value.push(whole(&caller, &template).await?);
    }
    Ok(Listed { value, next_link: page.next_link })
}

#[utoipa::path(
    get,
    path = "/api/deviceTemplates/{template}",
    tag = "Device templates",
    summary = "Reads a template",
    responses((status = 200, description = "As it is", body = TemplateOut)),
)]
pub(super) async fn get(caller: Caller, Path(dtmi): Path<String>) -> Result<Json<TemplateOut>, Fault> {
    Ok(Json(found(&caller, &dtmi).await?.into()))
}

#[utoipa::path(
    put,
    path = "/api/deviceTemplates/{template}",
    tag = "Device templates",
    summary = "Makes a template and publishes it, or publishes what it says from now on",
    request_body = TemplateIn,
    responses((status = 200, description = "As it is", body = TemplateOut)),
)]
pub(super) async fn put(
    caller: Caller,
    Path(dtmi): Path<String>,
    headers: HeaderMap,
    Body(TemplateIn(wanted)): Body<TemplateIn>,
) -> Result<Json<TemplateOut>, Fault> {
    let known = templates::named(&caller, &dtmi).await?;
    let seen = match known {
        Some(id) => Some(tag(&templates::get(&caller, id).await?)),
        None => None,
    };
    matched(&headers, seen)?;
    Ok(Json(templates::put(&caller, known, &document(wanted, &dtmi)?).await?.into()))
}

#[utoipa::path(
    patch,
    path = "/api/deviceTemplates/{template}",
    tag = "Device templates",
    summary = "Changes a template by a merge patch, and publishes it",
    request_body = TemplateIn,
    responses((status = 200, description = "As it is", body = TemplateOut)),
)]
pub(super) async fn patch(
    caller: Caller,
    Path(dtmi): Path<String>,
    headers: HeaderMap,
    Body(TemplateIn(wanted)): Body<TemplateIn>,
) -> Result<Json<TemplateOut>, Fault> {
    let whole = found(&caller, &dtmi).await?;
    matched(&headers, Some(tag(&whole)))?;
    let id = whole.template.id;
    let mut document = whole.published.unwrap_or(whole.document);
    let changes = change(wanted, &document)?;
    document.json_mut().merge(changes);
    Ok(Json(templates::put(&caller, Some(id), &document).await?.into()))
}

#[utoipa::path(
    delete,
    path = "/api/deviceTemplates/{template}",
    tag = "Device templates",
    summary = "Deletes a template that no device is of, with all its versions",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(
    caller: Caller,
    Path(dtmi): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    let whole = found(&caller, &dtmi).await?;
    matched(&headers, Some(tag(&whole)))?;
    templates::delete(&caller, whole.template.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The document of a body: a model with what IoT Central writes around it, or a model alone.
fn document(mut wanted: dtdl::Json, dtmi: &str) -> Result<Document, Fault> {
    wanted.remove("etag");
    // What IoT Central exports has no version there.
    let versioned = if dtmi.contains(';') { dtmi.to_owned() } else { format!("{dtmi};1") };
    dtdl::check_dtmi(&versioned).map_err(|why| Fault::field("@id", why))?;
    match wanted.key("@id").and_then(dtdl::Json::as_str) {
        Some(id) if dtdl::family(id) != dtdl::family(dtmi) => {
            return Err(Fault::field("@id", format!("The address says {dtmi}.")));
        }
        None if wanted.is_object() => wanted.set("@id", dtdl::Json::String(dtmi.to_owned())),
        _ => {}
    }
    if ["capabilityModel", "contents", "extends"].iter().all(|key| wanted.key(key).is_none()) {
        return Err(Fault::field("capabilityModel", "Give the model: an interface of DTDL."));
    }
    Ok(Document::new(wanted))
}

/// The merge patch of a document, from that of a body. Where the model stands alone, what is said of it is said of the whole,
/// and the template's name is the model's.
fn change(mut wanted: dtdl::Json, document: &Document) -> Result<dtdl::Json, Fault> {
    if !wanted.is_object() {
        return Err(Fault::invalid_body("A merge patch is an object."));
    }
    wanted.remove("etag");
    if document.json().key("capabilityModel").is_some() {
        return Ok(wanted);
    }
    if !document.json().is_object() {
        let text = "The template is a list of interfaces, which can only be replaced as a whole.";
        return Err(Fault::field("capabilityModel", text));
    }
    let mut model = dtdl::Json::Object(Vec::new());
    if let Some(name) = wanted.key("displayName") {
        model.set("displayName", name.clone());
    }
    if let Some(changes) = wanted.key("capabilityModel") {
        model.merge(changes.clone());
    }
    Ok(model)
}

/// What `If-Match` names.
fn tag(whole: &WholeTemplate) -> String {
    let document = whole.published.as_ref().unwrap_or(&whole.document);
    let mut hasher = DefaultHasher::new();
    (whole.template.id.0, whole.template.updated_ms, document.to_text()).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

async fn found(context: &Context, dtmi: &str) -> Result<WholeTemplate, Fault> {
    let id = templates::named(context, dtmi).await?.ok_or_else(|| unknown(dtmi))?;
    Ok(templates::get(context, id).await?)
}

async fn whole(context: &Context, template: &Template) -> Result<TemplateOut, Fault> {
    Ok(templates::get(context, template.id).await?.into())
}

/// The template of this identifier, for a device that is to be of it.
pub(super) async fn by_dtmi(context: &Context, dtmi: &str) -> Result<TemplateId, Fault> {
    let message = || format!("There is no device template “{dtmi}”.");
    templates::named(context, dtmi).await?.ok_or_else(|| Fault::field("template", message()))
}

/// The identifiers of all templates.
pub(super) async fn dtmis(context: &Context) -> Result<HashMap<TemplateId, String>, Fault> {
    Ok(templates::identifiers(context).await?)
}

fn unknown(dtmi: &str) -> Fault {
    Fault::not_found(format!("There is no device template “{dtmi}” here."))
}
