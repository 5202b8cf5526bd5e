//! Queries, for the page that asks them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::query::Outcome;

/// The first rows of a query's answer, or what is wrong with its text.
///
/// # Errors
/// Too many queries of the workspace, more work than one may make; not found for a foreign workspace.
#[server(name = RunQuery, prefix = "/api", endpoint = "run_query", input = Json)]
pub async fn run_query(workspace: String, query: String) -> Result<Outcome, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::query::table(&ctx, &query).await?)
}
