//! The commands of the Connect tab, made so that they work when pasted into a shell.
//!
//! The key stands alone in the first line, so that a command copied before the key was shown needs one edit. All
//! of them publish with QoS 1 and end when the broker has acknowledged: the value is stored by then.

mod compiled;

use model::device::Connection;
use model::topic;
use serde_json::Value;

/// What stands where the key belongs until it is shown.
pub const KEY_PLACEHOLDER: &str = "paste the device key here";

/// The program that sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// `mosquitto_pub`, from the package mosquitto-clients.
    Mosquitto,
    /// Python with paho-mqtt 2.
    Python,
    /// Node with the package mqtt.
    Node,
    /// C with libmosquitto.
    C,
    /// Rust with rumqttc.
    Rust,
}

impl Client {
    /// All, in the order in which they are offered.
    pub const ALL: [Client; 5] = [Client::Mosquitto, Client::Python, Client::Node, Client::C, Client::Rust];

    /// The word kept in the page's state.
    pub fn as_str(self) -> &'static str {
        match self {
            Client::Mosquitto => "mosquitto",
            Client::Python => "python",
            Client::Node => "node",
            Client::C => "c",
            Client::Rust => "rust",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Client::Mosquitto => "mosquitto_pub",
            Client::Python => "Python",
            Client::Node => "Node",
            Client::C => "C",
            Client::Rust => "Rust",
        }
    }

    /// Reads [`Client::as_str`] back; anything else is the first.
    pub fn from_word(word: &str) -> Client {
        Client::ALL.into_iter().find(|c| c.as_str() == word).unwrap_or(Client::Mosquitto)
    }

    /// What the machine needs before the command works.
    pub fn needs(self) -> &'static str {
        match self {
            Client::Mosquitto => "Needs the package mosquitto-clients.",
            Client::Python => "Needs Python 3 with its venv module.",
            Client::Node => "Needs Node 18 or newer.",
            Client::C => "Needs a C compiler and the package libmosquitto-dev.",
            Client::Rust => "Needs Rust with its cargo.",
        }
    }
}

/// How the connection is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// `mqtt://`, not encrypted.
    Plain,
    /// `mqtts://`.
    Tls,
}

impl Transport {
    /// The word kept in the page's state.
    pub fn as_str(self) -> &'static str {
        match self {
            Transport::Plain => "plain",
            Transport::Tls => "tls",
        }
    }

    /// Reads [`Transport::as_str`] back; anything else is TLS.
    pub fn from_word(word: &str) -> Transport {
        if word == "plain" { Transport::Plain } else { Transport::Tls }
    }

    /// The port that is open for it, if any.
    pub fn port(self, connection: &Connection) -> Option<u16> {
        match self {
            Transport::Plain => connection.port,
            Transport::Tls => connection.tls_port,
        }
    }

    /// The broker's address for it: `mqtts://host:8883`.
    pub fn address(self, connection: &Connection) -> Option<String> {
        let scheme = if self == Transport::Tls { "mqtts" } else { "mqtt" };
        self.port(connection).map(|port| format!("{scheme}://{}:{port}", bracketed(&connection.host)))
    }
}

/// The transports that the broker offers; TLS first.
pub fn offered(connection: &Connection) -> Vec<Transport> {
    [Transport::Tls, Transport::Plain].into_iter().filter(|t| t.port(connection).is_some()).collect()
}

/// The command that sends one example value.
///
/// `key` is the device's key where it is shown; `origin` is the address of this site, `https://host:port`, from
/// which the broker's certificate authority is fetched. None where the broker doesn't offer the transport.
pub fn command(
    connection: &Connection,
    client: Client,
    transport: Transport,
    key: Option<&str>,
    origin: &str,
) -> Option<String> {
    let address = transport.address(connection)?;
    let port = transport.port(connection)?;
    let send = Send { connection, tls: transport == Transport::Tls, address, port };
    let key = format!("KEY={}\n", quoted(key.unwrap_or(KEY_PLACEHOLDER)));
    let ca = if send.has_ca_file() {
        format!("curl -fsS -o ca.pem {}\n", shell(&format!("{origin}/ca.pem")))
    } else {
        String::new()
    };
    let body = match client {
        Client::Mosquitto => send.mosquitto(),
        Client::Python => send.python(),
        Client::Node => send.node(),
        Client::C => send.c(),
        Client::Rust => send.rust(),
    };
    Some(format!("{key}{ca}{body}"))
}

