//! Hears the broker, by `rumqttc`, which nothing else here knows.
//!
//! What its version 0.25 needs: a raised limit for incoming packets, or a large one comes again and again; a
//! subscription after every CONNACK; and an acknowledgement only on the connection that brought the message, since
//! packet ids begin anew with each. So every connection has a number, an epoch, and messages carry it.

use crate::Config;
use crate::properties::Properties;
use model::topic::INGEST_FILTERS;
use rumqttc::Outgoing;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Filter, Packet, Publish, SubscribeReasonCode};
use rumqttc::v5::{AsyncClient, ConnectionError, Event, EventLoop, MqttOptions};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

/// Messages that the broker may send before the first is acknowledged.
const IN_FLIGHT_MAX: u16 = 16_384;
/// Bytes of messages that are held at once; then nothing more is read.
const BYTES_MAX: usize = 64 << 20;
/// What a message takes beside its body, roughly.
const OVERHEAD: usize = 512;
/// For so long the broker keeps what comes while this process is away, in seconds.
const SESSION_S: u32 = 24 * 60 * 60;
const KEEP_ALIVE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(100);
const PAUSE_LONGEST: Duration = Duration::from_secs(5);
/// For so long acknowledgements are still sent after the end was asked for.
const GRACE: Duration = Duration::from_secs(10);

/// A message as it came.
pub(crate) struct Incoming {
    pub(crate) topic: String,
    pub(crate) payload: bytes::Bytes,
    pub(crate) properties: Properties,
    /// When it arrived, milliseconds since 1970.
    pub(crate) arrived_ms: i64,
    /// A name that no other packet has; the same when our own broker delivers it again.
    pub(crate) uid: String,
    /// What must be acknowledged once it is committed.
    pub(crate) receipt: Receipt,
}

/// What is owed to the broker for a message. Holds the message's share of memory until it is dropped.
pub(crate) struct Receipt {
    epoch: u64,
    /// 0: nothing is owed (QoS 0).
    packet_id: u16,
    _share: OwnedSemaphorePermit,
}

/// The number of the connection, shared between who reads and who acknowledges.
#[derive(Clone, Default)]
struct Epoch(Arc<Mutex<u64>>);

impl Epoch {
    fn lock(&self) -> MutexGuard<'_, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends acknowledgements, in the order in which they are given.
pub(crate) struct Acker {
    client: AsyncClient,
    epoch: Epoch,
}

impl Acker {
    /// Acknowledges what this connection has brought; what an earlier one has, comes again by itself.
    pub(crate) fn acknowledge(&self, receipts: &[Receipt]) {
        let epoch = self.epoch.lock();
        for receipt in receipts.iter().filter(|r| r.epoch == *epoch && r.packet_id != 0) {
            let mut publish = Publish { qos: QoS::AtLeastOnce, ..Publish::default() };
            publish.pkid = receipt.packet_id;
            // There is room for as many as can be in flight, so this fails only when the reader has ended.
            if self.client.try_ack(&publish).is_err() {
                debug!("an acknowledgement came too late; its message will come again");
            }
        }
    }
}

/// Reads from the broker until the end.
pub(crate) struct Source {
    trusted: bool,
    events: EventLoop,
    client: AsyncClient,
    epoch: Epoch,
    out: Option<mpsc::UnboundedSender<Incoming>>,
    memory: Arc<Semaphore>,
    connected: watch::Sender<bool>,
    uids: Uids,
}

impl Source {
    /// A source, what sends its acknowledgements, and where its messages come out.
    pub(crate) fn new(
        config: &Config,
        connected: watch::Sender<bool>,
    ) -> (Source, Acker, mpsc::UnboundedReceiver<Incoming>) {
        let mut options = MqttOptions::new(&config.client_id, &config.host, config.port);
        options
            .set_credentials(&config.user_name, &config.password)
            // Our own broker keeps what isn't acknowledged by itself, session or not; any other only in a session.
            .set_clean_start(config.trusted)
            .set_session_expiry_interval((!config.trusted).then_some(SESSION_S))
            .set_keep_alive(KEEP_ALIVE)
            .set_manual_acks(true)
            .set_receive_maximum(Some(IN_FLIGHT_MAX))
            .set_max_packet_size(Some(config.max_packet))
            // Nothing is published from here.
            .set_outgoing_inflight_upper_limit(10);
        // An acknowledgement is a small write: it must not wait for the one before it to be confirmed.
        let mut network = options.network_options();
        network.set_tcp_nodelay(true);
        options.set_network_options(network);
        let (client, events) = AsyncClient::new(options, usize::from(IN_FLIGHT_MAX) + 100);
        let (out, incoming) = mpsc::unbounded_channel();
        let epoch = Epoch::default();
        let source = Source {
            trusted: config.trusted,
            events,
            client: client.clone(),
            epoch: epoch.clone(),
            out: Some(out),
            memory: Arc::new(Semaphore::new(BYTES_MAX)),
            connected,
            uids: Uids::new(),
        };
        (source, Acker { client, epoch }, incoming)
    }

