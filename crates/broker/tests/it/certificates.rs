//! Clients that prove who they are by a certificate of their own making.

use crate::raw::Raw;
use crate::setup::{TestBroker, soon};
use crate::tls::{Authority, with_tls};
use model::event::EventKind;
use rcgen::{CertificateParams, KeyPair};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{AsyncClient, Event, MqttOptions};
use std::path::PathBuf;
use std::process::{Output, Stdio};
use tempfile::TempDir;
use tokio::process::Command;

/// What a device has in its folder: its certificate and its key, and the broker's authority.
struct Folder {
    folder: TempDir,
    der: Vec<u8>,
}

impl Folder {
    fn new(authority: &Authority) -> Folder {
        let folder = tempfile::tempdir().unwrap();
        let key = KeyPair::generate().unwrap();
        let own = CertificateParams::new(Vec::<String>::new()).unwrap().self_signed(&key).unwrap();
        let made = Folder { folder, der: own.der().to_vec() };
        std::fs::write(made.file("ca.pem"), &authority.pem).unwrap();
        std::fs::write(made.file("own.pem"), own.pem()).unwrap();
        std::fs::write(made.file("own.key"), key.serialize_pem()).unwrap();
        made
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Sends `{}` by `mosquitto_pub`, without a password.
    async fn publish(&self, port: u16, more: &[&str]) -> Output {
        let mut command = Command::new("mosquitto_pub");
        command.args(["-h", "localhost", "-p", &port.to_string(), "-u", "s/d", "-q", "1"]);
        command.args(["-t", "s/d/telemetry", "-m", "{}"]).args(more);
        command.arg("--cafile").arg(self.file("ca.pem"));
        command.arg("--cert").arg(self.file("own.pem")).arg("--key").arg(self.file("own.key"));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        soon(command.output()).await.unwrap()
    }
}

fn know(broker: &TestBroker, der: &[u8]) {
    *broker.gate.certificate.lock().unwrap() = Some(der.to_vec());
}

#[tokio::test]
async fn a_known_certificate_needs_no_password() {
    let (broker, port, authority) = with_tls().await;
    let device = Folder::new(&authority);
    know(&broker, &device.der);
    let mut consumer = Raw::consumer(&broker, "c").await;
    for version in ["tlsv1.2", "tlsv1.3"] {
        let more = ["--tls-version", version];
        let consume = async {
            let id = consumer.read().await.publish().1;
            consumer.acknowledge(id).await;
        };
        let (output, ()) = tokio::join!(device.publish(port, &more), consume);
        assert!(output.status.success(), "{version}: {output:?}");
    }
    assert!(broker.gate.event("d", EventKind::Connected).await.contains("over TLS by its certificate"));
}

#[tokio::test]
async fn services_see_how_a_device_has_signed_in() {
    let (broker, port, authority) = with_tls().await;
    let device = Folder::new(&authority);
    know(&broker, &device.der);
    let mut options = MqttOptions::new("c", "127.0.0.1", broker.port);
    options.set_credentials("service", "secret");
    let (service, mut events) = AsyncClient::new(options, 10);
    service.subscribe("$share/ingest/+/+/telemetry/#", QoS::AtLeastOnce).await.unwrap();
    let heard = async {
        loop {
            if let Event::Incoming(Packet::Publish(publish)) = events.poll().await.unwrap() {
                let pairs = publish.properties.unwrap().user_properties;
                return pairs.into_iter().find(|(name, _)| name == "hp-auth").unwrap().1;
            }
        }
    };
    // Nobody acknowledges, so the sender does not end by itself.
    let heard = tokio::select! {
        heard = soon(heard) => heard,
        output = device.publish(port, &[]) => panic!("{output:?}"),
    };
    assert_eq!(heard, "cert");
}

#[tokio::test]
async fn an_unknown_certificate_is_none() {
    let (broker, port, authority) = with_tls().await;
    know(&broker, &Folder::new(&authority).der);
    let output = Folder::new(&authority).publish(port, &[]).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("bad user name or password"), "{said}");
}

#[tokio::test]
async fn who_does_not_hold_the_key_gets_no_connection() {
    let (broker, port, authority) = with_tls().await;
    let (device, thief) = (Folder::new(&authority), Folder::new(&authority));
    know(&broker, &device.der);
    // The certificate is no secret. Signing with another key is what gives the thief away.
    let stolen = rustls::pki_types::CertificateDer::from(device.der.clone());
    let key = std::fs::read(thief.file("own.key")).unwrap();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        assert!(!authority.connects(port, version, Some((stolen.clone(), key.clone()))).await);
        let own = std::fs::read(device.file("own.key")).unwrap();
        assert!(authority.connects(port, version, Some((stolen.clone(), own))).await);
    }
}
