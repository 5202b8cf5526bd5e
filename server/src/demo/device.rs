//! A device of the demo: an MQTT client like any other, with its key.

use crate::error::{Error, Result};
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Outgoing, Packet, QoS};
use serde_json::{Map, Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Readings in one message, when history is sent.
const BATCH: usize = 50;
/// Messages under way at once.
const WINDOW: u16 = 20;
/// How often sending history is tried before the demo gives up.
const TRIES: u32 = 5;
/// How long a device waits before it connects again.
const AGAIN: Duration = Duration::from_secs(1);
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// Where the devices of the demo connect.
#[derive(Clone, Debug)]
pub(super) struct Broker {
    pub(super) address: SocketAddr,
    pub(super) scope: Arc<str>,
}

/// What a device connects with.
#[derive(Clone, Debug)]
pub(super) struct DeviceKey {
    pub(super) id: String,
    pub(super) key: String,
}

impl Broker {
    fn client(&self, device: &DeviceKey, part: &str) -> (AsyncClient, EventLoop) {
        let id = format!("demo-{}-{part}", device.id);
        let mut options = MqttOptions::new(id, self.address.ip().to_string(), self.address.port());
        options.set_credentials(format!("{}/{}", self.scope, device.id), device.key.as_str());
        options.set_keep_alive(KEEP_ALIVE).set_inflight(WINDOW).set_clean_session(true);
        options.set_max_packet_size(1024, model::telemetry::BODY_MAX);
        AsyncClient::new(options, 10)
    }

    fn topic(&self, device: &DeviceKey) -> String {
        format!("{}/{}/telemetry", self.scope, device.id)
    }
}

/// Sends these readings and returns when all are acknowledged: committed. After a broken connection all are sent
/// again, which stores nothing twice.
pub(super) async fn send(broker: Broker, device: DeviceKey, entries: Vec<Value>) -> Result<()> {
    let bodies: Vec<Vec<u8>> = entries
        .chunks(BATCH)
        .map(|batch| serde_json::to_vec(batch).map_err(|e| Error::Demo(e.to_string())))
        .collect::<Result<_>>()?;
    let mut why = String::new();
    for _ in 0..TRIES {
        match send_once(&broker, &device, bodies.clone()).await {
            Ok(()) => return Ok(()),
            Err(error) => why = error.to_string(),
        }
        tracing::debug!(device = device.id, why, "history is sent again");
        tokio::time::sleep(AGAIN).await;
    }
    Err(Error::Demo(format!("{} can't send its history: {why}", device.id)))
}

async fn send_once(
    broker: &Broker,
    device: &DeviceKey,
    bodies: Vec<Vec<u8>>,
) -> Result<(), rumqttc::ConnectionError> {
    let (client, mut events) = broker.client(device, "history");
    let (topic, count) = (broker.topic(device), bodies.len());
    let feeding = tokio::spawn(async move {
        for body in bodies {
            if client.publish(topic.as_str(), QoS::AtLeastOnce, false, body).await.is_err() {
                return;
            }
        }
        // Its requests end with the client; the events go on until the last acknowledgement.
        std::future::pending::<()>().await;
    });
    let mut acknowledged = 0;
    while acknowledged < count {
        match events.poll().await {
            Ok(Event::Incoming(Packet::PubAck(_))) => acknowledged += 1,
            Ok(_) => {}
            Err(error) => {
                feeding.abort();
                return Err(error);
            }
        }
    }
    feeding.abort();
    Ok(())
}

/// Plays a device until cancelled: every so often it reports what it is asked for the present moment.
pub(super) async fn live(
    broker: Broker,
    device: DeviceKey,
    every: Duration,
    cancel: CancellationToken,
    report: impl Fn(i64) -> Option<Map<String, Value>> + Send + 'static,
) {
    let (client, events) = broker.client(&device, "live");
    let connection = tokio::spawn(keep_connected(events, device.id.clone(), cancel.clone()));
    let topic = broker.topic(&device);
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while cancel.run_until_cancelled(ticks.tick()).await.is_some() {
        let now = super::now_ms();
        let Some(values) = report(now) else { continue };
        let body = json!({"ts": now, "values": values}).to_string();
        // While the broker is away, the present passes untold.
        if let Err(error) = client.try_publish(topic.as_str(), QoS::AtLeastOnce, false, body) {
            tracing::debug!(device = device.id, %error, "a report is left out");
        }
    }
    // Fails where the connection is gone: then there is nothing to end.
    let _ = client.try_disconnect();
    let _ = tokio::time::timeout(AGAIN, connection).await;
}

async fn keep_connected(mut events: EventLoop, device: String, cancel: CancellationToken) {
    loop {
        match events.poll().await {
            Ok(Event::Outgoing(Outgoing::Disconnect)) => return,
            Ok(_) => {}
            Err(_) if cancel.is_cancelled() => return,
            Err(error) => {
                tracing::debug!(device, %error, "a device of the demo connects again");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}
