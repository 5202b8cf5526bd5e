//! Data exports from a real message to a real receiver: what is committed arrives, in order, under keys that stay, over absences
//! and restarts.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use test_support::{TestApp, TestPerson, eventually};

/// A receiver of webhooks.
#[derive(Clone, Default)]
struct Receiver {
    /// What came, with its key, in its order.
    came: Arc<Mutex<Vec<(String, Value)>>>,
    down: Arc<AtomicBool>,
}

impl Receiver {
    async fn start() -> (Receiver, String) {
        let receiver = Receiver::default();
        let router = Router::new().route("/in", post(take)).with_state(receiver.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/in", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (receiver, url)
    }

    fn bodies(&self) -> Vec<Value> {
        self.came.lock().unwrap().iter().map(|(_, body)| body.clone()).collect()
    }

    /// The values of a field of a device, each message once, in the order in which they first came.
    fn values(&self, device: &str, field: &str) -> Vec<i64> {
        let came = self.came.lock().unwrap();
        let mut keys = std::collections::HashSet::new();
        let of = came.iter().filter(|(key, body)| body["deviceId"] == device && keys.insert(key.clone()));
        of.filter_map(|(_, body)| body["telemetry"][field].as_i64()).collect()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> StatusCode {
    assert_eq!(headers["authorization"], "Bearer secret-of-the-receiver");
    if receiver.down.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    let body: Value = serde_json::from_str(&body).unwrap();
    if body["refuse"] == true {
        return StatusCode::UNPROCESSABLE_ENTITY;
    }
    receiver.came.lock().unwrap().push((key, body));
    StatusCode::OK
}

async fn app() -> TestApp {
    TestApp::start_with(|settings| settings.outgoing_private = true).await
}

async fn destination(ada: &TestPerson, to: Value) -> i64 {
    let new = json!({"name": "Receiver", "to": to, "secret": "Bearer secret-of-the-receiver"});
    let made =
        ada.call("create_data_destination", json!({"workspace": ada.workspace.slug, "new": new})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    assert!(!made.body.to_string().contains("secret-of-the-receiver"), "{}", made.body);
    made.body["id"].as_i64().unwrap()
}

fn export(name: &str, source: &str, destination: i64) -> Value {
    json!({"name": name, "enabled": true, "source": source, "destination": destination, "narrowing": {},
        "enrichments": {}, "transform": ""})
}

async fn make(ada: &TestPerson, new: Value) -> i64 {
    let made = ada.call("create_data_export", json!({"workspace": ada.workspace.slug, "new": new})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    made.body["id"].as_i64().unwrap()
}

async fn get(ada: &TestPerson, export: i64) -> Value {
    ada.call("get_data_export", json!({"workspace": ada.workspace.slug, "export": export})).await.body
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_committed_arrives_in_order_over_absences_and_restarts() {
    let mut app = app().await;
    let ada = app.person("ada@example.com").await;
    let (pump, fan) = (app.device(&ada, "pump").await, app.device(&ada, "fan").await);
    let (receiver, url) = Receiver::start().await;
    pump.send(r#"{"n": -1}"#).await;
    let to = destination(&ada, json!({"type": "webhook", "url": url})).await;
    let id = make(&ada, export("Out", "telemetry", to)).await;
    for n in 0..5 {
        pump.send(format!(r#"{{"n": {n}, "text": "a"}}"#)).await;
        fan.send(format!(r#"{{"n": {n}}}"#)).await;
    }
    eventually("what was sent has arrived", async || {
        (receiver.values("pump", "n") == [0, 1, 2, 3, 4] && receiver.values("fan", "n").len() == 5)
            .then_some(())
    })
    .await;
    let first = receiver.bodies().into_iter().find(|body| body["deviceId"] == "pump").unwrap();
    assert_eq!(
        (&first["messageSource"], &first["telemetry"]["text"], &first["applicationId"]),
        (&json!("telemetry"), &json!("a"), &json!(ada.workspace.slug)),
        "{first}"
    );

    receiver.down.store(true, Ordering::SeqCst);
    for n in 5..8 {
        pump.send(format!(r#"{{"n": {n}}}"#)).await;
    }
    let health = eventually("it fails, and says why", async || {
        let health = get(&ada, id).await["health"].clone();
        (health["failures"].as_i64() > Some(0)).then_some(health)
    })
    .await;
    assert_eq!(health["trouble"], "The receiver answered 503 Service Unavailable.", "{health}");
    // Neither a stop of the product nor what comes meanwhile changes what is owed.
    app.restart().await;
    fan.send(r#"{"n": 5}"#).await;
    receiver.down.store(false, Ordering::SeqCst);
    eventually("what waited has arrived", async || {
        (receiver.values("pump", "n") == [0, 1, 2, 3, 4, 5, 6, 7]
            && receiver.values("fan", "n") == [0, 1, 2, 3, 4, 5])
        .then_some(())
    })
    .await;
    eventually("it is healthy again", async || {
        let health = get(&ada, id).await["health"].clone();
        (health["failures"] == 0 && health["sent"] == 14).then_some(())
    })
    .await;

    // What is stopped sends nothing, and begins anew.
    let slug = ada.workspace.slug.clone();
    let turn = async |enabled: bool| {
        let turned = json!({"workspace": slug, "export": id, "enabled": enabled});
        assert_eq!(ada.call("enable_data_export", turned).await.status, 200);
    };
    turn(false).await;
    pump.send(r#"{"n": 100}"#).await;
    turn(true).await;
    pump.send(r#"{"n": 101}"#).await;
    eventually("it follows again", async || receiver.values("pump", "n").contains(&101).then_some(())).await;
    assert!(!receiver.values("pump", "n").contains(&100));

    // The past is delivered on demand, once for each backfill.
    let past = json!({"workspace": slug, "export": id, "from_ms": 1_700_000_000_000_i64, "to_ms": 1_900_000_000_000_i64});
    let begun = ada.call("backfill_data_export", past).await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    eventually("the past is delivered", async || {
        let asked = json!({"workspace": slug, "export": id});
        let body = ada.call("data_export_backfills", asked).await.body;
        (body[0]["state"] == "done" && body[0]["sent"] == 17 && body[0]["devicesDone"] == 2).then_some(())
    })
    .await;
    assert!(receiver.values("pump", "n").contains(&-1) && receiver.values("pump", "n").contains(&100));
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_narrowed_enriched_and_changed_and_what_can_t_be_is_told() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let (pump, fan) = (app.device(&ada, "pump").await, app.device(&ada, "fan").await);
    let (receiver, url) = Receiver::start().await;
    let to = destination(&ada, json!({"type": "webhook", "url": url})).await;
    let mut new = export("Out", "telemetry", to);
    new["narrowing"] = json!({"condition": ".telemetry.t > 20", "metrics": ["t", "run"]});
    new["enrichments"] = json!({"plant": {"of": "text", "value": "Nord"}, "who": {"of": "device-name"}});
    new["transform"] = json!(
        "if .telemetry.run == \"away\" then (def f: f; f) elif .telemetry.run == \"wrong\" then error(\"no\") \
         else {deviceId, telemetry, plant: .enrichments.plant, who: .enrichments.who, refuse: (.telemetry.t == 66)} end"
    );
    fan.send(r#"{"t": 33, "other": 1}"#).await;
    let shown = eventually("a real message is shown", async || {
        let preview =
            ada.call("preview_data_export", json!({"workspace": ada.workspace.slug, "new": new})).await;
        assert_eq!(preview.status, 200, "{}", preview.body);
        preview.body.get(0).cloned()
    })
    .await;
    assert_eq!(shown["out"][0]["who"], "fan", "{shown}");
    assert_eq!(shown["message"]["telemetry"], json!({"t": 33}), "{shown}");
    for (field, value, wanted) in
        [("transform", "{a:", "transform"), ("transform", ". | nosuch", "nosuch"), ("name", " ", "name")]
    {
        let mut wrong = new.clone();
        wrong[field] = json!(value);
        let made =
            ada.call("create_data_export", json!({"workspace": ada.workspace.slug, "new": wrong})).await;
        assert_eq!(made.status, 422, "{}", made.body);
        assert!(made.body.to_string().contains(wanted), "{}", made.body);
    }

    let id = make(&ada, new).await;
    for body in [
        r#"{"t": 10}"#,
        r#"{"other": 5}"#,
        r#"{"t": 21, "other": 1}"#,
        r#"{"t": 22, "run": "away"}"#,
        r#"{"t": 23, "run": "wrong"}"#,
        r#"{"t": 66}"#,
        r#"{"t": 24}"#,
    ] {
        pump.send(body).await;
    }
    eventually("what can be sent has arrived", async || {
        (receiver.values("pump", "t") == [21, 24]).then_some(())
    })
    .await;
    let body = receiver.bodies().remove(0);
    assert_eq!(
        body,
        json!({"deviceId": "pump", "telemetry": {"t": 21}, "plant": "Nord", "who": "pump", "refuse": false})
    );
    let health = eventually("all is accounted for", async || {
        let health = get(&ada, id).await["health"].clone();
        (health["dead"] == 3 && health["sent"] == 2 && health["leftOut"] == 2).then_some(health)
    })
    .await;
    assert_eq!(health["failures"], 0, "{health}");
    let dead =
        ada.call("data_export_dead", json!({"workspace": ada.workspace.slug, "export": id})).await.body;
    let reasons: Vec<&str> =
        dead.as_array().unwrap().iter().filter_map(|one| one["reason"].as_str()).collect();
    for wanted in ["longer than a second", "no", "422"] {
        assert!(reasons.iter().any(|reason| reason.contains(wanted)), "{wanted}: {reasons:?}");
    }
    // A destination that is used stays; its secret does not follow it elsewhere.
    let gone = json!({"workspace": ada.workspace.slug, "destination": to});
    assert_eq!(ada.call("delete_data_destination", gone).await.status, 409);
    let elsewhere = json!({"name": "Receiver", "to": {"type": "webhook", "url": "http://127.0.0.1:1/in"}});
    let moved = json!({"workspace": ada.workspace.slug, "destination": to, "new": elsewhere});
    assert_eq!(ada.call("update_data_destination", moved).await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_else_happens_goes_out_too() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let pump = app.device(&ada, "pump").await;
    let (receiver, url) = Receiver::start().await;
    let to = destination(&ada, json!({"type": "webhook", "url": url})).await;
    for source in ["properties", "connectivity", "lifecycle", "alarms", "audit"] {
        make(&ada, export(source, source, to)).await;
    }
    let rule = json!({"name": "Hot", "definition": {"target": {"of": "all"},
        "when": {"kind": "telemetry", "metric": "t", "test": {"is": "above", "value": 30}}}});
    let made = ada.call("create_rule", json!({"workspace": ada.workspace.slug, "new": rule})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let mut connected = pump.connect().await.unwrap();
    for n in 0..3 {
        let reported = json!({"mode": format!("m{n}")}).to_string();
        connected.publish(&pump.topic("properties/reported"), reported).await.unwrap();
    }
    connected.publish(&pump.topic("telemetry"), r#"{"t": 31}"#).await.unwrap();
    connected.disconnect().await;
    let _fan = app.device(&ada, "fan").await;
    let gone = json!({"workspace": ada.workspace.slug, "device": "fan"});
    assert_eq!(ada.call("delete_device", gone).await.status, 200);
    let of = |source: &str, device: &str| -> Vec<Value> {
        let fits = |body: &Value| {
            body["messageSource"] == source && (device.is_empty() || body["deviceId"] == device)
        };
        receiver.bodies().into_iter().filter(|body| fits(body)).collect()
    };
    let kinds = |bodies: &[Value]| -> Vec<String> {
        bodies.iter().filter_map(|body| body["messageType"].as_str().map(str::to_owned)).collect()
    };
    eventually("property changes have come, in order", async || {
        let modes: Vec<Value> =
            of("properties", "pump").iter().map(|body| body["properties"][0]["value"].clone()).collect();
        (modes == ["m0", "m1", "m2"]).then_some(())
    })
    .await;
    eventually("the connection has come", async || {
        let kinds = kinds(&of("deviceConnectivity", "pump"));
        (kinds.contains(&"connected".into()) && kinds.contains(&"disconnected".into())).then_some(())
    })
    .await;
    eventually("the life of a device has come", async || {
        (kinds(&of("deviceLifecycle", "fan")) == ["registered", "deleted"]).then_some(())
    })
    .await;
    let alarm = eventually("the alarm has come", async || of("alarms", "pump").into_iter().next()).await;
    assert_eq!(
        (&alarm["messageType"], &alarm["alarm"]["ruleName"]),
        (&json!("raised"), &json!("Hot")),
        "{alarm}"
    );
    let audit = eventually("the audit log has come", async || {
        of("audit", "").into_iter().find(|body| body["details"]["resource"]["displayName"] == "Hot")
    })
    .await;
    assert_eq!(audit["messageType"], "create", "{audit}");
}

/// To another broker, which is another product's: its device keeps what is published under its own topic.
#[tokio::test(flavor = "multi_thread")]
async fn another_broker_acknowledges_each_message() {
    let (app, other) = (app().await, TestApp::start().await);
    let (ada, eve) = (app.person("ada@example.com").await, other.person("eve@example.com").await);
    let (pump, keeper) = (app.device(&ada, "pump").await, other.device(&eve, "keeper").await);
    let to = json!({"type": "mqtt", "url": format!("mqtt://{}", keeper.broker), "username": keeper.user_name(),
        "topic": keeper.topic("telemetry")});
    let new = json!({"name": "Broker", "to": to, "secret": keeper.key});
    let made =
        ada.call("create_data_destination", json!({"workspace": ada.workspace.slug, "new": new})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let mut new = export("Out", "telemetry", made.body["id"].as_i64().unwrap());
    // With its own time and id, what comes again is known there.
    new["transform"] = json!(".telemetry");
    let id = make(&ada, new).await;
    for n in 0..30 {
        pump.send(format!(r#"{{"n": {n}}}"#)).await;
    }
    eventually("all is delivered", async || (get(&ada, id).await["health"]["sent"] == 30).then_some(()))
        .await;
    let asked = json!({"workspace": eve.workspace.slug, "device": "keeper", "before": null, "limit": 100});
    let kept = eve.call("raw", asked).await.body;
    let mut values: Vec<i64> =
        kept["messages"].as_array().unwrap().iter().filter_map(|one| one["fields"]["n"].as_i64()).collect();
    values.sort_unstable();
    values.dedup();
    assert_eq!(values, (0..30).collect::<Vec<i64>>(), "{kept}");
}
