//! Who plays which simulated device: shared among processes, each by one, and by another one when its process is gone.

use crate::ground::{Ground, code, new_device, problem};
use domain::simulations::{self, part, take};
use domain::{devices, exports, provision, relationships, templates};
use model::Code;
use model::device::DeviceQuery;
use model::relationship::NewRelationship;
use model::role::BuiltIn;
use model::simulation::{NewSimulated, Simulation};
use model::template::TemplateDraft;
use std::time::Duration;

const LEASE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn each_device_is_played_by_one_process_and_none_is_left_behind() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let homeport = &ground.homeport;
    let draft = TemplateDraft { name: "Pump".into(), telemetry: Vec::new() };
    let template = templates::create(&context, &draft).await.unwrap().id;
    let new =
        NewSimulated { template, count: 10, prefix: "pump".into(), name: String::new(), every_ms: 5000 };
    // Of a template that nobody has published no device can be.
    let refused = problem(simulations::create_many(&context, new.clone()).await);
    assert!(refused.of_field("template").is_some(), "{refused:?}");
    templates::publish(&context, template, false).await.unwrap();
    assert_eq!(simulations::create_many(&context, new.clone()).await.unwrap().len(), 10);

    let count = async |player: &str, room: i64| take(homeport, player, LEASE, room).await.unwrap().len();
    assert_eq!(count("a", 6).await, 6);
    assert_eq!(count("b", 100).await, 4, "what is played already is not taken");
    assert_eq!(count("a", 100).await, 6);
    // One that is not heard any more is followed by another, and has nothing left when it comes back.
    homeport.store().simulation_players().lives("a", Duration::ZERO).await.unwrap();
    assert_eq!(count("b", 100).await, 10);
    assert_eq!(count("a", 100).await, 0);

    // Stopped, blocked and deleted ones are nobody's.
    let stopped = Simulation { running: false, every_ms: 5000 };
    assert_eq!(simulations::set(&context, "pump-1", stopped).await.unwrap(), stopped);
    devices::set_blocked(&context, "pump-2", true).await.unwrap();
    devices::delete(&context, "pump-3").await.unwrap();
    assert_eq!(count("b", 100).await, 7);
    assert_eq!(count("a", 100).await, 0, "nor does another one take them");
    // One that is played otherwise is told so, and each has what it needs.
    let before = take(homeport, "b", LEASE, 0).await.unwrap();
    let faster = Simulation { running: true, every_ms: 1000 };
    simulations::set(&context, "pump-4", faster).await.unwrap();
    let after = take(homeport, "b", LEASE, 0).await.unwrap();
    assert_eq!(after.iter().filter(|played| !before.contains(played)).count(), 1);
    for played in after {
        let part = part(homeport, &played).await.unwrap().unwrap();
        assert_eq!(part.scope, context.workspace.scope);
        assert_eq!(part.key, provision::device_key(&context, &part.external_id).await.unwrap());
    }
    provision::set_disabled(homeport, &context.workspace.slug, true).await.unwrap();
    assert_eq!(count("b", 100).await, 0, "a shut workspace's devices are still");
    provision::set_disabled(homeport, &context.workspace.slug, false).await.unwrap();

    // The limit of devices holds, and what goes over it is made as a whole or not at all.
    provision::set_device_limit(&context, Some(12)).await.unwrap();
    let refused = problem(simulations::create_many(&context, new).await);
    assert_eq!(refused.code, Code::LimitReached);
    let query = DeviceQuery { limit: 100, ..Default::default() };
    assert_eq!(devices::list(&context, query).await.unwrap().total, 9);
}

#[tokio::test]
async fn who_only_looks_makes_starts_and_ties_nothing_and_sees_no_key() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    for id in ["gateway", "child"] {
        devices::create(&context, new_device(id)).await.unwrap();
    }
    let viewer = ground.as_role(BuiltIn::Viewer).await;
    let all = || DeviceQuery { limit: 100, ..DeviceQuery::default() };
    let tie = || NewRelationship { child: "child".into(), ..NewRelationship::default() };
    let running = Simulation { running: true, every_ms: 5000 };
    let refused = [
        code(simulations::create(&viewer, new_device("more"), 5000).await),
        code(simulations::set(&viewer, "child", running).await),
        code(relationships::put(&viewer, "gateway", tie()).await),
        code(relationships::delete(&viewer, "gateway", "child").await),
        code(exports::devices(&viewer, all(), true).await.map(|_| ())),
    ];
    assert_eq!(refused, [Code::NotAllowed; 5]);
    relationships::put(&context, "gateway", tie()).await.unwrap();
    assert_eq!(relationships::family(&viewer, "gateway").await.unwrap().children.len(), 1);
    let mut list = exports::devices(&viewer, all(), false).await.unwrap();
    let piece = String::from_utf8(list.next().await.unwrap().unwrap()).unwrap();
    assert!(piece.contains("gateway") && !piece.contains("primary_key"), "{piece}");
}
