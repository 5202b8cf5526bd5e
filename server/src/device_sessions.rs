//! Keeps the sessions of the embedded broker in Postgres, each in its workspace.

use crate::error::chain;
use async_trait::async_trait;
use broker::{Identity, Kept, SessionStore, SessionsUnavailable, Subscription};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use store::Store;
use store::repository::device_sessions::DeviceSession;

/// The store of one broker.
pub(crate) struct DeviceSessions {
    store: Store,
    /// This start of the broker. A session that another start left connected has ended without a word, at the latest
    /// when this one began.
    start: String,
    began: SystemTime,
}

/// A subscription as it stands in the database.
#[derive(Serialize, Deserialize)]
struct Written {
    filter: Box<str>,
    qos: u8,
    /// Whether messages keep the mark of retained ones.
    #[serde(default)]
    as_published: bool,
}

impl DeviceSessions {
    pub(crate) fn new(store: Store, start: String) -> DeviceSessions {
        DeviceSessions { store, start, began: SystemTime::now() }
    }

    fn read(&self, session: DeviceSession) -> Kept {
        let written: Vec<Written> = serde_json::from_value(session.subscriptions).unwrap_or_else(|error| {
            tracing::error!(%error, "the subscriptions of a session can't be read; there are none");
            Vec::new()
        });
        let ended = session.ended_ms.map(|ms| UNIX_EPOCH + Duration::from_millis(ms.max(0).unsigned_abs()));
        let connected_here = session.broker == self.start;
        Kept {
            subscriptions: written
                .into_iter()
                .map(|w| Subscription { filter: w.filter, qos1: w.qos > 0, as_published: w.as_published })
                .collect(),
            expiry_s: session.expiry_s,
            disconnected: ended.or((!connected_here).then_some(self.began)),
        }
    }

    fn write(&self, kept: &Kept) -> Result<DeviceSession, serde_json::Error> {
        let subscriptions = kept.subscriptions.iter();
        let written: Vec<Written> = subscriptions
            .map(|s| Written { filter: s.filter.clone(), qos: s.qos1.into(), as_published: s.as_published })
            .collect();
        let since = kept.disconnected.map(|at| at.duration_since(UNIX_EPOCH).unwrap_or_default());
        Ok(DeviceSession {
            subscriptions: serde_json::to_value(written)?,
            expiry_s: kept.expiry_s,
            ended_ms: since.map(|since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
            broker: self.start.clone(),
        })
    }
}

#[async_trait]
impl SessionStore for DeviceSessions {
    async fn load(&self, who: &Identity, client_id: &str) -> Result<Option<Kept>, SessionsUnavailable> {
        let found = async {
            self.store.workspace(who.workspace).await?.device_sessions().get(who.device, client_id).await
        };
        found.await.map(|found| found.map(|session| self.read(session))).map_err(|e| away(&e))
    }

    async fn save(&self, who: &Identity, client_id: &str, kept: &Kept) -> Result<(), SessionsUnavailable> {
        let session = self.write(kept).map_err(|e| away(&e))?;
        let saved = async {
            let scope = self.store.workspace(who.workspace).await?;
            scope.device_sessions().put(who.device, client_id, &session).await?;
            scope.commit().await
        };
        match saved.await {
            // The device was deleted meanwhile.
            Err(error) if error.refers_to_nothing() => Ok(()),
            saved => saved.map_err(|e| away(&e)),
        }
    }

    async fn forget(&self, who: &Identity, client_id: &str) -> Result<(), SessionsUnavailable> {
        let forgotten = async {
            let scope = self.store.workspace(who.workspace).await?;
            scope.device_sessions().delete(who.device, client_id).await?;
            scope.commit().await
        };
        forgotten.await.map_err(|e: store::Error| away(&e))
    }

    async fn count(&self, who: &Identity) -> Result<usize, SessionsUnavailable> {
        let counted =
            async { self.store.workspace(who.workspace).await?.device_sessions().count(who.device).await };
        counted.await.map(|count| usize::try_from(count).unwrap_or(0)).map_err(|e| away(&e))
    }
}

fn away(error: &dyn std::error::Error) -> SessionsUnavailable {
    tracing::warn!(causes = chain(error), "a session of a device can't be read or kept");
    SessionsUnavailable
}
