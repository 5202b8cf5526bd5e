//! Keeps the retained messages of the embedded broker in Postgres, each in its workspace.

use crate::error::chain;
use async_trait::async_trait;
use broker::{
    Auth, Identity, Retained, RetainedBounds, RetainedOutcome, RetainedStore, RetainedUnavailable, Whose,
};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use store::repository::device_retained::RetainedMessage;
use store::{KnownDevice, Store};

/// The store of one broker.
pub(crate) struct DeviceRetained {
    store: Store,
}

impl DeviceRetained {
    pub(crate) fn new(store: Store) -> DeviceRetained {
        DeviceRetained { store }
    }

    async fn known(&self, whose: Whose<'_>) -> store::Result<Option<KnownDevice>> {
        self.store.lookup().device(whose.scope, whose.device).await
    }

    async fn try_keep(
        &self,
        whose: Whose<'_>,
        message: &Retained,
        bounds: RetainedBounds,
    ) -> store::Result<RetainedOutcome> {
        let Some(known) = self.known(whose).await? else { return Ok(RetainedOutcome::Nobody) };
        let written = write(message);
        let scope = self.store.workspace(known.workspace).await?;
        let beside = scope.device_retained().beside(known.device, &message.rest).await?;
        let of_device = beside.of_device >= most(bounds.per_device);
        if of_device || beside.bytes_of_workspace + written.bytes > most(bounds.bytes_per_workspace) {
            let who = Identity {
                proof: 0,
                until: None,
                workspace: known.workspace,
                device: known.device,
                scope: whose.scope.into(),
                external_id: whose.device.into(),
                auth: Auth::Key,
            };
            return Ok(RetainedOutcome::Full { of_device, who: Some(who) });
        }
        match scope.device_retained().put(known.device, &written).await {
            // The device was deleted meanwhile.
            Err(error) if error.refers_to_nothing() => return Ok(RetainedOutcome::Nobody),
            put => put?,
        }
        scope.commit().await?;
        Ok(RetainedOutcome::Kept)
    }

    async fn try_forget(&self, whose: Whose<'_>, rest: &str) -> store::Result<()> {
        let Some(known) = self.known(whose).await? else { return Ok(()) };
        let scope = self.store.workspace(known.workspace).await?;
        scope.device_retained().delete(known.device, rest).await?;
        scope.commit().await
    }
}

#[async_trait]
impl RetainedStore for DeviceRetained {
    async fn load(&self, who: &Identity) -> Result<Vec<Retained>, RetainedUnavailable> {
        let found =
            async { self.store.workspace(who.workspace).await?.device_retained().list(who.device).await };
        found.await.map(|messages| messages.into_iter().map(read).collect()).map_err(|e| away(&e))
    }

    async fn keep(
        &self,
        whose: Whose<'_>,
        message: &Retained,
        bounds: RetainedBounds,
    ) -> Result<RetainedOutcome, RetainedUnavailable> {
        self.try_keep(whose, message, bounds).await.map_err(|e| away(&e))
    }

    async fn forget(&self, whose: Whose<'_>, rest: &str) -> Result<(), RetainedUnavailable> {
        self.try_forget(whose, rest).await.map_err(|e| away(&e))
    }
}

fn read(message: RetainedMessage) -> Retained {
    let at = |ms: i64| UNIX_EPOCH + Duration::from_millis(ms.max(0).unsigned_abs());
    Retained {
        rest: message.topic,
        payload: message.payload,
        properties: message.properties,
        qos1: message.qos1,
        expires: message.expires_ms.map(at),
    }
}

fn write(message: &Retained) -> RetainedMessage {
    let ms = |at: SystemTime| {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    };
    RetainedMessage {
        topic: message.rest.clone(),
        payload: message.payload.clone(),
        properties: message.properties.clone(),
        qos1: message.qos1,
        expires_ms: message.expires.map(ms),
        bytes: most(message.bytes()),
    }
}

fn most(bound: usize) -> i64 {
    i64::try_from(bound).unwrap_or(i64::MAX)
}

fn away(error: &dyn std::error::Error) -> RetainedUnavailable {
    tracing::warn!(causes = chain(error), "a retained message can't be read or kept");
    RetainedUnavailable
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::device::NewDevice;
    use test_support::TestDb;

    fn message(rest: &str, body: usize) -> Retained {
        Retained {
            rest: rest.into(),
            payload: vec![b'x'; body],
            properties: vec![2, 0, 0, 0, 9],
            qos1: true,
            expires: None,
        }
    }

    #[tokio::test]
    async fn kept_within_bounds_read_and_forgotten() {
        let db = TestDb::new().await;
        let homeport = domain::Homeport::new(db.store().clone(), domain::Endpoints::default());
        let ada = domain::provision::person(&homeport, "Ada", "ada@example.com", "a short sentence");
        let ada = ada.await.unwrap().id;
        let workspace = domain::workspaces::create(&homeport, ada, "Plant").await.unwrap();
        let context = domain::workspaces::open(&homeport, ada, &workspace.slug).await.unwrap();
        for name in ["pump", "fan"] {
            let new = NewDevice { external_id: name.into(), ..NewDevice::default() };
            domain::devices::create(&context, new).await.unwrap();
        }
        let store = DeviceRetained::new(db.store().clone());
        let bounds = RetainedBounds { per_device: 2, bytes_per_workspace: 200 };
        let keep = async |device, message: &Retained| {
            store.keep(Whose { scope: &workspace.scope, device }, message, bounds).await.unwrap()
        };
        assert_eq!(keep("pump", &message("messages/1", 40)).await, RetainedOutcome::Kept);
        assert_eq!(keep("pump", &message("messages/1", 50)).await, RetainedOutcome::Kept);
        assert_eq!(keep("pump", &message("messages/2", 50)).await, RetainedOutcome::Kept);
        let RetainedOutcome::Full { of_device: true, who: Some(pump) } =
            keep("pump", &message("messages/3", 1)).await
        else {
            panic!("a third one")
        };
        let full = keep("fan", &message("messages/1", 100)).await;
        assert!(matches!(full, RetainedOutcome::Full { of_device: false, who: Some(_) }), "{full:?}");
        assert_eq!(keep("nobody", &message("messages/1", 1)).await, RetainedOutcome::Nobody);

        // What has run out makes room, and is not told.
        let short = Retained { expires: Some(SystemTime::now()), ..message("messages/2", 50) };
        assert_eq!(keep("pump", &short).await, RetainedOutcome::Kept);
        assert_eq!(store.load(&pump).await.unwrap(), [message("messages/1", 50)]);
        assert_eq!(keep("fan", &message("messages/1", 100)).await, RetainedOutcome::Kept);
        let whose = Whose { scope: &workspace.scope, device: "pump" };
        store.forget(whose, "messages/1").await.unwrap();
        assert_eq!(store.load(&pump).await.unwrap(), []);
    }
}
