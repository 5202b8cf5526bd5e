//! What a CONNECT says, the same for both versions, and whether it can be served at all.

use crate::answer::{Dialect, NotWelcome, session_expiry};
use crate::azure;
use crate::dps::Registrant;
use crate::figures::Refused;
use crate::filter;
use crate::limits::Limits;
use crate::refusal;
use crate::sessions::Wanted;
use crate::who::Who;
use model::azure::{HubName, UserName};
use mqtt_protocol_core::mqtt::packet::{Packet, Property, Qos, v3_1_1, v5_0};
use mqtt_protocol_core::mqtt::prelude::*;
use mqtt_protocol_core::mqtt::result_code::{ConnectReasonCode, ConnectReturnCode, MqttError};
use mqtt_protocol_core::mqtt::{ArcPayload, Connection, Version, common::Cursor, role};

mod aliases;

/// CONNACK of MQTT 3.1.1 with “unacceptable protocol version”, which older and unknown versions understand.
pub(crate) const UNKNOWN_VERSION: [u8; 4] = [0x20, 2, 0, 1];

/// A CONNECT.
pub(crate) struct Greeting {
    pub(crate) dialect: Dialect,
    pub(crate) client_id: String,
    /// Whether the client left its id to us.
    pub(crate) assigned: bool,
    pub(crate) user_name: Option<String>,
    /// Whom it takes us for by its user name, where that is one of Azure's.
    pub(crate) azure: Option<UserName>,
    pub(crate) password: Option<Vec<u8>>,
    /// Seconds; 0: none.
    pub(crate) keep_alive: u16,
    /// How many messages of QoS 1 it takes unacknowledged.
    pub(crate) receive_maximum: u16,
    /// Whether it wants reasons in words.
    pub(crate) reasons: bool,
    pub(crate) will: Option<Will>,
    /// What it asks of its session.
    pub(crate) session: Wanted,
    own_authentication: bool,
}

/// What is published when the connection breaks.
#[derive(Debug)]
pub(crate) struct Will {
    pub(crate) topic: String,
    pub(crate) payload: ArcPayload,
    pub(crate) qos: Qos,
    pub(crate) retain: bool,
    /// How long it waits for the client to come back, in seconds.
    pub(crate) delay_s: u32,
    pub(crate) properties: Vec<Property>,
}

/// Why the first packet could not be taken.
pub(crate) enum Unread {
    /// Another version of MQTT, or something else that says it is one.
    UnknownVersion,
    /// Broken; the library may have an answer to it, written out.
    Broken { error: MqttError, answer: Vec<u8> },
}

/// Reads the first packet of a connection.
pub(crate) fn read(mqtt: &mut Connection<role::Server>, frame: &[u8]) -> Result<Greeting, Unread> {
    let mut greeting = None;
    let mut failure = None;
    let mut answer = Vec::new();
    let frame = aliases::readable(frame);
    for event in mqtt.recv(&mut Cursor::new(&frame)) {
        match event {
            Event::NotifyPacketReceived(Packet::V3_1_1Connect(connect)) => greeting = Some(v3(&connect)),
            Event::NotifyPacketReceived(Packet::V5_0Connect(connect)) => greeting = Some(v5(&connect)),
            Event::NotifyPacketReceived(_) => failure = Some(MqttError::ProtocolError),
            Event::NotifyError(error) => failure = Some(error),
            Event::RequestSendPacket { packet, .. } => answer = packet.to_continuous_buffer(),
            _ => {}
        }
    }
    match (greeting, failure) {
        (Some(greeting), None) => Ok(greeting),
        (_, Some(MqttError::UnsupportedProtocolVersion))
            if mqtt.get_protocol_version() == Version::Undetermined =>
        {
            Err(Unread::UnknownVersion)
        }
        (_, error) => Err(Unread::Broken { error: error.unwrap_or(MqttError::ProtocolError), answer }),
    }
}

fn v3(connect: &v3_1_1::Connect) -> Greeting {
    let will = connect.will_flag().then(|| Will {
        topic: connect.will_topic().unwrap_or_default().to_owned(),
        payload: connect.will_payload().unwrap_or_default().into_payload(),
        qos: connect.will_qos(),
        retain: connect.will_retain(),
        delay_s: 0,
        properties: Vec::new(),
    });
    Greeting {
        dialect: Dialect::V3,
        client_id: connect.client_id().to_owned(),
        assigned: false,
        user_name: connect.user_name().map(str::to_owned),
        azure: None,
        password: connect.password().map(<[u8]>::to_vec),
        keep_alive: connect.keep_alive(),
        receive_maximum: u16::MAX,
        reasons: false,
        will,
        session: Wanted {
            clean: connect.clean_session(),
            // It can't say for how long: for as long as may be.
            expiry_s: if connect.clean_session() { 0 } else { u32::MAX },
        },
        own_authentication: false,
    }
}

fn v5(connect: &v5_0::Connect) -> Greeting {
    let mut greeting = Greeting {
        dialect: Dialect::V5,
        client_id: connect.client_id().to_owned(),
        assigned: false,
        user_name: connect.user_name().map(str::to_owned),
        azure: None,
        password: connect.password().map(<[u8]>::to_vec),
        keep_alive: connect.keep_alive(),
        receive_maximum: u16::MAX,
        reasons: true,
        will: None,
        session: Wanted {
            clean: connect.clean_start(),
            expiry_s: session_expiry(connect.props()).unwrap_or(0),
        },
        own_authentication: false,
    };
    for property in connect.props() {
        match property {
            Property::ReceiveMaximum(value) => greeting.receive_maximum = value.val().max(1),
            Property::RequestProblemInformation(value) => greeting.reasons = value.val() != 0,
            Property::AuthenticationMethod(_) => greeting.own_authentication = true,
            _ => {}
        }
    }
    greeting.will = connect.will_flag().then(|| Will {
        topic: connect.will_topic().unwrap_or_default().to_owned(),
        payload: connect.will_payload().unwrap_or_default().into_payload(),
        qos: connect.will_qos(),
        retain: connect.will_retain(),
        delay_s: connect.will_props().iter().find_map(delay).unwrap_or(0),
        properties: connect
            .will_props()
            .iter()
            .filter(|property| !matches!(property, Property::WillDelayInterval(_)))
            .cloned()
            .collect(),
    });
    greeting
}

