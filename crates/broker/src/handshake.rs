//! The beginning of a connection: reading its CONNECT, asking the gate, answering.
//!
//! A stranger gets little: a small packet, a short time. Nothing more is read before the gate has answered.

use crate::answer::{self, Dialect, NotWelcome, Terms};
use crate::azure::Hub;
use crate::connection::{Peer, READ, Wire, last_words};
use crate::conversation::Conversation;
use crate::figures::Refused;
use crate::frame::{self, Front};
use crate::gate::{Auth, Hello, Refusal, Verdict};
use crate::hello::{self, Greeting, Unread};
use crate::mailbox::{ConnectionId, Mailbox};
use crate::refusal;
use crate::registry::Entry;
use crate::running::Shared;
use crate::session::{Opening, Session};
use crate::sessions::{Begun, Owner};
use crate::who::Who;
use model::event::EventKind;
use mqtt_protocol_core::mqtt::packet::Packet;
use mqtt_protocol_core::mqtt::prelude::*;
use mqtt_protocol_core::mqtt::result_code::{ConnectReasonCode, ConnectReturnCode, MqttError};
use mqtt_protocol_core::mqtt::{Connection, Version, role};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::time::timeout;

/// Reads the CONNECT.
pub(crate) async fn greet<S>(
    shared: &Shared,
    wire: &mut Wire<S>,
) -> Option<(Connection<role::Server>, Greeting)>
where
    S: AsyncRead + AsyncWrite,
{
    let limit = shared.limits.connect_bytes;
    let frame = loop {
        if frame::kind(&wire.input).is_some_and(|kind| kind != frame::CONNECT) {
            tracing::debug!("the first packet is no CONNECT");
            return None;
        }
        match frame::take(&mut wire.input, limit) {
            Front::Whole(frame) => break frame,
            Front::Short(wanted) => wire.input.reserve(wanted.max(READ.start)),
            Front::TooLarge(bytes) => {
                tracing::debug!(bytes, limit, "the CONNECT is too large");
                return None;
            }
            Front::Malformed => return None,
        }
        if wire.reader.read_buf(&mut wire.input).await.ok()? == 0 {
            return None;
        }
    };
    let mut mqtt = Connection::<role::Server>::new(Version::Undetermined);
    match hello::read(&mut mqtt, &frame) {
        Ok(mut greeting) => {
            greeting.tell_dialect(&shared.hub_names);
            Some((mqtt, greeting))
        }
        Err(Unread::UnknownVersion) => {
            last_words(wire, &hello::UNKNOWN_VERSION).await;
            None
        }
        Err(Unread::Broken { error, answer }) => {
            tracing::debug!(%error, "the CONNECT is broken");
            last_words(wire, &answer).await;
            None
        }
    }
}

/// Asks the gate, and makes the client welcome, or not. With the keep-alive in seconds.
pub(crate) async fn sign_in<S>(
    shared: &Arc<Shared>,
    wire: &mut Wire<S>,
    mqtt: Connection<role::Server>,
    mut greeting: Greeting,
    peer: Peer,
) -> Option<(Box<Conversation>, u16)>
where
    S: AsyncRead + AsyncWrite,
{
    let id = shared.next_id();
    let admitted = admit(shared, id, &mut greeting, &peer).await;
    let Admitted { who, mailbox, owner, begun } = match admitted {
        Ok(admitted) => admitted,
        Err(mut why) => {
            if greeting.hub().is_some() && why.refused == Refused::BadCredentials {
                // The SDKs know this one.
                why.v3 = ConnectReturnCode::NotAuthorized;
            }
            tracing::debug!(%peer.address, reason = why.reason, "not welcome");
            shared.counts.refused(why.refused);
            last_words(wire, &bytes_of(answer::not_welcome(greeting.dialect, &why))).await;
            return None;
        }
    };
    let device = who.device().is_some();
    let proved = match who.auth() {
        Auth::Certificate => " by its certificate",
        Auth::Token => " by a token",
        Auth::Key => "",
    };
    let counts = &shared.counts;
    if device {
        counts.devices_connected.one()
    } else {
        counts.services_connected.one()
    }
    let most = if device { shared.limits.device_window } else { shared.limits.member_window };
    let hub = greeting.hub().and_then(|_| Hub::of(&who));
    let version = match (greeting.dialect, &hub) {
        (Dialect::V5, _) => "MQTT 5",
        (Dialect::V3, None) => "MQTT 3.1.1",
        (Dialect::V3, Some(_)) => "MQTT 3.1.1 in the Azure dialect",
    };
    let opening = Opening {
        mqtt,
        hub,
        dialect: greeting.dialect,
        who,
        reasons: greeting.reasons,
        send_window: usize::from(greeting.receive_maximum.min(most)),
        asked_to_keep: greeting.session.expiry_s > 0,
    };
    let mut session = Session::new(opening, shared.limits.clone());
    session.welcome(Terms {
        present: begun.present,
        assigned: greeting.assigned.then_some(&*greeting.client_id),
        expiry_s: Some(begun.expiry_s).filter(|granted| *granted != greeting.session.expiry_s),
    });
    let transport = peer.transport();
    let conversation = Conversation::new(shared.clone(), id, mailbox, session, greeting.will);
    let mut conversation = Box::new(conversation);
    conversation.note(
        EventKind::Connected,
        format!(
            "Connected from {} with {version} over {transport}{}, client id “{}”.",
            peer.address.ip(),
            proved,
            refusal::shorten(&greeting.client_id)
        ),
    );
    if let Some(owner) = owner {
        conversation.resume(owner, begun);
    }
    Some((conversation, greeting.keep_alive))
}

