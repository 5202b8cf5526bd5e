//! What SDKs in other languages do otherwise, each as it was seen on the wire or stands in their sources: the same answers
//! for all of them.

use super::{knock, token};
use crate::raw::{Opening, PUBACK, Packet, Raw, SUBACK, UNSUBACK, packet, publish, unsubscribe};
use crate::setup::TestBroker;

/// User names as the SDKs write them: those for C, C#, Java, embedded C, and of one that says nothing of itself.
const USERS: [&str; 5] = [
    "localhost/d/?api-version=2020-09-30&DeviceClientType=iothubclient%2F1.13.0%20(native%3B%20Linux%3B%20x86_64)",
    "localhost/d/?api-version=2018-06-30&DeviceClientType=.NET%2F1.42.0%20(.NET%208.0%3B%20Linux%3B%20X64)",
    "localhost/d/?api-version=2020-09-30&DeviceClientType=com.microsoft.azure.sdk.iot.iot-device-client%2F2.5.0%20%28Java%29",
    "localhost/d/?api-version=2020-09-30&DeviceClientType=azsdk-c%2F1.5.0&model-id=dtmi%3Aa%3Ab%3B1",
    "localhost/d/?api-version=2021-04-12",
];

/// The hub's device with this keep-alive, in seconds.
async fn connected(broker: &TestBroker, user: &str, keep_alive: u16, clean: bool) -> Raw {
    let password = token("d", 3600);
    let opening = Opening { client_id: "d", password: &password, keep_alive, clean, ..Opening::default() };
    let (raw, connack) = knock(broker, user, opening).await;
    assert_eq!(connack.rest[1], 0, "{user}");
    raw
}

async fn service(broker: &TestBroker) -> Raw {
    let opening = Opening { user: "service", password: "secret", client_id: "post", ..Opening::default() };
    Raw::device(broker, opening).await
}

/// Several filters in one SUBSCRIBE.
async fn subscribe_all(raw: &mut Raw, filters: &[(&str, u8)]) -> Packet {
    let mut rest = vec![0, 9];
    for (filter, qos) in filters {
        rest.extend(u16::try_from(filter.len()).unwrap().to_be_bytes());
        rest.extend(filter.as_bytes());
        rest.push(*qos);
    }
    raw.send(&packet(0x82, &rest)).await;
    raw.read().await
}

#[tokio::test]
async fn every_sdk_s_user_name_and_keep_alive_is_taken() {
    let broker = TestBroker::start().await;
    for user in USERS {
        for keep_alive in [0, 10, 240, 1177] {
            connected(&broker, user, keep_alive, keep_alive == 0).await.silent().await;
        }
    }
}

#[tokio::test]
async fn filters_may_come_in_one_packet_and_go_one_by_one() {
    let broker = TestBroker::start().await;
    let mut service = service(&broker).await;
    let mut raw = connected(&broker, USERS[2], 230, false).await;
    let suback = subscribe_all(
        &mut raw,
        &[
            ("$iothub/methods/POST/#", 0),
            ("$iothub/twin/res/#", 0),
            ("$iothub/twin/PATCH/properties/desired/#", 0),
            ("devices/d/messages/devicebound/#", 1),
        ],
    )
    .await;
    assert_eq!((suback.kind(), &suback.rest[2..]), (SUBACK, &[0, 0, 0, 1][..]));
    // The same once more changes nothing.
    raw.subscribe("$iothub/methods/POST/#", 0).await;
    service.send(&publish(0, "s/d/commands/reboot/1", b"{}")).await;
    assert_eq!(raw.read().await.publish().0, "$iothub/methods/POST/reboot/?$rid=1");
    raw.silent().await;

    for filter in ["$iothub/methods/POST/#", "devices/d/messages/devicebound/#", "never/subscribed"] {
        raw.send(&unsubscribe(filter)).await;
        let unsuback = raw.read().await;
        assert_eq!((unsuback.kind(), unsuback.id()), (UNSUBACK, 78), "{filter}");
    }
    service.send(&publish(0, "s/d/commands/reboot/2", b"{}")).await;
    service.send(&publish(0, "s/d/messages/m1", b"hi")).await;
    service.send(&publish(0, "s/d/properties/res/3", b"{}")).await;
    // What it still listens to comes; what it left does not.
    assert_eq!(raw.read().await.publish().0, "$iothub/twin/res/200/?$rid=3");
    raw.silent().await;
}

