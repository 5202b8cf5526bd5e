//! With the clients of Debian's package `mosquitto-clients`, plain and over TLS.

use crate::raw::{Opening, Raw, connect, publish_v5};
use crate::setup::{TestBroker, soon};
use crate::tls::with_tls;
use std::process::{Output, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

fn client(program: &str, port: u16, user: &str, password: &str) -> Command {
    let mut command = Command::new(program);
    command.args(["-h", "localhost", "-p", &port.to_string(), "-u", user, "-P", password]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

async fn finished(mut command: Command) -> Output {
    soon(command.output()).await.unwrap()
}

#[tokio::test]
async fn a_message_is_published_once_it_is_acknowledged() {
    let broker = TestBroker::start().await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    for version in ["mqttv311", "mqttv5"] {
        let mut command = client("mosquitto_pub", broker.port, "s/d", "key");
        command.args(["-V", version, "-q", "1", "-t", "s/d/telemetry", "-m", r#"{"temperature":21.5}"#]);
        let consume = async {
            let (topic, id, body) = consumer.read().await.publish();
            assert_eq!((topic.as_str(), &body[..]), ("s/d/telemetry", &br#"{"temperature":21.5}"#[..]));
            consumer.acknowledge(id).await;
        };
        let (output, ()) = tokio::join!(finished(command), consume);
        assert!(output.status.success(), "{output:?}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_told() {
    let broker = TestBroker::start().await;
    let mut command = client("mosquitto_pub", broker.port, "s/d", "wrong");
    command.args(["-q", "1", "-t", "s/d/telemetry", "-m", "{}"]);
    let output = finished(command).await;
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("bad user name or password"), "{said}");
}

#[tokio::test]
async fn a_foreign_topic_is_told() {
    let broker = TestBroker::start().await;
    let mut command = client("mosquitto_sub", broker.port, "s/d", "key");
    command.args(["-t", "s/e/#", "-W", "5"]);
    let output = finished(command).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("rejected") || said.contains("not authorised") || said.contains("denied"),
        "{output:?}"
    );
    let mut command = client("mosquitto_pub", broker.port, "s/d", "key");
    command.args(["-V", "mqttv5", "-q", "1", "-t", "s/e/telemetry", "-m", "{}"]);
    let output = finished(command).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("Not authorized"), "{output:?}");
}

#[tokio::test]
async fn a_subscriber_hears_what_is_sent_to_it() {
    let broker = TestBroker::start().await;
    let mut command = client("mosquitto_sub", broker.port, "s/d", "key");
    command.args(["-q", "1", "-t", "s/d/#", "-C", "1", "-v"]);
    let opening =
        Opening { user: "service", password: "secret", client_id: "app", v5: true, ..Opening::default() };
    let mut service = Raw::device(&broker, opening).await;
    // The broker says whether anybody was there for it.
    let send = async {
        for id in 1.. {
            service.send(&publish_v5(id, "s/d/properties/desired", br#"{"limit":3}"#)).await;
            if service.read().await.rest.len() == 2 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let (output, ()) = tokio::join!(finished(command), soon(send));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), r#"s/d/properties/desired {"limit":3}"#);
}

#[tokio::test]
async fn over_tls() {
    let (broker, port, authority) = with_tls().await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &authority.pem).unwrap();
    for version in ["tlsv1.2", "tlsv1.3"] {
        let mut command = client("mosquitto_pub", port, "s/d", "key");
        command.args(["-q", "1", "-t", "s/d/telemetry", "-m", "{}", "--tls-version", version]);
        command.arg("--cafile").arg(file.path());
        let consume = async {
            let id = consumer.read().await.publish().1;
            consumer.acknowledge(id).await;
        };
        let (output, ()) = tokio::join!(finished(command), consume);
        assert!(output.status.success(), "{output:?}");
    }
    // Without the authority it is not trusted.
    let mut command = client("mosquitto_pub", port, "s/d", "key");
    command.args(["-t", "s/d/telemetry", "-m", "{}", "--capath", "/etc/ssl/certs"]);
    assert!(!finished(command).await.status.success());
    // Who speaks plainly on that port is closed.
    let mut plain = Raw { stream: TcpStream::connect(("127.0.0.1", port)).await.unwrap() };
    plain.send(&[0x10, 13, 0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 60, 0, 1, b'x']).await;
    while plain.next().await.is_some() {}
    consumer.silent().await;
}

#[tokio::test]
async fn both_versions_of_tls_are_spoken() {
    let (_broker, port, authority) = with_tls().await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let stream = authority.stream(port, version, None).await.unwrap();
        assert_eq!(stream.get_ref().1.protocol_version(), Some(version.version));
        assert!(authority.connects(port, version, None).await);
    }
}

#[tokio::test]
async fn a_new_certificate_is_for_who_comes_from_then_on() {
    let (_broker, port, authority) = with_tls().await;
    let version = &rustls::version::TLS13;
    let mut before = authority.stream(port, version, None).await.unwrap();
    let new = authority.renew();
    let after = authority.stream(port, version, None).await.unwrap();
    let shown = |stream: &tokio_rustls::client::TlsStream<TcpStream>| {
        stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
    };
    assert_eq!(shown(&after), new);
    assert_ne!(shown(&before), new);
    // Who was connected stays so.
    let opening = connect(&Opening::default());
    before.write_all(&opening).await.unwrap();
    assert_eq!(soon(before.read_u8()).await.unwrap(), 0x20);
}
