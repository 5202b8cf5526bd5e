//! The hub: sign-in, translation, sessions, and how a connection ends.

use super::{device, knock, now_s, token};
use crate::clients::ingestion::{Ingestion, user_properties};
use crate::raw::{Opening, PUBACK, Raw, publish};
use crate::setup::TestBroker;
use model::event::EventKind;
use model::sas;

#[tokio::test]
async fn every_form_of_its_user_name_is_let_in() {
    let broker = TestBroker::start().await;
    let password = token("d", 3600);
    for user in [
        "localhost/d/?api-version=2018-06-30",
        "localhost/d/?model-id=dtmi%3Aa%3Ab%3B1&api-version=2021-04-12",
        "h.example/d/api-version=2020-09-30",
        "h.example/d",
    ] {
        let opening = Opening { client_id: "d", password: &password, ..Opening::default() };
        let (_, connack) = knock(&broker, user, opening).await;
        assert_eq!(connack.rest[1], 0, "{user}");
    }
}

#[tokio::test]
async fn who_is_not_that_device_is_answered_with_five() {
    let broker = TestBroker::start().await;
    let user = "localhost/d/?api-version=2019-10-01";
    let foreign = sas::sign(b"other", "localhost/devices/d", now_s() + 60);
    let expired = sas::sign(b"key", "localhost/devices/d", now_s() - 1);
    let elsewhere = sas::sign(b"key", "example/devices/d", now_s() + 60);
    let of_another = token("e", 60);
    for password in [&foreign, &expired, &elsewhere, &of_another, "key", "SharedAccessSignature x"] {
        let opening = Opening { client_id: "d", password, ..Opening::default() };
        let (_, connack) = knock(&broker, user, opening).await;
        assert_eq!(connack.rest, [0, 5], "{password}");
    }
    let good = token("d", 60);
    let opening = Opening { client_id: "e", password: &good, ..Opening::default() };
    assert_eq!(knock(&broker, user, opening).await.1.rest, [0, 5]);
    let told = broker.gate.event("d", EventKind::SignInRefused).await;
    assert!(told.contains("client id is “e”"), "{told}");
}

#[tokio::test]
async fn telemetry_arrives_as_native_and_is_acknowledged_when_it_is_taken() {
    let broker = TestBroker::start().await;
    let mut consumer = Raw::consumer(&broker, "ingest").await;
    let mut raw = device(&broker, "d", true).await;
    let topic = "devices/d/messages/events/%24.ct=application%2Fjson&%24.sub=thermostat1&level=hi%20%2B";
    raw.publish(7, topic, b"{\"t\":1}").await;
    let (topic, id, body) = consumer.read().await.publish();
    assert_eq!((topic.as_str(), &body[..]), ("s/d/telemetry/thermostat1", &b"{\"t\":1}"[..]));
    raw.silent().await;
    consumer.acknowledge(id).await;
    let puback = raw.read().await;
    assert_eq!((puback.kind(), puback.id()), (PUBACK, 7));
}

#[tokio::test]
async fn what_goes_down_comes_on_the_hub_s_topics() {
    let broker = TestBroker::start().await;
    let mut raw = device(&broker, "d", true).await;
    for (filter, qos) in [
        ("$iothub/twin/res/#", 0),
        ("$iothub/twin/PATCH/properties/desired/#", 1),
        // More than there is: what there is is granted.
        ("$iothub/methods/POST/#", 2),
        ("devices/d/messages/devicebound/#", 1),
    ] {
        assert_eq!(raw.subscribe(filter, qos).await.rest[2..], [qos.min(1)], "{filter}");
    }
    let opening = Opening { user: "service", password: "secret", client_id: "post", ..Opening::default() };
    let mut service = Raw::device(&broker, opening).await;
    for (native, body, of_hub) in [
        ("properties/res/1", "{}", "$iothub/twin/res/200/?$rid=1"),
        (
            "properties/desired",
            "{\"a\":1,\"$version\":3}",
            "$iothub/twin/PATCH/properties/desired/?$version=3",
        ),
        ("commands/t*reboot/9", "5", "$iothub/methods/POST/t*reboot/?$rid=9"),
        (
            "messages/m1",
            "hi",
            "devices/d/messages/devicebound/%24.mid=m1&%24.to=%2Fdevices%2Fd%2Fmessages%2FdeviceBound",
        ),
    ] {
        service.send(&publish(0, &format!("s/d/{native}"), body.as_bytes())).await;
        let (topic, _, came) = raw.read().await.publish();
        assert_eq!((topic.as_str(), came), (of_hub, body.as_bytes().to_vec()));
    }
    service.send(&publish(0, "s/d/properties/res/2/204/8", b"{}")).await;
    let (topic, _, came) = raw.read().await.publish();
    assert_eq!((topic.as_str(), came.len()), ("$iothub/twin/res/204/?$rid=2&$version=8", 0));
}

