//! Hands what was committed to those who look: each open page listens to its workspace.
//!
//! Nobody waits for a slow listener. One that falls behind is told so, and asks again for what it shows. Where the
//! pages are another process's, an [`Audience`] that reaches it takes the hub's place.

use model::WorkspaceId;
use model::live::LiveEvent;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// How many events a listener may be behind.
const BEHIND_MAX: usize = 1024;

/// Those who look, wherever they are. Nothing here waits.
pub trait Audience: Send + Sync + 'static {
    /// Whether anybody listens to the workspace: else nothing need be gathered for them.
    fn is_heard(&self, workspace: WorkspaceId) -> bool;

    /// Tells the workspace's listeners.
    fn publish(&self, workspace: WorkspaceId, event: LiveEvent);

    /// Tells that a line was added to a device's log.
    fn log(&self, workspace: WorkspaceId, external_id: &str) {
        self.publish(workspace, LiveEvent::Logged { device: external_id.to_owned() });
    }
}

/// The listeners of all workspaces in this process.
#[derive(Default)]
pub struct Hub {
    workspaces: Mutex<HashMap<WorkspaceId, broadcast::Sender<LiveEvent>>>,
    /// Somebody listens to a workspace that nobody listened to.
    begun: Notify,
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
        if sender.receiver_count() == 0 {
            self.begun.notify_one();
        }
        Receiver { events: sender.subscribe() }
    }

    /// The workspaces that somebody listens to.
    pub fn heard(&self) -> Vec<WorkspaceId> {
        let workspaces = self.lock();
        workspaces.iter().filter(|(_, sender)| sender.receiver_count() > 0).map(|(id, _)| *id).collect()
    }

    /// Waits until somebody listens to a workspace that nobody listened to. For one who waits.
    pub async fn begun(&self) {
        self.begun.notified().await;
    }

    /// Tells all listeners that they may have missed something.
    pub fn gap(&self) {
        self.lock().retain(|_, sender| sender.send(LiveEvent::Gap).is_ok());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<WorkspaceId, broadcast::Sender<LiveEvent>>> {
        self.workspaces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Audience for Hub {
    fn is_heard(&self, workspace: WorkspaceId) -> bool {
        self.lock().get(&workspace).is_some_and(|sender| sender.receiver_count() > 0)
    }

    fn publish(&self, workspace: WorkspaceId, event: LiveEvent) {
        let mut workspaces = self.lock();
        let gone = workspaces.get(&workspace).is_some_and(|sender| sender.send(event).is_err());
        if gone {
            workspaces.remove(&workspace);
        }
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
        drop(two);
        assert_eq!(hub.heard(), [WorkspaceId(1)]);
        hub.gap();
        assert_eq!(one.recv().await, LiveEvent::Gap);
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
