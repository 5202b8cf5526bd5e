//! How the housekeeping of telemetry stands.

use super::PlatformContext;
use crate::error::Result;
use model::housekeeping::Housekeeping;

/// How it stands.
///
/// # Errors
/// The database's.
pub async fn housekeeping(context: &PlatformContext) -> Result<Housekeeping> {
    Ok(context.console().housekeeping().await?)
}
