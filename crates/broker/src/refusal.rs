//! Why a connection ends, and the sentences that its owner reads: what was wrong, where, what is allowed.

use crate::gate::Identity;
use crate::limit_name::LimitName;
use model::event::EventKind;
use mqtt_protocol_core::mqtt::result_code::{DisconnectReasonCode, MqttError};

/// Why a connection ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The client said so; with MQTT 5 it may ask for its will all the same, and say anew for how many seconds its
    /// session is to be kept.
    Goodbye { will: bool, expiry_s: Option<u32> },
    /// The network did it.
    Lost(String),
    /// The same client id connected again.
    TakenOver,
    /// The device was deleted or blocked, or its key replaced.
    CutOff,
    /// The token with which it came has run out.
    Expired,
    /// The broker stops.
    ShuttingDown,
    /// Nothing was heard for too many times the keep-alive, which is so many seconds.
    Silent(u16),
    /// A packet was begun and not finished.
    HalfPacket,
    /// The peer takes nothing of what is written to it.
    NotReading,
    /// Its subscriptions were to be kept and could not be.
    Unkept,
    /// It broke a rule.
    Broke(Breach),
}

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Breach {
    pub(crate) kind: EventKind,
    /// The limit, where it is one.
    pub(crate) limit: Option<LimitName>,
    pub(crate) text: String,
    pub(crate) code: DisconnectReasonCode,
}

impl Ending {
    /// A packet that breaks the protocol.
    pub(crate) fn protocol(text: impl Into<String>, code: DisconnectReasonCode) -> Ending {
        Ending::Broke(Breach { kind: EventKind::ProtocolError, limit: None, text: text.into(), code })
    }

    /// A limit that was reached.
    pub(crate) fn limit(limit: LimitName, text: impl Into<String>, code: DisconnectReasonCode) -> Ending {
        let limit = Some(limit);
        Ending::Broke(Breach { kind: EventKind::LimitReached, limit, text: text.into(), code })
    }

    /// A packet larger than allowed.
    pub(crate) fn too_large(bytes: usize, limit: usize) -> Ending {
        let text = format!("A packet of {bytes} bytes; the limit “packet size” is {limit} bytes.");
        Ending::limit(LimitName::PacketSize, text, DisconnectReasonCode::PacketTooLarge)
    }

    /// What the library made of a packet.
    pub(crate) fn of_error(error: MqttError, window: u16) -> Ending {
        match error {
            MqttError::ReceiveMaximumExceeded => Ending::limit(
                LimitName::InFlightWindow,
                format!("More unacknowledged messages than the limit “in-flight window” of {window}."),
                DisconnectReasonCode::ReceiveMaximumExceeded,
            ),
            _ => Ending::protocol(format!("A packet that is not MQTT: {error}."), error.into()),
        }
    }

    /// What an MQTT 5 client is told; nothing where it has gone or has said goodbye itself.
    pub(crate) fn code(&self) -> Option<DisconnectReasonCode> {
        match self {
            Ending::Goodbye { .. } | Ending::Lost(_) | Ending::NotReading => None,
            Ending::TakenOver => Some(DisconnectReasonCode::SessionTakenOver),
            Ending::CutOff => Some(DisconnectReasonCode::AdministrativeAction),
            Ending::Expired => Some(DisconnectReasonCode::NotAuthorized),
            Ending::ShuttingDown => Some(DisconnectReasonCode::ServerShuttingDown),
            Ending::Silent(_) => Some(DisconnectReasonCode::KeepAliveTimeout),
            Ending::HalfPacket => Some(DisconnectReasonCode::MalformedPacket),
            Ending::Unkept => Some(DisconnectReasonCode::ServerBusy),
            Ending::Broke(breach) => Some(breach.code),
        }
    }

    /// Whether the last will is published.
    pub(crate) fn will(&self) -> bool {
        !matches!(self, Ending::Goodbye { will: false, .. } | Ending::CutOff)
    }

    /// The line in the device's log.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Ending::Goodbye { .. } => "Disconnected by itself.".into(),
            Ending::Lost(why) => format!("The connection was lost: {why}."),
            Ending::TakenOver => "A newer connection with the same client id took over.".into(),
            Ending::CutOff => "Cut off: deleted, blocked, or its key was replaced.".into(),
            Ending::Expired => "The token with which it had signed in ran out.".into(),
            Ending::ShuttingDown => "The broker stops.".into(),
            Ending::Silent(keep_alive) => {
                format!("Nothing heard for too long, by its keep-alive of {keep_alive} s.")
            }
            Ending::HalfPacket => "A packet was begun and not finished.".into(),
            Ending::Unkept => "Its subscriptions could not be kept now. It may try again.".into(),
            Ending::NotReading => "It doesn't take what is sent to it.".into(),
            Ending::Broke(breach) => format!("Closed: {}", breach.text),
        }
    }
}

/// Why a device may not publish there.
pub(crate) fn publication(who: &Identity, topic: &str) -> String {
    let shown = shorten(topic);
    let prefix = model::topic::prefix(&who.scope, &who.external_id);
    if topic.contains(['+', '#']) {
        return format!("Published to “{shown}”: wildcards can't be published to.");
    }
    let wrong = if topic.starts_with(&prefix) {
        "which is not a topic that devices send on"
    } else {
        "which is not under its own prefix"
    };
    format!(
        "Published to “{shown}”, {wrong}. Allowed under {prefix}: telemetry, telemetry/{{component}}, \
         properties/reported, properties/reported/{{rid}}, properties/get/{{rid}}, \
         commands/{{name}}/{{rid}}/res/{{status}}, files/{{rid}}."
    )
}

/// Why a device may not subscribe to that.
pub(crate) fn subscription(who: &Identity, filter: &str) -> String {
    let shown = shorten(filter);
    let prefix = model::topic::prefix(&who.scope, &who.external_id);
    let wrong = if filter.starts_with("$share/") {
        "but devices can't share subscriptions"
    } else if filter.starts_with(&prefix) {
        "which never goes down to devices"
    } else {
        "which is not under its own prefix"
    };
    format!(
        "Subscribed to “{shown}”, {wrong}. Allowed under {prefix}: properties/desired, properties/res/+, \
         commands/+/+, messages/+, files/res/+, or # for all of them."
    )
}

/// The beginning of a text that a device sent.
pub(crate) fn shorten(text: &str) -> String {
    let mut shown: String = text.chars().filter(|c| !c.is_control()).take(120).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
