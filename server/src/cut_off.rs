//! Hears what other processes do: it ends what is no longer allowed: the connections of devices that were deleted or blocked, whose key was replaced, or
//! whose workspace was disabled, by whichever process, and what the ingestion remembers of devices and templates.
//!
//! Each change is told as it is committed. Because a telling can be missed, every connected device is looked up again
//! after the database was away, and now and then.

use crate::error::chain;
use broker::Identity;
use domain::Homeport;
use ingest::Audience;
use model::WorkspaceId;
use model::live::LiveEvent;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::{Notice, Notices};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

/// How often every connected device is looked up again. A device can connect with a key in the moment in which it is
/// replaced, before there is a connection to end.
const LOOK_EVERY: Duration = Duration::from_secs(600);

/// What there is in this process that has to hear of it.
pub(crate) struct CutOff {
    pub(crate) homeport: Homeport,
    pub(crate) broker: Option<broker::Handle>,
    pub(crate) changes: Option<ingest::Changes>,
    pub(crate) hub: Arc<ingest::Hub>,
}

impl CutOff {
    /// Hears what is told until `stop`.
    pub(crate) async fn run(self, mut notices: Notices, stop: CancellationToken) {
        let mut looking: Option<JoinHandle<()>> = None;
        // Ended with this function.
        let mut again = JoinSet::new();
        let mut look = tokio::time::interval(LOOK_EVERY);
        loop {
            let notice = tokio::select! {
                notice = notices.next() => Some(notice),
                _ = look.tick() => None,
                () = stop.cancelled() => break,
            };
            match notice {
                Some(Notice::Answered { run, .. }) => self.homeport.answered(Some(run)),
                Some(Notice::Access { workspace }) => self.hub.publish(workspace, LiveEvent::Access),
                Some(Notice::Listening) => self.homeport.answered(None),
                _ => {}
            }
            if notice
                .as_ref()
                .is_some_and(|notice| !matches!(notice, Notice::Answered { .. } | Notice::Access { .. }))
            {
                self.changes.iter().for_each(ingest::Changes::announce);
            }
            match (notice, &self.broker) {
                (Some(Notice::CutOff { workspace, external_id }), Some(broker)) => {
                    let count = broker.cut_off(workspace, &external_id);
                    tracing::debug!(%workspace, external_id, count, "connections were cut off");
                }
                (Some(Notice::CutOffWorkspace { workspace }), Some(broker)) => {
                    let count = broker.cut_off_workspace(workspace);
                    tracing::info!(%workspace, count, "a workspace is disabled; its connections were cut off");
                }
                (Some(Notice::LookAgain { workspace }), Some(broker)) => {
                    // Many may depend on it; meanwhile others must be cut off too.
                    let only = Some(workspace);
                    again.spawn(look_again(self.homeport.clone(), broker.clone(), only));
                    while again.try_join_next().is_some() {}
                }
                (Some(Notice::Listening) | None, Some(broker)) => {
                    looking.take().iter().for_each(JoinHandle::abort);
                    looking = Some(tokio::spawn(look_again(self.homeport.clone(), broker.clone(), None)));
                }
                _ => {}
            }
        }
        looking.iter().for_each(JoinHandle::abort);
    }
}

/// So many devices are looked up at once.
const AT_ONCE: usize = 500;

/// Ends the connections of devices, all or those of one workspace, that would be refused today.
async fn look_again(homeport: Homeport, broker: broker::Handle, only: Option<WorkspaceId>) {
    let mut connected: HashMap<WorkspaceId, Vec<Identity>> = HashMap::new();
    for device in broker.devices() {
        if only.is_none_or(|only| only == device.workspace) {
            connected.entry(device.workspace).or_default().push(device);
        }
    }
    for (workspace, devices) in connected {
        for devices in devices.chunks(AT_ONCE) {
            let ids = devices.iter().map(|device| device.external_id.to_string()).collect();
            let standing = match domain::gate::standing(&homeport, workspace, ids).await {
                Ok(standing) => standing,
                Err(error) => {
                    // The next look is due when the database is back.
                    tracing::warn!(causes = chain(&error), "connected devices can't be looked up again");
                    return;
                }
            };
            for device in devices {
                let proofs = standing.get(&*device.external_id);
                if proofs.is_none_or(|proofs| !proofs.contains(&device.proof)) {
                    let count = broker.cut_off(workspace, &device.external_id);
                    tracing::info!(device = %device.external_id, count, "connections were cut off");
                }
            }
        }
    }
}
