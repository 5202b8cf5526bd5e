//! A message on its way through the broker, and what is written beside it for the services.

use crate::budget::Charge;
use crate::gate::Auth;
use crate::mailbox::ConnectionId;
use crate::share::Lane;
use mqtt_protocol_core::mqtt::ArcPayload;
use mqtt_protocol_core::mqtt::packet::{MessageExpiryInterval, Property, UserProperty};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// Properties of this beginning are the broker's; what devices send under it is taken away.
const OURS: &str = "hp-";

/// A message, shared by all who receive it.
pub(crate) struct Publication {
    pub(crate) topic: Box<str>,
    pub(crate) payload: ArcPayload,
    pub(crate) qos1: bool,
    /// Whether its sender wanted it retained.
    pub(crate) retain: bool,
    /// When it has run out: what goes down to a device is then dropped. What the groups are owed never is, since its
    /// sender was promised that it is kept.
    pub(crate) expires: Option<Instant>,
    /// As an MQTT 5 receiver gets them.
    pub(crate) properties: Vec<Property>,
    /// Whose order holds.
    pub(crate) lane: Lane,
    /// Who hears that it was acknowledged.
    pub(crate) origin: Option<Origin>,
    /// The bytes it stands for, given back when the last receiver is done.
    pub(crate) _charge: Option<Charge>,
}

/// The publisher's side of a message of QoS 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) connection: ConnectionId,
    /// Its how many-th publication.
    pub(crate) number: u64,
}

/// A message as it came in, before it has found room.
#[derive(Debug)]
pub(crate) struct Inbound {
    pub(crate) topic: Box<str>,
    pub(crate) payload: ArcPayload,
    pub(crate) dup: bool,
    pub(crate) retain: bool,
    pub(crate) properties: Vec<Property>,
    /// Of QoS 1: its how many-th publication of the connection.
    pub(crate) number: Option<u64>,
}

impl Inbound {
    /// What it stands for in a budget: itself, and what the broker keeps beside it.
    pub(crate) fn bytes(&self) -> usize {
        let properties: usize = self.properties.iter().map(Property::size).sum();
        self.topic.len() + self.payload.len() + properties + 384
    }
}

impl Publication {
    /// A service's message to a device, or to other services.
    pub(crate) fn down(inbound: Inbound, lane: Lane, charge: Charge) -> Publication {
        Publication {
            topic: inbound.topic,
            payload: inbound.payload,
            qos1: inbound.number.is_some(),
            retain: inbound.retain,
            expires: expiry(&inbound.properties).map(|lasts| Instant::now() + lasts),
            properties: inbound.properties,
            lane,
            origin: None,
            _charge: Some(charge),
        }
    }

    /// Whether it has run out.
    pub(crate) fn expired(&self) -> bool {
        self.expires.is_some_and(|at| at <= Instant::now())
    }

    /// The properties for who receives it now: with what is left of its time.
    pub(crate) fn properties_now(&self, to_device: bool) -> Vec<Property> {
        let mut properties = if to_device { downward(&self.properties) } else { self.properties.clone() };
        if let Some(at) = self.expires {
            // A second that has begun counts: only what is over was waited for.
            let left = at.saturating_duration_since(Instant::now()).as_millis().div_ceil(1000);
            let left = MessageExpiryInterval::new(u32::try_from(left).unwrap_or(u32::MAX));
            for property in &mut properties {
                if let (Property::MessageExpiryInterval(_), Ok(left)) = (&*property, &left) {
                    *property = left.clone().into();
                }
            }
        }
        properties
    }
}

/// How long a message with these properties is of use, where that is said.
pub(crate) fn expiry(properties: &[Property]) -> Option<Duration> {
    properties.iter().find_map(|property| match property {
        Property::MessageExpiryInterval(value) => Some(Duration::from_secs(value.val().into())),
        _ => None,
    })
}

/// Writes what the services rely on.
pub(crate) struct Stamp {
    start: u64,
    count: AtomicU64,
}

impl Stamp {
    /// One a process, so that its ids are unique.
    pub(crate) fn new() -> Self {
        // Random, or else the time: it only must not repeat.
        let start = getrandom::u64().unwrap_or_else(|_| now_ms().cast_unsigned());
        Stamp { start, count: AtomicU64::new(0) }
    }

    /// What begins all its ids.
    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// The properties of a device's message: its own but for those it must not use, then ours.
    pub(crate) fn properties(&self, inbound: &mut Inbound, auth: Auth) -> Vec<Property> {
        let mut properties = std::mem::take(&mut inbound.properties);
        properties.retain(|property| match property {
            Property::UserProperty(pair) => !pair.key().starts_with(OURS),
            Property::TopicAlias(_) | Property::SubscriptionIdentifier(_) => false,
            _ => true,
        });
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        push(&mut properties, "hp-arrived", &now_ms().to_string());
        push(&mut properties, "hp-uid", &format!("{:016x}-{count:x}", self.start));
        push(&mut properties, "hp-auth", auth.word());
        if inbound.dup {
            push(&mut properties, "hp-dup", "1");
        }
        if let Some(component) = component(&inbound.topic) {
            push(&mut properties, "hp-component", component);
        }
        properties
    }
}

/// The properties of a message that goes down to a device: without the broker's own.
pub(crate) fn downward(properties: &[Property]) -> Vec<Property> {
    let passes = |property: &&Property| match property {
        Property::UserProperty(pair) => !pair.key().starts_with(OURS),
        Property::TopicAlias(_) | Property::SubscriptionIdentifier(_) => false,
        _ => true,
    };
    properties.iter().filter(passes).cloned().collect()
}

fn component(topic: &str) -> Option<&str> {
    match model::topic::upward(model::topic::split(topic)?.rest)? {
        model::topic::Upward::Telemetry { component } => component,
        _ => None,
    }
}

fn push(properties: &mut Vec<Property>, key: &str, value: &str) {
    if let Ok(pair) = UserProperty::new(key, value) {
        properties.push(pair.into());
    }
}

/// Milliseconds since 1970.
fn now_ms() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(properties: &[Property]) -> Vec<&str> {
        properties
            .iter()
            .filter_map(|p| if let Property::UserProperty(pair) = p { Some(pair.key()) } else { None })
            .collect()
    }

    fn inbound(topic: &str, dup: bool, own: &[&str]) -> Inbound {
        let mut properties = Vec::new();
        for key in own {
            push(&mut properties, key, "x");
        }
        let payload = ArcPayload::default();
        Inbound { topic: topic.into(), payload, dup, retain: false, properties, number: None }
    }

    #[test]
    fn ours_are_added_and_can_not_be_forged() {
        let stamp = Stamp::new();
        let properties =
            stamp.properties(&mut inbound("s/d/telemetry", false, &["hp-uid", "hp-dup", "site"]), Auth::Key);
        assert_eq!(keys(&properties), ["site", "hp-arrived", "hp-uid", "hp-auth"]);
        let properties = stamp.properties(&mut inbound("s/d/telemetry/motor", true, &[]), Auth::Certificate);
        assert_eq!(keys(&properties), ["hp-arrived", "hp-uid", "hp-auth", "hp-dup", "hp-component"]);
        assert!(downward(&properties).is_empty());
    }

    #[test]
    fn ids_are_unique() {
        let stamp = Stamp::new();
        let uid = || {
            let properties = stamp.properties(&mut inbound("s/d/telemetry", false, &[]), Auth::Key);
            let Property::UserProperty(pair) = &properties[1] else { panic!() };
            pair.val().to_owned()
        };
        assert_ne!(uid(), uid());
    }
}
