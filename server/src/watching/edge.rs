//! The figures of the embedded broker, as Prometheus names them. Read from the broker when somebody asks.

use broker::Figures;
use metrics::{Unit, counter, describe_counter, describe_gauge, gauge};

/// Now, by `kind`: `device` or `service`.
const CONNECTIONS: &str = "homeport_broker_connections";
const CONNECTED: &str = "homeport_broker_connects_total";
const REFUSED: &str = "homeport_broker_refused_connects_total";
const TAKEN_OVER: &str = "homeport_broker_taken_over_total";
const MESSAGES: &str = "homeport_broker_messages_total";
const ACKNOWLEDGED: &str = "homeport_broker_acknowledged_total";
const DROPPED: &str = "homeport_broker_dropped_total";
const SENT: &str = "homeport_broker_sent_total";
const BYTES: &str = "homeport_broker_received_bytes_total";
const WAITING: &str = "homeport_broker_waiting_bytes";
const LIMITS: &str = "homeport_broker_limits_total";

/// Says what each figure means.
pub(super) fn describe() {
    describe_gauge!(CONNECTIONS, "Clients connected to the embedded broker, by kind");
    describe_counter!(CONNECTED, "Clients that have connected, by kind");
    describe_counter!(REFUSED, "Connections that came to nothing, by reason");
    describe_counter!(TAKEN_OVER, "Connections that a newer one with the same client id has ended");
    describe_counter!(MESSAGES, "Messages from devices, by QoS");
    describe_counter!(ACKNOWLEDGED, "Messages of QoS 1 from devices that were acknowledged: committed");
    describe_counter!(DROPPED, "Messages of QoS 0 from devices that were dropped");
    describe_counter!(SENT, "Messages that were sent to devices");
    describe_counter!(BYTES, Unit::Bytes, "Bytes of MQTT received");
    describe_gauge!(
        WAITING,
        Unit::Bytes,
        "Bytes of messages that wait for their commit, and of QoS 0 on its way"
    );
    describe_counter!(LIMITS, "How often a limit struck, by its name");
}

/// Sets all figures to what the broker says.
pub(super) fn set(figures: &Figures) {
    for (kind, now, total) in [
        ("device", figures.devices, figures.devices_connected),
        ("service", figures.services, figures.services_connected),
    ] {
        gauge!(CONNECTIONS, "kind" => kind).set(now as f64);
        counter!(CONNECTED, "kind" => kind).absolute(total);
    }
    let refused = &figures.refused;
    for (reason, count) in [
        ("bad-credentials", refused.bad_credentials),
        ("not-authorized", refused.not_authorized),
        ("unavailable", refused.unavailable),
        ("limit", refused.limit),
        ("not-served", refused.not_served),
        ("unreadable", refused.unreadable),
    ] {
        counter!(REFUSED, "reason" => reason).absolute(count);
    }
    counter!(TAKEN_OVER).absolute(figures.taken_over);
    counter!(MESSAGES, "qos" => "0").absolute(figures.received_qos0);
    counter!(MESSAGES, "qos" => "1").absolute(figures.received_qos1);
    counter!(ACKNOWLEDGED).absolute(figures.acknowledged);
    counter!(DROPPED).absolute(figures.dropped_qos0);
    counter!(SENT).absolute(figures.sent_to_devices);
    counter!(BYTES).absolute(figures.bytes_received);
    for (kind, bytes) in [("acknowledged", figures.waiting_bytes), ("at-most-once", figures.qos0_bytes)] {
        gauge!(WAITING, "kind" => kind).set(bytes as f64);
    }
    for (limit, count) in &figures.limits_struck {
        counter!(LIMITS, "limit" => *limit).absolute(*count);
    }
}
