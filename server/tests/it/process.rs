//! The program itself: how it starts, how it says that it can't, and what a kill leaves whole.

use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use serde_json::json;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use test_support::{TestDb, TestDevice, eventually};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_homeport");

/// The master key of these tests, base64.
pub(crate) const KEY: &str = "aG9tZXBvcnQgdGVzdHMsIG5ldmVyIHByb2R1Y3Rpb24=";

/// A port that is free now.
pub(crate) fn port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub(crate) struct Ports {
    web: u16,
    mqtt: u16,
    mqtts: u16,
}

impl Ports {
    pub(crate) fn free() -> Ports {
        Ports { web: port(), mqtt: port(), mqtts: port() }
    }
}

pub(crate) fn serve(db: &TestDb, folder: &Path, ports: &Ports) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args(["serve", "--bind", "127.0.0.1"])
        .args(["--port", &ports.web.to_string(), "--mqtt-port", &ports.mqtt.to_string()])
        .args(["--mqtts-port", &ports.mqtts.to_string(), "--data-dir"])
        .arg(folder.join("data"))
        .env("DATABASE_URL", &db.urls().admin)
        .env("HOMEPORT_MASTER_KEY", KEY)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// Ends the process with the test, whatever becomes of it.
pub(crate) struct Process(pub(crate) Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Process {
        Process(command.spawn().unwrap())
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) -> std::process::ExitStatus {
        self.0.wait().unwrap()
    }

    pub(crate) fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.0.id().to_string()]).status().unwrap().success());
    }
}

/// Makes a workspace and a device, as a person does on an empty server.
pub(crate) async fn device_of(ports: &Ports) -> TestDevice {
    let client = reqwest::Client::builder().cookie_store(true).build().unwrap();
    furnish(ports, &client).await
}

async fn call(
    ports: &Ports,
    client: &reqwest::Client,
    function: &str,
    arguments: serde_json::Value,
) -> serde_json::Value {
    let asked = client.post(format!("http://127.0.0.1:{}/api/{function}", ports.web)).json(&arguments);
    let answer = asked.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{function}");
    answer.json().await.unwrap()
}

async fn furnish(ports: &Ports, client: &reqwest::Client) -> TestDevice {
    let form = json!({"name": "Ada", "email": "ada@example.com", "password": "a short sentence", "workspace": "Works"});
    call(ports, client, "set_up", form).await;
    let new = json!({"workspace": "works", "new": {"external_id": "a", "name": "", "template": null}});
    call(ports, client, "create_device", new).await;
    let one = json!({"workspace": "works", "device": "a"});
    let key = call(ports, client, "show_key", one.clone()).await.as_str().unwrap().to_owned();
    let scope = call(ports, client, "connection", one).await["scope"].as_str().unwrap().to_owned();
    TestDevice { scope, id: "a".into(), key, broker: ([127, 0, 0, 1], ports.mqtt).into() }
}

