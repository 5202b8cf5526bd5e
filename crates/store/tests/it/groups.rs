//! Groups: kept, seen by organization, and what a filter holds of: by the model and by the database the same.

use crate::ground::{Tenant, connect, connect_admin, device, tenant};
use model::device::{DeviceQuery, DeviceSort, SILENT_AFTER_MS, Status};
use model::group::{Condition, Described, Filter, GroupDraft, GroupId, Operator, Place, What};
use model::organization::{NewOrganization, Reach};
use model::twin::Part;
use model::{DeviceId, OrganizationId};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::{Role, Store, WorkspaceTx};
use test_support::TestDb;

const NOW: i64 = 1_790_000_000_000;

async fn below(store: &Store, tenant: &Tenant, name: &str, parent: Option<OrganizationId>) -> OrganizationId {
    let scope = store.workspace(tenant.workspace.id).await.unwrap();
    let parent = match parent {
        Some(parent) => parent,
        None => scope.organizations().root().await.unwrap(),
    };
    let new = NewOrganization { key: name.into(), name: name.into(), parent: None };
    let made = scope.organizations().insert(&new, parent).await.unwrap();
    scope.commit().await.unwrap();
    made
}

fn draft(name: &str, filter: Filter) -> GroupDraft {
    GroupDraft { name: name.into(), filter, ..GroupDraft::default() }
}

#[tokio::test]
async fn groups_are_kept_and_seen_by_organization() {
    let db = TestDb::new().await;
    let (a, b) = (tenant(db.store(), "a").await, tenant(db.store(), "b").await);
    let north = below(db.store(), &a, "north", None).await;
    let south = below(db.store(), &a, "south", None).await;
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    let filter = Filter::of_template(a.template);
    let id = GroupId("rooms".into());
    scope.device_groups().insert(&id, &draft("Rooms", filter.clone()), north, NOW).await.unwrap();
    let kept = scope.device_groups().get(&id).await.unwrap().unwrap();
    assert_eq!((kept.name.as_str(), &kept.filter, kept.organization.id), ("Rooms", &filter, north));
    assert_eq!((kept.created_ms, kept.updated_ms), (NOW, NOW));
    // The same name belongs to another organization too.
    let other = GroupId("other".into());
    scope.device_groups().insert(&other, &draft("rooms", Filter::default()), south, NOW).await.unwrap();
    let called = scope.device_groups().called("ROOMS").await.unwrap();
    assert_eq!(called.len(), 2);
    assert_eq!(scope.device_groups().called("other").await.unwrap()[0].id, other);
    let page = scope.device_groups().list("oo", 1, 10).await.unwrap();
    assert_eq!((page.items.len(), page.matching, page.total), (1, 2, 2));
    let moved = GroupDraft { organization: Some(south), ..draft("Halls", Filter::default()) };
    assert!(scope.device_groups().update(&id, &moved, NOW + 1).await.unwrap());
    let kept = scope.device_groups().get(&id).await.unwrap().unwrap();
    assert_eq!((kept.name.as_str(), kept.organization.id, kept.updated_ms), ("Halls", south, NOW + 1));
    scope.commit().await.unwrap();

    let reach = |node: OrganizationId| Reach::Organizations(vec![node]);
    let scope = db.store().workspace_within(a.workspace.id, reach(north)).await.unwrap();
    assert!(scope.device_groups().get(&id).await.unwrap().is_none());
    assert!(!scope.device_groups().delete(&id).await.unwrap());
    drop(scope);
    let scope = db.store().workspace_within(a.workspace.id, reach(south)).await.unwrap();
    assert!(scope.device_groups().get(&id).await.unwrap().is_some());
    drop(scope);
    let scope = db.store().workspace(b.workspace.id).await.unwrap();
    assert_eq!(scope.device_groups().count().await.unwrap(), 0);
}

#[tokio::test]
async fn a_taken_id_or_name_has_its_constraint() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    for (id, name, constraint) in
        [("one", "Two", "device_groups_id_key"), ("two", "ONE", "device_groups_name_key")]
    {
        let scope = db.store().workspace(a.workspace.id).await.unwrap();
        let root = scope.organizations().root().await.unwrap();
        let groups = scope.device_groups();
        groups.insert(&GroupId("one".into()), &draft("One", Filter::default()), root, NOW).await.unwrap();
        let taken = groups.insert(&GroupId(id.into()), &draft(name, Filter::default()), root, NOW).await;
        assert_eq!(taken.unwrap_err().constraint(), Some(constraint));
    }
}

