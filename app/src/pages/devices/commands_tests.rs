//! Bash itself reads the commands: what reaches the programs is what was meant.

use super::*;
use std::io::Write;
use std::process::{Command, Stdio};

fn connection() -> Connection {
    Connection {
        scope: "0ne00A1B2C3".into(),
        external_id: "room-2.14:a=b@c".into(),
        host: "homeport.example".into(),
        port: Some(1883),
        tls_port: Some(8883),
        ca_pem: "-----BEGIN CERTIFICATE-----".into(),
        certificates: Vec::new(),
        example: r#"{"temperature":21.5,"note":"it's $HOME \"here\""}"#.into(),
    }
}

/// Runs the command in bash with `programs` in place of the real ones.
fn run(programs: &str, command: &str) -> String {
    let out = Command::new("bash").arg("-euc").arg(format!("{programs}\n{command}")).output().unwrap();
    assert!(out.status.success(), "{command}\n{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

const ARGUMENTS: &str = r#"mosquitto_pub() { printf '%s\n' "$@"; }; curl() { printf 'curl %s\n' "$*"; };"#;

#[test]
fn mosquitto_gets_every_word_whole() {
    let key = "a+b/c'd==";
    let plain =
        command(&connection(), Client::Mosquitto, Transport::Plain, Some(key), "http://h:8080").unwrap();
    let words = run(ARGUMENTS, &plain);
    let words: Vec<&str> = words.lines().collect();
    let user = "0ne00A1B2C3/room-2.14:a=b@c";
    let topic = "0ne00A1B2C3/room-2.14:a=b@c/telemetry";
    let example = connection().example;
    assert_eq!(
        words,
        [
            "-h",
            "homeport.example",
            "-p",
            "1883",
            "-u",
            user,
            "-P",
            key,
            "-q",
            "1",
            "-t",
            topic,
            "-m",
            &example
        ]
    );
}

#[test]
fn tls_names_the_authority() {
    let tls = command(&connection(), Client::Mosquitto, Transport::Tls, Some("k"), "http://h:8080").unwrap();
    let words = run(ARGUMENTS, &tls);
    assert!(words.starts_with("curl -fsS -o ca.pem http://h:8080/ca.pem\n"), "{words}");
    assert!(words.contains("8883\n--cafile\nca.pem\n"), "{words}");

    let public = Connection { ca_pem: String::new(), ..connection() };
    let tls = command(&public, Client::Mosquitto, Transport::Tls, Some("k"), "http://h:8080").unwrap();
    let words = run(ARGUMENTS, &tls);
    assert!(!words.contains("curl") && words.contains("8883\n--tls-use-os-certs\n"), "{words}");
}

#[test]
fn a_hidden_key_is_one_line_to_fill_in() {
    for client in Client::ALL {
        let text = command(&connection(), client, Transport::Plain, None, "").unwrap();
        assert_eq!(text.lines().next(), Some("KEY='paste the device key here'"));
        assert_eq!(text.matches(KEY_PLACEHOLDER).count(), 1);
    }
}

#[test]
fn scripts_arrive_as_written_with_the_key_in_the_environment() {
    let programs = r#"curl() { :; }; python3() { :; }; npm() { :; };
        node() { printf 'key %s\n' "$KEY"; cat; };"#;
    let text = command(&connection(), Client::Node, Transport::Tls, Some("a'b"), "http://h").unwrap();
    let script = run(programs, &text);
    assert!(script.starts_with("key a'b\nconst mqtt"), "{script}");
    assert!(script.contains(r#""{\"temperature\":21.5,\"note\":\"it's $HOME \\\"here\\\"\"}""#), "{script}");
    assert!(script.contains("mqtts://homeport.example:8883") && script.contains("ca.pem"), "{script}");
    assert!(script.ends_with("});\n"), "{script}");

    let text = command(&connection(), Client::Python, Transport::Plain, Some("k"), "http://h").unwrap();
    assert!(text.contains("qos=1") && text.contains(", 1883)") && !text.contains("tls_set"), "{text}");
}

/// Compiles the Python with Python, where there is one.
#[test]
fn python_is_python() {
    for (ca_pem, transport) in [("x", Transport::Plain), ("x", Transport::Tls), ("", Transport::Tls)] {
        let connection = Connection { ca_pem: ca_pem.into(), ..connection() };
        let text = command(&connection, Client::Python, transport, Some("k"), "http://h").unwrap();
        let (_, script) = text.split_once("<<'EOF'\n").unwrap();
        let script = script.strip_suffix("EOF").unwrap();
        let check = ["-c", "import sys; compile(sys.argv[1], 'x', 'exec')", script];
        if let Ok(out) = Command::new("python3").args(check).output() {
            assert!(out.status.success(), "{script}\n{}", String::from_utf8_lossy(&out.stderr));
        }
    }
}

/// Parses the Rust with Rust's own tool, and the C with a compiler that has the library's header, where these are.
#[test]
fn compiled_languages_are_what_they_say() {
    for (ca_pem, transport) in [("x", Transport::Plain), ("x", Transport::Tls), ("", Transport::Tls)] {
        let connection = Connection { ca_pem: ca_pem.into(), ..connection() };
        let checks = [
            (Client::Rust, "rustfmt", &["--edition", "2021"][..]),
            (Client::C, "cc", &["-x", "c", "-fsyntax-only", "-Wall", "-Werror", "-"][..]),
        ];
        for (client, program, arguments) in checks {
            let text = command(&connection, client, transport, Some("k"), "http://h").unwrap();
            let (_, script) = text.split_once("<<'EOF'\n").unwrap();
            let (script, _) = script.split_once("EOF\n").unwrap();
            assert!(!script.contains("<<") && script.contains("room-2.14:a=b@c/telemetry"), "{script}");
            if client == Client::C && !std::path::Path::new("/usr/include/mosquitto.h").exists() {
                continue;
            }
            let child =
                Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
            let Ok(mut child) = child else { continue };
            child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
            assert!(child.wait().unwrap().success(), "{program}:\n{script}");
        }
    }
}

#[test]
fn plain_json_stays_readable_in_scripts() {
    let connection = Connection { example: r#"{"temperature":21.5}"#.into(), ..connection() };
    for client in [Client::Python, Client::Node] {
        let text = command(&connection, client, Transport::Plain, None, "").unwrap();
        assert!(text.contains(r#"'{"temperature":21.5}'"#), "{text}");
    }
}

#[test]
fn what_is_closed_is_not_offered() {
    let closed = Connection { port: None, host: "::1".into(), ..connection() };
    assert_eq!(offered(&closed), [Transport::Tls]);
    assert_eq!(command(&closed, Client::Node, Transport::Plain, None, ""), None);
    assert_eq!(Transport::Tls.address(&closed).as_deref(), Some("mqtts://[::1]:8883"));
}

#[test]
fn words_round_trip() {
    for client in Client::ALL {
        assert_eq!(Client::from_word(client.as_str()), client);
    }
    for transport in [Transport::Plain, Transport::Tls] {
        assert_eq!(Transport::from_word(transport.as_str()), transport);
    }
}
