//! Device groups: from their making to their deletion, who may, and who sees what through them.

use crate::ground::{Ground, code, new_device, problem};
use crate::templates::{draft as template, published};
use domain::{Context, devices, explorations, groups, organizations};
use model::Code;
use model::device::{DevicePatch, DeviceQuery, NewDevice};
use model::dtdl::Schema;
use model::exploration::{Aggregate, Exploration, ExplorationDraft, Explored, Time};
use model::group::{Filter, GroupDraft, GroupId, Operator, What};
use model::group_series::{By, Whose};
use model::organization::NewOrganization;
use model::role::BuiltIn;
use serde_json::json;

fn draft(name: &str, filter: Filter) -> GroupDraft {
    GroupDraft { name: name.into(), filter, ..GroupDraft::default() }
}

/// The mean of a field over a day.
pub(crate) fn explored(name: &str, shared: bool) -> ExplorationDraft {
    let values = vec![Explored { name: "co2".into(), aggregate: Aggregate::Avg }];
    let exploration = Exploration { values, ..Exploration::default() };
    ExplorationDraft { name: name.into(), shared, exploration }
}

async fn members(context: &Context, id: &GroupId) -> Vec<String> {
    let query = DeviceQuery { group: Some(id.clone()), limit: 50, ..Default::default() };
    let page = devices::list(context, query).await.unwrap();
    assert_eq!(page.matching, page.items.len() as i64);
    page.items.into_iter().map(|row| row.device.external_id).collect()
}

#[tokio::test]
async fn groups_are_made_changed_listed_and_deleted() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let room = published(&context, template("Room", &[("co2", Schema::Integer)])).await;
    for id in ["room-1", "room-2", "pump"] {
        let of = id.starts_with("room").then_some(room.id);
        devices::create(&context, NewDevice { template: of, ..new_device(id) }).await.unwrap();
    }
    let made = groups::create(&context, None, &draft(" Rooms ", Filter::of_template(room.id))).await.unwrap();
    assert!(made.id.as_str().starts_with("rooms-"), "{}", made.id);
    assert_eq!((made.name.as_str(), made.organization.id), ("Rooms", context.organization.id));
    assert_eq!(members(&context, &made.id).await, ["room-1", "room-2"]);
    assert_eq!(groups::get(&context, &made.id).await.unwrap().devices, 2);
    // What changes a device changes who belongs.
    let patch = DevicePatch { name: "Pump".into(), template: Some(room.id) };
    devices::update(&context, "pump", patch).await.unwrap();
    let page = groups::list(&context, "", 0, 50).await.unwrap();
    assert_eq!((page.items.len(), page.total, page.items[0].devices), (1, 1, 3));
    // A search goes on within a group.
    let query =
        DeviceQuery { group: Some(made.id.clone()), search: "pump".into(), limit: 9, ..Default::default() };
    assert_eq!(devices::list(&context, query).await.unwrap().matching, 1);

    let chosen = draft("Rooms", Filter::of_devices(["pump".to_owned(), "gone".to_owned()]));
    let after = groups::update(&context, &made.id, &chosen).await.unwrap();
    assert_eq!(after.id, made.id);
    assert_eq!(members(&context, &made.id).await, ["pump"]);
    groups::delete(&context, &made.id).await.unwrap();
    assert_eq!(code(groups::get(&context, &made.id).await), Code::NotFound);
    assert_eq!(code(groups::delete(&context, &made.id).await), Code::NotFound);
    let query = DeviceQuery { group: Some(made.id), limit: 9, ..Default::default() };
    assert_eq!(code(devices::list(&context, query).await), Code::NotFound);
}

