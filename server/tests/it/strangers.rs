//! Everything of a workspace, asked for by whoever has no business there: *signed out* for those whom nobody knows,
//! *not found* for everybody else. The lists below must name every server function, each with what it wants.

mod fleet;
mod functions;
mod platform;

pub(crate) use functions::{for_people, of_workspaces};

use crate::device_files::upload_one;
use http::Method;
use leptos::server_fn::axum::server_fn_paths;
use platform::of_platform;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use test_support::{TestApp, TestPerson, eventually};

/// Functions that anybody may call. This list may only shrink, but for what comes with a link that was handed on.
const FOR_ANYBODY: [&str; 21] = [
    "ask_for_passkey",
    "ask_to_sign_up",
    "confirm_email",
    "forgot_password",
    "join_by_invitation",
    "look_at_email",
    "look_at_invitation",
    "look_at_reset",
    "look_at_shared",
    "look_at_sign_up",
    "offered_of_shared",
    "read_shared_tiles",
    "reset_password",
    "set_up",
    "sign_in",
    "sign_in_with_code",
    "sign_in_with_passkey",
    "sign_out",
    "sign_up",
    "sign_up_is_open",
    "standing",
];

/// What the owner has, and the stranger would like to have.
pub(crate) async fn furnish(app: &TestApp) -> (TestPerson, i64, i64) {
    let owner = app.person("ada@example.com").await;
    let draft = json!({"name": "Secret template", "telemetry": [{"name": "t", "display_name": "", "schema": "double", "unit": ""}]});
    let made =
        owner.call("create_template", json!({"workspace": owner.workspace.slug, "draft": draft})).await;
    let template = made.read::<Value>()["id"].as_i64().unwrap();
    let rule = json!({"name": "Secret rule", "definition": {"target": {"of": "all"},
        "when": {"kind": "telemetry", "metric": "t", "test": {"is": "above", "value": 42}}}});
    let made = owner.call("create_rule", json!({"workspace": owner.workspace.slug, "new": rule})).await;
    assert_eq!((made.status, &made.body["id"]), (200, &json!(1)), "{}", made.body);
    app.device(&owner, "secret-1").await.send(r#"{"t":42.125}"#).await;
    let group = json!({"id": "secret-group", "name": "Secret group", "kind": "x509", "enabled": true});
    let made =
        owner.call("create_enrolment_group", json!({"workspace": owner.workspace.slug, "new": group})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let new = json!({"workspace": owner.workspace.slug, "new": {"name": "Secret wing", "parent": null}});
    let made = owner.call("create_organization", new).await;
    assert_eq!((made.status, &made.body["id"]), (200, &json!(2)), "{}", made.body);
    fleet::furnish(app, &owner).await;
    let draft = json!({"name": "Secret role", "permissions": ["view-devices"]});
    let made = owner.call("create_role", json!({"workspace": owner.workspace.slug, "draft": draft})).await;
    assert_eq!((made.status, &made.body["id"]), (200, &json!("secret-role")), "{}", made.body);
    let program = crate::rest::Program::new(app, &owner, "builder").await;
    let board = json!({"displayName": "Secret board"});
    assert_eq!(program.ask("PUT", "/api/dashboards/secret-board", Some(board)).await.0, 200);
    let note = json!({"from_ms": 1, "text": "Secret note", "device": "secret-1"});
    let made =
        owner.call("create_annotation", json!({"workspace": owner.workspace.slug, "draft": note})).await;
    assert_eq!((made.status, &made.body["id"]), (200, &json!(1)), "{}", made.body);
    let report = json!({"displayName": "Secret report", "recipients": ["ada@example.com"],
        "when": {"on": {"every": "day"}, "minute": 0, "zone": "UTC"}, "paused": true});
    let made = program.ask("POST", "/api/dashboards/secret-board/reports", Some(report)).await;
    assert_eq!((made.0.as_u16(), &made.1["id"]), (200, &json!(1)), "{}", made.1);
    let file = "time,t\n2026-01-01T00:00:00Z,42.125\n";
    let new = json!({"name": "secret file.csv", "bytes": file.len()});
    let made = owner.call("create_import", json!({"workspace": owner.workspace.slug, "new": new})).await;
    let import = made.read::<Value>()["id"].as_i64().unwrap();
    let address = format!("{}/w/{}/imports/{import}/file?at=0", app.url, owner.workspace.slug);
    let sent = owner.client().put(address).body(file).send().await.unwrap();
    assert_eq!(sent.status(), 200);
    // The first file of this database.
    let draft = json!({"emails": "grace@example.com", "role": "viewer"});
    let made = owner.call("invite_people", json!({"workspace": owner.workspace.slug, "draft": draft})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    upload_one(app, "secret-1", &owner.workspace.scope, "secret.txt").await;
    eventually("the secret alarm is there", async || {
        let alarms = json!({"workspace": owner.workspace.slug, "query": {}});
        (owner.call("list_alarms", alarms).await.body["total"] == 1).then_some(())
    })
    .await;
    (owner, template, import)
}

#[test]
fn every_function_is_on_a_list() {
    let found: BTreeSet<String> = server_fn_paths()
        .map(|(path, method)| {
            assert_eq!(method, Method::POST, "{path}");
            path.strip_prefix("/api/").expect("server functions live below /api").to_owned()
        })
        .collect();
    let listed = FOR_ANYBODY.iter().copied();
    let listed = listed.chain(for_people().into_iter().map(|(name, _)| name));
    let listed = listed.chain(of_platform("").into_iter().map(|(name, _)| name));
    let listed = listed.chain(of_workspaces("", "", 0, 0).into_iter().map(|(name, _)| name));
    let listed: BTreeSet<String> = listed.map(str::to_owned).collect();
    assert_eq!(found, listed, "a server function and this test's lists must go together");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_find_nothing() {
    let app = TestApp::start().await;
    let (owner, template, import) = furnish(&app).await;
    let stranger = app.person("eve@example.com").await;
    let functions = of_workspaces(&owner.workspace.slug, "secret-1", template, import);
    let nobody = app.client();
    for (name, arguments) in functions.iter().chain(&for_people()) {
        let answer = app.call(&nobody, name, arguments.clone()).await;
        assert_eq!((answer.status, answer.code()), (401, "signed-out"), "{name} signed out: {}", answer.body);
    }
    let nowhere = of_workspaces("nowhere", "secret-1", template, import);
    for ((name, arguments), (_, elsewhere)) in functions.iter().zip(nowhere) {
        let answer = stranger.call(name, arguments.clone()).await;
        assert_eq!(
            (answer.status, answer.code()),
            (404, "not-found"),
            "{name} as a stranger: {}",
            answer.body
        );
        // What exists elsewhere answers like what exists nowhere.
        assert_eq!(stranger.call(name, elsewhere).await.body, answer.body, "{name}");
        // And by way of the stranger's own workspace, another's device or template is not there either.
        let own = of_workspaces(&stranger.workspace.slug, "secret-1", template, import);
        let (_, arguments) = own.into_iter().find(|(own, _)| own == name).unwrap();
        let makes_or_lists = [
            "add_application",
            "export_application",
            "connection_settings",
            "create_api_token",
            "create_dashboard",
            "create_device",
            "create_enrolment_group",
            "create_import",
            "create_organization",
            "create_role",
            "create_rule",
            "create_simulated_device",
            "create_simulated_devices",
            "create_template",
            "demand_second_factor",
            "enforce_sign_on",
            "get_sign_on",
            "import_template",
            "invite_people",
            "leave_workspace",
            "list_action_runs",
            "list_alarms",
            "list_api_tokens",
            "list_audit",
            "list_dashboards",
            "list_devices",
            "list_enrolment_groups",
            "list_erasures",
            "list_imports",
            "list_invitations",
            "list_notices",
            "list_people",
            "create_maintenance",
            "list_maintenance",
            "list_refused_registrations",
            "people_choices",
            "list_organizations",
            "list_roles",
            "list_rules",
            "list_support",
            "list_templates",
            "map_tiles",
            "get_branding",
            "offered_of_variable",
            "push_key",
            "read_tiles",
            "remove_logo",
            "rename_workspace",
            "retention_dooms",
            "run_query",
            "set_audit_days",
            "set_auto_approve",
            "set_branding",
            "set_logo",
            "set_notices",
            "set_retention",
            "set_sign_on_provider",
            "storage_usage",
            "subscribe_push",
            "trial_ends",
            "unread_notices",
            "unsubscribe_push",
            "why_disabled",
            "workspace_limits",
            "workspace_usage",
        ];
        if !makes_or_lists.contains(name) && !fleet::MAKE_OR_LIST.contains(name) {
            assert_eq!(
                stranger.call(name, arguments).await.status,
                404,
                "{name} by the stranger's own workspace"
            );
        }
    }
    // Nothing of it happened.
    for (name, arguments) in
        functions.iter().filter(|(name, _)| name.starts_with("get_") || name.starts_with("list_"))
    {
        assert_eq!(owner.call(name, arguments.clone()).await.status, 200, "{name} as the owner");
    }
    let device =
        owner.call("get_device", json!({"workspace": owner.workspace.slug, "device": "secret-1"})).await;
    assert_eq!(device.body["name"], "secret-1");
    let listed = stranger
        .call("list_devices", json!({"workspace": stranger.workspace.slug, "query": {"limit": 10}}))
        .await;
    assert_eq!(listed.body["total"], 0, "nothing has come over: {}", listed.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_see_no_page_stream_or_file() {
    let app = TestApp::start().await;
    let (owner, template, import) = furnish(&app).await;
    let stranger = app.person("eve@example.com").await;
    let picture = crate::dashboards::picture(&owner, "secret-board").await;
    let filled = |path: &str| {
        path.replace("{slug}", &owner.workspace.slug)
            .replace("{workspace}", &owner.workspace.slug)
            .replace("{device}", "secret-1")
            .replace("{template}", &template.to_string())
            .replace("{import}", &import.to_string())
            .replace("{job}", "secret-job")
            .replace("{rule}", "1")
            .replace("{export}", "1")
            .replace("{dashboard}", "secret-board")
            .replace("{picture}", &picture)
            .replace("{file}", "1")
            .replace("{tab}", "raw")
    };
    for path in homeport::routes::OF_WORKSPACES.map(filled) {
        let path =
            if path.contains("/query.") { format!("{path}?query=SELECT+*+FROM+devices") } else { path };
        let signed_out = app.client().get(format!("{}{path}", app.url)).send().await.unwrap();
        assert_eq!(signed_out.status(), 401, "{path}");
        let foreign = stranger.get(&path).await;
        assert_eq!(foreign.status(), 404, "{path}");
        assert_eq!(foreign.headers()["content-type"], "application/problem+json", "{path}");
        let asked =
            if path.ends_with("export.csv") { format!("{path}?device=secret-1") } else { path.clone() };
        assert_eq!(owner.get(&asked).await.status(), 200, "{path}");
    }
    let piece = homeport::routes::IMPORT_FILE;
    let piece = format!("{}{}?at=0", app.url, filled(piece));
    let put = async |client: &reqwest::Client| client.put(&piece).body("x").send().await.unwrap().status();
    assert_eq!(put(&app.client()).await, 401);
    assert_eq!(put(stranger.client()).await, 404);
    let pages: Vec<String> = homeport::routes::pages().iter().map(|route| filled(route.path())).collect();
    let of_workspace: Vec<&String> =
        pages.iter().filter(|path| path.contains(&owner.workspace.slug)).collect();
    assert!(of_workspace.len() >= 7, "{pages:?}");
    for path in of_workspace {
        let signed_out = app
            .client()
            .get(format!("{}{path}", app.url))
            .header("accept", "text/html")
            .send()
            .await
            .unwrap();
        assert_eq!(signed_out.status(), 302, "{path}");
        assert!(signed_out.headers()["location"].to_str().unwrap().starts_with("/sign-in"), "{path}");
        let foreign = stranger.get(path).await;
        assert_eq!(foreign.status(), 404, "{path}");
        let text = foreign.text().await.unwrap();
        for secret in ["42.125", "Secret template", "Secret board", "secret file", "ada's workspace"] {
            assert!(!text.contains(secret), "{path} shows {secret}");
        }
    }
}

/// Whoever belongs to a sibling organization is a stranger to a device, whatever their role and by whatever way; and
/// whoever stands above it is none.
#[tokio::test(flavor = "multi_thread")]
async fn siblings_are_strangers_to_devices() {
    let app = TestApp::start().await;
    let (owner, template, import) = furnish(&app).await;
    let slug = owner.workspace.slug.clone();
    let south = json!({"workspace": slug, "new": {"name": "South", "parent": null}});
    let south = owner.call("create_organization", south).await.read::<Value>()["id"].as_i64().unwrap();
    let north = 2;
    let moves = json!({"workspace": slug, "devices": ["secret-1"], "organization": north});
    assert_eq!(owner.call("move_devices", moves).await.body, json!(1));
    for role in ["administrator", "builder", "operator", "viewer"] {
        let sibling = app.member(&owner, &format!("sue-{role}@example.com"), role, south).await;
        for (name, arguments) in of_workspaces(&slug, "secret-1", template, import) {
            // With the device, or with what lies beside: the other organization, the root's import and group.
            let concerns =
                ["device", "devices", "import", "group"].iter().any(|key| arguments.get(*key).is_some())
                    || matches!(name, "delete_organization" | "update_organization");
            if !concerns || name == "migrate_devices" {
                continue;
            }
            let answer = sibling.call(name, arguments).await;
            if name == "preview_job" && answer.status == 200 {
                assert_eq!(answer.body, json!({"total": 0, "first": []}), "{role}: a job finds none of them");
                continue;
            }
            let expected = [(404, "not-found"), (403, "not-allowed")];
            assert!(expected.contains(&(answer.status, answer.code())), "{role}: {name}: {}", answer.body);
            // Below the root nobody changes templates or sees rules, which are the whole workspace's.
            if role == "administrator"
                && !matches!(
                    name,
                    "create_template_from_device" | "explain_rule" | "rule_past" | "test_action"
                )
            {
                assert_eq!(answer.status, 404, "{name}: {}", answer.body);
            }
        }
        for path in homeport::routes::OF_WORKSPACES.iter().filter(|path| path.contains("{device}")) {
            let path = path.replace("{slug}", &slug).replace("{device}", "secret-1").replace("{file}", "1");
            let status = sibling.get(&path).await.status();
            assert!([403, 404].contains(&status.as_u16()), "{role}: {path}: {status}");
        }
        let page = sibling.get(&format!("/w/{slug}/devices/secret-1")).await;
        assert_eq!(page.status(), 404, "{role}");
        let list = sibling.call("list_devices", json!({"workspace": slug, "query": {"limit": 10}})).await;
        assert_eq!(list.body["total"], 0, "{role}");
        let asked = json!({"workspace": slug, "query": "SELECT $id FROM devices"});
        let answer = sibling.call("run_query", asked).await;
        assert!(!answer.body.to_string().contains("secret-1"), "{role}: {}", answer.body);

        let above = app.member(&owner, &format!("noor-{role}@example.com"), role, north).await;
        let one = json!({"workspace": slug, "device": "secret-1"});
        assert_eq!(above.call("get_device", one).await.status, 200, "{role} above");
    }
}
