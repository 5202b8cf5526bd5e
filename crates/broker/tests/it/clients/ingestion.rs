//! The ingestion's part, and that of a service that speaks to devices: takes what comes, acknowledges when told.

use crate::setup::{TestBroker, soon};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, Publish, PublishProperties};
use rumqttc::v5::{AsyncClient, Event, MqttOptions};
use std::collections::HashMap;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub(crate) struct Ingestion {
    client: AsyncClient,
    came: mpsc::UnboundedReceiver<Packet>,
    task: JoinHandle<()>,
}

impl Ingestion {
    pub(crate) async fn start(broker: &TestBroker) -> Ingestion {
        let mut options = MqttOptions::new("ingestion", "127.0.0.1", broker.port);
        options.set_credentials("service", "secret").set_manual_acks(true);
        let (client, mut events) = AsyncClient::new(options, 10);
        let (gone, came) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            while let Ok(event) = events.poll().await {
                if let Event::Incoming(packet @ (Packet::Publish(_) | Packet::SubAck(_))) = event
                    && gone.send(packet).is_err()
                {
                    return;
                }
            }
        });
        let mut ingestion = Ingestion { client, came, task };
        for filter in ["$share/ingest/+/+/telemetry/#", "$share/ingest/+/+/commands/+/+/res/+"] {
            ingestion.client.subscribe(filter, QoS::AtLeastOnce).await.unwrap();
            assert!(matches!(ingestion.packet().await, Packet::SubAck(_)));
        }
        ingestion
    }

    async fn packet(&mut self) -> Packet {
        soon(self.came.recv()).await.expect("the ingestion's connection has ended")
    }

    /// The next message of a device.
    pub(crate) async fn next(&mut self) -> Publish {
        match self.packet().await {
            Packet::Publish(publish) => publish,
            other => panic!("{other:?}"),
        }
    }

    /// The next message, which must have this body, is stored.
    pub(crate) async fn store(&mut self, body: &str) {
        let publish = self.next().await;
        assert_eq!(&publish.payload[..], body.as_bytes());
        self.acknowledge(&publish).await;
    }

    pub(crate) async fn acknowledge(&self, publish: &Publish) {
        self.client.ack(publish).await.unwrap();
    }

    /// Sends something to a device.
    pub(crate) async fn send(&self, topic: &str, body: &str, properties: PublishProperties) {
        let body = body.to_owned();
        let sent = self.client.publish_with_properties(topic, QoS::AtLeastOnce, false, body, properties);
        sent.await.unwrap();
    }
}

impl Drop for Ingestion {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The user properties of a message.
pub(crate) fn user_properties(publish: &Publish) -> HashMap<String, String> {
    publish.properties.as_ref().unwrap().user_properties.iter().cloned().collect()
}
