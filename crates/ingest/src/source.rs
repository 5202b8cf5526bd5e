//! Hears the broker, and sends acknowledgements once messages are committed.
//!
//! Packet ids begin anew with each connection, so every connection has a number, an epoch, and messages carry it: an
//! acknowledgement goes out only on the connection that brought its message.

use crate::Config;
use crate::link::{KEEP_ALIVE, Link};
use crate::properties::Properties;
use rumqttc::v5::mqttbytes::v5::{Packet, Publish, SubscribeReasonCode};
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

/// Bytes of messages that are held at once; then nothing more is read.
const BYTES_MAX: usize = 64 << 20;
/// What a message takes beside its body, roughly.
const OVERHEAD: usize = 512;
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

/// Sends acknowledgements, in the order in which they are given.
#[derive(Clone)]
pub(crate) struct Acker(mpsc::UnboundedSender<Vec<Ack>>);

/// An acknowledgement that is owed.
struct Ack {
    epoch: u64,
    packet_id: u16,
}

impl Acker {
    /// Acknowledges these messages, where the connection that brought them is still there; else they come again by
    /// themselves.
    pub(crate) fn acknowledge(&self, receipts: &[Receipt]) {
        let owed = receipts.iter().filter(|r| r.packet_id != 0);
        let acks = owed.map(|r| Ack { epoch: r.epoch, packet_id: r.packet_id }).collect();
        if self.0.send(acks).is_err() {
            debug!("acknowledgements came too late; their messages will come again");
        }
    }
}

/// Reads from the broker until the end.
pub(crate) struct Source {
    config: Config,
    acks: mpsc::UnboundedReceiver<Vec<Ack>>,
    epoch: u64,
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
        let (out, incoming) = mpsc::unbounded_channel();
        let (to_send, acks) = mpsc::unbounded_channel();
        let source = Source {
            config: config.clone(),
            acks,
            epoch: 0,
            out: Some(out),
            memory: Arc::new(Semaphore::new(BYTES_MAX)),
            connected,
            uids: Uids::new(),
        };
        (source, Acker(to_send), incoming)
    }

    /// Reads until `stop`; then sends what is still acknowledged until `drained`, and disconnects.
    pub(crate) async fn run(mut self, stop: CancellationToken, drained: CancellationToken) {
        let mut pause = PAUSE;
        loop {
            let Some(opened) = stop.run_until_cancelled(Link::open(&self.config)).await else { break };
            let broken = match opened {
                Err(error) => error,
                Ok(mut link) => {
                    pause = PAUSE;
                    match self.hear(&mut link, &stop).await {
                        Err(error) => error,
                        Ok(()) => return self.finish(link, drained).await,
                    }
                }
            };
            self.lost(&broken);
            if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                break;
            }
            pause = (pause * 2).min(PAUSE_LONGEST);
        }
    }

    /// One connection, until `stop`.
    async fn hear(&mut self, link: &mut Link, stop: &CancellationToken) -> io::Result<()> {
        let mut tick = tokio::time::interval(KEEP_ALIVE / 2);
        let mut heard = Instant::now();
        loop {
            tokio::select! {
                read = link.read() => {
                    read?;
                    heard = Instant::now();
                    while let Some(packet) = link.next()? {
                        if stop.run_until_cancelled(self.take(packet)).await.is_none() {
                            return Ok(());
                        }
                    }
                }
                Some(acks) = self.acks.recv() => self.send(link, acks).await?,
                _ = tick.tick() => {
                    if heard.elapsed() > KEEP_ALIVE * 2 {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                    link.ping()?;
                    link.flush().await?;
                }
                () = stop.cancelled() => return Ok(()),
            }
        }
    }

    /// Sends these acknowledgements and all that wait behind them, in one go.
    async fn send(&mut self, link: &mut Link, mut acks: Vec<Ack>) -> io::Result<()> {
        loop {
            for ack in acks.iter().filter(|ack| ack.epoch == self.epoch) {
                link.acknowledge(ack.packet_id)?;
            }
            match self.acks.try_recv() {
                Ok(more) => acks = more,
                Err(_) => return link.flush().await,
            }
        }
    }

    async fn take(&mut self, packet: Packet) {
        match packet {
            Packet::Publish(publish) => self.hand_on(publish).await,
            Packet::SubAck(answer) => {
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
            Packet::Disconnect(why) => debug!(reason = ?why.reason_code, "the broker says good-bye"),
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
        let mut properties = Properties::sort(content_type, pairs, self.config.trusted);
        let uid = properties.uid.take().unwrap_or_else(|| self.uids.next());
        let incoming = Incoming {
            topic: String::from_utf8_lossy(&publish.topic).into_owned(),
            payload: publish.payload,
            arrived_ms: properties.arrived_ms.unwrap_or_else(now_ms),
            properties,
            uid,
            receipt: Receipt { epoch: self.epoch, packet_id: publish.pkid, _share: share },
        };
        if let Some(out) = &self.out {
            // Fails only at the end, when nobody commits any more: then it isn't acknowledged either.
            let _ = out.send(incoming);
        }
    }

    /// After a connection: nothing of it may reach the next.
    fn lost(&mut self, why: &io::Error) {
        self.epoch += 1;
        if self.connected.send_replace(false) {
            warn!(error = %why, "the connection to the broker is lost; connecting again");
        } else {
            debug!(error = %why, "the broker can't be reached; trying again");
        }
    }

    /// Sends acknowledgements as long as some can come, then says good-bye.
    async fn finish(mut self, mut link: Link, drained: CancellationToken) {
        // Who decodes sees the end of what there is to decode.
        self.out = None;
        let farewell = async {
            loop {
                tokio::select! {
                    read = link.read() => {
                        read?;
                        // What comes now is not taken any more, and comes again to whoever is next.
                        while link.next()?.is_some() {}
                    }
                    Some(acks) = self.acks.recv() => self.send(&mut link, acks).await?,
                    () = drained.cancelled() => break,
                }
            }
            self.send(&mut link, Vec::new()).await?;
            // Behind the last acknowledgement.
            link.disconnect()?;
            link.flush().await
        };
        match tokio::time::timeout(GRACE, farewell).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => debug!(%error, "the connection ended before the last acknowledgements"),
            Err(_) => warn!("the last acknowledgements could not be sent; their messages will come again"),
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
