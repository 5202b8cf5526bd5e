//! Does what the actions of rules have to do.
//!
//! Any number of processes may; each leases what it does. Each action is a task of its own, and a workspace has so many at
//! work at a time: who never answers holds nobody else up.

use crate::error::chain;
use domain::{Homeport, actions};
use metrics::{counter, describe_counter};
use std::collections::HashMap;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Actions that a worker has done or tried.
const ACTIONS: &str = "homeport_rule_actions_total";
/// How often is looked for something to do.
const LOOK: Duration = Duration::from_millis(500);
/// So many are at work in a process at a time.
const AT_ONCE: usize = 128;

/// Works until `stop`.
pub(crate) async fn work(homeport: Homeport, stop: CancellationToken) {
    describe_counter!(ACTIONS, "Actions of rules that were done or tried");
    let (mut tasks, mut of_workspace) = (JoinSet::new(), HashMap::<i32, i64>::new());
    loop {
        while let Some(ended) = tasks.try_join_next() {
            if let Ok(workspace) = ended
                && let Some(count) = of_workspace.get_mut(&workspace)
            {
                *count -= 1;
            }
        }
        of_workspace.retain(|_, count| *count > 0);
        if let Err(error) = begin(&homeport, &mut tasks, &mut of_workspace).await {
            tracing::warn!(causes = chain(&error), "actions of rules can't be read; trying again");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Begins what is due, as far as there is room.
async fn begin(
    homeport: &Homeport,
    tasks: &mut JoinSet<i32>,
    of_workspace: &mut HashMap<i32, i64>,
) -> domain::Result<()> {
    for workspace in actions::due(homeport).await? {
        let at_work = of_workspace.get(&workspace.0).copied().unwrap_or_default();
        if at_work >= actions::AT_WORK_MAX || tasks.len() >= AT_ONCE {
            continue;
        }
        for job in actions::lease(homeport, workspace).await? {
            *of_workspace.entry(workspace.0).or_default() += 1;
            let homeport = homeport.clone();
            tasks.spawn(async move {
                counter!(ACTIONS).increment(1);
                if let Err(error) = actions::perform(&homeport, job).await {
                    tracing::warn!(
                        causes = chain(&error),
                        "what came of an action can't be noted; it is done again"
                    );
                }
                workspace.0
            });
        }
    }
    Ok(())
}
