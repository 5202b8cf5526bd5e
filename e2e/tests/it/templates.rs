//! The editor of a template puts a device together: of components and of what other templates have; a simulated one plays it
//! at another pace, and its connection data is read from the screen as a telephone reads it.

use crate::ground::{begin, template};
use serde_json::{Value, json};
use test_support::eventually;

const BATTERY: &str = r#"{
  "@context": "dtmi:dtdl:context;2", "@id": "dtmi:house:battery;1", "@type": "Interface", "displayName": "Battery",
  "contents": [{"@type": "Telemetry", "name": "charge", "displayName": "Charge", "schema": "double"}]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_put_together_of_parts_and_played_at_a_pace() {
    let (app, ada, browser) = begin("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let imported = ada.call("import_template", json!({"workspace": slug, "text": BATTERY})).await;
    assert_eq!(imported.status, 200, "{}", imported.body);
    template(&ada, "Lock").await;
    let door = template(&ada, "Door").await;
    let whole = async || {
        let asked = json!({"workspace": slug, "template": door});
        ada.call("get_template", asked).await.read::<Value>()["document"].to_string()
    };

    // A component: its name follows what people call it, and is said to be wrong beside its field.
    browser.open(&format!("/w/{slug}/templates/{door}")).await;
    browser.click("Add a component").await;
    browser.fill("Display name", "Front lock").await;
    assert_eq!(browser.value_of("Name").await, "frontLock");
    browser.fill("Name", "1 lock").await;
    browser.choose("Interface", "Lock").await;
    browser.photograph("template-component").await;
    browser.click("Add").await;
    browser.holds_soon("document.querySelector('dialog[open] [aria-invalid=true]') !== null").await;
    browser.fill("Name", "frontLock").await;
    browser.click("Add").await;
    browser.sees("Component Front lock").await;
    assert!(whole().await.contains("frontLock"), "the draft has the component");

    // What another template has: one must be chosen, and it can be taken away again and brought back.
    browser.click("Inherit from a template").await;
    browser.click("Add").await;
    browser.sees("Choose the template of which").await;
    browser.choose("Template", "Battery").await;
    browser.photograph("template-inherit").await;
    browser.click("Add").await;
    browser.sees("Inherited").await;
    browser.sees("Charge").await;
    assert!(whole().await.contains("dtmi:house:battery;1"), "the draft inherits");
    browser.photograph("template-of-parts").await;
    browser.click("Remove dtmi:house:battery;1").await;
    browser.loses("Charge").await;
    assert!(!whole().await.contains("dtmi:house:battery;1"), "the draft inherits no more");
    browser.click("Undo").await;
    browser.sees("Charge").await;
    let publish = json!({"workspace": slug, "template": door, "new_version": true});
    assert_eq!(ada.call("publish_template", publish).await.status, 200);

    // A simulated device is told how often it sends.
    let new = json!({"external_id": "played", "name": "Played", "template": door});
    let made = json!({"workspace": slug, "new": new, "every_ms": 60_000});
    let made = ada.call("create_simulated_device", made).await;
    assert_eq!(made.status, 200, "{}", made.body);
    browser.open(&format!("/w/{slug}/devices/played")).await;
    browser.click("Actions").await;
    browser.click("How often it sends…").await;
    assert_eq!(browser.value_of("Seconds between messages").await, "60");
    browser.fill("Seconds between messages", "0").await;
    browser.click("Save").await;
    browser.holds_soon("document.querySelector('dialog[open] [aria-invalid=true]') !== null").await;
    browser.photograph("simulation-pace").await;
    browser.fill("Seconds between messages", "1").await;
    browser.click("Save").await;
    browser.sees("It keeps to that within seconds.").await;
    eventually("messages come at the new pace", async || {
        let asked = json!({"workspace": slug, "device": "played", "before": null, "limit": 10});
        let raw = ada.call("raw", asked).await.body;
        (raw["messages"].as_array()?.len() >= 2).then_some(())
    })
    .await;

    // The code on the screen says what the device needs; the key only while it is shown.
    app.device(&ada, "pump").await;
    browser.open(&format!("/w/{slug}/devices/pump/connect")).await;
    browser.click("Show the code").await;
    browser.holds_soon("document.querySelector('svg.qr path') !== null").await;
    let path = browser.value("document.querySelector('svg.qr path').getAttribute('d')").await;
    let side = browser.value("document.querySelector('svg.qr').viewBox.baseVal.width").await;
    let read: Value = serde_json::from_str(&read(path.as_str().unwrap(), side.as_f64().unwrap())).unwrap();
    assert_eq!((&read["id"], &read["scopeId"]), (&json!("pump"), &json!(ada.workspace.scope)), "{read}");
    assert_eq!(read.get("key"), None, "{read}");
    browser.photograph("device-qr").await;
    browser.close().await;
}

/// What a reader of such codes makes of the picture: each dark module is `M{x},{y}h1v1h-1z`.
fn read(path: &str, side: f64) -> String {
    const SCALE: usize = 4;
    let side = side as usize;
    let mut dark = vec![false; side * side];
    for module in path.split('M').skip(1) {
        let (x, rest) = module.split_once(',').unwrap();
        let (y, _) = rest.split_once('h').unwrap();
        dark[y.parse::<usize>().unwrap() * side + x.parse::<usize>().unwrap()] = true;
    }
    let width = side * SCALE;
    let is_dark = |at: usize| dark[at / width / SCALE * side + at % width / SCALE];
    let shades: Vec<u8> = (0..width * width).map(|at| if is_dark(at) { 0 } else { 255 }).collect();
    let mut reader = quircs::Quirc::default();
    let code = reader.identify(width, width, &shades).next().unwrap().unwrap();
    String::from_utf8(code.decode().unwrap().payload).unwrap()
}
