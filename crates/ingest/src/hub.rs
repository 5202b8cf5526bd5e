//! Hands what was committed to those who look: each open page listens to its workspace.
//!
//! Nobody waits for a slow listener. One that falls behind is told so, and asks again for what it shows.

use model::WorkspaceId;
use model::live::LiveEvent;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// How many events a listener may be behind.
const BEHIND_MAX: usize = 1024;

/// The listeners of all workspaces.
#[derive(Default)]
pub struct Hub {
    workspaces: Mutex<HashMap<WorkspaceId, broadcast::Sender<LiveEvent>>>,
}

/// What one listener hears.
pub struct Receiver {
    events: broadcast::Receiver<LiveEvent>,
}

impl Receiver {
    /// The next event, as soon as there is one; [`LiveEvent::Gap`] where some were missed. Never ends by itself.
    pub async fn recv(&mut self) -> LiveEvent {
        match self.events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(_)) => LiveEvent::Gap,
            // The hub gives a channel up only when nobody listens to it.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

impl Hub {
    /// An empty hub.
    pub fn new() -> Hub {
        Hub::default()
    }

    /// Everything that happens in the workspace from now on.
    pub fn subscribe(&self, workspace: WorkspaceId) -> Receiver {
        let mut workspaces = self.lock();
        let sender = workspaces.entry(workspace).or_insert_with(|| broadcast::channel(BEHIND_MAX).0);
        Receiver { events: sender.subscribe() }
    }

    /// Whether anybody listens to the workspace: else nothing need be gathered for them.
    pub fn is_heard(&self, workspace: WorkspaceId) -> bool {
        self.lock().get(&workspace).is_some_and(|sender| sender.receiver_count() > 0)
    }

    /// Tells the workspace's listeners.
    pub fn publish(&self, workspace: WorkspaceId, event: LiveEvent) {
        let mut workspaces = self.lock();
        let gone = workspaces.get(&workspace).is_some_and(|sender| sender.send(event).is_err());
        if gone {
            workspaces.remove(&workspace);
        }
    }

    /// Tells that a line was added to a device's log.
    pub fn log(&self, workspace: WorkspaceId, external_id: &str) {
        self.publish(workspace, LiveEvent::Logged { device: external_id.to_owned() });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<WorkspaceId, broadcast::Sender<LiveEvent>>> {
        self.workspaces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(device: &str) -> LiveEvent {
        LiveEvent::Logged { device: device.into() }
    }

    #[tokio::test]
    async fn each_hears_its_own_workspace() {
        let hub = Hub::new();
        let (mut one, mut two) = (hub.subscribe(WorkspaceId(1)), hub.subscribe(WorkspaceId(2)));
        hub.log(WorkspaceId(1), "a");
        hub.log(WorkspaceId(2), "b");
        assert_eq!((one.recv().await, two.recv().await), (logged("a"), logged("b")));
        assert!(hub.is_heard(WorkspaceId(1)) && !hub.is_heard(WorkspaceId(3)));
    }

    #[tokio::test]
    async fn who_falls_behind_is_told() {
        let hub = Hub::new();
        let mut slow = hub.subscribe(WorkspaceId(1));
        for i in 0..BEHIND_MAX * 2 {
            hub.log(WorkspaceId(1), &i.to_string());
        }
        assert_eq!(slow.recv().await, LiveEvent::Gap);
        assert!(matches!(slow.recv().await, LiveEvent::Logged { .. }));
    }

    #[tokio::test]
    async fn a_channel_without_listeners_is_given_up() {
        let hub = Hub::new();
        drop(hub.subscribe(WorkspaceId(1)));
        hub.log(WorkspaceId(1), "a");
        assert!(hub.lock().is_empty());
    }
}
