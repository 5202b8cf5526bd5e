//! The packets that the broker sends, for both versions of MQTT.

use crate::azure::Spoken;
use crate::figures::Refused;
use crate::gate::Refusal;
use crate::limits::Limits;
use crate::mailbox::Delivery;
use mqtt_protocol_core::mqtt::ArcPayload;
use mqtt_protocol_core::mqtt::packet::{
    AssignedClientIdentifier, MaximumPacketSize, MaximumQos, Packet, Property, Qos, ReasonString,
    ReceiveMaximum, SessionExpiryInterval, SharedSubscriptionAvailable, SubscriptionIdentifierAvailable,
    v3_1_1, v5_0,
};
use mqtt_protocol_core::mqtt::result_code::{
    ConnectReasonCode, ConnectReturnCode, DisconnectReasonCode, MqttError, PubackReasonCode,
    SubackReasonCode, SubackReturnCode, UnsubackReasonCode,
};

/// The version that a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// MQTT 3.1.1.
    V3,
    /// MQTT 5.
    V5,
}

type Built = Result<Packet, MqttError>;

/// Why a CONNECT is refused, for both versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotWelcome {
    pub(crate) v3: ConnectReturnCode,
    pub(crate) v5: ConnectReasonCode,
    pub(crate) reason: String,
    pub(crate) refused: Refused,
}

impl NotWelcome {
    /// Not allowed, for a reason that MQTT 5 has a code for.
    pub(crate) fn because(refused: Refused, v5: ConnectReasonCode, reason: impl Into<String>) -> NotWelcome {
        NotWelcome { v3: ConnectReturnCode::NotAuthorized, v5, reason: reason.into(), refused }
    }
}

impl From<Refusal> for NotWelcome {
    fn from(refusal: Refusal) -> NotWelcome {
        let (v3, v5, refused, reason) = match refusal {
            Refusal::BadCredentials => (
                ConnectReturnCode::BadUserNameOrPassword,
                ConnectReasonCode::BadUserNameOrPassword,
                Refused::BadCredentials,
                "User name and password don't belong together. The user name is {scope}/{device}.",
            ),
            Refusal::NotAuthorized => (
                ConnectReturnCode::NotAuthorized,
                ConnectReasonCode::NotAuthorized,
                Refused::NotAuthorized,
                "This device may not connect now.",
            ),
            Refusal::Unavailable => (
                ConnectReturnCode::ServerUnavailable,
                ConnectReasonCode::ServerUnavailable,
                Refused::Unavailable,
                "It can't be decided now. Try again later.",
            ),
        };
        NotWelcome { v3, v5, reason: reason.into(), refused }
    }
}

/// CONNACK that says no.
pub(crate) fn not_welcome(dialect: Dialect, why: &NotWelcome) -> Built {
    Ok(match dialect {
        Dialect::V3 => v3_1_1::Connack::builder().session_present(false).return_code(why.v3).build()?.into(),
        Dialect::V5 => v5_0::Connack::builder()
            .session_present(false)
            .reason_code(why.v5)
            .props(vec![ReasonString::new(why.reason.as_str())?.into()])
            .build()?
            .into(),
    })
}

/// What a client that is welcome is told about its session.
#[derive(Clone, Copy, Default)]
pub(crate) struct Terms<'a> {
    /// Whether there was one.
    pub(crate) present: bool,
    /// Its client id, where it has left that to us.
    pub(crate) assigned: Option<&'a str>,
    /// How long it is kept after the connection, in seconds, where that is not what it asked for.
    pub(crate) expiry_s: Option<u32>,
}

/// CONNACK that says yes, and to MQTT 5 what is served.
pub(crate) fn welcome(dialect: Dialect, limits: &Limits, device: bool, terms: Terms<'_>) -> Built {
    if dialect == Dialect::V3 {
        let yes = v3_1_1::Connack::builder().session_present(terms.present);
        return Ok(yes.return_code(ConnectReturnCode::Accepted).build()?.into());
    }
    let window = if device { limits.device_window } else { limits.member_window };
    let packet_bytes = u32::try_from(limits.packet_bytes).unwrap_or(u32::MAX);
    let mut properties: Vec<Property> = vec![
        ReceiveMaximum::new(window.max(1))?.into(),
        MaximumQos::new(1)?.into(),
        MaximumPacketSize::new(packet_bytes)?.into(),
        SubscriptionIdentifierAvailable::new(0)?.into(),
    ];
    if let Some(expiry_s) = terms.expiry_s {
        properties.push(SessionExpiryInterval::new(expiry_s)?.into());
    }
    if device {
        properties.push(SharedSubscriptionAvailable::new(0)?.into());
    }
    if let Some(client_id) = terms.assigned {
        properties.push(AssignedClientIdentifier::new(client_id)?.into());
    }
    let yes = v5_0::Connack::builder().session_present(terms.present);
    let yes = yes.reason_code(ConnectReasonCode::Success);
    Ok(yes.props(properties).build()?.into())
}

/// How long a session is to be kept, in seconds, where a packet says so.
pub(crate) fn session_expiry(properties: &[Property]) -> Option<u32> {
    properties.iter().find_map(|property| match property {
        Property::SessionExpiryInterval(value) => Some(value.val()),
        _ => None,
    })
}

