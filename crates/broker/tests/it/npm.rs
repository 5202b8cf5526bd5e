//! With the `mqtt` client of npm (Debian: `node-mqtt`).

use crate::clients::{Program, play};

#[tokio::test]
async fn version_3_1_1() {
    play(Program::Npm, false).await;
}

#[tokio::test]
async fn version_5() {
    play(Program::Npm, true).await;
}
