//! The topics of the native device protocol, and who may use them.
//!
//! `{scope}/{device}/…`: a device publishes and subscribes under its own prefix only, each topic in its own
//! direction, never through `$share`. The broker, the hook of an external broker and the ingestion ask here.

use crate::external_id;
use std::borrow::Cow;

/// What a device sends up, taken from its topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upward<'a> {
    /// `telemetry` or `telemetry/{component}`.
    Telemetry {
        /// The component, where there is one.
        component: Option<&'a str>,
    },
    /// `properties/reported` or `properties/reported/{rid}`.
    Reported {
        /// Request id, where the device wants an answer.
        rid: Option<&'a str>,
    },
    /// `properties/get/{rid}`.
    PropertiesGet {
        /// Request id.
        rid: &'a str,
    },
    /// `commands/{name}/{rid}/res/{status}`.
    CommandResponse {
        /// Command.
        name: &'a str,
        /// Request id.
        rid: &'a str,
        /// What the device answers, as HTTP statuses go.
        status: u16,
    },
    /// `files/{rid}`.
    File {
        /// Request id.
        rid: &'a str,
    },
}

/// A topic taken apart: whose it is, and what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceTopic<'a> {
    /// The workspace's ID scope.
    pub scope: &'a str,
    /// The device's id as a level ([`external_id::level`]), or a wildcard.
    pub device: &'a str,
    /// What follows the prefix.
    pub rest: &'a str,
}

impl<'a> DeviceTopic<'a> {
    /// The device's id; nothing where the level is none.
    pub fn id(&self) -> Option<Cow<'a, str>> {
        external_id::of_level(self.device)
    }

    /// Whether it is of the device of this scope and id.
    pub fn is_of(&self, scope: &str, id: &str) -> bool {
        self.scope == scope && self.device == external_id::level(id)
    }
}

/// What all topics of a device begin with: `{scope}/{device}/`.
pub fn prefix(scope: &str, id: &str) -> String {
    format!("{scope}/{}/", external_id::level(id))
}

/// The first level of what our own processes say to each other, over the same broker. No workspace's scope: those
/// are in capitals.
pub const INTERNAL: &str = "homeport";

/// Where processes tell the web servers what has been committed, the workspace's key behind it.
pub const LIVE: &str = "homeport/live/";
/// The filter for all of that.
pub const LIVE_FILTER: &str = "homeport/live/+";
/// Where web servers tell which workspaces somebody looks at.
pub const LOOKED_AT: &str = "homeport/looked-at";
/// The filters of what our own processes say to each other.
pub const INTERNAL_FILTERS: [&str; 2] = [LIVE_FILTER, LOOKED_AT];

/// Whether a topic or filter is of our own processes only.
pub fn is_internal(topic: &str) -> bool {
    topic.split('/').next() == Some(INTERNAL)
}

/// Takes `{scope}/{device}/{rest}` apart; nothing where a part is missing.
pub fn split(topic: &str) -> Option<DeviceTopic<'_>> {
    let (scope, tail) = topic.split_once('/')?;
    let (device, rest) = tail.split_once('/')?;
    (!scope.is_empty() && !device.is_empty() && !rest.is_empty()).then_some(DeviceTopic {
        scope,
        device,
        rest,
    })
}

/// What a device sends with the topic `rest` (behind its prefix); nothing where it may not publish there.
pub fn upward(rest: &str) -> Option<Upward<'_>> {
    if rest.contains(['+', '#', '\0']) {
        return None;
    }
    let mut levels = rest.split('/');
    let first = levels.next()?;
    let tail: Vec<&str> = levels.collect();
    if tail.iter().any(|level| level.is_empty()) {
        return None;
    }
    match (first, tail.as_slice()) {
        ("telemetry", []) => Some(Upward::Telemetry { component: None }),
        ("telemetry", [component]) => Some(Upward::Telemetry { component: Some(component) }),
        ("properties", ["reported"]) => Some(Upward::Reported { rid: None }),
        ("properties", ["reported", rid]) => Some(Upward::Reported { rid: Some(rid) }),
        ("properties", ["get", rid]) => Some(Upward::PropertiesGet { rid }),
        ("commands", [name, rid, "res", status]) => {
            let status = status.parse().ok().filter(|s| (100..600).contains(s))?;
            Some(Upward::CommandResponse { name, rid, status })
        }
        ("files", [rid]) if *rid != "res" => Some(Upward::File { rid }),
        _ => None,
    }
}

