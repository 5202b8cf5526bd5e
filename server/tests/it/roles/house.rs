//! The processes of the test, what is asked of the web server, and a tab that stays open.

use crate::process::{KEY, PROGRAM, Process, port};
use futures::StreamExt;
use model::live::LiveEvent;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use test_support::{TestDb, TestDevice, eventually};
use tokio::task::JoinHandle;

/// All processes of one product, by name.
pub(super) struct House {
    processes: BTreeMap<String, Process>,
    /// The web port of each.
    ports: BTreeMap<String, u16>,
    mqtt: u16,
    /// Mosquitto, where it is the broker and not a process of ours.
    mosquitto: Option<Process>,
    client: reqwest::Client,
    folder: TempDir,
    // Last, so that the database goes after everything that uses it.
    pub(super) db: TestDb,
}

impl House {
    /// Starts an edge, two that ingest, a web server and a worker, all at once, and signs somebody in.
    pub(super) async fn start() -> House {
        let mut house = House::empty().await;
        let parts = ["web", "edge", "ingest-1", "ingest-2", "worker"];
        house.spawn_all(&parts).await;
        assert_eq!(house.get("worker", "/").await.status(), 404, "a worker has no pages");
        assert_eq!(house.get("web", "/mqtt").await.status(), 404, "devices connect to the edge");
        assert!(house.get("edge", "/ca.pem").await.status().is_success());
        house.set_up().await;
        house
    }

