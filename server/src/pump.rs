//! Sends what waits for devices: when a device says that it listens, and now and then what is due without that.

use crate::error::chain;
use domain::{Homeport, messages};
use model::{DeviceId, WorkspaceId};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// How often is looked for what is due.
const LOOK: Duration = Duration::from_secs(3);
/// Devices that are looked after at once when many come at the same time.
const AT_ONCE: usize = 16;

/// Looks after devices that come.
#[derive(Clone)]
pub(crate) struct Pump {
    homeport: Homeport,
    permits: Arc<Semaphore>,
}

impl Pump {
    pub(crate) fn new(homeport: Homeport) -> Pump {
        Pump { homeport, permits: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// A device listens to its messages from now on. Returns at once.
    pub(crate) fn listening(&self, workspace: WorkspaceId, device: DeviceId) {
        let Pump { homeport, permits } = self.clone();
        tokio::spawn(async move {
            let Ok(permit) = permits.acquire().await else { return };
            let waits = messages::waits(&homeport, workspace, device).await;
            // Delivering takes as long as the device does.
            drop(permit);
            let done = match waits {
                Ok(true) => messages::listening(&homeport, workspace, device).await,
                Ok(false) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                tracing::warn!(causes = chain(&error), "messages to a device can't be delivered now");
            }
        });
    }
}

/// Delivers what is due until `stop`: what has rested, what somebody who died had taken, what is over. Any number of
/// processes may.
pub(crate) async fn sweep(homeport: Homeport, stop: CancellationToken) {
    loop {
        if let Err(error) = messages::deliver_due(&homeport).await {
            tracing::warn!(
                causes = chain(&error),
                "what waits for devices can't be looked for; trying again"
            );
        }
        if stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_none() {
            return;
        }
    }
}
