//! What a device sends to the hub, as native topics with properties.

use super::{UNKNOWN_COMMAND, is_level};
use crate::azure::bag;
use crate::external_id;
use crate::percent;

/// A publication of the native protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upward {
    /// The topic behind the device's prefix.
    pub rest: String,
    /// What the body is, where the device says so.
    pub content_type: Option<String>,
    /// Properties beside the body.
    pub properties: Vec<(String, String)>,
    /// Whether the body means nothing: the SDKs write a space where there is none.
    pub empties: bool,
}

/// Why a device may not publish there: how the sentence for its log goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotUp(pub &'static str);

const NO_TOPIC: NotUp = NotUp("which is not a topic that devices send on");

/// What this device says on this topic of the hub. `command` knows which command a request id belongs to.
///
/// # Errors
/// Where it is no topic of this device's.
pub fn up(device: &str, topic: &str, command: impl FnOnce(&str) -> Option<String>) -> Result<Upward, NotUp> {
    if let Some(tail) = topic.strip_prefix("devices/") {
        let (named, tail) = tail.split_once('/').ok_or(NO_TOPIC)?;
        if !external_id::is_named_by(device, named) {
            return Err(NotUp("which is not under its own name"));
        }
        return match tail.strip_prefix("messages/events") {
            Some("") => telemetry(""),
            Some(bag) => telemetry(bag.strip_prefix('/').ok_or(NO_TOPIC)?),
            None => Err(NO_TOPIC),
        };
    }
    let (path, parameters) = topic.split_once('?').ok_or(NO_TOPIC)?;
    let rid = bag::raw_value(parameters, "$rid").filter(|rid| is_level(rid));
    let rid = rid.ok_or(NotUp("whose $rid is missing, or can't be one"))?;
    match path.trim_end_matches('/') {
        "$iothub/twin/GET" => {
            Ok(Upward { rest: format!("properties/get/{rid}"), empties: true, ..Upward::default() })
        }
        "$iothub/twin/PATCH/properties/reported" => {
            Ok(Upward { rest: format!("properties/reported/{rid}"), ..Upward::default() })
        }
        path => {
            let status = path.strip_prefix("$iothub/methods/res/").ok_or(NO_TOPIC)?;
            let status: i32 = status.parse().map_err(|_| NotUp("whose status is no number"))?;
            // Devices may answer any number; what is none of HTTP's is some failure.
            let status = if (100..600).contains(&status) { status } else { 500 };
            let name =
                command(rid).filter(|name| is_level(name)).unwrap_or_else(|| UNKNOWN_COMMAND.to_owned());
            Ok(Upward { rest: format!("commands/{name}/{rid}/res/{status}"), ..Upward::default() })
        }
    }
}

fn telemetry(bag: &str) -> Result<Upward, NotUp> {
    let mut upward = Upward { rest: "telemetry".into(), ..Upward::default() };
    for (key, value) in bag::read(bag) {
        let key = match key.as_str() {
            "$.ct" => {
                // One helper encodes it twice. No media type has a percent sign in it.
                upward.content_type = Some(percent::decode_or_keep(&value)).filter(|ct| !ct.is_empty());
                continue;
            }
            "$.sub" if value.is_empty() => continue,
            "$.sub" if is_level(&value) => {
                upward.rest = format!("telemetry/{value}");
                continue;
            }
            "$.sub" => return Err(NotUp("whose component ($.sub) can't be one")),
            "$.mid" if value.is_empty() => continue,
            "$.mid" => "id",
            "iothub-creation-time-utc" => "ts",
            // The documented name counts more than that of older SDKs.
            "$.ctime" if upward.properties.iter().any(|(key, _)| key == "ts") => continue,
            "$.ctime" => "ts",
            "$.ce" => "content-encoding",
            "$.cid" => "correlation-id",
            "$.uid" => "user-id",
            // What the device's program calls so must not be taken for ours.
            "id" => "property-id",
            "ts" => "property-ts",
            other => other,
        };
        let value = if key == "ts" { utc(value) } else { value };
        upward.properties.retain(|(kept, _)| kept != key);
        upward.properties.push((key.to_owned(), value));
    }
    Ok(upward)
}

