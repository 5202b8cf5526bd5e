//! Devices that come by themselves: by groups of keys and of certificates, approved or waiting, and what revokes them.

mod attestations;
mod certificates;
mod groups;

use crate::ground::{Ground, new_device};
use domain::gate::{self, Admission, Hub, Wrong};
use domain::provisioning::{
    Proof, Refusal, Registered, Registration, Status, approvals, groups as group, register,
};
use domain::{Context, devices, provision, relationships, templates};
use model::certificate::Place;
use model::dtdl::Document;
use model::enrolment::{GroupPatch, USUAL_GROUP};
use model::event::EventKind;
use model::sas::{self, Token};
use serde_json::{Value, json};

/// Some moment in 2026, in milliseconds.
pub(crate) const NOW: i64 = 1_790_000_000_000;

/// A token for a resource that this key, base64, has signed, good until the year 2100.
pub(crate) fn token(key: &str, resource: &str) -> Token {
    token_until(key, resource, 4_102_444_800)
}

pub(crate) fn token_until(key: &str, resource: &str, expires_s: u64) -> Token {
    Token::parse(&sas::sign(&sas::key_bytes(key).unwrap(), resource, expires_s)).unwrap()
}

/// Registers by a key, as the device's SDK would.
pub(crate) async fn by_key(
    ground: &Ground,
    context: &Context,
    id: &str,
    key: &str,
    payload: Option<Value>,
) -> Result<Registered, Refusal> {
    let scope = &context.workspace.scope;
    let token = token(key, &format!("{scope}/registrations/{id}"));
    let proof = Proof::Sas(&token);
    let asked = Registration {
        scope,
        registration_id: id,
        proof,
        payload: payload.as_ref(),
        from: None,
        now_ms: NOW,
    };
    register(&ground.homeport, asked).await
}

/// The key of this device in the usual group.
pub(crate) async fn derived(context: &Context, id: &str) -> String {
    group::list(context).await.unwrap();
    sas::derive(&group::keys(context, USUAL_GROUP).await.unwrap().primary, id).unwrap()
}

/// Whether the hub lets it in by this key.
pub(crate) async fn at_hub(ground: &Ground, context: &Context, id: &str, key: &str) -> Admission {
    let token = token(key, &format!("hub.example.com/devices/{id}"));
    gate::sign_in_sas(&ground.homeport, Hub::Scope(&context.workspace.scope.to_lowercase()), id, &token)
        .await
        .unwrap()
}

pub(crate) fn is_in(admission: &Admission) -> bool {
    matches!(admission, Admission::Device { .. })
}

#[tokio::test]
async fn a_device_is_made_at_its_first_contact_and_signs_in() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let key = derived(&context, "Pump-1").await;
    assert!(!is_in(&at_hub(&ground, &context, "Pump-1", &key).await), "it has not registered");
    let first = by_key(&ground, &context, "Pump-1", &key, None).await.unwrap();
    assert_eq!((first.device_id.as_str(), first.status), ("Pump-1", Status::Assigned));
    assert_eq!((first.created_ms, first.scope.as_str()), (NOW, context.workspace.scope.as_str()));
    let device = devices::get(&context, "Pump-1").await.unwrap();
    assert!(device.approved && device.template.is_none() && device.group.as_deref() == Some(USUAL_GROUP));
    assert!(is_in(&at_hub(&ground, &context, "Pump-1", &key).await));

    // Again, and by the other key: the same device.
    let other = sas::derive(&group::keys(&context, USUAL_GROUP).await.unwrap().secondary, "Pump-1").unwrap();
    assert_eq!(by_key(&ground, &context, "Pump-1", &other, None).await.unwrap().created_ms, NOW);
    assert_eq!(devices::get(&context, "Pump-1").await.unwrap().id, device.id);
    assert!(is_in(&at_hub(&ground, &context, "Pump-1", &other).await));
    // Ids are told apart by the letter.
    by_key(&ground, &context, "PUMP-1", &derived(&context, "PUMP-1").await, None).await.unwrap();
    assert_ne!(devices::get(&context, "PUMP-1").await.unwrap().id, device.id);

    let log = devices::events(&context, "Pump-1").await.unwrap();
    let told = log.iter().filter(|line| line.kind == EventKind::Provisioned);
    assert_eq!(
        told.map(|line| (line.count, line.text.contains(USUAL_GROUP))).collect::<Vec<_>>(),
        [(1, true)]
    );
    assert_eq!(
        devices::key(&context, "Pump-1").await.unwrap(),
        key,
        "what it connects with is what people are shown"
    );
}

