//! A device and its owner talk: a property that is wanted, accepted and refused, a command and its answer, and the log
//! that tells of it.

use crate::ground::begin;
use serde_json::{Value, json};
use test_support::TestDevice;

/// A thermostat, with a property that people set, one that it only reports, and a command.
const THERMOSTAT: &str = r#"{
  "@context": "dtmi:dtdl:context;2", "@id": "dtmi:house:thermostat;1", "@type": "Interface", "displayName": "Thermostat",
  "contents": [
    {"@type": "Telemetry", "name": "temperature", "schema": "double"},
    {"@type": "Property", "name": "target", "displayName": "Target", "schema": "double", "writable": true},
    {"@type": "Property", "name": "serial", "displayName": "Serial number", "schema": "string"},
    {"@type": "Command", "name": "reboot", "displayName": "Reboot",
     "request": {"name": "delay", "displayName": "Delay", "schema": "integer"},
     "response": {"name": "status", "schema": "string"}}]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_people_want_of_a_device_and_what_it_answers() {
    let (app, ada, browser) = begin("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let imported = ada.call("import_template", json!({"workspace": slug, "text": THERMOSTAT})).await;
    let template: model::template::Template = imported.read();
    let publish = json!({"workspace": slug, "template": template.id, "new_version": false});
    assert_eq!(ada.call("publish_template", publish).await.status, 200);
    let new = json!({"external_id": "hall", "name": "Hall", "template": template.id});
    assert_eq!(ada.call("create_device", json!({"workspace": slug, "new": new})).await.status, 200);
    let key = ada.call("show_key", json!({"workspace": slug, "device": "hall"})).await.read();
    let scope = ada.workspace.scope.clone();
    let hall = TestDevice { scope, id: "hall".into(), key, broker: app.mqtt };
    let mut line = hall.connect().await.unwrap();
    line.subscribe(&hall.topic("properties/desired")).await;
    line.subscribe(&hall.topic("commands/+/+")).await;
    let report = async |line: &mut test_support::Connected, patch: Value| {
        line.publish(&hall.topic("properties/reported"), patch.to_string()).await.unwrap();
    };

    // What it reports shows while one looks.
    browser.open(&format!("/w/{slug}/devices/hall/properties")).await;
    browser.sees("Serial number").await;
    report(&mut line, json!({"serial": "HX-2041"})).await;
    browser.sees("HX-2041").await;

    // What is wanted reaches it, and what it says of that comes back.
    browser.fill("Target", "warm").await;
    browser.sees("number").await;
    browser.fill("Target", "21.5").await;
    browser.click("Save").await;
    browser.sees("Pending").await;
    browser.photograph("properties-pending").await;
    let (topic, wish) = line.message().await;
    assert!(topic.ends_with("/properties/desired"), "{topic}");
    let wish: Value = serde_json::from_slice(&wish).unwrap();
    assert_eq!(wish["target"], json!(21.5));
    let version = wish["$version"].clone();
    report(&mut line, json!({"target": {"value": 21.5, "ac": 200, "av": version}})).await;
    browser.sees("Accepted").await;
    browser.fill("Target", "60").await;
    browser.click("Save").await;
    let wish: Value = serde_json::from_slice(&line.message().await.1).unwrap();
    let no = json!({"value": 21.5, "ac": 400, "av": wish["$version"], "ad": "Hotter than the house allows"});
    report(&mut line, json!({"target": no})).await;
    browser.sees("Hotter than the house allows").await;
    browser.photograph("properties-refused").await;

    // A command is run with what the template asks for, and its answer stands in the history.
    browser.open(&format!("/w/{slug}/devices/hall/commands")).await;
    browser.fill("Delay", "3").await;
    browser.click("Run").await;
    let (topic, request) = line.message().await;
    assert_eq!(request, b"3");
    let id = topic.rsplit('/').next().unwrap().to_owned();
    let answer = hall.topic(&format!("commands/reboot/{id}/res/200"));
    line.publish(&answer, r#""rebooting in 3 s""#).await.unwrap();
    browser.sees("rebooting in 3 s").await;
    browser.photograph("commands-answered").await;

    // A device that is away is said to be.
    line.disconnect().await;
    browser.fill("Delay", "1").await;
    browser.click("Run").await;
    browser.sees("not connected").await;

    browser.open(&format!("/w/{slug}/devices/hall/log")).await;
    browser.sees("reboot").await;
    browser.photograph("log-of-commands").await;
    browser.close().await;
}
