//! Retained messages, and messages that run out, with real clients.

use crate::raw::{Opening, PUBACK, PUBLISH, Raw, packet};
use crate::setup::{TestBroker, soon};
use broker::Limits;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{
    Filter, Packet, PubAckReason, Publish, PublishProperties, RetainForwardRule,
};
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

struct Client {
    client: AsyncClient,
    events: EventLoop,
}

impl Client {
    async fn new(broker: &TestBroker, id: &str, user: &str, password: &str) -> Client {
        let mut options = MqttOptions::new(id, "127.0.0.1", broker.port);
        options.set_credentials(user, password).set_clean_start(false).set_session_expiry_interval(Some(60));
        let (client, events) = AsyncClient::new(options, 10);
        let mut made = Client { client, events };
        made.until(|packet| matches!(packet, Packet::ConnAck(_)).then_some(())).await;
        made
    }

    async fn device(broker: &TestBroker) -> Client {
        Client::new(broker, "d", "s/d", "key").await
    }

    async fn service(broker: &TestBroker) -> Client {
        Client::new(broker, "service", "service", "secret").await
    }

    async fn until<T>(&mut self, mut is: impl FnMut(&Packet) -> Option<T>) -> T {
        soon(async {
            loop {
                if let Event::Incoming(packet) = self.events.poll().await.unwrap()
                    && let Some(found) = is(&packet)
                {
                    return found;
                }
            }
        })
        .await
    }

    /// Publishes retained with QoS 1; the code of the acknowledgement.
    async fn retain(&mut self, topic: &str, body: &str, expiry_s: Option<u32>) -> PubAckReason {
        let properties = PublishProperties {
            message_expiry_interval: expiry_s,
            content_type: Some("text/plain".into()),
            ..PublishProperties::default()
        };
        let (topic, body) = (topic.to_owned(), body.to_owned());
        self.client.publish_with_properties(topic, QoS::AtLeastOnce, true, body, properties).await.unwrap();
        self.until(|packet| match packet {
            Packet::PubAck(ack) => Some(ack.reason),
            _ => None,
        })
        .await
    }

    /// Subscribes, and gives what came until an answer to a ping that was sent after the SUBACK.
    async fn subscribe(&mut self, filter: Filter) -> Vec<Publish> {
        self.client.subscribe_many([filter]).await.unwrap();
        self.until(|packet| matches!(packet, Packet::SubAck(_)).then_some(())).await;
        // An UNSUBSCRIBE of nothing stands in for a ping, which this client sends when it likes.
        self.client.unsubscribe("s/d/nothing").await.unwrap();
        let mut heard = Vec::new();
        self.until(|packet| match packet {
            Packet::Publish(publish) => {
                heard.push(publish.clone());
                None
            }
            Packet::UnsubAck(_) => Some(()),
            _ => None,
        })
        .await;
        heard
    }
}

fn all(rule: RetainForwardRule) -> Filter {
    Filter { retain_forward_rule: rule, ..Filter::new("s/d/#", QoS::AtLeastOnce) }
}

fn said(heard: &[Publish]) -> Vec<(String, bool)> {
    heard.iter().map(|p| (String::from_utf8(p.payload.to_vec()).unwrap(), p.retain)).collect()
}

#[tokio::test]
async fn the_last_message_of_a_topic_waits_for_who_subscribes() {
    let broker = TestBroker::start().await;
    let mut service = Client::service(&broker).await;
    for body in ["1", "2"] {
        assert_eq!(service.retain("s/d/properties/desired", body, None).await, PubAckReason::Success);
    }
    service.retain("s/e/properties/desired", "another's", None).await;
    let mut device = Client::device(&broker).await;
    let heard = device.subscribe(all(RetainForwardRule::OnEverySubscribe)).await;
    assert_eq!(said(&heard), [("2".into(), true)]);
    assert_eq!(heard[0].qos, QoS::AtLeastOnce);
    assert_eq!(heard[0].properties.as_ref().unwrap().content_type.as_deref(), Some("text/plain"));

    // When it may be told again, the subscription says.
    let again = device.subscribe(all(RetainForwardRule::OnEverySubscribe)).await;
    assert_eq!(again.len(), 1);
    assert!(device.subscribe(all(RetainForwardRule::OnNewSubscribe)).await.is_empty());
    assert!(device.subscribe(all(RetainForwardRule::Never)).await.is_empty());
    let new = Filter {
        retain_forward_rule: RetainForwardRule::OnNewSubscribe,
        ..Filter::new("s/d/properties/+", QoS::AtMostOnce)
    };
    let new = device.subscribe(new).await;
    assert_eq!((new.len(), new[0].qos), (1, QoS::AtMostOnce));

    // An empty one takes it away.
    assert_eq!(service.retain("s/d/properties/desired", "", None).await, PubAckReason::Success);
    let mut other = Client::new(&broker, "other", "s/d", "key").await;
    assert!(other.subscribe(all(RetainForwardRule::OnEverySubscribe)).await.is_empty());
}

