//! What the web server answers to what it should not be asked.

use http::StatusCode;
use serde_json::{Value, json};
use test_support::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_nowhere_is_not_found() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let page = ada.get("/nowhere").await;
    assert_eq!(page.status(), 404);
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    for path in ["/api/nothing", "/pkg/nothing.js", "/style/nothing.css", "/mqtt/nothing"] {
        let answer = ada.get(path).await;
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!((&problem["code"], &problem["status"]), (&json!("not-found"), &json!(404)), "{path}");
    }
    let slash = ada.get("/workspaces/").await;
    assert_eq!(
        (slash.status().as_u16(), slash.headers()["location"].to_str().unwrap()),
        (308, "/workspaces")
    );
    // A host must not slip into the address that one is sent to.
    let outward = ada.get("//evil.example/").await;
    assert!(outward.headers().get("location").is_none_or(|to| to == "/evil.example"));
    assert_eq!(ada.get("/../../etc/passwd").await.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_wrong_or_too_large() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let post = |body: Vec<u8>| {
        ada.client()
            .post(format!("{}/api/create_workspace", app.url))
            .header("content-type", "application/json")
            .body(body)
    };
    for (body, status) in [
        (b"{".to_vec(), 422),
        (b"null".to_vec(), 422),
        (br#"{"name": 7}"#.to_vec(), 422),
        (br#"{"nom": "x"}"#.to_vec(), 422),
        (vec![0xff; 100], 422),
        (vec![b' '; 10_000_000], 413),
    ] {
        let size = body.len();
        let answer = post(body).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{size} bytes");
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{size} bytes");
    }
    // One that doesn't say how long it is.
    let endless = futures::stream::iter((0..200).map(|_| Ok::<_, std::io::Error>(vec![b' '; 64 * 1024])));
    let sent = ada
        .client()
        .post(format!("{}/api/create_workspace", app.url))
        .header("content-type", "application/json");
    // The server may close the connection before all is sent.
    if let Ok(answer) = sent.body(reqwest::Body::wrap_stream(endless)).send().await {
        assert!(answer.status().is_client_error(), "{}", answer.status());
    }
    // Nobody else is disturbed.
    assert_eq!(ada.call("create_workspace", json!({"name": "Second"})).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_with_errors_say_which_field() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let workspace = &ada.workspace.slug;
    let new =
        |id: &str| json!({"workspace": workspace, "new": {"external_id": id, "name": "", "template": null}});
    assert_eq!(ada.call("create_device", new("room-1")).await.status, 200);
    let cases = [
        ("create_device", new("room-1"), 409, "external_id"),
        ("create_device", new("a/b"), 422, "external_id"),
        ("create_workspace", json!({"name": " "}), 422, "name"),
        ("update_profile", json!({"profile": {"name": "", "theme": "dark", "time_zone": ""}}), 422, "name"),
        ("change_password", json!({"current": "not it at all", "new": "another sentence"}), 422, "current"),
    ];
    for (function, arguments, status, field) in cases {
        let answer = ada.call(function, arguments).await;
        assert_eq!(
            (answer.status, &answer.body["fields"][0]["field"]),
            (status, &json!(field)),
            "{function}: {}",
            answer.body
        );
        assert!(answer.body["fields"][0]["message"].as_str().is_some_and(|m| !m.is_empty()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_headers() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    for path in ["/workspaces", "/nowhere", "/healthz", "/ca.pem", "/api/nothing"] {
        let answer = ada.get(path).await;
        let header = |name: &str| answer.headers().get(name).map_or("", |v| v.to_str().unwrap());
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(!header("x-request-id").is_empty(), "{path}");
    }
    let page = ada.get("/workspaces").await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap().to_owned();
    assert!(
        policy.contains("'wasm-unsafe-eval'") && !policy.contains("script-src 'unsafe-inline'"),
        "{policy}"
    );
    let text = page.text().await.unwrap();
    // Every script of the page that stands in it bears the nonce of the page.
    for script in text.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap();
        assert!(tag.contains(&format!("nonce=\"{nonce}\"")) || tag.contains("src="), "<script{tag}>");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_that_nothing_answers() {
    let app = TestApp::start().await;
    let delete = app.client().delete(format!("{}/workspaces", app.url)).send().await.unwrap();
    assert_eq!(delete.status(), StatusCode::METHOD_NOT_ALLOWED);
    let put = app.client().put(format!("{}/nowhere", app.url)).send().await.unwrap();
    assert_eq!(put.status(), StatusCode::NOT_FOUND);
}
