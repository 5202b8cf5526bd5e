//! Registrations that are refused: each leaves a line where somebody can read it who waits for that device.

use super::{Program, connect, derived, logged, message, now_s};
use model::sas;
use rumqttc::{ConnectReturnCode, QoS};
use serde_json::{Value, json};
use std::net::SocketAddr;
use test_support::{TestApp, TestPerson, eventually};

fn user(scope: &str, id: &str) -> String {
    format!("{scope}/registrations/{id}/api-version=2019-03-31&ClientVersion=test")
}

fn token(key: &str, scope: &str, id: &str, expires_s: u64) -> String {
    sas::sign(&sas::key_bytes(key).unwrap(), &format!("{scope}/registrations/{id}"), expires_s)
}

/// What somebody is answered who is let in so far that they may ask: the status.
async fn asks(broker: SocketAddr, scope: &str, id: &str, token: &str, body: &str) -> String {
    let (client, mut events) = connect(broker, id, &user(scope, id), token).await.unwrap();
    client.subscribe("$dps/registrations/res/#", QoS::AtLeastOnce).await.unwrap();
    let ask = "$dps/registrations/PUT/iotdps-register/?$rid=1";
    client.publish(ask, QoS::AtLeastOnce, false, body).await.unwrap();
    let (topic, _) = message(&mut events).await;
    topic.strip_prefix("$dps/registrations/res/").unwrap().split('/').next().unwrap().to_owned()
}

async fn list(owner: &TestPerson) -> Vec<Value> {
    let one = json!({"workspace": owner.workspace.slug});
    let answer = owner.call("list_refused_registrations", one).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body.as_array().unwrap().clone()
}

/// Until this id stands in the list with this reason.
async fn listed(owner: &TestPerson, id: &str, part: &str) -> Value {
    eventually(&format!("{id} in the list with “{part}”"), async || {
        let found = list(owner).await.into_iter().find(|one| one["registration_id"] == id)?;
        found["reason"].as_str().is_some_and(|reason| reason.contains(part)).then_some(found)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_refused_before_there_is_a_device_stands_in_the_list_of_the_workspace() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let bob = app.person("bob@example.com").await;
    let program = Program::new(&app, &ada, "builder").await;
    let (scope, soon, no) = (ada.workspace.scope.clone(), now_s() + 60, ConnectReturnCode::NotAuthorized);
    let key = derived(&program, "pump").await;
    assert_eq!(list(&ada).await, Vec::<Value>::new());

    // Sent away before anything can be asked.
    let right = token(&key, &scope, "pump", soon);
    for (client_id, password, part) in [
        ("pump", "no token", "The token can't be read"),
        ("pump", "", "Neither a token nor a certificate"),
        ("other", &*right, "client id is “other”"),
        ("pump", &*token(&key, &scope, "pump-2", soon), "not for this registration"),
    ] {
        let answer = connect(app.mqtt, client_id, &user(&scope, "pump"), password).await;
        assert_eq!(answer.err(), Some(no), "{part}");
        let line = listed(&ada, "pump", part).await;
        assert_eq!(line["source"], "127.0.0.1", "{line}");
    }
    // And after it was asked.
    for (id, password, body, status, part) in [
        ("wrong", token(&key, &scope, "wrong", soon), "{}", "401", "key was wrong"),
        (
            "late",
            token(&derived(&program, "late").await, &scope, "late", now_s() - 90),
            "{}",
            "401",
            "ran out",
        ),
        ("pump", right.clone(), "[]", "400", "JSON object"),
        ("pump", right.clone(), r#"{"registrationId":"pump-9"}"#, "400", "registrationId is another"),
    ] {
        assert_eq!(asks(app.mqtt, &scope, id, &password, body).await, status, "{part}");
        listed(&ada, id, part).await;
    }
    let line = listed(&ada, "pump", "registrationId").await;
    assert_eq!(line["times"], 6, "one line of each id: {line}");
    assert_eq!(list(&ada).await.len(), 3);

    // A scope that nobody has is nobody's to read, and another workspace's people read nothing of this one's.
    assert_eq!(
        asks(app.mqtt, "0neNobody", "pump", &token(&key, "0neNobody", "pump", soon), "{}").await,
        "401"
    );
    assert_eq!(listed(&ada, "pump", "registrationId").await["times"], 6);
    assert_eq!(list(&bob).await, Vec::<Value>::new());

    // Nothing was made; and who comes at last is on the list no more.
    assert_eq!(program.ask("GET", "/api/devices/pump", None).await.0, 404);
    assert_eq!(asks(app.mqtt, &scope, "pump", &right, "{}").await, "200");
    assert!(!list(&ada).await.iter().any(|one| one["registration_id"] == "pump"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_refused_of_a_device_that_exists_stands_in_its_log() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    app.device(&ada, "pump").await;
    let (scope, soon) = (ada.workspace.scope.clone(), now_s() + 60);
    let other = token("b3RoZXI=", &scope, "pump", soon);
    for (client_id, password, part) in [
        ("pump", "no token", "The token can't be read"),
        ("other", &*other, "client id is “other”"),
        ("pump", &*token("b3RoZXI=", &scope, "pump-2", soon), "not for this registration"),
    ] {
        assert!(connect(app.mqtt, client_id, &user(&scope, "pump"), password).await.is_err());
        logged(&ada, "pump", "sign-in-refused", part).await;
    }
    assert_eq!(asks(app.mqtt, &scope, "pump", &other, "{}").await, "401");
    logged(&ada, "pump", "sign-in-refused", "key was wrong").await;
    assert_eq!(list(&ada).await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_refusals_leave_a_short_list() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let scope = ada.workspace.scope.clone();
    for n in 0..140 {
        assert!(connect(app.mqtt, "x", &user(&scope, &format!("id-{n}")), "no token").await.is_err());
    }
    listed(&ada, "id-139", "client id").await;
    let kept = list(&ada).await;
    assert!(kept.len() <= 100, "{}", kept.len());
    for _ in 0..30 {
        assert!(connect(app.mqtt, "y", &user(&scope, "often"), "no token").await.is_err());
    }
    let line = listed(&ada, "often", "client id").await;
    // Two minutes may have been touched.
    assert!(line["times"].as_i64().is_some_and(|times| times <= 20), "{line}");
}
