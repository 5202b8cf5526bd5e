//! The same table as each built-in role, at the root and below it, in a workspace that is open, suspended or another's.

use super::asked::{Asked, Asker, Things, all};
use super::start;
use super::table::{AT_THE_ROOT, MAKES};
use crate::strangers::furnish;
use model::role::BuiltIn;
use serde_json::{Value, json};
use test_support::TestPerson;

/// A token of this role in this organization.
async fn token(owner: &TestPerson, role: BuiltIn, organization: i64) -> String {
    let id = format!("{}-{organization}", role.as_str());
    let new = json!({"id": id, "name": id, "role": role.as_str(), "organization": organization, "expires_ms": null});
    let made = owner.call("create_api_token", json!({"workspace": owner.workspace.slug, "new": new})).await;
    format!("Bearer {}", made.read::<Value>()["secret"].as_str().unwrap())
}

/// Whether this role, at the root or not, holds what a line needs.
fn may(role: BuiltIn, at_root: bool, asked: &Asked) -> bool {
    let held = match at_root {
        true => role.permissions(),
        false => role.permissions().below_the_root(),
    };
    let made = MAKES.iter().filter(|(name, _)| *name == asked.name).flat_map(|(_, needs)| needs.iter());
    asked.needs.iter().chain(made).all(|permission| held.allows(*permission))
        && (at_root || !AT_THE_ROOT.contains(&asked.name.as_str()))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_may_do_what_the_table_says_in_each_place() {
    let app = start().await;
    let (others, template, import) = furnish(&app).await;
    let owner = app.person("bea@example.com").await;
    let slug = owner.workspace.slug.clone();
    let root = owner.call("list_organizations", json!({"workspace": slug})).await;
    let root = root.body[0]["id"].as_i64().unwrap();
    let new = json!({"workspace": slug, "new": {"name": "North", "parent": null}});
    let north = owner.call("create_organization", new).await.read::<Value>()["id"].as_i64().unwrap();
    let mut everybody = Vec::new();
    for role in BuiltIn::ALL {
        for place in [root, north] {
            let email = format!("{}-{place}@example.com", role.as_str());
            let person = app.member(&owner, &email, role.as_str(), place).await;
            everybody.push((role, place == root, person, token(&owner, role, place).await));
        }
    }
    let own = all(&Things { slug: &slug, device: "nobody", template: 999, import: 999 });
    let elsewhere = all(&Things { slug: &others.workspace.slug, device: "secret-1", template, import });
    let mut wrong = Vec::new();
    for (role, at_root, person, token) in &everybody {
        let asker = Asker { app: &app, person, token: token.clone() };
        for asked in &own {
            let heard = asker.ask(asked).await;
            let fits = match may(*role, *at_root, asked) {
                true => heard.is_allowed(),
                // What is nowhere may be looked for first; that it is the permission, the test above has shown.
                false => heard.status < 500 && !heard.is_done(),
            };
            if !fits {
                wrong.push(format!("{} as {role:?}, at the root {at_root}: {heard:?}", asked.name));
            }
        }
        // Another's workspace is not there, whatever they are in theirs. Tokens have none but their own.
        for asked in elsewhere.iter().filter(|asked| !asked.by_token) {
            let heard = asker.ask(asked).await;
            if heard.status != 404 {
                wrong.push(format!("{} elsewhere as {role:?}: {heard:?}", asked.name));
            }
        }
        let takeout = person.get(&homeport::routes::TAKEOUT.replace("{slug}", &slug)).await.status();
        let whole = *role == BuiltIn::Administrator && *at_root;
        assert_eq!(takeout.as_u16(), if whole { 200 } else { 403 }, "the takeout as {role:?}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // Suspended, it is shut for everybody: its people see why, and nothing else.
    let administrator = app.administrator("root@example.com").await;
    let suspend = json!({"slug": slug, "reason": "The bill."});
    assert_eq!(administrator.call("admin_suspend", suspend).await.status, 200);
    for (role, _, person, token) in &everybody {
        let asker = Asker { app: &app, person, token: token.clone() };
        for asked in &own {
            let heard = asker.ask(asked).await;
            if heard.status != 403 || !heard.text.contains("disabled") {
                wrong.push(format!("{} of a suspended workspace as {role:?}: {heard:?}", asked.name));
            }
        }
        let why = person.call("why_disabled", json!({"workspace": slug})).await;
        assert_eq!((why.status, &why.body), (200, &json!("The bill.")), "{role:?}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whatever somebody may read beside the devices of a sibling organization, those and their values don't stand in it.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_sibling_reads_holds_what_they_don_t_see() {
    let app = start().await;
    let (owner, template, import) = furnish(&app).await;
    let slug = owner.workspace.slug.clone();
    let south = json!({"workspace": slug, "new": {"name": "South", "parent": null}});
    let south = owner.call("create_organization", south).await.read::<Value>()["id"].as_i64().unwrap();
    let moves = json!({"workspace": slug, "devices": ["secret-1"], "organization": 2});
    assert_eq!(owner.call("move_devices", moves).await.body, json!(1));
    let here = all(&Things { slug: &slug, device: "secret-1", template, import });
    let mut wrong = Vec::new();
    let mut read = 0;
    for role in BuiltIn::ALL {
        let person =
            app.member(&owner, &format!("sue-{}@example.com", role.as_str()), role.as_str(), south).await;
        let asker = Asker { app: &app, person: &person, token: token(&owner, role, south).await };
        // A job that begins later names the devices that the asker wrote there, whether they see them or not.
        for asked in here.iter().filter(|asked| !asked.name.contains("cheduled")) {
            let heard = asker.ask(asked).await;
            if heard.status != 200 {
                continue;
            }
            read += 1;
            // The series is a number that nobody else has sent; the id is nobody else's either.
            for secret in ["secret-1", "42.125", "secret.txt", "secret file"] {
                if heard.text.contains(secret) {
                    wrong.push(format!("{} as {role:?} holds {secret}: {}", asked.name, heard.text));
                }
            }
        }
        let alarms = person.call("list_alarms", json!({"workspace": slug, "query": {}})).await;
        assert_eq!(alarms.body["total"], 0, "{role:?}: {}", alarms.body);
    }
    assert!(read > 100, "{read} answers were read");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // What is asked here is what the owner finds it in.
    let devices = json!({"workspace": slug, "query": {"limit": 10}});
    let listed = owner.call("list_devices", devices).await.body.to_string();
    assert!(listed.contains("secret-1"), "{listed}");
}
