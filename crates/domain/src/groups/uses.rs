//! What refers to a group. Whoever adds something that may refer to one adds a question here.

use crate::error::Result;
use model::group::{GroupId, GroupUse};
use model::rule::Target;
use store::WorkspaceTx;

/// What refers to a group, of what the scope sees.
///
/// # Errors
/// The database's.
pub(crate) async fn uses_in(scope: &WorkspaceTx, group: &GroupId) -> Result<Vec<GroupUse>> {
    let explorations = scope.explorations().about_group(group).await?;
    let named = |name: String| GroupUse { kind: "Exploration".into(), name };
    let rules = scope.rules().list().await?.into_iter().filter(|rule| match &rule.definition.target {
        Target::Group { group: of } => of == group,
        _ => false,
    });
    let rules = rules.map(|rule| GroupUse { kind: "Rule".into(), name: rule.name });
    Ok(explorations.into_iter().map(named).chain(rules).collect())
}
