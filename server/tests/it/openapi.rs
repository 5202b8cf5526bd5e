//! The programming interface as a whole: what its document says, how much a token may ask, what comes twice, what is
//! known already.

mod schemathesis;

use crate::rest::{Program, refused};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use test_support::TestApp;

/// Asks with headers; status, headers and body.
async fn ask(
    app: &TestApp,
    program: &Program,
    (method, path): (&str, &str),
    more: &[(&str, &str)],
    body: Option<Value>,
) -> (StatusCode, HeaderMap, String) {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = app.client().request(method, format!("{}{path}", app.url));
    request = request.header("authorization", program.token());
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    (answer.status(), answer.headers().clone(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_and_the_routes_are_alike() {
    let app = TestApp::start().await;
    let answer = app.client().get(format!("{}/api/openapi.json", app.url)).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/json".parse().unwrap())
    );
    let document: Value = answer.json().await.unwrap();
    let mut described = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            described.insert(format!("{} {path}", method.to_uppercase()));
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
            let named = operation["parameters"].as_array().unwrap().iter().filter(|p| p["in"] == "path");
            let named: Vec<_> = named.map(|p| format!("{{{}}}", p["name"].as_str().unwrap())).collect();
            let wanted: Vec<_> = path.split('/').filter(|part| part.starts_with('{')).collect();
            assert_eq!(named, wanted, "{method} {path}");
        }
    }
    let routes: BTreeSet<String> = homeport::rest::ROUTES
        .iter()
        .flat_map(|(path, methods)| methods.iter().map(move |method| format!("{method} {path}")))
        .collect();
    assert_eq!(described, routes, "a route and its description must go together");
    let text = document.to_string();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name} is described");
    }
    let page = app.client().get(format!("{}/api", app.url)).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let html = page.text().await.unwrap();
    assert!(html.contains("/api/enrollmentGroups/{group}") && !html.contains("<script"), "the reference");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_asks_too_much_is_told_when_to_come_back() {
    let app = TestApp::start_with(|settings| settings.api_rate = Some(3)).await;
    let ada = app.person("ada@example.com").await;
    let (one, other) = (Program::new(&app, &ada, "viewer").await, Program::new(&app, &ada, "builder").await);
    for left in [2, 1, 0] {
        let (status, headers, _) = ask(&app, &one, ("GET", "/api/devices"), &[], None).await;
        assert_eq!(status, 200);
        assert_eq!(headers["ratelimit-policy"], "\"token\";q=3;w=60");
        let said = headers["ratelimit"].to_str().unwrap();
        assert!(said.starts_with(&format!("\"token\";r={left};t=")), "{said}");
    }
    let (status, headers, body) = ask(&app, &one, ("GET", "/api/devices"), &[], None).await;
    refused(&(status, serde_json::from_str(&body).unwrap()), 429, "TooManyRequests");
    let wait: u64 = headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(
        ask(&app, &other, ("GET", "/api/devices"), &[], None).await.0,
        200,
        "another token is not held up"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_twice_under_a_key_happens_once() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    app.device(&ada, "pump").await;
    let (one, other) =
        (Program::new(&app, &ada, "operator").await, Program::new(&app, &ada, "builder").await);
    let send = async |program: &Program, key: &str, body: &str| {
        let to = ("POST", "/api/devices/pump/messages");
        ask(&app, program, to, &[("idempotency-key", key)], Some(json!({"body": body}))).await
    };
    let first = send(&one, "a-1", "hello").await;
    assert_eq!(first.0, 202, "{}", first.2);
    let again = send(&one, "a-1", "hello").await;
    assert_eq!((again.0, &again.2), (first.0, &first.2));
    assert_eq!(again.1["idempotency-replayed"], "true");
    assert_eq!(again.1["content-type"], first.1["content-type"]);
    let another = send(&one, "a-1", "good-bye").await;
    refused(&(another.0, serde_json::from_str(&another.2).unwrap()), 422, "UnprocessableEntity");
    assert_eq!(send(&other, "a-1", "hello").await.0, 202, "another token's keys are its own");
    assert_eq!(send(&one, "a-2", "hello").await.0, 202);
    for bad in [" ", "a b", &"x".repeat(201)] {
        assert_eq!(send(&one, bad, "hello").await.0, 422, "{bad}");
    }
    let waiting = one.get("/api/devices/pump/messages").await;
    assert_eq!(waiting["value"].as_array().map(Vec::len), Some(3));
    // Of many at once one does it, and nobody is told two things.
    let many = (0..8).map(|_| send(&one, "b", "once"));
    let answers = futures::future::join_all(many).await;
    assert!(answers.iter().all(|(status, ..)| [202, 409].contains(&status.as_u16())), "{answers:?}");
    assert!(answers.iter().any(|(status, ..)| *status == 202));
    let waiting = one.get("/api/devices/pump/messages").await;
    assert_eq!(waiting["value"].as_array().map(Vec::len), Some(4));
    // What was refused is refused again, with the same words.
    let to = ("POST", "/api/devices/nobody/messages");
    let key = [("idempotency-key", "c")];
    let refusals =
        [ask(&app, &one, to, &key, Some(json!({}))).await, ask(&app, &one, to, &key, Some(json!({}))).await];
    assert_eq!(refusals[0].2, refusals[1].2);
    assert_eq!(refusals[1].1["content-type"], "application/problem+json");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_is_not_sent_again_and_what_has_changed_is_not_overwritten() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    app.device(&ada, "pump").await;
    let program = Program::new(&app, &ada, "administrator").await;
    let made = program.ask("PUT", "/api/apiTokens/ci", Some(json!({"roles": [{"role": "viewer"}]}))).await;
    assert_eq!(made.0, 200);
    let group = json!({"displayName": "Line", "attestation": {"type": "symmetricKey"}});
    assert_eq!(program.ask("PUT", "/api/enrollmentGroups/line", Some(group)).await.0, 200);
    for path in [
        "/api/devices",
        "/api/devices/pump",
        "/api/devices/pump/properties",
        "/api/enrollmentGroups/line",
        "/api/fileUploads",
        "/api/deviceTemplates",
        "/api/apiTokens/ci",
    ] {
        let (_, headers, _) = ask(&app, &program, ("GET", path), &[], None).await;
        let tag = headers["etag"].to_str().unwrap().to_owned();
        let known = ask(&app, &program, ("GET", path), &[("if-none-match", &tag)], None).await;
        assert_eq!(
            (known.0.as_u16(), known.2.as_str(), &known.1["etag"]),
            (304, "", &headers["etag"]),
            "{path}"
        );
        let other = ask(&app, &program, ("GET", path), &[("if-none-match", "\"x\"")], None).await;
        assert_eq!(other.0, 200, "{path}");
    }
    for (method, path, body) in [
        ("PATCH", "/api/devices/pump", Some(json!({"displayName": "A pump"}))),
        ("PATCH", "/api/devices/pump/properties", Some(json!({"speed": 1}))),
        ("PUT", "/api/fileUploads", Some(json!({"sasTtl": "PT2H"}))),
        ("PATCH", "/api/enrollmentGroups/line", Some(json!({"displayName": "Lines"}))),
        ("DELETE", "/api/enrollmentGroups/line", None),
        ("DELETE", "/api/apiTokens/ci", None),
        ("DELETE", "/api/devices/pump", None),
    ] {
        let stale = ask(&app, &program, (method, path), &[("if-match", "\"0-0x\"")], body.clone()).await;
        refused(&(stale.0, serde_json::from_str(&stale.2).unwrap()), 412, "PreconditionFailed");
        let (_, headers, _) = ask(&app, &program, ("GET", path), &[], None).await;
        let tag = headers["etag"].to_str().unwrap().to_owned();
        let done = ask(&app, &program, (method, path), &[("if-match", &tag)], body).await;
        assert!(done.0.is_success(), "{method} {path} with {tag}: {}", done.2);
    }
}