/// Whether this device may publish to this topic.
pub fn may_publish(scope: &str, device: &str, topic: &str) -> bool {
    let own = |t: DeviceTopic<'_>| t.is_of(scope, device) && upward(t.rest).is_some();
    !is_internal(topic) && split(topic).is_some_and(own)
}

/// Whether this device may subscribe to this filter: something below its own prefix that only goes down.
///
/// Wildcards are allowed behind the prefix, and `{prefix}/#` is granted: what a device itself sends up is never
/// delivered to devices (see [`may_receive`]).
pub fn may_subscribe(scope: &str, device: &str, filter: &str) -> bool {
    let Some(t) = split(filter) else { return false };
    if is_internal(filter) || !t.is_of(scope, device) || scope.contains(['+', '#']) {
        return false;
    }
    let first = t.rest.split('/').next().unwrap_or_default();
    match first {
        "#" | "+" | "commands" | "messages" | "notices" => true,
        "properties" => !t.rest.starts_with("properties/reported") && !t.rest.starts_with("properties/get"),
        "files" => t.rest.starts_with("files/res") || t.rest == "files/#" || t.rest.starts_with("files/+"),
        _ => false,
    }
}

/// Whether a message with this topic (behind the prefix) goes down to devices at all.
pub fn may_receive(rest: &str) -> bool {
    let levels: Vec<&str> = rest.split('/').collect();
    matches!(
        levels.as_slice(),
        ["properties", "desired"]
            | ["properties", "res", _]
            | ["properties", "res", _, _, _]
            | ["commands", _, _]
            | ["messages", _]
            | ["files", "res", _]
            | ["notices", _, ..]
    )
}

/// Where a notice of a rule goes down, behind the device's prefix.
pub fn notice(topic: &str) -> String {
    format!("notices/{topic}")
}

/// Where the desired properties' changes go down.
pub const DESIRED: &str = "properties/desired";

/// Where a command goes down: of a component, or of the device itself where that is empty.
pub fn command(component: &str, name: &str, rid: &str) -> String {
    format!("commands/{}/{rid}", whole_command(component, name))
}

/// What a command is called on its way: `{component}*{command}`.
pub fn whole_command(component: &str, name: &str) -> String {
    if component.is_empty() { name.to_owned() } else { format!("{component}*{name}") }
}

/// Where a message goes down.
pub fn message(mid: &str) -> String {
    format!("messages/{mid}")
}

/// Whether a topic behind the prefix is that of a message, whose acknowledgement is the device's own.
pub fn is_message(rest: &str) -> bool {
    rest.strip_prefix("messages/").is_some_and(|mid| !mid.is_empty() && !mid.contains('/'))
}

/// Whether this filter of a device's covers the messages to it.
pub fn hears_messages(filter: &str) -> bool {
    split(filter).is_some_and(|t| matches!(t.rest, "#" | "+/+" | "+/#" | "messages/#" | "messages/+"))
}

/// Where a device is answered that asks for an address to upload a file to, behind its prefix.
pub fn file_answer(rid: &str) -> String {
    format!("files/res/{rid}")
}

/// Where the answer to `properties/get/{rid}` goes down.
pub fn properties_answer(rid: &str) -> String {
    format!("properties/res/{rid}")
}

/// Where the answer to `properties/reported/{rid}` goes down: a status as HTTP's go, and the version of what is reported
/// now.
pub fn reported_answer(rid: &str, status: u16, version: i64) -> String {
    format!("properties/res/{rid}/{status}/{version}")
}

