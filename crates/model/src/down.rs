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
    /// It is on its way over a connection of the device that has asked for it. The device may not have it yet.
    Delivered,
    /// The device is not connected, or has not subscribed to it. Nothing waits for it.
    NobodyListens,
}
