//! What platform administrators may call, and nobody else.

use super::furnish;
use serde_json::{Value, json};
use test_support::TestApp;

/// Functions of the administration console, with arguments that it would take.
pub(super) fn of_platform(tenant: &str) -> Vec<(&'static str, Value)> {
    let one = json!({"slug": tenant});
    let draft = json!({"name": "Mine", "limits": {}, "warn_percent": 80});
    let new = json!({"name": "Mine", "owner": "eve@example.com", "plan": 1, "overrides": {}});
    let query = json!({"grain": "day", "from_ms": 0, "to_ms": 1000});
    vec![
        ("admin_announce", json!({"new": {"text": "Mine", "level": "info", "from_ms": 0, "to_ms": 1000}})),
        ("admin_delete_announcement", json!({"id": 1})),
        ("admin_list_announcements", json!({})),
        ("admin_confirm_host", json!({"slug": tenant, "host": "iot.example.com", "confirmed": true})),
        ("admin_get_host", one.clone()),
        ("admin_list_support", one.clone()),
        (
            "admin_take_support",
            json!({"slug": tenant, "ask": {"reason": "Mine.", "hours": 1, "role": "viewer"}}),
        ),
        ("admin_create_tenant", json!({"new": new})),
        ("admin_delete", json!({"slug": tenant, "name": "ada's workspace", "reason": "Mine."})),
        ("admin_get_sign_up", json!({})),
        ("admin_get_tenant", one.clone()),
        ("admin_invite_owner", json!({"slug": tenant, "owner": "eve@example.com"})),
        ("admin_list_mails", json!({"state": null, "offset": 0, "limit": 10})),
        ("admin_log", json!({"before": null})),
        ("admin_read_mail", json!({"mail": 1})),
        ("admin_send_mail_again", json!({"mail": 1})),
        ("admin_set_sign_up", json!({"settings": {"open": true, "trial_plan": null, "trial_days": 30}})),
        ("admin_housekeeping", json!({})),
        ("admin_list_plans", json!({})),
        ("admin_list_tenants", json!({"query": {}})),
        ("admin_restore", one.clone()),
        ("admin_resume", one.clone()),
        ("admin_retire_plan", json!({"id": 1, "retired": true})),
        ("admin_save_plan", json!({"id": null, "draft": draft})),
        ("admin_set_default_plan", json!({"id": 1})),
        ("admin_set_plan", json!({"slug": tenant, "plan": 1, "overrides": {}})),
        ("admin_suspend", json!({"slug": tenant, "reason": "Mine."})),
        ("admin_tenant_usage", json!({"slug": tenant, "query": query})),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_exists_for_platform_administrators_only() {
    let app = TestApp::start().await;
    let (owner, _, _) = furnish(&app).await;
    let stranger = app.person("eve@example.com").await;
    let slug = &owner.workspace.slug;
    let nobody = app.client();
    for (name, arguments) in of_platform(slug) {
        let answer = app.call(&nobody, name, arguments.clone()).await;
        assert_eq!((answer.status, answer.code()), (401, "signed-out"), "{name} signed out: {}", answer.body);
        // Administrators of workspaces, of this one too, are strangers here.
        for person in [&owner, &stranger] {
            let answer = person.call(name, arguments.clone()).await;
            assert_eq!((answer.status, answer.code()), (404, "not-found"), "{name}: {}", answer.body);
        }
    }
    // So that there is a mail.
    let draft = json!({"emails": "bob@example.com", "role": "viewer"});
    owner.call("invite_people", json!({"workspace": slug, "draft": draft})).await.read::<Value>();
    let filled = |path: &str| path.replace("{tenant}", slug).replace("{slug}", slug).replace("{mail}", "1");
    let pages = homeport::routes::pages().iter().map(|route| filled(route.path()));
    let pages: Vec<String> = pages.filter(|path| path.starts_with("/admin")).collect();
    assert!(pages.len() >= 3, "{pages:?}");
    for path in &pages {
        let signed_out = app.client().get(format!("{}{path}", app.url)).header("accept", "text/html");
        assert_eq!(signed_out.send().await.unwrap().status(), 302, "{path}");
        for person in [&owner, &stranger] {
            let answer = person.get(path).await;
            assert_eq!(answer.status(), 404, "{path}");
            assert!(!answer.text().await.unwrap().contains("Suspend"), "{path}");
        }
    }
    let csv = filled(homeport::routes::TENANT_USAGE_CSV);
    assert_eq!(app.client().get(format!("{}{csv}", app.url)).send().await.unwrap().status(), 401);
    assert_eq!(owner.get(&csv).await.status(), 404);
    // Nothing of it happened, and who is made one finds all of it.
    let root = app.administrator("root@example.com").await;
    let tenant = root.call("admin_get_tenant", json!({"slug": slug})).await;
    assert_eq!((&tenant.body["suspended"], &tenant.body["delete_ms"]), (&json!(false), &Value::Null));
    for path in &pages {
        assert_eq!(root.get(path).await.status(), 200, "{path}");
    }
}