/// A client that may come in.
struct Admitted {
    who: Who,
    mailbox: Arc<Mailbox>,
    /// Whose session it is; services have none that is kept.
    owner: Option<Owner>,
    begun: Begun,
}

async fn admit(
    shared: &Arc<Shared>,
    id: ConnectionId,
    greeting: &mut Greeting,
    peer: &Peer,
) -> Result<Admitted, NotWelcome> {
    greeting.check(&shared.limits, || format!("auto-{}", shared.unique(id)))?;
    let cuts = shared.router.cuts();
    let who = ask(shared, greeting, peer).await?;
    if let Err(reason) = greeting.belongs(&who) {
        if let Some(identity) = who.device() {
            shared.gate.event(identity, EventKind::SignInRefused, reason.clone());
        }
        return Err(NotWelcome::because(Refused::BadCredentials, ConnectReasonCode::NotAuthorized, reason));
    }
    if let Err(why) = greeting.check_will(&who) {
        if let Some(identity) = who.device() {
            shared.gate.event(identity, EventKind::TopicRefused, why.reason.clone());
        }
        return Err(why);
    }
    let mailbox = Arc::new(Mailbox::default());
    let most = shared.limits.member_window.min(greeting.receive_maximum);
    let entry = Entry {
        who: who.clone(),
        client_id: greeting.session_name().into(),
        mailbox: mailbox.clone(),
        filters: Vec::new(),
        window: usize::from(most),
    };
    match shared.router.add(id, entry) {
        Ok(false) => {}
        Ok(true) => shared.counts.taken_over.one(),
        Err((limit, text)) => {
            shared.counts.struck(limit);
            if let Some(identity) = who.device() {
                shared.gate.event(identity, EventKind::LimitReached, format!("Not connected: {text}"));
            }
            return Err(NotWelcome::because(Refused::Limit, ConnectReasonCode::QuotaExceeded, text));
        }
    }
    // Whoever cut something off meanwhile did not see this connection yet, and its key may be an old one.
    if shared.router.cuts() != cuts && ask(shared, greeting, peer).await.ok().as_ref() != Some(&who) {
        shared.router.remove(id);
        return Err(Refusal::BadCredentials.into());
    }
    greeting.password = None;
    let anew = greeting.session.clean;
    let client_id: Arc<str> = greeting.session_name().into();
    let owner = who.device().map(|identity| Owner { who: identity.clone(), client_id });
    if let Some(owner) = &owner {
        shared.wills.back(owner, anew);
    }
    // Who has left its client id to us, has none yet.
    let nothing_to_ask = greeting.assigned && greeting.session.expiry_s == 0;
    let begun = match owner.as_ref().filter(|_| !nothing_to_ask) {
        Some(owner) => {
            let here = || shared.router.holds(id);
            shared.sessions.begin(owner, greeting.session, here).await.map_err(|_| {
                shared.router.remove(id);
                NotWelcome::from(Refusal::Unavailable)
            })?
        }
        None => Begun::default(),
    };
    Ok(Admitted { who, mailbox, owner, begun })
}

/// Asks the gate who that is.
async fn ask(shared: &Shared, greeting: &Greeting, peer: &Peer) -> Result<Who, NotWelcome> {
    let hello = Hello {
        user_name: greeting.user_name.as_deref(),
        hub: greeting.hub(),
        password: greeting.password.as_deref(),
        client_id: &greeting.client_id,
        peer: peer.address,
        secure: peer.secure,
        certificate: peer.certificates.first().map(Vec::as_slice),
        issuers: peer.certificates.get(1..).unwrap_or_default(),
    };
    let asked = timeout(shared.limits.handshake, shared.gate.authenticate(&hello));
    match asked.await.unwrap_or(Verdict::Refuse(Refusal::Unavailable)) {
        Verdict::Device(identity) => Ok(Who::Device(identity)),
        Verdict::Service(name) => Ok(Who::Service(name)),
        Verdict::Refuse(refusal) => Err(refusal.into()),
    }
}

fn bytes_of(packet: Result<Packet, MqttError>) -> Vec<u8> {
    packet.map(|packet| packet.to_continuous_buffer()).unwrap_or_default()
}
