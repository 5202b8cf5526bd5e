//! Signing in and out: whose cookie is worth what.

use http::header::{COOKIE, SET_COOKIE};
use serde_json::json;
use test_support::TestApp;

/// The session's cookie as an answer sets it: `homeport=…` and its attributes.
fn cookie(response: &reqwest::Response) -> Option<(String, String)> {
    let mut set = response.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let (pair, attributes) = set.find(|text| text.starts_with("homeport="))?.split_once(';')?;
    Some((pair.to_owned(), attributes.to_owned()))
}

async fn sign_in(app: &TestApp, email: &str, password: &str, known: Option<&str>) -> reqwest::Response {
    // A client without a memory: the test carries the cookie itself.
    let mut request = reqwest::Client::new().post(format!("{}/api/sign_in", app.url));
    if let Some(known) = known {
        request = request.header(COOKIE, known);
    }
    request.json(&json!({"email": email, "password": password})).send().await.unwrap()
}

async fn signed_in(app: &TestApp, cookie: &str) -> bool {
    let asked = reqwest::Client::new()
        .post(format!("{}/api/standing", app.url))
        .header(COOKIE, cookie)
        .json(&json!({}));
    let standing: serde_json::Value = asked.send().await.unwrap().json().await.unwrap();
    standing["signed_in"].is_object()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_s_id_changes_with_each_sign_in() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let first = sign_in(&app, &ada.email, &ada.password, None).await;
    let (one, attributes) = cookie(&first).unwrap();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(attributes.contains(attribute), "{attributes}");
    }
    assert!(signed_in(&app, &one).await);
    // Someone who planted the first cookie gains nothing by the second sign-in.
    let (two, _) = cookie(&sign_in(&app, &ada.email, &ada.password, Some(&one)).await).unwrap();
    assert_ne!(one, two);
    assert!(signed_in(&app, &two).await && !signed_in(&app, &one).await);

    let out = reqwest::Client::new().post(format!("{}/api/sign_out", app.url)).header(COOKIE, &two);
    assert_eq!(out.json(&json!({})).send().await.unwrap().status(), 200);
    assert!(!signed_in(&app, &two).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_cookie_is_nobody_s() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    for broken in [
        "homeport=",
        "homeport=nonsense",
        "homeport=AAAAAAAAAAAAAAAAAAAAAA",
        "homeport=%00;homeport=x",
        "=;;=homeport",
    ] {
        assert!(!signed_in(&app, broken).await, "{broken}");
        let page = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let page =
            page.get(format!("{}/workspaces", app.url)).header(COOKIE, broken).header("accept", "text/html");
        assert_eq!(page.send().await.unwrap().status(), 302, "{broken}");
    }
    assert_eq!(ada.call("standing", json!({})).await.body["signed_in"]["person"]["email"], "ada@example.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_tell_nothing_and_are_throttled() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let wrong = sign_in(&app, &ada.email, "a wrong sentence", None).await;
    let unknown = sign_in(&app, "nobody@example.com", "a wrong sentence", None).await;
    assert_eq!(
        (wrong.status(), unknown.status()),
        (http::StatusCode::UNAUTHORIZED, http::StatusCode::UNAUTHORIZED)
    );
    assert_eq!(cookie(&wrong), None);
    assert_eq!(wrong.text().await.unwrap(), unknown.text().await.unwrap());
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(sign_in(&app, &ada.email, "a wrong sentence", None).await.status().as_u16());
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    // Even with the right password, until the time is over; and nobody else is disturbed.
    assert_eq!(sign_in(&app, &ada.email, &ada.password, None).await.status(), 429);
    app.person("bob@example.com").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_origin_s_requests_are_refused() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let rename = json!({"workspace": ada.workspace.slug, "name": "Stolen"});
    let foreign = [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ];
    for (name, value) in foreign {
        let asked =
            ada.client().post(format!("{}/api/rename_workspace", app.url)).header(name, value).json(&rename);
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), 403, "{name}: {value}");
        assert!(answer.text().await.unwrap().contains("foreign-origin"));
    }
    let me = ada.call("standing", json!({})).await.body["signed_in"].take();
    assert_eq!(me["memberships"][0]["workspace"]["name"], "ada's workspace");
    let own = ada
        .client()
        .post(format!("{}/api/rename_workspace", app.url))
        .header("origin", &app.url)
        .json(&rename);
    assert_eq!(own.send().await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_outlive_the_server() {
    let mut app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "a").await;
    device.send(r#"{"t":1}"#).await;
    app.restart().await;
    let latest = ada.call("latest", json!({"workspace": ada.workspace.slug, "device": "a"})).await;
    assert_eq!(latest.body[0]["value"], 1, "{}", latest.body);
    device.send(r#"{"t":2}"#).await;
    let raw = ada
        .call("raw", json!({"workspace": ada.workspace.slug, "device": "a", "before": null, "limit": 10}))
        .await;
    assert_eq!(raw.body["messages"].as_array().map(Vec::len), Some(2), "{}", raw.body);
}
