//! What stands outside of workspaces: people, web sessions, counted failures, and the making of workspaces.

use crate::ground::{tenant, workspace};
use serde_json::json;
use store::{Attempt, Limit, NewPerson};
use test_support::TestDb;
use time::{Duration, OffsetDateTime};

fn person(email: &str) -> NewPerson {
    NewPerson { email: email.into(), name: "Ada".into(), password_hash: "x".into() }
}

#[tokio::test]
async fn of_two_first_administrators_at_once_one_wins() {
    let db = TestDb::new().await;
    let people = db.store().people();
    assert!(people.is_empty().await.unwrap());
    let set_up =
        async |email: &str, name: &str| match people.set_up(person(email), workspace(name)).await.unwrap() {
            Some((scope, ..)) => scope.commit().await.is_ok(),
            None => false,
        };
    let (one, two) = tokio::join!(set_up("a@example.com", "a"), set_up("b@example.com", "b"));
    assert_eq!([one, two].iter().filter(|won| **won).count(), 1);
    assert!(!people.is_empty().await.unwrap());
}

#[tokio::test]
async fn an_address_belongs_to_one_person() {
    let db = TestDb::new().await;
    let people = db.store().people();
    people.insert(person("a@example.com")).await.unwrap();
    let again = people.insert(person("a@example.com")).await.unwrap_err();
    assert_eq!(again.constraint(), Some("people_email_key"));
}

#[tokio::test]
async fn a_taken_slug_gets_a_number() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "plant").await;
    let mut new = workspace("plant");
    for (scope, slug) in [("0nex", "plant-2"), ("0ney", "plant-3")] {
        new.scope = scope.into();
        let (scope, made) = db.store().people().create_workspace(a.person, new.clone()).await.unwrap();
        scope.commit().await.unwrap();
        assert_eq!(made.slug, slug);
    }
    let taken = db.store().people().create_workspace(a.person, new).await.err().unwrap();
    assert_eq!(taken.constraint(), Some("workspaces_scope_key"));
}

#[tokio::test]
async fn sessions_are_kept_until_they_expire() {
    let db = TestDb::new().await;
    let sessions = db.store().sessions();
    let now = OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap();
    let later = now + Duration::hours(1);
    assert!(sessions.create("a", json!({"person": 1}), later).await.unwrap());
    assert!(!sessions.create("a", json!({"person": 2}), later).await.unwrap());
    assert_eq!(sessions.load("a", now).await.unwrap(), Some((json!({"person": 1}), later)));
    assert_eq!(sessions.load("a", later).await.unwrap(), None);
    assert_eq!(sessions.load("b", now).await.unwrap(), None);
    sessions.save("a", json!({"person": 3}), later).await.unwrap();
    sessions.save("b", json!({"person": 3}), now).await.unwrap();
    sessions.save("c", json!({"person": 4}), later).await.unwrap();
    assert_eq!(sessions.load("a", now).await.unwrap().unwrap().0, json!({"person": 3}));
    assert_eq!(sessions.delete_expired(now).await.unwrap(), 1);
    sessions.save("d", json!({"person": 3}), later).await.unwrap();
    assert_eq!(sessions.delete_others(model::PersonId(3), "a").await.unwrap(), 1);
    assert!(
        sessions.load("a", now).await.unwrap().is_some() && sessions.load("c", now).await.unwrap().is_some()
    );
    sessions.delete("a").await.unwrap();
    assert!(sessions.load("a", now).await.unwrap().is_none());
}

#[tokio::test]
async fn failures_count_within_their_window() {
    let db = TestDb::new().await;
    let attempts = db.store().attempts();
    let limits =
        |email: &str| [Limit { key: email.into(), most: 3 }, Limit { key: "address".into(), most: 5 }];
    let begin = |email: &'static str, at_ms: i64| {
        let limits = limits(email);
        let attempts = &attempts;
        async move { attempts.begin(&limits, at_ms, 1_000).await.unwrap() }
    };
    for at in [10_000, 10_001, 10_002] {
        assert_eq!(begin("a", at).await, Attempt::Allowed);
    }
    assert_eq!(begin("a", 10_003).await, Attempt::Refused { retry_ms: 11_000 });
    assert_eq!(begin("b", 10_004).await, Attempt::Allowed);
    // Right: all of “b”, and the one of the address that was its own.
    attempts.succeeded("b", "address", 10_004).await.unwrap();
    assert_eq!(begin("b", 10_005).await, Attempt::Allowed);
    assert_eq!(begin("b", 10_006).await, Attempt::Allowed);
    assert_eq!(begin("c", 10_007).await, Attempt::Refused { retry_ms: 11_000 }, "the address has had five");
    assert_eq!(begin("a", 11_000).await, Attempt::Allowed, "the first has run out");
    assert_eq!(begin("a", 11_000).await, Attempt::Refused { retry_ms: 11_001 });
}

#[tokio::test]
async fn attempts_at_once_get_no_more_than_in_a_row() {
    let db = TestDb::new().await;
    let mut trials = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let store = db.store().clone();
        trials.spawn(async move {
            let limits = [Limit { key: "z".into(), most: 100 }, Limit { key: "a".into(), most: 5 }];
            store.attempts().begin(&limits, 10_000, 1_000).await.unwrap()
        });
    }
    let outcomes = trials.join_all().await;
    assert_eq!(outcomes.iter().filter(|o| **o == Attempt::Allowed).count(), 5);
}
