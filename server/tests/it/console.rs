//! What platform administrators do besides lists and plans: handing workspaces over, reading mails, letting people come by
//! themselves; and what they did, written down.

use homeport::domain;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};
use test_support::{SmtpServer, TestApp, TestPerson, eventually};

const PASSWORD: &str = "a sentence of olga's";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

fn end(link: &Value) -> String {
    link.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

async fn plan(root: &TestPerson, name: &str, limits: Value) -> i64 {
    let draft = json!({"name": name, "limits": limits, "warn_percent": 80});
    root.call("admin_save_plan", json!({"id": null, "draft": draft})).await.read::<i64>()
}

async fn give(root: &TestPerson, of: &TestPerson, plan: i64) {
    let arguments = json!({"slug": of.workspace.slug, "plan": plan, "overrides": {}});
    root.call("admin_set_plan", arguments).await.read::<Value>();
}

async fn log(root: &TestPerson) -> Vec<String> {
    let page: Value = root.call("admin_log", json!({"before": null})).await.read();
    let line = |entry: &Value| {
        let said = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        format!("{} {} {}", said("action"), said("subject_kind"), said("subject_name"))
    };
    page["entries"].as_array().unwrap().iter().map(line).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_without_an_account_is_invited_in_one_step() {
    let app = TestApp::start().await;
    let root = app.administrator("root@example.com").await;
    let small = plan(&root, "Small", json!({"people": 2})).await;
    let new = json!({"name": "Weather", "owner": "Olga@example.com", "plan": small, "overrides": {}});
    let made: Value = root.call("admin_create_tenant", json!({"new": new})).await.read();
    let slug = made["slug"].as_str().unwrap().to_owned();
    // Nobody is in it, so who made it sees nothing of it, and may invite again: that makes the first link worthless.
    assert_eq!(root.call("list_people", json!({"workspace": slug})).await.status, 404);
    let page = root.get(&format!("/admin/workspaces/{slug}")).await.text().await.unwrap();
    assert!(page.contains("Nobody is in it yet"), "{page}");
    let again = json!({"slug": slug, "owner": "olga@example.com"});
    let again: Value = root.call("admin_invite_owner", again).await.read();
    let look = async |link: &Value| {
        app.call(&app.client(), "look_at_invitation", json!({"link": end(link)})).await.status
    };
    assert_eq!((look(&made["link"]).await, look(&again).await), (404, 200));

    let olga = app.client();
    let join = json!({"link": end(&again), "name": "Olga", "password": PASSWORD});
    assert_eq!(app.call(&olga, "join_by_invitation", join).await.status, 200);
    let me = app.call(&olga, "standing", json!({})).await.body["signed_in"].take();
    assert_eq!(me["memberships"][0]["role"]["id"], "administrator", "{me}");
    // From now on it is Olga's: nobody is invited into it from outside.
    let late = json!({"slug": slug, "owner": "root@example.com"});
    let late = root.call("admin_invite_owner", late).await;
    assert_eq!((late.status, late.code()), (409, "conflict"), "{}", late.body);

    // The limit of people counts who is invited, and is named.
    let invite = async |email: &str| {
        let draft = json!({"emails": email, "role": "viewer"});
        app.call(&olga, "invite_people", json!({"workspace": slug, "draft": draft})).await
    };
    let bob = invite("bob@example.com").await;
    assert_eq!(bob.status, 200, "{}", bob.body);
    assert_eq!(invite("bob@example.com").await.status, 200, "who is invited again is counted once");
    let cyd = invite("cyd@example.com").await;
    assert_eq!((cyd.status, cyd.code()), (403, "limit-reached"), "{}", cyd.body);
    assert!(cyd.body["detail"].as_str().unwrap().contains("“People” of this workspace is 2 people"));
    let join = json!({"link": end(&bob.body[0]["link"]), "name": "Bob", "password": PASSWORD});
    assert_eq!(app.call(&app.client(), "join_by_invitation", join.clone()).await.status, 404, "invited anew");

    let told = log(&root).await;
    for line in ["create plan Small", "create workspace Weather", "invite workspace Weather"] {
        assert!(told.iter().any(|told| told == line), "{line} in {told:?}");
    }
    let page = root.get("/admin/log").await.text().await.unwrap();
    assert!(page.contains("Weather") && page.contains("root@example.com"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_are_read_in_the_console_and_their_links_only_without_a_mail_server() {
    let app = TestApp::start().await;
    let root = app.administrator("root@example.com").await;
    app.call(&app.client(), "forgot_password", json!({"email": "root@example.com"})).await;
    let listed = async |root: &TestPerson, state: Value| -> Value {
        let asked = json!({"state": state, "offset": 0, "limit": 10});
        root.call("admin_list_mails", asked).await.read()
    };
    let mail = eventually("the mail waits", async || {
        let found = listed(&root, json!("waiting")).await;
        assert_eq!(found[1], false, "there is no mail server");
        found[0]["items"].get(0).cloned()
    })
    .await;
    assert_eq!(mail["subject"], "Set a new password");
    let shown: Value = root.call("admin_read_mail", json!({"mail": mail["id"]})).await.read();
    assert!(shown[1]["text"].as_str().unwrap().contains("/reset/"), "{shown}");
    let page = root.get(&format!("/admin/mails/{}", mail["id"])).await.text().await.unwrap();
    assert!(page.contains("/reset/") && page.contains("Set a new password"), "{page}");
    let page = root.get("/admin/mails").await.text().await.unwrap();
    assert!(page.contains("No mail server is set up") && page.contains("Set a new password"), "{page}");
    assert_eq!(listed(&root, json!("sent")).await[0]["matching"], 0);
    assert_eq!(root.get("/admin/mails/999999").await.status(), 404);
    assert!(log(&root).await.contains(&"show mail Set a new password".to_owned()));

    let smtp = SmtpServer::start().await;
    let app = TestApp::with_mail(&smtp).await;
    let root = app.administrator("root@example.com").await;
    app.call(&app.client(), "forgot_password", json!({"email": "root@example.com"})).await;
    smtp.mail("root@example.com", "Set a new password").await;
    let mail = eventually("the mail is sent", async || {
        listed(&root, json!("sent")).await[0]["items"].get(0).cloned()
    })
    .await;
    let shown: Value = root.call("admin_read_mail", json!({"mail": mail["id"]})).await.read();
    let text = shown[1]["text"].as_str().unwrap();
    assert!(text.contains("works once, within an hour") && !text.contains("/reset/"), "{text}");
    let again = root.call("admin_send_mail_again", json!({"mail": mail["id"]})).await;
    assert_eq!(again.status, 404, "what was sent isn't sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_that_are_near_are_mailed_once_and_mails_are_limited_and_counted() {
    let smtp = SmtpServer::start().await;
    let app = TestApp::with_mail(&smtp).await;
    let root = app.administrator("root@example.com").await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let five = plan(&root, "Five", json!({"devices": 5})).await;
    give(&root, &ada, five).await;
    for id in 0..4 {
        app.device(&ada, &format!("room-{id}")).await;
    }
    let keeper = store::telemetry::Keeper::connect(app.db().urls()).await.unwrap();
    let look = async || {
        keeper.note_health(now_ms()).await.unwrap();
        app.within(async move |homeport| domain::limits::warn(&homeport).await).await
    };
    look().await;
    let mail = smtp.mail("ada@example.com", "is near its limit of Devices").await;
    assert!(mail.text().contains("4 of the 5 devices that it may, 80 per cent"), "{}", mail.text());
    assert!(mail.path("/w/").ends_with("/settings/usage"), "{}", mail.text());
    assert_eq!(look().await, 0, "it is told once");
    app.device(&ada, "room-4").await;
    look().await;
    smtp.mail("ada@example.com", "has reached its limit of Devices").await;
    assert_eq!(look().await, 0);

    // Two mails went out; the plan's day holds three.
    let three = plan(&root, "Three", json!({"mails-per-day": 3})).await;
    give(&root, &ada, three).await;
    let invite = async |email: &str| {
        let draft = json!({"emails": email, "role": "viewer"});
        ada.call("invite_people", json!({"workspace": slug, "draft": draft})).await
    };
    assert_eq!(invite("bob@example.com").await.status, 200);
    let refused = invite("cyd@example.com").await;
    assert_eq!((refused.status, refused.code()), (403, "limit-reached"), "{}", refused.body);
    assert!(refused.body["detail"].as_str().unwrap().contains("“E-mails a day” of this workspace is 3"));
    let query = json!({"grain": "day", "from_ms": now_ms() - 2 * DAY_MS, "to_ms": now_ms() + DAY_MS});
    eventually("mails are counted", async || {
        let used = ada.call("workspace_usage", json!({"workspace": slug, "query": query})).await.body;
        let mails: i64 = used.as_array()?.iter().filter_map(|day| day["mails"].as_i64()).sum();
        (mails == 3).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_come_by_themselves_where_they_are_let() {
    let smtp = SmtpServer::start().await;
    let app = TestApp::with_mail(&smtp).await;
    let root = app.administrator("root@example.com").await;
    let nobody = app.client();
    let ask = async |email: &str| app.call(&nobody, "ask_to_sign_up", json!({"email": email})).await;
    assert_eq!(ask("olga@example.com").await.code(), "not-found", "off until somebody says so");
    let page = nobody.get(format!("{}/sign-up", app.url)).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("By invitation only"), "{page}");

    let trial = plan(&root, "Trial", json!({"devices": 1})).await;
    let settings = |days: i64| json!({"settings": {"open": true, "trial_plan": trial, "trial_days": days}});
    let bad = root.call("admin_set_sign_up", settings(0)).await;
    assert_eq!(bad.body["fields"][0]["field"], "trial_days", "{}", bad.body);
    root.call("admin_set_sign_up", settings(14)).await.read::<Value>();
    let page = nobody.get(format!("{}/sign-in", app.url)).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("href=\"/sign-up\""), "{page}");

    // Whoever asks can't tell who exists.
    let (known, unknown) = (ask("root@example.com").await, ask("Olga@example.com").await);
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    smtp.mail("root@example.com", "You have an account already").await;
    let path = smtp.mail("olga@example.com", "Confirm your address").await.path("/sign-up/");
    assert_eq!(nobody.get(format!("{}{path}", app.url)).send().await.unwrap().status(), 200);
    let link = path.trim_start_matches("/sign-up/");
    assert_eq!(app.call(&nobody, "look_at_sign_up", json!({"link": link})).await.body, "olga@example.com");
    let with =
        |name: &str| json!({"link": link, "name": name, "password": PASSWORD, "workspace": "Olga's plant"});
    let bad = app.call(&nobody, "sign_up", with(" ")).await;
    assert_eq!(bad.body["fields"][0]["field"], "name", "{}", bad.body);
    let made = app.call(&nobody, "sign_up", with("Olga")).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let slug = made.body["slug"].as_str().unwrap().to_owned();
    assert_eq!(app.call(&app.client(), "sign_up", with("Eve")).await.code(), "not-found", "it works once");

    // On trial, by its plan, and with one such workspace only.
    let tenant: Value = root.call("admin_get_tenant", json!({"slug": slug})).await.read();
    assert_eq!((&tenant["plan"][1], &tenant["owner"]), (&json!("Trial"), &json!("olga@example.com")));
    let ends = app.call(&nobody, "trial_ends", json!({"workspace": slug})).await.body.as_i64().unwrap();
    assert!((ends - now_ms() - 14 * DAY_MS).abs() < DAY_MS, "{ends}");
    let more = app.call(&nobody, "create_workspace", json!({"name": "More"})).await;
    assert_eq!((more.status, more.code()), (403, "limit-reached"), "{}", more.body);
    assert_eq!(root.call("create_workspace", json!({"name": "Mine"})).await.status, 200);

    // Told before its end, suspended at it, open again with a plan.
    let turn = async |now: i64| {
        app.within(async move |homeport| domain::platform::end_trials(&homeport, now).await).await
    };
    assert_eq!(turn(ends - DAY_MS).await, 0);
    smtp.mail("olga@example.com", "The trial of “Olga's plant” ends on").await;
    assert_eq!(turn(ends + 1).await, 1);
    let page = nobody.get(format!("{}/w/{slug}/devices", app.url)).send().await.unwrap();
    assert_eq!(page.status(), 403);
    assert!(page.text().await.unwrap().contains("The trial is over."));
    let plan = json!({"slug": slug, "plan": trial, "overrides": {}});
    root.call("admin_set_plan", plan).await.read::<Value>();
    root.call("admin_resume", json!({"slug": slug})).await.read::<Value>();
    assert_eq!(turn(ends + 2).await, 0);
    assert_eq!(app.call(&nobody, "list_people", json!({"workspace": slug})).await.status, 200);
    assert_eq!(
        app.call(&nobody, "trial_ends", json!({"workspace": slug})).await.body,
        Value::Null,
        "a plan ends the trial"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_to_come_is_throttled() {
    let app = TestApp::start().await;
    let root = app.administrator("root@example.com").await;
    let open = json!({"settings": {"open": true, "trial_plan": null, "trial_days": 30}});
    root.call("admin_set_sign_up", open).await.read::<Value>();
    for email in ["root@example.com", "nobody@example.com"] {
        let mut statuses = Vec::new();
        for _ in 0..6 {
            statuses.push(app.call(&app.client(), "ask_to_sign_up", json!({"email": email})).await.status);
        }
        assert_eq!(statuses, [200, 200, 200, 200, 200, 429], "{email}");
    }
}
