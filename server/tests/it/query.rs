//! Queries end to end: sent by devices over MQTT, asked for by programs with a token and by people with a browser.

use serde_json::{Value, json};
use std::time::Duration;
use test_support::{TestApp, TestPerson};

/// A person whose pump has sent three messages, and their token.
async fn plant(app: &TestApp) -> (TestPerson, String) {
    let owner = app.person("ada@example.com").await;
    let field =
        |name: &str, schema: &str| json!({"name": name, "display_name": "", "schema": schema, "unit": ""});
    let draft = json!({"name": "Pump", "telemetry": [field("flow", "double"), field("mode", "string")]});
    let template =
        owner.call("create_template", json!({"workspace": owner.workspace.slug, "draft": draft})).await;
    let template = template.read::<Value>()["id"].clone();
    let publish = json!({"workspace": owner.workspace.slug, "template": template, "new_version": false});
    assert_eq!(owner.call("publish_template", publish).await.status, 200);
    let pump = app.device(&owner, "pump-1").await;
    let patch = json!({"name": "First pump", "template": template});
    let changed = owner.call(
        "update_device",
        json!({"workspace": owner.workspace.slug, "device": "pump-1", "patch": patch}),
    );
    assert_eq!(changed.await.status, 200);
    for body in [r#"{"flow":1.5,"mode":"on"}"#, r#"{"flow":2.5}"#, r#"{"flow":-4,"mode":"=off"}"#] {
        pump.send(body).await;
        // A time of its own for each.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let new = json!({"id": "t", "name": "t", "role": "operator", "expires_ms": null});
    let made = owner.call("create_api_token", json!({"workspace": owner.workspace.slug, "new": new})).await;
    let token = format!("Bearer {}", made.read::<Value>()["secret"].as_str().unwrap());
    (owner, token)
}

async fn ask(app: &TestApp, token: &str, parameters: &str, accept: &str, query: &str) -> reqwest::Response {
    app.client()
        .post(format!("{}/api/query?api-version=2022-10-31-preview{parameters}", app.url))
        .header("authorization", token)
        .header("accept", accept)
        .json(&json!({"query": query}))
        .send()
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_devices_send_is_answered_to_programs() {
    let app = TestApp::start().await;
    let (_, token) = plant(&app).await;
    let text = "SELECT $id, flow, mode FROM Pump WHERE WITHIN_WINDOW(PT1H) ORDER BY $ts";
    let answer = ask(&app, &token, "", "application/json", text).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.text().await.unwrap(),
        r#"{"results":[{"$id":"pump-1","flow":1.5,"mode":"on"},{"$id":"pump-1","flow":2.5,"mode":null},{"$id":"pump-1","flow":-4,"mode":"=off"}]}"#
    );
    let lines =
        ask(&app, &token, "", "application/x-ndjson", "SELECT AVG(flow) AS a, COUNT(mode) AS n FROM Pump")
            .await;
    assert_eq!(lines.headers()["content-type"], "application/x-ndjson");
    assert_eq!(lines.text().await.unwrap(), "{\"a\":0,\"n\":2}\n");
    let csv = ask(&app, &token, "&format=csv", "*/*", text).await;
    assert_eq!(csv.headers()["content-type"], "text/csv; charset=utf-8");
    assert_eq!(csv.text().await.unwrap(), "$id,flow,mode\npump-1,1.5,on\npump-1,2.5,\npump-1,-4,'=off\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_answered_with_its_place() {
    let app = TestApp::start().await;
    let (_, token) = plant(&app).await;
    let answer = ask(&app, &token, "", "*/*", "SELECT flwo FROM Pump").await;
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["error"]["code"], "InvalidQuery");
    let message = body["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("Column 8: ") && message.contains("Did you mean `flow`?"), "{message}");
    assert!(message.ends_with("SELECT flwo FROM Pump\n       ^^^^"), "{message}");
    assert_eq!((&body["mistake"]["column"], &body["mistake"]["length"]), (&json!(8), &json!(4)));
    assert_eq!(ask(&app, &token, "&format=xml", "*/*", "SELECT flow FROM Pump").await.status(), 400);
    assert_eq!(ask(&app, "Bearer nothing", "", "*/*", "SELECT flow FROM Pump").await.status(), 401);
    // Another workspace's token knows nothing of it.
    let eve = app.person("eve@example.com").await;
    let new = json!({"id": "t", "name": "t", "role": "operator", "expires_ms": null});
    let made = eve.call("create_api_token", json!({"workspace": eve.workspace.slug, "new": new})).await;
    let foreign = format!("Bearer {}", made.read::<Value>()["secret"].as_str().unwrap());
    let unknown: Value = ask(&app, &foreign, "", "*/*", "SELECT flow FROM Pump").await.json().await.unwrap();
    assert!(
        unknown["error"]["message"].as_str().unwrap().contains("There is no template `Pump`. There is none.")
    );
    let none = ask(&app, &foreign, "", "*/*", "SELECT $id FROM DEVICE 'pump-1'").await;
    assert_eq!(none.text().await.unwrap(), r#"{"results":[]}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_see_rows_mistakes_and_files() {
    let app = TestApp::start().await;
    let (owner, _) = plant(&app).await;
    let run = async |query: &str| {
        let arguments = json!({"workspace": owner.workspace.slug, "query": query});
        owner.call("run_query", arguments).await.read::<Value>()
    };
    let table =
        run("SELECT $name, flow FROM DEVICE 'pump-1' WHERE flow > 0 ORDER BY flow DESC").await["Table"]
            .clone();
    assert_eq!(table["columns"], json!(["$name", "flow"]));
    assert_eq!(table["rows"], json!([["First pump", 2.5], ["First pump", 1.5]]));
    // Whole messages are read while they are not packed: three flows and two modes.
    assert_eq!((&table["more"], &table["read"]), (&json!(false), &json!(5)));
    assert!(table["notes"][0].as_str().unwrap().contains("No time is given"), "{table}");
    assert_eq!(run("SELECT flow FRM Pump").await["Mistake"]["column"], 13);
    let path = format!("/w/{}/query", owner.workspace.slug);
    let csv = owner.get(&format!("{path}.csv?query=SELECT+flow+FROM+Pump+ORDER+BY+flow")).await;
    assert!(csv.headers()["content-disposition"].to_str().unwrap().contains("query.csv"));
    assert_eq!(csv.text().await.unwrap(), "flow\n-4\n1.5\n2.5\n");
    let wrong = owner.get(&format!("{path}.jsonl?query=SELECT+x+FROM+Pump")).await;
    assert_eq!(wrong.status(), 422);
    let page = owner.get(&format!("{path}?q=SELECT+flow+FROM+Pump")).await;
    assert_eq!(page.status(), 200);
    let html = page.text().await.unwrap();
    assert!(html.contains("SELECT flow FROM Pump") && html.contains("Newest values of Pump"), "{html}");
}
