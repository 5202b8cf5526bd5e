//! What the broker has done since it started, and how it stands: for metrics.

use crate::limit_name::LimitName;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The figures of a broker. Those that count do so since it started; messages are those that may be sent where they
/// are sent to, without last wills.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Now: connections, signed in or not.
    pub open: u64,
    /// Now: devices' connections.
    pub devices: u64,
    /// Now: services' connections.
    pub services: u64,
    /// Devices that have connected.
    pub devices_connected: u64,
    /// Services that have connected.
    pub services_connected: u64,
    /// Connections that came to nothing.
    pub refused: RefusedConnects,
    /// Connections that a newer one with the same client id has ended.
    pub taken_over: u64,
    /// Messages of QoS 0 from devices, with those that were dropped.
    pub received_qos0: u64,
    /// Messages of QoS 1 from devices.
    pub received_qos1: u64,
    /// Messages from services.
    pub received_from_services: u64,
    /// Messages of QoS 1 from devices that were acknowledged: taken by every group that asks for them.
    pub acknowledged: u64,
    /// Messages of QoS 0 from devices that were dropped, because too many were on their way.
    pub dropped_qos0: u64,
    /// Messages that were sent to devices.
    pub sent_to_devices: u64,
    /// Bytes of MQTT received from clients that were signed in, without TLS and whatever else lies beneath.
    pub bytes_received: u64,
    /// Now: bytes of messages of QoS 1 that wait to be acknowledged, with what is kept beside them.
    pub waiting_bytes: u64,
    /// Now: bytes of messages of QoS 0, and of those to devices, on their way.
    pub qos0_bytes: u64,
    /// How often each limit struck: its name in small letters and hyphens, and a number. As often as it stands in a
    /// device's log, and for “connections” as often as one was closed.
    pub limits_struck: Vec<(&'static str, u64)>,
}

/// Connections that came to nothing, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefusedConnects {
    /// User name and password don't belong together.
    pub bad_credentials: u64,
    /// Known, but blocked or suspended.
    pub not_authorized: u64,
    /// The gate or the store of the sessions had no answer.
    pub unavailable: u64,
    /// A limit of connections was reached.
    pub limit: u64,
    /// It asked for something that isn't served, or not to it: its client id, its last will, its way to sign in.
    pub not_served: u64,
    /// No CONNECT that could be read, or not in time.
    pub unreadable: u64,
}

/// Why a connection came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    BadCredentials,
    NotAuthorized,
    Unavailable,
    Limit,
    NotServed,
    Unreadable,
}

/// One figure that only grows.
#[derive(Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    /// One more.
    pub(crate) fn one(&self) {
        self.add(1);
    }

    /// So many more.
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// The figures that only grow, shared by all connections.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) devices_connected: Count,
    pub(crate) services_connected: Count,
    pub(crate) taken_over: Count,
    pub(crate) received_qos0: Count,
    pub(crate) received_qos1: Count,
    pub(crate) received_from_services: Count,
    pub(crate) acknowledged: Count,
    pub(crate) dropped_qos0: Count,
    pub(crate) sent_to_devices: Count,
    pub(crate) bytes_received: Count,
    refused: [Count; 6],
    struck: [Count; LimitName::ALL.len()],
}

impl Counts {
    /// A connection came to nothing.
    pub(crate) fn refused(&self, why: Refused) {
        self.refused[why as usize].one();
    }

    /// A limit struck.
    pub(crate) fn struck(&self, limit: LimitName) {
        self.struck[limit as usize].one();
    }

    /// The figures so far; those of now are left at zero.
    pub(crate) fn so_far(&self) -> Figures {
        let refused = |why: Refused| self.refused[why as usize].get();
        Figures {
            devices_connected: self.devices_connected.get(),
            services_connected: self.services_connected.get(),
            refused: RefusedConnects {
                bad_credentials: refused(Refused::BadCredentials),
                not_authorized: refused(Refused::NotAuthorized),
                unavailable: refused(Refused::Unavailable),
                limit: refused(Refused::Limit),
                not_served: refused(Refused::NotServed),
                unreadable: refused(Refused::Unreadable),
            },
            taken_over: self.taken_over.get(),
            received_qos0: self.received_qos0.get(),
            received_qos1: self.received_qos1.get(),
            received_from_services: self.received_from_services.get(),
            acknowledged: self.acknowledged.get(),
            dropped_qos0: self.dropped_qos0.get(),
            sent_to_devices: self.sent_to_devices.get(),
            bytes_received: self.bytes_received.get(),
            limits_struck: LimitName::ALL
                .map(|limit| (limit.word(), self.struck[limit as usize].get()))
                .into(),
            ..Figures::default()
        }
    }
}