/// Devices of every kind: each has some of what can be asked for.
struct Fleet {
    db: TestDb,
    a: Tenant,
    nodes: Vec<OrganizationId>,
}

const PROPERTIES: [&str; 3] = ["p", "motor.p", "place.lat"];
const FIELDS: [&str; 3] = ["t", "motor.t", "place.lat"];

impl Fleet {
    async fn new() -> Fleet {
        let db = TestDb::new().await;
        let a = tenant(db.store(), "a").await;
        let north = below(db.store(), &a, "north", None).await;
        let lab = below(db.store(), &a, "lab", Some(north)).await;
        let south = below(db.store(), &a, "south", None).await;
        let mut runner = TestRunner::deterministic();
        let mut drawn = |strategy: BoxedStrategy<Value>| strategy.new_tree(&mut runner).unwrap().current();
        let scope = db.store().workspace(a.workspace.id).await.unwrap();
        let mut kept = Vec::new();
        for i in 0..60 {
            let id = device(
                &scope,
                &format!("{}-{i}", ["pump", "Fan", "ÄB"][i % 3].replace("Ä", "A")),
                (i % 4 == 0).then_some(a.template),
            )
            .await;
            let node = [None, Some(north), Some(lab), Some(south)][i % 4];
            if let Some(node) = node {
                scope.devices().move_to(&[id], node, 5_000 + i as i64).await.unwrap();
            }
            kept.push((id, i));
        }
        scope.commit().await.unwrap();
        let mut admin = connect_admin(&db).await;
        for (id, i) in &kept {
            let (name, blocked, approved, simulated) =
                (["Große Pumpe", "fan_1", "100 %"][i % 3], i % 5 == 0, i % 7 != 0, i % 2 == 0);
            sqlx::query(
                "UPDATE devices SET name = $2, blocked = $3, approved = $4, simulated = $5 WHERE id = $1",
            )
            .bind(id.0)
            .bind(name)
            .bind(blocked)
            .bind(approved)
            .bind(simulated)
            .execute(&mut admin)
            .await
            .unwrap();
            if i % 6 != 0 {
                let seen = NOW - SILENT_AFTER_MS + [-60_000, 0, 1, 60_000][i % 4];
                let values = json!({
                    "t": {"v": drawn(value()), "t": 1},
                    "motor.t": {"v": drawn(value()), "t": 1},
                    "place": {"v": {"lat": drawn(value())}, "t": 1},
                });
                last(&db, &a, *id, seen, values).await;
            }
            if i % 3 != 0 {
                let section = |opened: Value, motor: Value, lat: Value| json!({"p": opened, "motor": {"__t": "c", "p": motor}, "place": {"lat": lat}});
                let reported = section(
                    json!({"value": drawn(value()), "ac": 200, "av": 1}),
                    drawn(value()),
                    drawn(value()),
                );
                let cloud = section(drawn(value()), json!({"value": 1, "ac": 2}), Value::Null);
                sqlx::query("INSERT INTO device_twins (workspace_id, device_id, desired, reported, cloud) VALUES ($1, $2, $3, $4, $5)")
                    .bind(a.workspace.id.0)
                    .bind(id.0)
                    .bind(section(drawn(value()), drawn(value()), json!([1])))
                    .bind(reported)
                    .bind(cloud)
                    .execute(&mut admin)
                    .await
                    .unwrap();
            }
        }
        Fleet { db, a, nodes: vec![north, lab, south] }
    }

    async fn scope(&self) -> WorkspaceTx {
        self.db.store().workspace(self.a.workspace.id).await.unwrap()
    }
}

/// As the worker does after messages arrived.
async fn last(db: &TestDb, a: &Tenant, device: DeviceId, at_ms: i64, values: Value) {
    let mut worker = connect(db, Role::Worker).await;
    sqlx::query("INSERT INTO tm_last (workspace_id, device_id, last_ts, last_arrived, \"values\") VALUES ($1, $2, $3, $3, $4)")
        .bind(a.workspace.id.0)
        .bind(device.0)
        .bind(at_ms)
        .bind(values)
        .execute(&mut worker)
        .await
        .unwrap();
}

/// Few values, so that conditions hold now and then.
fn value() -> BoxedStrategy<Value> {
    prop_oneof![
        (-2..3_i64).prop_map(|n| json!(n)),
        prop::sample::select(vec![json!(0.5), json!(1.0), json!(1e300), json!(9_007_199_254_740_993_i64)]),
        text().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ]
    .boxed()
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "", "a", "A", "Straße", "STRASSE", "äö", "ÄÖ", "1", "true", "%", "a_b", "b\\", "ΟΔΟΣ",
    ])
    .prop_map(str::to_owned)
}

