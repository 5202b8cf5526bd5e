//! The hook that external brokers ask: the same decisions as the embedded broker's gate.

use serde_json::{Value, json};
use test_support::{TestApp, TestDevice};

async fn ask(app: &TestApp, path: &str, secret: Option<&str>, question: Value) -> Value {
    let mut request = app.client().post(format!("{}{path}", app.url)).json(&question);
    if let Some(secret) = secret {
        request = request.header("x-homeport-secret", secret);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200, "brokers take other statuses for something else");
    answer.json().await.unwrap()
}

fn hello(device: &TestDevice, password: &str) -> Value {
    json!({"username": device.user_name(), "password": password, "clientid": "x"})
}

#[tokio::test(flavor = "multi_thread")]
async fn brokers_ask_who_may_connect_and_where_to() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "a").await;
    let secret = Some(app.hook_secret);
    let allowed = ask(&app, "/mqtt/authn", secret, hello(&device, &device.key)).await;
    assert_eq!(
        allowed,
        json!({"result": "allow", "ok": true, "error": "", "is_superuser": false, "superuser": false})
    );
    let denied = ask(&app, "/mqtt/authn", secret, hello(&device, "wrong")).await;
    assert_eq!((&denied["result"], &denied["ok"]), (&json!("deny"), &json!(false)));
    let events = ada.call("device_events", json!({"workspace": ada.workspace.slug, "device": "a"})).await;
    assert_eq!(events.body[0]["kind"], "sign-in-refused", "{}", events.body);

    let topic = |topic: String, action: &str| json!({"username": device.user_name(), "topic": topic, "action": action});
    for (topic, action, result) in [
        (device.topic("telemetry"), "publish", "allow"),
        (device.topic("commands/#"), "subscribe", "allow"),
        (device.topic("telemetry"), "subscribe", "deny"),
        (device.topic("messages/1"), "publish", "deny"),
        (format!("{}/b/telemetry", device.scope), "publish", "deny"),
        (format!("$share/ingest/{}", device.topic("#")), "subscribe", "deny"),
    ]
    .map(|(name, action, result)| (topic(name, action), action, result))
    {
        let answer = ask(&app, "/mqtt/acl", secret, topic.clone()).await;
        assert_eq!(answer["result"], result, "{action} {topic}");
    }
    // In the form in which Mosquitto asks, with the secret as a parameter.
    let form = [("username", device.user_name()), ("topic", device.topic("telemetry")), ("acc", "2".into())];
    let asked = app.client().post(format!("{}/mqtt/acl?secret=the%20broker's%20secret", app.url)).form(&form);
    assert_eq!(asked.send().await.unwrap().json::<Value>().await.unwrap()["ok"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lacks_the_secret_is_told_nothing() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "a").await;
    for secret in [None, Some(""), Some("guess")] {
        let answer = ask(&app, "/mqtt/authn", secret, hello(&device, &device.key)).await;
        assert_eq!(answer["result"], "deny", "{secret:?}");
    }
    for nonsense in [json!([]), json!({}), json!({"username": 7}), json!("x")] {
        let answer = ask(&app, "/mqtt/authn", Some(app.hook_secret), nonsense).await;
        assert_eq!(answer["result"], "deny");
    }
}
