//! Workspaces that look their own way: on pages, at the sign-in by a host name of their own, in mails.

use http::header::HOST;
use serde_json::{Value, json};
use test_support::{SmtpServer, TestApp, TestPerson};

/// A PNG of four by four pixels.
pub(crate) const PICTURE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEElEQVR4nGM4wcUFRwzEcQBxow3B/UQ9SwAAAABJRU5ErkJggg==";

async fn set(person: &TestPerson, brand: Value, host: &str) -> test_support::Answer {
    let arguments = json!({"workspace": person.workspace.slug, "brand": brand, "host": host});
    person.call("set_branding", arguments).await
}

#[tokio::test(flavor = "multi_thread")]
async fn name_colour_logo_and_links_are_seen_on_its_own_pages_only() {
    let smtp = SmtpServer::start().await;
    let app = TestApp::with_mail(&smtp).await;
    let ada = app.person("ada@example.com").await;
    let eve = app.person("eve@example.com").await;
    let slug = ada.workspace.slug.clone();
    for (brand, host, field) in [
        (json!({"colour": "red; background: url(//evil.example)"}), "", "colour"),
        (json!({"links": [{"label": "Help", "href": "javascript:alert(1)"}]}), "", "links"),
        (json!({"name": "a\u{7}b"}), "", "name"),
        (json!({}), "https://iot.example.com", "host"),
    ] {
        let refused = set(&ada, brand, host).await;
        assert_eq!(
            (refused.status, &refused.body["fields"][0]["field"]),
            (422, &json!(field)),
            "{}",
            refused.body
        );
    }
    let links = json!([{"label": "Our <b>handbook", "href": "https://help.example.com/a?b=1"}]);
    // Yellow can't be read on white: it is made darker there.
    let brand = json!({"name": "Acme & Co", "colour": "#ffff00", "links": links});
    set(&ada, brand, "").await.read::<Value>();
    let upload =
        async |picture: &str| ada.call("set_logo", json!({"workspace": slug, "picture": picture})).await;
    for bad in
        ["PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjwvc3ZnPg==", "AAAA", "no base64 at all"]
    {
        let refused = upload(bad).await;
        assert_eq!(
            (refused.status, &refused.body["fields"][0]["field"]),
            (422, &json!("logo")),
            "{}",
            refused.body
        );
    }
    let branding: Value = upload(PICTURE).await.read();
    let logo = format!("/logo/{}.png", branding["brand"]["logo"].as_str().unwrap());
    // Anybody may see it, as a picture and as nothing else.
    let answer = app.client().get(format!("{}{logo}", app.url)).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"image/png".parse().unwrap())
    );
    assert!(answer.headers()["content-security-policy"].to_str().unwrap().contains("sandbox"));
    assert!(answer.bytes().await.unwrap().starts_with(b"\x89PNG"));
    for path in [
        "/logo/x.png",
        "/logo/0123456789abcdef0123456789abcdef.png",
        "/logo/0123456789abcdef0123456789abcdef",
    ] {
        assert_eq!(
            app.client().get(format!("{}{path}", app.url)).send().await.unwrap().status(),
            404,
            "{path}"
        );
    }

    let page = ada.get(&format!("/w/{slug}/devices")).await.text().await.unwrap();
    for part in
        ["Acme &amp; Co", &logo, "--accent:light-dark(#", "https://help.example.com/a?b=1", "Our &lt;b"]
    {
        assert!(page.contains(part), "{part} is not on the page");
    }
    assert!(!page.contains("light-dark(#ffff00"), "yellow on white");
    let foreign = eve.get(&format!("/w/{}/devices", eve.workspace.slug)).await.text().await.unwrap();
    let entrance =
        app.client().get(format!("{}/sign-in", app.url)).send().await.unwrap().text().await.unwrap();
    for page in [foreign, entrance] {
        assert!(!page.contains("Acme") && !page.contains("--accent:"), "{page}");
    }

    // Mails say who they are from, in its colour.
    let draft = json!({"emails": "bob@example.com", "role": "viewer"});
    ada.call("invite_people", json!({"workspace": slug, "draft": draft})).await.read::<Value>();
    let mail = smtp.mail("bob@example.com", "on Acme & Co").await;
    assert!(!mail.html().contains("#0b5cad") && mail.html().contains("Acme &amp; Co"), "{}", mail.html());

    // Who may not, changes nothing.
    let builder = app.member(&ada, "builder@example.com", "builder", 1).await;
    assert_eq!(set(&builder, json!({}), "").await.code(), "not-allowed");
    let page = builder.get(&format!("/w/{slug}/settings/branding")).await.text().await.unwrap();
    assert!(page.contains("Your role doesn't allow this."), "{page}");
    let page = ada.get(&format!("/w/{slug}/settings/branding")).await.text().await.unwrap();
    assert!(page.contains("Light theme") && page.contains(&logo), "{page}");
    ada.call("remove_logo", json!({"workspace": slug})).await.read::<Value>();
    assert_eq!(app.client().get(format!("{}{logo}", app.url)).send().await.unwrap().status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_name_leads_to_its_workspace_once_it_is_confirmed() {
    let app = TestApp::start().await;
    let root = app.administrator("root@example.com").await;
    let ada = app.person("ada@example.com").await;
    let eve = app.person("eve@example.com").await;
    let by = async |host: &str, path: &str| {
        let asked = app.client().get(format!("{}{path}", app.url)).header(HOST, host);
        let answer = asked.header("accept", "text/html").send().await.unwrap();
        (answer.status().as_u16(), answer.headers().clone(), answer.text().await.unwrap())
    };
    set(&ada, json!({"name": "Acme", "colour": "#aa0000"}), "IoT.Acme.example").await.read::<Value>();
    assert!(
        !by("iot.acme.example", "/sign-in").await.2.contains("Acme"),
        "whoever asks for a name has it not yet"
    );
    let host: Value = root.call("admin_get_host", json!({"slug": ada.workspace.slug})).await.read();
    assert_eq!(host, json!(["iot.acme.example", false]));
    let page = root.get(&format!("/admin/workspaces/{}", ada.workspace.slug)).await.text().await.unwrap();
    assert!(page.contains("iot.acme.example") && page.contains("waits for you"), "{page}");
    let confirm = |slug: &str, host: &str| json!({"slug": slug, "host": host, "confirmed": true});
    let other = root.call("admin_confirm_host", confirm(&ada.workspace.slug, "other.example")).await;
    assert_eq!(other.status, 404, "what it did not ask for");
    root.call("admin_confirm_host", confirm(&ada.workspace.slug, "iot.acme.example")).await.read::<Value>();

    let (status, _, page) = by("iot.acme.example:8443", "/sign-in").await;
    assert_eq!(status, 200);
    assert!(page.contains("<span>Acme<") && page.contains("--accent:light-dark(#aa0000"), "{page}");
    let (status, headers, _) = by("iot.acme.example", "/").await;
    assert_eq!((status, headers["location"].to_str().unwrap()), (302, "/sign-in"));
    assert!(!by("elsewhere.example", "/sign-in").await.2.contains("Acme"));
    // Signed in by it, one comes to its workspace; the cookie is this host's alone.
    let form = json!({"email": ada.email, "password": ada.password});
    let second: Value = ada.call("create_workspace", json!({"name": "A first one"})).await.read();
    assert!(second["slug"].is_string());
    let asked = app.client().post(format!("{}/api/sign_in", app.url)).header(HOST, "iot.acme.example");
    let signed_in = asked.json(&form).send().await.unwrap();
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(!cookie.to_lowercase().contains("domain="), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let asked = app.client().get(format!("{}/", app.url)).header(HOST, "iot.acme.example");
    let home = asked.header("cookie", cookie).header("accept", "text/html").send().await.unwrap();
    assert_eq!(home.headers()["location"], format!("/w/{}/devices", ada.workspace.slug));

    // Nobody else gets the name, and another name must be confirmed anew.
    set(&eve, json!({}), "iot.acme.example").await.read::<Value>();
    let taken = root.call("admin_confirm_host", confirm(&eve.workspace.slug, "iot.acme.example")).await;
    assert_eq!((taken.status, taken.code()), (409, "taken"), "{}", taken.body);
    let changed: Value = set(&ada, json!({"name": "Acme"}), "new.acme.example").await.read();
    assert_eq!(changed["host_confirmed"], false);
    for host in ["iot.acme.example", "new.acme.example"] {
        assert!(!by(host, "/sign-in").await.2.contains("Acme"), "{host}");
    }
}
