//! The names of the limits, as metrics have them. What people read stands in the sentences of a device's log.

/// Which limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LimitName {
    Connections,
    ConnectionsOfWorkspace,
    ConnectionsOfDevice,
    PacketSize,
    MessageSize,
    TopicLength,
    InFlightWindow,
    Subscriptions,
    SessionsOfDevice,
    Retained,
    Refusals,
    WaitingMessages,
    Qos0,
    MessagesOfDevice,
    BytesOfDevice,
    MessagesOfWorkspace,
    BytesOfWorkspace,
    PlanOfWorkspace,
}

impl LimitName {
    /// All limits, in the order in which they are declared.
    pub(crate) const ALL: [LimitName; 18] = [
        LimitName::Connections,
        LimitName::ConnectionsOfWorkspace,
        LimitName::ConnectionsOfDevice,
        LimitName::PacketSize,
        LimitName::MessageSize,
        LimitName::TopicLength,
        LimitName::InFlightWindow,
        LimitName::Subscriptions,
        LimitName::SessionsOfDevice,
        LimitName::Retained,
        LimitName::Refusals,
        LimitName::WaitingMessages,
        LimitName::Qos0,
        LimitName::MessagesOfDevice,
        LimitName::BytesOfDevice,
        LimitName::MessagesOfWorkspace,
        LimitName::BytesOfWorkspace,
        LimitName::PlanOfWorkspace,
    ];

    /// One word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            LimitName::Connections => "connections",
            LimitName::ConnectionsOfWorkspace => "connections-of-a-workspace",
            LimitName::ConnectionsOfDevice => "connections-of-a-device",
            LimitName::PacketSize => "packet-size",
            LimitName::MessageSize => "message-size",
            LimitName::TopicLength => "topic-length",
            LimitName::InFlightWindow => "in-flight-window",
            LimitName::Subscriptions => "subscriptions",
            LimitName::SessionsOfDevice => "sessions-of-a-device",
            LimitName::Retained => "retained-messages",
            LimitName::Refusals => "refusals",
            LimitName::WaitingMessages => "waiting-messages",
            LimitName::Qos0 => "qos-0",
            LimitName::MessagesOfDevice => "messages-of-a-device",
            LimitName::BytesOfDevice => "bytes-of-a-device",
            LimitName::MessagesOfWorkspace => "messages-of-a-workspace",
            LimitName::BytesOfWorkspace => "bytes-of-a-workspace",
            LimitName::PlanOfWorkspace => "plan-of-a-workspace",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_counted_in_its_own_place() {
        for (at, limit) in LimitName::ALL.into_iter().enumerate() {
            assert_eq!(limit as usize, at);
        }
    }
}
