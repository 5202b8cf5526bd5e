//! Who may connect as a device.

use crate::certificates::{certificate, thumbprint};
use crate::ground::{Ground, new_device};
use domain::gate::{self, Admission, Proof, Wrong};
use domain::{Error, certificates, devices};
use model::certificate::Place;
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
        proof: gate::proofs(&ground.homeport, &scope, "room-1").await.unwrap()[0],
        until_ms: None,
    };
    let ask = |user_name: String, password: String| {
        let homeport = &ground.homeport;
        async move {
            gate::authenticate(homeport, &user_name, Proof::Password(password.as_bytes())).await.unwrap()
        }
    };
    let first = admitted().await;
    assert_eq!(ask(user_name.clone(), key.clone()).await, first);
    let known = Some((context.workspace.id, device.id));
    for wrong in [String::new(), key[..43].into(), format!("{key} "), "x".repeat(44)] {
        assert_eq!(ask(user_name.clone(), wrong).await, Admission::Refused { known, why: Wrong::Key });
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
        assert_eq!(
            ask(nobody.clone(), key.clone()).await,
            Admission::Refused { known: None, why: Wrong::Missing },
            "{nobody}"
        );
    }

    let rotated = devices::rotate_key(&context, "room-1").await.unwrap();
    assert_eq!(ask(user_name.clone(), key).await, Admission::Refused { known, why: Wrong::Key });
    assert_eq!(ask(user_name.clone(), rotated.clone()).await, admitted().await);
    assert_ne!(admitted().await, first, "another key is another proof");

    let blocked = devices::set_blocked(&context, "room-1", true).await.unwrap();
    assert!(blocked.blocked && devices::get(&context, "room-1").await.unwrap().blocked);
    let shut_out = Admission::Blocked { workspace: context.workspace.id, device: device.id };
    assert_eq!(ask(user_name.clone(), rotated.clone()).await, shut_out);
    // Who doesn't hold the key isn't even told that the device is blocked.
    assert_eq!(ask(user_name.clone(), "x".into()).await, Admission::Refused { known, why: Wrong::Key });
    assert!(gate::proofs(&ground.homeport, &scope, "room-1").await.unwrap().is_empty());
    assert!(!devices::set_blocked(&context, "room-1", false).await.unwrap().blocked);
    assert_eq!(ask(user_name.clone(), rotated.clone()).await, admitted().await);

    devices::delete(&context, "room-1").await.unwrap();
    assert!(gate::proofs(&ground.homeport, &scope, "room-1").await.unwrap().is_empty());
    assert_eq!(ask(user_name, rotated).await, Admission::Refused { known: None, why: Wrong::Missing });
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
    let admitted = gate::authenticate(&ground.homeport, &own, Proof::Password(key.as_bytes())).await.unwrap();
    assert!(matches!(admitted, Admission::Device { workspace, .. } if workspace == elsewhere.workspace.id));
    let refused =
        gate::authenticate(&ground.homeport, &foreign, Proof::Password(key.as_bytes())).await.unwrap();
    assert!(
        matches!(refused, Admission::Refused { known: Some((workspace, _)), .. } if workspace == context.workspace.id)
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
    let outcome = gate::authenticate(&other, &user_name, Proof::Password(b"x")).await;
    assert!(matches!(outcome, Err(Error::SealedElsewhere(device)) if device == "room-1"));
}

#[tokio::test]
async fn a_certificate_of_the_device_s_is_proof_enough() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let (_, elsewhere) = ground.stranger().await;
    for context in [&context, &elsewhere] {
        devices::create(context, new_device("pump")).await.unwrap();
    }
    let (der, pem) = certificate(2020, 4000);
    let user_name = format!("{}/pump", context.workspace.scope);
    let ask = async |user_name: &str, der: &[u8]| {
        gate::authenticate(&ground.homeport, user_name, Proof::Certificate(der)).await.unwrap()
    };
    let is_wrong = |admission: &Admission| {
        matches!(admission, Admission::Refused { known: Some(_), why: Wrong::Certificate(_) })
    };
    assert!(is_wrong(&ask(&user_name, &der).await), "nobody has said that it is the pump's");

    let set = certificates::set(&context, "pump", Place::Secondary, &pem).await.unwrap();
    assert_eq!((set.len(), set[0].place), (1, Place::Secondary));
    assert!(
        matches!(ask(&user_name, &der).await, Admission::Device { external_id, .. } if external_id == "pump")
    );
    // Neither another certificate, nor another workspace's device of the same name.
    assert!(is_wrong(&ask(&user_name, &certificate(2020, 4000).0).await));
    assert!(is_wrong(&ask(&format!("{}/pump", elsewhere.workspace.scope), &der).await));

    assert!(certificates::remove(&context, "pump", Place::Secondary).await.unwrap().is_empty());
    assert!(is_wrong(&ask(&user_name, &der).await));
}

#[tokio::test]
async fn a_certificate_is_good_in_its_time_only() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    devices::create(&context, new_device("pump")).await.unwrap();
    let user_name = format!("{}/pump", context.workspace.scope);
    for (from, to, said) in
        [(2010, 2020, "ran out on 2020-01-01"), (3000, 4000, "not valid before 3000-01-01")]
    {
        let (der, _) = certificate(from, to);
        // A thumbprint says nothing of dates.
        let thumbprint = thumbprint(&der);
        certificates::set(&context, "pump", Place::Primary, &thumbprint).await.unwrap();
        let admission =
            gate::authenticate(&ground.homeport, &user_name, Proof::Certificate(&der)).await.unwrap();
        let Admission::Refused { why, .. } = admission else { panic!("{admission:?}") };
        assert!(why.to_string().contains(said), "{why}");
    }
}
