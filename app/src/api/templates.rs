//! Device templates of a workspace.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::TemplateId;
use model::dtdl::Document;
use model::template::{Telemetry, Template, TemplateDraft, WholeTemplate};

/// All templates, by name.
///
/// # Errors
/// Not found for a workspace that the person doesn't belong to.
#[server(prefix = "/api", endpoint = "list_templates", input = Json)]
pub async fn list_templates(workspace: String) -> Result<Vec<Template>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::templates::list(&ctx).await?)
}

/// One template with its documents and versions.
///
/// # Errors
/// Not found for an unknown template or a foreign workspace.
#[server(prefix = "/api", endpoint = "get_template", input = Json)]
pub async fn get_template(workspace: String, template: TemplateId) -> Result<WholeTemplate, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::templates::get(&ctx, template).await?)
}

/// Makes a draft of a name and fields.
///
/// # Errors
/// Fields at fault, a taken name, a role that may not.
#[server(prefix = "/api", endpoint = "create_template", input = Json)]
pub async fn create_template(workspace: String, draft: TemplateDraft) -> Result<Template, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::templates::create(&ctx, &draft).await?)
}

/// Makes a draft of a DTDL document.
///
/// # Errors
/// Each place at fault by its JSON pointer, a taken name or identifier, a role that may not.
#[server(prefix = "/api", endpoint = "import_template", input = Json)]
pub async fn import_template(workspace: String, text: String) -> Result<Template, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::templates::import(&ctx, &text).await?)
}

/// Makes a draft that fits what a device has sent; tells also the names that DTDL can't have.
///
/// # Errors
/// A device that has sent nothing, a taken name, not found, a role that may not.
#[server(prefix = "/api", endpoint = "create_template_from_device", input = Json)]
pub async fn create_template_from_device(
    workspace: String,
    device: String,
    name: String,
) -> Result<(Template, Vec<String>), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::template_devices::from_device(&ctx, &device, &name).await?)
}

/// Replaces the draft.
///
/// # Errors
/// As for importing; not found.
#[server(prefix = "/api", endpoint = "save_template", input = Json)]
pub async fn save_template(
    workspace: String,
    template: TemplateId,
    document: Document,
) -> Result<WholeTemplate, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::templates::save(&ctx, template, &document).await?)
}

/// Goes back to what is published.
///
/// # Errors
/// Nothing is published; not found, a role that may not.
#[server(prefix = "/api", endpoint = "discard_template", input = Json)]
pub async fn discard_template(workspace: String, template: TemplateId) -> Result<WholeTemplate, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::templates::discard(&ctx, template).await?)
}

/// Publishes the draft, in place or as a new version.
///
/// # Errors
/// A change that breaks and needs a new version; nothing to publish; not found, a role that may not.
#[server(prefix = "/api", endpoint = "publish_template", input = Json)]
pub async fn publish_template(
    workspace: String,
    template: TemplateId,
    new_version: bool,
) -> Result<WholeTemplate, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::templates::publish(&ctx, template, new_version).await?)
}

/// Lets devices live by the newest version, those named or all; tells how many changed.
///
/// # Errors
/// Nothing is published; not found, a role that may not.
#[server(prefix = "/api", endpoint = "migrate_devices", input = Json)]
pub async fn migrate_devices(
    workspace: String,
    template: TemplateId,
    devices: Option<Vec<String>>,
) -> Result<u64, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::template_devices::migrate(&ctx, template, devices).await?)
}

/// The fields of the version that a device lives by; nothing without a template.
///
/// # Errors
/// Not found for an unknown device or a foreign workspace.
#[server(prefix = "/api", endpoint = "device_fields", input = Json)]
pub async fn device_fields(workspace: String, device: String) -> Result<Option<Vec<Telemetry>>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::template_devices::fields(&ctx, &device).await?)
}

/// Deletes a template with its versions; refused while devices are of it.
///
/// # Errors
/// Not found, devices of it, a role that may not.
#[server(prefix = "/api", endpoint = "delete_template", input = Json)]
pub async fn delete_template(workspace: String, template: TemplateId) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::templates::delete(&ctx, template).await?)
}
