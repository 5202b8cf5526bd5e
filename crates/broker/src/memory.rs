//! Sessions in memory: they live as long as the process.

use crate::gate::Identity;
use crate::session_store::{Kept, SessionStore, SessionsUnavailable};
use async_trait::async_trait;
use model::{DeviceId, WorkspaceId};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// Keeps sessions until the process ends. Bounded by the limit of sessions a device, and by their expiry.
#[derive(Default)]
pub struct SessionsInMemory {
    devices: Mutex<Devices>,
}

#[derive(Default)]
struct Devices {
    of: HashMap<(WorkspaceId, DeviceId), HashMap<Box<str>, Kept>>,
    /// At how many devices those are looked for whose sessions have run out.
    sweep_at: usize,
}

impl SessionsInMemory {
    fn lock(&self) -> MutexGuard<'_, Devices> {
        self.devices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sweep(sessions: &mut HashMap<Box<str>, Kept>, now: SystemTime) -> usize {
    sessions.retain(|_, kept| !kept.expired(now));
    sessions.len()
}

#[async_trait]
impl SessionStore for SessionsInMemory {
    async fn load(&self, who: &Identity, client_id: &str) -> Result<Option<Kept>, SessionsUnavailable> {
        let devices = self.lock();
        let sessions = devices.of.get(&(who.workspace, who.device));
        Ok(sessions.and_then(|sessions| sessions.get(client_id)).cloned())
    }

    async fn save(&self, who: &Identity, client_id: &str, kept: &Kept) -> Result<(), SessionsUnavailable> {
        let devices = &mut *self.lock();
        if devices.of.len() >= devices.sweep_at {
            let now = SystemTime::now();
            devices.of.retain(|_, sessions| sweep(sessions, now) > 0);
            devices.sweep_at = (2 * devices.of.len()).max(1024);
        }
        let sessions = devices.of.entry((who.workspace, who.device)).or_default();
        sessions.insert(client_id.into(), kept.clone());
        Ok(())
    }

    async fn forget(&self, who: &Identity, client_id: &str) -> Result<(), SessionsUnavailable> {
        let devices = &mut *self.lock();
        let key = (who.workspace, who.device);
        if let Some(sessions) = devices.of.get_mut(&key) {
            sessions.remove(client_id);
            if sessions.is_empty() {
                devices.of.remove(&key);
            }
        }
        Ok(())
    }

    async fn count(&self, who: &Identity) -> Result<usize, SessionsUnavailable> {
        let devices = &mut *self.lock();
        let sessions = devices.of.get_mut(&(who.workspace, who.device));
        Ok(sessions.map_or(0, |sessions| sweep(sessions, SystemTime::now())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::Auth;
    use std::time::Duration;

    fn device(number: i32) -> Identity {
        Identity {
            workspace: WorkspaceId(1),
            device: DeviceId(number),
            scope: "s".into(),
            external_id: number.to_string().into(),
            auth: Auth::Key,
            proof: 0,
            until: None,
        }
    }

    fn kept(disconnected: Option<SystemTime>) -> Kept {
        Kept { subscriptions: Vec::new(), expiry_s: 60, disconnected }
    }

    #[test]
    fn a_session_runs_out_after_its_connection() {
        let now = SystemTime::now();
        assert!(!kept(None).expired(now));
        assert!(!kept(Some(now)).expired(now + Duration::from_secs(59)));
        assert!(kept(Some(now)).expired(now + Duration::from_secs(60)));
        // A clock that was set back doesn't end it.
        assert!(!kept(Some(now + Duration::from_secs(600))).expired(now));
    }

    #[tokio::test]
    async fn kept_counted_and_forgotten() {
        let store = SessionsInMemory::default();
        let long_ago = SystemTime::now() - Duration::from_secs(3600);
        store.save(&device(1), "a", &kept(None)).await.unwrap();
        store.save(&device(1), "b", &kept(Some(long_ago))).await.unwrap();
        store.save(&device(2), "a", &kept(None)).await.unwrap();
        assert!(store.load(&device(1), "b").await.unwrap().is_some());
        assert_eq!(store.count(&device(1)).await, Ok(1));
        store.forget(&device(1), "a").await.unwrap();
        assert_eq!(store.load(&device(1), "a").await, Ok(None));
        assert_eq!(store.load(&device(2), "a").await, Ok(Some(kept(None))));
        assert_eq!(store.lock().of.len(), 1);
    }
}
