//! With the clients of Debian's package `mosquitto-clients`, plain and over TLS.

use crate::raw::{Opening, Raw, publish_v5};
use crate::setup::{TestBroker, soon};
use broker::{Config, server_config};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio_rustls::TlsConnector;

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

/// A broker with TLS: its port, and the authority that its certificate comes from, as PEM and DER.
async fn with_tls() -> (TestBroker, u16, String, CertificateDer<'static>) {
    let ca_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "an authority");
    let ca = params.self_signed(&ca_key).unwrap();
    let issuer = Issuer::new(params, ca_key);
    let key = KeyPair::generate().unwrap();
    let names = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let own = names.signed_by(&key, &issuer).unwrap();
    let tls = server_config(own.pem().as_bytes(), key.serialize_pem().as_bytes()).unwrap();
    let config = Config { tls: Some((([127, 0, 0, 1], 0).into(), tls)), ..Config::default() };
    let broker = TestBroker::with(config).await;
    let port = broker.running.tls_addr().unwrap().port();
    (broker, port, ca.pem(), ca.der().clone())
}

#[tokio::test]
async fn over_tls() {
    let (broker, port, ca_pem, _) = with_tls().await;
    let mut consumer = Raw::consumer(&broker, "c").await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), ca_pem).unwrap();
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
    let (_broker, port, _, ca) = with_tls().await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(ca.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tcp = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, tcp).await.unwrap();
        assert_eq!(stream.get_ref().1.protocol_version(), Some(version.version));
    }
}