pub(crate) async fn healthy(ports: &Ports) {
    let url = format!("http://127.0.0.1:{}/healthz", ports.web);
    eventually("the server is healthy", async || {
        reqwest::get(&url).await.ok().filter(|a| a.status().is_success())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_loses_nothing_that_was_acknowledged() {
    let (db, folder) = (TestDb::new().await, tempfile::tempdir().unwrap());
    let ports = Ports::free();
    let mut process = Process::start(&mut serve(&db, folder.path(), &ports));
    healthy(&ports).await;
    let client = reqwest::Client::builder().cookie_store(true).build().unwrap();
    let device = furnish(&ports, &client).await;
    let call = async |function: &str, arguments| call(&ports, &client, function, arguments).await;
    let one = json!({"workspace": "works", "device": "a"});
    for i in 0..20 {
        device.send(format!(r#"{{"t":{i}}}"#)).await;
    }
    process.signal("-KILL");
    process.wait();

    let mut process = Process::start(&mut serve(&db, folder.path(), &ports));
    healthy(&ports).await;
    // The same session, the same key, every value.
    let raw = call("raw", json!({"workspace": "works", "device": "a", "before": null, "limit": 100})).await;
    assert_eq!(raw["messages"].as_array().map(Vec::len), Some(20));
    let newest = eventually("the latest value is rebuilt", async || {
        call("latest", one.clone()).await[0]["value"].as_i64().filter(|value| *value == 19)
    });
    newest.await;
    device.send(r#"{"t":20}"#).await;
    process.signal("-TERM");
    assert!(process.wait().success(), "it ends in order when it is asked to");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_loses_no_message_to_a_device() {
    let (db, folder) = (TestDb::new().await, tempfile::tempdir().unwrap());
    let ports = Ports::free();
    let mut process = Process::start(&mut serve(&db, folder.path(), &ports));
    healthy(&ports).await;
    let client = reqwest::Client::builder().cookie_store(true).build().unwrap();
    let device = furnish(&ports, &client).await;
    let call = async |function: &str, arguments| call(&ports, &client, function, arguments).await;
    for body in [b"1", b"2", b"3"] {
        call("send_message", json!({"workspace": "works", "device": "a", "new": {"body": body}})).await;
    }
    // It is given the first, and acknowledges nothing.
    let mut options = MqttOptions::new("a", "127.0.0.1", ports.mqtt);
    options.set_credentials(device.user_name(), &device.key).set_manual_acks(true);
    let (mute, mut events) = AsyncClient::new(options, 10);
    mute.subscribe(device.topic("messages/+"), QoS::AtLeastOnce).await.unwrap();
    while !matches!(events.poll().await.unwrap(), Event::Incoming(Packet::Publish(_))) {}
    process.signal("-KILL");
    process.wait();

    let mut process = Process::start(&mut serve(&db, folder.path(), &ports));
    healthy(&ports).await;
    let mut connected = device.connect().await.unwrap();
    connected.subscribe(&device.topic("messages/+")).await;
    for body in [b"1", b"2", b"3"] {
        assert_eq!(connected.message().await.1, body);
    }
    connected.publish(&device.topic("telemetry"), "{}").await.unwrap();
    let delivered = eventually("all are delivered", async || {
        let view = call("device_commands", json!({"workspace": "works", "device": "a"})).await;
        let all = view["messages"].as_array().unwrap().clone();
        all.iter().all(|message| message["state"] == "delivered").then_some(all)
    });
    let deliveries: Vec<_> = delivered.await.iter().map(|message| message["deliveries"].clone()).collect();
    assert_eq!(deliveries, [1, 1, 2], "newest first: the oldest was sent twice");
    process.signal("-TERM");
    assert!(process.wait().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_named() {
    let (db, folder) = (TestDb::new().await, tempfile::tempdir().unwrap());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let number = taken.local_addr().unwrap().port();
    let cases = [
        (Ports { web: number, mqtt: port(), mqtts: port() }, "--port"),
        (Ports { web: port(), mqtt: number, mqtts: port() }, "--mqtt-port"),
        (Ports { web: port(), mqtt: port(), mqtts: number }, "--mqtts-port"),
    ];
    for (ports, flag) in cases {
        let Output { status, stderr, .. } =
            serve(&db, folder.path(), &ports).stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8_lossy(&stderr);
        assert_eq!(status.code(), Some(1), "{said}");
        assert!(said.contains(&number.to_string()) && said.contains(flag), "{said}");
    }
}

#[test]
fn the_command_line_helps() {
    let help = Command::new(PROGRAM).arg("--help").output().unwrap();
    let text = String::from_utf8_lossy(&help.stdout);
    for word in ["serve", "demo", "migrate", "postgres"] {
        assert!(text.contains(word), "{text}");
    }
    let wrong = Command::new(PROGRAM).args(["serve", "--port", "many"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    let broker =
        Command::new(PROGRAM).args(["serve", "--port", "0", "--mqtt-url", "http://x"]).output().unwrap();
    assert_eq!(broker.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&broker.stderr).contains("HOMEPORT_MQTT_URL"));
}
