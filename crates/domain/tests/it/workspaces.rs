//! Workspaces, as those who belong to them see them, and as strangers do.

use crate::ground::{Ground, code, problem};
use domain::workspaces;
use model::role::BuiltIn;
use model::{Code, PersonId};

#[tokio::test]
async fn a_stranger_can_t_tell_a_foreign_workspace_from_none() {
    let ground = Ground::new().await;
    let (stranger, _) = ground.stranger().await;
    let foreign = problem(workspaces::open(&ground.homeport, stranger, "plant").await);
    let nobodys = problem(workspaces::open(&ground.homeport, stranger, "no-such").await);
    let nonsense = problem(workspaces::open(&ground.homeport, stranger, "a\0b").await);
    assert_eq!(foreign.code, Code::NotFound);
    assert_eq!((&nobodys, &nonsense), (&foreign, &foreign));
    assert_eq!(code(workspaces::open(&ground.homeport, PersonId(999), "plant").await), Code::SignedOut);
    let context = ground.context().await;
    assert_eq!((context.workspace.slug.as_str(), &context.role), ("plant", &BuiltIn::Administrator.role()));
    assert!(matches!(&context.actor, domain::Actor::Person(person) if person.id == ground.ada.id));
}

#[tokio::test]
async fn names_may_be_alike_but_addresses_and_scopes_differ() {
    let ground = Ground::new().await;
    let create = |name: &'static str| workspaces::create(&ground.homeport, ground.ada.id, name);
    let second = create(" Plant ").await.unwrap();
    let third = create("PLANT").await.unwrap();
    let unspeakable = create("日本").await.unwrap();
    assert_eq!((second.slug.as_str(), third.slug.as_str()), ("plant-2", "plant-3"));
    assert_eq!((second.name.as_str(), unspeakable.slug.as_str()), ("Plant", "workspace"));
    assert_ne!(second.scope, third.scope);
    for workspace in [&second, &third] {
        let (head, tail) = workspace.scope.split_at(3);
        assert_eq!((head, tail.len()), ("0ne", 8));
        assert!(tail.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()), "{tail}");
    }
    assert!(problem(create(" ").await).of_field("name").is_some());
    assert_eq!(workspaces::memberships(&ground.homeport, ground.ada.id).await.unwrap().len(), 4);
    assert_eq!(code(workspaces::create(&ground.homeport, PersonId(999), "x").await), Code::SignedOut);
}

#[tokio::test]
async fn a_new_name_keeps_the_address() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let renamed = workspaces::rename(&context, "Works").await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.slug.as_str()), ("Works", "plant"));
    assert_eq!(ground.context().await.workspace.name, "Works");
    assert!(problem(workspaces::rename(&context, "a\nb").await).of_field("name").is_some());
}
