//! Devices: from their making to their deletion.

use crate::ground::{Ground, code, new_device, problem};
use crate::templates::{draft, published};
use domain::devices;
use model::Code;
use model::device::{DevicePatch, DeviceQuery, NewDevice};
use model::dtdl::Schema;
use model::event::EventKind;
use store::{Notice, Notices};

#[tokio::test]
async fn devices_are_made_changed_listed_and_deleted() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let room = published(&context, draft("Room", &[("co2", Schema::Integer)])).await;
    let new = NewDevice { external_id: " room-1 ".into(), template: Some(room.id), ..NewDevice::default() };
    let made = devices::create(&context, new).await.unwrap();
    assert_eq!((made.external_id.as_str(), made.name.as_str()), ("room-1", "room-1"));
    assert_eq!(made.template, Some((room.id, "Room".into())));
    assert_eq!((made.created_ms, made.last_seen_ms), (context.now_ms, None));

    let patch = DevicePatch { name: "Room one".into(), template: None };
    let after = devices::update(&context, "room-1", patch).await.unwrap();
    assert_eq!((after.name.as_str(), after.template), ("Room one", None));
    let page = devices::list(&context, DeviceQuery { limit: 10, ..Default::default() }).await.unwrap();
    assert_eq!((page.items.len(), page.matching, page.total), (1, 1, 1));
    assert_eq!(page.items[0].device, devices::get(&context, "room-1").await.unwrap());

    devices::delete(&context, "room-1").await.unwrap();
    for outcome in
        [devices::get(&context, "room-1").await.map(|_| ()), devices::delete(&context, "room-1").await]
    {
        assert_eq!(code(outcome), Code::NotFound);
    }
    devices::create(&context, new_device("room-1")).await.unwrap();
}

#[tokio::test]
async fn bad_and_taken_ids_are_told_beside_the_field() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    for bad in ["", "a/b", "a b", "é", ".x"] {
        let refused = problem(devices::create(&context, new_device(bad)).await);
        assert_eq!(refused.code, Code::Invalid);
        assert!(refused.of_field("external_id").is_some(), "{bad}");
        assert_eq!(code(devices::get(&context, bad).await), Code::NotFound, "{bad}");
    }
    devices::create(&context, new_device("room")).await.unwrap();
    devices::create(&context, new_device("ROOM")).await.unwrap();
    let taken = problem(devices::create(&context, new_device("room")).await);
    assert_eq!(taken.code, Code::Taken);
    assert!(taken.of_field("external_id").is_some());
    let mut unknown = new_device("other");
    unknown.template = Some(model::TemplateId(999));
    assert!(problem(devices::create(&context, unknown).await).of_field("template").is_some());
    let nameless = DevicePatch { name: " ".into(), template: None };
    assert!(problem(devices::update(&context, "room", nameless).await).of_field("name").is_some());
    let longest = "x".repeat(128);
    devices::create(&context, new_device(&longest)).await.unwrap();
}

#[tokio::test]
async fn keys_are_shown_rotated_and_logged() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let mut notices = Notices::new(ground.db.urls());
    assert_eq!(notices.next().await, Notice::Listening);

    devices::create(&context, new_device("room-1")).await.unwrap();
    devices::create(&context, new_device("room-2")).await.unwrap();
    let first = devices::key(&context, "room-1").await.unwrap();
    assert_eq!(first.len(), 44, "32 bytes in base64");
    assert_eq!(devices::key(&context, "room-1").await.unwrap(), first);
    assert_ne!(devices::key(&context, "room-2").await.unwrap(), first);
    let second = devices::rotate_key(&context, "room-1").await.unwrap();
    assert_ne!(second, first);
    assert_eq!(devices::key(&context, "room-1").await.unwrap(), second);

    let log = devices::events(&context, "room-1").await.unwrap();
    let lines: Vec<_> = log.iter().map(|line| (line.kind, line.count, line.text.as_str())).collect();
    assert_eq!(
        lines,
        [
            (EventKind::KeyRotated, 1, "Replaced by Ada (ada@example.com)."),
            (EventKind::KeyShown, 3, "Shown to Ada (ada@example.com)."),
        ]
    );
    devices::delete(&context, "room-2").await.unwrap();
    for device in ["room-1", "room-2"] {
        let (workspace, external_id) = (context.workspace.id, device.to_owned());
        assert_eq!(notices.next().await, Notice::CutOff { workspace, external_id });
    }
}

#[tokio::test]
async fn a_device_is_blocked_and_unblocked() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let mut notices = Notices::new(ground.db.urls());
    assert_eq!(notices.next().await, Notice::Listening);
    devices::create(&context, new_device("room-1")).await.unwrap();
    // Asked for twice, it ends connections twice, but is told once.
    for blocked in [true, true, false, false] {
        assert_eq!(devices::set_blocked(&context, "room-1", blocked).await.unwrap().blocked, blocked);
    }
    let log = devices::events(&context, "room-1").await.unwrap();
    let lines: Vec<_> = log.iter().map(|line| (line.kind, line.count, line.text.as_str())).collect();
    assert_eq!(
        lines,
        [
            (EventKind::Unblocked, 1, "Unblocked by Ada (ada@example.com)."),
            (EventKind::Blocked, 1, "Blocked by Ada (ada@example.com)."),
        ]
    );
    devices::delete(&context, "room-1").await.unwrap();
    let (workspace, external_id) = (context.workspace.id, "room-1".to_owned());
    for _ in ["blocked", "blocked again", "deleted"] {
        let told = Notice::CutOff { workspace, external_id: external_id.clone() };
        assert_eq!(notices.next().await, told);
    }
    assert_eq!(code(devices::set_blocked(&context, "room-1", true).await), Code::NotFound);
}

#[tokio::test]
async fn a_connection_says_all_but_the_key() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let fields = [("co2", Schema::Integer), ("on", Schema::Boolean)];
    let room = published(&context, draft("Room", &fields)).await;
    let mut new = new_device("room-1");
    new.template = Some(room.id);
    devices::create(&context, new).await.unwrap();
    devices::create(&context, new_device("bare")).await.unwrap();
    let connection = devices::connection(&context, "room-1").await.unwrap();
    assert_eq!(
        (connection.scope.as_str(), connection.external_id.as_str()),
        (&*context.workspace.scope, "room-1")
    );
    assert_eq!(
        (connection.host.as_str(), connection.port, connection.tls_port),
        ("broker.example.com", Some(1883), Some(8883))
    );
    assert_eq!(connection.example, r#"{"co2":42,"on":true}"#);
    let bare = devices::connection(&context, "bare").await.unwrap();
    assert_eq!(bare.example, r#"{"temperature":21.5}"#);
}
