//! A device: an MQTT client with a key.

use rumqttc::SubscribeReasonCode;
use rumqttc::{AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, MqttOptions, Packet, QoS};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

/// How long the broker may take to answer. Generous: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a device knows.
#[derive(Clone, Debug)]
pub struct TestDevice {
    /// The workspace's ID scope.
    pub scope: String,
    /// Its id.
    pub id: String,
    /// Its key, base64.
    pub key: String,
    /// Where the broker is.
    pub broker: SocketAddr,
}

/// A device that is connected.
pub struct Connected {
    client: AsyncClient,
    events: EventLoop,
    /// Came while something else was waited for.
    messages: VecDeque<(String, Vec<u8>)>,
}

impl TestDevice {
    /// The user name that it connects with.
    pub fn user_name(&self) -> String {
        format!("{}/{}", self.scope, self.id)
    }

    /// A topic of its own: `telemetry` as `{scope}/{id}/telemetry`.
    pub fn topic(&self, rest: &str) -> String {
        format!("{}{rest}", model::topic::prefix(&self.scope, &self.id))
    }

    /// Connects.
    ///
    /// # Errors
    /// The broker's refusal.
    pub async fn connect(&self) -> Result<Connected, ConnectReturnCode> {
        let mut options = MqttOptions::new(&self.id, self.broker.ip().to_string(), self.broker.port());
        options.set_credentials(self.user_name(), &self.key);
        options.set_keep_alive(Duration::from_secs(60)).set_max_packet_size(1024 * 1024, 16 * 1024 * 1024);
        let (client, mut events) = AsyncClient::new(options, 100);
        match tokio::time::timeout(PATIENCE, events.poll()).await.expect("the broker answers in time") {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                Ok(Connected { client, events, messages: VecDeque::new() })
            }
            Err(ConnectionError::ConnectionRefused(code)) => Err(code),
            other => panic!("the broker answered otherwise: {other:?}"),
        }
    }

    /// Sends telemetry over a connection of its own, and returns when it is acknowledged: committed.
    ///
    /// # Panics
    /// When it is not.
    pub async fn send(&self, body: impl Into<Vec<u8>>) {
        let mut connected = self.connect().await.expect("the broker lets the device in");
        connected.publish(&self.topic("telemetry"), body).await.expect("the message is acknowledged");
        connected.disconnect().await;
    }
}

impl Connected {
    /// Publishes with QoS 1 and waits for the acknowledgement.
    ///
    /// # Errors
    /// The connection ended before it came.
    pub async fn publish(&mut self, topic: &str, body: impl Into<Vec<u8>>) -> Result<(), ConnectionError> {
        self.client
            .publish(topic, QoS::AtLeastOnce, false, body)
            .await
            .expect("the client takes the message");
        let acknowledged = async {
            loop {
                match self.events.poll().await? {
                    Event::Incoming(Packet::PubAck(_)) => return Ok(()),
                    // An answer may be sooner than the acknowledgement of its question.
                    Event::Incoming(Packet::Publish(p)) => {
                        self.messages.push_back((p.topic, p.payload.to_vec()));
                    }
                    _ => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, acknowledged).await.expect("the broker answers in time")
    }

    /// Subscribes with QoS 1, and returns when that is granted.
    ///
    /// # Panics
    /// When it is not.
    pub async fn subscribe(&mut self, filter: &str) {
        self.client.subscribe(filter, QoS::AtLeastOnce).await.expect("the client takes the subscription");
        let granted = async {
            loop {
                let event = self.events.poll().await.expect("the connection holds");
                if let Event::Incoming(Packet::SubAck(answer)) = event {
                    let refused = answer.return_codes.contains(&SubscribeReasonCode::Failure);
                    assert!(!refused, "{filter} is refused");
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, granted).await.expect("the broker answers in time");
    }

    /// The next message that comes down: its topic and its body.
    ///
    /// # Panics
    /// When none comes.
    pub async fn message(&mut self) -> (String, Vec<u8>) {
        if let Some(message) = self.messages.pop_front() {
            return message;
        }
        let came = async {
            loop {
                let event = self.events.poll().await.expect("the connection holds");
                if let Event::Incoming(Packet::Publish(p)) = event {
                    return (p.topic, p.payload.to_vec());
                }
            }
        };
        tokio::time::timeout(PATIENCE, came).await.expect("a message comes in time")
    }

    /// Waits until the broker ends the connection.
    pub async fn ended(&mut self) -> ConnectionError {
        let ended = async {
            loop {
                if let Err(error) = self.events.poll().await {
                    return error;
                }
            }
        };
        tokio::time::timeout(PATIENCE, ended).await.expect("the connection ends in time")
    }

    /// Says good-bye.
    pub async fn disconnect(mut self) {
        if self.client.disconnect().await.is_ok() {
            let gone = async { while self.events.poll().await.is_ok() {} };
            tokio::time::timeout(PATIENCE, gone).await.expect("the connection ends in time");
        }
    }
}
