//! Hears what other processes do: it ends what is no longer allowed: the connections of devices that were deleted or blocked, whose key was replaced, or
//! whose workspace was disabled, by whichever process, and what the ingestion remembers of devices and templates.
//!
//! Each change is told as it is committed. Because a telling can be missed, every connected device is looked up again
//! after the database was away, and now and then.

use crate::error::chain;
use domain::Homeport;
use std::collections::HashSet;
use std::time::Duration;
use store::{Notice, Notices};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How often every connected device is looked up again. A device can connect with a key in the moment in which it is
/// replaced, before there is a connection to end.
const LOOK_EVERY: Duration = Duration::from_secs(600);

/// What there is in this process that has to hear of it.
pub(crate) struct CutOff {
    pub(crate) homeport: Homeport,
    pub(crate) broker: Option<broker::Handle>,
    pub(crate) changes: Option<ingest::Changes>,
}

impl CutOff {
    /// Hears what is told until `stop`.
    pub(crate) async fn run(self, mut notices: Notices, stop: CancellationToken) {
        let mut looking: Option<JoinHandle<()>> = None;
        let mut look = tokio::time::interval(LOOK_EVERY);
        loop {
            let notice = tokio::select! {
                notice = notices.next() => Some(notice),
                _ = look.tick() => None,
                () = stop.cancelled() => break,
            };
            match notice {
                Some(Notice::Answered { run, .. }) => self.homeport.answered(Some(run)),
                Some(Notice::Listening) => self.homeport.answered(None),
                _ => {}
            }
            if notice.as_ref().is_some_and(|notice| !matches!(notice, Notice::Answered { .. })) {
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
                (Some(Notice::Listening) | None, Some(broker)) => {
                    looking.take().iter().for_each(JoinHandle::abort);
                    looking = Some(tokio::spawn(look_again(self.homeport.clone(), broker.clone())));
                }
                _ => {}
            }
        }
        looking.iter().for_each(JoinHandle::abort);
    }
}

/// Ends the connections of devices that would be refused today. One device after the other: nobody waits for it.
async fn look_again(homeport: Homeport, broker: broker::Handle) {
    let mut looked = HashSet::new();
    for device in broker.devices() {
        if !looked.insert((device.workspace, device.device, device.proof)) {
            continue;
        }
        match domain::gate::proofs(&homeport, &device.scope, &device.external_id).await {
            Ok(proofs) if proofs.contains(&device.proof) => {}
            Ok(_) => {
                let count = broker.cut_off(device.workspace, &device.external_id);
                tracing::info!(device = %device.external_id, count, "connections were cut off late");
            }
            Err(error) => {
                // The next look is due when the database is back.
                tracing::warn!(causes = chain(&error), "connected devices can't be looked up again");
                return;
            }
        }
    }
}
