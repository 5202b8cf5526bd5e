//! Clients that come back to their session, with the library that many devices use.

use crate::raw::{Opening, Raw};
use crate::setup::{TestBroker, soon};

/// Sends a message down, once the device is there.
async fn send_down(broker: &TestBroker, body: &[u8]) {
    let opening = Opening { user: "service", password: "secret", client_id: "app", ..Opening::default() };
    let mut service = Raw::device(broker, opening).await;
    service.publish(1, "s/d/messages/1", body).await;
    assert_eq!(service.read().await.id(), 1);
}

#[tokio::test]
async fn with_version_3() {
    use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
    let broker = TestBroker::start().await;
    for round in 0..3u8 {
        let mut options = MqttOptions::new("returning", "127.0.0.1", broker.port);
        options.set_credentials("s/d", "key").set_clean_session(false);
        let (device, mut events) = AsyncClient::new(options, 10);
        let heard = soon(async {
            loop {
                match events.poll().await.unwrap() {
                    Event::Incoming(Packet::ConnAck(connack)) => {
                        assert_eq!(connack.session_present, round > 0);
                        if round == 0 {
                            device.subscribe("s/d/messages/+", QoS::AtLeastOnce).await.unwrap();
                        } else {
                            send_down(&broker, &[round]).await;
                        }
                    }
                    Event::Incoming(Packet::SubAck(_)) => send_down(&broker, &[round]).await,
                    Event::Incoming(Packet::Publish(publish)) => return publish.payload,
                    _ => {}
                }
            }
        })
        .await;
        assert_eq!(heard[..], [round]);
        // Gone without a word in the first round, and with one in the second.
        if round == 1 {
            device.disconnect().await.unwrap();
            while events.poll().await.is_ok() {}
        }
    }
}

#[tokio::test]
async fn with_version_5() {
    use rumqttc::v5::mqttbytes::QoS;
    use rumqttc::v5::mqttbytes::v5::Packet;
    use rumqttc::v5::{AsyncClient, Event, MqttOptions};
    let broker = TestBroker::start().await;
    for round in 0..3u8 {
        let mut options = MqttOptions::new("returning", "127.0.0.1", broker.port);
        options.set_credentials("s/d", "key").set_clean_start(false).set_session_expiry_interval(Some(3600));
        let (device, mut events) = AsyncClient::new(options, 10);
        let heard = soon(async {
            loop {
                match events.poll().await.unwrap() {
                    Event::Incoming(Packet::ConnAck(connack)) => {
                        assert_eq!(connack.session_present, round > 0);
                        // As long as it asked for: nothing is said.
                        assert_eq!(connack.properties.unwrap().session_expiry_interval, None);
                        if round == 0 {
                            device.subscribe("s/d/messages/+", QoS::AtLeastOnce).await.unwrap();
                        } else {
                            send_down(&broker, &[round]).await;
                        }
                    }
                    Event::Incoming(Packet::SubAck(_)) => send_down(&broker, &[round]).await,
                    Event::Incoming(Packet::Publish(publish)) => return publish.payload,
                    _ => {}
                }
            }
        })
        .await;
        assert_eq!(heard[..], [round]);
        if round == 1 {
            device.disconnect().await.unwrap();
            while events.poll().await.is_ok() {}
        }
    }
}
