//! Single sign-on against the certified provider `oidc-provider`: who gets in as what, what is refused, and what a session
//! that began so reaches.

mod idp;

use crate::accounts::with_cookie;
use idp::{Idp, REFUSED, come, landed, provide};
use serde_json::{Value, json};
use test_support::{TestApp, TestPerson};

async fn app() -> TestApp {
    TestApp::start_with(|settings| settings.outgoing_private = true).await
}

/// Who has the session of this client, as the pages see it.
async fn me(app: &TestApp, client: &reqwest::Client) -> Value {
    app.call(client, "standing", json!({})).await.body["signed_in"].clone()
}

fn groups() -> Value {
    json!([{"group": "ops", "role": "operator"}, {"group": "chiefs", "role": "administrator"}])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_s_people_come_in_as_what_their_groups_say() {
    let app = app().await;
    let ada = app.administrator("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let idp = Idp::start(&app).await;
    provide(&ada, &idp, json!({"groups": groups()})).await;
    let come_as = async |claims: Value| {
        idp.next(claims, "").await;
        let client = app.client();
        let to = landed(&app, &client, &format!("/sso/{slug}")).await;
        (to, client)
    };
    let bo = |groups: &[&str]| json!({"sub": "bo", "email": "Bo@example.com", "email_verified": true, "name": "Bo", "groups": groups});

    let (to, client) = come_as(bo(&["others", "ops"])).await;
    assert_eq!(to, format!("/w/{slug}/devices"));
    let seen = me(&app, &client).await;
    assert_eq!((&seen["person"]["email"], &seen["person"]["name"]), (&json!("bo@example.com"), &json!("Bo")));
    assert_eq!(seen["memberships"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&seen["memberships"][0]["role"]["id"], &seen["by_provider"]),
        (&json!("operator"), &json!(true))
    );
    let listed = json!({"workspace": slug, "query": {"limit": 10}});
    assert_eq!(app.call(&client, "list_devices", listed.clone()).await.status, 200);

    // What a group becomes counts with the next sign-in; the person stays the same.
    let (_, client) = come_as(bo(&["chiefs", "ops"])).await;
    let again = me(&app, &client).await;
    assert_eq!(again["person"]["id"], seen["person"]["id"]);
    assert_eq!(again["memberships"][0]["role"]["id"], "operator", "the first rule counts");
    let (_, client) = come_as(bo(&["chiefs"])).await;
    assert_eq!(me(&app, &client).await["memberships"][0]["role"]["id"], "administrator");

    // Who belongs to the workspace already is known by their address.
    let cyd = app.member(&ada, "cyd@example.com", "viewer", 1).await;
    let (_, client) = come_as(json!({"sub": "c", "email": "cyd@example.com", "groups": ["ops"]})).await;
    let known = me(&app, &client).await;
    assert_eq!(known["person"]["id"], json!(cyd.id));
    assert_eq!(known["memberships"][0]["role"]["id"], "operator");

    // And who doesn't get in.
    app.person("eve@example.com").await;
    let some = |email: &str, groups: Value| json!({"sub": email, "email": email, "groups": groups});
    let full = json!({"slug": slug, "plan": 1, "overrides": {"people": 3}});
    assert_eq!(ada.call("admin_set_plan", full).await.status, 200);
    for (claims, why) in [
        (bo(&[]), "groups"),
        (bo(&["OPS"]), "groups"),
        (some("dan@example.org", json!(["ops"])), "domain"),
        (some("dan@sub.example.com", json!(["ops"])), "domain"),
        (some("not an address", json!(["ops"])), "no-address"),
        (json!({"sub": "dan", "groups": ["ops"]}), "no-address"),
        (
            json!({"sub": "dan", "email": "dan@example.com", "email_verified": false, "groups": ["ops"]}),
            "no-address",
        ),
        // Whoever runs a workspace's provider must not become somebody of elsewhere.
        (some("eve@example.com", json!(["ops"])), "account"),
        (some("new@example.com", json!(["ops"])), "full"),
    ] {
        let (to, client) = come_as(claims.clone()).await;
        assert_eq!(to, format!("{REFUSED}{why}"), "{claims}");
        assert!(me(&app, &client).await.is_null(), "{claims}");
    }
    assert_eq!(app.db().store().people().by_email("new@example.com").await.unwrap().map(|_| ()), None);
    let log = ada.call("list_audit", json!({"workspace": slug, "query": {}})).await.body.to_string();
    for told in ["sign-in-failed", "\"join\"", "None of your groups", "single sign-on", "\"sign-on\""] {
        assert!(log.contains(told), "{told} in {log}");
    }
    assert!(!log.contains(idp::SECRET), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_doesn_t_fit_together_signs_nobody_in() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let idp = Idp::start(&app).await;
    provide(&ada, &idp, json!({"others": "viewer"})).await;
    let claims = json!({"sub": "bo", "email": "bo@example.com"});
    for wrong in
        ["nonce", "no nonce", "issuer", "audience", "expired", "signature", "none", "secret", "denied"]
    {
        idp.next(claims.clone(), wrong).await;
        let client = app.client();
        let to = landed(&app, &client, &format!("/sso/{slug}")).await;
        let why = if wrong == "denied" { "refused" } else { "wrong" };
        assert_eq!(to, format!("{REFUSED}{why}"), "{wrong}");
        assert!(me(&app, &client).await.is_null(), "{wrong}");
    }
    idp.next(claims, "").await;
    // As far as the provider's answer, which is then brought back otherwise than it was given.
    let began = async || {
        let client = app.client();
        let answer = come(&app, &client, &format!("/sso/{slug}"), true).await;
        assert!(answer.contains("/sso/callback?"), "{answer}");
        (client, answer)
    };
    let (client, answer) = began().await;
    assert_eq!(landed(&app, &client, &answer.replace("state=", "state=x")).await, format!("{REFUSED}wrong"));
    assert_eq!(landed(&app, &client, &answer).await, format!("{REFUSED}late"), "it was used up");
    let (client, answer) = began().await;
    assert_eq!(landed(&app, &client, &answer.replace("iss=", "iss=x")).await, format!("{REFUSED}wrong"));
    let (client, answer) = began().await;
    let state = answer.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let denied = format!("/sso/callback?error=access_denied&state={state}");
    assert_eq!(landed(&app, &client, &denied).await, format!("{REFUSED}refused"));
    let (_, answer) = began().await;
    assert_eq!(landed(&app, &app.client(), &answer).await, format!("{REFUSED}late"), "another browser");
    let (client, _) = began().await;
    assert_eq!(landed(&app, &client, "/sso/callback").await, format!("{REFUSED}wrong"));
    let (client, answer) = began().await;
    assert_eq!(landed(&app, &client, &answer).await, format!("/w/{slug}/devices"));
    for (path, why) in [("/sso/nowhere", "unknown"), ("/sso/%00", "unknown"), ("/sso/callback", "late")] {
        assert_eq!(landed(&app, &app.client(), path).await, format!("{REFUSED}{why}"), "{path}");
    }
    // Afterwards to a page of ours, and nowhere else.
    for (next, to) in
        [("//evil.example", "/"), ("https://evil.example", "/"), ("/w/x/templates", "/w/x/templates")]
    {
        assert_eq!(landed(&app, &app.client(), &format!("/sso/{slug}?next={next}")).await, to);
    }
    // The sign-in says why in words of ours, and no others.
    let page =
        app.client().get(format!("{}{REFUSED}late", app.url)).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("begun too long ago"), "{page}");
    let page = app.client().get(format!("{}{REFUSED}Call+0900", app.url)).send().await.unwrap();
    assert!(!page.text().await.unwrap().contains("0900"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_by_a_provider_is_fresh_and_reaches_its_workspace_alone() {
    let app = app().await;
    let (ada, eve) = (app.person("ada@example.com").await, app.administrator("eve@example.com").await);
    let slug = ada.workspace.slug.clone();
    // Eve belongs to Ada's workspace too, has one of her own, and administers the platform.
    let (workspace, person) = (ada.workspace.id, eve.id);
    app.within(async move |homeport| {
        let scope = homeport.store().workspace(workspace).await?;
        let root = scope.organizations().root().await?;
        scope.memberships().set(person, &model::role::BuiltIn::Viewer.into(), root).await?;
        Ok(scope.commit().await?)
    })
    .await;
    let idp = Idp::start(&app).await;
    provide(&ada, &idp, json!({"others": "viewer"})).await;
    idp.next(json!({"sub": "eve", "email": "eve@example.com"}), "").await;

    // An id that was planted before is worth nothing.
    let (_, _, planted) =
        with_cookie(&app, None, "sign_in", json!({"email": ada.email, "password": ada.password})).await;
    let planted = planted.unwrap();
    let client = app.client_with_cookie(&planted);
    assert_eq!(landed(&app, &client, &format!("/sso/{slug}")).await, format!("/w/{slug}/devices"));
    let seen = me(&app, &client).await;
    assert_eq!(seen["person"]["id"], json!(eve.id));
    let old = with_cookie(&app, Some(&planted), "standing", json!({})).await.1;
    assert!(old["signed_in"].is_null(), "{old}");

    let only: Vec<&Value> =
        seen["memberships"].as_array().unwrap().iter().map(|m| &m["workspace"]["slug"]).collect();
    assert_eq!(only, [&json!(slug)], "of the others nothing is told");
    let list = |slug: &str| json!({"workspace": slug, "query": {"limit": 10}});
    assert_eq!(app.call(&client, "list_devices", list(&slug)).await.status, 200);
    let own = app.call(&client, "list_devices", list(&eve.workspace.slug)).await;
    assert_eq!((own.status, own.code()), (404, "not-found"));
    let get =
        async |path: String| client.get(format!("{}{path}", app.url)).send().await.unwrap().status().as_u16();
    assert_eq!(get(format!("/w/{}/devices.csv", eve.workspace.slug)).await, 404);
    assert_eq!(get(format!("/w/{}/takeout.tar", eve.workspace.slug)).await, 404);
    assert_eq!(get(format!("/w/{}/devices", eve.workspace.slug)).await, 404);
    assert_eq!(get(format!("/w/{slug}/devices.csv")).await, 200);
    assert_eq!(get(format!("/admin/workspaces/{slug}/usage.csv")).await, 404);
    assert_eq!(app.call(&client, "admin_list_tenants", json!({"query": {}})).await.status, 404);
    for (function, arguments) in crate::strangers::for_people() {
        if ["list_announcements", "put_away_announcement", "update_profile"].contains(&function) {
            continue;
        }
        let answer = app.call(&client, function, arguments).await;
        assert_eq!((answer.status, answer.code()), (403, "not-allowed"), "{function}: {}", answer.body);
    }
    // The name is the account's; looks are not.
    let profile = json!({"profile": {"name": "Mallory", "theme": "dark", "time_zone": ""}});
    let changed = app.call(&client, "update_profile", profile).await.body;
    assert_eq!((&changed["name"], &changed["theme"]), (&json!("eve"), &json!("dark")));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_it_is_enforced_passwords_open_nothing_but_for_one() {
    let app = app().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let bob = app.member(&ada, "bob@example.com", "viewer", 1).await;
    let cyd = app.member(&ada, "cyd@example.com", "administrator", 1).await;
    let own = cyd.call("create_workspace", json!({"name": "Own"})).await.body["slug"].clone();
    let token =
        json!({"workspace": slug, "new": {"id": "ci", "name": "CI", "role": "viewer", "expires_ms": null}});
    assert_eq!(ada.call("create_api_token", token).await.status, 200);
    let idp = Idp::start(&app).await;
    provide(&ada, &idp, json!({"others": "viewer"})).await;
    let enforce = |enforced: bool, who: Option<&TestPerson>| json!({"workspace": slug, "enforced": enforced, "break_glass": who.map(|who| who.id)});
    assert_eq!(
        ada.call("enforce_sign_on", enforce(true, Some(&ada))).await.code(),
        "conflict",
        "nobody has tried it"
    );
    idp.next(json!({"sub": "bob", "email": "bob@example.com"}), "").await;
    let by_provider = app.client();
    assert_eq!(landed(&app, &by_provider, &format!("/sso/{slug}")).await, format!("/w/{slug}/devices"));
    for nobody in [None, Some(&bob)] {
        let refused = ada.call("enforce_sign_on", enforce(true, nobody)).await;
        assert_eq!(refused.body["fields"][0]["field"], "break_glass", "{}", refused.body);
    }
    assert_eq!(ada.call("enforce_sign_on", enforce(true, Some(&ada))).await.status, 200);

    // Who is in by a password is out, with pages, functions, files and streams.
    let list = json!({"workspace": slug, "query": {"limit": 10}});
    let barred = bob.call("list_devices", list.clone()).await;
    assert_eq!((barred.status, barred.code()), (403, "sign-on-needed"));
    for path in ["live", "devices.csv", "audit.csv", "takeout.tar"] {
        assert_eq!(bob.get(&format!("/w/{slug}/{path}")).await.status(), 403, "{path}");
    }
    let page = bob.get(&format!("/w/{slug}/devices")).await;
    assert_eq!(page.status(), 403);
    assert!(page.text().await.unwrap().contains(&format!("/sso/{slug}?next=")));
    let again = bob.sign_in().await;
    assert_eq!((again.status, again.code()), (403, "sign-on-needed"));
    assert!(again.body["detail"].as_str().unwrap().ends_with(&format!("/sso/{slug}")), "{}", again.body);
    let wrong = json!({"email": bob.email, "password": "a wrong sentence"});
    assert_eq!(
        app.call(&app.client(), "sign_in", wrong).await.code(),
        "wrong-credentials",
        "strangers learn nothing"
    );
    // Who belongs elsewhere too gets there, and not here.
    assert_eq!(cyd.sign_in().await.status, 200);
    assert_eq!(cyd.call("list_devices", json!({"workspace": own, "query": {"limit": 10}})).await.status, 200);
    assert_eq!(cyd.call("list_devices", list.clone()).await.code(), "sign-on-needed");
    // Who came by the provider is in, and the one who must be able to.
    assert_eq!(app.call(&by_provider, "list_devices", list.clone()).await.status, 200);
    assert_eq!(ada.sign_in().await.status, 200);
    assert_eq!(ada.call("list_devices", list.clone()).await.status, 200);
    // Nobody takes that one away by mistake.
    assert_eq!(ada.call("leave_workspace", json!({"workspace": slug})).await.code(), "conflict");
    // Another provider has to be tried first.
    provide(&ada, &idp, json!({"others": "operator"})).await;
    assert_eq!(bob.sign_in().await.status, 200);
    assert_eq!(bob.call("list_devices", list).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_of_the_whole_set_it_and_nobody_reads_the_secret() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let idp = Idp::start(&app).await;
    let draft = idp.draft(json!({"others": "viewer"}));
    let set = |draft: &Value| json!({"workspace": slug, "draft": draft});
    for role in ["builder", "operator", "viewer"] {
        let member = app.member(&ada, &format!("{role}@example.com"), role, 1).await;
        for (function, arguments) in [
            ("set_sign_on_provider", set(&draft)),
            ("remove_sign_on_provider", json!({"workspace": slug})),
            ("enforce_sign_on", json!({"workspace": slug, "enforced": false, "break_glass": null})),
            ("demand_second_factor", json!({"workspace": slug, "demanded": true})),
        ] {
            assert_eq!(member.call(function, arguments).await.status, 403, "{role}: {function}");
        }
    }
    // Not even who may manage people: they could come in as anybody.
    let role = json!({"workspace": slug, "draft": {"name": "Host", "permissions": ["view-people", "manage-people"]}});
    let role = ada.call("create_role", role).await.body["id"].as_str().unwrap().to_owned();
    let host = app.member(&ada, "host@example.com", &role, 1).await;
    assert_eq!(host.call("set_sign_on_provider", set(&draft)).await.status, 403);
    assert_eq!(host.call("get_sign_on", json!({"workspace": slug})).await.status, 200);

    assert_eq!(ada.call("set_sign_on_provider", set(&draft)).await.status, 200);
    let shown = ada.call("get_sign_on", json!({"workspace": slug})).await;
    assert_eq!(
        (&shown.body["has_secret"], shown.body.to_string().contains(idp::SECRET)),
        (&json!(true), false)
    );
    // The secret stays where it was given for.
    let mut elsewhere = draft.clone();
    elsewhere["issuer"] = "https://evil.example".into();
    elsewhere.as_object_mut().unwrap().remove("secret");
    let refused = ada.call("set_sign_on_provider", set(&elsewhere)).await;
    assert_eq!(refused.body["fields"][0]["field"], "secret", "{}", refused.body);
    // This server may not call its own network.
    assert_eq!(landed(&app, &app.client(), &format!("/sso/{slug}")).await, format!("{REFUSED}unreachable"));
    assert_eq!(ada.call("remove_sign_on_provider", json!({"workspace": slug})).await.status, 200);
    assert_eq!(landed(&app, &app.client(), &format!("/sso/{slug}")).await, format!("{REFUSED}unknown"));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_second_factor_is_demanded_nothing_else_opens() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let bob = app.member(&ada, "bob@example.com", "viewer", 1).await;
    let demand = json!({"workspace": slug, "demanded": true});
    assert_eq!(ada.call("demand_second_factor", demand).await.status, 200);
    let list = json!({"workspace": slug, "query": {"limit": 10}});
    let barred = bob.call("list_devices", list.clone()).await;
    assert_eq!((barred.status, barred.code()), (403, "second-factor-needed"));
    for path in ["live", "devices.csv", "takeout.tar"] {
        assert_eq!(bob.get(&format!("/w/{slug}/{path}")).await.status(), 403, "{path}");
    }
    let page = bob.get(&format!("/w/{slug}/devices")).await;
    assert_eq!(page.status(), 403);
    assert!(page.text().await.unwrap().contains("Two-factor sign-in"));
    // Setting one up opens, in this browser; in others a code does.
    let secret = bob.call("begin_two_factor", json!({"current": bob.password})).await;
    let key = secret.body["secret"].as_str().unwrap().to_owned();
    let before = test_support::totp(&key, -1);
    assert_eq!(bob.call("confirm_two_factor", json!({"code": before})).await.status, 200);
    assert_eq!(bob.call("list_devices", list.clone()).await.status, 200);
    let elsewhere = app.client();
    let credentials = json!({"email": bob.email, "password": bob.password});
    assert_eq!(app.call(&elsewhere, "sign_in", credentials).await.body, json!("code-wanted"));
    let code = json!({"code": test_support::totp(&key, 0)});
    assert_eq!(app.call(&elsewhere, "sign_in_with_code", code).await.status, 200);
    assert_eq!(app.call(&elsewhere, "list_devices", list.clone()).await.status, 200);
    // Who demands it is not spared.
    assert_eq!(ada.call("list_devices", list).await.code(), "second-factor-needed");
}
