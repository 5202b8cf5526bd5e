//! A client in another language that does what a test says.

use crate::setup::soon;
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// Which client.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Program {
    Paho,
    Npm,
}

/// A script that runs. It ends with this.
pub(super) struct Led {
    pub(super) program: Program,
    pub(super) v5: bool,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    /// What was told of connections that nobody has asked for yet.
    told: HashMap<String, VecDeque<Value>>,
    _child: Child,
}

impl Led {
    pub(super) fn start(program: Program, port: u16, v5: bool) -> Led {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/clients");
        let (interpreter, script, package) = match program {
            Program::Paho => ("python3", "paho_client.py", "python3-paho-mqtt"),
            Program::Npm => ("node", "npm_client.cjs", "nodejs node-mqtt"),
        };
        let mut command = Command::new(interpreter);
        command.arg(format!("{folder}/{script}")).arg(port.to_string()).arg(if v5 { "5" } else { "3.1.1" });
        // Where Debian keeps its packages for node; another's node does not look there.
        command.env("NODE_PATH", "/usr/share/nodejs");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap_or_else(|e| panic!("{interpreter}: {e} (Debian: {package})"));
        let stdin = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Led { program, v5, stdin, lines, told: HashMap::new(), _child: child }
    }

    /// Says what is to be done.
    pub(super) async fn tell(&mut self, command: Value) {
        self.stdin.write_all(format!("{command}\n").as_bytes()).await.expect("the client's script has ended");
    }

    /// The next thing that happened to this connection, which must be `event`.
    pub(super) async fn next(&mut self, of: &str, event: &str) -> Value {
        let told = loop {
            if let Some(told) = self.told.get_mut(of).and_then(VecDeque::pop_front) {
                break told;
            }
            let line = soon(self.lines.next_line()).await.unwrap();
            let line = line.expect("the client's script has ended; what it said of that stands above");
            let told: Value = serde_json::from_str(&line).unwrap();
            let whom = told["of"].as_str().unwrap().to_owned();
            self.told.entry(whom).or_default().push_back(told);
        };
        assert_eq!(told["event"], event, "{told}");
        told
    }

    /// Connects with these things beside the usual; the CONNACK.
    pub(super) async fn connect(&mut self, of: &str, more: Value) -> Value {
        let mut command = json!({ "do": "connect", "of": of, "id": of, "user": "s/d", "password": "key" });
        command.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.tell(command).await;
        self.next(of, "connack").await
    }

    /// Connects, and is welcome.
    pub(super) async fn device(&mut self, of: &str, user: &str) {
        let connack = self.connect(of, json!({ "user": user })).await;
        assert_eq!(connack["code"], 0, "{connack}");
    }

    /// Publishes; with QoS 1 if it has a number.
    pub(super) async fn publish(&mut self, of: &str, topic: &str, body: &str, n: Option<u16>) {
        let qos = u8::from(n.is_some());
        self.tell(json!({ "do": "publish", "of": of, "topic": topic, "body": body, "qos": qos, "n": n }))
            .await;
    }

    /// Subscribes; the SUBACK. A round trip: whatever the broker had to say before has been said.
    pub(super) async fn subscribe(&mut self, of: &str, filters: &[&str]) -> Value {
        self.tell(json!({ "do": "subscribe", "of": of, "filters": filters })).await;
        self.next(of, "suback").await
    }

    /// Of two codes that of the version that is spoken.
    pub(super) fn code(&self, v3: u8, v5: u8) -> u8 {
        if self.v5 { v5 } else { v3 }
    }

    /// The end of a connection, which MQTT 5 gives a reason for.
    pub(super) async fn closed(&mut self, of: &str, code: u8) {
        let closed = self.next(of, "closed").await;
        if self.v5 {
            assert_eq!(closed["code"], code, "{closed}");
            assert!(closed["properties"]["reasonString"].is_string(), "{closed}");
        } else {
            assert_eq!(closed["code"], Value::Null, "{closed}");
        }
    }
}
