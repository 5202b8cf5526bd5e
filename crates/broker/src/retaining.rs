//! Retained messages: kept before they are acknowledged, and told to whoever subscribes.
//!
//! What is done for one device is done one thing after the other, with what is sent to it for that reason: else a
//! message that was read just before a newer one came could be delivered after it.

use crate::gate::Identity;
use crate::limits::Limits;
use crate::publication::{self, Inbound, Publication};
use crate::retained_memory::RetainedInMemory;
use crate::retained_store::{Bounds, Outcome, Retained, RetainedStore, RetainedUnavailable, Whose};
use crate::share::Lane;
use model::topic;
use mqtt_protocol_core::mqtt::packet::Property;
use mqtt_protocol_core::mqtt::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{Instant, timeout};

/// How many devices' messages can be worked on at once.
const STRIPES: usize = 64;

/// The retained messages, shared by all connections.
pub(crate) struct Retaining {
    store: Arc<dyn RetainedStore>,
    stripes: Vec<Mutex<()>>,
    /// How long the store may take.
    patience: Duration,
    pub(crate) bounds: Bounds,
}

impl Retaining {
    /// With the store of the server, or else in memory.
    pub(crate) fn new(store: Option<Arc<dyn RetainedStore>>, limits: &Limits) -> Retaining {
        Retaining {
            store: store.unwrap_or_else(|| Arc::new(RetainedInMemory::default())),
            stripes: (0..STRIPES).map(|_| Mutex::default()).collect(),
            patience: limits.handshake,
            bounds: Bounds {
                per_device: limits.retained_per_device,
                bytes_per_workspace: limits.retained_bytes_per_workspace,
            },
        }
    }

    /// Waits for the device's turn.
    ///
    /// # Errors
    /// Where that takes too long.
    pub(crate) async fn turn(&self, whose: Whose<'_>) -> Result<MutexGuard<'_, ()>, RetainedUnavailable> {
        let mut hasher = DefaultHasher::new();
        (whose.scope, whose.device).hash(&mut hasher);
        let at = usize::try_from(hasher.finish() % STRIPES as u64).unwrap_or(0);
        let stripe = self.stripes.get(at).ok_or(RetainedUnavailable)?;
        timeout(self.patience, stripe.lock()).await.map_err(|_| RetainedUnavailable)
    }

    /// Keeps a message that goes down to a device, or forgets what was kept where it is empty. In its turn.
    ///
    /// # Errors
    /// When the store can't.
    pub(crate) async fn keep(&self, inbound: &Inbound) -> Result<Outcome, RetainedUnavailable> {
        let Some(parts) = topic::split(&inbound.topic) else { return Ok(Outcome::Nobody) };
        let Some(id) = parts.id() else { return Ok(Outcome::Nobody) };
        let whose = Whose { scope: parts.scope, device: &id };
        if inbound.payload.is_empty() {
            let forgotten = timeout(self.patience, self.store.forget(whose, parts.rest)).await;
            return forgotten.map_err(|_| RetainedUnavailable)?.map(|()| Outcome::Kept);
        }
        let properties = publication::downward(&inbound.properties);
        let lasts = publication::expiry(&inbound.properties);
        let message = Retained {
            rest: parts.rest.to_owned(),
            payload: inbound.payload.as_slice().to_vec(),
            properties: properties.iter().flat_map(Property::to_continuous_buffer).collect(),
            qos1: inbound.number.is_some(),
            expires: lasts.map(|lasts| SystemTime::now() + lasts),
        };
        let kept = timeout(self.patience, self.store.keep(whose, &message, self.bounds)).await;
        kept.map_err(|_| RetainedUnavailable)?
    }

    /// What is retained for a device, as messages that can be sent. In its turn.
    ///
    /// # Errors
    /// When the store can't say.
    pub(crate) async fn load(&self, who: &Identity) -> Result<Vec<Publication>, RetainedUnavailable> {
        let loaded =
            timeout(self.patience, self.store.load(who)).await.map_err(|_| RetainedUnavailable)??;
        Ok(loaded.into_iter().filter_map(|message| revived(who, message)).collect())
    }
}

/// A message as it was when it was kept, with what is left of its time; nothing where none is left.
fn revived(who: &Identity, message: Retained) -> Option<Publication> {
    let left = match message.expires {
        Some(at) => Some(at.duration_since(SystemTime::now()).ok()?),
        None => None,
    };
    let mut properties = Vec::new();
    let mut bytes = &message.properties[..];
    while !bytes.is_empty() {
        let Ok((property, length)) = Property::parse(bytes) else {
            tracing::error!(who = ?who, "the properties of a retained message can't be read");
            break;
        };
        properties.push(property);
        bytes = bytes.get(length..)?;
    }
    Some(Publication {
        topic: format!("{}{}", topic::prefix(&who.scope, &who.external_id), message.rest).into(),
        payload: message.payload.into_payload(),
        qos1: message.qos1,
        retain: true,
        expires: left.map(|left| Instant::now() + left),
        properties,
        lane: Lane(0),
        origin: None,
        _charge: None,
    })
}
