//! Microsoft's SDK for Node: another author's idea of the same protocol.

use super::Program;
use super::certificates::{Authority, group};
use super::played::{DEVICE, Played, Sdk, alone, play};
use std::path::PathBuf;
use test_support::TestApp;

/// `./homeport test` fetches the packages.
const NODE: Sdk = Sdk {
    interpreter: || PathBuf::from("node"),
    file: "azure_node.cjs",
    script: include_str!("azure_node.cjs"),
};

/// Plays it, and looks for the file that it has uploaded.
async fn plays(modes: &[&str]) {
    let (_app, program) = play(NODE, modes).await;
    let files = program.get(&format!("/api/devices/{DEVICE}/files")).await;
    let file = &files["value"][0];
    assert_eq!((&file["name"], &file["state"]), (&"a b.txt".into(), &"uploaded".into()), "{files}");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls() {
    plays(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_websocket() {
    plays(&["WS"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_comes_back_after_a_restart() {
    plays(&["RECONNECT"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_comes_back_after_a_restart_over_websocket() {
    plays(&["WS", "RECONNECT"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_the_certificate_of_a_group() {
    let _alone = alone().await;
    let app = TestApp::on_the_ports_of_azure().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "administrator").await;
    let root = Authority::root("Root");
    group(&program, &root).await;
    let card = root.below("Plant").card(DEVICE);
    let (certificate, key) = (app.folder().join("device.pem"), app.folder().join("device.key"));
    std::fs::write(&certificate, card.pem()).unwrap();
    std::fs::write(&key, card.key_pem()).unwrap();
    let file = |path: PathBuf| path.to_string_lossy().into_owned();
    let environment = [("CERT", file(certificate)), ("CERT_KEY", file(key))];
    let mut played = Played::start(NODE, &app, &ada, &program, &environment).await;
    played.says("READY").await;
    played.is_given_all(&program, "DROP").await;
    played.says("PASS").await;
}
