//! What becomes of an alarm while it stands: it is worse or less bad, kept quiet, raised in maintenance, told to more people.

use crate::rest::{Program, refused};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};
use test_support::{SmtpServer, TestApp, TestPerson, eventually};

fn above(value: i32) -> Value {
    json!({"kind": "telemetry", "metric": "t", "test": {"is": "above", "value": value}})
}

/// A rule of all devices above 30, with more in its definition; its number. What it does each time is given up at once: that
/// address may not be called.
async fn make(ada: &TestPerson, more: Value) -> i64 {
    let mut definition = json!({"target": {"of": "all"}, "when": above(30)});
    definition.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let actions = json!([{"do": "webhook", "url": "https://127.0.0.1:9/"}]);
    let new =
        json!({"name": "Too warm", "severity": "warning", "definition": definition, "actions": actions});
    let made = ada.call("create_rule", json!({"workspace": ada.workspace.slug, "new": new})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    made.body["id"].as_i64().unwrap()
}

/// All alarms, the newest first.
async fn alarms(ada: &TestPerson) -> Vec<Value> {
    let query = json!({"workspace": ada.workspace.slug, "query": {"all": true}});
    ada.call("list_alarms", query).await.body["items"].as_array().unwrap().clone()
}

/// The newest alarm of this device, once it is so.
async fn until(ada: &TestPerson, device: &str, what: &str, is: impl Fn(&Value) -> bool) -> Value {
    eventually(&format!("the newest alarm of {device} is {what}"), async || {
        alarms(ada).await.into_iter().find(|alarm| alarm["device"] == device).filter(|alarm| is(alarm))
    })
    .await
}

/// How often the rule's action was done, or tried.
async fn told(ada: &TestPerson) -> usize {
    let query = json!({"workspace": ada.workspace.slug, "query": {}});
    ada.call("list_action_runs", query).await.body["items"].as_array().unwrap().len()
}

/// The same because of this alarm.
async fn told_of(ada: &TestPerson, alarm: &Value) -> usize {
    let one = json!({"workspace": ada.workspace.slug, "alarm": alarm["id"]});
    ada.call("alarm_action_runs", one).await.body.as_array().unwrap().len()
}

async fn entries(ada: &TestPerson, alarm: &Value) -> Vec<(String, String)> {
    let one = json!({"workspace": ada.workspace.slug, "alarm": alarm["id"]});
    let whole = ada.call("get_alarm", one).await.body;
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    whole[1].as_array().unwrap().iter().map(|entry| (text(entry, "kind"), text(entry, "text"))).collect()
}

async fn change(ada: &TestPerson, alarm: &Value, change: Value) {
    let asked = json!({"workspace": ada.workspace.slug, "ids": [alarm["id"]], "change": change});
    let answer = ada.call("change_alarms", asked).await;
    assert_eq!((answer.status, &answer.body), (200, &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn its_severity_follows_the_levels_of_its_rule() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let pump = app.device(&ada, "pump").await;
    let levels =
        json!([{"severity": "major", "when": above(40)}, {"severity": "critical", "when": above(50)}]);
    make(&ada, json!({ "levels": levels })).await;
    for (value, severity) in
        [(31, "warning"), (55, "critical"), (45, "major"), (35, "warning"), (41, "major")]
    {
        pump.send(json!({ "t": value }).to_string()).await;
        let alarm = until(&ada, "pump", severity, |alarm| alarm["severity"] == severity).await;
        assert_eq!((&alarm["state"], &alarm["count"]), (&json!("active"), &json!(1)), "{alarm}");
    }
    let root = async || {
        let tree = ada.call("list_organizations", json!({"workspace": ada.workspace.slug})).await.body;
        (tree[0]["id"].clone(), tree[0]["alarms"].clone())
    };
    let (organization, counted) = root().await;
    assert_eq!(counted, 1, "it is counted where its device belongs");
    let there = json!({"workspace": ada.workspace.slug, "query": {"organization": organization}});
    assert_eq!(ada.call("list_alarms", there).await.body["matching"], 1);
    let elsewhere = json!({"workspace": ada.workspace.slug, "query": {"organization": 999_999}});
    assert_eq!(ada.call("list_alarms", elsewhere).await.body["matching"], 0);
    pump.send(r#"{"t": 20}"#).await;
    let alarm = until(&ada, "pump", "cleared", |alarm| alarm["state"] == "cleared").await;
    assert_eq!(alarms(&ada).await.len(), 1, "it was one alarm all the time");
    assert_eq!(root().await.1, 0);
    let said: Vec<_> = entries(&ada, &alarm).await.into_iter().filter(|(kind, _)| kind == "level").collect();
    assert_eq!(said.len(), 4, "{said:?}");
    assert_eq!(said[0].1, "Critical: t is above 50 (it is 55)");
    // People are told when it is raised and when it becomes worse, and not when it becomes better; what comes within a minute of
    // the first comes in one.
    assert_eq!(told(&ada).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_kept_quiet_is_told_to_nobody_also_when_it_comes_again() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "operator").await;
    let pump = app.device(&ada, "pump").await;
    make(&ada, json!({})).await;
    pump.send(r#"{"t": 31}"#).await;
    let alarm = until(&ada, "pump", "active", |alarm| alarm["state"] == "active").await;
    assert_eq!(told(&ada).await, 1);
    change(&ada, &alarm, json!({"do": "quiet", "forMs": 3_600_000})).await;
    let alarm = until(&ada, "pump", "quiet", |alarm| alarm["quietUntilMs"].is_i64()).await;
    pump.send(r#"{"t": 20}"#).await;
    until(&ada, "pump", "cleared", |alarm| alarm["state"] == "cleared").await;
    pump.send(r#"{"t": 40}"#).await;
    let again = until(&ada, "pump", "active", |alarm| alarm["state"] == "active").await;
    assert_eq!(again["quietUntilMs"], alarm["quietUntilMs"], "{again}");
    assert_ne!(again["id"], alarm["id"]);
    assert_eq!(told(&ada).await, 1, "nobody is told");

    // Over REST people are told again from now on.
    let path = format!("/api/alarms/{}", again["id"]);
    let asked = program.ask("POST", &path, Some(json!({"do": "quiet", "forMs": 0}))).await;
    assert_eq!((asked.0.as_u16(), asked.1["alarm"].get("quietUntilMs")), (200, None), "{}", asked.1);
    let wrong = program.ask("POST", &path, Some(json!({"do": "quiet", "forMs": -1}))).await;
    refused(&wrong, 422, "UnprocessableEntity");
    pump.send(r#"{"t": 20}"#).await;
    until(&ada, "pump", "cleared", |alarm| alarm["state"] == "cleared").await;
    pump.send(r#"{"t": 40}"#).await;
    until(&ada, "pump", "active", |alarm| alarm["state"] == "active").await;
    assert_eq!(told(&ada).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_maintenance_alarms_are_marked_and_told_to_nobody() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let (pump, fan) = (app.device(&ada, "pump").await, app.device(&ada, "fan").await);
    make(&ada, json!({})).await;
    let slug = ada.workspace.slug.clone();
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let window = |reason: &str, devices: Value, from_ms: i64, to_ms: i64| {
        let target = json!({"of": "devices", "devices": devices});
        json!({"workspace": slug, "new": {"reason": reason, "target": target, "fromMs": from_ms, "toMs": to_ms}})
    };
    for (wrong, field) in [
        (window("", json!(["pump"]), now_ms, now_ms + 60_000), "reason"),
        (window("x", json!(["nobody"]), now_ms, now_ms + 60_000), "target.devices"),
        (window("x", json!(["pump"]), now_ms, now_ms - 1), "toMs"),
    ] {
        let answer = ada.call("create_maintenance", wrong).await;
        assert_eq!(
            (answer.status, &answer.body["fields"][0]["field"]),
            (422, &json!(field)),
            "{}",
            answer.body
        );
    }
    let made = ada
        .call("create_maintenance", window("New valves", json!(["pump"]), now_ms - 60_000, now_ms + 600_000))
        .await;
    assert_eq!(made.status, 200, "{}", made.body);
    // One that has not begun changes nothing.
    let later = ada
        .call("create_maintenance", window("Later", json!(["fan"]), now_ms + 300_000, now_ms + 600_000))
        .await;
    assert_eq!(later.status, 200, "{}", later.body);
    for device in [&pump, &fan] {
        device.send(r#"{"t": 31}"#).await;
    }
    let alarm = until(&ada, "pump", "active", |alarm| alarm["state"] == "active").await;
    assert_eq!(alarm["maintenance"], "New valves", "{alarm}");
    assert_eq!(told_of(&ada, &alarm).await, 0);
    let alarm = until(&ada, "fan", "active", |alarm| alarm["state"] == "active").await;
    assert_eq!(alarm["maintenance"], Value::Null, "{alarm}");
    assert_eq!((told_of(&ada, &alarm).await, told(&ada).await), (1, 1));

    let list = ada.call("list_maintenance", json!({ "workspace": slug })).await.body;
    assert_eq!((&list[0]["reason"], &list[1]["reason"]), (&json!("New valves"), &json!("Later")), "{list}");
    let end = json!({"workspace": slug, "window": made.body["id"]});
    assert_eq!(ada.call("end_maintenance", end.clone()).await.status, 200);
    assert_eq!(ada.call("end_maintenance", end).await.status, 404);
    pump.send(r#"{"t": 20}"#).await;
    until(&ada, "pump", "cleared", |alarm| alarm["state"] == "cleared").await;
    pump.send(r#"{"t": 31}"#).await;
    until(&ada, "pump", "active", |alarm| alarm["state"] == "active" && alarm["maintenance"].is_null()).await;
    assert_eq!(told(&ada).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_acknowledges_more_people_are_told_once() {
    let smtp = SmtpServer::start().await;
    let app = TestApp::with_mail(&smtp).await;
    let ada = app.person("ada@example.com").await;
    let (pump, fan) = (app.device(&ada, "pump").await, app.device(&ada, "fan").await);
    make(&ada, json!({"escalation": {"afterMs": 8000, "to": ["chief@example.com"]}})).await;
    fan.send(r#"{"t": 31}"#).await;
    let seen = until(&ada, "fan", "active", |alarm| alarm["state"] == "active").await;
    change(&ada, &seen, json!({"do": "acknowledge"})).await;
    pump.send(r#"{"t": 31}"#).await;
    let mail = smtp.mail("chief@example.com", "Not acknowledged").await;
    assert!(mail.text().contains("pump") && mail.text().contains("t is above 30"), "{}", mail.text());
    assert!(!mail.text().contains("fan"), "somebody has acknowledged that one: {}", mail.text());
    let alarm = until(&ada, "pump", "escalated", |alarm| alarm["escalated"] == true).await;
    let said = entries(&ada, &alarm).await;
    assert!(said.contains(&("escalated".into(), "chief@example.com".into())), "{said:?}");
    // It fires no second time while it stands.
    pump.send(r#"{"t": 35}"#).await;
    fan.send(r#"{"t": 20}"#).await;
    until(&ada, "fan", "cleared", |alarm| alarm["state"] == "cleared").await;
    assert!(smtp.mails().iter().all(|mail| mail.to != "chief@example.com"));
}