fn literal() -> BoxedStrategy<Value> {
    value().prop_filter("null is no value", |value| !value.is_null()).boxed()
}

fn condition(nodes: Vec<OrganizationId>, template: i32) -> BoxedStrategy<Condition> {
    let numbers = nodes.into_iter().map(|node| json!(node.0)).chain([json!(99_999)]).collect::<Vec<_>>();
    let one = |what: What, values: BoxedStrategy<Value>| {
        let operators = prop::sample::select(what.operators().to_vec());
        (operators, prop::collection::vec(values, 1..4)).prop_map(move |(operator, mut values)| {
            values.truncate(operator.takes().1);
            Condition { what: what.clone(), operator, values }
        })
    };
    let ids = prop::sample::select(vec![json!("pump-0"), json!("Fan-1"), json!("PUMP"), json!("a")]).boxed();
    let names = prop::sample::select(vec![
        json!("fan_1"),
        json!("GROSSE"),
        json!("PUMPE"),
        json!("0 %"),
        json!("große"),
    ])
    .boxed();
    let words = prop::sample::select(Status::ALL.to_vec()).prop_map(|s| json!(s.as_str())).boxed();
    let truths = || any::<bool>().prop_map(Value::from).boxed();
    let minutes = prop::sample::select(vec![json!(10), json!(11), json!(9.5), json!(0)]).boxed();
    let places = (
        prop::sample::select(Part::ALL.to_vec()),
        prop::sample::select(PROPERTIES.to_vec()),
        literal(),
        literal(),
        any::<u8>(),
    );
    let of_property = places.prop_map(|(part, path, a, b, n)| made(What::property(part, path), a, b, n));
    let of_field = (prop::sample::select(FIELDS.to_vec()), literal(), literal(), any::<u8>())
        .prop_map(|(path, a, b, n)| made(What::telemetry(path), a, b, n));
    prop_oneof![
        1 => one(What::Template, prop::sample::select(vec![json!(template), json!(99_999)]).boxed()),
        1 => one(What::Organization, prop::sample::select(numbers).boxed()),
        1 => one(What::Id, ids),
        1 => one(What::Name, names),
        1 => one(What::Status, words),
        1 => one(What::Blocked, truths()),
        1 => one(What::Approved, truths()),
        1 => one(What::Simulated, truths()),
        1 => one(What::LastSeen, minutes),
        4 => of_property,
        4 => of_field,
    ]
    .boxed()
}

fn made(what: What, a: Value, b: Value, n: u8) -> Condition {
    let operator = Operator::ALL[usize::from(n) % Operator::ALL.len()];
    let mut values = vec![a, b];
    values.truncate(operator.takes().1);
    Condition { what, operator, values }
}

#[tokio::test]
async fn the_database_says_what_the_model_says() {
    let fleet = Fleet::new().await;
    let scope = fleet.scope().await;
    let ids: Vec<DeviceId> = {
        let all = DeviceQuery { limit: 200, sort: DeviceSort::Id, ..Default::default() };
        scope.devices().list(&all, NOW).await.unwrap().items.into_iter().map(|device| device.id).collect()
    };
    let known = scope.device_groups().described(&ids, NOW).await.unwrap();
    assert!(known.len() > 50);
    let leaf = condition(fleet.nodes.clone(), fleet.a.template.0).prop_map(Filter::Is);
    let filters = leaf.prop_recursive(3, 12, 3, |inner| {
        let rules = prop::collection::vec(inner, 0..3);
        prop_oneof![
            rules.clone().prop_map(Filter::All),
            rules.clone().prop_map(Filter::Any),
            rules.prop_map(Filter::None),
        ]
    });
    let mut runner = TestRunner::deterministic();
    let (mut some, mut tried) = (0, 0);
    for _ in 0..400 {
        let filter = filters.new_tree(&mut runner).unwrap().current();
        let holds = |described: &Described| filter.holds(described);
        let mut expected: Vec<DeviceId> =
            known.iter().filter(|(_, described)| holds(described)).map(|(id, _)| *id).collect();
        let (members, matching) = scope.device_groups().members(&filter, NOW, 200).await.unwrap();
        let mut found: Vec<DeviceId> = members.into_iter().map(|member| member.id).collect();
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{filter:?}");
        assert_eq!(matching, expected.len() as i64);
        some += usize::from(!expected.is_empty() && expected.len() < known.len());
        tried += 1;
        if tried % 10 == 0 {
            let sizes = scope.device_groups().sizes(&[&Filter::default(), &filter], NOW).await.unwrap();
            assert_eq!(sizes, [known.len() as i64, expected.len() as i64]);
            let query = DeviceQuery { filter: Some(filter.clone()), limit: 200, ..Default::default() };
            let page = scope.devices().list(&query, NOW).await.unwrap();
            assert_eq!((page.matching, page.items.len()), (matching, expected.len()));
        }
    }
    assert!(some > 100, "most filters hold of all or of none: {some}");
}

