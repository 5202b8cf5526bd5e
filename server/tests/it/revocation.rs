//! A key that was replaced and a device that was deleted or blocked end their connections at once, whatever they came by. Nothing
//! else would: the connections have no keep-alive, and say nothing.

use crate::process::{KEY, PROGRAM};
use crate::websocket::{self, Socket};
use futures::SinkExt;
use model::event::{DeviceEvent, EventKind};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use test_support::{TestApp, TestDevice, TestPerson};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

const PATIENCE: Duration = Duration::from_secs(30);
/// MQTT 3.1.1 and 5, as CONNECT counts them.
const VERSIONS: [u8; 2] = [4, 5];

/// A client that only connects.
enum Client {
    Tcp(TcpStream),
    Web(Box<Socket>),
}

impl Client {
    /// Connects in each version and by each way.
    async fn all(app: &TestApp, device: &TestDevice) -> Vec<(String, Client)> {
        let mut clients = Vec::new();
        for version in VERSIONS {
            let id = |way: &str| format!("{way}-{version}");
            let tcp = Client::Tcp(TcpStream::connect(app.mqtt).await.unwrap());
            let web = Client::Web(Box::new(websocket::open(app).await));
            for (name, mut client) in [(id("tcp"), tcp), (id("web"), web)] {
                assert_eq!(client.connect(device, &name, version).await, 0, "{name} is let in");
                clients.push((name, client));
            }
        }
        clients
    }

    /// Sends a CONNECT; the code of the answer.
    async fn connect(&mut self, device: &TestDevice, client_id: &str, version: u8) -> u8 {
        let hello = websocket::connect(device, &device.key, client_id, version, 0);
        match self {
            Client::Tcp(stream) => stream.write_all(&hello).await.unwrap(),
            Client::Web(socket) => socket.send(Message::Binary(hello)).await.unwrap(),
        }
        let answer = self.next().await.expect("an answer");
        assert_eq!(answer[0], 0x20, "CONNACK");
        answer[3]
    }

    /// What comes next; nothing when the connection is over.
    async fn next(&mut self) -> Option<Vec<u8>> {
        let next = async {
            match self {
                Client::Tcp(stream) => {
                    let mut bytes = vec![0; 1024];
                    let count = stream.read(&mut bytes).await.unwrap_or(0);
                    bytes.truncate(count);
                    (count > 0).then_some(bytes)
                }
                Client::Web(socket) => websocket::next(socket).await.map(Vec::from),
            }
        };
        tokio::time::timeout(PATIENCE, next).await.expect("the broker says something or ends")
    }
}