#[tokio::test]
async fn what_proves_nothing_makes_nothing() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let (_, elsewhere) = ground.stranger().await;
    let key = derived(&context, "pump").await;
    let foreign = derived(&elsewhere, "pump").await;
    let group_key = group::keys(&context, USUAL_GROUP).await.unwrap().primary;
    for (id, key) in [("pump", &foreign), ("pump2", &key), ("pump", &group_key)] {
        let refused = by_key(&ground, &context, id, key, None).await.unwrap_err();
        assert_eq!((refused.error_code(), refused.to_string().as_str()), (401_002, "Unauthorized"), "{id}");
    }
    let scope = context.workspace.scope.clone();
    for (scope, id, resource) in [
        (&*scope, "pump", format!("{scope}/registrations/other")),
        (&*scope, "pump", format!("{scope}/devices/pump")),
        ("0neNOBODY", "pump", "0neNOBODY/registrations/pump".to_owned()),
        (&*scope.to_lowercase(), "pump", format!("{}/registrations/pump", scope.to_lowercase())),
        (&*scope, "a/b", format!("{scope}/registrations/a/b")),
    ] {
        let token = token(&key, &resource);
        let proof = Proof::Sas(&token);
        let asked =
            Registration { scope, registration_id: id, proof, payload: None, from: None, now_ms: NOW };
        assert!(register(&ground.homeport, asked).await.is_err(), "{resource}");
    }
    let old = token_until(&key, &format!("{scope}/registrations/pump"), 1_700_000_000);
    let asked = Registration {
        scope: &scope,
        registration_id: "pump",
        proof: Proof::Sas(&old),
        payload: None,
        from: None,
        now_ms: NOW,
    };
    assert!(matches!(register(&ground.homeport, asked).await, Err(Refusal::WrongKey)));
    let query = model::device::DeviceQuery { limit: 10, ..Default::default() };
    assert_eq!(devices::list(&context, query).await.unwrap().total, 0);
}

#[tokio::test]
async fn a_model_becomes_the_template_and_an_unknown_one_is_told() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let text = json!({"@context": "dtmi:dtdl:context;2", "@id": "dtmi:com:example:Pump;1", "@type": "Interface",
        "displayName": "Pump", "contents": []});
    let document = Document::parse(&text.to_string()).unwrap();
    let template = templates::import(&context, &document.to_text()).await.unwrap();
    let model = Some(json!({"modelId": "dtmi:com:example:Pump;1"}));
    let template_of =
        async |id: &str| devices::get(&context, id).await.unwrap().template.map(|(_, name)| name);

    let key = derived(&context, "early").await;
    by_key(&ground, &context, "early", &key, model.clone()).await.unwrap();
    assert_eq!(template_of("early").await, None, "it isn't published");
    let log = devices::events(&context, "early").await.unwrap();
    assert!(
        log.iter()
            .any(|line| line.text.contains("dtmi:com:example:Pump;1") && line.text.contains("unassigned"))
    );

    templates::publish(&context, template.id, false).await.unwrap();
    for (id, payload) in [
        ("early", model.clone()),
        ("new", model),
        ("old", Some(json!({"iotcModelId": "dtmi:com:example:Pump;1"}))),
    ] {
        let key = derived(&context, id).await;
        let answer = by_key(&ground, &context, id, &key, payload).await.unwrap();
        assert_eq!(
            (answer.template.as_deref(), template_of(id).await.as_deref()),
            (Some("Pump"), Some("Pump")),
            "{id}"
        );
    }
    for payload in [json!({"modelId": 7}), json!("x"), json!({"modelId": ""}), json!(null)] {
        let key = derived(&context, "plain").await;
        by_key(&ground, &context, "plain", &key, Some(payload)).await.unwrap();
    }
    assert_eq!(template_of("plain").await, None);
}

