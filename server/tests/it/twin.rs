//! Digital twins, between a real device over MQTT and programs over REST.

use crate::rest::{Program, refused};
use serde_json::{Value, json};
use test_support::{TestApp, TestDevice, TestPerson, eventually};

const MODEL: &str = r#"[
  {"@context": "dtmi:dtdl:context;2", "@id": "dtmi:test:Room;1", "@type": "Interface", "displayName": "Room",
   "contents": [
    {"@type": "Property", "name": "target", "schema": "double", "writable": true},
    {"@type": "Property", "name": "serial", "schema": "string"},
    {"@type": ["Property", "Cloud"], "name": "floor", "schema": "integer"},
    {"@type": "Component", "name": "motor", "schema": "dtmi:test:Motor;1"}]},
  {"@context": "dtmi:dtdl:context;2", "@id": "dtmi:test:Motor;1", "@type": "Interface",
   "contents": [{"@type": "Property", "name": "speed", "schema": "integer", "writable": true}]}
]"#;

fn json_of(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

/// A device with the template above, and a program that may change it.
async fn scene(app: &TestApp) -> (TestPerson, TestDevice, Program) {
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let made = ada.call("import_template", json!({"workspace": slug, "text": MODEL})).await;
    let made = made.read::<Value>();
    let id = made["id"].as_i64().or(made["template"]["id"].as_i64()).unwrap();
    let publish = json!({"workspace": slug, "template": id, "new_version": false});
    assert_eq!(ada.call("publish_template", publish).await.status, 200);
    let device = app.device(&ada, "room-1").await;
    let patch = json!({"name": "Room", "template": id});
    let update = json!({"workspace": slug, "device": "room-1", "patch": patch});
    assert_eq!(ada.call("update_device", update).await.status, 200);
    let program = Program::new(app, &ada, "operator").await;
    (ada, device, program)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_reads_and_reports() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "room-1").await;
    let mut room = device.connect().await.unwrap();
    room.subscribe(&device.topic("properties/res/#")).await;
    room.publish(&device.topic("properties/get/7"), "").await.unwrap();
    let (topic, body) = room.message().await;
    assert_eq!(topic, device.topic("properties/res/7"));
    assert_eq!(json_of(&body), json!({"desired": {"$version": 0}, "reported": {"$version": 0}}));

    // Without a request id nothing comes back, and the acknowledgement says that it is kept.
    room.publish(&device.topic("properties/reported"), r#"{"fw": "1.2", "old": 1}"#).await.unwrap();
    room.publish(&device.topic("properties/reported/r1"), r#"{"old": null, "a": {"b": 1}}"#).await.unwrap();
    let (topic, body) = room.message().await;
    assert_eq!((topic, body), (device.topic("properties/res/r1/204/2"), Vec::new()));
    room.publish(&device.topic("properties/get/8"), " ").await.unwrap();
    let (_, body) = room.message().await;
    assert_eq!(json_of(&body)["reported"], json!({"fw": "1.2", "a": {"b": 1}, "$version": 2}));

    // What breaks a rule changes nothing, is answered, kept as refused, and stands in the log.
    let bad =
        [r#"{"a b": 1}"#.to_owned(), "[1]".into(), "{".into(), format!(r#"{{"a":"{}"}}"#, "x".repeat(5000))];
    for (i, body) in bad.iter().enumerate() {
        room.publish(&device.topic(&format!("properties/reported/bad{i}")), body.as_str()).await.unwrap();
        let (topic, answer) = room.message().await;
        assert_eq!(topic, device.topic(&format!("properties/res/bad{i}/400/2")), "{body}");
        assert!(json_of(&answer)["message"].as_str().is_some_and(|text| !text.is_empty()));
    }
    let one = json!({"workspace": ada.workspace.slug, "device": "room-1"});
    let view = ada.call("device_twin", one.clone()).await.read::<Value>();
    assert_eq!(view["twin"]["reported"]["values"], json!({"fw": "1.2", "a": {"b": 1}}));
    assert!(view["twin"]["reported"]["metadata"]["a"]["b"]["$lastUpdated"].is_string(), "{view}");
    let history: Vec<_> =
        view["history"].as_array().unwrap().iter().map(|c| c["path"].as_str().unwrap()).collect();
    assert_eq!(history.len(), 4, "{history:?}");
    let raw = json!({"workspace": ada.workspace.slug, "device": "room-1", "before": null, "limit": 50});
    let raw = ada.call("raw", raw).await.read::<Value>();
    let refused = raw["messages"].as_array().unwrap().iter().filter(|m| !m["refused"].is_null()).count();
    assert_eq!(refused, bad.len(), "{raw}");
    eventually("the log tells", async || {
        let lines = ada.call("device_events", one.clone()).await.read::<Value>();
        lines.as_array().unwrap().iter().any(|line| line["kind"] == "message-refused").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_goes_down_and_the_answer_comes_up() {
    let app = TestApp::start().await;
    let (ada, device, program) = scene(&app).await;
    let path = "/api/devices/room-1/properties";
    // While it is away: it reads the whole when it comes.
    let (status, answer) = program.ask("PATCH", path, Some(json!({"target": 20, "floor": 3}))).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!((&answer["target"], &answer["floor"]), (&json!(20), &json!(3)));
    assert_eq!(answer["$metadata"]["target"]["desiredVersion"], 1);
    let mut room = device.connect().await.unwrap();
    room.subscribe(&device.topic("properties/#")).await;
    room.publish(&device.topic("properties/get/1"), "").await.unwrap();
    let (_, whole) = room.message().await;
    assert_eq!(
        json_of(&whole)["desired"],
        json!({"target": 20, "$version": 1}),
        "cloud properties stay here"
    );

    let wish = json!({"target": 21.5, "motor": {"speed": 3}});
    assert_eq!(program.ask("PATCH", path, Some(wish)).await.0, 200);
    let (topic, patch) = room.message().await;
    assert_eq!(topic, device.topic("properties/desired"));
    assert_eq!(json_of(&patch), json!({"target": 21.5, "motor": {"__t": "c", "speed": 3}, "$version": 2}));

    let answers = json!({
        "target": {"value": 21.5, "ac": 200, "av": 2, "ad": "done"},
        "motor": {"__t": "c", "speed": {"value": 0, "ac": 400, "av": 2, "ad": "too fast"}},
    });
    room.publish(&device.topic("properties/reported"), answers.to_string()).await.unwrap();
    let all = program.get(path).await;
    assert_eq!(all["target"], 21.5);
    let known = &all["$metadata"]["target"];
    assert_eq!(
        (&known["ackCode"], &known["ackVersion"], &known["ackDescription"]),
        (&json!(200), &json!(2), &json!("done"))
    );
    assert!(known["lastUpdateTime"].as_str().is_some_and(|at| at.ends_with('Z')), "{all}");
    assert_eq!(
        (&all["motor"]["speed"], &all["motor"]["$metadata"]["speed"]["desiredValue"]),
        (&json!(0), &json!(3))
    );
    let motor = program.get("/api/devices/room-1/components/motor/properties").await;
    assert_eq!(motor, all["motor"]);
    let lines = ada.call("device_events", json!({"workspace": ada.workspace.slug, "device": "room-1"})).await;
    let lines = lines.body.to_string();
    assert!(lines.contains("The device has taken target."), "{lines}");
    assert!(lines.contains("refuses what is wanted of motor.speed, code 400: too fast"), "{lines}");

    // Null deletes, and goes down as it is.
    let (_, answer) = program
        .ask("PATCH", "/api/devices/room-1/components/motor/properties", Some(json!({"speed": null})))
        .await;
    assert_eq!(answer["$metadata"]["speed"].get("desiredValue"), None, "{answer}");
    let (_, patch) = room.message().await;
    assert_eq!(json_of(&patch), json!({"motor": {"__t": "c", "speed": null}, "$version": 3}));

    // PUT takes away what it doesn't mention.
    let (status, _) = program.ask("PUT", path, Some(json!({"target": 5}))).await;
    assert_eq!(status, 200);
    let twin = program.get("/api/devices/room-1/twin").await;
    assert_eq!(twin["properties"]["desired"]["target"], 5);
    assert_eq!(twin["properties"]["desired"].get("motor"), None, "{twin}");
    assert_eq!(twin["cloudProperties"].get("floor"), None, "{twin}");
    assert_eq!(twin["properties"]["desired"]["$version"], 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_is_said_by_property() {
    let app = TestApp::start().await;
    let (_, _, program) = scene(&app).await;
    let path = "/api/devices/room-1/properties";
    for (body, field) in [
        (json!({"target": "warm"}), "/target"),
        (json!({"serial": "x"}), "/serial"),
        (json!({"floor": 1.5}), "/floor"),
        (json!({"motor": {"speed": "x"}}), "/motor/speed"),
    ] {
        let answer = program.ask("PATCH", path, Some(body)).await;
        refused(&answer, 422, "UnprocessableEntity");
        assert_eq!(answer.1["fields"][0]["field"], field, "{}", answer.1);
    }
    refused(&program.ask("PATCH", path, Some(json!({"a b": 1}))).await, 422, "UnprocessableEntity");
    refused(&program.ask("PATCH", path, Some(json!([1]))).await, 400, "InvalidBody");
    refused(&program.ask("GET", "/api/devices/nobody/properties", None).await, 404, "NotFound");
    refused(
        &program.ask("GET", "/api/devices/room-1/components/pump/properties", None).await,
        404,
        "NotFound",
    );
    let pump =
        program.ask("PATCH", "/api/devices/room-1/components/pump/properties", Some(json!({"a": 1}))).await;
    refused(&pump, 404, "NotFound");
    assert_eq!(program.get("/api/devices/room-1/twin").await["properties"]["desired"]["$version"], 0);

    // What nobody models is kept all the same, and an answer may be sent back.
    let (_, answer) = program.ask("PATCH", path, Some(json!({"more": {"a": [1, 2]}}))).await;
    assert_eq!(answer["more"], json!({"a": [1, 2]}));
    let (status, again) = program.ask("PUT", path, Some(answer)).await;
    assert_eq!((status.as_u16(), &again["more"]), (200, &json!({"a": [1, 2]})));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_sees_and_changes_nothing_and_who_is_late_is_told() {
    let app = TestApp::start().await;
    let (ada, _, program) = scene(&app).await;
    let path = "/api/devices/room-1/properties";
    let viewer = Program::new(&app, &ada, "viewer").await;
    viewer.get(path).await;
    refused(&viewer.ask("PATCH", path, Some(json!({"target": 1}))).await, 403, "Forbidden");
    let etag = program.get("/api/devices/room-1/twin").await["etag"].as_str().unwrap().to_owned();
    assert_eq!(program.ask_if("PATCH", path, &etag, json!({"target": 1})).await.0, 200);
    refused(&program.ask_if("PATCH", path, &etag, json!({"target": 2})).await, 412, "PreconditionFailed");
    refused(
        &program.ask_if("PATCH", path, "nonsense", json!({"target": 2})).await,
        412,
        "PreconditionFailed",
    );
    assert_eq!(program.ask_if("PATCH", path, "*", json!({"target": 3})).await.0, 200);
    // The history says who, and from what to what.
    let one = json!({"workspace": ada.workspace.slug, "device": "room-1"});
    let view = ada.call("device_twin", one).await.read::<Value>();
    let newest = &view["history"][0];
    assert_eq!(
        (&newest["old"], &newest["new"], &newest["part"]),
        (&json!("1"), &json!("3"), &json!("desired"))
    );
    assert!(newest["who"].as_str().unwrap().contains("operator"), "{newest}");
}