fn delay(property: &Property) -> Option<u32> {
    if let Property::WillDelayInterval(value) = property { Some(value.val()) } else { None }
}

impl Greeting {
    /// Finds out which dialect the user name is of. Those that know MQTT 5 speak the native one.
    pub(crate) fn tell_dialect(&mut self, hub_names: &[String]) {
        let name = self.user_name.as_deref().filter(|_| self.dialect == Dialect::V3);
        self.azure = name.and_then(|name| UserName::read(name, hub_names.iter().map(String::as_str)));
    }

    /// Whom it takes for the hub.
    pub(crate) fn hub(&self) -> Option<&HubName> {
        if let Some(UserName::Hub(hub)) = &self.azure { Some(hub) } else { None }
    }

    /// What it wants to be registered as.
    pub(crate) fn registrant(&self) -> Option<Registrant> {
        let Some(UserName::Dps { scope, registration }) = &self.azure else { return None };
        Some(Registrant { scope: scope.clone(), registration: registration.clone() })
    }

    /// The name of its session: apart from those of native clients, whatever they call themselves.
    pub(crate) fn session_name(&self) -> String {
        match self.hub() {
            Some(_) => format!("{}{}", azure::OURS, self.client_id),
            None => self.client_id.clone(),
        }
    }

    /// Makes up a client id where there is none.
    ///
    /// # Errors
    /// Where the id is too long, or something is asked for that isn't served.
    pub(crate) fn check(
        &mut self,
        limits: &Limits,
        made_up: impl FnOnce() -> String,
    ) -> Result<(), NotWelcome> {
        if self.client_id.len() > limits.client_id_bytes {
            let reason = format!("The limit “client id” is {} bytes.", limits.client_id_bytes);
            return Err(bad_client_id(reason));
        }
        if self.client_id.starts_with(azure::OURS) {
            return Err(bad_client_id(format!(
                "Client ids that begin with “{}” are the broker's own.",
                azure::OURS
            )));
        }
        if self.client_id.is_empty() {
            if self.dialect == Dialect::V3 && !self.session.clean {
                return Err(bad_client_id("A session that is kept needs a client id.".into()));
            }
            self.client_id = made_up();
            self.assigned = true;
        }
        if self.own_authentication {
            let reason = "Sign in with user name and password.";
            return Err(NotWelcome::because(
                Refused::NotServed,
                ConnectReasonCode::BadAuthenticationMethod,
                reason,
            ));
        }
        match &self.will {
            Some(will) if self.dialect == Dialect::V5 && will.qos == Qos::ExactlyOnce => {
                Err(NotWelcome::because(
                    Refused::NotServed,
                    ConnectReasonCode::QosNotSupported,
                    "QoS 2 is not served; use QoS 0 or 1.",
                ))
            }
            _ => Ok(()),
        }
    }

    /// Whether a device of the hub is the one that it calls itself: its client id is its own id.
    ///
    /// # Errors
    /// The sentence for its log.
    pub(crate) fn belongs(&self, who: &Who) -> Result<(), String> {
        let (Some(hub), Some(identity)) = (self.hub(), who.device()) else { return Ok(()) };
        if *identity.external_id != *hub.device {
            return Err("The user name is of another device than what proves it.".into());
        }
        if self.client_id != hub.device {
            let shown = refusal::shorten(&self.client_id);
            return Err(format!("The client id is “{shown}”; that of a device of the hub is its own id."));
        }
        Ok(())
    }

    /// The will stands under the same rules as any publication.
    ///
    /// # Errors
    /// Where this client may not publish it.
    pub(crate) fn check_will(&mut self, who: &Who) -> Result<(), NotWelcome> {
        let hub = self.hub().and_then(|_| azure::Hub::of(who));
        let Some(will) = &mut self.will else { return Ok(()) };
        if let Some(mut hub) = hub {
            return hub.will(will).map_err(|reason| {
                let code = ConnectReasonCode::NotAuthorized;
                NotWelcome::because(Refused::NotServed, code, format!("Its last will: {reason}"))
            });
        }
        if will.retain && who.device().is_none() {
            let reason = "A service leaves no retained message behind.";
            return Err(NotWelcome::because(
                Refused::NotServed,
                ConnectReasonCode::RetainNotSupported,
                reason,
            ));
        }
        if who.may_publish(&will.topic) {
            return Ok(());
        }
        let reason = match who {
            Who::Device(identity) => refusal::publication(identity, &will.topic),
            Who::Service(_) if filter::is_topic(&will.topic) => "Services don't speak for devices.".into(),
            Who::Service(_) => "Wildcards can't be published to.".into(),
        };
        Err(NotWelcome::because(
            Refused::NotServed,
            ConnectReasonCode::NotAuthorized,
            format!("Its last will: {reason}"),
        ))
    }
}

fn bad_client_id(reason: String) -> NotWelcome {
    NotWelcome {
        v3: ConnectReturnCode::IdentifierRejected,
        v5: ConnectReasonCode::ClientIdentifierNotValid,
        reason,
        refused: Refused::NotServed,
    }
}
