//! Deleting workspaces whose grace time is over, in pieces: whoever dies on the way leaves less for the next one.

use crate::error::Result;
use crate::homeport::Homeport;
use store::telemetry::Keeper;

/// Devices that are deleted at once, with their logs, twins and files.
const DEVICES: i64 = 500;

/// Deletes all that are due, until `stopped`; tells how many are gone.
///
/// # Errors
/// The database's; call it again later.
pub async fn bury(homeport: &Homeport, keeper: &Keeper, stopped: &(dyn Fn() -> bool + Sync)) -> Result<u32> {
    let mut gone = 0;
    for workspace in homeport.store().console().doomed().await? {
        while keeper.bury_next(workspace).await? {
            if stopped() {
                return Ok(gone);
            }
        }
        loop {
            let scope = homeport.store().workspace(workspace).await?;
            let deleted = scope.devices().delete_some(DEVICES).await?;
            scope.commit().await?;
            if deleted == 0 {
                break;
            }
            if stopped() {
                return Ok(gone);
            }
        }
        keeper.bury_rest(workspace).await?;
        homeport.store().console().erase(workspace).await?;
        gone += 1;
    }
    Ok(gone)
}
