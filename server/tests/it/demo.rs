//! The demo as scripts drive it: one line of JSON, a furnished workspace, an end in order, a second start.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use test_support::{TestDevice, eventually};

/// The demo's process; asked to end, whatever becomes of the test.
struct Demo {
    process: Child,
    ready: Value,
}

impl Demo {
    /// Starts it and waits for its line.
    fn start(folder: &Path) -> Demo {
        let mut process = Command::new(env!("CARGO_BIN_EXE_homeport"))
            .args(["demo", "--json", "--port", "0", "--mqtt-port", "0", "--mqtts-port", "0", "--data-dir"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_default();
        Demo { process, ready }
    }

    fn text(&self, pointer: &str) -> String {
        let value = self.ready.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("{pointer} in {}", self.ready)).to_owned()
    }

    /// Ctrl-C, and the wait for the end.
    fn stop(&mut self) -> bool {
        let id = self.process.id().to_string();
        Command::new("kill").args(["-INT", &id]).status().unwrap();
        let mut rest = String::new();
        self.process.stdout.as_mut().unwrap().read_to_string(&mut rest).unwrap();
        self.process.wait().unwrap().success() && rest.is_empty()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            self.stop();
        }
    }
}

/// Someone signed in to the demo.
struct Visitor<'a> {
    demo: &'a Demo,
    client: reqwest::Client,
}

impl<'a> Visitor<'a> {
    async fn of(demo: &'a Demo) -> Visitor<'a> {
        let visitor =
            Visitor { demo, client: reqwest::Client::builder().cookie_store(true).build().unwrap() };
        let form = json!({"email": demo.text("/email"), "password": demo.text("/password")});
        visitor.call("sign_in", form).await;
        visitor
    }

    async fn call(&self, function: &str, arguments: Value) -> Value {
        let asked = self.client.post(format!("{}/api/{function}", self.demo.text("/url"))).json(&arguments);
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{function}");
        answer.json().await.unwrap()
    }

    async fn points(&self, device: &str, name: &str, from_ms: i64, to_ms: i64) -> Vec<(i64, f64)> {
        let query = json!({"names": [name], "from_ms": from_ms, "to_ms": to_ms, "points": 4000});
        let arguments = json!({"workspace": self.demo.text("/workspace"), "device": device, "query": query});
        let series = self.call("series", arguments).await;
        let buckets = series[0]["buckets"].as_array().cloned().unwrap_or_default();
        buckets.iter().map(|b| (b["ts"].as_i64().unwrap(), b["max"].as_f64().unwrap())).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_furnishes_plays_ends_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let mut demo = Demo::start(&data);
    let workspace = demo.text("/workspace");
    {
        let visitor = Visitor::of(&demo).await;
        let listed =
            visitor.call("list_devices", json!({"workspace": workspace, "query": {"limit": 100}})).await;
        assert!(listed["total"].as_i64().unwrap() > 3 + 12, "{}", listed["total"]);
        let me = visitor.call("standing", json!({})).await["signed_in"].take();
        assert_eq!(me["memberships"][0]["workspace"]["retention_days"], 1096);

        let now = time::OffsetDateTime::now_utc().unix_timestamp() * 1000;
        let year = visitor.points("ewr", "wind_speed", now - 400 * 86_400_000, now + 1).await;
        assert!(
            year.len() > 1000 && year.iter().any(|(_, wind)| *wind > 1000.0),
            "the impossible wind is shown as it came"
        );
        assert!(year.iter().all(|(ts, _)| *ts <= now + 60_000), "nothing is told before its time");
        let rooms = visitor.points("room-201", "co2", now - 7 * 86_400_000, now).await;
        assert!(rooms.len() > 1900, "{}", rooms.len());
        eventually("live values of a station and a room", async || {
            let later = now + 3_600_000;
            let station = visitor.points("lga", "temperature", now, later).await;
            let room = visitor.points("room-101", "temperature", now, later).await;
            (!station.is_empty() && room.len() > 1).then_some(())
        })
        .await;

        // What scripts are told works.
        let devices = reqwest::Client::new().get(format!("{}/api/devices", demo.text("/url")));
        let devices = devices.header("authorization", demo.text("/api_token")).send().await.unwrap();
        assert_eq!(devices.status(), 200);
        let devices: Value = devices.json().await.unwrap();
        assert!(devices["value"].as_array().is_some_and(|all| all.len() > 3 + 12), "{devices}");
        assert!(std::fs::read_to_string(demo.text("/ca_file")).unwrap().contains("BEGIN CERTIFICATE"));
        let port = u16::try_from(demo.ready["mqtt"]["port"].as_u64().unwrap()).unwrap();
        let (scope, id, key) = (demo.text("/scope_id"), demo.text("/device/id"), demo.text("/device/key"));
        TestDevice { scope, id: id.clone(), key, broker: ([127, 0, 0, 1], port).into() }
            .send(r#"{"temperature":21.5}"#)
            .await;
        eventually("the value that a script sent", async || {
            let latest = visitor.call("latest", json!({"workspace": workspace, "device": id})).await;
            (latest[0]["value"] == 21.5).then_some(())
        })
        .await;
    }
    let url = demo.text("/url");
    assert!(demo.stop(), "it ends in order");
    assert!(reqwest::get(format!("{url}/healthz")).await.is_err());
    let mut postgres = Command::new(env!("CARGO_BIN_EXE_homeport"));
    postgres.args(["postgres", "url", "--dir"]).arg(data.join("postgres")).stderr(Stdio::null());
    assert!(!postgres.status().unwrap().success(), "Postgres has ended too");

    let again = Demo::start(&data);
    assert_eq!(again.text("/id_scope"), again.text("/scope_id"));
    for pointer in ["/password", "/workspace", "/scope_id", "/device/key", "/api_token", "/group_key"] {
        assert_eq!(again.text(pointer), demo.text(pointer));
    }
    let visitor = Visitor::of(&again).await;
    let raw =
        json!({"workspace": workspace, "device": again.text("/device/id"), "before": null, "limit": 10});
    assert_eq!(visitor.call("raw", raw).await["messages"].as_array().map(Vec::len), Some(1));
    drop(again);

    // Under root the cluster may lie outside of the folder: it goes too.
    let wiped = homeport::data_dir::DataDir::wipe(&data);
    assert!(wiped.is_ok() && !data.exists());
}
