//! With Eclipse's client for Python, which many devices and examples use (Debian: `python3-paho-mqtt`).

use crate::clients::{Program, play};

#[tokio::test]
async fn version_3_1_1() {
    play(Program::Paho, false).await;
}

#[tokio::test]
async fn version_5() {
    play(Program::Paho, true).await;
}
