//! `/api/deviceTemplates`: device templates by their DTDL identifiers.

use super::{Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::{Context, templates};
use model::TemplateId;
use model::dtdl::Document;
use model::template::{Template, WholeTemplate};
use serde::Serialize;
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

impl From<WholeTemplate> for TemplateOut {
    /// What is published; the draft where nothing is.
    fn from(whole: WholeTemplate) -> TemplateOut {
        let WholeTemplate { template, document, published, .. } = whole;
        let document = published.unwrap_or(document);
        let mut hasher = DefaultHasher::new();
        (template.id.0, template.updated_ms, document.to_text()).hash(&mut hasher);
        TemplateOut {
            id: template.dtmi,
            kinds: ["ModelDefinition", "DeviceModel"],
            contexts: ["dtmi:iotcentral:context;2", "dtmi:dtdl:context;2"],
            display_name: template.name,
            etag: format!("{:016x}", hasher.finish()),
            capability_model: document,
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
    let found = templates::list(&caller).await?.into_iter().find(|template| template.dtmi == dtmi);
    Ok(Json(whole(&caller, &found.ok_or_else(|| unknown(&dtmi))?).await?))
}

async fn whole(context: &Context, template: &Template) -> Result<TemplateOut, Fault> {
    Ok(templates::get(context, template.id).await?.into())
}

/// The template of this identifier, for a device that is to be of it.
pub(super) async fn by_dtmi(context: &Context, dtmi: &str) -> Result<TemplateId, Fault> {
    let found = templates::list(context).await?.into_iter().find(|template| template.dtmi == dtmi);
    let message = || format!("There is no device template “{dtmi}”.");
    found.map(|template| template.id).ok_or_else(|| Fault::field("template", message()))
}

/// The identifiers of all templates.
pub(super) async fn dtmis(context: &Context) -> Result<HashMap<TemplateId, String>, Fault> {
    Ok(templates::list(context).await?.into_iter().map(|template| (template.id, template.dtmi)).collect())
}

fn unknown(dtmi: &str) -> Fault {
    Fault::not_found(format!("There is no device template “{dtmi}” here."))
}
