//! Microsoft's SDK for Python, with the script that is the measure of the dialect.

use super::played::{Sdk, play, target};
use std::path::PathBuf;

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