#[tokio::test]
async fn without_auto_approval_a_device_waits() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    approvals::set_auto_approve(&context, false).await.unwrap();
    let (one, two) = (derived(&context, "one").await, derived(&context, "two").await);
    for (id, key) in [("one", &one), ("two", &two)] {
        let answer = by_key(&ground, &context, id, key, None).await.unwrap();
        assert_eq!(answer.status, Status::Assigning);
        assert!(matches!(at_hub(&ground, &context, id, key).await, Admission::Waiting { .. }));
    }
    assert_eq!(approvals::settings(&context).await.unwrap().waiting, 2);
    let waiting = model::device::DeviceQuery { limit: 10, waiting: Some(true), ..Default::default() };
    assert_eq!(devices::list(&context, waiting.clone()).await.unwrap().matching, 2);

    assert_eq!(approvals::approve(&context, &["one".into(), "one".into()]).await.unwrap(), 1);
    assert_eq!(approvals::reject(&context, &["two".into()]).await.unwrap(), 1);
    assert_eq!(devices::list(&context, waiting).await.unwrap().matching, 0);
    assert_eq!(by_key(&ground, &context, "one", &one, None).await.unwrap().status, Status::Assigned);
    assert!(is_in(&at_hub(&ground, &context, "one", &one).await));
    let refused = by_key(&ground, &context, "two", &two, None).await.unwrap_err();
    assert!(matches!(&refused, Refusal::Disabled(text) if text.contains("blocked")), "{refused}");

    let unknown = approvals::approve(&context, &["one".into(), "nobody".into()]).await.unwrap_err();
    assert_eq!(unknown.problem().code, model::Code::NotFound);
    let (_, elsewhere) = ground.stranger().await;
    let foreign = approvals::approve(&elsewhere, &["one".into()]).await.unwrap_err();
    assert_eq!(foreign.problem().code, model::Code::NotFound);
}

#[tokio::test]
async fn what_is_shut_lets_nobody_in() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let key = derived(&context, "pump").await;
    by_key(&ground, &context, "pump", &key, None).await.unwrap();
    let enabled = async |enabled: bool| {
        let patch = GroupPatch { enabled: Some(enabled), ..GroupPatch::default() };
        group::update(&context, USUAL_GROUP, patch).await.unwrap();
    };
    enabled(false).await;
    for id in ["pump", "other"] {
        let refused = by_key(&ground, &context, id, &derived(&context, id).await, None).await.unwrap_err();
        assert!(matches!(&refused, Refusal::Disabled(text) if text.contains(USUAL_GROUP)), "{refused}");
    }
    assert!(!is_in(&at_hub(&ground, &context, "pump", &key).await));
    enabled(true).await;
    assert!(is_in(&at_hub(&ground, &context, "pump", &key).await));

    devices::set_blocked(&context, "pump", true).await.unwrap();
    assert!(matches!(by_key(&ground, &context, "pump", &key, None).await, Err(Refusal::Disabled(_))));
    assert!(matches!(at_hub(&ground, &context, "pump", &key).await, Admission::Blocked { .. }));
    devices::set_blocked(&context, "pump", false).await.unwrap();

    provision::set_device_limit(&context, Some(1)).await.unwrap();
    let second = derived(&context, "second").await;
    assert!(matches!(by_key(&ground, &context, "second", &second, None).await, Err(Refusal::Full)));
    by_key(&ground, &context, "pump", &key, None).await.unwrap();
    provision::set_device_limit(&context, None).await.unwrap();

    provision::set_disabled(&ground.homeport, "plant", true).await.unwrap();
    assert!(matches!(by_key(&ground, &context, "pump", &key, None).await, Err(Refusal::Suspended)));
    assert!(matches!(at_hub(&ground, &context, "pump", &key).await, Admission::Disabled { .. }));
}

