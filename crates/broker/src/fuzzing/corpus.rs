//! Packets as ordinary clients write them, to begin with.

fn text(text: &str) -> Vec<u8> {
    let mut bytes = u16::try_from(text.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend(text.as_bytes());
    bytes
}

/// A packet from its parts: the first byte, and the rest with its length in front.
pub(super) fn packet(first: u8, rest: &[u8]) -> Vec<u8> {
    let mut packet = vec![first];
    let mut length = rest.len();
    loop {
        let byte = u8::try_from(length % 128).unwrap();
        length /= 128;
        packet.push(if length > 0 { byte | 0x80 } else { byte });
        if length == 0 {
            break;
        }
    }
    packet.extend(rest);
    packet
}

/// The first byte of a packet, and what follows its length.
pub(super) fn parts(packet: &[u8]) -> (u8, Vec<u8>) {
    let length = packet[1..].iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
    (packet[0], packet[1 + length..].to_vec())
}

/// Properties of MQTT 5 with their length.
fn properties(parts: &[&[u8]]) -> Vec<u8> {
    let all = parts.concat();
    let mut bytes = vec![u8::try_from(all.len()).unwrap()];
    bytes.extend(all);
    bytes
}

pub(super) fn connects() -> Vec<Vec<u8>> {
    let credentials = [text("s/d"), text("key")].concat();
    let v5 = properties(&[b"\x11\0\0\0\x0a", b"\x21\0\x14", b"\x27\0\0\x10\0", b"\x22\0\x05", b"\x17\x01"]);
    let will = properties(&[b"\x18\0\0\0\x05", b"\x01\x01", b"\x02\0\0\0\x3c", b"\x03\0\x04json"]);
    let cases = [
        (b"\x04\xc2\0\x3c".to_vec(), text("mosq-1")),
        (b"\x04\xce\0\x3c".to_vec(), [text("id"), text("s/d/telemetry"), text("{}")].concat()),
        (b"\x04\xee\0\x3c".to_vec(), [text("id"), text("s/e/telemetry"), text("{}")].concat()),
        (b"\x04\xc0\0\0".to_vec(), text("")),
        ([b"\x05\xc2\0\x3c".to_vec(), vec![0]].concat(), text("")),
        ([b"\x05\xc2\0\x3c".to_vec(), v5.clone()].concat(), text("id")),
        (
            [b"\x05\xce\0\x3c".to_vec(), v5].concat(),
            [text("id"), will, text("s/d/telemetry"), text("{}")].concat(),
        ),
        (
            [b"\x05\xc2\0\x3c".to_vec(), properties(&[b"\x15\0\x05PLAIN", b"\x16\0\x01x"])].concat(),
            text("id"),
        ),
        // The library panics over a Topic Alias Maximum of 0.
        ([b"\x05\xc2\0\x3c".to_vec(), properties(&[b"\x22\0\0"])].concat(), text("id")),
        (b"\x06\xc2\0\x3c".to_vec(), text("id")),
    ];
    let mut all: Vec<Vec<u8>> = cases
        .into_iter()
        .map(|(head, body)| packet(0x10, &[text("MQTT"), head, body, credentials.clone()].concat()))
        .collect();
    all.push(packet(0x10, &[text("MQIsdp"), b"\x03\x02\0\x3c".to_vec(), text("x")].concat()));
    all
}

/// What a device sends after its CONNECT.
pub(super) fn packets(v5: bool) -> Vec<Vec<u8>> {
    let none: Vec<u8> = if v5 { vec![0] } else { Vec::new() };
    let some = match v5 {
        true => properties(&[b"\x02\0\0\0\x3c", b"\x03\0\x04json", b"\x26\0\x02ts\0\x0217", b"\x01\x01"]),
        false => Vec::new(),
    };
    let alias = if v5 { properties(&[b"\x23\0\x01"]) } else { Vec::new() };
    let publish = |first: u8, topic: &str, id: &[u8], properties: &[u8], body: &[u8]| {
        packet(first, &[&text(topic), id, properties, body].concat())
    };
    let mut all = vec![
        publish(0x30, "s/d/telemetry", &[], &none, b"{\"t\":1}"),
        publish(0x30, "s/d/telemetry/motor", &[], &some, b"{}"),
        publish(0x32, "s/d/telemetry", &[0, 1], &none, b"{}"),
        publish(0x32, "s/d/properties/reported", &[0, 2], &some, b"{}"),
        publish(0x3a, "s/d/telemetry", &[0, 1], &none, b"{}"),
        publish(0x32, "s/d/commands/a/1/res/200", &[0, 3], &none, b""),
        publish(0x32, "s/e/telemetry", &[0, 4], &none, b"{}"),
        publish(0x33, "s/d/telemetry", &[0, 5], &none, b"{}"),
        publish(0x34, "s/d/telemetry", &[0, 6], &none, b"{}"),
        publish(0x32, "", &[0, 7], &alias, b"{}"),
        publish(0x32, "s/d/telemetry", &[0, 8], &none, &[b'x'; 300]),
        packet(0x62, &[0, 6]),
        packet(0x50, &[0, 6]),
        packet(0x70, &[0, 6]),
        packet(0xc0, &[]),
        packet(0xe0, &[]),
    ];
    for id in 1..=3 {
        all.push(packet(0x40, &[0, id]));
    }
    for filters in [&["s/d/#"][..], &["s/d/commands/+/+", "s/e/#", "$share/g/s/d/#"]] {
        let subscribed = filters.iter().flat_map(|filter| [text(filter), vec![1]].concat());
        all.push(packet(0x82, &[vec![0, 9], none.clone(), subscribed.collect()].concat()));
        let given_up = filters.iter().flat_map(|filter| text(filter));
        all.push(packet(0xa2, &[vec![0, 10], none.clone(), given_up.collect()].concat()));
    }
    if v5 {
        all.push(packet(0x40, &[0, 1, 0x97, 0]));
        all.push(packet(0xe0, &[4]));
        all.push(packet(0xe0, &[0, 5, 0x11, 0, 0, 0, 9]));
        all.push(packet(0xf0, &[0x18, 0]));
    }
    all
}
