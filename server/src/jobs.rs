//! Works on jobs, and begins those that are due.

use crate::error::chain;
use domain::Homeport;
use domain::jobs::{self, Wanted};
use std::collections::HashMap;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How often is looked for a job that waits.
const LOOK: Duration = Duration::from_millis(500);
/// Most jobs that a process works on at once, and of one workspace.
const AT_ONCE: usize = 32;
const OF_WORKSPACE: usize = 5;

/// Works until `stop`. Any number of processes may; each job is one's at a time.
pub(crate) async fn work(homeport: Homeport, worker: String, stop: CancellationToken) {
    let mut at: HashMap<Wanted, JoinHandle<()>> = HashMap::new();
    loop {
        at.retain(|_, task| !task.is_finished());
        match jobs::wanted(&homeport).await {
            Ok(wanted) => {
                for one in wanted {
                    begin(&homeport, &worker, one, &mut at, &stop).await;
                }
            }
            Err(error) => tracing::warn!(causes = chain(&error), "jobs can't be looked for; trying again"),
        }
        if stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_none() {
            break;
        }
    }
    for (_, task) in at {
        if task.await.is_err() {
            tracing::warn!("a job's worker did not end in order");
        }
    }
}

async fn begin(
    homeport: &Homeport,
    worker: &str,
    one: Wanted,
    at: &mut HashMap<Wanted, JoinHandle<()>>,
    stop: &CancellationToken,
) {
    if one.scheduled {
        if let Err(error) = jobs::begin_due(homeport, one.workspace, &one.id).await {
            tracing::warn!(causes = chain(&error), "a scheduled job can't begin; trying again");
        }
        return;
    }
    let of_workspace = at.keys().filter(|other| other.workspace == one.workspace).count();
    if at.contains_key(&one) || at.len() >= AT_ONCE || of_workspace >= OF_WORKSPACE {
        return;
    }
    let (homeport, worker, stop, job) = (homeport.clone(), worker.to_owned(), stop.clone(), one.clone());
    let task = tokio::spawn(async move {
        let stopped = || stop.is_cancelled();
        if let Err(error) = jobs::work(&homeport, &worker, job.workspace, &job.id, &stopped).await {
            tracing::warn!(causes = chain(&error), "a job can't go on; trying again");
        }
    });
    at.insert(one, task);
}
