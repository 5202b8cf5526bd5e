//! What goes down to a device, as topics of the hub.

use crate::azure::bag;
use serde_json::Value;

/// A publication of the hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downward {
    /// The topic.
    pub topic: String,
    /// Whether the body is left out.
    pub empties: bool,
    /// The command and its request id, where it is one: to be remembered for its answer.
    pub command: Option<(String, String)>,
}

impl Downward {
    fn of(topic: String) -> Downward {
        Downward { topic, empties: false, command: None }
    }
}

/// The hub's way of saying what the native topic `rest`, behind the device's prefix, says; nothing where it has none.
/// `named` is the device's id as it writes it into topics itself.
pub fn down(
    device: &str,
    named: &str,
    rest: &str,
    body: &[u8],
    content_type: Option<&str>,
    properties: &[(&str, &str)],
) -> Option<Downward> {
    let levels: Vec<&str> = rest.split('/').collect();
    Some(match *levels.as_slice() {
        ["properties", "desired"] => {
            let version = version(body);
            Downward::of(format!("$iothub/twin/PATCH/properties/desired/?$version={version}"))
        }
        ["properties", "res", rid] => Downward::of(format!("$iothub/twin/res/200/?$rid={rid}")),
        ["properties", "res", rid, "204", version] => Downward {
            empties: true,
            ..Downward::of(format!("$iothub/twin/res/204/?$rid={rid}&$version={version}"))
        },
        ["properties", "res", rid, status, _] => {
            Downward::of(format!("$iothub/twin/res/{status}/?$rid={rid}"))
        }
        ["commands", name, rid] => Downward {
            command: Some((name.to_owned(), rid.to_owned())),
            ..Downward::of(format!("$iothub/methods/POST/{name}/?$rid={rid}"))
        },
        ["messages", mid] => {
            let to = format!("/devices/{device}/messages/deviceBound");
            let system = [("$.mid", Some(mid)), ("$.to", Some(to.as_str())), ("$.ct", content_type)];
            let system = system.into_iter().filter_map(|(key, value)| Some((key, value?)));
            let bag = bag::write(system.chain(properties.iter().map(|(key, value)| (known_as(key), *value))));
            Downward::of(format!("devices/{named}/messages/devicebound/{bag}"))
        }
        _ => return None,
    })
}

fn known_as(key: &str) -> &str {
    match key {
        "content-encoding" => "$.ce",
        "correlation-id" => "$.cid",
        "user-id" => "$.uid",
        key => key,
    }
}

/// The version that stands in a patch of desired properties.
fn version(body: &[u8]) -> u64 {
    let patch: Option<Value> = serde_json::from_slice(body).ok();
    patch.as_ref().and_then(|patch| patch.get("$version")).and_then(Value::as_u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(rest: &str, body: &[u8]) -> Option<String> {
        down("d", "d", rest, body, None, &[]).map(|down| down.topic)
    }

    #[test]
    fn each_has_its_topic() {
        for (rest, body, expected) in [
            (
                "properties/desired",
                r#"{"a":null,"$version":4}"#,
                "$iothub/twin/PATCH/properties/desired/?$version=4",
            ),
            ("properties/res/r1", "{}", "$iothub/twin/res/200/?$rid=r1"),
            ("properties/res/r1/204/9", "", "$iothub/twin/res/204/?$rid=r1&$version=9"),
            ("properties/res/r1/400/9", "{}", "$iothub/twin/res/400/?$rid=r1"),
            ("commands/thermostat1*reboot/7", "", "$iothub/methods/POST/thermostat1*reboot/?$rid=7"),
        ] {
            assert_eq!(topic(rest, body.as_bytes()).as_deref(), Some(expected), "{rest}");
        }
        for rest in ["files/res/1", "telemetry", "properties/reported", "", "commands/a"] {
            assert_eq!(topic(rest, b""), None, "{rest}");
        }
        let asked = down("d", "d", "commands/reboot/7", b"", None, &[]).unwrap();
        assert_eq!(asked.command, Some(("reboot".into(), "7".into())));
        assert!(down("d", "d", "properties/res/1/204/2", b"", None, &[]).unwrap().empties);
    }

    #[test]
    fn a_message_brings_its_properties() {
        let sent = down(
            "d",
            "d",
            "messages/m-1",
            b"",
            Some("text/plain"),
            &[("level", "hi & low/é +"), ("bare", "")],
        );
        let topic = sent.unwrap().topic;
        let bag = topic.strip_prefix("devices/d/messages/devicebound/").unwrap();
        assert!(!bag.contains(['/', '+', '#']));
        let expected = [
            ("$.mid", "m-1"),
            ("$.to", "/devices/d/messages/deviceBound"),
            ("$.ct", "text/plain"),
            ("level", "hi & low/é +"),
            ("bare", ""),
        ];
        assert_eq!(bag::read(bag), expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert!(bag.ends_with("bare="));
        let topic = down("a:b", "a%3Ab", "messages/m", b"", None, &[]).unwrap().topic;
        assert!(topic.starts_with("devices/a%3Ab/messages/devicebound/"), "{topic}");
        assert!(topic.contains("%2Fdevices%2Fa%3Ab%2Fmessages"), "{topic}");
    }
}
