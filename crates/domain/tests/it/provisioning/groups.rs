//! Groups and their keys.

use super::{at_hub, by_key, derived, is_in};
use crate::ground::{Ground, code, problem};
use domain::gate::{self, Admission};
use domain::provisioning::groups;
use model::Code;
use model::certificate::Place;
use model::enrolment::{GroupKind, GroupPatch, KeyPair, NewGroup, USUAL_GROUP};
use model::role::BuiltIn;
use store::{Notice, Notices};

#[tokio::test]
async fn a_workspace_begins_with_one_and_it_stays_deleted() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let (one, other) = tokio::join!(groups::list(&context), groups::list(&context));
    assert_eq!((one.unwrap().len(), other.unwrap().len()), (1, 1));
    let usual = groups::get(&context, USUAL_GROUP).await.unwrap();
    assert!(usual.enabled && usual.kind == GroupKind::SymmetricKey && usual.certificates.is_empty());
    let keys = groups::keys(&context, USUAL_GROUP).await.unwrap();
    assert_ne!(keys.primary, keys.secondary);
    groups::delete(&context, USUAL_GROUP).await.unwrap();
    assert!(groups::list(&context).await.unwrap().is_empty());
    assert_eq!(code(groups::keys(&context, USUAL_GROUP).await), Code::NotFound);
}

#[tokio::test]
async fn they_are_made_changed_and_kept_from_others() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let bring = KeyPair { primary: "A".repeat(43) + "=", secondary: "B".repeat(42) + "8=" };
    let new = NewGroup { keys: Some(bring.clone()), ..NewGroup::named("Line 7", GroupKind::SymmetricKey) };
    let made = groups::create(&context, &new).await.unwrap();
    assert_eq!((made.id.as_str(), made.devices, made.revision), ("line-7", 0, 1));
    assert_eq!(groups::keys(&context, "line-7").await.unwrap(), bring);
    assert!(problem(groups::create(&context, &new).await).of_field("id").is_some(), "taken");
    let bad = KeyPair { primary: "x".into(), ..bring };
    let new = NewGroup { keys: Some(bad), ..NewGroup::named("Line 8", GroupKind::SymmetricKey) };
    assert!(problem(groups::create(&context, &new).await).of_field("primaryKey").is_some());
    let patch = GroupPatch { name: Some(" Line seven ".into()), ..GroupPatch::default() };
    let after = groups::update(&context, "line-7", patch).await.unwrap();
    assert_eq!((after.name.as_str(), after.enabled, after.revision), ("Line seven", true, 2));

    let (_, elsewhere) = ground.stranger().await;
    assert_eq!(code(groups::get(&elsewhere, "line-7").await), Code::NotFound);
    assert_eq!(code(groups::delete(&elsewhere, "line-7").await), Code::NotFound);
    assert_eq!(code(groups::keys(&elsewhere, "line-7").await), Code::NotFound);
    for role in [BuiltIn::Operator, BuiltIn::Viewer] {
        let lesser = ground.as_role(role).await;
        assert_eq!(code(groups::list(&lesser).await), Code::NotAllowed, "{role:?}");
    }
    assert!(groups::list(&ground.as_role(BuiltIn::Builder).await).await.is_ok());
    for nobody in ["", "a/b", "LINE-7", "\0"] {
        assert_eq!(code(groups::get(&context, nobody).await), Code::NotFound, "{nobody:?}");
    }
}

#[tokio::test]
async fn what_revokes_a_group_is_told_and_changes_what_counts() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let mut notices = Notices::new(ground.db.urls());
    assert_eq!(notices.next().await, Notice::Listening);
    let key = derived(&context, "pump").await;
    by_key(&ground, &context, "pump", &key, None).await.unwrap();
    let proof = async |key: &str| match at_hub(&ground, &context, "pump", key).await {
        Admission::Device { proof, .. } => proof,
        other => panic!("{other:?}"),
    };
    let standing = async || gate::proofs(&ground.homeport, &context.workspace.scope, "pump").await.unwrap();
    let first = proof(&key).await;
    assert!(standing().await.contains(&first));
    let again = Notice::LookAgain { workspace: context.workspace.id };

    groups::rotate_key(&context, USUAL_GROUP, Place::Secondary).await.unwrap();
    assert_eq!(notices.next().await, again);
    groups::rotate_key(&context, USUAL_GROUP, Place::Primary).await.unwrap();
    assert_eq!(notices.next().await, again);
    assert!(!standing().await.contains(&first));
    assert!(!is_in(&at_hub(&ground, &context, "pump", &key).await));

    let key = derived(&context, "pump").await;
    let second = proof(&key).await;
    assert!(standing().await.contains(&second));
    let patch = GroupPatch { enabled: Some(false), ..GroupPatch::default() };
    groups::update(&context, USUAL_GROUP, patch.clone()).await.unwrap();
    assert_eq!(notices.next().await, again);
    assert!(!standing().await.contains(&second));
    groups::update(&context, USUAL_GROUP, GroupPatch { enabled: Some(true), ..patch }).await.unwrap();
    assert!(standing().await.contains(&second));
    groups::delete(&context, USUAL_GROUP).await.unwrap();
    assert_eq!(notices.next().await, again);
    assert!(!standing().await.contains(&second) && !standing().await.is_empty(), "the device stays");
}
