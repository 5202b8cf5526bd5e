//! The administration console on a whole server: plans that hold within seconds, workspaces that are shut and deleted,
//! usage that is counted.

use crate::rest::Program;
use serde_json::{Value, json};
use std::time::Duration;
use test_support::{TestApp, TestPerson, eventually};

pub(crate) async fn plan(root: &TestPerson, name: &str, limits: Value) -> i64 {
    let draft = json!({"name": name, "limits": limits, "warn_percent": 80});
    root.call("admin_save_plan", json!({"id": null, "draft": draft})).await.read::<i64>()
}

pub(crate) async fn give(root: &TestPerson, of: &TestPerson, plan: i64, overrides: Value) -> Value {
    let arguments = json!({"slug": of.workspace.slug, "plan": plan, "overrides": overrides});
    root.call("admin_set_plan", arguments).await.read()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_makes_a_workspace_with_its_plan_and_its_limits() {
    let app = TestApp::start().await;
    let root = app.administrator("root@example.com").await;
    let small = plan(&root, "Small", json!({"devices": 2, "storage-bytes": 1_000_000})).await;
    let bad = json!({"name": "Small", "limits": {"devices": -1}, "warn_percent": 80});
    let answer = root.call("admin_save_plan", json!({"id": null, "draft": bad})).await;
    assert_eq!((answer.status, answer.body["fields"][0]["field"].as_str()), (422, Some("devices")));
    let olga = app.person("olga@example.com").await;
    let unknown = json!({"name": "Weather", "owner": "nobody", "plan": small, "overrides": {}});
    let answer = root.call("admin_create_tenant", json!({"new": unknown})).await;
    assert_eq!(answer.body["fields"][0]["field"], "owner", "{}", answer.body);
    let new =
        json!({"name": "Weather", "owner": "Olga@Example.com", "plan": small, "overrides": {"devices": 3}});
    let made: Value = root.call("admin_create_tenant", json!({"new": new})).await.read();
    let slug = made["slug"].clone();
    assert!(made["link"].is_null(), "who has an account needs no invitation: {made}");
    let tenant: Value = root.call("admin_get_tenant", json!({"slug": slug})).await.read();
    assert_eq!((&tenant["owner"], &tenant["plan"][1]), (&json!("olga@example.com"), &json!("Small")));
    assert_eq!(tenant["overrides"], json!({"devices": 3}));
    let found: Value = root.call("admin_list_tenants", json!({"query": {"search": "olga@"}})).await.read();
    assert_eq!(found["items"][0]["slug"], slug, "{found}");
    // It is hers, and she makes devices in it.
    let device = json!({"external_id": "room-1", "name": "", "template": null});
    olga.call("create_device", json!({"workspace": slug, "new": device})).await.read::<Value>();
    assert_eq!(
        root.call("list_devices", json!({"workspace": slug, "query": {"limit": 1}})).await.status,
        404
    );
    for page in ["/admin", "/admin/plans", &format!("/admin/workspaces/{}", slug.as_str().unwrap())] {
        let answer = root.get(page).await;
        assert_eq!(answer.status(), 200, "{page}");
        assert!(answer.text().await.unwrap().contains("Administration"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_named_wherever_it_is_reached() {
    let app = TestApp::start().await;
    let root = app.administrator("root@example.com").await;
    let ada = app.person("ada@example.com").await;
    let small = plan(&root, "Small", json!({"devices": 1, "retention-days": 30, "api-tokens": 1})).await;
    give(&root, &ada, small, json!({})).await;
    app.device(&ada, "room-1").await;
    let slug = &ada.workspace.slug;
    let new = json!({"external_id": "room-2", "name": "", "template": null});
    let answer = ada.call("create_device", json!({"workspace": slug, "new": new})).await;
    assert_eq!((answer.status, answer.code()), (403, "limit-reached"), "{}", answer.body);
    let said = answer.body["detail"].as_str().unwrap();
    assert!(said.contains("“Devices” of this workspace is 1 devices"), "{said}");
    let answer = ada.call("set_retention", json!({"workspace": slug, "days": 31})).await;
    assert_eq!(answer.code(), "limit-reached", "{}", answer.body);

    let program = Program::new(&app, &ada, "administrator").await;
    let (status, body) = program.ask("PUT", "/api/devices/room-3", Some(json!({"displayName": "x"}))).await;
    assert_eq!((status.as_u16(), body["error"]["code"].as_str()), (403, Some("LimitReached")), "{body}");
    assert_eq!(body["code"], "limit-reached");
    // A second token is one too many.
    let token = json!({"name": "More", "role": "viewer", "expires_ms": null});
    let answer = ada.call("create_api_token", json!({"workspace": slug, "new": token})).await;
    assert_eq!(answer.code(), "limit-reached", "{}", answer.body);
    let limits = program.get("/api/limits").await;
    assert_eq!(limits["plan"], "Small");
    assert_eq!(
        (&limits["value"][0]["id"], &limits["value"][0]["reached"]),
        (&json!("devices"), &json!(true))
    );

    // One of its own holds at once.
    give(&root, &ada, small, json!({"devices": 2})).await;
    app.device(&ada, "room-2").await;
    // Calls of programs: within seconds, in the running process.
    give(&root, &ada, small, json!({"api-calls-per-minute": 2})).await;
    let refused = eventually("calls are bounded", async || {
        let (status, body) = program.ask("GET", "/api/limits", None).await;
        (status == 429).then_some(body)
    })
    .await;
    let said = refused["detail"].as_str().unwrap();
    assert!(said.contains("“API calls a minute” of this workspace is 2"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_counted_and_beyond_a_day_s_limit_refused() {
    let app = TestApp::start().await;
    let root = app.administrator("root@example.com").await;
    let ada = app.person("ada@example.com").await;
    let eve = app.person("eve@example.com").await;
    let device = app.device(&ada, "room-1").await;
    for number in 0..5 {
        device.send(format!(r#"{{"t": {number}, "h": 1}}"#)).await;
    }
    let program = Program::new(&app, &ada, "administrator").await;
    let slug = &ada.workspace.slug;
    let query = json!({"grain": "day", "from_ms": 1_700_000_000_000_i64, "to_ms": 1_730_000_000_000_i64});
    assert_eq!(ada.call("workspace_usage", json!({"workspace": slug, "query": query})).await.body, json!([]));
    let used = eventually("messages are added up", async || {
        let used = program.get("/api/usage").await["value"][0].clone();
        (used["messages"] == 5 && used["apiCalls"].as_i64()? > 0).then_some(used)
    })
    .await;
    assert_eq!(
        (&used["values"], &used["devices"], &used["refused"]),
        (&json!(10), &json!(1), &json!(0)),
        "{used}"
    );
    let csv = ada.get(&format!("/w/{slug}/usage.csv?grain=hour")).await.text().await.unwrap();
    assert!(csv.lines().nth(1).unwrap().contains(",5,10,"), "{csv}");
    assert_eq!(eve.get(&format!("/w/{slug}/usage.csv")).await.status(), 404);
    let csv = root.get(&format!("/admin/workspaces/{slug}/usage.csv")).await;
    assert_eq!(csv.status(), 200);
    assert_eq!(ada.get(&format!("/admin/workspaces/{slug}/usage.csv")).await.status(), 404);

    let five = plan(&root, "Five", json!({"messages-per-day": 5})).await;
    give(&root, &ada, five, json!({})).await;
    let mut room = device.connect().await.unwrap();
    let refused = eventually("no more messages are taken", async || {
        let sent = room.publish(&device.topic("telemetry"), r#"{"t": 9}"#).await;
        if sent.is_err() {
            return Some(());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        None
    });
    refused.await;
    let events = eventually("the device's log names the limit", async || {
        let events = ada.call("device_events", json!({"workspace": slug, "device": "room-1"})).await.body;
        events.to_string().contains("“Messages a day” of this workspace is 5").then_some(events)
    })
    .await;
    assert!(events.to_string().contains("limit-reached"), "{events}");
    // A neighbour is not concerned; and once it may, it sends again within seconds.
    app.device(&eve, "room-1").await.send(r#"{"t": 1}"#).await;
    give(&root, &ada, five, json!({"messages-per-day": null})).await;
    eventually("messages are taken again", async || {
        let mut room = device.connect().await.ok()?;
        room.publish(&device.topic("telemetry"), r#"{"t": 10}"#).await.ok()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_workspace_tells_its_people_why() {
    let app = TestApp::start().await;
    let root = app.administrator("root@example.com").await;
    let ada = app.person("ada@example.com").await;
    let eve = app.person("eve@example.com").await;
    let device = app.device(&ada, "room-1").await;
    device.send(r#"{"t": 1}"#).await;
    let slug = &ada.workspace.slug;
    let answer = root.call("admin_suspend", json!({"slug": slug, "reason": " "})).await;
    assert_eq!(answer.body["fields"][0]["field"], "reason");
    root.call("admin_suspend", json!({"slug": slug, "reason": "The bill is open."})).await.read::<Value>();
    assert!(device.connect().await.is_err(), "the device is cut off");
    let page = ada.get(&format!("/w/{slug}/devices")).await;
    assert_eq!(page.status(), 403);
    assert!(page.text().await.unwrap().contains("The bill is open."));
    assert_eq!(eve.call("why_disabled", json!({"workspace": slug})).await.status, 404);
    // Its administrators can take all of it with them.
    let archive = ada.get(&format!("/w/{slug}/takeout.tar")).await;
    assert_eq!(
        (archive.status().as_u16(), &archive.headers()["content-type"]),
        (200, &"application/x-tar".parse().unwrap())
    );
    let archive = String::from_utf8_lossy(&archive.bytes().await.unwrap()).into_owned();
    for part in [
        "workspace.json",
        "people.json",
        "ada@example.com",
        "devices-000001.json",
        "telemetry/room-1/00001.csv",
    ] {
        assert!(archive.contains(part), "{part} is not in it");
    }
    assert_eq!(eve.get(&format!("/w/{slug}/takeout.tar")).await.status(), 404);
    root.call("admin_resume", json!({"slug": slug})).await.read::<Value>();
    device.send(r#"{"t": 2}"#).await;
    let log = ada.call("list_audit", json!({"workspace": slug, "query": {}})).await.body.to_string();
    assert!(log.contains("The bill is open."), "{log}");

    // Deleted, it can be restored.
    let wrong = json!({"slug": slug, "name": "Something else", "reason": "They left."});
    assert_eq!(root.call("admin_delete", wrong).await.body["fields"][0]["field"], "name");
    let meant = json!({"slug": slug, "name": ada.workspace.name, "reason": "They left."});
    let deleted: Value = root.call("admin_delete", meant).await.read();
    assert!(deleted["delete_ms"].is_i64() && deleted["suspended"] == true, "{deleted}");
    assert_eq!(root.call("admin_resume", json!({"slug": slug})).await.status, 422);
    let restored: Value = root.call("admin_restore", json!({"slug": slug})).await.read();
    assert_eq!((&restored["delete_ms"], &restored["suspended"]), (&Value::Null, &json!(false)));
    device.send(r#"{"t": 3}"#).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_sees_how_the_housekeeping_stands() {
    let app = TestApp::start().await;
    let root = app.administrator("root@example.com").await;
    let found: Value = root.call("admin_housekeeping", json!({})).await.read();
    let open = json!(["open", 1]);
    assert!(found["slots"].as_array().unwrap().contains(&open), "{found}");
    assert!(found["database_bytes"].as_i64().unwrap() > 1_000_000 && found["trouble"].is_null(), "{found}");
    let keeper = store::telemetry::Keeper::connect(app.db().urls()).await.unwrap();
    keeper.note_trouble("no space left on device").await.unwrap();
    keeper.note_trouble("no space left on device").await.unwrap();
    let found: Value = root.call("admin_housekeeping", json!({})).await.read();
    assert_eq!(
        (&found["trouble"]["count"], &found["trouble"]["text"]),
        (&json!(2), &json!("no space left on device"))
    );
    let page = root.get("/admin/housekeeping").await.text().await.unwrap();
    assert!(page.contains("2 times") && page.contains("no space left on device"));
}
