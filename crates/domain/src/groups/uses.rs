//! What refers to a group. Whoever adds something that may refer to one adds a question here.

use crate::error::Result;
use model::group::{GroupId, GroupUse};
use model::job::Devices;
use model::rule::Target;
use store::WorkspaceTx;

/// What refers to a group, of what the scope sees.
///
/// # Errors
/// The database's.
pub(crate) async fn uses_in(scope: &WorkspaceTx, group: &GroupId) -> Result<Vec<GroupUse>> {
    let explorations = scope.explorations().about_group(group).await?;
    let rules = scope.rules().list().await?.into_iter().filter(|rule| match &rule.definition.target {
        Target::Group { group: of } => of == group,
        _ => false,
    });
    let dashboards = scope.dashboards(None).await?.about_group(group).await?;
    let schedules = scope.job_schedules().list().await?.into_iter().filter(|job| match &job.work.devices {
        Devices::Group { group: of } => of == group,
        Devices::Chosen { .. } => false,
    });
    let named = |kind: &str, name: String| GroupUse { kind: kind.into(), name };
    let schedules = schedules.map(|job| named("Scheduled job", job.name));
    let explorations = explorations.into_iter().map(|name| named("Exploration", name));
    let dashboards = dashboards.into_iter().map(|name| named("Dashboard", name));
    let rules = rules.map(|rule| named("Rule", rule.name));
    Ok(explorations.chain(dashboards).chain(rules).chain(schedules).collect())
}