#[tokio::test]
async fn a_hub_without_a_scope_finds_the_workspace_by_the_signature() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let (_, elsewhere) = ground.stranger().await;
    let mut keys = Vec::new();
    for context in [&context, &elsewhere] {
        let key = derived(context, "pump").await;
        by_key(&ground, context, "pump", &key, None).await.unwrap();
        keys.push((context.workspace.id, key));
    }
    for (expected, key) in keys {
        let token = token(&key, "hub.example.com/devices/pump");
        let admission = gate::sign_in_sas(&ground.homeport, Hub::Any, "pump", &token).await.unwrap();
        assert!(
            matches!(admission, Admission::Device { workspace, until_ms: Some(_), .. } if workspace == expected)
        );
    }
    let wrong = token(&derived(&context, "other").await, "hub.example.com/devices/pump");
    let refused = gate::sign_in_sas(&ground.homeport, Hub::Any, "pump", &wrong).await.unwrap();
    assert_eq!(refused, Admission::Refused { known: None, why: Wrong::Key });
}

#[tokio::test]
async fn a_native_device_may_show_a_token_or_the_key_of_its_group() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let scope = context.workspace.scope.clone();
    devices::create(&context, new_device("room-1")).await.unwrap();
    let own = devices::key(&context, "room-1").await.unwrap();
    let derived = derived(&context, "room-1").await;
    let user_name = format!("{scope}/room-1");
    let ask = async |password: &str| {
        gate::authenticate(&ground.homeport, &user_name, gate::Proof::Password(password.as_bytes()))
            .await
            .unwrap()
    };
    let sign =
        |key: &str, resource: &str, until: u64| sas::sign(&sas::key_bytes(key).unwrap(), resource, until);
    let resource = format!("{scope}/devices/room-1");
    let until = 4_102_444_800;
    assert!(is_in(&ask(&sign(&own, &resource, until)).await));
    assert!(matches!(
        ask(&sign(&own, &resource, until)).await,
        Admission::Device { until_ms: Some(4_102_444_800_000), .. }
    ));
    for bad in [
        sign(&own, &format!("{scope}/devices/room-2"), until),
        sign(&own, &resource, 1_700_000_000),
        "SharedAccessSignature sr=x".to_owned(),
    ] {
        assert!(matches!(ask(&bad).await, Admission::Refused { why: Wrong::Token(_), .. }), "{bad}");
    }
    // Made by hand, it comes by the group all the same, and belongs to it from then on.
    assert!(is_in(&ask(&derived).await));
    assert_eq!(devices::get(&context, "room-1").await.unwrap().group.as_deref(), Some(USUAL_GROUP));
    assert!(is_in(&ask(&own).await), "and its own key goes on working");
    group::rotate_key(&context, USUAL_GROUP, Place::Primary).await.unwrap();
    assert!(!is_in(&ask(&derived).await));
}

#[tokio::test]
async fn a_device_is_put_behind_the_gateway_that_it_names() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    devices::create(&context, new_device("gateway")).await.unwrap();
    let enrol = async |id: &str, gateway: &str| {
        let payload = json!({"iotcGateway": {"iotcGatewayId": gateway}});
        by_key(&ground, &context, id, &derived(&context, id).await, Some(payload)).await.unwrap();
        let parent = relationships::family(&context, id).await.unwrap().parent;
        let log = devices::events(&context, id).await.unwrap();
        (parent.map(|parent| parent.external_id), log.into_iter().map(|line| line.text).collect::<Vec<_>>())
    };
    assert_eq!(enrol("sensor", "gateway").await.0.as_deref(), Some("gateway"));
    // Again: nothing more happens. A second gateway doesn't take it from the first.
    assert_eq!(enrol("sensor", "gateway").await.0.as_deref(), Some("gateway"));
    let (parent, log) = enrol("sensor", "sensor-2").await;
    assert_eq!(parent.as_deref(), Some("gateway"));
    assert!(log.iter().any(|text| text.contains("“sensor-2”, which nobody is")), "{log:?}");
    // Nor does it stand behind itself.
    let (parent, log) = enrol("loner", "loner").await;
    assert_eq!(parent, None);
    assert!(log.iter().any(|text| text.contains("stands before “loner” already")), "{log:?}");
}
