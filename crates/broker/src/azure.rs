//! The hub's dialect at the edge: what a device says and hears that was written against Microsoft's SDKs, in native
//! topics for everybody behind.
//!
//! A connection speaks it from its CONNECT on, or never: its user name decides ([`model::azure::UserName`]).

use crate::arrived::Arrived;
use crate::hello::Will;
use crate::publication::Publication;
use crate::who::Who;
use model::azure::hub;
use model::{percent, topic};
use mqtt_protocol_core::mqtt::ArcPayload;
use mqtt_protocol_core::mqtt::packet::{ContentType, Property, UserProperty};
use std::borrow::Cow;
use std::collections::VecDeque;

/// What client ids begin with that are ours: sessions of devices of the hub are kept apart from native ones, which
/// may have any other.
pub(crate) const OURS: &str = "$azure-hub/";
/// How many commands are remembered until their answer comes.
const COMMANDS: usize = 64;
/// Longest topic, in bytes: with a property bag in it.
pub(crate) const TOPIC_MAX: usize = 8 * 1024;

/// The dialect of one connection.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    device: String,
    /// The same as it writes it into its topics itself.
    named: Box<str>,
    /// `{scope}/{device}/`.
    prefix: Box<str>,
    /// Commands by their request id: an answer of the hub's does not name its command.
    commands: VecDeque<(String, String)>,
}

/// A message in native form.
pub(crate) struct Native {
    pub(crate) topic: String,
    pub(crate) payload: ArcPayload,
    pub(crate) properties: Vec<Property>,
}

/// A message in the hub's form.
pub(crate) struct Spoken {
    pub(crate) topic: String,
    pub(crate) empties: bool,
}

impl Hub {
    /// Of this device; nothing for a service.
    pub(crate) fn of(who: &Who) -> Option<Hub> {
        let identity = who.device()?;
        let device = identity.external_id.to_string();
        let prefix = topic::prefix(&identity.scope, &device).into();
        Some(Hub { named: device.as_str().into(), device, prefix, commands: VecDeque::new() })
    }

    /// What the device publishes, in native form.
    ///
    /// # Errors
    /// The sentence for its log, where it may not.
    pub(crate) fn up(&mut self, arrived: &Arrived<'_>) -> Result<Native, String> {
        let mut native = self.read(arrived.topic, arrived.payload)?;
        if arrived.retain {
            push(&mut native.properties, "mqtt-retain", "true");
        }
        Ok(native)
    }

    /// What the device leaves for the case that its connection breaks, in native form.
    ///
    /// # Errors
    /// The sentence for its log, where it may not.
    pub(crate) fn will(&mut self, will: &mut Will) -> Result<(), String> {
        let mut native = self.read(&will.topic, &will.payload)?;
        push(&mut native.properties, "iothub-MessageType", "Will");
        if std::mem::take(&mut will.retain) {
            push(&mut native.properties, "mqtt-retain", "true");
        }
        (will.topic, will.payload, will.properties) = (native.topic, native.payload, native.properties);
        Ok(())
    }

    fn read(&mut self, topic: &str, payload: &ArcPayload) -> Result<Native, String> {
        let commands = &mut self.commands;
        let asked = |rid: &str| {
            let at = commands.iter().position(|(_, known)| known == rid)?;
            commands.remove(at).map(|(name, _)| name)
        };
        let up = hub::up(&self.device, topic, asked).map_err(|why| {
            let shown = crate::refusal::shorten(topic);
            format!(
                "Published to “{shown}”, {why}. Allowed: devices/{}/messages/events/…, $iothub/twin/GET/…, \
                 $iothub/twin/PATCH/properties/reported/…, $iothub/methods/res/{{status}}/….",
                self.device
            )
        })?;
        let mut properties = Vec::with_capacity(up.properties.len() + 1);
        if let Some(Ok(content_type)) = up.content_type.map(ContentType::new) {
            properties.push(content_type.into());
        }
        for (key, value) in &up.properties {
            push(&mut properties, key, value);
        }
        let payload = if up.empties { ArcPayload::default() } else { payload.clone() };
        Ok(Native { topic: format!("{}{}", self.prefix, up.rest), payload, properties })
    }

    /// A filter in native form; nothing where the hub does not know it.
    pub(crate) fn native(&self, filter: &str) -> Option<String> {
        hub::filter(&self.device, filter).map(|rest| format!("{}{rest}", self.prefix))
    }

    /// What the device subscribes to, in native form. Its id is written for it as it writes it there.
    ///
    /// # Errors
    /// The sentence for its log, where there is no such thing.
    pub(crate) fn filter(&mut self, filter: &str) -> Result<String, String> {
        match self.native(filter) {
            Some(native) => {
                if let Some(named) = hub::named_in(filter) {
                    self.named = named.into();
                }
                Ok(native)
            }
            None => Err(format!(
                "Subscribed to “{}”, which the hub does not know. Allowed: devices/{}/messages/devicebound/#, \
                 $iothub/twin/res/#, $iothub/twin/PATCH/properties/desired/#, $iothub/methods/POST/#.",
                crate::refusal::shorten(filter),
                self.device
            )),
        }
    }

    /// Its session is taken up with these subscriptions, native ones: from now on it is answered as it has asked then.
    pub(crate) fn resume<'a>(&mut self, mut filters: impl Iterator<Item = &'a str>) {
        let encoded = format!("{}{}", self.prefix, hub::MESSAGES_ENCODED);
        if filters.any(|filter| filter == encoded) {
            self.named = percent::encode(&self.device).into();
        }
    }

    /// What goes down to the device, in the hub's form; nothing where that has no word for it.
    pub(crate) fn down(&mut self, publication: &Publication) -> Option<Spoken> {
        let rest = publication.topic.strip_prefix(&*self.prefix)?;
        let properties = publication.properties_now(true);
        let mut content_type = None;
        let mut pairs = Vec::new();
        for property in &properties {
            match property {
                Property::ContentType(value) => content_type = Some(value.val()),
                Property::UserProperty(pair) => pairs.push((pair.key(), pair.val())),
                _ => {}
            }
        }
        let body: Cow<'_, [u8]> = match rest {
            "properties/desired" => publication.payload.as_slice().into(),
            _ => Cow::Borrowed(&[]),
        };
        let down = hub::down(&self.device, &self.named, rest, &body, content_type, &pairs)?;
        if let Some((name, rid)) = down.command {
            if self.commands.len() >= COMMANDS {
                self.commands.pop_front();
            }
            self.commands.push_back((name, rid));
        }
        Some(Spoken { topic: down.topic, empties: down.empties })
    }
}

fn push(properties: &mut Vec<Property>, key: &str, value: &str) {
    // What is too long for a property of MQTT was too long for a topic.
    if let Ok(pair) = UserProperty::new(key, value) {
        properties.push(pair.into());
    }
}
