use super::*;
use crate::fuzzing::device;
use crate::hello;
use mqtt_protocol_core::mqtt::Version;

/// A session after its CONNACK, with nothing to be written.
fn session(dialect: Dialect, who: Who, limits: Limits) -> Session {
    let mut mqtt = Connection::new(Version::Undetermined);
    let connect: &[u8] = match dialect {
        Dialect::V3 => &[0x10, 13, 0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 60, 0, 1, b'x'],
        Dialect::V5 => &[0x10, 14, 0, 4, b'M', b'Q', b'T', b'T', 5, 2, 0, 60, 0, 0, 1, b'x'],
    };
    assert!(hello::read(&mut mqtt, connect).is_ok());
    let opening =
        Opening { mqtt, dialect, hub: None, who, reasons: true, send_window: 10, asked_to_keep: false };
    let mut session = Session::new(opening, Arc::new(limits));
    session.welcome(Terms::default());
    session.out.clear();
    session
}

fn publish(dialect: Dialect, flags: u8, id: u16, topic: &str, body: &[u8]) -> Vec<u8> {
    let mut rest = u16::try_from(topic.len()).unwrap().to_be_bytes().to_vec();
    rest.extend(topic.as_bytes());
    if flags & 0b110 != 0 {
        rest.extend(id.to_be_bytes());
    }
    if dialect == Dialect::V5 {
        rest.push(0);
    }
    rest.extend(body);
    let mut packet = vec![0x30 | flags, u8::try_from(rest.len()).unwrap()];
    packet.extend(rest);
    packet
}

const QOS1: u8 = 0b010;
const QOS2: u8 = 0b100;

#[test]
fn acknowledgements_keep_the_order_of_the_messages() {
    let mut session = session(Dialect::V3, device(), Limits::default());
    for id in 1..=3 {
        let step = session.take(&publish(Dialect::V3, QOS1, id, "s/d/telemetry", b"{}"));
        assert!(matches!(step, Step::Publish(inbound) if inbound.number == Some(u64::from(id) - 1)));
    }
    session.settle(1);
    session.settle(2);
    assert!(session.out.is_empty());
    session.settle(0);
    assert_eq!(&session.out[..], [0x40, 2, 0, 1, 0x40, 2, 0, 2, 0x40, 2, 0, 3]);
    assert_eq!(session.unsettled(), 0);
    // One that was acknowledged already.
    session.settle(0);
}

#[test]
fn every_group_has_to_acknowledge() {
    let mut session = session(Dialect::V3, device(), Limits::default());
    session.take(&publish(Dialect::V3, QOS1, 1, "s/d/telemetry", b"{}"));
    session.routed(0, 2);
    session.settle(0);
    assert!(session.out.is_empty());
    session.settle(0);
    assert_eq!(&session.out[..], [0x40, 2, 0, 1]);
}

#[test]
fn a_foreign_topic_ends_version_3_and_is_refused_to_version_5() {
    let mut old = session(Dialect::V3, device(), Limits::default());
    let step = old.take(&publish(Dialect::V3, QOS1, 1, "s/other/telemetry", b"{}"));
    let Step::End(Ending::Broke(breach)) = step else { panic!("not ended") };
    assert_eq!(breach.kind, EventKind::TopicRefused);
    assert!(breach.text.contains("s/other/telemetry") && breach.text.contains("Allowed under s/d/"));

    let mut new = session(Dialect::V5, device(), Limits::default());
    new.take(&publish(Dialect::V5, QOS1, 1, "s/d/telemetry", b"{}"));
    let step = new.take(&publish(Dialect::V5, QOS1, 2, "s/other/telemetry", b"{}"));
    assert!(matches!(step, Step::Nothing));
    assert_eq!(new.events[0].0, EventKind::TopicRefused);
    // In order: not before the first is acknowledged.
    assert!(new.out.is_empty());
    new.settle(0);
    assert_eq!(&new.out[..4], [0x40, 2, 0, 1]);
    // With its reason it is longer than 127 bytes: two bytes of length.
    assert_eq!((new.out[4], new.out[7], new.out[8], new.out[9]), (0x40, 0, 2, 0x87));
}

