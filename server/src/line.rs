//! What processes say to each other over the broker: what was committed, for the pages of whichever web server, and
//! which workspaces somebody looks at, so that nothing is said that nobody hears.
//!
//! All of it may be lost without harm: a page asks for what it shows when it is told of a gap. Devices can't reach it
//! (`model::topic::INTERNAL`). Where processes play different parts, a process hears itself this way too.

mod inbox;
mod looked_at;
mod outbox;

use inbox::Inbox;
use ingest::{Audience, Hub};
use looked_at::LookedAt;
use model::live::LiveEvent;
use model::{WorkspaceId, topic};
use outbox::Outbox;
use rumqttc::NetworkOptions;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, Publish};
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Events that wait to be gathered; what comes on top is lost, and told as a gap.
const WAITING: usize = 4096;
/// How long events are gathered before they are sent: too short for the eye.
const GATHER: Duration = Duration::from_millis(100);
/// How often a web server tells what is looked at.
const TELL_EVERY: Duration = Duration::from_secs(5);
/// When a page that has begun to look is told to ask again: by then everybody knows that it looks.
const KNOWN_AFTER: Duration = Duration::from_secs(1);
/// The pause after a lost connection.
const PAUSE: Duration = Duration::from_secs(1);
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// Largest packet that is taken, in bytes.
const PACKET_MAX: u32 = 1024 * 1024;
/// Packets that wait to be written.
const TO_WRITE: usize = 256;

/// How a process of ours signs in at the broker.
#[derive(Clone)]
pub(crate) struct SignIn {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user_name: String,
    pub(crate) password: String,
}

/// The line of one process; an [`Audience`] in other processes.
pub(crate) struct Line {
    outgoing: mpsc::Sender<(WorkspaceId, LiveEvent)>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    looked_at: LookedAt,
    connected: AtomicBool,
    /// Something could not be said.
    lost: AtomicBool,
}

impl Audience for Line {
    fn is_heard(&self, workspace: WorkspaceId) -> bool {
        self.state.looked_at.holds(workspace, Instant::now())
    }

    fn publish(&self, workspace: WorkspaceId, event: LiveEvent) {
        if self.is_heard(workspace) && self.outgoing.try_send((workspace, event)).is_err() {
            self.state.lost.store(true, Ordering::Relaxed);
        }
    }
}

/// Opens the line of this process, which nobody else may be called like. With a hub, what others say is told there.
/// It outlives any absence of the broker, and ends with `stop`.
pub(crate) fn open(sign_in: SignIn, process: &str, hub: Option<Arc<Hub>>, stop: CancellationToken) -> Line {
    let mut options = MqttOptions::new(format!("homeport-line-{process}"), sign_in.host, sign_in.port);
    options.set_credentials(sign_in.user_name, sign_in.password);
    options.set_keep_alive(KEEP_ALIVE).set_clean_start(true).set_max_packet_size(Some(PACKET_MAX));
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    options.set_network_options(network);
    let (client, events) = AsyncClient::new(options, TO_WRITE);
    let (outgoing, to_say) = mpsc::channel(WAITING);
    let state = Arc::new(State::default());
    let ear = hear(events, client.clone(), state.clone(), hub.clone());
    tokio::spawn(stop.clone().run_until_cancelled_owned(ear));
    tokio::spawn(stop.run_until_cancelled_owned(say(client, to_say, state.clone(), hub)));
    Line { outgoing, state }
}

