//! The hub's topics, and the native ones that say the same.
//!
//! Both directions are pure: what the edge must remember is only which command a request id belongs to, because the
//! answer's topic of the hub does not name it.

mod down;
mod up;

use crate::external_id;

pub use down::{Downward, down};
pub use up::{NotUp, Upward, up};

/// What stands in place of a command's name where it is not known any more.
pub const UNKNOWN_COMMAND: &str = "-";

/// Longest request id and name of a command, in bytes.
const LEVEL_MAX: usize = 256;

/// The native filter for messages, of a device that writes its id into topics as it is.
const MESSAGES: &str = "messages/+";
/// The same, of one that percent-encodes it there. The two say the same; which one a kept session has tells how the
/// device must be answered after it has come back, because then it does not subscribe again.
pub const MESSAGES_ENCODED: &str = "messages/#";

/// The native filter, behind the device's prefix, of one that the hub knows; nothing where it knows none such.
pub fn filter(device: &str, filter: &str) -> Option<&'static str> {
    if let Some((named, tail)) = messages(filter) {
        let known =
            matches!(tail, "/#" | "/+" | "/") && is_level(named) && external_id::is_named_by(device, named);
        return known.then_some(if named == device { MESSAGES } else { MESSAGES_ENCODED });
    }
    match filter {
        "$iothub/twin/res/#" => Some("properties/res/#"),
        "$iothub/twin/PATCH/properties/desired/#" => Some("properties/desired"),
        "$iothub/methods/POST/#" => Some("commands/+/+"),
        _ => None,
    }
}

/// How a device writes its id into a filter for the messages to it; nothing where the filter is another.
pub fn named_in(filter: &str) -> Option<&str> {
    messages(filter).map(|(named, _)| named)
}

fn messages(filter: &str) -> Option<(&str, &str)> {
    let (named, tail) = filter.strip_prefix("devices/")?.split_once('/')?;
    Some((named, tail.strip_prefix("messages/devicebound")?))
}

/// Whether this can be one level of a native topic.
fn is_level(text: &str) -> bool {
    !text.is_empty() && text.len() <= LEVEL_MAX && !text.contains(['/', '+', '#', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_device_subscribes() {
        for (of_hub, native) in [
            ("devices/d/messages/devicebound/#", Some("messages/+")),
            ("$iothub/twin/res/#", Some("properties/res/#")),
            ("$iothub/twin/PATCH/properties/desired/#", Some("properties/desired")),
            ("$iothub/methods/POST/#", Some("commands/+/+")),
            ("devices/e/messages/devicebound/#", None),
            ("devices/dd/messages/devicebound/#", None),
            ("devices/+/messages/devicebound/#", None),
            ("devices/d/messages/events/#", None),
            ("$iothub/#", None),
            ("#", None),
            ("s/d/#", None),
            ("$share/g/$iothub/methods/POST/#", None),
        ] {
            assert_eq!(filter("d", of_hub), native, "{of_hub}");
        }
        // One SDK encodes its id there, another does not.
        assert_eq!(filter("a:b", "devices/a:b/messages/devicebound/#"), Some("messages/+"));
        assert_eq!(filter("a:b", "devices/a%3Ab/messages/devicebound/#"), Some("messages/#"));
        assert_eq!(filter("a+b", "devices/a%2Bb/messages/devicebound/#"), Some("messages/#"));
        assert_eq!(named_in("devices/a%2Bb/messages/devicebound/#"), Some("a%2Bb"));
        assert_eq!(filter("+", "devices/+/messages/devicebound/#"), None);
        for native in ["messages/+", "messages/#", "properties/res/#", "properties/desired", "commands/+/+"] {
            assert!(crate::topic::may_subscribe("s", "d", &format!("s/d/{native}")));
        }
    }
}
