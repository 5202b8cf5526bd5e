//! What whoever runs the server may do.

use crate::ground::{Ground, HERE, code, new_device, problem};
use domain::gate::{self, Admission, Proof};
use domain::{devices, people, provision, tokens, workspaces};
use model::Code;
use model::event::EventKind;
use model::role::BuiltIn;
use model::token::NewApiToken;
use store::{Notice, Notices};

#[tokio::test]
async fn people_are_made_found_and_given_passwords() {
    let ground = Ground::new().await;
    let homeport = &ground.homeport;
    let bob = provision::person(homeport, "Bob", "Bob@example.com", "a long sentence").await.unwrap();
    assert_eq!(provision::find_person(homeport, "bob@example.com").await.unwrap(), Some(bob.clone()));
    assert_eq!(provision::find_person(homeport, "cyd@example.com").await.unwrap(), None);
    let taken = problem(provision::person(homeport, "Bob", "bob@example.com", "a long sentence").await);
    assert_eq!(taken.code, Code::Taken);
    assert!(taken.of_field("email").is_some());
    provision::set_password(homeport, bob.id, "another sentence").await.unwrap();
    people::sign_in(homeport, "bob@example.com", "another sentence", HERE).await.unwrap();
    assert!(problem(provision::set_password(homeport, bob.id, "short").await).of_field("password").is_some());
}

#[tokio::test]
async fn retention_has_its_bounds() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    provision::set_retention(&context, 1096).await.unwrap();
    for bad in [0, -1, i32::MAX] {
        assert!(problem(provision::set_retention(&context, bad).await).of_field("retention_days").is_some());
    }
    assert_eq!(ground.context().await.workspace.retention_days, 1096);
}

#[tokio::test]
async fn a_disabled_workspace_lets_nobody_in_and_strangers_learn_nothing() {
    let ground = Ground::new().await;
    let (homeport, context) = (&ground.homeport, ground.context().await);
    let new = NewApiToken {
        id: "ci".into(),
        name: String::new(),
        role: BuiltIn::Viewer.into(),
        organization: None,
        expires_ms: None,
    };
    let token = tokens::create(&context, new).await.unwrap();
    devices::create(&context, new_device("room-1")).await.unwrap();
    let key = devices::key(&context, "room-1").await.unwrap();
    let user = format!("{}/room-1", context.workspace.scope);
    let admission =
        async || gate::authenticate(homeport, &user, Proof::Password(key.as_bytes())).await.unwrap();
    let mut notices = Notices::new(ground.db.urls());
    assert_eq!(notices.next().await, Notice::Listening);
    let (stranger, elsewhere) = ground.stranger().await;

    assert!(provision::set_disabled(homeport, "plant", true).await.unwrap().disabled);
    let workspace = context.workspace.id;
    assert_eq!(notices.next().await, Notice::CutOffWorkspace { workspace });
    assert_eq!(code(workspaces::open(homeport, ground.ada.id, "plant").await), Code::WorkspaceDisabled);
    assert_eq!(code(tokens::open(homeport, &token.secret).await), Code::WorkspaceDisabled);
    assert_eq!(code(workspaces::open(homeport, stranger, "plant").await), Code::NotFound);
    assert!(matches!(admission().await, Admission::Disabled { .. }));
    let wrong = gate::authenticate(homeport, &user, Proof::Password(b"x")).await.unwrap();
    assert!(matches!(wrong, Admission::Refused { .. }), "who has no key isn't told: {wrong:?}");
    assert!(gate::proofs(homeport, &context.workspace.scope, "room-1").await.unwrap().is_empty());
    workspaces::open(homeport, stranger, &elsewhere.workspace.slug).await.unwrap();

    assert!(!provision::set_disabled(homeport, "plant", false).await.unwrap().disabled);
    workspaces::open(homeport, ground.ada.id, "plant").await.unwrap();
    tokens::open(homeport, &token.secret).await.unwrap();
    assert!(matches!(admission().await, Admission::Device { .. }));
    assert_eq!(code(provision::set_disabled(homeport, "nowhere", true).await), Code::NotFound);
}

#[tokio::test]
async fn a_program_that_plays_a_device_is_no_line_in_its_log() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let played = provision::simulated_device(&context, new_device("played")).await.unwrap();
    assert!(played.simulated && !devices::create(&context, new_device("real")).await.unwrap().simulated);
    let key = provision::device_key(&context, "played").await.unwrap();
    assert!(devices::events(&context, "played").await.unwrap().is_empty());
    assert_eq!(devices::key(&context, "played").await.unwrap(), key);
    assert_eq!(devices::events(&context, "played").await.unwrap()[0].kind, EventKind::KeyShown);
    let (_, elsewhere) = ground.stranger().await;
    assert_eq!(code(provision::device_key(&elsewhere, "played").await), Code::NotFound);
}