#[test]
fn refusals_are_counted() {
    let mut session = session(Dialect::V5, device(), Limits { refusals: 3, ..Limits::default() });
    for _ in 0..2 {
        assert!(matches!(session.take(&publish(Dialect::V5, 0, 0, "x/y/z", b"")), Step::Nothing));
    }
    assert!(matches!(session.take(&publish(Dialect::V5, 0, 0, "x/y/z", b"")), Step::End(_)));
}

#[test]
fn what_ends_a_connection() {
    let limits = || Limits { body_bytes: 10, topic_bytes: 20, ..Limits::default() };
    let cases: [(Dialect, Vec<u8>, EventKind, DisconnectReasonCode); 5] = [
        (
            Dialect::V3,
            publish(Dialect::V3, QOS2, 1, "s/d/telemetry", b""),
            EventKind::ProtocolError,
            DisconnectReasonCode::QosNotSupported,
        ),
        (
            Dialect::V5,
            publish(Dialect::V5, QOS2, 1, "s/d/telemetry", b""),
            EventKind::ProtocolError,
            DisconnectReasonCode::QosNotSupported,
        ),
        (
            Dialect::V3,
            publish(Dialect::V3, QOS1, 0, "s/d/telemetry", b""),
            EventKind::ProtocolError,
            DisconnectReasonCode::ProtocolError,
        ),
        (
            Dialect::V3,
            publish(Dialect::V3, 0, 0, "s/d/telemetry", b"12345678901"),
            EventKind::LimitReached,
            DisconnectReasonCode::PacketTooLarge,
        ),
        (
            Dialect::V3,
            publish(Dialect::V3, 0, 0, "s/d/telemetry/a/long/one", b""),
            EventKind::LimitReached,
            DisconnectReasonCode::TopicNameInvalid,
        ),
    ];
    for (dialect, packet, kind, code) in cases {
        match session(dialect, device(), limits()).take(&packet) {
            Step::End(Ending::Broke(breach)) => assert_eq!((breach.kind, breach.code), (kind, code)),
            _ => panic!("{packet:?} was taken"),
        }
    }
    // One that is to be retained is taken as any other.
    for (dialect, id) in [(Dialect::V3, 0), (Dialect::V5, 1)] {
        let packet = publish(dialect, 1, id, "s/d/telemetry", b"");
        let step = session(dialect, device(), limits()).take(&packet);
        assert!(matches!(step, Step::Publish(Inbound { retain: true, .. })));
    }
}

#[test]
fn an_acknowledgement_of_nothing_breaks_the_protocol() {
    let mut session = session(Dialect::V3, device(), Limits::default());
    assert!(matches!(session.take(&[0x40, 2, 0, 7]), Step::End(_)));
}

#[test]
fn subscriptions() {
    let mut session = session(Dialect::V3, device(), Limits { subscriptions: 1, ..Limits::default() });
    let mut packet = vec![0x82, 0, 0, 9];
    for filter in ["s/d/#", "s/e/#", "s/d/commands/#"] {
        packet.extend(u16::try_from(filter.len()).unwrap().to_be_bytes());
        packet.extend(filter.as_bytes());
        packet.push(1);
    }
    packet[1] = u8::try_from(packet.len() - 2).unwrap();
    let Step::Change(Change::Subscribe { id, wishes }) = session.take(&packet) else { panic!() };
    session.subscribed(id, wishes);
    assert_eq!(&session.out[..], [0x90, 5, 0, 9, 1, 0x80, 0x80]);
    let kinds: Vec<EventKind> = session.events.iter().map(|event| event.0).collect();
    assert_eq!(kinds, [EventKind::TopicRefused, EventKind::LimitReached]);
}
