//! A dashboard from the first to the last: made of what devices send, changed, shared by its address, seen as it was.

use crate::ground::{begin, template};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_dashboard_is_made_changed_and_seen_as_it_was() {
    let (app, ada, browser) = begin("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let room = template(&ada, "Room").await;
    for (id, name) in [("hall", "Hall"), ("attic", "Attic")] {
        let device = app.device(&ada, id).await;
        let patch = json!({"workspace": slug, "device": id, "patch": {"name": name, "template": room}});
        assert_eq!(ada.call("update_device", patch).await.status, 200);
        device.send(r#"{"temperature":21.5,"humidity":40}"#).await;
        device.send(r#"{"temperature":22.5,"humidity":41}"#).await;
    }

    // A new one begins with what the devices send.
    browser.open(&format!("/w/{slug}/dashboards")).await;
    browser.sees("No dashboards yet").await;
    browser.click("New dashboard").await;
    browser.fill("Name", "House").await;
    browser.click("Make it").await;
    browser.sees("All of them are live").await;
    browser.sees("Room · Temperature").await;
    browser.sees("22").await;
    browser.sees("Attic").await;
    browser.photograph_whole("dashboard").await;

    // It is changed by keyboard and by form, undone, and saved.
    browser.click("Edit").await;
    browser.click("Add a tile").await;
    browser.click("Text").await;
    browser.fill("Title", "Notes").await;
    browser.fill("Text, in Markdown", "Mind the **gap**.").await;
    browser.sees("Mind the gap.").await;
    browser.photograph("dashboard-editor").await;
    browser.click("Undo (Ctrl Z)").await;
    browser.click("Redo (Ctrl Shift Z)").await;
    browser.sees("gap").await;
    browser.click("Save").await;
    browser.sees("The dashboard is saved.").await;
    browser.reload().await;
    browser.sees("Notes").await;

    // A range stands in the address; a moment before anything was sent shows nothing.
    browser.click("7 d").await;
    browser.holds_soon("location.search.includes('range=7d')").await;
    let path = browser.path().await;
    browser.open(&format!("{path}&at=1700000000000")).await;
    browser.sees("As it was").await;
    browser.sees("No values in this time range").await;
    browser.click("Back to now").await;
    browser.loses("As it was").await;

    // The catalogue marks it, and takes it away after asking.
    browser.open(&format!("/w/{slug}/dashboards")).await;
    browser.click("Mark House").await;
    browser.photograph("dashboards").await;
    browser.click("Actions for House").await;
    browser.click("Delete…").await;
    browser.click("Delete the dashboard").await;
    browser.sees("No dashboards yet").await;
    browser.close().await;
}
