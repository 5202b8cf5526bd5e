//! What one connection, device, workspace and the broker as a whole may take.
//!
//! Whoever reaches a limit finds its name and value in the device's log.

use std::time::Duration;

/// The limits, with defaults that suit one process of some gigabytes.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at once, signed in or not: 20,000. More are closed as they come.
    pub connections: usize,
    /// Connections of one workspace: 10,000.
    pub connections_per_workspace: usize,
    /// Connections of one device, each with its own client id: 10.
    pub connections_per_device: usize,
    /// Time from the TCP connection to a complete CONNECT, with TLS in between: 10 s.
    pub handshake: Duration,
    /// Largest CONNECT, in bytes: 64 KiB. Nothing larger is read from a stranger.
    pub connect_bytes: usize,
    /// Largest packet, in bytes: a body of 256 KiB and 16 KiB for its topic and properties.
    pub packet_bytes: usize,
    /// Largest body of a message, in bytes: 256 KiB.
    pub body_bytes: usize,
    /// Longest topic or filter, in bytes: 1024.
    pub topic_bytes: usize,
    /// Longest client id, in bytes: 256.
    pub client_id_bytes: usize,
    /// Messages of QoS 1 that one device may have unacknowledged: 200. MQTT 5 is told so (Receive Maximum);
    /// from MQTT 3.1.1 nothing more is read.
    pub device_window: u16,
    /// Messages that a member of a group may have unacknowledged: 10,000, or its Receive Maximum.
    pub member_window: u16,
    /// Subscriptions of one connection: 64.
    pub subscriptions: usize,
    /// Sessions of one device that are kept while their clients are away: 10. More are not kept.
    pub sessions_per_device: usize,
    /// How long a session is kept after its connection, at most: 7 days. MQTT 5 is told where it asked for more; to
    /// MQTT 3.1.1, which can't say for how long, this is what a session without “clean session” gets.
    pub session_expiry: Duration,
    /// Retained messages of one device: 100, each the last of its topic. More are not retained, and not acknowledged.
    pub retained_per_device: usize,
    /// Bytes of retained messages of one workspace: 64 MiB. As above.
    pub retained_bytes_per_workspace: usize,
    /// Refused publications and subscriptions after which a connection is closed: 100. Keeps the log readable.
    pub refusals: u32,
    /// Bytes of messages that wait for a group's acknowledgement: 256 MiB.
    pub waiting_bytes: usize,
    /// The same of one workspace: 64 MiB.
    pub waiting_bytes_per_workspace: usize,
    /// Bytes of messages of QoS 0 on their way: 32 MiB. What comes on top is dropped.
    pub qos0_bytes: usize,
    /// The same of one workspace: 8 MiB.
    pub qos0_bytes_per_workspace: usize,
    /// Messages that one device may send in a second, over all its connections: 1,000. Above the burst reading from
    /// it pauses; when that lasts longer than `pause`, the connection is closed. Of this and the three that follow, 0
    /// is no limit.
    pub messages_per_second: u64,
    /// Bytes of messages that one device may send in a second, with their headers: 4 MiB. As above.
    pub bytes_per_second: u64,
    /// Messages that one workspace may send in a second: 50,000. Above the burst its devices are read from more
    /// slowly; none is closed for it unless nothing can be read from it for the time of `pause`.
    pub messages_per_second_per_workspace: u64,
    /// The same in bytes: 64 MiB.
    pub bytes_per_second_per_workspace: u64,
    /// How much may be sent at once beyond these rates, as the time in which it would be sent at the rate: 5 s.
    pub burst: Duration,
    /// Messages that wait to be sent to one device: 1,000. What comes on top is dropped.
    pub backlog: usize,
    /// How much is buffered for a peer before nothing more is forwarded to it, in bytes: 256 KiB.
    pub write_bytes: usize,
    /// How long a peer may take nothing of what is written to it: 30 s.
    pub write_stall: Duration,
    /// How long reading may pause for a client without keep-alive: 60 s. With one: half of it.
    /// Also how long a device may stay beyond its rate.
    pub pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 20_000,
            connections_per_workspace: 10_000,
            connections_per_device: 10,
            handshake: Duration::from_secs(10),
            connect_bytes: 64 * 1024,
            packet_bytes: model::telemetry::BODY_MAX + 16 * 1024,
            body_bytes: model::telemetry::BODY_MAX,
            topic_bytes: 1024,
            client_id_bytes: 256,
            device_window: 200,
            member_window: 10_000,
            subscriptions: 64,
            sessions_per_device: 10,
            session_expiry: Duration::from_secs(7 * 24 * 3600),
            retained_per_device: 100,
            retained_bytes_per_workspace: 64 * 1024 * 1024,
            refusals: 100,
            waiting_bytes: 256 * 1024 * 1024,
            waiting_bytes_per_workspace: 64 * 1024 * 1024,
            qos0_bytes: 32 * 1024 * 1024,
            qos0_bytes_per_workspace: 8 * 1024 * 1024,
            messages_per_second: 1_000,
            bytes_per_second: 4 * 1024 * 1024,
            messages_per_second_per_workspace: 50_000,
            bytes_per_second_per_workspace: 64 * 1024 * 1024,
            burst: Duration::from_secs(5),
            backlog: 1_000,
            write_bytes: 256 * 1024,
            write_stall: Duration::from_secs(30),
            pause: Duration::from_secs(60),
        }
    }
}