#[tokio::test]
async fn who_is_there_already_hears_it_without_the_mark_unless_asked_for() {
    let broker = TestBroker::start().await;
    let mut service = Client::service(&broker).await;
    for (preserve_retain, id) in [(false, "plain"), (true, "marked")] {
        let mut device = Client::new(&broker, id, "s/d", "key").await;
        let filter = Filter { preserve_retain, ..all(RetainForwardRule::Never) };
        assert!(device.subscribe(filter.clone()).await.is_empty());
        service.retain("s/d/properties/desired", id, None).await;
        let publish = |packet: &Packet| if let Packet::Publish(p) = packet { Some(p.retain) } else { None };
        assert_eq!(device.until(publish).await, preserve_retain, "{id}");
        // A session that is taken up again has kept it.
        drop(device);
        let mut device = Client::new(&broker, id, "s/d", "key").await;
        service.retain("s/d/properties/desired", id, None).await;
        assert_eq!(device.until(publish).await, preserve_retain, "{id} again");
    }
}

#[tokio::test]
async fn mosquitto_sub_is_told_and_may_ask_for_nothing_else() {
    let broker = TestBroker::start().await;
    let mut service = Client::service(&broker).await;
    service.retain("s/d/properties/desired", "kept", None).await;
    for version in ["mqttv311", "mqttv5"] {
        let mut command = Command::new("mosquitto_sub");
        command.args(["-h", "localhost", "-p", &broker.port.to_string(), "-u", "s/d", "-P", "key"]);
        command.args(["-V", version, "-q", "1", "-t", "s/d/#", "--retained-only", "-C", "1"]);
        command.stdout(Stdio::piped()).kill_on_drop(true);
        let output = soon(command.output()).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "kept", "{version}");
    }
}

#[tokio::test]
async fn telemetry_with_the_mark_is_telemetry() {
    let broker = TestBroker::start().await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let mut command = Command::new("mosquitto_pub");
    command.args(["-h", "localhost", "-p", &broker.port.to_string(), "-u", "s/d", "-P", "key"]);
    command.args(["-V", "mqttv5", "-q", "1", "-r", "-t", "s/d/telemetry", "-m", "{}"]);
    let consume = async {
        let packet = consumer.read().await;
        assert_eq!(packet.first & 1, 0, "the mark does not go with it");
        consumer.acknowledge(packet.publish().1).await;
    };
    let (output, ()) = tokio::join!(soon(command.output()), consume);
    assert!(output.unwrap().status.success());
}

#[tokio::test]
async fn more_than_the_limit_is_not_acknowledged() {
    let limits = Limits { retained_per_device: 1, retained_bytes_per_workspace: 100, ..Limits::default() };
    let broker = TestBroker::limited(limits).await;
    let mut service = Client::service(&broker).await;
    assert_eq!(service.retain("s/d/messages/1", "one", None).await, PubAckReason::Success);
    assert_eq!(service.retain("s/d/messages/1", "one again", None).await, PubAckReason::Success);
    assert_eq!(service.retain("s/d/messages/2", "two", None).await, PubAckReason::QuotaExceeded);
    assert_eq!(service.retain("s/e/messages/1", &"x".repeat(100), None).await, PubAckReason::QuotaExceeded);
    // What goes to no device is retained for nobody.
    assert_eq!(service.retain("internal/x", "x", None).await, PubAckReason::ImplementationSpecificError);
    let mut old = Raw::device(
        &broker,
        Opening { user: "service", password: "secret", client_id: "old", ..Opening::default() },
    )
    .await;
    let mut rest = vec![0, 14];
    rest.extend(b"s/d/messages/2\0\x01two");
    old.send(&packet(0x33, &rest)).await;
    old.closed().await;
    let mut device = Client::device(&broker).await;
    let heard = device.subscribe(all(RetainForwardRule::OnEverySubscribe)).await;
    assert_eq!(said(&heard), [("one again".into(), true)]);
}

