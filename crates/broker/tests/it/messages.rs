//! A message to a device is acknowledged to its sender when the device has acknowledged it, and not before.

use crate::raw::{Opening, PUBACK, Raw, publish_v5};
use crate::setup::TestBroker;

/// *No matching subscribers.*
const NOBODY: u8 = 0x10;

async fn service(broker: &TestBroker) -> Raw {
    let opening =
        Opening { user: "service", password: "secret", client_id: "post", v5: true, ..Opening::default() };
    Raw::device(broker, opening).await
}

/// The packet id and the reason of the next acknowledgement.
async fn acknowledged(service: &mut Raw) -> (u16, u8) {
    let packet = service.read().await;
    assert_eq!(packet.kind(), PUBACK);
    (packet.id(), packet.rest.get(2).copied().unwrap_or_default())
}

#[tokio::test]
async fn a_message_is_acknowledged_when_its_device_has_it_and_holds_nobody_up() {
    let broker = TestBroker::start().await;
    let mut service = service(&broker).await;
    service.send(&publish_v5(1, "s/d/messages/1", b"a")).await;
    assert_eq!(acknowledged(&mut service).await, (1, NOBODY));
    let mut device = Raw::device(&broker, Opening::default()).await;
    device.subscribe("s/d/#", 1).await;
    service.send(&publish_v5(2, "s/d/messages/2", b"b")).await;
    let (topic, id, _) = device.read().await.publish();
    assert_eq!(topic, "s/d/messages/2");
    service.silent().await;
    // What came later is answered meanwhile.
    service.send(&publish_v5(3, "s/d/commands/reboot/1", b"")).await;
    assert_eq!(acknowledged(&mut service).await, (3, 0));
    assert_eq!(device.read().await.publish().0, "s/d/commands/reboot/1");
    service.send(&publish_v5(4, "s/e/messages/1", b"")).await;
    assert_eq!(acknowledged(&mut service).await, (4, NOBODY));
    device.acknowledge(id).await;
    assert_eq!(acknowledged(&mut service).await, (2, 0));
    service.silent().await;
}

#[tokio::test]
async fn a_connection_that_ends_says_no_and_of_several_one_gets_it() {
    let broker = TestBroker::start().await;
    let mut service = service(&broker).await;
    let mut old = Raw::device(&broker, Opening { client_id: "old", ..Opening::default() }).await;
    old.subscribe("s/d/messages/#", 1).await;
    let mut new = Raw::device(&broker, Opening { client_id: "new", ..Opening::default() }).await;
    new.subscribe("s/d/messages/#", 1).await;
    service.send(&publish_v5(1, "s/d/messages/1", b"a")).await;
    assert_eq!(new.read().await.publish().0, "s/d/messages/1");
    old.silent().await;
    drop(new);
    assert_eq!(acknowledged(&mut service).await, (1, 0x80));
    // The other one is there still.
    service.send(&publish_v5(2, "s/d/messages/1", b"a")).await;
    let id = old.read().await.publish().1;
    old.acknowledge(id).await;
    assert_eq!(acknowledged(&mut service).await, (2, 0));
}