/// PUBACK; the code and the reason are for MQTT 5 only.
pub(crate) fn puback(dialect: Dialect, id: u16, code: PubackReasonCode, reason: Option<&str>) -> Built {
    if dialect == Dialect::V3 {
        return Ok(v3_1_1::Puback::builder().packet_id(id).build()?.into());
    }
    let mut builder = v5_0::Puback::builder().packet_id(id);
    if code != PubackReasonCode::Success {
        builder = builder.reason_code(code);
        if let Some(reason) = reason {
            builder = builder.props(vec![ReasonString::new(reason)?.into()]);
        }
    }
    Ok(builder.build()?.into())
}

/// What is said to one entry of a SUBSCRIBE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Granted {
    /// With QoS 1, or 0.
    Yes { qos1: bool },
    /// No; the code is for MQTT 5.
    No(SubackReasonCode),
}

/// SUBACK.
pub(crate) fn suback(dialect: Dialect, id: u16, granted: &[Granted], reason: Option<&str>) -> Built {
    if dialect == Dialect::V3 {
        let code = |granted: &Granted| match granted {
            Granted::Yes { qos1: true } => SubackReturnCode::SuccessMaximumQos1,
            Granted::Yes { qos1: false } => SubackReturnCode::SuccessMaximumQos0,
            Granted::No(_) => SubackReturnCode::Failure,
        };
        let codes = granted.iter().map(code).collect();
        return Ok(v3_1_1::Suback::builder().packet_id(id).return_codes(codes).build()?.into());
    }
    let code = |granted: &Granted| match granted {
        Granted::Yes { qos1: true } => SubackReasonCode::GrantedQos1,
        Granted::Yes { qos1: false } => SubackReasonCode::GrantedQos0,
        Granted::No(code) => *code,
    };
    let mut builder = v5_0::Suback::builder().packet_id(id).reason_codes(granted.iter().map(code).collect());
    if let Some(reason) = reason {
        builder = builder.props(vec![ReasonString::new(reason)?.into()]);
    }
    Ok(builder.build()?.into())
}

/// UNSUBACK; whether each subscription existed.
pub(crate) fn unsuback(dialect: Dialect, id: u16, existed: &[bool]) -> Built {
    if dialect == Dialect::V3 {
        return Ok(v3_1_1::Unsuback::builder().packet_id(id).build()?.into());
    }
    let code = |existed: &bool| {
        if *existed { UnsubackReasonCode::Success } else { UnsubackReasonCode::NoSubscriptionExisted }
    };
    let codes = existed.iter().map(code).collect();
    Ok(v5_0::Unsuback::builder().packet_id(id).reason_codes(codes).build()?.into())
}

/// PINGRESP.
pub(crate) fn pingresp(dialect: Dialect) -> Built {
    Ok(match dialect {
        Dialect::V3 => v3_1_1::Pingresp::builder().build()?.into(),
        Dialect::V5 => v5_0::Pingresp::builder().build()?.into(),
    })
}

/// DISCONNECT, which a broker sends with MQTT 5 only.
pub(crate) fn disconnect(code: DisconnectReasonCode, reason: Option<&str>) -> Built {
    let mut builder = v5_0::Disconnect::builder().reason_code(code);
    if let Some(reason) = reason {
        builder = builder.props(vec![ReasonString::new(reason)?.into()]);
    }
    Ok(builder.build()?.into())
}

/// PUBLISH to a device of the hub. With an id it is of QoS 1.
pub(crate) fn publish_to_hub(delivery: &Delivery, id: Option<u16>, spoken: &Spoken) -> Built {
    let qos = if id.is_some() { Qos::AtLeastOnce } else { Qos::AtMostOnce };
    let mut builder = v3_1_1::Publish::builder().topic_name(spoken.topic.as_str())?.qos(qos).retain(false);
    if let Some(id) = id {
        builder = builder.packet_id(id);
    }
    let payload = if spoken.empties { ArcPayload::default() } else { delivery.publication.payload.clone() };
    Ok(builder.payload(payload).build()?.into())
}

/// PUBLISH to a service or a device. With an id it is of QoS 1.
pub(crate) fn publish(dialect: Dialect, delivery: &Delivery, id: Option<u16>, to_device: bool) -> Built {
    let publication = &delivery.publication;
    let qos = if id.is_some() { Qos::AtLeastOnce } else { Qos::AtMostOnce };
    if dialect == Dialect::V3 {
        let mut builder = v3_1_1::Publish::builder().topic_name(&*publication.topic)?;
        builder = builder.qos(qos).retain(delivery.retain);
        if let Some(id) = id {
            builder = builder.packet_id(id);
        }
        return Ok(builder.payload(publication.payload.clone()).build()?.into());
    }
    let mut builder = v5_0::Publish::builder().topic_name(&*publication.topic)?;
    builder = builder.qos(qos).retain(delivery.retain).props(publication.properties_now(to_device));
    if let Some(id) = id {
        builder = builder.packet_id(id);
    }
    Ok(builder.payload(publication.payload.clone()).build()?.into())
}
