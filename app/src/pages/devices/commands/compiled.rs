//! The commands for languages whose programs are compiled first: C with libmosquitto, Rust with rumqttc.

use super::Send;
use serde_json::Value;

impl Send<'_> {
    pub(super) fn c(&self) -> String {
        let tls = match (self.tls, self.has_ca_file()) {
            (false, _) => "",
            (true, true) => "  mosquitto_tls_set(client, \"ca.pem\", NULL, NULL, NULL, NULL);\n",
            (true, false) => "  mosquitto_int_option(client, MOSQ_OPT_TLS_USE_OS_CERTS, 1);\n",
        };
        let program = C.replace("<<TLS>>", tls);
        let program = self.filled(&program);
        format!("cc -x c -o send-value - -lmosquitto <<'EOF'\n{program}EOF\nKEY=\"$KEY\" ./send-value")
    }

    pub(super) fn rust(&self) -> String {
        let (import, tls) = match (self.tls, self.has_ca_file()) {
            (false, _) => ("", ""),
            (true, true) => (
                ", Transport",
                "    let ca = std::fs::read(\"ca.pem\").expect(\"ca.pem\");\n    options.set_transport(Transport::tls(ca, None, None));\n",
            ),
            (true, false) => {
                (", Transport", "    options.set_transport(Transport::tls_with_default_config());\n")
            }
        };
        let program = RUST.replace("<<IMPORT>>", import).replace("<<TLS>>", tls);
        let program = self.filled(&program);
        format!(
            "cargo new --quiet --vcs none send-value\n\
             cargo add --quiet --manifest-path send-value/Cargo.toml rumqttc\n\
             cat > send-value/src/main.rs <<'EOF'\n{program}EOF\n\
             KEY=\"$KEY\" cargo run --quiet --manifest-path send-value/Cargo.toml"
        )
    }

    /// A program with what is this device's own. The body comes last: it may hold anything.
    fn filled(&self, program: &str) -> String {
        program
            .replace("<<TOPIC>>", &string(&self.topic()))
            .replace("<<USER>>", &string(&self.user_name()))
            .replace("<<HOST>>", &string(&self.connection.host))
            .replace("<<PORT>>", &self.port.to_string())
            .replace("<<BODY>>", &string(&self.connection.example))
    }
}

/// A string in C and in Rust: one of JSON is one of both, as long as it holds no control characters.
fn string(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control()).collect();
    Value::from(plain).to_string()
}

const C: &str = r#"#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void connected(struct mosquitto *client, void *data, int reason) {
  const char *body = <<BODY>>;
  if (reason) {
    fprintf(stderr, "Refused: %s\n", mosquitto_connack_string(reason));
    exit(1);
  }
  mosquitto_publish(client, NULL, <<TOPIC>>, (int)strlen(body), body, 1, false);
}

static void acknowledged(struct mosquitto *client, void *data, int message) {
  puts("Acknowledged: the value is stored.");
  mosquitto_disconnect(client);
}

int main(void) {
  mosquitto_lib_init();
  struct mosquitto *client = mosquitto_new(NULL, true, NULL);
  mosquitto_username_pw_set(client, <<USER>>, getenv("KEY"));
<<TLS>>  mosquitto_connect_callback_set(client, connected);
  mosquitto_publish_callback_set(client, acknowledged);
  int failed = mosquitto_connect(client, <<HOST>>, <<PORT>>, 60);
  if (failed) {
    fprintf(stderr, "%s\n", mosquitto_strerror(failed));
    return 1;
  }
  return mosquitto_loop_forever(client, -1, 1);
}
"#;

const RUST: &str = r#"use rumqttc::{Client, Event, MqttOptions, Packet, QoS<<IMPORT>>};

fn main() {
    let mut options = MqttOptions::new("first-value", <<HOST>>, <<PORT>>);
    options.set_credentials(<<USER>>, std::env::var("KEY").expect("KEY"));
<<TLS>>    let (client, mut connection) = Client::new(options, 10);
    client.publish(<<TOPIC>>, QoS::AtLeastOnce, false, <<BODY>>).expect("it is sent");
    for event in connection.iter() {
        match event {
            Ok(Event::Incoming(Packet::PubAck(_))) => {
                println!("Acknowledged: the value is stored.");
                return;
            }
            Ok(_) => {}
            Err(error) => {
                eprintln!("{error}");
                std::process::exit(1);
            }
        }
    }
}
"#;