/// The filters by which the ingestion hears all that devices send, and nothing that services send.
pub const INGEST_FILTERS: [&str; 5] = [
    "+/+/telemetry/#",
    "+/+/properties/reported/#",
    "+/+/properties/get/+",
    "+/+/commands/+/+/res/+",
    "+/+/files/+",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_device_may_publish() {
        for good in [
            "telemetry",
            "telemetry/motor",
            "properties/reported",
            "properties/reported/3",
            "properties/get/1",
            "commands/reboot/7/res/200",
            "files/9",
        ] {
            assert!(may_publish("s", "d", &format!("s/d/{good}")), "{good}");
        }
        for bad in [
            "s/d/telemetry/a/b",
            "s/d/telemetry/",
            "s/d/properties/desired",
            "s/d/properties/reported/",
            "s/d/properties/reported/1/2",
            "s/d/properties/res/1/204/2",
            "s/d/commands/reboot/7",
            "s/d/commands/reboot/7/res/abc",
            "s/d/files/res/1",
            "s/d/messages/1",
            "s/e/telemetry",
            "t/d/telemetry",
            "s/d",
            "s/d/",
            "/s/d/telemetry",
            "$share/ingest/s/d/telemetry",
            "s/d/telemetry/+",
            "s/d/#",
        ] {
            assert!(!may_publish("s", "d", bad), "{bad}");
        }
    }

    #[test]
    fn what_a_device_may_subscribe() {
        for good in [
            "s/d/#",
            "s/d/+/desired",
            "s/d/properties/desired",
            "s/d/properties/res/#",
            "s/d/commands/#",
            "s/d/commands/+/+",
            "s/d/messages/+",
            "s/d/files/res/+",
        ] {
            assert!(may_subscribe("s", "d", good), "{good}");
        }
        for bad in [
            "#",
            "+/+/#",
            "s/+/#",
            "+/d/#",
            "s/#",
            "s/d",
            "s/e/#",
            "s/d/telemetry",
            "s/d/properties/reported",
            "s/d/properties/reported/#",
            "$share/g/s/d/#",
            "$SYS/#",
        ] {
            assert!(!may_subscribe("s", "d", bad), "{bad}");
        }
    }

    #[test]
    fn wildcards_in_an_id_are_none_in_a_topic() {
        for (id, level) in [("+", "%2B"), ("#", "%23"), ("a+b", "a%2Bb"), ("100%", "100%25")] {
            assert_eq!(prefix("s", id), format!("s/{level}/"));
            assert!(may_publish("s", id, &format!("s/{level}/telemetry")));
            assert!(may_subscribe("s", id, &format!("s/{level}/commands/#")));
            assert_eq!(split(&format!("s/{level}/telemetry")).unwrap().id().as_deref(), Some(id));
            for other in ["s/+/telemetry", "s/#", "s/a/telemetry", &format!("s/{id}/telemetry")] {
                assert!(!may_publish("s", id, other), "{other}");
            }
            for other in ["s/+/#", "s/+/commands/+/+", "s/#", &format!("s/{id}/commands/#")] {
                assert!(!may_subscribe("s", id, other), "{other}");
            }
        }
    }

    #[test]
    fn no_device_reaches_what_processes_say_to_each_other() {
        for filter in INTERNAL_FILTERS.into_iter().chain(["homeport/#", "homeport/live/1", "#", "+/live/+"]) {
            for (scope, device) in
                [("s", "d"), ("homeport", "live"), ("homeport", "looked-at"), ("+", "live")]
            {
                assert!(!may_subscribe(scope, device, filter), "{scope}/{device}: {filter}");
                assert!(!may_publish(scope, device, filter), "{scope}/{device}: {filter}");
            }
        }
        // Not even one whose workspace had that scope.
        assert!(!may_publish("homeport", "live", "homeport/live/telemetry"));
        assert!(!may_subscribe("homeport", "live", "homeport/live/#"));
    }

    #[test]
    fn up_and_down_never_meet() {
        for rest in [
            "telemetry",
            "telemetry/x",
            "properties/reported",
            "properties/reported/1",
            "properties/get/1",
            "commands/a/1/res/200",
            "files/1",
        ] {
            assert!(upward(rest).is_some() && !may_receive(rest), "{rest}");
        }
        for rest in [
            DESIRED,
            &properties_answer("1"),
            &reported_answer("1", 204, 7),
            "commands/a/1",
            "messages/m",
            "files/res/1",
        ] {
            assert!(upward(rest).is_none() && may_receive(rest), "{rest}");
        }
    }
}
