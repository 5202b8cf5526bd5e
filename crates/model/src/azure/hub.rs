//! The hub's topics, and the native ones that say the same.
//!
//! Both directions are pure: what the edge must remember is only which command a request id belongs to, because the
//! answer's topic of the hub does not name it.

mod down;
mod up;

pub use down::{Downward, down};
pub use up::{NotUp, Upward, up};

/// What stands in place of a command's name where it is not known any more.
pub const UNKNOWN_COMMAND: &str = "-";

/// Longest request id and name of a command, in bytes.
const LEVEL_MAX: usize = 256;

/// The native filter, behind the device's prefix, of one that the hub knows; nothing where it knows none such.
pub fn filter(device: &str, filter: &str) -> Option<&'static str> {
    if let Some(tail) = filter.strip_prefix("devices/") {
        let tail = tail.strip_prefix(device)?.strip_prefix("/messages/devicebound")?;
        return matches!(tail, "/#" | "/+" | "/").then_some("messages/+");
    }
    match filter {
        "$iothub/twin/res/#" => Some("properties/res/#"),
        "$iothub/twin/PATCH/properties/desired/#" => Some("properties/desired"),
        "$iothub/methods/POST/#" => Some("commands/+/+"),
        _ => None,
    }
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
        for native in ["messages/+", "properties/res/#", "properties/desired", "commands/+/+"] {
            assert!(crate::topic::may_subscribe("s", "d", &format!("s/d/{native}")));
        }
    }
}
