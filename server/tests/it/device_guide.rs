//! The programs of the device guide, run as they stand there: each sends, answers a command, takes a property.

use crate::rest::Program;
use serde_json::json;
use std::path::PathBuf;
use std::process::{Child, Command};
use test_support::{TestApp, eventually};

const PYTHON: &str = include_str!("../../../docs/devices/python.md");
const NODE: &str = include_str!("../../../docs/devices/node.md");
const C: &str = include_str!("../../../docs/devices/c.md");
const RUST: &str = include_str!("../../../docs/devices/rust.md");

/// A program that ends with the test.
struct Device(Child);

impl Drop for Device {
    fn drop(&mut self) {
        // It may be gone already; nothing is left then.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program of a page, written to a file.
fn program(app: &TestApp, page: &str, language: &str, file: &str) -> PathBuf {
    let (_, rest) = page.split_once(&format!("```{language}\n")).expect("the page has a program");
    let (text, _) = rest.split_once("```").expect("the program ends");
    let path = app.folder().join(file);
    std::fs::write(&path, text).unwrap();
    path
}

/// Runs it as a device, over TLS where that is wanted, and sees what it does; whether it takes properties.
async fn lives(app: &TestApp, mut command: Command, tls: bool, takes_properties: bool) {
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "guide").await;
    let ca = app.folder().join("ca.pem");
    std::fs::write(&ca, &app.ca_pem).unwrap();
    let address = if tls { app.mqtts } else { app.mqtt };
    command.env("HOST", "localhost").env("PORT", address.port().to_string());
    command.env("SCOPE", &device.scope).env("DEVICE", &device.id).env("KEY", &device.key);
    if tls {
        command.env("CA", ca);
    }
    let program = Program::new(app, &ada, "operator").await;
    let wish = program.ask("PATCH", "/api/devices/guide/properties", Some(json!({"target": 5}))).await;
    assert_eq!(wish.0, 200, "{}", wish.1);
    let _running = Device(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")));
    let value = eventually("it sends", async || {
        let (status, value) = program.ask("GET", "/api/devices/guide/telemetry/temperature", None).await;
        (status == 200).then_some(value)
    })
    .await;
    assert_eq!(value["value"], 21.5);
    let answer = eventually("it answers", async || {
        let run = Some(json!({"request": {"in": 3}}));
        let (status, answer) = program.ask("POST", "/api/devices/guide/commands/blink", run).await;
        status.is_success().then_some(answer)
    })
    .await;
    assert_eq!(answer["responseCode"], 200, "{answer}");
    if takes_properties {
        assert_eq!(answer["response"], json!({"command": "blink", "request": {"in": 3}}), "{answer}");
        for wanted in [5, 6] {
            let wish = json!({"target": wanted});
            assert_eq!(program.ask("PATCH", "/api/devices/guide/properties", Some(wish)).await.0, 200);
            eventually("it takes the property", async || {
                let twin = program.get("/api/devices/guide/twin").await;
                let said = &twin["properties"]["reported"]["target"];
                (said["value"] == wanted && said["ac"] == 200).then_some(())
            })
            .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn python() {
    let app = TestApp::start().await;
    let mut command = Command::new("/usr/bin/python3");
    command.arg(program(&app, PYTHON, "python", "device.py"));
    lives(&app, command, true, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn node() {
    let app = TestApp::start().await;
    let mut command = Command::new("node");
    // Where Debian keeps its packages for node; another's node does not look there.
    command.env("NODE_PATH", "/usr/share/nodejs").arg(program(&app, NODE, "js", "device.js"));
    lives(&app, command, false, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c() {
    let app = TestApp::start().await;
    let (source, binary) = (program(&app, C, "c", "device.c"), app.folder().join("device"));
    let compiled = Command::new("cc").arg(&source).arg("-o").arg(&binary).arg("-lmosquitto").status();
    assert!(compiled.unwrap().success(), "needs a C compiler and libmosquitto-dev");
    lives(&app, Command::new(binary), true, false).await;
}

/// The libraries that this program itself is linked with, of this name.
fn libraries(name: &str) -> Vec<PathBuf> {
    let deps = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    let begins = format!("lib{name}-");
    let named = |path: &PathBuf| {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        file.starts_with(&begins) && file.ends_with(".rlib")
    };
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(deps).unwrap().map(|entry| entry.unwrap().path()).filter(named).collect();
    let written = |path: &PathBuf| std::fs::metadata(path).and_then(|found| found.modified()).ok();
    found.sort_by_key(|path| std::cmp::Reverse(written(path)));
    found
}

/// Compiled with the libraries of the tests: a project of its own would have them all compiled again.
#[tokio::test(flavor = "multi_thread")]
async fn rust() {
    let app = TestApp::start().await;
    let (source, binary) = (program(&app, RUST, "rust", "device.rs"), app.folder().join("device"));
    let compiler = PathBuf::from(env!("CARGO")).with_file_name("rustc");
    let mut said = String::new();
    let pairs = libraries("rumqttc")
        .into_iter()
        .flat_map(|mqtt| libraries("serde_json").into_iter().map(move |json| (mqtt.clone(), json)));
    // Those of other features may lie beside them; what is left of them links with nothing here.
    let compiled = pairs.into_iter().any(|(mqtt, json)| {
        let mut command = Command::new(&compiler);
        command.args(["--edition", "2024", "-C", "debuginfo=0"]).arg(&source).arg("-o").arg(&binary);
        command.arg("-L").arg(format!("dependency={}", mqtt.parent().unwrap().display()));
        command.arg("--extern").arg(format!("rumqttc={}", mqtt.display()));
        command.arg("--extern").arg(format!("serde_json={}", json.display()));
        let output = command.output().unwrap();
        said = String::from_utf8_lossy(&output.stderr).into_owned();
        output.status.success()
    });
    assert!(compiled, "{said}");
    lives(&app, Command::new(binary), false, true).await;
}
