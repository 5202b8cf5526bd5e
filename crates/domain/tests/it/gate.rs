//! Who may connect as a device.

use crate::ground::{Ground, new_device};
use domain::gate::{self, Admission};
use domain::{Error, devices};
use model::event::EventKind;
use store::Store;
use store::keys::MasterKey;

#[tokio::test]
async fn the_gate_lets_in_who_has_the_key() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let device = devices::create(&context, new_device("room-1")).await.unwrap();
    let key = devices::key(&context, "room-1").await.unwrap();
    let scope = context.workspace.scope.clone();
    let user_name = format!("{scope}/room-1");
    let admitted = async || Admission::Device {
        workspace: context.workspace.id,
        device: device.id,
        scope: scope.clone(),
        external_id: "room-1".into(),
        proof: gate::proof(&ground.homeport, &scope, "room-1").await.unwrap().expect("a proof"),
    };
    let ask = |user_name: String, password: String| {
        let homeport = &ground.homeport;
        async move { gate::authenticate(homeport, &user_name, password.as_bytes()).await.unwrap() }
    };
    let first = admitted().await;
    assert_eq!(ask(user_name.clone(), key.clone()).await, first);
    let known = Some((context.workspace.id, device.id));
    for wrong in [String::new(), key[..43].into(), format!("{key} "), "x".repeat(44)] {
        assert_eq!(ask(user_name.clone(), wrong).await, Admission::Refused { known });
    }
    let (_, elsewhere) = ground.stranger().await;
    for nobody in [
        format!("{}/room-1", elsewhere.workspace.scope),
        format!("{scope}/room-2"),
        format!("{scope}/ROOM-1"),
        format!("{scope}/room-1/"),
        format!("{}/room-1", scope.to_lowercase()),
        "room-1".into(),
        String::new(),
        format!("{scope}/%"),
    ] {
        assert_eq!(ask(nobody.clone(), key.clone()).await, Admission::Refused { known: None }, "{nobody}");
    }

    let rotated = devices::rotate_key(&context, "room-1").await.unwrap();
    assert_eq!(ask(user_name.clone(), key).await, Admission::Refused { known });
    assert_eq!(ask(user_name.clone(), rotated.clone()).await, admitted().await);
    assert_ne!(admitted().await, first, "another key is another proof");
    devices::delete(&context, "room-1").await.unwrap();
    assert_eq!(gate::proof(&ground.homeport, &scope, "room-1").await.unwrap(), None);
    assert_eq!(ask(user_name, rotated).await, Admission::Refused { known: None });
}

#[tokio::test]
async fn two_workspaces_may_have_devices_of_one_id() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let (_, elsewhere) = ground.stranger().await;
    devices::create(&context, new_device("room-1")).await.unwrap();
    devices::create(&elsewhere, new_device("room-1")).await.unwrap();
    let key = devices::key(&elsewhere, "room-1").await.unwrap();
    let own = format!("{}/room-1", elsewhere.workspace.scope);
    let foreign = format!("{}/room-1", context.workspace.scope);
    let admitted = gate::authenticate(&ground.homeport, &own, key.as_bytes()).await.unwrap();
    assert!(matches!(admitted, Admission::Device { workspace, .. } if workspace == elsewhere.workspace.id));
    let refused = gate::authenticate(&ground.homeport, &foreign, key.as_bytes()).await.unwrap();
    assert!(
        matches!(refused, Admission::Refused { known: Some((workspace, _)) } if workspace == context.workspace.id)
    );
}

#[tokio::test]
async fn what_happens_at_the_gate_stands_in_the_device_s_log() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    devices::create(&context, new_device("room-1")).await.unwrap();
    let scope = context.workspace.scope.clone();
    for _ in 0..3 {
        gate::log(&ground.homeport, &scope, "room-1", EventKind::SignInRefused, "Wrong key.").await.unwrap();
    }
    for (scope, device) in
        [(scope.as_str(), "room-2"), ("0neNOBODY", "room-1"), ("", ""), (scope.as_str(), "\0")]
    {
        gate::log(&ground.homeport, scope, device, EventKind::SignInRefused, "Wrong key.").await.unwrap();
    }
    let log = devices::events(&context, "room-1").await.unwrap();
    assert_eq!((log.len(), log[0].kind, log[0].count), (1, EventKind::SignInRefused, 3));
}

#[tokio::test]
async fn another_master_key_is_a_failure_of_ours_and_no_wrong_password() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    devices::create(&context, new_device("room-1")).await.unwrap();
    let store = Store::connect(ground.db.urls(), MasterKey::random().unwrap()).await.unwrap();
    let other = domain::Homeport::new(store, domain::Endpoints::default());
    let user_name = format!("{}/room-1", context.workspace.scope);
    let outcome = gate::authenticate(&other, &user_name, b"x").await;
    assert!(matches!(outcome, Err(Error::SealedElsewhere(device)) if device == "room-1"));
}