#[tokio::test]
async fn what_has_run_out_is_not_told() {
    let broker = TestBroker::start().await;
    let mut service = Client::service(&broker).await;
    service.retain("s/d/messages/short", "short", Some(1)).await;
    service.retain("s/d/messages/long", "long", Some(600)).await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let heard = Client::device(&broker).await.subscribe(all(RetainForwardRule::OnEverySubscribe)).await;
    assert_eq!(said(&heard), [("long".into(), true)]);
    let left = heard[0].properties.as_ref().unwrap().message_expiry_interval.unwrap();
    assert!((1..600).contains(&left), "{left} s are left");
}

/// A PUBLISH of MQTT 5 that runs out.
fn short_lived(id: u16, topic: &str, body: &[u8], expiry_s: u32) -> Vec<u8> {
    let mut rest = u16::try_from(topic.len()).unwrap().to_be_bytes().to_vec();
    rest.extend(topic.as_bytes());
    rest.extend(id.to_be_bytes());
    rest.extend([5, 2]);
    rest.extend(expiry_s.to_be_bytes());
    rest.extend(body);
    packet(0x32, &rest)
}

#[tokio::test]
async fn a_message_that_waits_too_long_for_a_device_is_dropped() {
    let broker = TestBroker::start().await;
    let mut device = Raw::device(&broker, Opening { client_id: "slow", ..Opening::default() }).await;
    device.subscribe("s/d/commands/+/+", 1).await;
    let opening =
        Opening { user: "service", password: "secret", client_id: "app", v5: true, ..Opening::default() };
    let mut service = Raw::device(&broker, opening).await;
    // As much as may be under way, so that the last ones have to wait until the device answers.
    let window = Limits::default().device_window;
    for id in 1..=window {
        service.send(&short_lived(id, "s/d/commands/go/1", b"first", 600)).await;
        assert_eq!(service.read().await.kind(), PUBACK);
    }
    service.send(&short_lived(1, "s/d/commands/go/1", b"too late", 1)).await;
    service.send(&short_lived(2, "s/d/commands/go/1", b"in time", 600)).await;
    for _ in 0..2 {
        assert_eq!(service.read().await.kind(), PUBACK);
    }
    tokio::time::sleep(Duration::from_millis(1100)).await;
    for _ in 0..window {
        let (_, id, body) = device.read().await.publish();
        assert_eq!(body, b"first");
        device.acknowledge(id).await;
    }
    let packet = device.read().await;
    assert_eq!((packet.kind(), packet.publish().2), (PUBLISH, b"in time".to_vec()));
}

#[tokio::test]
async fn telemetry_is_never_too_old_to_be_stored() {
    let broker = TestBroker::start().await;
    let opening = Opening { v5: true, ..Opening::default() };
    let mut device = Raw::device(&broker, opening).await;
    device.send(&short_lived(7, "s/d/telemetry", b"{}", 1)).await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let mut consumer = Client::service(&broker).await;
    consumer.client.subscribe("$share/ingest/+/+/telemetry/#", QoS::AtLeastOnce).await.unwrap();
    let left = consumer
        .until(|packet| match packet {
            Packet::Publish(publish) => publish.properties.as_ref()?.message_expiry_interval,
            _ => None,
        })
        .await;
    assert_eq!(left, 0);
    // This client acknowledges with its next turn.
    let polled = tokio::spawn(async move { while consumer.events.poll().await.is_ok() {} });
    let ack = device.read().await;
    assert_eq!((ack.kind(), ack.id()), (PUBACK, 7));
    polled.abort();
}
