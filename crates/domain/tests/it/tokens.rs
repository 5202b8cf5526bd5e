//! API tokens: who may make them, what they open, and when they no longer do.

use crate::ground::{Ground, code, new_device, problem};
use domain::{devices, tokens};
use model::Code;
use model::event::EventKind;
use model::role::BuiltIn;
use model::token::NewApiToken;

fn new(id: &str, role: BuiltIn) -> NewApiToken {
    NewApiToken {
        id: id.into(),
        name: format!("Token {id}"),
        role: role.into(),
        organization: None,
        expires_ms: None,
    }
}

#[tokio::test]
async fn a_token_opens_its_workspace_with_its_role_until_it_is_revoked() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    let fresh = tokens::create(&ada, new("ci", BuiltIn::Operator)).await.unwrap();
    assert_eq!(fresh.token.created_by, "Ada (ada@example.com)");
    assert_eq!(fresh.token.last_used_ms, None);

    let program = tokens::open(&ground.homeport, &fresh.secret).await.unwrap();
    assert_eq!((program.workspace.id, &program.role), (ada.workspace.id, &BuiltIn::Operator.role()));
    devices::create(&program, new_device("room-1")).await.unwrap();
    devices::key(&program, "room-1").await.unwrap();
    let log = devices::events(&ada, "room-1").await.unwrap();
    assert_eq!((log[0].kind, &*log[0].text), (EventKind::KeyShown, "Shown to the API token “Token ci”."));

    let used = tokens::get(&ada, "ci").await.unwrap().last_used_ms;
    assert!(used.is_some_and(|at| at >= fresh.token.created_ms));
    // The second time within the minute is not written.
    tokens::open(&ground.homeport, &fresh.secret).await.unwrap();
    assert_eq!(tokens::get(&ada, "ci").await.unwrap().last_used_ms, used);

    tokens::revoke(&ada, "ci").await.unwrap();
    let refused = problem(tokens::open(&ground.homeport, &fresh.secret).await);
    assert_eq!((refused.code, refused.sentence()), (Code::SignedOut, "This API token was revoked."));
    assert_eq!(code(tokens::revoke(&ada, "ci").await), Code::NotFound);
    assert_eq!(tokens::list(&ada).await.unwrap(), []);
    // Its id is free again, and the old secret stays worth nothing.
    let second = tokens::create(&ada, new("ci", BuiltIn::Viewer)).await.unwrap();
    assert_eq!(code(tokens::open(&ground.homeport, &fresh.secret).await), Code::SignedOut);
    assert_eq!(tokens::open(&ground.homeport, &second.secret).await.unwrap().role, BuiltIn::Viewer.role());
}

#[tokio::test]
async fn only_administrators_make_them_and_what_is_wrong_is_told() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    for role in [BuiltIn::Builder, BuiltIn::Operator, BuiltIn::Viewer] {
        let context = ground.as_role(role).await;
        assert_eq!(code(tokens::create(&context, new("x", BuiltIn::Viewer)).await), Code::NotAllowed);
        assert_eq!(code(tokens::list(&context).await), Code::NotAllowed);
        assert_eq!(code(tokens::revoke(&context, "x").await), Code::NotAllowed);
    }
    tokens::create(&ada, new("x", BuiltIn::Viewer)).await.unwrap();
    assert!(problem(tokens::create(&ada, new("x", BuiltIn::Viewer)).await).of_field("id").is_some());
    let past = NewApiToken { expires_ms: Some(ada.now_ms), ..new("y", BuiltIn::Viewer) };
    assert!(problem(tokens::create(&ada, past).await).of_field("expires").is_some());
    let unnamed = tokens::create(&ada, new("", BuiltIn::Viewer)).await.unwrap();
    assert_eq!(unnamed.token.id.len(), 10);
    let unknown = problem(tokens::open(&ground.homeport, "hp_nobody").await);
    assert_eq!((unknown.code, unknown.sentence()), (Code::SignedOut, "Nobody has this API token."));
}

#[tokio::test]
async fn one_that_ran_out_is_worth_nothing() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    let end = ada.now_ms + 1_500;
    let short = NewApiToken { expires_ms: Some(end), ..new("short", BuiltIn::Viewer) };
    let fresh = tokens::create(&ada, short).await.unwrap();
    tokens::open(&ground.homeport, &fresh.secret).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1_600)).await;
    let refused = problem(tokens::open(&ground.homeport, &fresh.secret).await);
    assert_eq!((refused.code, refused.sentence()), (Code::SignedOut, "This API token has run out."));
}

#[tokio::test]
async fn a_stranger_s_token_sees_nothing_of_another_workspace() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    devices::create(&ada, new_device("room-1")).await.unwrap();
    tokens::create(&ada, new("ci", BuiltIn::Viewer)).await.unwrap();
    let (_, eve) = ground.stranger().await;
    let fresh = tokens::create(&eve, new("ci", BuiltIn::Administrator)).await.unwrap();
    let program = tokens::open(&ground.homeport, &fresh.secret).await.unwrap();
    assert_eq!(program.workspace.id, eve.workspace.id);
    assert_eq!(code(devices::get(&program, "room-1").await), Code::NotFound);
    assert_eq!(tokens::list(&program).await.unwrap().len(), 1);
    tokens::revoke(&program, "ci").await.unwrap();
    assert_eq!(tokens::list(&ada).await.unwrap().len(), 1, "the other workspace's token of that id stays");
}
