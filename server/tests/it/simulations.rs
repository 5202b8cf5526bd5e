//! Simulated devices: made over the pages' functions and over REST, played through the broker, stopped and started.

use crate::platform;
use crate::rest::{Program, refused};
use serde_json::{Value, json};
use test_support::{TestApp, TestPerson, eventually};

const MODEL: &str = r#"[
  {"@context": ["dtmi:dtdl:context;2", "dtmi:iotcentral:context;2"], "@id": "dtmi:test:Pump;1", "@type": "Interface", "displayName": "Pump",
   "contents": [
    {"@type": ["Telemetry", "Temperature"], "name": "temperature", "schema": "double", "unit": "degreeCelsius"},
    {"@type": "Telemetry", "name": "open", "schema": "boolean"},
    {"@type": "Property", "name": "target", "schema": "double", "writable": true},
    {"@type": "Property", "name": "serialNumber", "schema": "string"},
    {"@type": "Command", "name": "reboot", "response": {"name": "took", "schema": "duration"}},
    {"@type": "Component", "name": "motor", "schema": "dtmi:test:Motor;1"}]},
  {"@context": "dtmi:dtdl:context;2", "@id": "dtmi:test:Motor;1", "@type": "Interface",
   "contents": [{"@type": "Telemetry", "name": "rpm", "schema": "integer"}]}
]"#;

/// The number of the published template above.
pub(crate) async fn template(ada: &TestPerson) -> i64 {
    let slug = &ada.workspace.slug;
    let made = ada.call("import_template", json!({"workspace": slug, "text": MODEL})).await.read::<Value>();
    let id = made["id"].as_i64().or(made["template"]["id"].as_i64()).unwrap();
    let publish = json!({"workspace": slug, "template": id, "new_version": false});
    assert_eq!(ada.call("publish_template", publish).await.status, 200);
    id
}