    /// Reads until `stop`; then sends what is still acknowledged until `drained`, and disconnects.
    pub(crate) async fn run(mut self, stop: CancellationToken, drained: CancellationToken) {
        let mut pause = PAUSE;
        while !stop.is_cancelled() {
            let polled = tokio::select! {
                polled = self.events.poll() => polled,
                () = stop.cancelled() => break,
            };
            match polled {
                Ok(event) => {
                    pause = PAUSE;
                    tokio::select! {
                        () = self.take(event) => {}
                        () = stop.cancelled() => break,
                    }
                }
                Err(e) => {
                    self.lost(&e);
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        () = stop.cancelled() => break,
                    }
                    pause = (pause * 2).min(PAUSE_LONGEST);
                }
            }
        }
        self.out = None;
        self.finish(drained).await;
    }

    async fn take(&mut self, event: Event) {
        match event {
            Event::Incoming(Packet::Publish(publish)) => self.hand_on(publish).await,
            Event::Incoming(Packet::ConnAck(_)) => {
                let filters =
                    INGEST_FILTERS.map(|f| Filter::new(format!("$share/ingest/{f}"), QoS::AtLeastOnce));
                if self.client.try_subscribe_many(filters).is_err() {
                    error!("no room to subscribe");
                }
            }
            Event::Incoming(Packet::SubAck(answer)) => {
                let refused =
                    answer.return_codes.iter().find(|c| !matches!(c, SubscribeReasonCode::Success(_)));
                match refused {
                    None => {
                        info!("ingestion hears the broker");
                        self.connected.send_replace(true);
                    }
                    Some(code) => error!(?code, "the broker refuses the ingestion's subscriptions"),
                }
            }
            _ => {}
        }
    }

    async fn hand_on(&mut self, publish: Publish) {
        let size = publish.payload.len() + OVERHEAD;
        let share = self.memory.clone().try_acquire_many_owned(size as u32);
        let share = match share {
            Ok(share) => share,
            Err(_) if publish.pkid == 0 => {
                debug!("no room for a message of quality 0");
                return;
            }
            Err(_) => match self.memory.clone().acquire_many_owned(size.min(BYTES_MAX) as u32).await {
                Ok(share) => share,
                Err(_) => return,
            },
        };
        let (content_type, pairs) =
            publish.properties.map(|p| (p.content_type, p.user_properties)).unwrap_or_default();
        let mut properties = Properties::sort(content_type, pairs, self.trusted);
        let uid = properties.uid.take().unwrap_or_else(|| self.uids.next());
        let incoming = Incoming {
            topic: String::from_utf8_lossy(&publish.topic).into_owned(),
            payload: publish.payload,
            arrived_ms: properties.arrived_ms.unwrap_or_else(now_ms),
            properties,
            uid,
            receipt: Receipt { epoch: *self.epoch.lock(), packet_id: publish.pkid, _share: share },
        };
        if let Some(out) = &self.out {
            // Fails only at the end, when nobody commits any more: then it isn't acknowledged either.
            let _ = out.send(incoming);
        }
    }

    /// After a connection: nothing of it may reach the next.
    fn lost(&mut self, why: &ConnectionError) {
        let mut epoch = self.epoch.lock();
        *epoch += 1;
        // Messages that were read but not handed on come again, and so do those whose acknowledgement still waits.
        self.events.state.events.clear();
        self.events.clean();
        self.events.pending.clear();
        if self.connected.send_replace(false) {
            warn!(error = %why, "the connection to the broker is lost; connecting again");
        } else {
            debug!(error = %why, "the broker can't be reached; trying again");
        }
    }

    /// Sends acknowledgements as long as some can come, then says good-bye.
    async fn finish(mut self, drained: CancellationToken) {
        let farewell = async {
            loop {
                tokio::select! {
                    polled = self.events.poll() => if polled.is_err() { return },
                    () = drained.cancelled() => break,
                }
            }
            // Behind the last acknowledgement.
            if self.client.try_disconnect().is_ok() {
                while !matches!(self.events.poll().await, Err(_) | Ok(Event::Outgoing(Outgoing::Disconnect)))
                {
                }
            }
        };
        if tokio::time::timeout(GRACE, farewell).await.is_err() {
            warn!("the last acknowledgements could not be sent; their messages will come again");
        }
        self.connected.send_replace(false);
    }
}

/// Names for packets of a broker that gives none: of this process and its start, and counted.
struct Uids {
    process: String,
    count: u64,
}

impl Uids {
    fn new() -> Uids {
        let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        Uids { process: format!("{}-{start}", std::process::id()), count: 0 }
    }

    fn next(&mut self) -> String {
        self.count += 1;
        format!("{}-{}", self.process, self.count)
    }
}

/// The time, milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