/// A time is of UTC also where its zone is left out.
fn utc(mut time: String) -> String {
    let without_zone = time.split_once('T').is_some_and(|(_, clock)| !clock.contains(['Z', 'z', '+', '-']));
    if without_zone {
        time.push('Z');
    }
    time
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topic;
    use proptest::prelude::*;

    fn of(topic: &str) -> Result<Upward, NotUp> {
        up("d", topic, |rid| (rid == "7").then(|| "thermostat1*reboot".to_owned()))
    }

    fn telemetry(topic: &str) -> (String, Option<String>, Vec<(String, String)>) {
        let up = of(topic).unwrap();
        (up.rest, up.content_type, up.properties)
    }

    #[test]
    fn telemetry_with_its_bag() {
        let pair = |k: &str, v: &str| (k.to_owned(), v.to_owned());
        let json = Some("application/json".to_owned());
        assert_eq!(telemetry("devices/d/messages/events/"), ("telemetry".into(), None, vec![]));
        assert_eq!(telemetry("devices/d/messages/events"), ("telemetry".into(), None, vec![]));
        let sent = "devices/d/messages/events/%24.ct=application%2Fjson&%24.ce=utf-8&%24.sub=thermostat1&level=hi%20%2B";
        let properties = vec![pair("content-encoding", "utf-8"), pair("level", "hi +")];
        assert_eq!(telemetry(sent), ("telemetry/thermostat1".into(), json.clone(), properties));
        let twice = "devices/d/messages/events/$.ct=application%252Fjson&$.mid=m1&id=x&ts=y";
        let properties = vec![pair("id", "m1"), pair("property-id", "x"), pair("property-ts", "y")];
        assert_eq!(telemetry(twice), ("telemetry".into(), json, properties));
    }

    #[test]
    fn an_id_may_be_encoded_or_not() {
        let of = |id: &str, topic: &str| up(id, topic, |_| None).map(|up| up.rest);
        for (id, named) in
            [("a:b", "a:b"), ("a:b", "a%3Ab"), ("a+b", "a%2Bb"), ("100%", "100%"), ("%41", "%41")]
        {
            let topic = format!("devices/{named}/messages/events/");
            assert_eq!(of(id, &topic).as_deref(), Ok("telemetry"), "{named}");
        }
        for (id, named) in [("a:b", "a%3Ac"), ("a+b", "a b"), ("100%", "100"), ("A", "%2541")] {
            assert!(of(id, &format!("devices/{named}/messages/events/")).is_err(), "{named}");
        }
    }

    #[test]
    fn the_time_of_a_message() {
        for (bag, ts) in [
            ("iothub-creation-time-utc=2026-01-02T03%3A04%3A05Z", "2026-01-02T03:04:05Z"),
            ("$.ctime=2026-01-02T03:04:05", "2026-01-02T03:04:05Z"),
            ("$.ctime=1&iothub-creation-time-utc=2", "2"),
            ("iothub-creation-time-utc=2&%24.ctime=1", "2"),
        ] {
            let (.., properties) = telemetry(&format!("devices/d/messages/events/{bag}"));
            assert_eq!(properties, [("ts".to_owned(), ts.to_owned())], "{bag}");
        }
    }

    #[test]
    fn what_is_asked() {
        for (topic, rest, empties) in [
            ("$iothub/twin/GET/?$rid=a1", "properties/get/a1", true),
            ("$iothub/twin/PATCH/properties/reported/?$rid=2", "properties/reported/2", false),
            ("$iothub/methods/res/200/?$rid=7", "commands/thermostat1*reboot/7/res/200", false),
            ("$iothub/methods/res/200/?$rid=8", "commands/-/8/res/200", false),
            ("$iothub/methods/res/-1/?$rid=7", "commands/thermostat1*reboot/7/res/500", false),
        ] {
            let up = of(topic).unwrap();
            assert_eq!((up.rest.as_str(), up.empties), (rest, empties), "{topic}");
        }
    }

    #[test]
    fn what_is_not_its_own_is_refused() {
        for topic in [
            "devices/e/messages/events/",
            "devices/dd/messages/events/",
            "devices/d/messages/devicebound/",
            "devices/d/messages/eventsx",
            "devices/d/messages/events/$.sub=a%2Fb",
            "devices/d/messages/events/$.sub=%2B",
            "$iothub/twin/GET/",
            "$iothub/twin/GET/?$rid=",
            "$iothub/twin/GET/?$rid=a/b",
            "$iothub/twin/res/200/?$rid=1",
            "$iothub/twin/PATCH/properties/desired/?$rid=1",
            "$iothub/methods/POST/x/?$rid=1",
            "$iothub/methods/res/abc/?$rid=1",
            "s/d/telemetry",
            "telemetry",
            "",
        ] {
            assert!(of(topic).is_err(), "{topic}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_taken_is_the_device_s_own(
            path in "(devices/d/messages/events/|\\$iothub/(twin|methods)/(GET|res/200|PATCH/properties/reported)/\\?)?",
            tail in "[$.a-z&=%2Frid+#/]{0,40}",
        ) {
            if let Ok(up) = of(&format!("{path}{tail}")) {
                prop_assert!(topic::may_publish("s", "d", &format!("s/d/{}", up.rest)), "{}", up.rest);
            }
        }
    }
}
