//! Who may what: a table of permissions, asked function by function, file by file and route by route, as every role in
//! every place. What a line needs is all that it needs, and nothing else will do.

mod asked;
mod places;
mod table;

use crate::rest::Program;
use crate::strangers::{furnish, of_workspaces};
use asked::{Asker, Things, all};
use model::permission::{Permission, Permissions};
use serde_json::json;
use std::collections::BTreeSet;
use table::{BELONGING, FILES, FUNCTIONS, LEAVES, MAKES, ROUTES};
use test_support::{TestApp, TestPerson};

/// The role that is made to be what it must.
const ROLE: &str = "one-right";

async fn start() -> TestApp {
    TestApp::start_with(|settings| settings.api_rate = Some(1_000_000)).await
}

/// Makes the role in this workspace, and somebody and a token that have it.
async fn with_role(app: &TestApp, owner: &TestPerson, email: &str) -> (TestPerson, String) {
    let draft = json!({"name": "One right", "permissions": ["view-devices"]});
    let made = owner.call("create_role", json!({"workspace": owner.workspace.slug, "draft": draft})).await;
    assert_eq!((made.status, &made.body["id"]), (200, &json!(ROLE)), "{}", made.body);
    let root = owner.call("list_organizations", json!({"workspace": owner.workspace.slug})).await;
    let root = root.body[0]["id"].as_i64().unwrap();
    let person = app.member(owner, email, ROLE, root).await;
    (person, Program::new(app, owner, ROLE).await.token().to_owned())
}

async fn is_now(owner: &TestPerson, permissions: Permissions) {
    let draft = json!({"name": "One right", "permissions": permissions.words()});
    let change = json!({"workspace": owner.workspace.slug, "role": ROLE, "draft": draft});
    let changed = owner.call("update_role", change).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
}

/// What programs name, besides what strangers would like to have.
async fn furnish_more(app: &TestApp, owner: &TestPerson) {
    let program = Program::named(app, owner, "administrator", "furnisher").await;
    let model = json!({"@context": "dtmi:dtdl:context;2", "@id": "dtmi:mine:x;1", "@type": "Interface",
        "displayName": "Mine", "contents": []});
    for (path, body) in [
        ("/api/deviceTemplates/dtmi:mine:x%3B1", json!({"capabilityModel": model})),
        ("/api/devices/fan", json!({})),
        ("/api/devices/secret-toy", json!({"simulated": true})),
        ("/api/devices/secret-1/relationships/r", json!({"target": "fan"})),
        ("/api/organizations/secret-wing", json!({"displayName": "Another wing"})),
        (
            "/api/scheduledJobs/secret-schedule",
            json!({"displayName": "Nightly", "devices": ["fan"], "data": [{"type": "property", "path": "t", "value": 1}],
                "schedule": {"start": "2099-01-01T02:00:00Z", "recurrence": "daily"}}),
        ),
    ] {
        let (status, answer) = program.ask("PUT", path, Some(body)).await;
        assert_eq!(status, 200, "{path}: {answer}");
    }
}

/// The table names all there is, and nothing twice.
#[test]
fn the_table_holds_every_function_file_and_route() {
    let once = |names: Vec<String>| {
        let set: BTreeSet<String> = names.iter().cloned().collect();
        assert_eq!(set.len(), names.len(), "something stands twice in {names:?}");
        set
    };
    let of = |table: &[(table::Needs, &[&str])]| -> Vec<String> {
        table.iter().flat_map(|(_, names)| names.iter().map(|name| (*name).to_owned())).collect()
    };
    let apart = BELONGING.iter().copied().chain([LEAVES]).map(str::to_owned);
    let functions = once(of(FUNCTIONS).into_iter().chain(apart).collect());
    let known = of_workspaces("", "", 0, 0).into_iter().map(|(name, _)| name.to_owned());
    assert_eq!(functions, known.collect(), "functions");
    let operations = homeport::rest::ROUTES.iter();
    let operations =
        operations.flat_map(|(path, methods)| methods.iter().map(move |method| format!("{method} {path}")));
    assert_eq!(once(of(ROUTES)), operations.collect(), "routes");
    let files = once(FILES.iter().map(|(_, path, ..)| (*path).to_owned()).collect());
    // The whole workspace as a file is for administrators, by their role and not by a permission: see `places`.
    let known = homeport::routes::OF_WORKSPACES.iter().filter(|path| **path != homeport::routes::TAKEOUT);
    let known = known.chain([&homeport::routes::IMPORT_FILE]).map(|path| (*path).to_owned());
    assert_eq!(files, known.collect(), "files");
}

/// With all rights but one that a line needs it is refused, though everything is there; with nothing but these it isn't.
#[tokio::test(flavor = "multi_thread")]
async fn each_line_needs_what_the_table_says_and_no_more() {
    let app = start().await;
    let (owner, template, import) = furnish(&app).await;
    let bare = app.person("bea@example.com").await;
    let (here, here_token) = with_role(&app, &owner, "one@example.com").await;
    let (there, there_token) = with_role(&app, &bare, "other@example.com").await;
    let here = Asker { app: &app, person: &here, token: here_token };
    let there = Asker { app: &app, person: &there, token: there_token };
    let slug = &owner.workspace.slug;
    furnish_more(&app, &owner).await;
    let present = all(&Things { slug, device: "secret-1", template, import });
    let missing = Things { slug: &bare.workspace.slug, device: "nobody", template: 999, import: 999 };
    let mut wrong = Vec::new();
    for (asked, nowhere) in present.iter().zip(all(&missing)) {
        assert_eq!(asked.name, nowhere.name);
        for lacking in asked.needs {
            is_now(&owner, Permissions::ALL.without(*lacking)).await;
            let heard = here.ask(asked).await;
            if !heard.is_refused() {
                wrong.push(format!("{} without {}: {heard:?}", asked.name, lacking.as_str()));
            }
        }
        let made = MAKES.iter().find(|(name, _)| *name == asked.name).map(|(_, needs)| *needs);
        // A role holds something: where nothing is needed, anything will do.
        let needed = made.unwrap_or(asked.needs);
        let needed = if needed.is_empty() { &[Permission::ViewDevices] } else { needed };
        is_now(&bare, needed.iter().copied().collect()).await;
        let heard = there.ask(&nowhere).await;
        if !heard.is_allowed() {
            wrong.push(format!("{} with {:?}: {heard:?}", asked.name, asked.needs));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Nothing of what was refused happened.
    for asked in present.iter().filter(|asked| asked.name.starts_with("get_")) {
        is_now(&owner, Permissions::ALL).await;
        let heard = here.ask(asked).await;
        assert_eq!(heard.status, 200, "{}: {}", asked.name, heard.text);
    }
    assert!(Permission::ALL.iter().all(is_needed), "each permission is needed by something");
}

/// Whether some line needs it. Dashboards of one's own are made by the function that makes any.
fn is_needed(permission: &Permission) -> bool {
    let lines = FUNCTIONS.iter().filter(|(needs, _)| needs.len() < Permission::ALL.len());
    let by_content = [Permission::ManagePersonalDashboards, Permission::ShareExplorations];
    lines.into_iter().any(|(needs, _)| needs.contains(permission)) || by_content.contains(permission)
}
