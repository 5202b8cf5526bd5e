//! The hub's WebSocket as SDKs in several languages open it: TLS 1.2 alone, parameters behind the path, its sign encoded, and
//! certificates of clients in place of tokens.

use super::certificates::{Authority, Card, group};
use super::{Program, logged, now_s};
use futures::{SinkExt, StreamExt};
use homeport::settings::Port;
use model::sas;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use test_support::TestApp;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// A server whose port for devices' HTTPS is this one.
async fn start() -> (TestApp, SocketAddr) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, crate::process::port()));
    let port = Port { address, or_free: false };
    (TestApp::start_with(|settings| settings.device_web = Some(port)).await, address)
}

/// TLS 1.2 and nothing newer, with this card or without one.
fn tls(app: &TestApp, card: Option<&Card>) -> TlsConnector {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(app.ca_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider);
    let config = config.with_protocol_versions(&[&rustls::version::TLS12]).unwrap();
    let config = config.with_root_certificates(roots);
    let config = match card {
        Some(card) => {
            let (chain, key) = card.shown();
            config.with_client_auth_cert(chain, key).unwrap()
        }
        None => config.with_no_client_auth(),
    };
    TlsConnector::from(Arc::new(config))
}

/// The socket behind this path, by this name of the server.
async fn open(
    address: SocketAddr,
    tls: &TlsConnector,
    host: &'static str,
    path: &str,
) -> WebSocketStream<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await.unwrap();
    let stream = tls.connect(host.try_into().unwrap(), stream).await.unwrap();
    let mut request = format!("wss://{host}:{}{path}", address.port()).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "mqtt".parse().unwrap());
    let (socket, answer) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    assert_eq!(answer.headers()["sec-websocket-protocol"], "mqtt");
    socket
}

/// What a client that says this is answered: the return code of its CONNACK. Without a password it leaves even the flag out.
async fn code(
    mut socket: WebSocketStream<TlsStream<TcpStream>>,
    client_id: &str,
    user: &str,
    password: Option<&str>,
) -> u8 {
    let mut body = b"\x00\x04MQTT\x04".to_vec();
    body.push(if password.is_some() { 0b1100_0010 } else { 0b1000_0010 });
    body.extend([0, 240]);
    for text in [Some(client_id), Some(user), password].into_iter().flatten() {
        body.extend(u16::try_from(text.len()).unwrap().to_be_bytes());
        body.extend(text.as_bytes());
    }
    let length = body.len();
    let mut packet = vec![0x10];
    if length > 127 {
        packet.push(u8::try_from(length % 128).unwrap() | 0x80);
    }
    packet.push(u8::try_from(if length > 127 { length / 128 } else { length }).unwrap());
    packet.extend(body);
    socket.send(Message::Binary(packet.into())).await.unwrap();
    match socket.next().await.unwrap().unwrap() {
        Message::Binary(connack) => {
            assert_eq!((connack.len(), connack[0]), (4, 0x20), "{connack:?}");
            connack[3]
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn its_websocket_is_found_however_it_is_asked_for() {
    let (app, address) = start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "pump-1").await;
    let key = sas::key_bytes(&device.key).unwrap();
    let tls = tls(&app, None);
    for host in ["localhost", "127.0.0.1"] {
        let token = sas::sign(&key, &format!("{host}/devices/pump-1"), now_s() + 60);
        let user = format!("{host}/pump-1/?api-version=2020-09-30&DeviceClientType=test");
        for path in
            ["/$iothub/websocket", "/$iothub/websocket?iothub-no-client-cert=true", "/%24iothub/websocket"]
        {
            let socket = open(address, &tls, host, path).await;
            assert_eq!(code(socket, "pump-1", &user, Some(&token)).await, 0, "{host} {path}");
        }
        let socket = open(address, &tls, host, "/$iothub/websocket").await;
        assert_eq!(code(socket, "pump-1", &user, None).await, 5, "neither token nor certificate");
    }
    logged(&ada, "pump-1", "connected", "WebSocket").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_counts_over_websocket_as_anywhere() {
    let (app, address) = start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "administrator").await;
    let root = Authority::root("Root");
    group(&program, &root).await;
    program.ask("PUT", "/api/devices/pump-1", Some(serde_json::json!({}))).await;
    let user = |id: &str| format!("localhost/{id}/?api-version=2019-10-01");
    let of_dps = format!("{}/registrations/pump-1/api-version=2019-03-31", ada.workspace.scope);
    let card = root.below("Plant").card("pump-1");
    let path = "/$iothub/websocket";
    let socket = async |card: &Card| open(address, &tls(&app, Some(card)), "localhost", path).await;
    // The provisioning service lets it ask; to which device it belongs is found out with its registration.
    assert_eq!(code(socket(&card).await, "pump-1", &of_dps, None).await, 0);
    assert_eq!(code(socket(&card).await, "pump-2", &of_dps, None).await, 5);
    let attested = serde_json::json!({"type": "x509", "x509": {"clientCertificates": {"primary": {"certificate": card.pem()}}}});
    let set = program.ask("PUT", "/api/devices/pump-1/attestation", Some(attested)).await;
    assert_eq!(set.0, 200, "{}", set.1);
    assert_eq!(code(socket(&card).await, "pump-1", &user("pump-1"), None).await, 0);
    logged(&ada, "pump-1", "connected", "by its certificate").await;
    for stranger in [root.card("pump-1"), Authority::root("Root").card("pump-1")] {
        assert_eq!(code(socket(&stranger).await, "pump-1", &user("pump-1"), None).await, 5);
    }
    logged(&ada, "pump-1", "sign-in-refused", "none of the device's").await;
}
