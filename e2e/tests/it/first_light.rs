//! From an empty database to a device's live value, and what is seen of it: the journey that everything else serves.

use crate::ground::{paste, shell};
use test_support::TestApp;
use test_support::browser::Browser;

#[tokio::test(flavor = "multi_thread")]
async fn from_an_empty_machine_to_a_live_value() {
    let app = TestApp::start().await;
    let browser = Browser::start(&app.url).await;
    set_up(&browser).await;
    make_a_template(&browser).await;
    connect_a_device(&browser).await;
    let command = copy_the_command(&browser).await;
    the_first_value_arrives(&browser, &command).await;
    it_is_seen_on_every_tab(&browser, &command).await;
    browser.close().await;
}

/// The first start asks for the administrator; a form with errors says each beside its field and keeps the rest.
async fn set_up(browser: &Browser) {
    browser.open("/").await;
    browser.at("/set-up").await;
    browser.sees("Welcome to Homeport").await;
    browser.photograph("set-up").await;

    browser.fill("E-mail", "ada").await;
    browser.fill("Password", "short").await;
    browser.click("Set up Homeport").await;
    for said in
        ["Give it a name.", "An e-mail address looks like name@example.com.", "At least 10 characters"]
    {
        browser.sees(said).await;
    }
    assert_eq!(browser.value_of("E-mail").await, "ada", "what was typed is kept");
    browser.photograph("set-up-errors").await;

    browser.fill("Name", "Ada Lovelace").await;
    browser.fill("E-mail", "ada@example.com").await;
    browser.fill("Password", "the engine weaves patterns").await;
    browser.fill("Name of the workspace", "Weather & buildings").await;
    browser.click("Set up Homeport").await;
    browser.at("/w/weather-buildings/devices").await;
    browser.sees("No devices yet").await;
    browser.photograph("devices-empty").await;
}

/// A template with one value, and a document that is refused with its place.
async fn make_a_template(browser: &Browser) {
    browser.click_css(".nav a[href$='/templates']").await;
    browser.at("/w/weather-buildings/templates").await;
    browser.photograph("templates-empty").await;
    browser.click("New template").await;
    browser
        .fill("Document", r#"{"@context": "dtmi:dtdl:context;2", "@id": "x", "@type": "Interface"}"#)
        .await;
    browser.sees("An identifier looks like").await;
    browser.photograph("template-new").await;
    browser.fill("Name", "Room sensor").await;
    browser.click("Create template").await;
    browser.at_some("/w/weather-buildings/templates/").await;
    browser.sees("Nothing is told here yet").await;
    browser.click("Add").await;
    browser.fill("Display name", "Temperature").await;
    browser.choose("Semantic type", "Temperature").await;
    browser.photograph("capability-new").await;
    browser.click_css("form[aria-label='Capability'] button[type=submit]").await;
    browser.sees("Saved “Temperature”").await;
    browser.sees("°C").await;
    browser.click("Publish").await;
    browser.sees("Publish this template?").await;
    browser.photograph("template-publish").await;
    browser.click_css("dialog[open] .button.primary").await;
    browser.sees("Version 1").await;
    browser.photograph("template").await;
    browser.click_css(".nav a[href$='/templates']").await;
    browser.sees("Room sensor").await;
    browser.photograph("templates").await;
}

/// The dialog suggests an id from the name, and leads to the Connect tab.
async fn connect_a_device(browser: &Browser) {
    browser.click_css(".nav a[href$='/devices']").await;
    browser.at("/w/weather-buildings/devices").await;
    browser.click("Connect a device").await;
    browser.fill("Name", "Meeting room 2.14").await;
    browser.sees("meeting-room-2-14").await;
    browser.choose("Template", "Room sensor").await;
    browser.photograph("device-new").await;
    browser.click("Connect").await;
    browser.at("/w/weather-buildings/devices/meeting-room-2-14/connect").await;
    browser.sees("Never connected").await;
    browser.sees("Waiting for the first value…").await;
    browser.photograph("device-connect-waiting").await;
}

/// The command as whoever has just made the device copies it: with the key in it, unasked. Who comes back later asks.
async fn copy_the_command(browser: &Browser) -> String {
    browser.sees("Hide").await;
    browser.click("Hide").await;
    browser.sees("paste the device key here").await;
    browser.click("Show").await;
    browser.loses("paste the device key here").await;
    let command = browser.texts(".code code").await.remove(0);
    assert!(
        command.contains("mosquitto_pub -h localhost") && command.contains("--cafile ca.pem"),
        "{command}"
    );
    command
}

/// The pasted command makes the value appear on the open page.
async fn the_first_value_arrives(browser: &Browser, command: &str) {
    // It is lost where the page is loaded again.
    assert!(browser.holds("window.sameDocument = true").await);
    paste(command).await;
    browser.sees("temperature 21.5 °C").await;
    browser.sees("committed in").await;
    browser.loses("Never connected").await;
    browser.sees("Live").await;
    assert!(browser.holds("window.sameDocument").await, "the page was not loaded again");
    browser.photograph("device-connect-live").await;
}

/// Overview, raw data and log each show it, and what comes after it, as it comes.
async fn it_is_seen_on_every_tab(browser: &Browser, command: &str) {
    browser.click("Overview").await;
    browser.at("/w/weather-buildings/devices/meeting-room-2-14").await;
    browser.sees("Temperature").await;
    browser.sees("21.5").await;
    paste(&command.replace("21.5", "23.75")).await;
    browser.sees("23.75").await;
    browser.photograph("device-overview").await;

    browser.click("Raw data").await;
    browser.sees("All 2 messages").await;
    let (head, _) = command.split_once(" -m ").unwrap();
    paste(&format!("{head} -m '{{\"temperature\": \"warm\", \"smell\": 7}}'")).await;
    paste(&format!("{head} -m 'not even JSON'")).await;
    browser.sees("All 4 messages").await;
    for said in ["Refused:", "expected a number, got the text “warm”", "smell", "unmodelled"] {
        browser.sees(said).await;
    }
    browser.photograph("device-raw").await;
    let (status, csv) = browser.get("/w/weather-buildings/devices/meeting-room-2-14/raw.csv").await;
    assert_eq!(status, 200);
    assert!(csv.contains("23.75") && csv.contains("21.5"), "{csv}");

    browser.click("Log").await;
    browser.sees("Connected").await;
    let (_, rest) = command.split_once('\n').unwrap();
    let refused = shell(&format!("KEY='bm90IHRoZSBrZXk='\n{rest}")).await;
    assert!(!refused.status.success(), "a wrong key is refused");
    browser.sees("Sign-in refused").await;
    let foreign = rest.replace("/telemetry", "-2/telemetry");
    let (key, _) = command.split_once('\n').unwrap();
    shell(&format!("{key}\n{foreign}")).await;
    browser.sees("Topic refused").await;
    browser.photograph("device-log").await;

    browser.click_css(".nav a[href$='/devices']").await;
    browser.sees("Meeting room 2.14").await;
    browser.sees("23.75").await;
}
