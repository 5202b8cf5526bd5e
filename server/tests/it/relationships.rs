//! Gateways and the devices behind them, over REST and the page's functions.

use crate::rest::{Program, refused};
use serde_json::{Value, json};
use test_support::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn devices_stand_behind_a_gateway_and_never_in_a_circle() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    for id in ["gateway", "other", "one", "two"] {
        app.device(&ada, id).await;
    }
    let program = Program::new(&app, &ada, "operator").await;
    let path = "/api/devices/gateway/relationships";
    assert_eq!(program.get(path).await, json!({"value": []}));
    let wanted = json!({"name": "sensors", "source": "gateway", "target": "one"});
    let (status, made) =
        program.ask("PUT", &format!("{path}/r-1?api-version=2022-07-31"), Some(wanted)).await;
    let expected = json!({"id": "r-1", "name": "sensors", "source": "gateway", "target": "one"});
    assert_eq!((status.as_u16(), &made), (200, &expected), "{made}");
    assert_eq!(program.get(&format!("{path}/r-1")).await, expected);
    // An answer may be sent back as it is.
    assert_eq!(program.ask("PUT", &format!("{path}/r-1"), Some(made)).await.1, expected);
    let (_, named) = program.ask("PATCH", &format!("{path}/r-1"), Some(json!({"name": "probes"}))).await;
    assert_eq!((&named["name"], &named["target"]), (&json!("probes"), &json!("one")));
    assert_eq!(program.ask("PUT", &format!("{path}/r-2"), Some(json!({"target": "two"}))).await.0, 200);
    let children = program.get("/api/devices/gateway/children").await;
    let ids: Vec<&Value> = children["value"].as_array().unwrap().iter().map(|child| &child["id"]).collect();
    assert_eq!(ids, ["one", "two"], "{children}");

    // What can't be says where.
    let behind = |device: &str| format!("/api/devices/{device}/relationships/x");
    for (address, body, status, code) in [
        (behind("one"), json!({"target": "gateway"}), 422, "UnprocessableEntity"),
        (behind("one"), json!({"target": "one"}), 422, "UnprocessableEntity"),
        (behind("other"), json!({"target": "two"}), 409, "Conflict"),
        (behind("gateway"), json!({"target": "nobody"}), 422, "UnprocessableEntity"),
    ] {
        let answer = program.ask("PUT", &address, Some(body.clone())).await;
        refused(&answer, status, code);
        assert_eq!(answer.1["fields"][0]["field"], "target", "{body}: {}", answer.1);
    }
    let elsewhere =
        program.ask("PUT", &behind("gateway"), Some(json!({"source": "other", "target": "other"}))).await;
    refused(&elsewhere, 422, "UnprocessableEntity");
    refused(&program.ask("PUT", &behind("nobody"), Some(json!({"target": "one"}))).await, 404, "NotFound");
    refused(&program.ask("GET", &behind("gateway"), None).await, 404, "NotFound");

    // The page's functions see the same, and both logs tell.
    let one = json!({"workspace": ada.workspace.slug, "device": "one"});
    let family = ada.call("device_family", one.clone()).await.read::<Value>();
    assert_eq!(family["parent"]["external_id"], "gateway", "{family}");
    let page =
        ada.get(&format!("/w/{}/devices/gateway/children", ada.workspace.slug)).await.text().await.unwrap();
    assert!(page.contains("2 devices stand behind this one.") && page.contains("probes"), "{page}");
    let ask =
        |device: &str, ask: Value| json!({"workspace": ada.workspace.slug, "device": device, "ask": ask});
    let people = ada.call("device_log", ask("one", json!({"about": "people"}))).await.read::<Value>();
    assert!(people["lines"][0]["text"].as_str().unwrap().contains("Put behind “gateway”"), "{people}");
    let attach = json!({"workspace": ada.workspace.slug, "device": "two", "new": {"child": "other"}});
    assert_eq!(ada.call("attach_child", attach).await.status, 200);
    let circle = json!({"workspace": ada.workspace.slug, "device": "other", "new": {"child": "gateway"}});
    let circle = ada.call("attach_child", circle).await;
    assert_eq!(circle.body["fields"][0]["field"], "child", "{}", circle.body);

    // Detached by name, or by the end of the gateway.
    assert_eq!(program.ask("DELETE", &format!("{path}/r-2"), None).await.0, 204);
    refused(&program.ask("DELETE", &format!("{path}/r-2"), None).await, 404, "NotFound");
    assert_eq!(program.ask("DELETE", "/api/devices/gateway", None).await.0, 204);
    let family = ada.call("device_family", one).await.read::<Value>();
    assert_eq!(family["parent"], Value::Null, "{family}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_read_by_what_it_is_about_and_page_by_page() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "one").await;
    device.send(r#"{"t":1}"#).await;
    let wrong = test_support::TestDevice { key: "d3Jvbmc=".into(), ..device.clone() };
    assert!(wrong.connect().await.is_err());
    let slug = ada.workspace.slug.clone();
    // More lines than a page holds, each its own.
    let runs = (0..60).map(|n| {
        let new = json!({"name": format!("dance-{n}"), "connect_s": 0, "timeout_s": 5});
        ada.call("run_command", json!({"workspace": slug, "device": "one", "new": new}))
    });
    for run in runs {
        assert_eq!(run.await.status, 200);
    }
    let page = async |about: Value, before: Value| {
        let ask = json!({"about": about, "before": before});
        ada.call("device_log", json!({"workspace": slug, "device": "one", "ask": ask})).await.read::<Value>()
    };
    let trouble = test_support::eventually("the refusal is told", async || {
        let page = page(json!("trouble"), Value::Null).await;
        (!page["lines"].as_array().unwrap().is_empty()).then_some(page)
    })
    .await;
    let kinds: Vec<&Value> = trouble["lines"].as_array().unwrap().iter().map(|line| &line["kind"]).collect();
    assert_eq!(kinds, ["sign-in-refused"], "{trouble}");
    let commands = page(json!("commands"), Value::Null).await;
    assert_eq!((commands["lines"].as_array().unwrap().len(), &commands["more"]), (60, &json!(false)));
    let middle = commands["lines"][29]["id"].clone();
    let older = page(json!("commands"), middle.clone()).await;
    assert_eq!(older["lines"].as_array().unwrap().len(), 30);
    assert!(older["lines"][0]["id"].as_i64() < middle.as_i64());

    // The page says what stands in the way, and the address what is shown.
    let shown =
        async |rest: &str| ada.get(&format!("/w/{slug}/devices/one/log{rest}")).await.text().await.unwrap();
    let all = shown("").await;
    assert!(all.contains("Compare id, ID scope and key") && all.contains("dance-59"), "{all}");
    let only = shown("?about=files").await;
    assert!(only.contains("Nothing of that kind") && !only.contains("dance-59"), "{only}");
}