async fn lines(ada: &TestPerson, device: &str) -> Vec<String> {
    let one = json!({"workspace": ada.workspace.slug, "device": device});
    let lines = ada.call("device_events", one).await.read::<Value>();
    lines.as_array().unwrap().iter().map(|line| format!("{} {}", line["kind"], line["text"])).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_sends_reports_answers_and_stops() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    template(&ada).await;
    let program = Program::new(&app, &ada, "operator").await;
    let wanted = json!({"displayName": "Pump one", "template": "dtmi:test:Pump;1", "simulated": true});
    let (status, made) = program.ask("PUT", "/api/devices/pump", Some(wanted)).await;
    assert_eq!((status.as_u16(), &made["simulated"]), (200, &json!(true)), "{made}");
    let change = program.ask("PATCH", "/api/devices/pump", Some(json!({"simulated": false}))).await;
    refused(&change, 422, "UnprocessableEntity");

    for path in
        ["/api/devices/pump/telemetry/temperature", "/api/devices/pump/components/motor/telemetry/rpm"]
    {
        let value = eventually("the device sends", async || {
            let (status, value) = program.ask("GET", path, None).await;
            (status == 200).then_some(value)
        })
        .await;
        assert!(value["value"].is_number(), "{value}");
    }
    let properties = eventually("it reports what it is", async || {
        let all = program.get("/api/devices/pump/properties").await;
        all["serialNumber"].as_str().is_some_and(|text| text.starts_with("SIM-")).then_some(all)
    })
    .await;
    assert!(properties["target"].is_number(), "{properties}");

    // It takes what is wanted of it, and answers commands, as a device does.
    assert_eq!(
        program.ask("PATCH", "/api/devices/pump/properties", Some(json!({"target": 21.5}))).await.0,
        200
    );
    eventually("it takes the property", async || {
        let known = program.get("/api/devices/pump/properties").await["$metadata"]["target"].clone();
        (known["ackCode"] == 200 && known["ackVersion"] == known["desiredVersion"]).then_some(())
    })
    .await;
    let (status, answer) = program.ask("POST", "/api/devices/pump/commands/reboot", Some(json!({}))).await;
    assert!(status.is_success(), "{answer}");
    assert_eq!(answer["responseCode"], 200, "{answer}");
    assert!(answer["response"].as_str().is_some_and(|text| text.starts_with("PT")), "{answer}");

    // Stopped, it goes, and the log says who did it; started, it comes back.
    let one = json!({"workspace": ada.workspace.slug, "device": "pump"});
    let simulation = ada.call("device_simulation", one.clone()).await.read::<Value>();
    assert_eq!(simulation, json!({"running": true, "every_ms": 5000}));
    let set = async |simulation: Value| {
        let mut arguments = one.clone();
        arguments["simulation"] = simulation;
        ada.call("set_simulation", arguments).await
    };
    assert_eq!(set(json!({"running": false, "every_ms": 5000})).await.status, 200);
    eventually("it goes", async || {
        let lines = lines(&ada, "pump").await;
        lines.iter().any(|line| line.contains("\"disconnected\"")).then_some(())
    })
    .await;
    assert!(lines(&ada, "pump").await.iter().any(|line| line.contains("Stopped by ada")));
    let (status, _) = program.ask("POST", "/api/devices/pump/commands/reboot", Some(json!({}))).await;
    assert!(!status.is_success(), "nobody is there to answer");
    let too_fast = set(json!({"running": true, "every_ms": 10})).await;
    assert_eq!(too_fast.body["fields"][0]["field"], "every_ms", "{}", too_fast.body);
    // Over REST the same.
    let path = "/api/devices/pump/simulation";
    assert_eq!(program.get(path).await, json!({"running": false, "interval": 5.0}));
    refused(&program.ask("PATCH", path, Some(json!({"interval": 0.5}))).await, 422, "UnprocessableEntity");
    let (status, started) = program.ask("PATCH", path, Some(json!({"running": true, "interval": 1}))).await;
    assert_eq!((status.as_u16(), &started), (200, &json!({"running": true, "interval": 1.0})));
    eventually("it comes back", async || {
        let (status, _) = program.ask("POST", "/api/devices/pump/commands/reboot", Some(json!({}))).await;
        status.is_success().then_some(())
    })
    .await;

    // Deleted, it is nowhere, and nobody complains.
    assert_eq!(program.ask("DELETE", "/api/devices/pump", None).await.0, 204);
    assert_eq!(ada.call("device_simulation", one).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_made_at_once_and_all_of_them_send() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let id = template(&ada).await;
    app.device(&ada, "pump-2").await;
    let new = json!({"template": id, "count": 60, "prefix": "pump", "name": "Pump", "every_ms": 2000});
    let made = ada.call("create_simulated_devices", json!({"workspace": slug, "new": new})).await;
    let ids: Vec<String> = made.read();
    assert_eq!(
        (ids.len(), ids[0].as_str(), ids[1].as_str()),
        (60, "pump-1", "pump-3"),
        "what is taken is passed over"
    );
    for (wrong, field) in [
        (json!({"template": id, "count": 0, "prefix": "pump", "name": "", "every_ms": 2000}), "count"),
        (json!({"template": id, "count": 1, "prefix": "a/b", "name": "", "every_ms": 2000}), "prefix"),
        (json!({"template": id, "count": 1, "prefix": "pump", "name": "", "every_ms": 5}), "every_ms"),
        (json!({"template": 99_999, "count": 1, "prefix": "pump", "name": "", "every_ms": 2000}), "template"),
    ] {
        let answer = ada.call("create_simulated_devices", json!({"workspace": slug, "new": wrong})).await;
        assert_eq!(answer.body["fields"][0]["field"], field, "{}", answer.body);
    }
    let live = json!({"workspace": slug, "query": {"limit": 1, "status": "live"}});
    eventually("all of them send", async || {
        let page = ada.call("list_devices", live.clone()).await.read::<Value>();
        (page["matching"] == 60).then_some(())
    })
    .await;
    // A blocked one is let alone: it doesn't knock on the door for ever.
    let block = json!({"workspace": slug, "device": "pump-1", "blocked": true});
    assert_eq!(ada.call("set_blocked", block).await.status, 200);
    tokio::time::sleep(std::time::Duration::from_secs(8)).await;
    let refusals = lines(&ada, "pump-1").await.iter().filter(|line| line.contains("refused")).count();
    assert!(refusals <= 1, "{:?}", lines(&ada, "pump-1").await);

    // A real one is nobody's simulation.
    let program = Program::new(&app, &ada, "operator").await;
    refused(&program.ask("GET", "/api/devices/pump-2/simulation", None).await, 404, "NotFound");
    let real =
        json!({"workspace": slug, "device": "pump-2", "simulation": {"running": true, "every_ms": 1000}});
    assert_eq!(ada.call("set_simulation", real).await.status, 422);
}

/// As many as the workspace may have and not one more, and every one of them is played.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_are_played_and_the_limit_holds_for_them() {
    let app = TestApp::start().await;
    let root = app.administrator("root@example.com").await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let thousand = platform::plan(&root, "Thousand", json!({"devices": 1000})).await;
    platform::give(&root, &ada, thousand, json!({})).await;
    let id = template(&ada).await;
    let new = json!({"template": id, "count": 100, "prefix": "pump", "name": "", "every_ms": 20_000});
    for _ in 0..10 {
        let made = ada.call("create_simulated_devices", json!({"workspace": slug, "new": new})).await;
        assert_eq!(made.read::<Vec<String>>().len(), 100);
    }
    let more = ada.call("create_simulated_devices", json!({"workspace": slug, "new": new})).await;
    assert_eq!((more.status, more.code()), (403, "limit-reached"), "{}", more.body);
    let program = Program::new(&app, &ada, "operator").await;
    let one = program.ask("PUT", "/api/devices/more", Some(json!({"simulated": true}))).await;
    refused(&one, 403, "LimitReached");
    let live = json!({"workspace": slug, "query": {"limit": 1, "status": "live"}});
    let mut seen = 0;
    // They begin some hundred at a time: as long as it goes on, it is waited for.
    while seen < 1000 {
        seen = eventually(&format!("more than {seen} send"), async || {
            let page = ada.call("list_devices", live.clone()).await.read::<Value>();
            page["matching"].as_i64().filter(|sending| *sending > seen)
        })
        .await;
    }
    assert_eq!(seen, 1000);
}
