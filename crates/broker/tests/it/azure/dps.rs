//! Provisioning on the wire.

use super::{knock, now_s};
use crate::raw::{Opening, PUBACK, Raw};
use crate::setup::TestBroker;
use async_trait::async_trait;
use broker::{Config, Provisioning, Registered, Registration, RegistrationProof};
use model::azure::dps::Assigned;
use model::sas;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Registers whoever has signed with a key derived from the group's; some have to wait, or are kept out.
struct Group {
    asked: AtomicU32,
}

const GROUP_KEY: &str =
    "8isrFI1sGsIlvvFSSFRiMfCNzv21fjbE/+ah/lSh3lF8e2YG1Te7w1KpZhJFFXJrqYKi9yegxkqIChbqOS9Egw==";

#[async_trait]
impl Provisioning for Group {
    async fn register(&self, of: Registration<'_>) -> Registered {
        let RegistrationProof::Sas(token) = of.proof else {
            return Registered::Refused { status: 401, code: 401_003, message: "No certificate.".into() };
        };
        let key = sas::key_bytes(&sas::derive(GROUP_KEY, of.id).unwrap()).unwrap();
        if of.scope != "0NE" || token.verify(&key, now_s()).is_err() {
            return Registered::Refused { status: 401, code: 401_002, message: "Another key.".into() };
        }
        if of.id == "off" {
            return Registered::Disabled { code: 403_004, message: "The group is disabled.".into() };
        }
        if of.id == "wait" && self.asked.fetch_add(1, Ordering::Relaxed) == 0 {
            return Registered::Assigning { retry_after_s: 3 };
        }
        let etag = of.payload.and_then(|p| p["modelId"].as_str()).unwrap_or_default().to_owned();
        let device = of.id.to_owned();
        Registered::Assigned(Assigned { hub: "localhost".into(), device, created_ms: 0, updated_ms: 0, etag })
    }
}

async fn broker() -> TestBroker {
    let provisioning: Arc<dyn Provisioning> = Arc::new(Group { asked: AtomicU32::new(0) });
    TestBroker::with(Config { provisioning: Some(provisioning), ..Config::default() }).await
}

fn token(id: &str, group_key: &str) -> String {
    let key = sas::key_bytes(&sas::derive(group_key, id).unwrap()).unwrap();
    sas::sign(&key, &format!("0NE/registrations/{id}"), now_s() + 60) + "&skn=registration"
}

async fn connected(broker: &TestBroker, id: &str, password: &str) -> Raw {
    let user = format!("0NE/registrations/{id}/api-version=2019-03-31&ClientVersion=py");
    let opening = Opening { client_id: id, password, ..Opening::default() };
    let (mut raw, connack) = knock(broker, &user, opening).await;
    assert_eq!(connack.rest, [0, 0]);
    assert_eq!(raw.subscribe("$dps/registrations/res/#", 1).await.rest[2..], [1]);
    raw
}

/// Asks with QoS 1; the answer's topic and body.
async fn ask(raw: &mut Raw, topic: &str, body: &[u8]) -> (String, Value) {
    raw.publish(5, topic, body).await;
    assert_eq!(raw.read().await.kind(), PUBACK);
    let (topic, id, body) = raw.read().await.publish();
    raw.acknowledge(id).await;
    (topic, serde_json::from_slice(&body).unwrap())
}

const REGISTER: &str = "$dps/registrations/PUT/iotdps-register/?$rid=r1";

#[tokio::test]
async fn a_device_is_told_where_it_belongs() {
    let broker = broker().await;
    let mut raw = connected(&broker, "dev", &token("dev", GROUP_KEY)).await;
    let body = br#"{"registrationId":"dev","payload":{"modelId":"dtmi:a:b;1"}}"#;
    let (topic, body) = ask(&mut raw, REGISTER, body).await;
    assert_eq!(topic, "$dps/registrations/res/200/?$rid=r1");
    let state = &body["registrationState"];
    assert_eq!(
        (&body["status"], &state["assignedHub"], &state["deviceId"]),
        (&json!("assigned"), &json!("localhost"), &json!("dev"))
    );
    assert_eq!(state["etag"], json!("dtmi:a:b;1"));
    raw.silent().await;
}

#[tokio::test]
async fn who_must_wait_asks_again() {
    let broker = broker().await;
    let mut raw = connected(&broker, "wait", &token("wait", GROUP_KEY)).await;
    let (topic, body) = ask(&mut raw, REGISTER, br#"{"registrationId":"wait"}"#).await;
    assert_eq!(topic, "$dps/registrations/res/202/?$rid=r1&retry-after=3");
    assert_eq!(body["status"], json!("assigning"));
    let operation = body["operationId"].as_str().unwrap();
    let poll = format!("$dps/registrations/GET/iotdps-get-operationstatus/?$rid=r2&operationId={operation}");
    let (topic, body) = ask(&mut raw, &poll, b" ").await;
    assert_eq!(
        (topic.as_str(), &body["status"]),
        ("$dps/registrations/res/200/?$rid=r2", &json!("assigned"))
    );
}

#[tokio::test]
async fn who_is_refused_hears_why() {
    let broker = broker().await;
    let other = "b3RoZXI=";
    let mut raw = connected(&broker, "dev", &token("dev", other)).await;
    let (topic, body) = ask(&mut raw, REGISTER, br#"{"registrationId":"dev"}"#).await;
    assert_eq!(
        (topic.as_str(), &body["errorCode"]),
        ("$dps/registrations/res/401/?$rid=r1", &json!(401_002))
    );
    let (topic, _) = ask(&mut raw, REGISTER, br#"{"registrationId":"dev2"}"#).await;
    assert_eq!(topic, "$dps/registrations/res/400/?$rid=r1");
    let mut raw = connected(&broker, "off", &token("off", GROUP_KEY)).await;
    let (topic, body) = ask(&mut raw, REGISTER, b"{}").await;
    assert_eq!(
        (topic.as_str(), &body["status"]),
        ("$dps/registrations/res/200/?$rid=r1", &json!("disabled"))
    );
    assert_eq!(body["registrationState"]["errorCode"], json!(403_004));

    let user = "0NE/registrations/dev/api-version=2019-03-31";
    for (client_id, password) in
        [("dev", "x"), ("dev", &*token("dev2", GROUP_KEY)), ("dev2", &*token("dev", GROUP_KEY))]
    {
        let (_, connack) = knock(&broker, user, Opening { client_id, password, ..Opening::default() }).await;
        assert_eq!(connack.rest, [0, 5], "{password}");
    }
}

#[tokio::test]
async fn nothing_else_is_served_there() {
    let broker = broker().await;
    for topic in ["0NE/dev/telemetry", "devices/dev/messages/events/", "$dps/registrations/PUT/other/?$rid=1"]
    {
        let mut raw = connected(&broker, "dev", &token("dev", GROUP_KEY)).await;
        assert_eq!(raw.subscribe("#", 0).await.rest[2..], [0x80]);
        raw.publish(0, topic, b"{}").await;
        raw.closed().await;
    }
    assert_eq!(broker.running.handle().devices().len(), 0);
}

#[tokio::test]
async fn without_provisioning_it_is_unavailable() {
    let broker = TestBroker::start().await;
    let opening = Opening { client_id: "dev", password: "x", ..Opening::default() };
    let (_, connack) = knock(&broker, "0NE/registrations/dev/api-version=2019-03-31", opening).await;
    assert_eq!(connack.rest, [0, 3]);
}
