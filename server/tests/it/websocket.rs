//! MQTT over WebSocket, by the web server's port.

use bytes::{BufMut, Bytes, BytesMut};
use futures::{SinkExt, StreamExt};
use serde_json::json;
use test_support::{TestApp, TestDevice};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) async fn open(app: &TestApp) -> Socket {
    let mut request = format!("{}/mqtt", app.url.replacen("http", "ws", 1)).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "mqtt".parse().unwrap());
    let (socket, answer) = tokio_tungstenite::connect_async(request).await.unwrap();
    assert_eq!(answer.headers()["sec-websocket-protocol"], "mqtt");
    socket
}

/// The next message's bytes; none when the server has closed.
pub(crate) async fn next(socket: &mut Socket) -> Option<Bytes> {
    match socket.next().await? {
        Ok(Message::Binary(bytes)) => Some(bytes),
        Ok(Message::Close(_)) | Err(_) => None,
        Ok(other) => panic!("{other:?}"),
    }
}

fn text(out: &mut BytesMut, text: &str) {
    out.put_u16(text.len() as u16);
    out.put_slice(text.as_bytes());
}

/// A packet of MQTT 3.1.1, shorter than 128 bytes times 128.
fn packet(first: u8, body: &[u8]) -> Bytes {
    let mut out = BytesMut::new();
    out.put_u8(first);
    if body.len() > 127 {
        out.put_u8((body.len() % 128) as u8 | 0x80);
        out.put_u8((body.len() / 128) as u8);
    } else {
        out.put_u8(body.len() as u8);
    }
    out.put_slice(body);
    out.freeze()
}

/// A CONNECT of MQTT 3.1.1 (version 4) or 5.
pub(crate) fn connect(
    device: &TestDevice,
    key: &str,
    client_id: &str,
    version: u8,
    keep_alive_s: u16,
) -> Bytes {
    let mut body = BytesMut::new();
    text(&mut body, "MQTT");
    body.put_slice(&[version, 0b1100_0010]);
    body.put_u16(keep_alive_s);
    if version == 5 {
        // No properties.
        body.put_u8(0);
    }
    for part in [client_id, &device.user_name(), key] {
        text(&mut body, part);
    }
    packet(0x10, &body)
}

fn publish(device: &TestDevice, id: u16, payload: &str) -> Bytes {
    let mut body = BytesMut::new();
    text(&mut body, &device.topic("telemetry"));
    body.put_u16(id);
    body.put_slice(payload.as_bytes());
    packet(0x32, &body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_sends_through_the_web_port() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "browser").await;
    let mut socket = open(&app).await;
    socket.send(Message::Binary(connect(&device, &device.key, "a-browser", 4, 30))).await.unwrap();
    assert_eq!(next(&mut socket).await.unwrap().as_ref(), [0x20, 2, 0, 0], "welcome");

    // Packets need not keep to the messages' bounds: one in two messages, and two in one.
    let first = publish(&device, 1, r#"{"temperature":21.5}"#);
    socket.send(Message::Binary(first.slice(..9))).await.unwrap();
    socket.send(Message::Binary(first.slice(9..))).await.unwrap();
    let both =
        [publish(&device, 2, r#"{"temperature":22}"#), publish(&device, 3, r#"{"temperature":23}"#)].concat();
    socket.send(Message::Binary(both.into())).await.unwrap();
    let mut answers = Vec::new();
    while answers.len() < 12 {
        answers.extend_from_slice(&next(&mut socket).await.expect("acknowledgements"));
    }
    assert_eq!(answers, [0x40, 2, 0, 1, 0x40, 2, 0, 2, 0x40, 2, 0, 3]);
    let asked = json!({"workspace": ada.workspace.slug, "device": "browser", "before": null, "limit": 10});
    let raw = ada.call("raw", asked).await.body;
    assert_eq!(raw["messages"].as_array().map(Vec::len), Some(3), "acknowledged is committed: {raw}");

    // Text is no MQTT.
    socket.send(Message::Text("hello".into())).await.unwrap();
    assert_eq!(next(&mut socket).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_refused_as_by_any_other_way() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "browser").await;
    let mut socket = open(&app).await;
    socket.send(Message::Binary(connect(&device, "wrong", "a-browser", 4, 30))).await.unwrap();
    assert_eq!(next(&mut socket).await.unwrap().as_ref(), [0x20, 2, 0, 4], "bad user name or password");
    assert_eq!(next(&mut socket).await, None);

    let plain = app.client().get(format!("{}/mqtt", app.url)).send().await.unwrap();
    assert_eq!(plain.status(), 404);
    assert!(plain.text().await.unwrap().contains("subprotocol"));
}
