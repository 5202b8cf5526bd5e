//! What goes down to a device, and what became of it.

/// A message to a device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Down {
    /// The topic behind the device's prefix, `properties/desired`.
    pub rest: String,
    /// The body.
    pub body: Vec<u8>,
    /// What the body is, where that is said: for MQTT 5.
    pub content_type: Option<String>,
    /// Further properties: for MQTT 5.
    pub properties: Vec<(String, String)>,
}

impl Down {
    /// A message without properties.
    pub fn new(rest: impl Into<String>, body: impl Into<Vec<u8>>) -> Down {
        Down { rest: rest.into(), body: body.into(), ..Down::default() }
    }
}

/// What became of a message to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It is on its way over a connection of the device that has asked for it. The device may not have it yet; of
    /// `messages/…`, it has acknowledged it, where the broker is ours.
    Delivered,
    /// The device is not connected, or has not subscribed to it. Nothing waits for it.
    NobodyListens,
    /// It was sent to the device, whose connection ended before it was acknowledged. Said of `messages/…` only.
    NotTaken,
    /// The device does not want it. Said of `messages/…` only.
    Refused,
}
