//! A PUBLISH as it came, the same for both versions, and the rules that it may break whatever its topic.

use crate::limit_name::LimitName;
use crate::limits::Limits;
use crate::refusal::Ending;
use mqtt_protocol_core::mqtt::ArcPayload;
use mqtt_protocol_core::mqtt::packet::{Property, Qos, v3_1_1, v5_0};
use mqtt_protocol_core::mqtt::result_code::DisconnectReasonCode;

/// A PUBLISH of either version.
pub(crate) struct Arrived<'a> {
    pub(crate) topic: &'a str,
    pub(crate) payload: &'a ArcPayload,
    pub(crate) id: Option<u16>,
    pub(crate) qos2: bool,
    pub(crate) dup: bool,
    pub(crate) retain: bool,
    pub(crate) properties: &'a [Property],
}

impl<'a> Arrived<'a> {
    pub(crate) fn v3(p: &'a v3_1_1::Publish) -> Self {
        Arrived {
            topic: p.topic_name(),
            payload: p.payload(),
            id: p.packet_id(),
            qos2: p.qos() == Qos::ExactlyOnce,
            dup: p.dup(),
            retain: p.retain(),
            properties: &[],
        }
    }

    pub(crate) fn v5(p: &'a v5_0::Publish) -> Self {
        Arrived {
            topic: p.topic_name(),
            payload: p.payload(),
            id: p.packet_id(),
            qos2: p.qos() == Qos::ExactlyOnce,
            dup: p.dup(),
            retain: p.retain(),
            properties: p.props(),
        }
    }

    /// What ends a connection at once, whatever the topic.
    pub(crate) fn breach(&self, limits: &Limits, topic_bytes: usize) -> Option<Ending> {
        let body_bytes = limits.body_bytes;
        if self.qos2 {
            return Some(Ending::protocol(
                "Published with QoS 2, which is not served; use QoS 0 or 1.",
                DisconnectReasonCode::QosNotSupported,
            ));
        }
        if self.id == Some(0) {
            return Some(Ending::protocol(
                "A PUBLISH with packet id 0.",
                DisconnectReasonCode::ProtocolError,
            ));
        }
        if self.topic.len() > topic_bytes {
            let text = format!(
                "A topic of {} bytes; the limit “topic length” is {topic_bytes} bytes.",
                self.topic.len()
            );
            return Some(Ending::limit(LimitName::TopicLength, text, DisconnectReasonCode::TopicNameInvalid));
        }
        if self.payload.len() > body_bytes {
            let text = format!(
                "A message of {} bytes; the limit “message size” is {body_bytes} bytes.",
                self.payload.len()
            );
            return Some(Ending::limit(LimitName::MessageSize, text, DisconnectReasonCode::PacketTooLarge));
        }
        None
    }
}
