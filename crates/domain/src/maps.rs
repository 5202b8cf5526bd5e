//! What maps are drawn on.

use crate::access::ViewDevices;
use crate::context::Context;
use crate::error::Result;
use model::map::Tiles;

/// The map server that the operator has named; none: the ground that is built in is all there is.
///
/// # Errors
/// Not allowed.
pub async fn tiles(context: &Context) -> Result<Option<Tiles>> {
    context.grant::<ViewDevices>()?.scope().await?;
    Ok(context.homeport.map_tiles().cloned())
}
