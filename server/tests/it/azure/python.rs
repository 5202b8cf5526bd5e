//! Microsoft's SDK for Python, with the script that is the measure of the dialect.

use super::certificates::{Authority, group};
use super::played::{DEVICE, Played, Sdk, alone, play, target};
use super::{Program, logged};
use crate::device_ids::has_sent;
use std::path::PathBuf;
use test_support::TestApp;

/// `./homeport test` makes an environment with the SDK in it.
const PYTHON: Sdk =
    Sdk { interpreter: python, file: "azure_python.py", script: include_str!("azure_python.py") };

fn python() -> PathBuf {
    target().join("azure-python/bin/python")
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls() {
    play(PYTHON, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_websocket() {
    play(PYTHON, &["WS"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_subscriptions_survive_a_restart() {
    play(PYTHON, &["RECONNECT"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_subscriptions_survive_a_restart_over_websocket() {
    play(PYTHON, &["WS", "RECONNECT"]).await;
}

/// The same SDK with a certificate instead of keys.
const BY_CERTIFICATE: Sdk =
    Sdk { interpreter: python, file: "azure_x509.py", script: include_str!("azure_x509.py") };

/// Registers, connects, sends and asks for an address by the certificate of a group, in this mode; strangers don't.
async fn by_certificate(modes: &[&str]) {
    let _alone = alone().await;
    let app = TestApp::on_the_ports_of_azure().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "administrator").await;
    let root = Authority::root("Root");
    group(&program, &root).await;
    for (authority, says) in [(root.below("Plant"), "PASS"), (Authority::root("Root"), "FAIL")] {
        let card = authority.card(DEVICE);
        let (certificate, key) = (app.folder().join("device.pem"), app.folder().join("device.key"));
        std::fs::write(&certificate, card.pem()).unwrap();
        std::fs::write(&key, card.key_pem()).unwrap();
        let file = |path: PathBuf| path.to_string_lossy().into_owned();
        let mut environment = vec![("CERT", file(certificate)), ("CERT_KEY", file(key))];
        environment.extend(modes.iter().map(|mode| (*mode, "1".to_owned())));
        let mut played = Played::start(BY_CERTIFICATE, &app, &ada, &program, &environment).await;
        played.begins(says).await;
    }
    has_sent(&program, &format!("/api/devices/{DEVICE}"), 21.5).await;
    logged(&ada, DEVICE, "connected", "by its certificate").await;
    logged(&ada, DEVICE, "sign-in-refused", "none of the device's").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_the_certificate_of_a_group() {
    by_certificate(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_the_certificate_of_a_group_over_websocket() {
    by_certificate(&["WS"]).await;
}
