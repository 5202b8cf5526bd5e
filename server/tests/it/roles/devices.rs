//! Devices that send numbered messages with their own times, many at once, and one that tries what it may not.

use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS, SubscribeReasonCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use test_support::TestDevice;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Between two messages of a device.
const EVERY: Duration = Duration::from_millis(40);
/// How long the last acknowledgements may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The time of the first message, milliseconds since 1970.
const FIRST_MS: usize = 1_790_000_000_000;

/// A device that sends until it is told to finish.
pub(super) struct Sender {
    name: String,
    acked: Arc<AtomicUsize>,
    enough: CancellationToken,
    task: JoinHandle<usize>,
}

impl Sender {
    pub(super) fn start(number: u32, device: TestDevice) -> Sender {
        let name = format!("{number}");
        let (acked, enough) = (Arc::new(AtomicUsize::new(0)), CancellationToken::new());
        let (client, events) = client(&device);
        let sending = send(client, device.topic("telemetry"), name.clone(), enough.clone());
        let task = tokio::spawn(run(events, acked.clone(), tokio::spawn(sending)));
        Sender { name, acked, enough, task }
    }

    /// How many of its messages are acknowledged.
    pub(super) fn acked(&self) -> usize {
        self.acked.load(Ordering::Relaxed)
    }

    /// Ends it: its name, how many messages were acknowledged, and how many were not.
    pub(super) async fn finish(self) -> (String, usize, usize) {
        self.enough.cancel();
        let sent = tokio::time::timeout(PATIENCE, self.task).await.expect("all is acknowledged").unwrap();
        let acked = self.acked.load(Ordering::Relaxed);
        (self.name, acked, sent - acked)
    }
}

fn client(device: &TestDevice) -> (AsyncClient, EventLoop) {
    let mut options = MqttOptions::new(&device.id, device.broker.ip().to_string(), device.broker.port());
    options.set_credentials(device.user_name(), &device.key).set_keep_alive(Duration::from_secs(60));
    AsyncClient::new(options, 100)
}

/// Sends without waiting for answers; tells how many messages there were.
async fn send(client: AsyncClient, topic: String, name: String, enough: CancellationToken) -> usize {
    let mut number = 0;
    while enough.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
        let ts = FIRST_MS + number;
        let body = format!(r#"{{"id":"{name}:{number}","ts":{ts},"values":{{"n":{number}}}}}"#);
        client.publish(&topic, QoS::AtLeastOnce, false, body).await.unwrap();
        number += 1;
    }
    number
}

/// Counts acknowledgements, which come in the order of the messages, until all are there.
async fn run(mut events: EventLoop, acked: Arc<AtomicUsize>, mut sending: JoinHandle<usize>) -> usize {
    let mut sent = None;
    while sent.is_none_or(|sent| acked.load(Ordering::Relaxed) < sent) {
        tokio::select! {
            event = events.poll() => {
                if let Event::Incoming(Packet::PubAck(_)) = event.expect("the edge holds the connection") {
                    acked.fetch_add(1, Ordering::Relaxed);
                }
            }
            number = &mut sending, if sent.is_none() => sent = Some(number.unwrap()),
        }
    }
    sent.unwrap_or_default()
}

/// A device, and a stranger, can't reach what processes say to each other.
pub(super) async fn refused_everywhere(device: &TestDevice) {
    for filter in ["homeport/live/+", "homeport/looked-at", "homeport/#", "$share/g/homeport/live/+"] {
        let (client, mut events) = client(device);
        client.subscribe(filter, QoS::AtMostOnce).await.unwrap();
        let answer = loop {
            if let Event::Incoming(Packet::SubAck(answer)) = events.poll().await.unwrap() {
                break answer;
            }
        };
        assert_eq!(answer.return_codes, [SubscribeReasonCode::Failure], "{filter}");
    }
    for topic in ["homeport/live/1", "homeport/looked-at"] {
        let (client, mut events) = client(device);
        client.publish(topic, QoS::AtLeastOnce, false, "[1]").await.unwrap();
        let ended = async {
            loop {
                match events.poll().await {
                    Ok(Event::Incoming(Packet::PubAck(_))) => panic!("{topic} was taken"),
                    Ok(_) => {}
                    Err(_) => break,
                }
            }
        };
        tokio::time::timeout(PATIENCE, ended).await.expect("the connection ends");
    }
    // Whoever says to be one of our processes must know the password.
    let mut options = MqttOptions::new("line", device.broker.ip().to_string(), device.broker.port());
    options.set_credentials("service", &device.key);
    let (_client, mut events) = AsyncClient::new(options, 10);
    assert!(events.poll().await.is_err());
}
