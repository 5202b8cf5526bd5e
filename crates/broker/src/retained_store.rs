//! Where retained messages are kept: for as long as the process runs, or, with a store of the server's, beyond.
//!
//! Only what goes down to a device is retained, the last message of each of its topics: a device hears nothing but
//! its own downward topics, and what goes up is kept by the ingestion.

use crate::gate::Identity;
use async_trait::async_trait;
use std::time::SystemTime;

/// Keeps retained messages of devices.
///
/// The broker asks about one device at a time one thing after the other, and gives up what takes longer than
/// [`crate::Limits::handshake`].
#[async_trait]
pub trait RetainedStore: Send + Sync + 'static {
    /// What is retained for a device, without what has run out.
    ///
    /// # Errors
    /// When it can't be known now: a subscription that asks for it is not acknowledged.
    async fn load(&self, who: &Identity) -> Result<Vec<Retained>, RetainedUnavailable>;

    /// Keeps a message in the place of the last one of its topic, for good once this returns.
    ///
    /// # Errors
    /// When it can't be kept now: it is not acknowledged.
    async fn keep(
        &self,
        whose: Whose<'_>,
        message: &Retained,
        bounds: Bounds,
    ) -> Result<Outcome, RetainedUnavailable>;

    /// Forgets the message of a topic, if there is one.
    ///
    /// # Errors
    /// When that can't be done now.
    async fn forget(&self, whose: Whose<'_>, rest: &str) -> Result<(), RetainedUnavailable>;
}

/// The store can't be reached, or didn't do what it was asked. Why stands in its own log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the retained messages can't be read or written now")]
pub struct RetainedUnavailable;

/// The device that a topic belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// The workspace's ID scope.
    pub scope: &'a str,
    /// The device's id.
    pub device: &'a str,
}

/// A message that is retained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retained {
    /// Its topic behind the device's prefix.
    pub rest: String,
    /// Its body.
    pub payload: Vec<u8>,
    /// Its MQTT 5 properties, as they stand in a packet, without their length.
    pub properties: Vec<u8>,
    /// Whether of QoS 1; else of QoS 0.
    pub qos1: bool,
    /// When it runs out; none: never.
    pub expires: Option<SystemTime>,
}

impl Retained {
    /// What it counts for against the bounds, in bytes.
    pub fn bytes(&self) -> usize {
        self.rest.len() + self.payload.len() + self.properties.len()
    }

    /// Whether it has run out.
    pub fn expired(&self, now: SystemTime) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }
}

/// How much may be retained.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Messages of one device.
    pub per_device: usize,
    /// Bytes of one workspace.
    pub bytes_per_workspace: usize,
}

/// What became of a message that was to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is kept.
    Kept,
    /// There is no such device.
    Nobody,
    /// One of the bounds stands against it; what was there before stays.
    Full {
        /// Which of the two: that of the device, or that of its workspace.
        of_device: bool,
        /// The device, where the store knows it: for its log.
        who: Option<Identity>,
    },
}