async fn all_end(clients: Vec<(String, Client)>) {
    for (name, mut client) in clients {
        if let Some(last) = client.next().await {
            // Only MQTT 5 can say why: by an action of the administrator's.
            assert!(name.ends_with('5'), "{name}: {last:?}");
            assert_eq!((last[0], last[2]), (0xe0, 0x98), "{name}");
            assert!(client.next().await.is_none(), "{name} is over");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_key_and_a_deleted_device_end_every_connection() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let mut device = app.device(&ada, "kitchen").await;
    let neighbour = app.device(&ada, "cellar").await;
    let mut others = neighbour.connect().await.unwrap();
    let one = json!({"workspace": ada.workspace.slug, "device": "kitchen"});

    let clients = Client::all(&app, &device).await;
    let key = ada.call("rotate_key", one.clone()).await.read::<String>();
    all_end(clients).await;
    for version in VERSIONS {
        let mut again = Client::Tcp(TcpStream::connect(app.mqtt).await.unwrap());
        assert_ne!(again.connect(&device, "again", version).await, 0, "the old key is worth nothing");
    }

    device.key = key;
    let clients = Client::all(&app, &device).await;
    assert_eq!(ada.call("delete_device", one).await.status, 200);
    all_end(clients).await;
    let mut again = Client::Web(Box::new(websocket::open(&app).await));
    assert_ne!(again.connect(&device, "again", 5).await, 0, "the device is gone");

    // Nobody else has noticed.
    others.publish(&neighbour.topic("telemetry"), r#"{"t":1}"#).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_device_is_cut_off_and_refused_until_it_is_unblocked() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "kitchen").await;
    let neighbour = app.device(&ada, "cellar").await;
    let mut others = neighbour.connect().await.unwrap();
    let one = json!({"workspace": ada.workspace.slug, "device": "kitchen"});
    let blocked =
        |blocked: bool| json!({"workspace": ada.workspace.slug, "device": "kitchen", "blocked": blocked});

    let clients = Client::all(&app, &device).await;
    let answer = ada.call("set_blocked", blocked(true)).await;
    assert_eq!((answer.status, &answer.body["blocked"]), (200, &json!(true)));
    all_end(clients).await;
    // Not authorized, in the words of either version.
    for (version, code) in [(4, 5), (5, 0x87)] {
        let mut again = Client::Tcp(TcpStream::connect(app.mqtt).await.unwrap());
        assert_eq!(again.connect(&device, "again", version).await, code, "{version}");
        let mut again = Client::Web(Box::new(websocket::open(&app).await));
        assert_eq!(again.connect(&device, "again", version).await, code, "{version}");
    }
    refused_lines(&ada, one).await;

    assert_eq!(ada.call("set_blocked", blocked(false)).await.status, 200);
    drop(Client::all(&app, &device).await);
    // Nobody else has noticed.
    others.publish(&neighbour.topic("telemetry"), r#"{"t":1}"#).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_workspace_s_connections_end_until_it_is_enabled() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let (device, other) = (app.device(&ada, "kitchen").await, app.device(&ada, "cellar").await);
    device.send(r#"{"t":42}"#).await;
    let bob = app.person("bob@example.com").await;
    let neighbour = app.device(&bob, "attic").await;
    let mut others = neighbour.connect().await.unwrap();
    let latest = json!({"workspace": ada.workspace.slug, "device": "kitchen"});

    let mut clients = Client::all(&app, &device).await;
    clients.extend(Client::all(&app, &other).await);
    operate(&app, "disable", &ada).await;
    let disabled = Instant::now();
    all_end(clients).await;
    // A second is promised; a machine that is busy with other tests gets more.
    assert!(disabled.elapsed() < Duration::from_secs(10), "{:?}", disabled.elapsed());
    for (version, code) in [(4, 5), (5, 0x87)] {
        let mut again = Client::Tcp(TcpStream::connect(app.mqtt).await.unwrap());
        assert_eq!(again.connect(&device, "again", version).await, code, "{version}");
    }
    let refused = ada.call("latest", latest.clone()).await;
    assert_eq!((refused.status, refused.code()), (403, "workspace-disabled"));
    let page = ada.get(&format!("/w/{}/devices", ada.workspace.slug)).await;
    assert_eq!(page.status(), 403);
    assert!(page.text().await.unwrap().contains("This workspace is disabled"));
    assert_eq!(bob.call("latest", latest.clone()).await.status, 404, "a stranger learns nothing");
    // Nobody else has noticed.
    others.publish(&neighbour.topic("telemetry"), r#"{"t":1}"#).await.unwrap();

    operate(&app, "enable", &ada).await;
    drop(Client::all(&app, &device).await);
    let kept = ada.call("latest", latest).await.read::<Value>();
    assert_eq!(kept[0]["value"], 42, "what was accepted is there");
}

/// Runs the program as whoever runs the server would, while it runs.
async fn operate(app: &TestApp, verb: &str, person: &TestPerson) {
    let mut command = tokio::process::Command::new(PROGRAM);
    command.args(["workspace", verb, &person.workspace.slug, "--data-dir"]).arg(app.folder());
    command.env("DATABASE_URL", &app.db().urls().admin).env("HOMEPORT_MASTER_KEY", KEY);
    let done = command.output().await.unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Waits until the device's log says that it was refused because it is blocked: lines are written a moment later.
async fn refused_lines(person: &TestPerson, device: Value) {
    let told = async {
        loop {
            let log = person.call("device_events", device.clone()).await.read::<Vec<DeviceEvent>>();
            let refused = |line: &DeviceEvent| {
                line.kind == EventKind::SignInRefused && line.text.starts_with("The device is blocked;")
            };
            if log.iter().any(refused) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, told).await.expect("the log says that it was refused");
}