#[tokio::test]
async fn request_ids_are_of_any_kind_and_in_any_place() {
    let broker = TestBroker::start().await;
    let opening = Opening { user: "service", password: "secret", client_id: "ingest", ..Opening::default() };
    let mut service = Raw::device(&broker, opening).await;
    service.subscribe("$share/ingest/+/+/properties/get/+", 1).await;
    service.subscribe("$share/ingest/+/+/properties/reported/+", 1).await;
    let mut raw = connected(&broker, USERS[0], 240, false).await;
    for (topic, native) in [
        ("$iothub/twin/GET/?$rid=1", "s/d/properties/get/1"),
        ("$iothub/twin/GET?$rid=2", "s/d/properties/get/2"),
        (
            "$iothub/twin/GET/?$rid=6f9619ff-8b86-d011-b42d-00c04fc964ff",
            "s/d/properties/get/6f9619ff-8b86-d011-b42d-00c04fc964ff",
        ),
        ("$iothub/twin/GET/?a=b&$rid=4", "s/d/properties/get/4"),
        ("$iothub/twin/GET/?%24rid=5&x", "s/d/properties/get/5"),
        // One SDK says which version it has seen.
        ("$iothub/twin/PATCH/properties/reported/?$rid=6&$version=3", "s/d/properties/reported/6"),
        ("$iothub/twin/PATCH/properties/reported/?$version=3&$rid=7", "s/d/properties/reported/7"),
    ] {
        raw.publish(0, topic, b"{}").await;
        assert_eq!(service.read().await.publish().0, native, "{topic}");
    }
}

#[tokio::test]
async fn answers_of_either_quality_of_service_are_read() {
    let broker = TestBroker::start().await;
    let mut service = service(&broker).await;
    for (qos, user) in [(0, USERS[0]), (1, USERS[1])] {
        let mut raw = connected(&broker, user, 60, true).await;
        raw.subscribe("$iothub/twin/res/#", qos).await;
        service.send(&publish(7, "s/d/properties/res/1", b"{}")).await;
        let answer = raw.read().await;
        assert_eq!((answer.first >> 1) & 3, qos, "as it has subscribed");
        let (topic, id, _) = answer.publish();
        assert_eq!(topic, "$iothub/twin/res/200/?$rid=1");
        if id > 0 {
            raw.acknowledge(id).await;
        }
        assert_eq!(service.read().await.kind(), PUBACK);
    }
}

#[tokio::test]
async fn a_session_that_began_clean_is_kept_from_the_next_time_on() {
    let broker = TestBroker::start().await;
    let user = USERS[1];
    let mut raw = connected(&broker, user, 300, true).await;
    raw.subscribe("$iothub/methods/POST/#", 0).await;
    drop(raw);
    let password = token("d", 3600);
    let opening = || Opening { client_id: "d", password: &password, clean: false, ..Opening::default() };
    let (mut raw, connack) = knock(&broker, user, opening()).await;
    assert!(!connack.session_present(), "the first was clean");
    raw.subscribe("$iothub/methods/POST/#", 0).await;
    drop(raw);
    let (mut raw, connack) = knock(&broker, user, opening()).await;
    assert!(connack.session_present());
    let mut service = service(&broker).await;
    service.send(&publish(0, "s/d/commands/reboot/1", b"")).await;
    assert_eq!(raw.read().await.publish().0, "$iothub/methods/POST/reboot/?$rid=1");
}
