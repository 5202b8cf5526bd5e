//! Passkeys in a real browser, on a device that the browser plays: registered, shown in the place of the password and after
//! it, demanded by a workspace, removed.

use crate::ground::begin;
use serde_json::json;
use test_support::browser::Browser;

/// Signs out by the menu of this page, which lists no other browsers to sign out, and opens the sign-in anew.
async fn leave(browser: &Browser, from: &str) {
    browser.open(from).await;
    browser.click("You").await;
    browser.click("Sign out").await;
    browser.at_some("/sign-in").await;
    browser.open("/sign-in").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passkeys_are_added_shown_and_removed() {
    let (app, ada, browser) = begin("ada@example.com").await;
    let home = format!("/w/{}/devices", ada.workspace.slug);
    browser.hold_passkeys().await;
    browser.open("/profile").await;
    browser.click("Add a passkey").await;
    browser.fill("Name of the passkey", "Telephone").await;
    browser.fill("Your password", "not the password").await;
    browser.forgive("status of 422");
    browser.click("Go on").await;
    browser.sees("This isn't your current password.").await;
    browser.fill("Your password", &ada.password).await;
    browser.click("Go on").await;
    browser.sees("From now on a password alone doesn't sign you in").await;
    browser.photograph("passkey-codes").await;
    let codes = browser.text("dialog pre").await;
    browser.click("I have kept them").await;
    browser.sees("Telephone").await;
    // The same device twice makes nothing safer.
    browser.click("Add a passkey").await;
    browser.fill("Name of the passkey", "Again").await;
    browser.fill("Your password", &ada.password).await;
    browser.click("Go on").await;
    browser.sees("This device holds a passkey of yours already.").await;
    browser.click("Cancel").await;
    browser.photograph_whole("profile-passkeys").await;

    // In the place of the password.
    leave(&browser, &home).await;
    browser.photograph("sign-in-passkey").await;
    browser.click("Use a passkey").await;
    browser.at(&home).await;
    // After it; the password alone opens nothing.
    leave(&browser, &home).await;
    browser.fill("E-mail", &ada.email).await;
    browser.fill("Password", &ada.password).await;
    browser.click("Sign in").await;
    browser.sees("One more step").await;
    let standing = ada.call("standing", json!({})).await;
    assert!(standing.body["signed_in"].is_object(), "the other browser of the test stays as it is");
    browser.click("Use a passkey").await;
    browser.at(&home).await;
    // A workspace that demands a second factor opens to it.
    let demand = json!({"workspace": ada.workspace.slug, "demanded": true});
    assert_eq!(ada.call("demand_second_factor", demand).await.status, 200);
    browser.open(&home).await;
    browser.at(&home).await;
    browser.loses("A second factor is needed").await;
    // Where the device is lost, a code opens in its place, once.
    leave(&browser, &home).await;
    browser.fill("E-mail", &ada.email).await;
    browser.fill("Password", &ada.password).await;
    browser.click("Sign in").await;
    browser.fill("Code", codes.lines().next().unwrap()).await;
    browser.click("Sign in").await;
    browser.at(&home).await;

    browser.open("/profile").await;
    browser.click("Remove Telephone").await;
    browser.fill("Your password", &ada.password).await;
    browser.click("Remove").await;
    browser.sees("You have none yet.").await;
    leave(&browser, &home).await;
    browser.forgive("status of 401");
    browser.click("Use a passkey").await;
    browser.sees("This passkey isn't known here").await;
    // The password alone signs in again; the workspace leads to a second factor, and to nothing else.
    browser.fill("E-mail", &ada.email).await;
    browser.fill("Password", &ada.password).await;
    browser.forgive("status of 403");
    browser.click("Sign in").await;
    browser.sees("A second factor is needed").await;
    browser.photograph("second-factor-needed").await;
    browser.click("Add a passkey").await;
    browser.fill("Name of the passkey", "Another").await;
    browser.fill("Your password", &ada.password).await;
    browser.forgive("status of 429");
    browser.click("Cancel").await;
    let subjects = app.db().store().mails().list(None, 0, 20).await.unwrap();
    let subjects: Vec<String> = subjects.items.into_iter().map(|mail| mail.subject).collect();
    for told in ["A passkey was added", "A passkey was removed"] {
        assert!(subjects.iter().any(|subject| subject == told), "{told}: {subjects:?}");
    }
    browser.close().await;
}
