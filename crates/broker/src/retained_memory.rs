//! Retained messages in memory: they live as long as the process.

use crate::gate::Identity;
use crate::retained_store::{Bounds, Outcome, Retained, RetainedStore, RetainedUnavailable, Whose};
use async_trait::async_trait;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

type OfDevice = HashMap<String, Retained>;

/// Keeps retained messages until the process ends. It knows no devices: it keeps for whoever is named.
#[derive(Default)]
pub struct RetainedInMemory {
    /// By scope, then by device, then by topic.
    scopes: Mutex<HashMap<String, HashMap<String, OfDevice>>>,
}

impl RetainedInMemory {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, HashMap<String, OfDevice>>> {
        self.scopes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl RetainedStore for RetainedInMemory {
    async fn load(&self, who: &Identity) -> Result<Vec<Retained>, RetainedUnavailable> {
        let now = SystemTime::now();
        let scopes = self.lock();
        let messages = scopes.get(&*who.scope).and_then(|devices| devices.get(&*who.external_id));
        Ok(messages.into_iter().flat_map(HashMap::values).filter(|m| !m.expired(now)).cloned().collect())
    }

    async fn keep(
        &self,
        whose: Whose<'_>,
        message: &Retained,
        bounds: Bounds,
    ) -> Result<Outcome, RetainedUnavailable> {
        let now = SystemTime::now();
        let scopes = &mut *self.lock();
        let devices = scopes.entry(whose.scope.to_owned()).or_default();
        devices.retain(|_, messages| {
            messages.retain(|_, kept| !kept.expired(now));
            !messages.is_empty()
        });
        let used: usize = devices.values().flat_map(HashMap::values).map(Retained::bytes).sum();
        let messages = devices.entry(whose.device.to_owned()).or_default();
        let replaced = messages.get(&message.rest).map(Retained::bytes);
        if replaced.is_none() && messages.len() >= bounds.per_device {
            return Ok(Outcome::Full { of_device: true, who: None });
        }
        if used - replaced.unwrap_or(0) + message.bytes() > bounds.bytes_per_workspace {
            return Ok(Outcome::Full { of_device: false, who: None });
        }
        messages.insert(message.rest.clone(), message.clone());
        Ok(Outcome::Kept)
    }

    async fn forget(&self, whose: Whose<'_>, rest: &str) -> Result<(), RetainedUnavailable> {
        let scopes = &mut *self.lock();
        if let Some(messages) = scopes.get_mut(whose.scope).and_then(|devices| devices.get_mut(whose.device))
        {
            messages.remove(rest);
        }
        Ok(())
    }
}
