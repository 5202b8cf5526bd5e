//! Seeing the fleet: a group made by clicking, looked at in the explorer, saved, and found again.

use crate::ground::{begin, template};
use serde_json::json;
use test_support::eventually;

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_made_looked_at_and_found_again() {
    let (app, ada, browser) = begin("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let room = template(&ada, "Room sensor").await;
    for (id, temperature) in [("room-1", 31.5), ("room-2", 19.5), ("cellar", 33.0)] {
        let device = app.device(&ada, id).await;
        let of = (id != "cellar").then_some(room);
        let patch = json!({"name": id, "template": of});
        let changed =
            ada.call("update_device", json!({"workspace": slug, "device": id, "patch": patch})).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        device.send(json!({"temperature": temperature, "humidity": 40}).to_string()).await;
        eventually("the value is there", async || {
            let seen = ada.call("latest", json!({"workspace": slug, "device": id})).await;
            seen.body.as_array().is_some_and(|values| values.len() == 2).then_some(())
        })
        .await;
    }

    // The list of none, and the way to the first.
    browser.click("Device groups").await;
    browser.sees("No device groups yet").await;
    browser.photograph("groups-none").await;
    browser.click("New group").await;
    browser.at(&format!("/w/{slug}/groups/new")).await;
    browser.sees("3 of 3").await;

    // Conditions are chosen; who belongs is seen at once.
    browser.click("Condition").await;
    browser.sees("Not finished").await;
    browser.choose("Value", "Room sensor").await;
    browser.sees("2 of 3").await;
    browser.click("List of conditions").await;
    browser.click_css(".rule-list .rule-list [aria-label='Remove the condition']").await;
    browser.click_css(".rule-list .rule-list .rule-actions button").await;
    browser.click_css(".rule-list .rule-list [aria-label='Remove the list']").await;
    browser.sees("2 of 3").await;
    browser.click("Condition").await;
    let last = ".rules > li:last-child";
    browser.value(&chosen(last, "What is looked at", "Newest value: Temperature (°C)")).await;
    browser.value(&chosen(last, "How it is compared", "is more than")).await;
    browser.holds_soon(&format!("document.querySelector({last:?} + ' input[type=number]') !== null")).await;
    browser.value(&typed(&format!("{last} input[type=number]"), "25")).await;
    browser.sees("1 of 3").await;
    browser.sees("room-1").await;
    browser.fill("Name", "Warm rooms").await;
    browser.photograph("group-builder").await;
    browser.click("Make the group").await;
    browser.sees("“Warm rooms” is saved").await;
    browser.sees("Template is Room sensor and temperature is more than 25").await;
    browser.photograph("groups").await;

    // Its devices, and what they sent.
    browser.click("Actions for Warm rooms").await;
    browser.click("Show its devices").await;
    browser.sees("1 of 3").await;
    browser.sees("Group: Warm rooms").await;
    browser.click("Device groups").await;
    browser.click("Warm rooms").await;
    browser.sees("1 of 3").await;
    browser.click_css("main a[href*='explore?group=']").await;
    browser.at_some(&format!("/w/{slug}/explore?group=")).await;
    browser.sees("Nothing chosen yet").await;
    browser.click("Add a value").await;
    browser.sees("1 device").await;
    browser.choose("Lines", "Each device").await;
    browser
        .holds_soon("document.querySelector('.explore-grid th.number')?.textContent.includes('room-1')")
        .await;
    browser
        .holds_soon(
            "document.querySelector('textarea[name=query]').value.includes('FROM GROUP \"Warm rooms\"')",
        )
        .await;
    browser.photograph("explore").await;

    // Saved, it is found again.
    browser.click("Save…").await;
    browser.fill("Name", "Warmth of the day").await;
    browser.click("Save").await;
    browser.sees("“Warmth of the day” is saved").await;
    browser.open(&format!("/w/{slug}/explore")).await;
    browser.sees("Nothing chosen yet").await;
    browser.click("Saved…").await;
    browser.click("Warmth of the day").await;
    browser.at_some("by=device").await;
    browser.sees("1 device").await;

    // What is looked at can't be deleted, and says so.
    browser.click("Device groups").await;
    browser.click("Actions for Warm rooms").await;
    browser.click("Delete…").await;
    browser.sees("Exploration “Warmth of the day”").await;
    browser.click("Cancel").await;
    browser.close().await;
}

/// Chooses an option of a select within a part of the page, as a person does.
fn chosen(part: &str, label: &str, option: &str) -> String {
    format!(
        "(() => {{
            const part = document.querySelector({part:?});
            const label = [...part.querySelectorAll('label')].find(one => one.textContent.trim() === {label:?});
            const select = part.querySelector('#' + CSS.escape(label.htmlFor));
            select.value = [...select.options].find(one => one.textContent.trim() === {option:?}).value;
            select.dispatchEvent(new Event('change', {{ bubbles: true }}));
            return true;
        }})()"
    )
}

/// Types into a field.
fn typed(selector: &str, text: &str) -> String {
    format!(
        "(() => {{
            const field = document.querySelector({selector:?});
            field.value = {text:?};
            field.dispatchEvent(new Event('input', {{ bubbles: true }}));
            return true;
        }})()"
    )
}