struct Send<'a> {
    connection: &'a Connection,
    tls: bool,
    address: String,
    port: u16,
}

impl Send<'_> {
    fn has_ca_file(&self) -> bool {
        self.tls && !self.connection.ca_pem.trim().is_empty()
    }

    fn user_name(&self) -> String {
        format!("{}/{}", self.connection.scope, self.connection.external_id)
    }

    fn topic(&self) -> String {
        format!("{}telemetry", topic::prefix(&self.connection.scope, &self.connection.external_id))
    }

    fn mosquitto(&self) -> String {
        let security = match (self.tls, self.has_ca_file()) {
            (false, _) => "",
            (true, true) => " --cafile ca.pem",
            (true, false) => " --tls-use-os-certs",
        };
        format!(
            "mosquitto_pub -h {host} -p {port}{security} \\\n  -u {user} -P \"$KEY\" -q 1 \\\n  -t {topic} -m {body}",
            host = shell(&self.connection.host),
            port = self.port,
            user = shell(&self.user_name()),
            topic = shell(&self.topic()),
            body = quoted(&self.connection.example),
        )
    }

    /// A virtual environment, because Debian's Python refuses to install packages beside its own.
    fn python(&self) -> String {
        let tls = match (self.tls, self.has_ca_file()) {
            (false, _) => "",
            (true, true) => "client.tls_set(\"ca.pem\")\n",
            (true, false) => "client.tls_set()\n",
        };
        format!(
            "python3 -m venv mqtt-venv && mqtt-venv/bin/pip install --quiet 'paho-mqtt>=2'\n\
             KEY=\"$KEY\" mqtt-venv/bin/python - <<'EOF'\n\
             import os, sys\n\
             import paho.mqtt.client as mqtt\n\
             \n\
             def connected(client, userdata, flags, reason, properties):\n    \
             if reason.is_failure:\n        \
             sys.exit(f\"Refused: {{reason}}\")\n    \
             client.publish({topic}, {body}, qos=1)\n\
             \n\
             def acknowledged(client, userdata, mid, reason, properties):\n    \
             print(\"Acknowledged: the value is stored.\")\n    \
             client.disconnect()\n\
             \n\
             client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)\n\
             client.username_pw_set({user}, os.environ[\"KEY\"])\n\
             {tls}\
             client.on_connect = connected\n\
             client.on_publish = acknowledged\n\
             client.connect({host}, {port})\n\
             client.loop_forever()\n\
             EOF",
            topic = literal(&self.topic()),
            body = literal(&self.connection.example),
            host = literal(&self.connection.host),
            port = self.port,
            user = literal(&self.user_name()),
        )
    }

    fn node(&self) -> String {
        let (import, ca) = if self.has_ca_file() {
            ("const { readFileSync } = require(\"fs\");\n", "  ca: readFileSync(\"ca.pem\"),\n")
        } else {
            ("", "")
        };
        format!(
            "npm install --no-save mqtt\n\
             KEY=\"$KEY\" node <<'EOF'\n\
             const mqtt = require(\"mqtt\");\n\
             {import}\
             \n\
             const client = mqtt.connect({address}, {{\n  username: {user},\n  password: process.env.KEY,\n{ca}}});\n\
             client.on(\"error\", (error) => {{\n  console.error(error.message);\n  process.exit(1);\n}});\n\
             client.on(\"connect\", () => {{\n  \
             client.publish({topic}, {body}, {{ qos: 1 }}, (error) => {{\n    \
             console.log(error ? error.message : \"Acknowledged: the value is stored.\");\n    \
             client.end();\n  }});\n}});\n\
             EOF",
            address = literal(&self.address),
            user = literal(&self.user_name()),
            topic = literal(&self.topic()),
            body = literal(&self.connection.example),
        )
    }
}

/// A word of a shell command, quoted only where it must be.
fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._/:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { quoted(word) }
}

/// A word in single quotes, within which the shell leaves everything as it is.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A string in Python and in JavaScript: one of JSON is one of both; single quotes keep JSON within it readable.
fn literal(text: &str) -> String {
    let readable = text.contains('"') && !text.contains(['\'', '\\']) && !text.contains(char::is_control);
    if readable { format!("'{text}'") } else { Value::from(text).to_string() }
}

/// An IPv6 address stands in brackets before a port.
fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

#[cfg(test)]
#[path = "commands_tests.rs"]
mod tests;