#[tokio::test]
async fn bad_and_taken_ones_are_told_beside_the_field() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let id = GroupId("line".into());
    groups::create(&context, Some(id.clone()), &draft("Line", Filter::default())).await.unwrap();
    let again = groups::create(&context, Some(id.clone()), &draft("Other", Filter::default())).await;
    assert!(problem(again).of_field("id").is_some());
    let named = groups::create(&context, None, &draft("LINE", Filter::default())).await;
    assert!(problem(named).of_field("name").is_some());
    let bad = groups::create(&context, Some(GroupId("a b".into())), &draft("B", Filter::default())).await;
    assert!(problem(bad).of_field("id").is_some());
    let wrong = Filter::All(vec![Filter::is(What::Blocked, Operator::Equal, [json!("no")])]);
    assert!(
        problem(groups::update(&context, &id, &draft("Line", wrong.clone())).await)
            .of_field("filter/0")
            .is_some()
    );
    let query = DeviceQuery { filter: Some(wrong), limit: 9, ..Default::default() };
    assert!(problem(devices::list(&context, query).await).of_field("filter/0").is_some());
    assert_eq!(code(groups::get(&context, &GroupId("\0".into())).await), Code::NotFound);
}

#[tokio::test]
async fn who_sees_less_sees_less_of_a_group() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    let new = |name: &str| NewOrganization { key: name.to_lowercase(), name: name.into(), parent: None };
    let north = organizations::create(&ada, &new("North")).await.unwrap();
    let south = organizations::create(&ada, &new("South")).await.unwrap();
    for (id, node) in [("root-1", None), ("north-1", Some(north.id)), ("south-1", Some(south.id))] {
        devices::create(&ada, NewDevice { organization: node, ..new_device(id) }).await.unwrap();
    }
    let all = groups::create(&ada, None, &draft("All", Filter::default())).await.unwrap();
    let of_north = GroupDraft { organization: Some(north.id), ..draft("Of the north", Filter::default()) };
    let of_north = groups::create(&ada, None, &of_north).await.unwrap();
    let noor = ground.member("noor", &BuiltIn::Operator.into(), north.id).await;
    assert_eq!(members(&ada, &all.id).await.len(), 3);
    assert_eq!(members(&noor, &of_north.id).await, ["north-1"]);
    assert_eq!(groups::list(&noor, "", 0, 9).await.unwrap().items.len(), 1);
    assert_eq!(code(groups::get(&noor, &all.id).await), Code::NotFound);
    assert_eq!(code(groups::delete(&noor, &all.id).await), Code::NotFound);
    let elsewhere = GroupDraft { organization: Some(south.id), ..draft("Mine", Filter::default()) };
    assert!(problem(groups::create(&noor, None, &elsewhere).await).of_field("organization").is_some());
    let mine = groups::create(&noor, None, &draft("Mine", Filter::default())).await.unwrap();
    assert_eq!(mine.organization.id, north.id);
    // An organization to which a group belongs stays.
    devices::delete(&ada, "south-1").await.unwrap();
    let moved = GroupDraft { organization: Some(south.id), ..draft("Mine", Filter::default()) };
    groups::update(&ada, &mine.id, &moved).await.unwrap();
    assert_eq!(code(organizations::delete(&ada, south.id).await), Code::Conflict);
    let (_, stranger) = ground.stranger().await;
    assert_eq!(code(groups::get(&stranger, &all.id).await), Code::NotFound);
}

#[tokio::test]
async fn who_may_not_is_told_so() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    let made = groups::create(&ada, None, &draft("All", Filter::default())).await.unwrap();
    let viewer = ground.as_role(BuiltIn::Viewer).await;
    assert!(groups::get(&viewer, &made.id).await.is_ok());
    assert_eq!(code(groups::create(&viewer, None, &draft("B", Filter::default())).await), Code::NotAllowed);
    assert_eq!(
        code(groups::update(&viewer, &made.id, &draft("B", Filter::default())).await),
        Code::NotAllowed
    );
    assert_eq!(code(groups::delete(&viewer, &made.id).await), Code::NotAllowed);
}

