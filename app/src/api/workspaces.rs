//! Workspaces: made and renamed.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::workspace::Workspace;

/// Makes a workspace; whoever is signed in becomes its administrator. It is furnished with an application that comes with the
/// product, or with that of a file.
///
/// # Errors
/// Invalid name (field `name`); what is wrong with the file, each with its place; signed out.
#[server(prefix = "/api", endpoint = "create_workspace", input = Json)]
pub async fn create_workspace(
    name: String,
    #[server(default)] application: String,
    #[server(default)] file: String,
) -> Result<Workspace, AppError> {
    let person = super::person().await?;
    let application = domain::applications::wanted(&application, &file)?;
    Ok(domain::workspaces::create_with(&super::homeport()?, person, &name, &application).await?)
}

/// Gives the workspace another name; its address stays.
///
/// # Errors
/// Invalid name (field `name`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "rename_workspace", input = Json)]
pub async fn rename_workspace(workspace: String, name: String) -> Result<Workspace, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::workspaces::rename(&ctx, &name).await?)
}
