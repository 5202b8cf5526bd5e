//! A connection's identity, and what it may do.

use crate::filter;
use crate::gate::{Auth, Identity};
use crate::mailbox::ConnectionId;
use crate::share::Lane;
use model::topic;
use std::sync::Arc;

/// Who is connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// A device: its own prefix only.
    Device(Identity),
    /// One of our services, by name.
    Service(Arc<str>),
}

impl Who {
    /// Whether it may publish to this topic. Services speak to devices, and never in a device's name.
    pub(crate) fn may_publish(&self, topic: &str) -> bool {
        match self {
            Who::Device(id) => {
                filter::is_topic(topic) && topic::may_publish(&id.scope, &id.external_id, topic)
            }
            Who::Service(_) => {
                let in_a_devices_name = topic::split(topic).is_some_and(|t| topic::upward(t.rest).is_some());
                filter::is_topic(topic) && !in_a_devices_name
            }
        }
    }

    /// Whether it may subscribe to this filter. Only services share.
    pub(crate) fn may_subscribe(&self, filter: &str) -> bool {
        match self {
            Who::Device(id) => {
                filter::is_filter(filter) && topic::may_subscribe(&id.scope, &id.external_id, filter)
            }
            Who::Service(_) if filter.starts_with("$share/") => filter::shared(filter).is_some(),
            Who::Service(_) => filter::is_filter(filter),
        }
    }

    /// Whose order its messages keep: a device's over all its connections.
    pub(crate) fn lane(&self, connection: ConnectionId) -> Lane {
        match self {
            Who::Device(id) => {
                let workspace = u64::from(id.workspace.0.cast_unsigned());
                let device = u64::from(id.device.0.cast_unsigned());
                Lane(workspace << 32 | device)
            }
            Who::Service(_) => Lane(connection.0),
        }
    }

    /// How it has proved who it is.
    pub(crate) fn auth(&self) -> Auth {
        self.device().map_or(Auth::Key, |identity| identity.auth)
    }

    /// The device, if it is one.
    pub(crate) fn device(&self) -> Option<&Identity> {
        match self {
            Who::Device(identity) => Some(identity),
            Who::Service(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{DeviceId, WorkspaceId};

    fn device() -> Who {
        Who::Device(Identity {
            workspace: WorkspaceId(1),
            device: DeviceId(2),
            scope: "s".into(),
            external_id: "d".into(),
            auth: Auth::Key,
            proof: 0,
            until: None,
        })
    }

    #[test]
    fn devices_and_services() {
        let (device, service) = (device(), Who::Service("ingest".into()));
        let publish = [
            ("s/d/telemetry", true, false),
            ("s/e/telemetry", false, false),
            ("s/d/commands/a/1", false, true),
            ("s/d/telemetry/+", false, false),
            ("homeport/live/1", false, true),
            ("homeport/looked-at", false, true),
            ("", false, false),
        ];
        for (topic, as_device, as_service) in publish {
            assert_eq!(device.may_publish(topic), as_device, "{topic}");
            assert_eq!(service.may_publish(topic), as_service, "{topic}");
        }
        let subscribe = [
            ("s/d/#", true, true),
            ("s/d/commands/#/x", false, false),
            ("$share/g/s/d/#", false, true),
            ("$share/g", false, false),
            ("#", false, true),
            ("homeport/live/+", false, true),
            ("homeport/#", false, true),
        ];
        for (filter, as_device, as_service) in subscribe {
            assert_eq!(device.may_subscribe(filter), as_device, "{filter}");
            assert_eq!(service.may_subscribe(filter), as_service, "{filter}");
        }
    }
}
