//! What refers to a group. Whoever adds something that may refer to one adds a question here.

use crate::error::Result;
use model::group::{GroupId, GroupUse};
use store::WorkspaceTx;

/// What refers to a group, of what the scope sees.
///
/// # Errors
/// The database's.
pub(crate) async fn uses_in(_scope: &WorkspaceTx, _group: &GroupId) -> Result<Vec<GroupUse>> {
    Ok(Vec::new())
}
