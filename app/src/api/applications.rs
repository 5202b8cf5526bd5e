//! Application templates: what a workspace is furnished with, and what can be made of one.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// Brings an application into the workspace: one that comes with the product, by its id, or a file.
///
/// # Errors
/// What is wrong with the file, each with its place; taken names and ids; limits of the plan; a role that may not.
#[server(prefix = "/api", endpoint = "add_application", input = Json)]
pub async fn add_application(workspace: String, application: String, file: String) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::applications::apply(&ctx, domain::applications::wanted(&application, &file)?).await?)
}

/// A file of what the workspace holds.
///
/// # Errors
/// Fields `name` and `description`; more than an application may hold; a role that may not.
#[server(prefix = "/api", endpoint = "export_application", input = Json)]
pub async fn export_application(
    workspace: String,
    name: String,
    description: String,
) -> Result<String, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::applications::export(&ctx, &name, &description).await?.to_text())
}
