//! A device: a plain MQTT 5 client that publishes and knows when it was acknowledged.

use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, PublishProperties};
use rumqttc::v5::{AsyncClient, Event, MqttOptions};
use std::time::Duration;
use tokio::sync::watch;

/// A connected client.
pub(crate) struct Device {
    client: AsyncClient,
    acknowledged: watch::Receiver<u64>,
    sent: u64,
    prefix: String,
}

impl Device {
    /// Connects; its topics begin with `{scope}/{device}/`.
    pub(crate) fn connect(port: u16, scope: &str, device: &str) -> Device {
        let mut options = MqttOptions::new(format!("{scope}-{device}"), "127.0.0.1", port);
        options.set_keep_alive(Duration::from_secs(30)).set_max_packet_size(Some(1 << 20));
        let (client, mut events) = AsyncClient::new(options, 100_000);
        let (count, acknowledged) = watch::channel(0);
        tokio::spawn(async move {
            loop {
                match events.poll().await {
                    Ok(Event::Incoming(Packet::PubAck(_))) => count.send_modify(|n| *n += 1),
                    Ok(_) => {}
                    Err(_) if count.is_closed() => return,
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        });
        Device { client, acknowledged, sent: 0, prefix: format!("{scope}/{device}/") }
    }

    /// Publishes telemetry at quality 1, without waiting.
    pub(crate) async fn send(&mut self, body: impl Into<Vec<u8>>) {
        self.publish("telemetry", body, &[]).await;
    }

    /// Publishes to a topic below the prefix at quality 1, with user properties, without waiting.
    pub(crate) async fn publish(
        &mut self,
        rest: &str,
        body: impl Into<Vec<u8>>,
        properties: &[(&str, &str)],
    ) {
        let user_properties = properties.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let properties = PublishProperties { user_properties, ..PublishProperties::default() };
        let topic = format!("{}{rest}", self.prefix);
        let sent =
            self.client.publish_with_properties(topic, QoS::AtLeastOnce, false, body.into(), properties);
        sent.await.unwrap();
        self.sent += 1;
    }

    /// Publishes telemetry at quality 0.
    pub(crate) async fn send_carelessly(&mut self, body: &str) {
        let topic = format!("{}telemetry", self.prefix);
        self.client.publish(topic, QoS::AtMostOnce, false, body.to_owned()).await.unwrap();
    }

    /// Waits until the broker has acknowledged all.
    pub(crate) async fn acknowledged(&mut self) {
        let sent = self.sent;
        let all = self.acknowledged.wait_for(|n| *n >= sent);
        tokio::time::timeout(Duration::from_secs(60), all).await.expect("the broker acknowledges").unwrap();
    }
}
