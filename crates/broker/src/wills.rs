//! Last wills that wait: MQTT 5 lets a client name a time in which it may come back before its will is published.
//!
//! A will waits no longer than its session is kept: a session that has ended is nobody's to come back to. One that
//! waits when the broker stops is published then, like those of all who are connected.

use crate::hello::Will;
use crate::mailbox::ConnectionId;
use crate::publication::{self, Inbound, Publication};
use crate::running::Shared;
use crate::sessions::Owner;
use crate::who::Who;
use model::{DeviceId, WorkspaceId};
use mqtt_protocol_core::mqtt::packet::Qos;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

type Whose = (WorkspaceId, DeviceId, Arc<str>);

/// The wills that wait; at most one of a session.
#[derive(Default)]
pub(crate) struct Wills {
    waiting: Mutex<HashMap<Whose, Waiting>>,
}

struct Waiting {
    of: ConnectionId,
    back: oneshot::Sender<Back>,
}

/// A client has come back.
enum Back {
    /// To its session: the will is void.
    ToItsSession,
    /// And begins anew: the session has ended.
    Anew,
}

impl Wills {
    /// A client is here that has this session, or begins it anew.
    pub(crate) fn back(&self, owner: &Owner, anew: bool) {
        if let Some(waiting) = self.lock().remove(&whose(owner)) {
            // Where it is published just now, nobody listens any more.
            let _ = waiting.back.send(if anew { Back::Anew } else { Back::ToItsSession });
        }
    }

    fn forget(&self, owner: &Owner, of: ConnectionId) {
        let waiting = &mut *self.lock();
        if waiting.get(&whose(owner)).is_some_and(|w| w.of == of) {
            waiting.remove(&whose(owner));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Whose, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Publishes a will of the connection `id` after `delay`, unless its client comes back before.
pub(crate) fn publish_later(
    shared: &Arc<Shared>,
    owner: Owner,
    id: ConnectionId,
    will: Will,
    delay: Duration,
) {
    let (back, came) = oneshot::channel();
    shared.wills.lock().insert(whose(&owner), Waiting { of: id, back });
    let shared = shared.clone();
    tokio::spawn(async move {
        let waited = tokio::select! {
            waited = timeout(delay, came) => waited,
            () = shared.cancel.cancelled() => Ok(Ok(Back::Anew)),
        };
        shared.wills.forget(&owner, id);
        if !matches!(waited, Ok(Ok(Back::ToItsSession))) {
            publish_up(&shared, &Who::Device(owner.who), id, will);
        }
    });
}

/// Publishes a device's will.
pub(crate) fn publish_up(shared: &Shared, who: &Who, id: ConnectionId, will: Will) {
    let Some(workspace) = who.device().map(|identity| identity.workspace) else { return };
    let qos1 = will.qos != Qos::AtMostOnce;
    let mut inbound = inbound(will);
    let budget = if qos1 { &shared.waiting } else { &shared.qos0 };
    let charge = budget.take_anyway(workspace, inbound.bytes());
    let properties = shared.stamp.properties(&mut inbound, who.auth());
    let publication = Publication {
        topic: inbound.topic,
        payload: inbound.payload,
        qos1,
        retain: inbound.retain,
        expires: publication::expiry(&properties).map(|lasts| Instant::now() + lasts),
        properties,
        lane: who.lane(id),
        origin: None,
        _charge: Some(charge),
    };
    shared.router.up(&[Arc::new(publication)], |_, _| {});
}

/// A will as a message that has just come.
pub(crate) fn inbound(will: Will) -> Inbound {
    Inbound {
        topic: will.topic.into(),
        payload: will.payload,
        dup: false,
        retain: will.retain,
        properties: will.properties,
        number: None,
    }
}

fn whose(owner: &Owner) -> Whose {
    (owner.who.workspace, owner.who.device, owner.client_id.clone())
}