/// Hears the broker, whenever it is there.
async fn hear(mut events: EventLoop, client: AsyncClient, state: Arc<State>, hub: Option<Arc<Hub>>) {
    let mut inbox = Inbox::default();
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                let live = hub.as_ref().map(|_| topic::LIVE_FILTER);
                for filter in live.into_iter().chain([topic::LOOKED_AT]) {
                    if let Err(error) = client.try_subscribe(filter, QoS::AtMostOnce) {
                        tracing::warn!(%error, filter, "other processes can't be heard");
                    }
                }
                state.looked_at.begin(Instant::now());
                state.connected.store(true, Ordering::Relaxed);
                // What was said meanwhile was missed.
                hub.iter().for_each(|hub| hub.gap());
            }
            Ok(Event::Incoming(Packet::Publish(said))) => take(&said, &mut inbox, &state, hub.as_deref()),
            Ok(_) => {}
            Err(error) => {
                if state.connected.swap(false, Ordering::Relaxed) {
                    tracing::warn!(%error, "other processes are no longer heard over the broker; connecting again");
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Takes what another process, or this one, has said.
fn take(said: &Publish, inbox: &mut Inbox, state: &State, hub: Option<&Hub>) {
    let at = std::str::from_utf8(&said.topic).unwrap_or_default();
    if at == topic::LOOKED_AT {
        match serde_json::from_slice::<Vec<WorkspaceId>>(&said.payload) {
            Ok(workspaces) => state.looked_at.hear(&workspaces, Instant::now()),
            Err(error) => tracing::warn!(%error, "what is looked at can't be read"),
        }
        return;
    }
    let workspace = at.strip_prefix(topic::LIVE).and_then(|id| id.parse().ok()).map(WorkspaceId);
    let (Some(workspace), Some(hub)) = (workspace, hub) else { return };
    match inbox.take(&said.payload, Instant::now()) {
        Ok((events, missed)) => {
            if missed {
                hub.gap();
            }
            events.into_iter().for_each(|event| hub.publish(workspace, event));
        }
        Err(error) => tracing::warn!(%error, "what another process says can't be read"),
    }
}

/// Says what there is to say, a few times a second, and what is looked at here.
async fn say(
    client: AsyncClient,
    mut to_say: mpsc::Receiver<(WorkspaceId, LiveEvent)>,
    state: Arc<State>,
    hub: Option<Arc<Hub>>,
) {
    let mut outbox = Outbox::new();
    let mut gather = tokio::time::interval(GATHER);
    gather.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut tell = tokio::time::interval(TELL_EVERY);
    let mut looked_at = HashSet::new();
    let begun = async || match &hub {
        Some(hub) => hub.begun().await,
        None => std::future::pending().await,
    };
    loop {
        tokio::select! {
            Some((workspace, event)) = to_say.recv() => outbox.add(workspace, event),
            _ = gather.tick() => {
                if state.lost.swap(false, Ordering::Relaxed) {
                    outbox.lost();
                }
                for (workspace, payload) in outbox.take() {
                    let at = format!("{}{}", topic::LIVE, workspace.0);
                    if !publish(&client, &state, at, payload) {
                        outbox.lost();
                    }
                }
            }
            _ = tell.tick() => looked_at = announce(&client, &state, hub.as_ref(), &looked_at),
            () = begun() => looked_at = announce(&client, &state, hub.as_ref(), &looked_at),
        }
    }
}

/// Tells what is looked at here. Who has just begun to look is told of a gap when the others know.
fn announce(
    client: &AsyncClient,
    state: &State,
    hub: Option<&Arc<Hub>>,
    before: &HashSet<WorkspaceId>,
) -> HashSet<WorkspaceId> {
    /// In one message.
    const AT_ONCE: usize = 10_000;
    let Some(hub) = hub else { return HashSet::new() };
    let now = hub.heard();
    for some in now.chunks(AT_ONCE) {
        if let Ok(payload) = serde_json::to_vec(some) {
            publish(client, state, topic::LOOKED_AT.into(), payload);
        }
    }
    let new: Vec<WorkspaceId> = now.iter().filter(|id| !before.contains(id)).copied().collect();
    if !new.is_empty() {
        let hub = hub.clone();
        tokio::spawn(async move {
            tokio::time::sleep(KNOWN_AFTER).await;
            new.into_iter().for_each(|workspace| hub.publish(workspace, LiveEvent::Gap));
        });
    }
    now.into_iter().collect()
}

/// Whether it is on its way. While the broker is away nothing is: it would be old when it arrived.
fn publish(client: &AsyncClient, state: &State, at: String, payload: Vec<u8>) -> bool {
    state.connected.load(Ordering::Relaxed) && client.try_publish(at, QoS::AtMostOnce, false, payload).is_ok()
}