#[tokio::test]
async fn a_command_s_answer_finds_its_name_again() {
    let broker = TestBroker::start().await;
    let opening = Opening { user: "service", password: "secret", client_id: "ingest", ..Opening::default() };
    let mut service = Raw::device(&broker, opening).await;
    service.subscribe("$share/ingest/+/+/commands/+/+/res/+", 1).await;
    service.subscribe("$share/ingest/+/+/properties/get/+", 1).await;
    let mut raw = device(&broker, "d", true).await;
    raw.subscribe("$iothub/methods/POST/#", 0).await;
    service.send(&publish(0, "s/d/commands/reboot/9", b"5")).await;
    assert_eq!(raw.read().await.publish().0, "$iothub/methods/POST/reboot/?$rid=9");
    for (answer, body, native, left) in [
        ("$iothub/methods/res/202/?$rid=9", "{}", "s/d/commands/reboot/9/res/202", "{}"),
        ("$iothub/methods/res/200/?$rid=10", "1", "s/d/commands/-/10/res/200", "1"),
        ("$iothub/twin/GET/?$rid=a", " ", "s/d/properties/get/a", ""),
    ] {
        raw.publish(0, answer, body.as_bytes()).await;
        let (topic, _, came) = service.read().await.publish();
        assert_eq!((topic.as_str(), came), (native, left.as_bytes().to_vec()));
    }
}

#[tokio::test]
async fn what_is_not_its_own_ends_it_or_is_not_granted() {
    let broker = TestBroker::start().await;
    let mut raw = device(&broker, "d", true).await;
    for filter in ["devices/e/messages/devicebound/#", "s/d/#", "$iothub/#", "#", "$dps/registrations/res/#"]
    {
        assert_eq!(raw.subscribe(filter, 1).await.rest[2..], [0x80], "{filter}");
    }
    for topic in ["devices/e/messages/events/", "s/d/telemetry", "$iothub/twin/GET/"] {
        let mut raw = device(&broker, "d", true).await;
        raw.publish(1, topic, b"{}").await;
        raw.closed().await;
    }
    let told = broker.gate.event("d", EventKind::TopicRefused).await;
    assert!(told.contains("devices/e/messages/devicebound/#"), "{told}");
    // QoS 2.
    let mut raw = device(&broker, "e", true).await;
    let mut packet = publish(1, "devices/e/messages/events/", b"{}");
    packet[0] = 0x34;
    raw.send(&packet).await;
    raw.closed().await;
}

#[tokio::test]
async fn subscriptions_survive_and_are_apart_from_native_ones() {
    let broker = TestBroker::start().await;
    let mut raw = device(&broker, "d", false).await;
    raw.subscribe("$iothub/methods/POST/#", 0).await;
    drop(raw);
    // A native client of the same name has another session.
    let opening = Opening { client_id: "d", clean: false, ..Opening::default() };
    let mut native = Raw::hello(&broker, opening).await;
    assert!(!native.read().await.session_present());

    let user = "localhost/d/?api-version=2019-10-01";
    let password = token("d", 60);
    let again = || Opening { client_id: "d", password: &password, clean: false, ..Opening::default() };
    let (mut raw, connack) = knock(&broker, user, again()).await;
    assert!(connack.session_present());
    let opening = Opening { user: "service", password: "secret", client_id: "post", ..Opening::default() };
    let mut service = Raw::device(&broker, opening).await;
    service.send(&publish(0, "s/d/commands/reboot/1", b"")).await;
    assert_eq!(raw.read().await.publish().0, "$iothub/methods/POST/reboot/?$rid=1");
    // One connection a device: the newcomer wins, and the native one is another.
    let (mut newer, _) = knock(&broker, user, again()).await;
    raw.closed().await;
    newer.silent().await;
    native.silent().await;
    // Nor can a native client take its name.
    let opening = Opening { client_id: "$azure-hub/d", ..Opening::default() };
    assert_eq!(Raw::hello(&broker, opening).await.read().await.rest, [0, 2]);
}

#[tokio::test]
async fn a_connection_ends_with_its_token() {
    let broker = TestBroker::start().await;
    let password = token("d", 2);
    let opening = Opening { client_id: "d", password: &password, ..Opening::default() };
    let (mut raw, connack) = knock(&broker, "localhost/d/?api-version=2019-10-01", opening).await;
    assert_eq!(connack.rest[1], 0);
    raw.closed().await;
    let told = broker.gate.event("d", EventKind::Disconnected).await;
    assert!(told.contains("token"), "{told}");
}

#[tokio::test]
async fn a_will_and_a_retained_message_are_telemetry_with_a_mark() {
    let broker = TestBroker::start().await;
    let mut ingestion = Ingestion::start(&broker).await;
    let password = token("d", 60);
    let will = Some(("devices/d/messages/events/level=high", "{\"gone\":1}"));
    let opening = Opening { client_id: "d", password: &password, will, ..Opening::default() };
    let (mut raw, _) = knock(&broker, "localhost/d/?api-version=2019-10-01", opening).await;
    let mut kept = publish(0, "devices/d/messages/events/", b"{\"a\":1}");
    kept[0] |= 1;
    raw.send(&kept).await;
    let came = ingestion.next().await;
    assert_eq!((&came.topic[..], came.retain), (&b"s/d/telemetry"[..], false));
    let marks = user_properties(&came);
    assert_eq!((&*marks["mqtt-retain"], &*marks["hp-auth"]), ("true", "sas"));
    drop(raw);
    let came = ingestion.next().await;
    let marks = user_properties(&came);
    assert_eq!((&*marks["level"], &*marks["iothub-MessageType"]), ("high", "Will"));
}
