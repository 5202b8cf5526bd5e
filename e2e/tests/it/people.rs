//! Signing in and out, and what a person arranges for themselves: profile, workspaces.

use crate::ground::sign_in;
use test_support::TestApp;
use test_support::browser::{Browser, Scheme, Screen};

#[tokio::test(flavor = "multi_thread")]
async fn in_and_out_and_back_to_where_one_wanted() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let browser = Browser::start(&app.url).await;
    let wanted = format!("/w/{}/templates", ada.workspace.slug);

    // Who is not signed in is asked, and is then led to where they wanted.
    browser.open(&wanted).await;
    browser.at_some("/sign-in?next=").await;
    browser.photograph("sign-in").await;
    browser.click("Sign in").await;
    browser.sees("Give the e-mail address that you sign in with.").await;
    browser.sees("Give your password.").await;
    browser.fill("E-mail", "ada@example.com").await;
    browser.fill("Password", "not the password").await;
    browser.forgive("status of 401");
    browser.click("Sign in").await;
    browser.sees("E-mail and password don't match.").await;
    assert_eq!(browser.value_of("E-mail").await, "ada@example.com", "what was typed is kept");
    browser.photograph("sign-in-wrong").await;
    browser.fill("Password", &ada.password).await;
    browser.click("Sign in").await;
    browser.at(&wanted).await;

    // What leads nowhere says so, and foreign is as good as nowhere.
    let grace = app.person("grace@example.com").await;
    browser.forgive("status of 404");
    for nowhere in ["/no/such/page", &format!("/w/{}/devices", grace.workspace.slug)] {
        browser.open(nowhere).await;
        browser.sees("Nothing here").await;
    }
    browser.photograph("not-found").await;
    browser.click("To your workspace").await;
    browser.at(&format!("/w/{}/devices", ada.workspace.slug)).await;

    browser.click("You").await;
    browser.click("Sign out").await;
    browser.at_some("/sign-in").await;
    browser.open(&wanted).await;
    browser.at_some("/sign-in").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_kept_and_a_theme_applies_at_once() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let browser = Browser::start(&app.url).await;
    sign_in(&browser, &ada).await;
    browser.click("You").await;
    browser.click("Profile").await;
    browser.at("/profile").await;
    browser.photograph("profile").await;

    browser.fill("Name", "Countess of Lovelace").await;
    browser.fill("Time zone", "Moon/Base").await;
    browser.click("Save").await;
    browser.sees("Choose one of the list").await;
    browser.fill("Time zone", "Europe/Vienna").await;
    browser.click("Save").await;
    browser.sees("Saved your profile").await;

    let ground = "getComputedStyle(document.body).backgroundColor";
    let light = browser.value(ground).await;
    browser.click("Dark").await;
    browser.holds_soon(&format!("{ground} !== {light}")).await;
    // The answer to the change is on its way; whoever comes later finds it.
    browser.open("/profile").await;
    browser.holds_soon("document.documentElement.dataset.theme === 'dark'").await;
    assert_eq!(browser.value_of("Name").await, "Countess of Lovelace");
    assert_eq!(browser.value_of("Time zone").await, "Europe/Vienna");
    browser.click("Light").await;
    browser.holds_soon(&format!("{ground} === {light}")).await;
    // Who wants light has it on a dark system too.
    browser.show(Scheme::Dark, Screen::Wide).await;
    browser.holds_soon(&format!("{ground} === {light}")).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn workspaces_are_made_renamed_and_switched() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let browser = Browser::start(&app.url).await;
    sign_in(&browser, &ada).await;

    browser.open("/workspaces").await;
    browser.click("New workspace").await;
    browser.fill("Name", " ").await;
    browser.click("Create workspace").await;
    browser.sees("Give it a name.").await;
    browser.fill("Name", "The Difference Engine").await;
    browser.sees("/w/the-difference-engine").await;
    browser.click("Create workspace").await;
    browser.at("/w/the-difference-engine/devices").await;

    browser.click("Settings").await;
    browser.fill("Name of the workspace", "The Analytical Engine").await;
    browser.click("Rename").await;
    browser.sees("The workspace is called “The Analytical Engine” now").await;
    browser.photograph("settings").await;

    browser.click("Switch workspace").await;
    browser.click(&ada.workspace.name).await;
    browser.at(&format!("/w/{}/devices", ada.workspace.slug)).await;
    browser.click("Switch workspace").await;
    browser.click("All workspaces").await;
    browser.at("/workspaces").await;
    browser.sees("The Analytical Engine").await;
    browser.photograph("workspaces").await;
    browser.close().await;
}
