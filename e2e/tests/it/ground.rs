//! What several journeys begin with.

use serde_json::json;
use std::process::{Output, Stdio};
use test_support::browser::Browser;
use test_support::{TestApp, TestPerson};
use tokio::process::Command;

/// Signs somebody in by the form, and waits for the devices of their workspace.
pub(crate) async fn sign_in(browser: &Browser, person: &TestPerson) {
    browser.open("/sign-in").await;
    browser.fill("E-mail", &person.email).await;
    browser.fill("Password", &person.password).await;
    browser.click("Sign in").await;
    browser.at(&format!("/w/{}/devices", person.workspace.slug)).await;
}

/// Somebody signed in at a browser.
pub(crate) async fn begin(email: &str) -> (TestApp, TestPerson, Browser) {
    let app = TestApp::start().await;
    let person = app.person(email).await;
    let browser = Browser::start(&app.url).await;
    sign_in(&browser, &person).await;
    (app, person, browser)
}

/// A template with temperature and humidity; its id.
pub(crate) async fn template(person: &TestPerson, name: &str) -> i32 {
    let field = |name: &str, display: &str, unit: &str| json!({"name": name, "display_name": display, "schema": "double", "unit": unit});
    let draft = json!({"name": name, "telemetry": [
        field("temperature", "Temperature", "°C"), field("humidity", "Humidity", "%")]});
    let arguments = json!({"workspace": person.workspace.slug, "draft": draft});
    let made: model::template::Template = person.call("create_template", arguments).await.read();
    let arguments = json!({"workspace": person.workspace.slug, "template": made.id, "new_version": false});
    let published = person.call("publish_template", arguments).await;
    assert_eq!(published.status, 200, "{}", published.body);
    made.id.0
}

/// Runs what somebody pasted into a terminal, in an empty folder.
pub(crate) async fn shell(command: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).current_dir(folder.path()).stdin(Stdio::null()).kill_on_drop(true);
    tokio::time::timeout(std::time::Duration::from_secs(60), shell.output()).await.unwrap().unwrap()
}

/// The same, where it must succeed.
pub(crate) async fn paste(command: &str) {
    let output = shell(command).await;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}\n{said}");
}
