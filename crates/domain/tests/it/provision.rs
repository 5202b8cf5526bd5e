//! What whoever runs the server may do.

use crate::ground::{Ground, HERE, code, new_device, problem};
use domain::{devices, people, provision};
use model::Code;
use model::event::EventKind;

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
