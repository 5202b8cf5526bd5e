//! What maps are drawn on.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::map::Tiles;

/// The map server that the operator has named; none: the ground that is built in is all there is.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "map_tiles", input = Json)]
pub async fn map_tiles(workspace: String) -> Result<Option<Tiles>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::maps::tiles(&ctx).await?)
}
