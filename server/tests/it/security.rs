//! What `docs/security.md` promises of answers: headers on every kind of them, requests of other sites, where a sign-in
//! may lead.

use http::Method;
use leptos::server_fn::axum::server_fn_paths;
use reqwest::Response;
use serde_json::json;
use test_support::{TestApp, eventually};

/// A tag of script in a page.
fn scripts(html: &str) -> Vec<&str> {
    html.split("<script").skip(1).filter_map(|rest| rest.split('>').next()).collect()
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_answer_carries_the_headers() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let slug = &ada.workspace.slug;
    let nobody = app.client();
    let of_workspace = |path: &str| format!("/w/{slug}/{path}");
    // A page, one that isn't there, one that leads elsewhere, files, streams, programs' answers, refusals.
    let paths = [
        "/sign-in".to_owned(),
        "/nowhere".into(),
        "/".into(),
        "/healthz".into(),
        "/ca.pem".into(),
        "/pkg/nothing.js".into(),
        "/api".into(),
        "/api/openapi.json".into(),
        "/api/reference.css".into(),
        "/api/devices".into(),
        "/api/nothing".into(),
        of_workspace("devices"),
        of_workspace("audit.csv"),
        of_workspace("query.csv"),
        of_workspace("live"),
    ];
    for client in [&nobody, ada.client()] {
        for path in &paths {
            let answer = client.get(format!("{}{path}", app.url)).send().await.unwrap();
            let policy = header(&answer, "content-security-policy").to_owned();
            assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
            assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
            for directive in policy.split(';').filter(|part| part.trim().starts_with("script-src")) {
                assert!(
                    !directive.contains("unsafe-inline") && !directive.contains("'unsafe-eval'"),
                    "{path}: {directive}"
                );
            }
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("x-frame-options", "DENY"),
                ("referrer-policy", "same-origin"),
                ("cross-origin-opener-policy", "same-origin"),
            ] {
                assert_eq!(header(&answer, name), value, "{path}");
            }
            assert!(!header(&answer, "permissions-policy").is_empty(), "{path}");
            assert_eq!(header(&answer, "strict-transport-security"), "", "{path}: people come over HTTP");
            assert_eq!(header(&answer, "access-control-allow-origin"), "", "{path}");
            assert_eq!(header(&answer, "server"), "", "{path} tells what answers");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn script_in_a_page_has_the_page_s_nonce_and_each_page_its_own() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let mut nonces = Vec::new();
    for path in
        ["/sign-in?next=/x".to_owned(), format!("/w/{}/devices", ada.workspace.slug), "/workspaces".into()]
    {
        let answer = ada.get(&path).await;
        let policy = header(&answer, "content-security-policy").to_owned();
        let html = answer.text().await.unwrap();
        if html.is_empty() {
            continue;
        }
        let nonce =
            policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap().to_owned();
        assert!(nonce.len() >= 16, "{nonce}");
        let scripts = scripts(&html);
        assert!(!scripts.is_empty(), "{path}");
        for tag in scripts {
            assert!(
                tag.contains(&format!("nonce=\"{nonce}\"")) || tag.contains("src="),
                "{path}: <script{tag}>"
            );
        }
        assert!(!html.contains(" onclick=") && !html.contains("javascript:"), "{path}");
        nonces.push(nonce);
    }
    nonces.sort();
    let count = nonces.len();
    nonces.dedup();
    assert!(count >= 2 && nonces.len() == count, "a nonce was used twice: {nonces:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_https_browsers_are_told_to_stay_there_and_cookies_too() {
    let app =
        TestApp::start_with(|settings| settings.public_url = Some("https://iot.example.com".into())).await;
    for path in ["/sign-in", "/healthz", "/api/devices", "/nowhere", "/api"] {
        let answer = app.client().get(format!("{}{path}", app.url)).send().await.unwrap();
        assert!(header(&answer, "strict-transport-security").contains("max-age=31536000"), "{path}");
    }
    let form = json!({"name": "Ada", "email": "ada@example.com", "password": "a short sentence", "workspace": "Works"});
    let answer = app.client().post(format!("{}/api/set_up", app.url)).json(&form).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let cookie = header(&answer, "set-cookie");
    for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_site_changes_anything() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let mut routes: Vec<(Method, String)> =
        server_fn_paths().map(|(path, method)| (method, path.to_owned())).collect();
    for (path, methods) in homeport::rest::ROUTES {
        let changing = methods.iter().filter(|method| **method != "GET");
        routes.extend(
            changing.map(|m| (Method::from_bytes(m.as_bytes()).unwrap(), path.replace(['{', '}'], ""))),
        );
    }
    routes.push((
        Method::PUT,
        homeport::routes::IMPORT_FILE.replace("{slug}", &ada.workspace.slug).replace("{import}", "1"),
    ));
    assert!(routes.len() > 60, "{}", routes.len());
    for (method, path) in routes {
        for (name, value) in
            [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("origin", "null")]
        {
            let asked = ada.client().request(method.clone(), format!("{}{path}", app.url));
            let answer = asked.header(name, value).json(&json!({})).send().await.unwrap();
            assert_eq!(answer.status(), 403, "{method} {path} from {value}");
            let text = answer.text().await.unwrap();
            assert!(text.contains("foreign-origin"), "{method} {path}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_leads_nowhere_else() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    // As a browser comes.
    let come = async |path: &str| {
        let asked = ada.client().get(format!("{}{path}", app.url)).header("accept", "text/html");
        asked.send().await.unwrap()
    };
    for bad in [
        "//evil.example",
        "https://evil.example",
        "/%5Cevil.example",
        "%2F%2Fevil.example",
        "javascript:alert(1)",
        "%09//evil.example",
        "/%09/evil.example",
    ] {
        let answer = come(&format!("/sign-in?next={bad}")).await;
        let to = header(&answer, "location");
        assert!(answer.status().is_redirection() && to == "/", "{bad} leads to {to}");
    }
    let answer = come("/sign-in?next=%2Fworkspaces").await;
    assert_eq!(header(&answer, "location"), "/workspaces");
    // A slash too many doesn't lead away either.
    for path in ["//evil.example/", "/\\evil.example/", "/%2F/evil.example/"] {
        let answer = app.client().get(format!("{}{path}", app.url)).send().await.unwrap();
        let to = header(&answer, "location");
        assert!(
            !to.starts_with("//") && !to.contains("://") && !to.starts_with("/\\"),
            "{path} leads to {to}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_for_spreadsheets_holds_a_formula() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let device = app.device(&ada, "a").await;
    let bad = "=HYPERLINK(\"http://evil.example\")";
    let patch = json!({"workspace": slug, "device": "a", "patch": {"name": bad, "template": null}});
    assert_eq!(ada.call("update_device", patch).await.status, 200);
    device.send(json!({"t": bad, "u": "@SUM(1)", "=v": "+1", "n": -5}).to_string()).await;
    device.send("=not JSON").await;
    let one = json!({"workspace": slug, "device": "a"});
    eventually("the values are there", async || {
        let seen = ada.call("latest", one.clone()).await.body;
        seen.as_array().is_some_and(|seen| seen.len() >= 4).then_some(())
    })
    .await;
    for (file, holds) in [
        ("devices.csv", "HYPERLINK"),
        ("devices/a/raw.csv", "HYPERLINK"),
        ("export.csv?device=a", "-5"),
        ("query.csv?query=SELECT+$id,+$name+FROM+devices", "HYPERLINK"),
        ("audit.csv", "HYPERLINK"),
        ("usage.csv", "messages"),
    ] {
        let answer = ada.get(&format!("/w/{slug}/{file}")).await;
        assert_eq!(answer.status(), 200, "{file}: {}", answer.text().await.unwrap());
        assert!(header(&answer, "content-type").starts_with("text/csv"), "{file}");
        assert!(header(&answer, "content-disposition").starts_with("attachment"), "{file}");
        let text = answer.text().await.unwrap();
        assert!(text.contains(holds), "{file}: {text}");
        let mut rows =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        for row in rows.records() {
            for cell in row.unwrap().iter() {
                let number = cell.parse::<f64>().is_ok();
                assert!(number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{file}: {cell}");
            }
        }
    }
}
