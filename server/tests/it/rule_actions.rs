//! What rules do when they fire: requests that arrive once or with one key, that wait, give up and hold nobody up; commands,
//! properties and notices to devices.

use crate::rest::{Program, refused};
use serde_json::{Value, json};
use test_support::{Answers, Receiver, TestApp, TestPerson, eventually};

async fn app() -> TestApp {
    TestApp::start_with(|settings| settings.outgoing_private = true).await
}

/// A rule that fires for whoever sends a `t` above 30, with these actions.
fn warm(name: &str, actions: Value) -> Value {
    let when = json!({"kind": "telemetry", "metric": "t", "test": {"is": "above", "value": 30}});
    json!({"name": name, "severity": "major", "definition": {"target": {"of": "all"}, "when": when}, "actions": actions})
}

async fn make(ada: &TestPerson, new: Value) -> Value {
    let made = ada.call("create_rule", json!({"workspace": ada.workspace.slug, "new": new})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    made.body
}

/// The runs of a rule, the newest first.
async fn runs(ada: &TestPerson, rule: &Value) -> Vec<Value> {
    let query = json!({"workspace": ada.workspace.slug, "query": {"rule": rule["id"]}});
    ada.call("list_action_runs", query).await.body["items"].as_array().cloned().unwrap_or_default()
}

/// The only run of a rule, once it is in this state.
async fn run_in(ada: &TestPerson, rule: &Value, state: &str) -> Value {
    eventually(&format!("the only run is {state}"), async || {
        let runs = runs(ada, rule).await;
        (runs.len() == 1 && runs[0]["state"] == state).then(|| runs[0].clone())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_signed_keeps_its_secrets_and_its_answer_is_kept() {
    let (receiver, app) = (Receiver::start().await, app().await);
    let ada = app.person("ada@example.com").await;
    let hook = json!({"do": "webhook", "url": receiver.url("/hook"), "headers": {"X-Site": "north"}, "everyMs": 1000,
        "signingSecret": "for signing", "authorization": {"by": "header", "value": "Bearer s3cret"}});
    let rule = make(&ada, warm("Too warm", json!([hook]))).await;
    let shown = rule["actions"][0].clone();
    assert!(!rule.to_string().contains("for signing") && !rule.to_string().contains("s3cret"), "{rule}");
    assert!(shown["signingSecret"]["kept"].is_string() && shown["id"].is_string(), "{shown}");

    app.device(&ada, "pump").await.send(r#"{"t": 31.5}"#).await;
    let run = run_in(&ada, &rule, "done").await;
    assert_eq!(
        (&run["status"], &run["answer"], &run["count"]),
        (&json!(200), &json!("thanks"), &json!(1)),
        "{run}"
    );
    let taken = receiver.taken();
    assert_eq!(taken.len(), 1, "{taken:?}");
    let (body, first) = (taken[0].json(), &taken[0]);
    assert_eq!(first.line, "POST /hook HTTP/1.1");
    assert_eq!((first.header("authorization"), first.header("x-site")), ("Bearer s3cret", "north"));
    assert_eq!(first.header("idempotency-key"), run["key"].as_str().unwrap());
    let names = |value: &Value| -> Vec<String> {
        let mut names: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(
        names(&body),
        ["action", "application", "device", "rule", "timestamp"],
        "as IoT Central has it"
    );
    let device = [
        "approved",
        "cloudProperties",
        "displayName",
        "etag",
        "id",
        "instanceOf",
        "properties",
        "provisioned",
        "simulated",
        "telemetry",
    ];
    assert_eq!(names(&body["device"]), device);
    assert_eq!(
        (&body["device"]["id"], &body["device"]["telemetry"]["t"]["value"]),
        (&json!("pump"), &json!(31.5))
    );
    assert_eq!(
        (&body["rule"]["displayName"], &body["action"]["type"]),
        (&json!("Too warm"), &json!("WebhookAction"))
    );
    let signature = first.header("homeport-signature").to_owned();
    let (at, mac) = signature.strip_prefix("t=").and_then(|rest| rest.split_once(",v1=")).unwrap();
    assert_eq!(mac, test_support::hmac_sha256("for signing", &format!("{at}.{}", first.body)));

    // What is kept stays where the rule is saved as it was answered; and a secret that is nowhere is asked for.
    let update = json!({"workspace": ada.workspace.slug, "rule": rule["id"], "new": warm("Far too warm", json!([shown]))});
    assert_eq!(ada.call("update_rule", update).await.status, 200);
    app.device(&ada, "fan").await.send(r#"{"t": 40}"#).await;
    eventually("the second request", async || (receiver.taken().len() == 2).then_some(())).await;
    assert_eq!(receiver.taken()[1].header("authorization"), "Bearer s3cret");
    assert_eq!(receiver.taken()[1].json()["rule"]["displayName"], "Far too warm");
    let copy = json!({"workspace": ada.workspace.slug, "new": warm("Copy", json!([shown]))});
    assert_eq!(ada.call("create_rule", copy).await.code(), "invalid");

    let slug = &ada.workspace.slug;
    let alarms = ada.call("list_alarms", json!({"workspace": slug, "query": {"device": "pump"}})).await.body;
    let of_alarm = json!({"workspace": slug, "alarm": alarms["items"][0]["id"]});
    let done = ada.call("alarm_action_runs", of_alarm).await.body;
    assert_eq!((done.as_array().map(Vec::len), &done[0]["state"]), (Some(1), &json!("done")), "{done}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_tried_again_with_its_key_and_given_up_where_it_is_seen() {
    let (receiver, app) = (Receiver::start().await, app().await);
    let ada = app.person("ada@example.com").await;
    let hook = |path: &str| json!([{"do": "webhook", "url": receiver.url(path)}]);
    let answer = |status: u16, text: &str| Answers::With(status, String::new(), text.to_owned());
    receiver.answer(answer(503, "later"));
    let rule = make(&ada, warm("Too warm", hook("/a"))).await;
    let pump = app.device(&ada, "pump").await;
    pump.send(r#"{"t": 31}"#).await;
    let waits = eventually("it was tried twice", async || {
        let runs = runs(&ada, &rule).await;
        runs.first().filter(|run| run["tries"].as_i64() >= Some(2)).cloned()
    })
    .await;
    assert_eq!(
        (&waits["state"], &waits["status"], &waits["answer"]),
        (&json!("waiting"), &json!(503), &json!("later"))
    );
    receiver.answer(answer(204, ""));
    run_in(&ada, &rule, "done").await;
    let keys: Vec<String> = receiver.taken().iter().map(|t| t.header("idempotency-key").to_owned()).collect();
    assert!(keys.len() >= 3 && keys.iter().all(|key| *key == keys[0] && key.len() == 32), "{keys:?}");

    // What no further try mends is given up at once, and done once somebody says so again.
    receiver.answer(answer(404, "no such hook"));
    let other = make(&ada, warm("Another", hook("/b"))).await;
    app.device(&ada, "fan").await.send(r#"{"t": 31}"#).await;
    let dead = run_in(&ada, &other, "given-up").await;
    assert_eq!((&dead["tries"], &dead["answer"]), (&json!(1), &json!("no such hook")));
    receiver.answer(answer(200, "there"));
    let program = Program::new(&app, &ada, "builder").await;
    let retry = format!("/api/actionRuns/{}/retry", dead["id"]);
    assert_eq!(program.ask("POST", &retry, None).await.0, 200);
    run_in(&ada, &other, "done").await;
    refused(&program.ask("POST", &retry, None).await, 409, "Conflict");
    let listed = program.get(&format!("/api/actionRuns?rule={}&state=done", other["id"])).await;
    assert_eq!(listed["value"][0]["answer"], "there", "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_dies_between_sending_and_noting_sends_again_with_the_same_key() {
    let receiver = Receiver::start().await;
    let mut app = app().await;
    let ada = app.person("ada@example.com").await;
    receiver.answer(Answers::Never);
    let rule = make(&ada, warm("Too warm", json!([{"do": "webhook", "url": receiver.url("/")}]))).await;
    app.device(&ada, "pump").await.send(r#"{"t": 31}"#).await;
    eventually("the request is there, and unanswered", async || (receiver.taken().len() == 1).then_some(()))
        .await;
    // The server ends while it waits for the answer: nothing is noted of it.
    app.restart().await;
    receiver.answer(Answers::With(200, String::new(), String::new()));
    // The lease of who died ends within half a minute.
    run_in(&ada, &rule, "done").await;
    let taken = receiver.taken();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].header("idempotency-key"), taken[1].header("idempotency-key"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_answers_holds_nobody_up_and_many_alarms_come_in_few_requests() {
    let (silent, receiver, app) = (Receiver::start().await, Receiver::start().await, app().await);
    let ada = app.person("ada@example.com").await;
    silent.answer(Answers::Never);
    let hanging =
        make(&ada, warm("Hangs", json!([{"do": "webhook", "url": silent.url("/"), "everyMs": 1000}]))).await;
    let good = json!([{"do": "webhook", "url": receiver.url("/"), "body": "template", "everyMs": 5000,
        "template": r#"{"n": {{ count }}, "who": [{% for a in alarms %}"{{ a.device }}",{% endfor %} null]}"#}]);
    let rule = make(&ada, warm("Answers", good)).await;
    let first = app.device(&ada, "d-0").await;
    first.send(r#"{"t": 31}"#).await;
    run_in(&ada, &rule, "done").await;
    for i in 1..30 {
        app.device(&ada, &format!("d-{i}")).await.send(r#"{"t": 31}"#).await;
    }
    let told = eventually("all are told", async || {
        let counts: Vec<i64> = receiver.taken().iter().map(|t| t.json()["n"].as_i64().unwrap()).collect();
        (counts.iter().sum::<i64>() == 30).then_some(counts)
    })
    .await;
    assert!(told.len() < 20, "{told:?}");
    let names: Vec<Value> =
        receiver.taken().iter().flat_map(|t| t.json()["who"].as_array().cloned().unwrap()).collect();
    assert!(names.contains(&json!("d-0")) && names.len() >= 20, "{names:?}");
    let waiting = runs(&ada, &hanging).await;
    assert!(waiting.iter().all(|run| run["state"] == "waiting"), "{waiting:?}");
    // No more than two of one action are at work at a time.
    assert!(silent.taken().len() <= 12, "{}", silent.taken().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_fetched_once_and_used() {
    let (receiver, tokens, app) = (Receiver::start().await, Receiver::start().await, app().await);
    let ada = app.person("ada@example.com").await;
    let token = json!({"access_token": "abc", "expires_in": 3600}).to_string();
    tokens.answer(Answers::With(200, "content-type: application/json\r\n".into(), token));
    let hook = json!([{"do": "webhook", "url": receiver.url("/"), "everyMs": 1000, "authorization":
        {"by": "oauth2", "tokenUrl": tokens.url("/token"), "clientId": "me", "clientSecret": "pass", "scope": "a b"}}]);
    make(&ada, warm("Too warm", hook)).await;
    for device in ["pump", "fan"] {
        app.device(&ada, device).await.send(r#"{"t": 31}"#).await;
        eventually("a request came", async || {
            let last = receiver.taken().last().cloned()?;
            (last.json()["device"]["id"] == device).then_some(())
        })
        .await;
    }
    assert!(receiver.taken().iter().all(|taken| taken.header("authorization") == "Bearer abc"));
    let asked = tokens.taken();
    assert_eq!(asked.len(), 1, "it is remembered");
    assert_eq!(asked[0].body, "grant_type=client_credentials&scope=a%20b");
    assert_eq!(asked[0].header("authorization"), "Basic bWU6cGFzcw==");
}

#[tokio::test(flavor = "multi_thread")]
async fn chats_and_incident_systems_are_told_in_their_own_words() {
    let (receiver, app) = (Receiver::start().await, app().await);
    let ada = app.person("ada@example.com").await;
    let url = receiver.url("/");
    let actions = json!([
        {"do": "webhook", "body": "slack", "secretUrl": receiver.url("/slack")},
        {"do": "webhook", "body": "teams", "secretUrl": receiver.url("/teams")},
        {"do": "webhook", "body": "pager-duty", "url": url, "routingKey": "route"},
        {"do": "webhook", "body": "opsgenie", "url": url, "authorization": {"by": "header", "value": "GenieKey k"}},
    ]);
    let rule = make(&ada, warm("Too <warm>", actions)).await;
    assert!(!rule.to_string().contains("/slack"), "the address is a secret: {rule}");
    app.device(&ada, "pump").await.send(r#"{"t": 31}"#).await;
    let bodies = eventually("all four came", async || {
        let taken: Vec<Value> = receiver.taken().iter().map(|taken| taken.json()).collect();
        (taken.len() == 4).then_some(taken)
    })
    .await;
    let by = |name: &str| bodies.iter().find(|body| body.get(name).is_some()).unwrap();
    assert_eq!(by("blocks")["text"], "Major: Too &lt;warm&gt; (pump)");
    let card = &by("attachments")["attachments"][0];
    assert_eq!(card["content"]["body"][0]["text"], "Major: Too <warm> (pump)");
    assert_eq!(card["contentType"], "application/vnd.microsoft.card.adaptive");
    let event = by("routing_key");
    assert_eq!((&event["routing_key"], &event["event_action"]), (&json!("route"), &json!("trigger")));
    assert_eq!(
        (&event["payload"]["severity"], &event["payload"]["source"]),
        (&json!("error"), &json!("pump"))
    );
    let alert = by("alias");
    assert_eq!((&alert["priority"], &alert["alias"]), (&json!("P2"), &event["dedup_key"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_commanded_set_and_told_and_a_rule_that_causes_itself_stops() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let (button, lamp) = (app.device(&ada, "button").await, app.device(&ada, "lamp").await);
    let mut lit = lamp.connect().await.unwrap();
    lit.subscribe(&lamp.topic("#")).await;
    let rule = make(
        &ada,
        json!({"name": "Pressed", "definition": {"target": {"of": "devices", "devices": ["button"]},
        "when": {"kind": "event", "event": "pressed"}}, "actions": [
            {"do": "command", "device": "lamp", "name": "on", "request": {"level": 3}},
            {"do": "property", "device": "lamp", "values": {"mode": "alarm"}},
            {"do": "publish", "device": "lamp", "topic": "pressed/here"},
        ]}),
    )
    .await;
    button.send(r#"{"pressed": true}"#).await;
    let (mut command, mut desired, mut notice) = (None, None, None);
    while command.is_none() || desired.is_none() || notice.is_none() {
        let (topic, body) = lit.message().await;
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        if let Some((_, rid)) = topic.split_once("/commands/on/") {
            assert_eq!(body, json!({"level": 3}));
            lit.publish(&lamp.topic(&format!("commands/on/{rid}/res/200")), r#"{"ok": true}"#).await.unwrap();
            command = Some(());
        } else if topic.ends_with("/properties/desired") {
            assert_eq!(body["mode"], "alarm");
            desired = Some(());
        } else if topic.ends_with("/notices/pressed/here") {
            assert_eq!(
                (&body["alarm"]["device"], &body["rule"]["name"]),
                (&json!("button"), &json!("Pressed"))
            );
            notice = Some(());
        }
    }
    let all = eventually("all is done, and the command answered", async || {
        let runs = runs(&ada, &rule).await;
        let done = runs.iter().all(|run| run["state"] == "done");
        let answered = runs.iter().any(|run| run["kind"] == "command" && run["status"] == 200);
        (runs.len() == 3 && done && answered).then_some(runs)
    })
    .await;
    assert_eq!(all.iter().filter(|run| run["kind"] == "property").count(), 1, "{all:?}");
    let entries = ada.call("list_audit", json!({"workspace": ada.workspace.slug, "query": {}})).await.body;
    assert!(entries.to_string().contains(r#""kind":"rule""#), "the rule stands in the log: {entries}");

    // Pressed as if by itself, many times a minute: what is beyond ten is counted and not done.
    for _ in 0..14 {
        button.send(r#"{"pressed": true}"#).await;
    }
    let held = eventually("some are held back", async || {
        let held: Vec<Value> =
            runs(&ada, &rule).await.into_iter().filter(|run| run["state"] == "held-back").collect();
        (held.len() == 3 && held.iter().all(|run| run["count"] == 5)).then_some(held)
    })
    .await;
    assert!(held[0]["answer"].as_str().unwrap().contains("may cause what it fires for"), "{held:?}");
    let notices = runs(&ada, &rule)
        .await
        .into_iter()
        .filter(|run| run["kind"] == "publish" && run["state"] != "held-back");
    assert_eq!(notices.count(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_is_tried_by_hand_and_shows_what_it_would_send() {
    let (receiver, app) = (Receiver::start().await, app().await);
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let hook = json!({"do": "webhook", "url": receiver.url("/"), "body": "template", "template": "{{ rule.name|json }} {% if test %}test{% endif %}"});
    let rule = make(&ada, warm("Too warm", json!([hook]))).await;
    let test =
        |action: &Value| json!({"workspace": slug, "rule": rule["id"], "action": action, "device": ""});
    let run = ada.call("test_action", test(&rule["actions"][0])).await;
    assert_eq!(run.status, 200, "{}", run.body);
    assert_eq!(
        (&run.body["state"], &run.body["isTest"], &run.body["answer"]),
        (&json!("done"), &json!(true), &json!("thanks"))
    );
    assert_eq!(receiver.taken()[0].body, r#""Too warm" test"#);
    // As it stands in the form, and saved nowhere.
    let mut other = hook.clone();
    other["template"] = "{{ device.id }".into();
    assert_eq!(ada.call("test_action", test(&other)).await.code(), "invalid");
    let command = json!({"do": "command", "name": "stop"});
    assert_eq!(ada.call("test_action", test(&command)).await.code(), "invalid", "no device is said");
    let look = json!({"workspace": slug, "rule": rule["id"], "new": warm("Too warm", json!([{"do": "webhook", "url": receiver.url("/")}])), "place": 0});
    let shown = ada.call("preview_action", look).await;
    assert!(shown.body.as_str().unwrap().contains("\"WebhookAction\""), "{}", shown.body);
    // A viewer neither tries nor sees.
    let viewer = Program::new(&app, &ada, "viewer").await;
    let address =
        format!("/api/rules/{}/actions/{}/test", rule["id"], rule["actions"][0]["id"].as_str().unwrap());
    refused(&viewer.ask("POST", &address, Some(json!({}))).await, 403, "Forbidden");
    let builder = Program::new(&app, &ada, "builder").await;
    let (status, run) = builder.ask("POST", &address, Some(json!({}))).await;
    assert_eq!((status.as_u16(), &run["state"], &run["test"]), (200, &json!("done"), &json!(true)), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bell_counts_what_somebody_has_not_read_and_wants_to_know() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    make(&ada, warm("Too warm", json!([]))).await;
    for device in ["pump", "fan"] {
        app.device(&ada, device).await.send(r#"{"t": 31}"#).await;
    }
    let here = json!({"workspace": slug});
    let unread = async || ada.call("unread_notices", here.clone()).await.body;
    eventually("both are told", async || (unread().await == 2).then_some(())).await;
    let notices = ada.call("list_notices", here.clone()).await.body;
    let first = &notices["items"][0];
    assert_eq!((first["read"].as_bool(), first["alarm"]["severity"].as_str()), (Some(false), Some("major")));
    let read = |alarm: Value| json!({"workspace": slug, "alarm": alarm});
    assert_eq!(ada.call("read_notices", read(first["alarm"]["id"].clone())).await.status, 200);
    assert_eq!(unread().await, 1);
    assert_eq!(ada.call("list_notices", here.clone()).await.body["items"][0]["read"], true);
    assert_eq!(ada.call("read_notices", read(Value::Null)).await.status, 200);
    assert_eq!(unread().await, 0);
    // What they don't want to know is no notice.
    app.device(&ada, "door").await.send(r#"{"t": 31}"#).await;
    eventually("another is told", async || (unread().await == 1).then_some(())).await;
    let only = json!({"workspace": slug, "settings": {"at_least": "critical"}});
    assert_eq!(ada.call("set_notices", only).await.status, 200);
    assert_eq!(unread().await, 0);
    assert_eq!(ada.call("list_notices", here).await.body["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_woken_with_what_it_alone_can_read() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use ring::agreement::{ECDH_P256, EphemeralPrivateKey};
    let (service, app) = (Receiver::start().await, app().await);
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let script = ada.get("/push-worker.js").await;
    assert_eq!(script.headers()["content-type"], "text/javascript; charset=utf-8");
    let key = ada.call("push_key", json!({"workspace": slug})).await.body;
    assert_eq!(key, ada.call("push_key", json!({"workspace": slug})).await.body, "it is always the same");
    let own = EphemeralPrivateKey::generate(&ECDH_P256, &ring::rand::SystemRandom::new()).unwrap();
    let public = own.compute_public_key().unwrap().as_ref().to_vec();
    let auth = [7_u8; 16];
    let subscription = json!({"endpoint": service.url("/browser/1"), "p256dh": URL_SAFE_NO_PAD.encode(&public), "auth": URL_SAFE_NO_PAD.encode(auth)});
    let subscribe = json!({"workspace": slug, "subscription": subscription});
    assert_eq!(ada.call("subscribe_push", subscribe).await.status, 200);
    let rule = make(&ada, warm("Too warm", json!([{"do": "notify"}]))).await;
    app.device(&ada, "pump").await.send(r#"{"t": 31}"#).await;
    let run = run_in(&ada, &rule, "done").await;
    assert_eq!(run["answer"], "1 browser was woken.", "{run}");
    let taken = service.taken_bytes();
    let (first, body) = &taken[0];
    assert_eq!((first.header("content-encoding"), first.header("ttl")), ("aes128gcm", "86400"));
    let token = first.header("authorization").strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    assert_eq!(token.1, key.as_str().unwrap());
    let (signed, signature) = token.0.rsplit_once('.').unwrap();
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let ours =
        ring::signature::UnparsedPublicKey::new(&ring::signature::ECDSA_P256_SHA256_FIXED, decode(token.1));
    ours.verify(signed.as_bytes(), &decode(signature)).expect("the signature is the key's");
    let claims: Value = serde_json::from_slice(&decode(signed.split_once('.').unwrap().1)).unwrap();
    assert_eq!(claims["aud"].as_str().unwrap(), service.url(""));
    let text: Value = serde_json::from_slice(&opened(own, &public, &auth, body)).unwrap();
    assert_eq!(
        (&text["title"], &text["body"]),
        (&json!("Major: Too warm (pump)"), &json!("t is above 30 (it is 31)"))
    );
    // A browser that is no more is forgotten.
    service.answer(Answers::With(410, String::new(), String::new()));
    let test = json!({"workspace": slug, "rule": rule["id"], "action": rule["actions"][0], "device": ""});
    assert_eq!(ada.call("test_action", test.clone()).await.body["answer"], "0 browsers were woken.");
    let count = service.taken().len();
    assert_eq!(ada.call("test_action", test).await.body["state"], "done");
    assert_eq!(service.taken().len(), count, "nobody is left to be woken");
}

/// What stands in a body of RFC 8291, for the browser of these keys.
fn opened(own: ring::agreement::EphemeralPrivateKey, public: &[u8], auth: &[u8], body: &[u8]) -> Vec<u8> {
    use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
    use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
    struct Length(usize);
    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    fn out<const N: usize>(salt: &[u8], secret: &[u8], info: &[&[u8]]) -> [u8; N] {
        let prk = Salt::new(HKDF_SHA256, salt).extract(secret);
        let mut bytes = [0; N];
        prk.expand(info, Length(N)).unwrap().fill(&mut bytes).unwrap();
        bytes
    }
    let (salt, rest) = body.split_at(16);
    assert_eq!(&rest[..5], [0, 0, 16, 0, 65]);
    let (theirs, sealed) = rest[5..].split_at(65);
    let peer = ring::agreement::UnparsedPublicKey::new(&ring::agreement::ECDH_P256, theirs);
    let secret: [u8; 32] = ring::agreement::agree_ephemeral(own, &peer, |shared| {
        out(auth, shared, &[b"WebPush: info\0", public, theirs])
    })
    .unwrap();
    let content: [u8; 16] = out(salt, &secret, &[b"Content-Encoding: aes128gcm\0"]);
    let nonce: [u8; 12] = out(salt, &secret, &[b"Content-Encoding: nonce\0"]);
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &content).unwrap());
    let mut sealed = sealed.to_vec();
    let text = key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed).unwrap();
    assert_eq!(text.last(), Some(&2), "the last record");
    text[..text.len() - 1].to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_operator_s_network_is_called_unless_they_allow_it() {
    let receiver = Receiver::start().await;
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let rule = make(
        &ada,
        warm("Too warm", json!([{"do": "webhook", "url": receiver.url("/").replace("http:", "https:")}])),
    )
    .await;
    app.device(&ada, "pump").await.send(r#"{"t": 31}"#).await;
    let run = run_in(&ada, &rule, "given-up").await;
    assert!(run["answer"].as_str().unwrap().contains("private network"), "{run}");
    assert!(receiver.taken().is_empty());
}
