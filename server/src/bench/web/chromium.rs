//! Headless Chromium, told what to do by its own protocol.

use crate::error::{Error, Result};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// As it is called by those who package it.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// A browser with one page. It ends with this value, and its profile with it.
pub(super) struct Chromium {
    process: Child,
    profile: PathBuf,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: String,
    next: u64,
}

impl Chromium {
    /// Starts one whose profile lies in this folder.
    pub(super) async fn start(profile: &Path) -> Result<Chromium> {
        let (process, address) = spawned(profile)?;
        let connected = connect_async(address.as_str()).await;
        let (socket, _) = connected.map_err(|error| Error::Bench(format!("Chromium: {error}")))?;
        let profile = profile.to_owned();
        let mut chromium = Chromium { process, profile, socket, session: String::new(), next: 0 };
        let made = chromium.call("Target.createTarget", json!({ "url": "about:blank" })).await?;
        let attach = json!({ "targetId": made["targetId"], "flatten": true });
        let attached = chromium.call("Target.attachToTarget", attach).await?;
        chromium.session = attached["sessionId"].as_str().unwrap_or_default().to_owned();
        for part in ["Page.enable", "Runtime.enable", "Performance.enable"] {
            chromium.call(part, json!({})).await?;
        }
        let size = json!({ "width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        chromium.call("Emulation.setDeviceMetricsOverride", size).await?;
        Ok(chromium)
    }

    /// Runs this in every page before its own scripts.
    pub(super) async fn always(&mut self, script: &str) -> Result<()> {
        self.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await.map(drop)
    }

    /// Opens an address, and waits until the page is interactive.
    pub(super) async fn open(&mut self, address: &str) -> Result<()> {
        self.call("Page.navigate", json!({ "url": address })).await?;
        self.wait("document.readyState === 'complete'").await
    }

    /// What an expression comes to; a promise is waited for.
    pub(super) async fn eval(&mut self, expression: &str) -> Result<Value> {
        let ask = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", ask).await?;
        match answer.get("exceptionDetails") {
            Some(wrong) => Err(Error::Bench(format!("the page says: {wrong}"))),
            None => Ok(answer["result"]["value"].clone()),
        }
    }

    /// Waits until an expression is true.
    pub(super) async fn wait(&mut self, expression: &str) -> Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < deadline {
            // While a page is exchanged for another, there is none to ask.
            if self.eval(expression).await.is_ok_and(|value| value == Value::Bool(true)) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(Error::Bench(format!("this was waited for in vain: {expression}")))
    }

    /// The mouse at a place of the page: `mouseMoved`, `mousePressed`, `mouseReleased`.
    pub(super) async fn mouse(&mut self, what: &str, (x, y): (f64, f64)) -> Result<()> {
        let event = json!({ "type": what, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1 });
        self.call("Input.dispatchMouseEvent", event).await.map(drop)
    }

    /// What the page's script holds, after what nobody needs was thrown away, in MB.
    pub(super) async fn heap_mb(&mut self) -> Result<f64> {
        self.call("HeapProfiler.collectGarbage", json!({})).await?;
        let used = self.call("Runtime.getHeapUsage", json!({})).await?;
        Ok(used["usedSize"].as_f64().unwrap_or(f64::NAN) / 1e6)
    }

    async fn call(&mut self, method: &str, params: Value) -> Result<Value> {
        self.next += 1;
        let id = self.next;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = self.session.as_str().into();
        }
        let broken = |why: String| Error::Bench(format!("Chromium, asked for {method}: {why}"));
        let sent = self.socket.send(Message::text(message.to_string())).await;
        sent.map_err(|error| broken(error.to_string()))?;
        let answer = async {
            while let Some(read) = self.socket.next().await {
                let read = read.map_err(|error| error.to_string())?;
                let Message::Text(text) = read else { continue };
                let answer: Value = serde_json::from_str(text.as_str()).map_err(|error| error.to_string())?;
                if answer["id"] == id {
                    return match answer.get("error") {
                        Some(error) => Err(error.to_string()),
                        None => Ok(answer["result"].clone()),
                    };
                }
            }
            Err("it has ended".to_owned())
        };
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(answer) => answer.map_err(broken),
            Err(_) => Err(broken("no answer".into())),
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // What fails here has ended already.
        _ = self.process.kill();
        _ = self.process.wait();
        _ = std::fs::remove_dir_all(&self.profile);
    }
}

/// The process, and where it listens.
fn spawned(profile: &Path) -> Result<(Child, String)> {
    let mut why = String::new();
    for name in NAMES {
        let mut command = Command::new(name);
        command.args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]);
        command.args(["--no-first-run", "--disable-background-networking", "--disable-component-update"]);
        command.args(["--disable-sync", "--lang=en-US", "--remote-debugging-port=0"]);
        command.arg(format!("--user-data-dir={}", profile.display()));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = match command.spawn() {
            Ok(process) => process,
            Err(error) => {
                why = format!("{name}: {error}");
                continue;
            }
        };
        let Some(said) = process.stderr.take() else { continue };
        let mut lines = BufReader::new(said).lines();
        // "DevTools listening on ws://127.0.0.1:41234/devtools/browser/…"
        let found = lines.by_ref().map_while(std::result::Result::ok).find_map(|line| {
            line.split_once("DevTools listening on ").map(|(_, address)| address.trim().to_owned())
        });
        // It must not be stopped by a full pipe.
        std::thread::spawn(move || lines.map_while(std::result::Result::ok).for_each(drop));
        match found {
            Some(address) => return Ok((process, address)),
            None => why = format!("{name} ended without saying where it listens"),
        }
    }
    Err(Error::Bench(format!("no Chromium could be started: {why} (Debian: chromium)")))
}