#[tokio::test]
async fn properties_are_read_as_filters_read_them() {
    let fleet = Fleet::new().await;
    let scope = fleet.scope().await;
    let (members, _) = scope.device_groups().members(&Filter::default(), NOW, 200).await.unwrap();
    let ids: Vec<DeviceId> = members.iter().map(|member| member.id).collect();
    let described = scope.device_groups().described(&ids, NOW).await.unwrap();
    let place = Place { part: Part::Reported, path: "p".into() };
    let found = scope.device_groups().properties(&ids, &place).await.unwrap();
    for (id, device) in described {
        let expected =
            model::group::at(&device.reported, Part::Reported, "p").filter(|value| !value.is_null());
        assert_eq!(found.get(&id).cloned(), expected);
    }
}

/// Ten thousand devices with twins and newest values: what the list of a group costs. Its bound is generous, for machines
/// that are busy; the plan is printed where it is too slow.
#[tokio::test]
async fn ten_thousand_devices_are_filtered_and_sorted_at_once() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let mut admin = connect_admin(&db).await;
    for text in [
        "INSERT INTO devices (workspace_id, external_id, name, organization_id, key_encrypted)
         SELECT o.workspace_id, 'device-' || i, 'Device ' || i, o.id, '\\x01' FROM organizations o, generate_series(1, 10000) i
         WHERE o.workspace_id = $1 AND o.parent_id IS NULL",
        "INSERT INTO device_twins (workspace_id, device_id, reported, cloud)
         SELECT workspace_id, id, jsonb_build_object('firmware', jsonb_build_object('value', '1.' || id % 7, 'ac', 200, 'av', 1),
                 'a', 1, 'b', 'text', 'motor', jsonb_build_object('rpm', id % 1000)),
             jsonb_build_object('site', 'Site ' || id % 40) FROM devices WHERE workspace_id = $1",
        "INSERT INTO tm_last (workspace_id, device_id, last_ts, last_arrived, \"values\")
         SELECT workspace_id, id, 1789999990000 - id, 1789999990000 - id, (SELECT jsonb_object_agg('field' || n, jsonb_build_object('v', id % 100 + n, 't', 1789999990000))
             FROM generate_series(1, 10) n) FROM devices WHERE workspace_id = $1",
    ] {
        sqlx::query(text).bind(a.workspace.id.0).execute(&mut admin).await.unwrap();
    }
    for table in ["devices", "device_twins", "tm_last"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("ANALYZE {table}"))).execute(&mut admin).await.unwrap();
    }
    let filter = Filter::All(vec![
        Filter::is(What::property(Part::Reported, "firmware"), Operator::Equal, [json!("1.3")]),
        Filter::Any(vec![
            Filter::is(What::telemetry("field3"), Operator::More, [json!(20)]),
            Filter::is(What::property(Part::Cloud, "site"), Operator::Contains, [json!("site 1")]),
        ]),
    ]);
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    let mut times = Vec::new();
    for sort in [DeviceSort::Name, DeviceSort::LastSeen, DeviceSort::Name, DeviceSort::Id, DeviceSort::Name] {
        let begun = Instant::now();
        let query = DeviceQuery { filter: Some(filter.clone()), sort, limit: 50, ..Default::default() };
        let page = scope.devices().list(&query, NOW).await.unwrap();
        assert!(page.matching > 500 && page.items.len() == 50, "{}", page.matching);
        times.push(begun.elapsed());
    }
    times.sort();
    eprintln!("a page of 10,000 filtered devices: {times:?}");
    let begun = Instant::now();
    let sizes = scope.device_groups().sizes(&[&filter; 50], NOW).await.unwrap();
    eprintln!("sizes of 50 groups: {:?}", begun.elapsed());
    assert!(sizes.iter().all(|size| *size == sizes[0]));
    assert!(times[2] < Duration::from_secs(5), "{times:?}");
}
