//! Microsoft's SDK for Python, as it comes from its registry, on the ports that it knows: 8883 and 443.
//!
//! The script is played on a server of its own in each mode. What it expects from a program is sent until it has all of
//! it: its subscriptions come when it likes.

use super::{GROUP, Program};
use serde_json::json;
use std::fs::File;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use test_support::{TestApp, TestPerson};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{Instant, timeout};

const SCRIPT: &str = include_str!("azure_python.py");
const DEVICE: &str = "sn-007-python";
const PATIENCE: Duration = Duration::from_secs(150);

/// Nobody else on this machine has those ports meanwhile. A lock of a file ends with its process, whatever happens.
async fn alone() -> File {
    let file = File::create(std::env::temp_dir().join("homeport-azure-ports.lock")).unwrap();
    tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await.unwrap().unwrap()
}

/// The interpreter that has the SDK: `./homeport test` sets it up.
fn python() -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| PathBuf::from(root).join("target"), PathBuf::from);
    target.join("azure-python/bin/python")
}

/// The script, and what it prints.
struct Played {
    lines: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl Played {
    async fn start(app: &TestApp, owner: &TestPerson, program: &Program, modes: &[&str]) -> Played {
        let group = program.get(GROUP).await;
        let key = group["attestation"]["symmetricKey"]["primaryKey"].as_str().unwrap();
        let ca = app.folder().join("azure-ca.pem");
        std::fs::write(&ca, &app.ca_pem).unwrap();
        let file = app.folder().join("azure_python.py");
        std::fs::write(&file, SCRIPT).unwrap();
        let interpreter = python();
        let mut command = Command::new(&interpreter);
        command.arg(file).env("HUB", "localhost").env("ID_SCOPE", &owner.workspace.scope);
        command.env("REG_ID", DEVICE).env("GROUP_KEY", key).env("CA", ca);
        command.envs(modes.iter().map(|mode| (mode, "1")));
        command.stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
        let mut child = command
            .spawn()
            .unwrap_or_else(|e| panic!("{}: {e}; ./homeport test makes it", interpreter.display()));
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Played { lines, _child: child }
    }

    async fn says(&mut self, expected: &str) {
        let line = timeout(PATIENCE, self.lines.next_line()).await.unwrap().unwrap();
        assert_eq!(line.as_deref(), Some(expected));
    }

    /// Sends all that the script waits for, until it says `expected`.
    async fn is_given_all(&mut self, program: &Program, expected: &str) {
        let end = Instant::now() + PATIENCE;
        let mut count = 0;
        loop {
            assert!(Instant::now() < end, "the script has not had all of it in time");
            count += 1;
            let wanted = json!({"target": count});
            let path = format!("/api/devices/{DEVICE}/properties");
            let (status, body) = program.ask("PATCH", &path, Some(wanted)).await;
            assert_eq!(status, 200, "{body}");
            let run = json!({"request": {"in": 5}, "responseTimeout": 5});
            let path = format!("/api/devices/{DEVICE}/commands/reboot");
            let (status, body) = program.ask("POST", &path, Some(run)).await;
            // Not before it has subscribed.
            assert!(status.is_success() || matches!(status.as_u16(), 404 | 504), "{status}: {body}");
            let letter = json!({"body": "hello", "properties": {"level": "hi & low/é +"}});
            let path = format!("/api/devices/{DEVICE}/messages");
            let (status, body) = program.ask("POST", &path, Some(letter)).await;
            assert!(status.is_success() || status == 429, "{status}: {body}");
            if let Ok(line) = timeout(Duration::from_secs(1), self.lines.next_line()).await {
                assert_eq!(line.unwrap().as_deref(), Some(expected));
                return;
            }
        }
    }
}

async fn play(modes: &[&str]) {
    let _alone = alone().await;
    let mut app = TestApp::on_the_ports_of_azure().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "builder").await;
    let mut played = Played::start(&app, &ada, &program, modes).await;
    played.says("READY").await;
    played.is_given_all(&program, "DROP").await;
    if modes.contains(&"RECONNECT") {
        app.restart().await;
        played.is_given_all(&program, "PASS").await;
    } else {
        played.says("PASS").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls() {
    play(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_websocket() {
    play(&["WS"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_subscriptions_survive_a_restart() {
    play(&["RECONNECT"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_subscriptions_survive_a_restart_over_websocket() {
    play(&["WS", "RECONNECT"]).await;
}
