//! What refers to a group. Whoever adds something that may refer to one adds a question here.

use crate::error::Result;
use model::group::{GroupId, GroupUse};
use store::WorkspaceTx;

/// What refers to a group, of what the scope sees.
///
/// # Errors
/// The database's.
pub(crate) async fn uses_in(scope: &WorkspaceTx, group: &GroupId) -> Result<Vec<GroupUse>> {
    let explorations = scope.explorations().about_group(group).await?;
    let named = |name: String| GroupUse { kind: "Exploration".into(), name };
    Ok(explorations.into_iter().map(named).collect())
}