    /// The same around Debian's mosquitto instead of our edge, with two web servers.
    pub(super) async fn start_around_mosquitto() -> House {
        let mut house = House::empty().await;
        let path = house.folder.path().join("mosquitto.conf");
        // Who may what is decided by a plugin that Debian doesn't have; here everybody may.
        let text = format!("listener {} 127.0.0.1\nallow_anonymous true\n", house.mqtt);
        std::fs::write(&path, text).unwrap();
        let mut command = Command::new("mosquitto");
        command.arg("-c").arg(&path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        house.mosquitto = Some(Process::start(&mut command));
        house.spawn_all(&["web", "web-2", "ingest-1", "ingest-2", "worker"]).await;
        house.set_up().await;
        house
    }

    async fn empty() -> House {
        House {
            processes: BTreeMap::new(),
            ports: BTreeMap::new(),
            mqtt: port(),
            mosquitto: None,
            client: reqwest::Client::builder().cookie_store(true).build().unwrap(),
            folder: tempfile::tempdir().unwrap(),
            db: TestDb::new().await,
        }
    }

    /// Starts processes, each named after its role and perhaps a number.
    async fn spawn_all(&mut self, names: &[&str]) {
        for name in names {
            self.spawn(name, name.split('-').next().unwrap_or(name));
        }
        for name in names {
            self.ready(name).await;
        }
    }

    async fn set_up(&self) {
        let form = json!({"name": "Ada", "email": "ada@example.com", "password": "a short sentence", "workspace": "Works"});
        self.call("set_up", form).await;
    }

    fn spawn(&mut self, name: &str, role: &str) {
        let web = port();
        self.ports.insert(name.to_owned(), web);
        let mut command = Command::new(PROGRAM);
        command
            .args(["serve", "--bind", "127.0.0.1", "--role", role, "--port", &web.to_string(), "--data-dir"])
            .arg(self.folder.path().join(name))
            .env("DATABASE_URL", &self.db.urls().admin)
            .env("HOMEPORT_MASTER_KEY", KEY)
            .env("HOMEPORT_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        match role {
            "edge" => command.args(["--mqtt-port", &self.mqtt.to_string(), "--mqtts-port", "0"]),
            _ if self.mosquitto.is_some() => command
                .env("HOMEPORT_MQTT_URL", format!("mqtt://service:secret@127.0.0.1:{}", self.mqtt))
                .env("HOMEPORT_HOOK_SECRET", "a secret of the test"),
            _ => command.env("HOMEPORT_MQTT_URL", format!("mqtt://127.0.0.1:{}", self.mqtt)),
        };
        self.processes.insert(name.to_owned(), Process::start(&mut command));
    }

    /// Starts another process that ingests.
    pub(super) async fn add_ingest(&mut self, name: &str) {
        self.spawn(name, "ingest");
        self.ready(name).await;
    }

    /// Kills a process as a power cut would.
    pub(super) fn kill(&mut self, name: &str) {
        drop(self.processes.remove(name));
    }

    /// Ends every process in order.
    pub(super) fn end(mut self) {
        // The edge last: the others say good-bye to it.
        let edge = self.processes.remove_entry("edge");
        for (name, mut process) in std::mem::take(&mut self.processes).into_iter().chain(edge) {
            process.signal("-TERM");
            assert!(process.0.wait().unwrap().success(), "{name} ends in order when it is asked to");
        }
    }

    async fn ready(&self, name: &str) {
        eventually(&format!("{name} is ready"), async || {
            let url = self.url(name, "/readyz");
            self.client.get(url).send().await.ok().filter(|answer| answer.status().is_success())
        })
        .await;
    }

    /// Waits until a process that ingests has stored something.
    pub(super) async fn stored_some(&self, name: &str) {
        eventually(&format!("{name} has stored something"), async || {
            self.has_stored(name).await.then_some(())
        })
        .await;
    }

    /// Waits until one of these has stored something: which.
    pub(super) async fn who_stored(&self, names: &[&str]) -> String {
        eventually("one of them has stored something", async || {
            for name in names {
                if self.has_stored(name).await {
                    return Some((*name).to_owned());
                }
            }
            None
        })
        .await
    }

    async fn has_stored(&self, name: &str) -> bool {
        let text = self.get(name, "/metrics").await.text().await.unwrap();
        let mut lines = text.lines();
        let count =
            lines.find_map(|l| l.strip_prefix(r#"homeport_ingest_messages_total{outcome="stored"} "#));
        count.is_some_and(|count| count != "0")
    }

    fn url(&self, name: &str, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.ports[name])
    }

    async fn get(&self, name: &str, path: &str) -> reqwest::Response {
        self.client.get(self.url(name, path)).send().await.unwrap()
    }

    async fn call(&self, function: &str, arguments: Value) -> Value {
        let url = self.url("web", &format!("/api/{function}"));
        let answer = self.client.post(url).json(&arguments).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{function}");
        answer.json().await.unwrap()
    }

    /// A new device, as the web server knows it.
    pub(super) async fn device(&self, id: &str) -> TestDevice {
        let new = json!({"external_id": id, "name": "", "template": null});
        self.call("create_device", json!({"workspace": "works", "new": new})).await;
        let one = json!({"workspace": "works", "device": id});
        let key = self.call("show_key", one.clone()).await.as_str().unwrap().to_owned();
        let connection = self.call("connection", one).await;
        let port = connection["port"].as_u64().unwrap();
        assert_eq!(port, u64::from(self.mqtt), "the web server knows where the edge is");
        let scope = connection["scope"].as_str().unwrap().to_owned();
        TestDevice { scope, id: id.to_owned(), key, broker: ([127, 0, 0, 1], self.mqtt).into() }
    }

    /// Replaces a device's key; the new one.
    pub(super) async fn rotate(&self, id: &str) -> String {
        let answer = self.call("rotate_key", json!({"workspace": "works", "device": id})).await;
        answer.as_str().unwrap().to_owned()
    }
}

/// A page's live stream, read as a browser does.
pub(super) struct Tab {
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    values: AtomicUsize,
    logged: Mutex<HashSet<String>>,
}

impl Tab {
    pub(super) async fn open(house: &House, server: &str) -> Tab {
        let response = house.get(server, "/w/works/live").await;
        assert_eq!(response.status(), 200);
        let seen = Arc::new(Seen::default());
        let hears = seen.clone();
        let task = tokio::spawn(async move {
            let (mut stream, mut text) = (response.bytes_stream(), String::new());
            while let Some(piece) = stream.next().await {
                text.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
                while let Some((event, rest)) = text.split_once("\n\n") {
                    if let Some(data) = event.lines().find_map(|line| line.strip_prefix("data: ")) {
                        hears.take(serde_json::from_str(data).unwrap());
                    }
                    text = rest.to_owned();
                }
            }
            panic!("the stream ended");
        });
        Tab { seen, task }
    }

    /// How many events with values were heard.
    pub(super) fn values(&self) -> usize {
        assert!(!self.task.is_finished(), "the stream goes on");
        self.seen.values.load(Ordering::Relaxed)
    }

    /// Whether a new line in this device's log was told.
    pub(super) fn logged(&self, device: &str) -> bool {
        self.seen.logged.lock().unwrap().contains(device)
    }

    pub(super) fn close(self) {
        self.task.abort();
    }
}

impl Seen {
    fn take(&self, event: LiveEvent) {
        match event {
            LiveEvent::Values { .. } => drop(self.values.fetch_add(1, Ordering::Relaxed)),
            LiveEvent::Logged { device } => drop(self.logged.lock().unwrap().insert(device)),
            LiveEvent::Changed { .. } | LiveEvent::Alarms | LiveEvent::Gap | LiveEvent::Access => {}
            LiveEvent::Revoked => panic!("nobody's right was taken"),
        }
    }
}
