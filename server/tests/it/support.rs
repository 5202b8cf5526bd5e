//! Support access: nobody looks into a workspace unseen, for longer than was said, or with more than was asked for.

use crate::accounts::with_cookie;
use serde_json::{Value, json};
use test_support::{SmtpServer, TestApp, TestPerson, eventually, totp};

async fn take(root: &TestPerson, slug: &str, reason: &str, hours: i64, role: &str) -> test_support::Answer {
    let ask = json!({"reason": reason, "hours": hours, "role": role});
    root.call("admin_take_support", json!({"slug": slug, "ask": ask})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_inside_is_asked_for_seen_bounded_and_ended() {
    let smtp = SmtpServer::start().await;
    let app = TestApp::with_mail(&smtp).await;
    let root = app.administrator("root@example.com").await;
    let ada = app.person("ada@example.com").await;
    let eve = app.person("eve@example.com").await;
    let slug = ada.workspace.slug.clone();
    app.device(&ada, "room-1").await;
    let of = |name: &str| (name.to_owned(), json!({"workspace": slug}));
    let list = json!({"workspace": slug, "query": {"limit": 5}});
    assert_eq!(root.call("list_devices", list.clone()).await.status, 404, "not without asking");

    for (reason, hours, role, field) in [
        (" ", 1, "viewer", "reason"),
        ("Ticket 12", 9, "viewer", "hours"),
        ("Ticket 12", 1, "administrator", "role"),
    ] {
        let refused = take(&root, &slug, reason, hours, role).await;
        assert_eq!(refused.body["fields"][0]["field"], field, "{}", refused.body);
    }
    assert_eq!(take(&eve, &slug, "Ticket 12", 1, "viewer").await.status, 404);
    let given: Value = take(&root, &slug, "Ticket 12", 2, "viewer").await.read();
    assert_eq!(given["to_ms"].as_i64().unwrap() - given["from_ms"].as_i64().unwrap(), 2 * 3_600_000);
    let mail = smtp.mail("ada@example.com", "Support looks into").await;
    assert!(mail.text().contains("The reason: Ticket 12") && mail.text().contains("root@example.com"));

    // It is among their own, with what was asked for and no more.
    assert_eq!(root.call("list_devices", list.clone()).await.status, 200);
    assert_eq!(root.get(&format!("/w/{slug}/devices")).await.status(), 200);
    let me = root.call("standing", json!({})).await.body["signed_in"]["memberships"].take();
    let inside = me.as_array().unwrap().iter().find(|m| m["workspace"]["slug"] == *slug).unwrap();
    assert_eq!((&inside["role"]["id"], &inside["support_until_ms"]), (&json!("viewer"), &given["to_ms"]));
    let new = json!({"external_id": "mine", "name": "", "template": null});
    for (function, arguments) in [
        ("create_device".to_owned(), json!({"workspace": slug, "new": new})),
        of("list_people"),
        of("list_api_tokens"),
    ] {
        assert_eq!(root.call(&function, arguments).await.code(), "not-allowed", "{function}");
    }
    assert_eq!(root.get(&format!("/w/{slug}/takeout.tar")).await.status(), 403);
    let people = ada.call("list_people", json!({"workspace": slug})).await.body;
    assert_eq!(people.as_array().unwrap().len(), 1, "who looks belongs to nothing: {people}");

    // Ada sees it, in her log too, and so do others who administer the platform.
    let seen: Value = ada.call("list_support", json!({"workspace": slug})).await.read();
    assert_eq!((&seen[0]["reason"], &seen[0]["id"]), (&json!("Ticket 12"), &given["id"]), "{seen}");
    let log = ada.call("list_audit", json!({"workspace": slug, "query": {"action": "support-access"}})).await;
    let entries = log.body["entries"].as_array().unwrap().clone();
    assert_eq!(entries.len(), 2, "taken, and looked: {entries:?}");
    assert!(entries.iter().all(|e| e["actor"]["kind"] == "platform"), "{entries:?}");
    assert!(entries[0]["after"]["looked in as"] == "Viewer" && entries[1]["after"]["reason"] == "Ticket 12");
    let log: Value = root.call("admin_log", json!({"before": null})).await.read();
    let looks = log["entries"].as_array().unwrap().iter().filter(|e| e["action"] == "support-access").count();
    assert_eq!(looks, 2, "{log}");
    let page = root.get(&format!("/admin/workspaces/{slug}")).await.text().await.unwrap();
    assert!(page.contains("Ticket 12"), "{page}");

    // She ends it, and from then on there is nothing.
    let end = json!({"workspace": slug, "access": given["id"]});
    assert_eq!(eve.call("end_support", end.clone()).await.status, 404);
    assert_eq!(ada.call("end_support", end.clone()).await.status, 200);
    assert_eq!(ada.call("end_support", end).await.status, 404);
    assert_eq!(root.call("list_devices", list.clone()).await.status, 404);
    assert_eq!(root.get(&format!("/w/{slug}/devices")).await.status(), 404);
    assert_eq!(ada.call("list_support", json!({"workspace": slug})).await.body, json!([]));
    let told = root.call("admin_list_support", json!({"slug": slug})).await.body;
    assert!(told[0]["ended_by"].as_str().unwrap().contains("ada@example.com"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_ends_it_too_and_who_administers_no_more_looks_no_more() {
    let app = TestApp::start().await;
    let root = app.administrator("root@example.com").await;
    let other = app.administrator("other@example.com").await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let list = json!({"workspace": slug, "query": {"limit": 5}});
    let first: Value = take(&root, &slug, "Ticket 1", 1, "builder").await.read();
    // Another one replaces it, and what is done inside is written down as theirs.
    take(&root, &slug, "Ticket 2", 1, "operator").await.read::<Value>();
    let new = json!({"external_id": "room-1", "name": "", "template": null});
    let made = root.call("create_device", json!({"workspace": slug, "new": new})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let log = ada.call("list_audit", json!({"workspace": slug, "query": {"kind": "device"}})).await.body;
    let actor = &log["entries"][0]["actor"];
    assert_eq!((&actor["kind"], &actor["id"]), (&json!("platform"), &json!(root.id.to_string())), "{log}");
    assert_eq!(other.call("list_devices", list.clone()).await.status, 404, "each asks for themselves");

    let mine: Value = root.call("list_support", json!({"workspace": slug})).await.read();
    assert_eq!((mine.as_array().unwrap().len(), &mine[0]["reason"]), (1, &json!("Ticket 2")), "{mine}");
    let end = |id: &Value| json!({"workspace": slug, "access": id});
    assert_eq!(root.call("end_support", end(&first["id"])).await.status, 403, "not one of others");
    assert_eq!(root.call("end_support", end(&mine[0]["id"])).await.status, 200);
    assert_eq!(root.call("list_devices", list.clone()).await.status, 404);

    take(&other, &slug, "Ticket 3", 1, "viewer").await.read::<Value>();
    assert_eq!(other.call("list_devices", list.clone()).await.status, 200);
    app.within(async move |homeport| {
        homeport::domain::platform::remove_administrator(&homeport, "other@example.com").await
    })
    .await;
    eventually("the door is shut", async || {
        (other.call("list_devices", list.clone()).await.status == 404).then_some(())
    })
    .await;
}

/// A workspace that demands a second factor demands it of those who look inside for support too.
#[tokio::test(flavor = "multi_thread")]
async fn who_looks_shows_a_second_factor_where_one_is_demanded() {
    let app = TestApp::start().await;
    let root = app.administrator("root@example.com").await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let list = json!({"workspace": slug, "query": {"limit": 5}});
    take(&root, &slug, "Ticket 1", 1, "viewer").await.read::<Value>();
    assert_eq!(root.call("list_devices", list.clone()).await.status, 200);
    let demand = json!({"workspace": slug, "demanded": true});
    assert_eq!(ada.call("demand_second_factor", demand).await.status, 200);
    assert_eq!(root.call("list_devices", list.clone()).await.code(), "second-factor-needed");
    assert_eq!(root.get(&format!("/w/{slug}/devices.csv")).await.status(), 403);
    assert_eq!(root.get(&format!("/w/{slug}/live")).await.status(), 403);

    let secret = root.call("begin_two_factor", json!({"current": root.password})).await;
    let key = secret.body["secret"].as_str().unwrap().to_owned();
    assert_eq!(root.call("confirm_two_factor", json!({"code": totp(&key, -1)})).await.status, 200);
    let half = with_cookie(&app, None, "sign_in", json!({"email": root.email, "password": root.password}));
    let half = half.await.2.unwrap();
    let whole = with_cookie(&app, Some(&half), "sign_in_with_code", json!({"code": totp(&key, 0)})).await;
    let (status, body, _) = with_cookie(&app, whole.2.as_deref(), "list_devices", list).await;
    assert_eq!(status, 200, "{body}");
}
