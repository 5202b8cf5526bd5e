//! Device templates of a workspace.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::TemplateId;
use model::template::{Template, TemplateDraft};

/// All templates, by name.
///
/// # Errors
/// Not found for a workspace that the person doesn't belong to.
#[server(prefix = "/api", endpoint = "list_templates", input = Json)]
pub async fn list_templates(workspace: String) -> Result<Vec<Template>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::templates::list(&ctx).await?)
}

/// One template.
///
/// # Errors
/// Not found for an unknown template or a foreign workspace.
#[server(prefix = "/api", endpoint = "get_template", input = Json)]
pub async fn get_template(workspace: String, template: TemplateId) -> Result<Template, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::templates::get(&ctx, template).await?)
}

/// Makes a template.
///
/// # Errors
/// Fields at fault (`name`, `telemetry.{index}.name`, …), a taken name, a role that may not.
#[server(prefix = "/api", endpoint = "create_template", input = Json)]
pub async fn create_template(workspace: String, draft: TemplateDraft) -> Result<Template, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::templates::create(&ctx, draft).await?)
}

/// Replaces what a template says; what the form doesn't know of its DTDL stays.
///
/// # Errors
/// As for creating; not found.
#[server(prefix = "/api", endpoint = "update_template", input = Json)]
pub async fn update_template(
    workspace: String,
    template: TemplateId,
    draft: TemplateDraft,
) -> Result<Template, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::templates::update(&ctx, template, draft).await?)
}

/// Deletes a template; refused while devices are of it.
///
/// # Errors
/// Not found, devices of it, a role that may not.
#[server(prefix = "/api", endpoint = "delete_template", input = Json)]
pub async fn delete_template(workspace: String, template: TemplateId) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::templates::delete(&ctx, template).await?)
}
