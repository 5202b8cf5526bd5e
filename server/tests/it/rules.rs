//! Rules from a message to an alarm: what real devices do, and what people are told.

use crate::rest::{Program, refused};
use serde_json::{Value, json};
use test_support::{SmtpServer, TestApp, TestPerson, eventually};

/// A rule of this condition for all devices.
fn rule(name: &str, when: Value) -> Value {
    json!({"name": name, "definition": {"target": {"of": "all"}, "when": when}})
}

fn above(metric: &str, value: Value) -> Value {
    json!({"kind": "telemetry", "metric": metric, "test": {"is": "above", "value": value}})
}

async fn make(ada: &TestPerson, new: Value) -> i64 {
    let made = ada.call("create_rule", json!({"workspace": ada.workspace.slug, "new": new})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    made.body["id"].as_i64().unwrap()
}

/// The alarms of a rule, cleared ones too, the oldest first: device, state, how often.
async fn alarms(ada: &TestPerson, rule: i64) -> Vec<(String, String, i64)> {
    let query = json!({"workspace": ada.workspace.slug, "query": {"rule": rule, "all": true}});
    let page = ada.call("list_alarms", query).await.body;
    let text = |alarm: &Value, name: &str| alarm[name].as_str().unwrap_or_default().to_owned();
    let items = page["items"].as_array().cloned().unwrap_or_default();
    items
        .iter()
        .rev()
        .map(|one| (text(one, "device"), text(one, "state"), one["count"].as_i64().unwrap_or_default()))
        .collect()
}

async fn until(ada: &TestPerson, rule: i64, wanted: &[(&str, &str, i64)]) {
    let wanted: Vec<_> = wanted.iter().map(|(d, s, n)| ((*d).to_owned(), (*s).to_owned(), *n)).collect();
    eventually(&format!("alarms are {wanted:?}"), async || (alarms(ada, rule).await == wanted).then_some(()))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_raises_one_alarm_and_clears_it_also_over_a_restart() {
    let mut app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let pump = app.device(&ada, "pump").await;
    let fan = app.device(&ada, "fan").await;
    // What came before the rule is none of its business.
    pump.send(r#"{"t": 99}"#).await;
    let mut new = rule("Too warm", above("t", json!(30)));
    new["definition"]["target"] = json!({"of": "devices", "devices": ["pump"]});
    let id = make(&ada, new).await;
    for body in [r#"{"t": 20}"#, r#"{"t": 31}"#, r#"{"t": 32}"#] {
        fan.send(body).await;
        pump.send(body).await;
    }
    until(&ada, id, &[("pump", "active", 1)]).await;
    let slug = ada.workspace.slug.clone();
    let explain = json!({"workspace": slug, "rule": id, "device": "pump"});
    let said = ada.call("explain_rule", explain.clone()).await.body;
    assert_eq!((&said["active"], &said["lines"][0]["verdict"]), (&json!(true), &json!(true)), "{said}");
    let other = json!({"workspace": slug, "rule": id, "device": "fan"});
    let other = ada.call("explain_rule", other).await.body;
    assert!(other["summary"].as_str().unwrap().contains("none of those"), "{other}");

    app.restart().await;
    pump.send(r#"{"t": 33}"#).await;
    eventually("it has seen the last value", async || {
        let said = ada.call("explain_rule", explain.clone()).await.body;
        (said["lines"][0]["seen"] == "it is 33").then_some(())
    })
    .await;
    until(&ada, id, &[("pump", "active", 1)]).await;
    pump.send(r#"{"t": 12}"#).await;
    until(&ada, id, &[("pump", "cleared", 1)]).await;
    pump.send(r#"{"t": 40}"#).await;
    until(&ada, id, &[("pump", "cleared", 1), ("pump", "active", 1)]).await;
    let page = ada.call("list_alarms", json!({"workspace": slug, "query": {}})).await.body;
    assert_eq!(
        (&page["total"], &page["items"][0]["why"]),
        (&json!(1), &json!("t is above 30 (it is 40)")),
        "{page}"
    );
    let alarm = ada.call("get_alarm", json!({"workspace": slug, "alarm": page["items"][0]["id"]})).await.body;
    assert_eq!(alarm[1][0]["kind"], "raised", "{alarm}");

    // Another border: what was open is cleared, and begins anew.
    let mut new = rule("Too warm", above("t", json!(50)));
    new["definition"]["target"] = json!({"of": "devices", "devices": ["pump"]});
    let update = json!({"workspace": slug, "rule": id, "new": new});
    assert_eq!(ada.call("update_rule", update).await.status, 200);
    until(&ada, id, &[("pump", "cleared", 1), ("pump", "cleared", 1)]).await;
    // A deleted rule leaves its alarms.
    assert_eq!(ada.call("delete_rule", json!({"workspace": slug, "rule": id})).await.status, 200);
    let page = ada.call("list_alarms", json!({"workspace": slug, "query": {"all": true}})).await.body;
    assert_eq!((&page["matching"], &page["items"][0]["rule"]), (&json!(2), &Value::Null), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_besides_messages_is_seen_too() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let pump = app.device(&ada, "pump").await;
    let silent = make(&ada, rule("Silent", json!({"kind": "silent", "forMs": 2000}))).await;
    let lost = make(&ada, rule("Lost", json!({"kind": "disconnected"}))).await;
    let mode = json!({"kind": "property", "property": "mode", "test": {"is": "equals", "value": "manual"}});
    let manual = make(&ada, rule("By hand", mode)).await;
    let limit = make(&ada, rule("Over its limit", above("t", json!({"cloudProperty": "limit"})))).await;
    let failed = make(&ada, rule("Command failed", json!({"kind": "command-failed"}))).await;
    // One that never sent anything is silent too.
    until(&ada, silent, &[("pump", "active", 1)]).await;

    let mut connected = pump.connect().await.unwrap();
    connected.publish(&pump.topic("telemetry"), r#"{"t": 15}"#).await.unwrap();
    connected.publish(&pump.topic("properties/reported"), r#"{"mode": "manual"}"#).await.unwrap();
    until(&ada, manual, &[("pump", "active", 1)]).await;
    let cloud =
        json!({"workspace": ada.workspace.slug, "device": "pump", "component": "", "values": {"limit": 10}});
    let changed = ada.call("change_properties", cloud).await;
    // Without a template what is written is desired: a cloud property needs one.
    assert!(changed.status == 200 || changed.status == 422, "{}", changed.body);
    assert_eq!(alarms(&ada, limit).await, []);
    connected.publish(&pump.topic("properties/reported"), r#"{"mode": "auto"}"#).await.unwrap();
    until(&ada, manual, &[("pump", "cleared", 1)]).await;
    connected.disconnect().await;
    until(&ada, lost, &[("pump", "active", 1)]).await;
    let run = json!({"workspace": ada.workspace.slug, "device": "pump", "new": {"name": "stop"}});
    ada.call("run_command", run).await;
    until(&ada, failed, &[("pump", "active", 1)]).await;
    let _connected = pump.connect().await.unwrap();
    until(&ada, lost, &[("pump", "cleared", 1)]).await;
    let all = alarms(&ada, silent).await;
    assert!(all.len() <= 2 && all[0].1 == "cleared", "{all:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_processes_raise_each_alarm_once() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let id =
        make(&ada, rule("Changed", json!({"kind": "telemetry", "metric": "t", "test": {"is": "changed"}})))
            .await;
    let pump = app.device(&ada, "pump").await;
    // Others evaluate beside the server's own worker, all at once.
    let stop = tokio_util::sync::CancellationToken::new();
    let others = (0..3).map(|_| {
        let stop = stop.clone();
        app.within(async move |homeport| {
            Ok(tokio::spawn(async move {
                while !stop.is_cancelled() {
                    homeport::domain::rules::evaluate_due(&homeport, &|| false).await.unwrap();
                    tokio::task::yield_now().await;
                }
            }))
        })
    });
    let others = futures::future::join_all(others).await;
    let mut connected = pump.connect().await.unwrap();
    for i in 0..101 {
        connected.publish(&pump.topic("telemetry"), format!(r#"{{"t": {i}}}"#)).await.unwrap();
    }
    until(&ada, id, &[("pump", "active", 100)]).await;
    stop.cancel();
    for other in others {
        other.await.unwrap();
    }
    assert_eq!(alarms(&ada, id).await, [("pump".to_owned(), "active".to_owned(), 100)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_mailed_once_with_all_that_fired() {
    let smtp = SmtpServer::start().await;
    let app = TestApp::with_mail(&smtp).await;
    let ada = app.person("ada@example.com").await;
    let mut new = rule("Too warm", above("t", json!(30)));
    new["severity"] = "critical".into();
    new["actions"] = json!([{"do": "mail", "to": [" Guard@Example.com ", "guard@example.com"]}]);
    let id = make(&ada, new).await;
    app.device(&ada, "pump").await.send(r#"{"t": 31.5}"#).await;
    let mail = smtp.mail("guard@example.com", "Too warm").await;
    assert_eq!(mail.subject(), "Critical: Too warm (pump)");
    assert!(mail.text().contains("pump (pump): t is above 30 (it is 31.5)."), "{}", mail.text());
    assert!(mail.text().contains(&format!("/w/{}/alarms", ada.workspace.slug)), "{}", mail.text());
    let listed =
        ada.call("list_alarms", json!({"workspace": ada.workspace.slug, "query": {"rule": id}})).await.body;
    let alarm = json!({"workspace": ada.workspace.slug, "alarm": listed["items"][0]["id"]});
    let whole = ada.call("get_alarm", alarm).await.body;
    assert_eq!(whole[1][1]["kind"], "mailed", "{whole}");
    // Within a minute of the last mail there is no other: what fires waits.
    app.device(&ada, "fan").await.send(r#"{"t": 35}"#).await;
    until(&ada, id, &[("pump", "active", 1), ("fan", "active", 1)]).await;
    assert!(smtp.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_says_when_a_rule_would_have_fired() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let pump = app.device(&ada, "pump").await;
    for (second, value) in [(0, 10), (10, 31), (20, 32), (30, 12), (40, 35)] {
        pump.send(format!(r#"{{"ts": "2026-01-05T00:00:{second:02}Z", "values": {{"t": {value}}}}}"#)).await;
    }
    let from = 1_767_571_200_000_i64;
    let ask = json!({"workspace": ada.workspace.slug, "new": rule("Too warm", above("t", json!(30))), "device": "pump",
        "from_ms": from, "to_ms": from + 86_400_000});
    let past = eventually("all messages are there", async || {
        let past = ada.call("rule_past", ask.clone()).await.body;
        (past["messages"] == 5).then_some(past)
    })
    .await;
    let times: Vec<i64> = past["effects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (one["Fired"]["at_ms"].as_i64().or(one["Cleared"]["at_ms"].as_i64()).unwrap() - from) / 1000
        })
        .collect();
    assert_eq!((past["fired"].as_i64(), times), (Some(2), vec![10, 30, 40]), "{past}");
    let nothing =
        ada.call("list_alarms", json!({"workspace": ada.workspace.slug, "query": {"all": true}})).await;
    assert_eq!(nothing.body["matching"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_make_rules_and_see_to_alarms() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "builder").await;
    let new = json!({"displayName": "Too warm", "definition": {"target": {"of": "all"}, "when": above("t", json!(30))}});
    let (status, made) = program.ask("POST", "/api/rules", Some(new.clone())).await;
    assert_eq!((status.as_u16(), &made["enabled"]), (200, &json!(true)), "{made}");
    refused(&program.ask("POST", "/api/rules", Some(new)).await, 409, "Conflict");
    let bad = json!({"displayName": "x", "definition": {"target": {"of": "all"}, "when": {"kind": "silent", "forMs": 1}}});
    refused(&program.ask("POST", "/api/rules", Some(bad)).await, 422, "UnprocessableEntity");
    let address = format!("/api/rules/{}", made["id"]);
    let mut back = program.get(&address).await;
    back["displayName"] = "Far too warm".into();
    back["definition"]["when"]["test"]["value"] = 40.into();
    let (status, changed) = program.ask("PUT", &address, Some(back)).await;
    assert_eq!((status.as_u16(), &changed["displayName"]), (200, &json!("Far too warm")), "{changed}");
    app.device(&ada, "pump").await.send(r#"{"t": 41}"#).await;
    let alarm = eventually("an alarm", async || {
        let all = program.get("/api/alarms?state=active&severity=warning&device=pump").await;
        all["value"][0]["id"].as_i64()
    })
    .await;
    let explained = program.get(&format!("{address}/devices/pump")).await;
    assert_eq!(explained["lines"][0]["seen"], "it is 41", "{explained}");
    let address = format!("/api/alarms/{alarm}");
    let nobody = json!({"do": "assign", "to": "nobody@example.com"});
    refused(&program.ask("POST", &address, Some(nobody)).await, 422, "UnprocessableEntity");
    for (change, state) in [
        (json!({"do": "assign", "to": "ada@example.com"}), "active"),
        (json!({"do": "acknowledge"}), "acknowledged"),
        (json!({"do": "comment", "text": "Opened the window."}), "acknowledged"),
        (json!({"do": "clear"}), "cleared"),
    ] {
        let (status, whole) = program.ask("POST", &address, Some(change)).await;
        assert_eq!((status.as_u16(), &whole["alarm"]["state"]), (200, &json!(state)), "{whole}");
    }
    let whole = program.get(&address).await;
    let kinds: Vec<&str> =
        whole["entries"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["raised", "assigned", "acknowledged", "comment", "cleared"]);
    assert_eq!(program.get("/api/alarms").await["value"], json!([]));
    let viewer = Program::new(&app, &ada, "viewer").await;
    refused(&viewer.ask("POST", &address, Some(json!({"do": "clear"}))).await, 403, "Forbidden");
    assert_eq!(viewer.get("/api/alarms?state=all").await["value"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_for_a_group_is_for_whoever_is_in_it() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let filter = json!({"is": {"what": "id", "operator": "startsWith", "values": ["pump"]}});
    let draft = json!({"name": "Pumps", "filter": {"all": [filter]}});
    let made = ada.call("create_group", json!({"workspace": slug, "draft": draft})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let mut new = rule("Too warm", above("t", json!(30)));
    new["definition"]["target"] = json!({"of": "group", "group": made.body["id"]});
    let id = make(&ada, new.clone()).await;
    for device in ["fan-1", "pump-1"] {
        app.device(&ada, device).await.send(r#"{"t": 31}"#).await;
    }
    until(&ada, id, &[("pump-1", "active", 1)]).await;
    let gone = ada.call("delete_group", json!({"workspace": slug, "group": made.body["id"]})).await;
    assert_eq!(gone.code(), "conflict", "{}", gone.body);
    new["definition"]["target"] = json!({"of": "group", "group": "nowhere"});
    let refused = ada.call("create_rule", json!({"workspace": slug, "new": new})).await;
    assert_eq!(refused.code(), "invalid", "{}", refused.body);
}
