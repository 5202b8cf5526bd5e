//! A device in one of Microsoft's SDKs, as it comes from its registry, on the ports that it knows: 8883 and 443.
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

/// The device that every script is.
pub(super) const DEVICE: &str = "sn-007-sdk";
const PATIENCE: Duration = Duration::from_secs(150);

/// One of the SDKs, with a script for it.
#[derive(Clone, Copy)]
pub(super) struct Sdk {
    /// Its interpreter, where `./homeport test` or the system has put it.
    pub(super) interpreter: fn() -> PathBuf,
    /// What the script is called.
    pub(super) file: &'static str,
    pub(super) script: &'static str,
}

/// Where `./homeport test` puts what it fetches.
pub(super) fn target() -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from(root).join("target"), PathBuf::from)
}

/// Nobody else on this machine has those ports meanwhile. A lock of a file ends with its process, whatever happens.
pub(super) async fn alone() -> File {
    let file = File::create(std::env::temp_dir().join("homeport-azure-ports.lock")).unwrap();
    tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await.unwrap().unwrap()
}

/// The script, and what it prints.
pub(super) struct Played {
    lines: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl Played {
    /// Starts it with these words in its environment.
    pub(super) async fn start(
        sdk: Sdk,
        app: &TestApp,
        owner: &TestPerson,
        program: &Program,
        environment: &[(&str, String)],
    ) -> Played {
        let group = program.get(GROUP).await;
        let key = group["attestation"]["symmetricKey"]["primaryKey"].as_str().unwrap();
        let ca = app.folder().join("azure-ca.pem");
        std::fs::write(&ca, &app.ca_pem).unwrap();
        let file = app.folder().join(sdk.file);
        std::fs::write(&file, sdk.script).unwrap();
        let interpreter = (sdk.interpreter)();
        let mut command = Command::new(&interpreter);
        command.arg(file).env("HUB", "localhost").env("ID_SCOPE", &owner.workspace.scope);
        command.env("REG_ID", DEVICE).env("GROUP_KEY", key).env("CA", &ca);
        // Node's own words for whom it trusts and where it looks for packages.
        command.env("NODE_EXTRA_CA_CERTS", &ca).env("NODE_PATH", target().join("azure-node/node_modules"));
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        command.stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
        let mut child = command
            .spawn()
            .unwrap_or_else(|e| panic!("{}: {e}; ./homeport test makes it", interpreter.display()));
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Played { lines, _child: child }
    }

    pub(super) async fn says(&mut self, expected: &str) {
        let line = timeout(PATIENCE, self.lines.next_line()).await.unwrap().unwrap();
        assert_eq!(line.as_deref(), Some(expected));
    }

    /// Says a line that begins so.
    pub(super) async fn begins(&mut self, expected: &str) {
        let line = timeout(PATIENCE, self.lines.next_line()).await.unwrap().unwrap().unwrap_or_default();
        assert!(line.starts_with(expected), "{line}");
    }

    /// Sends all that the script waits for, until it says `expected`.
    pub(super) async fn is_given_all(&mut self, program: &Program, expected: &str) {
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

/// Plays it in these modes; the app is left as it was when the script was through.
pub(super) async fn play(sdk: Sdk, modes: &[&str]) -> (TestApp, Program) {
    let _alone = alone().await;
    let mut app = TestApp::on_the_ports_of_azure().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "builder").await;
    let modes_said: Vec<(&str, String)> = modes.iter().map(|mode| (*mode, "1".to_owned())).collect();
    let mut played = Played::start(sdk, &app, &ada, &program, &modes_said).await;
    played.says("READY").await;
    played.is_given_all(&program, "DROP").await;
    if modes.contains(&"RECONNECT") {
        app.restart().await;
        played.is_given_all(&program, "PASS").await;
    } else {
        played.says("PASS").await;
    }
    (app, program)
}