#[tokio::test]
async fn explorations_are_saved_for_oneself_or_for_all() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    let viewer = ground.as_role(BuiltIn::Viewer).await;
    let operator = ground.as_role(BuiltIn::Operator).await;
    let mine = explorations::create(&viewer, &explored("Mine", false)).await.unwrap();
    assert!(mine.mine && !mine.shared);
    assert_eq!(code(explorations::create(&viewer, &explored("Ours", true)).await), Code::NotAllowed);
    assert_eq!(code(explorations::get(&ada, mine.id).await), Code::NotFound, "it is the viewer's own");
    assert_eq!(code(explorations::delete(&ada, mine.id).await), Code::NotFound);
    let ours = explorations::create(&operator, &explored("Ours", true)).await.unwrap();
    let names = |list: Vec<model::exploration::SavedExploration>| {
        list.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    assert_eq!(names(explorations::list(&viewer).await.unwrap()), ["Mine", "Ours"]);
    assert_eq!(names(explorations::list(&ada).await.unwrap()), ["Ours"]);
    assert_eq!(
        code(explorations::update(&viewer, ours.id, &explored("Theirs", true)).await),
        Code::NotAllowed
    );
    explorations::update(&ada, ours.id, &explored("Everybody's", true)).await.unwrap();
    assert_eq!(code(explorations::update(&ada, ours.id, &explored("Stolen", false)).await), Code::Invalid);
    explorations::delete(&ada, ours.id).await.unwrap();
    assert_eq!(code(explorations::delete(&ada, ours.id).await), Code::NotFound);
    let (_, stranger) = ground.stranger().await;
    assert!(explorations::list(&stranger).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_group_that_is_looked_at_stays() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    let group = groups::create(&ada, None, &draft("Pumps", Filter::default())).await.unwrap();
    let mut about = explored("Of pumps", false);
    about.exploration.whose = Whose::Group(group.id.clone());
    let saved = explorations::create(&ada, &about).await.unwrap();
    assert_eq!(groups::uses(&ada, &group.id).await.unwrap()[0].name, "Of pumps");
    let refused = problem(groups::delete(&ada, &group.id).await);
    assert_eq!(refused.code, Code::Conflict);
    assert!(refused.sentence().contains("Exploration “Of pumps”"), "{}", refused.sentence());
    explorations::delete(&ada, saved.id).await.unwrap();
    groups::delete(&ada, &group.id).await.unwrap();
}

#[tokio::test]
async fn an_exploration_is_a_query_and_back() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    let group = groups::create(&ada, None, &draft("All pumps", Filter::default())).await.unwrap();
    let value = |name: &str, aggregate| Explored { name: name.into(), aggregate };
    let values = vec![value("co2", Aggregate::Avg), value("motor.top", Aggregate::Max)];
    for (whose, by, time) in [
        (Whose::All, By::Together, Time::Last(86_400_000)),
        (Whose::Group(group.id.clone()), By::Device, Time::Last(90_000)),
        (Whose::Devices(vec!["a".into(), "b".into()]), By::Organization, Time::Between(0, 86_400_000)),
        (Whose::All, By::Template, Time::default()),
    ] {
        let exploration = Exploration {
            whose,
            values: values.clone(),
            by,
            interval_ms: Some(60_000),
            time,
            one_chart: false,
        };
        let text = exploration.text(Some("All pumps"), 60_000);
        assert_eq!(explorations::from_query(&ada, &text).await.unwrap(), exploration, "{text}");
    }
    for (text, why) in [
        ("SELECT * FROM devices", "`*`"),
        ("SELECT $id FROM devices", "without AVG"),
        ("SELECT AVG(co2) FROM Room", "templates in FROM"),
        ("SELECT AVG(co2) FROM devices WHERE co2 > 3", "WHERE"),
        ("SELECT AVG(co2 + 1) FROM devices", "AVG"),
        ("SELECT AVG(co2) FROM devices GROUP BY $id, $template", "two keys"),
        ("SELECT AVG(co2) FROM GROUP Nothing", "isn't there"),
    ] {
        let problem = problem(explorations::from_query(&ada, text).await);
        assert!(problem.sentence().contains(why), "{text}: {}", problem.sentence());
    }
}
