//! What stands beside a message's body: MQTT 5 properties, sorted by who may be believed about them.

use std::collections::BTreeMap;

/// The properties of a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Properties {
    /// What the device says of its body.
    pub(crate) content_type: Option<String>,
    /// The time that the device gave outside of the body.
    pub(crate) ts: Option<String>,
    /// The message id that the device gave outside of the body.
    pub(crate) id: Option<String>,
    /// The component, from our own broker.
    pub(crate) component: Option<String>,
    /// When our own broker received it, milliseconds since 1970.
    pub(crate) arrived_ms: Option<i64>,
    /// The name that our own broker gave the packet.
    pub(crate) uid: Option<String>,
    /// How the device has proved who it is, from our own broker.
    pub(crate) auth: Option<String>,
    /// All others: kept with the message.
    pub(crate) others: BTreeMap<String, String>,
}

impl Properties {
    /// Sorts them. What begins with `hp-` is the broker's word: believed from our own, passed over from any other,
    /// where a device could have written it.
    pub(crate) fn sort(
        content_type: Option<String>,
        pairs: Vec<(String, String)>,
        trusted: bool,
    ) -> Properties {
        let mut sorted = Properties { content_type, ..Properties::default() };
        for (key, value) in pairs {
            match key.as_str() {
                "ts" => sorted.ts = Some(value),
                "id" => sorted.id = Some(value),
                "hp-component" if trusted => sorted.component = Some(value),
                "hp-arrived" if trusted => sorted.arrived_ms = value.parse().ok(),
                "hp-uid" if trusted => sorted.uid = Some(value),
                "hp-auth" if trusted => sorted.auth = Some(value),
                hp if hp.starts_with("hp-") => {}
                _ => drop(sorted.others.insert(key, value)),
            }
        }
        sorted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs() -> Vec<(String, String)> {
        [("ts", "5"), ("hp-uid", "u"), ("hp-arrived", "7"), ("hp-auth", "key"), ("room", "2.14")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .to_vec()
    }

    #[test]
    fn our_own_broker_is_believed() {
        let sorted = Properties::sort(None, pairs(), true);
        assert_eq!(
            (sorted.uid.as_deref(), sorted.arrived_ms, sorted.ts.as_deref()),
            (Some("u"), Some(7), Some("5"))
        );
        assert_eq!(sorted.auth.as_deref(), Some("key"));
        assert_eq!(sorted.others.into_iter().collect::<Vec<_>>(), [("room".to_owned(), "2.14".to_owned())]);
    }

    #[test]
    fn a_device_can_not_pose_as_the_broker() {
        let sorted = Properties::sort(None, pairs(), false);
        assert_eq!((sorted.uid, sorted.arrived_ms, sorted.auth, sorted.others.len()), (None, None, None, 1));
    }
}
