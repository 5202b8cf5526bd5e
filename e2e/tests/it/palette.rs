//! The command palette, without touching the mouse.

use crate::ground::{begin, template};
use serde_json::json;
use test_support::browser::Key;

#[tokio::test(flavor = "multi_thread")]
async fn everywhere_by_keyboard() {
    let (_app, ada, browser) = begin("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    template(&ada, "Room sensor").await;
    let new = json!({"external_id": "room-214", "name": "Meeting room 2.14", "template": null});
    assert_eq!(ada.call("create_device", json!({"workspace": slug, "new": new})).await.status, 200);
    browser.open(&format!("/w/{slug}/devices")).await;

    browser.press(Key::Control + "k").await;
    browser.sees("Actions").await;
    browser.sees("Meeting room 2.14").await;
    browser.photograph("palette").await;
    browser.press("templ").await;
    browser.sees("Templates").await;
    browser.press(Key::Enter + "").await;
    browser.at(&format!("/w/{slug}/templates")).await;

    browser.press(Key::Control + "k").await;
    browser.press("rm214").await;
    browser.sees("Meeting room 2.14").await;
    browser.holds_soon("document.querySelector('[role=option]')?.innerText.includes('2.14')").await;
    browser.press(Key::Enter + "").await;
    browser.at(&format!("/w/{slug}/devices/room-214")).await;
    browser.sees("Meeting room 2.14").await;

    browser.press(Key::Control + "k").await;
    browser.press("no such thing").await;
    browser.sees("Nothing fits.").await;
    browser.press(Key::Escape + "").await;
    browser.loses("Nothing fits.").await;

    // The arrow goes on to the second of those that fit.
    browser.press(Key::Control + "k").await;
    browser.press("theme").await;
    browser.holds_soon("document.querySelectorAll('[role=option]').length === 3").await;
    browser.press(Key::Down + "").await;
    browser.holds_soon("document.querySelectorAll('[role=option]')[1]?.ariaSelected === 'true'").await;
    let second = browser.texts("[role=option]").await.remove(1);
    let theme = if second.contains("dark") { "dark" } else { "light" };
    browser.press(Key::Enter + "").await;
    browser.holds_soon(&format!("document.documentElement.dataset.theme === '{theme}'")).await;

    browser.press(Key::Control + "k").await;
    browser.press("sign out").await;
    browser.sees("Sign out").await;
    browser.press(Key::Enter + "").await;
    browser.at_some("/sign-in").await;
    browser.close().await;
}
