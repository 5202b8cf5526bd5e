//! The list of devices: found, sorted, filtered, shared by its address, and emptied.

use crate::ground::{begin, template};
use model::device::DeviceRow;
use model::page::Page;
use serde_json::json;
use test_support::{TestDevice, eventually};

/// The names that stand in the list, in its order.
const NAMES: &str = ".row-link";

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_searched_sorted_filtered_shared_and_emptied() {
    let (app, ada, browser) = begin("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let template = template(&ada, "Weather station").await;
    for (id, name, template) in [
        ("lga", "LaGuardia", Some(template)),
        ("jfk", "John F. Kennedy", Some(template)),
        ("pump", "Basement pump", None),
    ] {
        let new = json!({"external_id": id, "name": name, "template": template});
        assert_eq!(ada.call("create_device", json!({"workspace": slug, "new": new})).await.status, 200);
    }
    let key = ada.call("show_key", json!({"workspace": slug, "device": "jfk"})).await;
    let scope = ada.workspace.scope.clone();
    let jfk = TestDevice { scope, id: "jfk".into(), key: key.read(), broker: app.mqtt };
    jfk.send(r#"{"temperature": 3.5, "humidity": 81}"#).await;

    // The values of the list are written every two seconds.
    let arguments = json!({"workspace": slug, "query": {"search": "jfk", "limit": 1}});
    eventually("the list knows of the message", async || {
        let page: Page<DeviceRow> = ada.call("list_devices", arguments.clone()).await.read();
        page.items[0].device.last_seen_ms
    })
    .await;

    browser.open(&format!("/w/{slug}/devices")).await;
    browser.sees("3 of 3 · by name").await;
    assert_eq!(browser.texts(NAMES).await, ["Basement pump", "John F. Kennedy", "LaGuardia"]);
    browser.sees("3.5 °C").await;
    browser.photograph("devices").await;

    // A value that comes while one looks is seen without asking.
    jfk.send(r#"{"temperature": 4.25, "humidity": 80}"#).await;
    browser.sees("4.25 °C").await;

    // What is typed stands in the address, so it can be sent to somebody.
    browser.fill("Search name or id", "kenn").await;
    browser.at(&format!("/w/{slug}/devices?q=kenn")).await;
    browser.sees("1 of 3 · by name").await;
    assert_eq!(browser.texts(NAMES).await, ["John F. Kennedy"]);
    browser.reload().await;
    browser.sees("1 of 3 · by name").await;
    assert_eq!(browser.value_of("Search name or id").await, "kenn");
    browser.fill("Search name or id", "nothing like it").await;
    browser.sees("No device matches").await;
    browser.photograph("devices-no-match").await;
    browser.click("Clear the filters").await;
    browser.sees("3 of 3 · by name").await;

    browser.click("Filter by status").await;
    browser.click("Never connected").await;
    browser.at(&format!("/w/{slug}/devices?status=never-connected")).await;
    browser.sees("2 of 3 · by name").await;
    browser.open(&format!("/w/{slug}/devices?template={template}&sort=-name")).await;
    browser.sees("2 of 3 · by name").await;
    assert_eq!(browser.texts(NAMES).await, ["LaGuardia", "John F. Kennedy"]);
    browser.open(&format!("/w/{slug}/devices")).await;
    browser.click("Last seen").await;
    browser.at(&format!("/w/{slug}/devices?sort=-last-seen")).await;
    browser.sees("by last seen").await;
    browser.until_texts(NAMES, |names| names.first().is_some_and(|first| first == "John F. Kennedy")).await;

    // A taken id is said beside its field, and what was typed is kept.
    browser.forgive("status of 409");
    browser.click("Connect a device").await;
    browser.fill("Name", "Another Kennedy").await;
    browser.fill("Device id", "jfk").await;
    browser.click("Connect").await;
    browser.sees("A device with this id exists already.").await;
    assert_eq!(browser.value_of("Name").await, "Another Kennedy");
    browser.photograph("device-taken").await;
    browser.click("Cancel").await;

    // Deleting asks for a word, and takes the telemetry along.
    browser.click("Select John F. Kennedy").await;
    browser.click("Select Basement pump").await;
    browser.click("Delete").await;
    browser.sees("Delete 2 devices?").await;
    browser.photograph("devices-delete").await;
    browser.fill("Type “delete 2” to confirm", "delete 2").await;
    browser.click("Delete").await;
    browser.sees("2 devices are deleted.").await;
    browser.sees("1 of 1").await;
    assert_eq!(browser.texts(NAMES).await, ["LaGuardia"]);
    assert!(jfk.connect().await.is_err(), "a deleted device is not let in");
    browser.close().await;
}
