//! The first administrator, signing in, and what people change of themselves.

use crate::ground::{Ground, HERE, PASSWORD, code, homeport, problem, set_up};
use domain::people::{self, SetUp};
use domain::workspaces;
use model::audit::Origin;
use model::person::{Profile, Theme};
use model::{Code, PersonId};
use test_support::TestDb;

#[tokio::test]
async fn the_first_administrator_is_made_once() {
    let db = TestDb::new().await;
    let homeport = homeport(&db);
    assert!(people::needs_set_up(&homeport).await.unwrap());
    let refused = problem(people::set_up(&homeport, SetUp::default()).await);
    assert_eq!(refused.code, Code::Invalid);
    for field in ["name", "email", "password", "workspace"] {
        assert!(refused.of_field(field).is_some(), "{field}");
    }
    let (one, two) = tokio::join!(
        people::set_up(&homeport, set_up("ada@example.com")),
        people::set_up(&homeport, set_up("bob@example.com")),
    );
    let (person, refused) = match (one, two) {
        (Ok(person), refused) | (refused, Ok(person)) => (person, refused),
        _ => panic!("nobody won"),
    };
    assert_eq!(code(refused), Code::AlreadySetUp);
    assert_eq!(code(people::set_up(&homeport, set_up("cyd@example.com")).await), Code::AlreadySetUp);
    assert!(!people::needs_set_up(&homeport).await.unwrap());
    let workspaces = workspaces::memberships(&homeport, person.id).await.unwrap();
    assert_eq!(workspaces.len(), 1);
    assert_eq!(workspaces[0].workspace.slug, "plant");
}

#[tokio::test]
async fn signing_in_tells_nothing_about_who_exists() {
    let ground = Ground::new().await;
    let sign_in = |email: &'static str, password: &'static str| {
        people::sign_in(&ground.homeport, email, password, HERE)
    };
    assert_eq!(sign_in(" Ada@Example.com ", PASSWORD).await.unwrap().id, ground.ada.id);
    let wrong = problem(sign_in("ada@example.com", "wrong").await);
    let unknown = problem(sign_in("nobody@example.com", "wrong").await);
    let nonsense = problem(sign_in("no address at all\0", PASSWORD).await);
    assert_eq!(wrong.code, Code::WrongCredentials);
    assert_eq!((&unknown, &nonsense), (&wrong, &wrong));
    let long = "x".repeat(1_000_000);
    assert_eq!(problem(people::sign_in(&ground.homeport, "ada@example.com", &long, HERE).await), wrong);
}

#[tokio::test]
async fn failures_of_an_address_are_throttled_whether_it_exists_or_not() {
    let ground = Ground::new().await;
    for email in ["ada@example.com", "nobody@example.com"] {
        for from in 0..5 {
            let refused =
                people::sign_in(&ground.homeport, email, "wrong", format!("192.0.2.{from}").as_str()).await;
            assert_eq!(code(refused), Code::WrongCredentials, "{email}");
        }
        let refused = problem(people::sign_in(&ground.homeport, email, "wrong", "192.0.2.99").await);
        assert_eq!(refused.code, Code::TooMany, "{email}");
        assert_eq!(refused.detail.as_deref(), Some("Too many attempts. Try again in 15 minutes."));
    }
    let right = people::sign_in(&ground.homeport, "ada@example.com", PASSWORD, "192.0.2.99").await;
    assert_eq!(code(right), Code::TooMany, "the right password must not be found out meanwhile");
}

#[tokio::test]
async fn the_right_password_clears_the_failures() {
    let ground = Ground::new().await;
    for _ in 0..3 {
        for _ in 0..4 {
            let refused = people::sign_in(&ground.homeport, "ada@example.com", "wrong", HERE).await;
            assert_eq!(code(refused), Code::WrongCredentials);
        }
        people::sign_in(&ground.homeport, "ada@example.com", PASSWORD, HERE).await.unwrap();
    }
}

#[tokio::test]
async fn failures_from_one_place_are_throttled_for_all_addresses() {
    let ground = Ground::new().await;
    for i in 0..30 {
        let refused = people::sign_in(&ground.homeport, &format!("p{i}@example.com"), "wrong", HERE).await;
        assert_eq!(code(refused), Code::WrongCredentials, "{i}");
    }
    let refused = people::sign_in(&ground.homeport, "ada@example.com", PASSWORD, HERE).await;
    assert_eq!(code(refused), Code::TooMany);
    people::sign_in(&ground.homeport, "ada@example.com", PASSWORD, "198.51.100.7").await.unwrap();
}

#[tokio::test]
async fn a_profile_is_checked_and_kept() {
    let ground = Ground::new().await;
    let profile = Profile { name: " Ada L. ".into(), theme: Theme::Dark, time_zone: "Europe/Vienna".into() };
    let person =
        people::update_profile(&ground.homeport, ground.ada.id, profile, &Origin::default()).await.unwrap();
    assert_eq!((person.name.as_str(), person.theme), ("Ada L.", Theme::Dark));
    assert_eq!(people::person(&ground.homeport, ground.ada.id).await.unwrap(), Some(person));
    let bad = Profile { name: " ".into(), theme: Theme::Dark, time_zone: "../etc'".into() };
    let refused = problem(
        people::update_profile(&ground.homeport, ground.ada.id, bad.clone(), &Origin::default()).await,
    );
    assert!(refused.of_field("name").is_some() && refused.of_field("time_zone").is_some());
    let good = Profile { name: "X".into(), time_zone: String::new(), ..bad };
    let nobody = people::update_profile(&ground.homeport, PersonId(999), good, &Origin::default()).await;
    assert_eq!(code(nobody), Code::SignedOut);
    assert_eq!(people::person(&ground.homeport, PersonId(999)).await.unwrap(), None);
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let ground = Ground::new().await;
    let new = "another long sentence";
    let here = Origin::default();
    let change = |current: &'static str, new: &'static str| {
        people::change_password(&ground.homeport, ground.ada.id, (current, new), &here)
    };
    assert!(problem(change("wrong", new).await).of_field("current").is_some());
    assert!(problem(change(PASSWORD, "short").await).of_field("new").is_some());
    change(PASSWORD, new).await.unwrap();
    assert_eq!(
        code(people::sign_in(&ground.homeport, "ada@example.com", PASSWORD, HERE).await),
        Code::WrongCredentials
    );
    people::sign_in(&ground.homeport, "ada@example.com", new, HERE).await.unwrap();
    for _ in 0..5 {
        problem(change("wrong", new).await);
    }
    assert_eq!(code(change(new, PASSWORD).await), Code::TooMany);
}
