//! Sees to it that the embedded Postgres lives as long as the server: one that was killed is started again, and the
//! pools of connections find it where it was.

use crate::error;
use std::time::Duration;
use store::cluster::Cluster;
use tokio_util::sync::CancellationToken;

/// How often it is looked. Cheap: a small file and a line of `/proc`.
const EVERY: Duration = Duration::from_millis(500);

/// Watches until `cancel`.
pub(super) async fn run(cluster: Cluster, cancel: CancellationToken) {
    while cancel.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
        if cluster.is_up() {
            continue;
        }
        tracing::warn!("the embedded Postgres has died or is ending; starting it again");
        let dead = cluster.clone();
        match tokio::task::spawn_blocking(move || dead.revive()).await {
            Ok(Ok(())) => tracing::info!("the embedded Postgres runs again"),
            Ok(Err(error)) => tracing::warn!(causes = error::chain(&error), "it doesn't start; trying again"),
            Err(error) => tracing::warn!(%error, "it doesn't start; trying again"),
        }
    }
}
