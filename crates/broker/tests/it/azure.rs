//! Devices written against Microsoft's SDKs, byte by byte.

mod dps;
mod hub;
mod variations;

use crate::raw::{CONNACK, Opening, Packet, Raw};
use crate::setup::TestBroker;
use model::sas;
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970.
fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// A token of this device for so many seconds.
fn token(device: &str, seconds: u64) -> String {
    sas::sign(b"key", &format!("localhost/devices/{device}"), now_s() + seconds)
}

/// A device of the hub that has asked to come in; its CONNACK.
async fn knock(broker: &TestBroker, user: &str, opening: Opening<'_>) -> (Raw, Packet) {
    let mut raw = Raw::hello(broker, Opening { user, ..opening }).await;
    let connack = raw.read().await;
    assert_eq!(connack.kind(), CONNACK);
    (raw, connack)
}

/// A device of the hub that is connected.
async fn device(broker: &TestBroker, id: &str, clean: bool) -> Raw {
    let user = format!("localhost/{id}/?api-version=2019-10-01&DeviceClientType=py-azure%2F2.14");
    let password = token(id, 3600);
    let opening = Opening { client_id: id, password: &password, clean, ..Opening::default() };
    let (raw, connack) = knock(broker, &user, opening).await;
    assert_eq!(connack.rest[1], 0);
    raw
}
