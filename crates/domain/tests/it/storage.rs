//! Storage: who may see and change it, and what is wrong with a wish. What deletions do is tested beside the store.

use crate::ground::{Ground, code, new_device, problem};
use domain::{devices, storage};
use model::Code;
use model::role::BuiltIn;
use model::storage::NewErasure;

fn wish(devices: &[&str], from: &str, to: &str) -> NewErasure {
    NewErasure {
        devices: devices.iter().map(|device| (*device).to_owned()).collect(),
        from: from.into(),
        to: to.into(),
    }
}

#[tokio::test]
async fn retention_is_set_within_its_bounds() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    assert_eq!(storage::set_retention(&ada, 30).await.unwrap().retention_days, 30);
    assert_eq!(storage::usage(&ground.context().await).await.unwrap().retention_days, 30);
    for bad in [0, -1, 3651] {
        assert!(problem(storage::set_retention(&ada, bad).await).of_field("days").is_some());
        assert!(problem(storage::doomed(&ada, bad).await).of_field("days").is_some());
    }
    assert_eq!(storage::doomed(&ada, 1).await.unwrap().points, 0);
}

#[tokio::test]
async fn deletions_are_wished_for_by_administrators_for_their_own_devices() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    let day = "2026-01-01";
    assert!(problem(storage::erase(&ada, wish(&[], day, day)).await).of_field("devices").is_some());
    for device in ["room-1", "room-2"] {
        devices::create(&ada, new_device(device)).await.unwrap();
    }
    let (_, eve) = ground.stranger().await;
    devices::create(&eve, new_device("attic")).await.unwrap();
    for role in [BuiltIn::Builder, BuiltIn::Operator, BuiltIn::Viewer] {
        let context = ground.as_role(role).await;
        assert_eq!(code(storage::erase(&context, wish(&[], day, day)).await), Code::NotAllowed);
        assert_eq!(code(storage::usage(&context).await), Code::NotAllowed);
        assert_eq!(code(storage::set_retention(&context, 9).await), Code::NotAllowed);
    }
    for (bad, field) in [
        (wish(&["attic"], day, day), "devices"),
        (wish(&["room-1", "nobody"], day, day), "devices"),
        (wish(&["a\0"], day, day), "devices"),
        (wish(&[], "x", day), "from"),
        (wish(&[], day, "2025-12-31"), "to"),
    ] {
        assert!(problem(storage::erase(&ada, bad).await).of_field(field).is_some(), "{field}");
    }
    assert_eq!(storage::erasures(&ada).await.unwrap(), []);
    let all = storage::erase(&ada, wish(&[], day, day)).await.unwrap();
    assert_eq!((all.len(), all[0].devices, all[0].done, all[0].finished_ms), (1, 2, 0, None));
    assert_eq!(all[0].requested_by, "Ada (ada@example.com)");
    let all = storage::erase(&ada, wish(&["room-1", "room-1"], day, day)).await.unwrap();
    assert_eq!((all.len(), all[0].devices), (2, 1));
    assert_eq!(storage::erasures(&eve).await.unwrap(), [], "another workspace's are not seen");
}
