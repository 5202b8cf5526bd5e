//! `/api/deviceTemplates`: device templates by their DTDL identifiers.

use super::{Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::{Context, templates};
use model::TemplateId;
use model::template::Template;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A template as it is answered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TemplateOut {
    #[serde(rename = "@id")]
    id: String,
    #[serde(rename = "@type")]
    kinds: [&'static str; 2],
    #[serde(rename = "@context")]
    contexts: [&'static str; 2],
    display_name: String,
    etag: String,
    capability_model: Value,
}

impl From<Template> for TemplateOut {
    fn from(template: Template) -> TemplateOut {
        let mut hasher = DefaultHasher::new();
        (template.id.0, template.updated_ms, template.dtdl.to_string()).hash(&mut hasher);
        TemplateOut {
            id: template.dtmi,
            kinds: ["ModelDefinition", "DeviceModel"],
            contexts: ["dtmi:iotcentral:context;2", "dtmi:dtdl:context;2"],
            display_name: template.name,
            etag: format!("{:016x}", hasher.finish()),
            capability_model: template.dtdl,
        }
    }
}

pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<TemplateOut>, Fault> {
    let all = templates::list(&caller).await?;
    Ok(paging.of(all.into_iter().map(TemplateOut::from).collect()))
}

pub(super) async fn get(caller: Caller, Path(dtmi): Path<String>) -> Result<Json<TemplateOut>, Fault> {
    let found = templates::list(&caller).await?.into_iter().find(|template| template.dtmi == dtmi);
    found.map(|template| Json(template.into())).ok_or_else(|| unknown(&dtmi))
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
