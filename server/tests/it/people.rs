//! People of a workspace over HTTP and a real mail server: invited, joined, changed, removed, gone.

use serde_json::{Value, json};
use test_support::{Answer, SmtpServer, TestApp, TestPerson};

const PASSWORD: &str = "a sentence of bob's";

async fn invite(owner: &TestPerson, emails: &str, role: &str) -> Answer {
    let draft = json!({"emails": emails, "role": role});
    owner.call("invite_people", json!({"workspace": owner.workspace.slug, "draft": draft})).await
}

fn link(made: &Answer, at: usize) -> Value {
    let link = made.body[at]["link"].as_str().unwrap();
    json!(link.rsplit('/').next().unwrap())
}

async fn people(owner: &TestPerson) -> Vec<Value> {
    let listed = owner.call("list_people", json!({"workspace": owner.workspace.slug})).await;
    listed.body.as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_is_invited_and_joins_once() {
    let smtp = SmtpServer::start().await;
    let app = TestApp::with_mail(&smtp).await;
    let ada = app.person("ada@example.com").await;
    let made = invite(&ada, "Bob@example.com, cyd@example.com", "operator").await;
    assert_eq!((made.status, made.body.as_array().map(Vec::len)), (200, Some(2)), "{}", made.body);
    let mail = smtp.mail("bob@example.com", "Join “ada's workspace”").await;
    smtp.mail("cyd@example.com", "Join “ada's workspace”").await;
    let path = mail.path("/invitation/");
    assert_eq!(format!("{}{path}", app.url), made.body[0]["link"]);
    let nobody = app.client();
    // Mail programs open links: that uses nothing up.
    assert_eq!(nobody.get(format!("{}{path}", app.url)).send().await.unwrap().status(), 200);
    let link = link(&made, 0);
    let shown = app.call(&nobody, "look_at_invitation", json!({"link": link})).await.body;
    assert_eq!(
        (&shown["workspace"], &shown["email"]),
        (&json!("ada's workspace"), &json!("bob@example.com"))
    );
    assert_eq!((&shown["role"], &shown["known"]), (&json!("Operator"), &json!(false)));
    // The link stands nowhere in the database.
    let join = |name: &str, password: &str| json!({"link": link, "name": name, "password": password});
    let bad = app.call(&nobody, "join_by_invitation", join(" ", "short")).await;
    assert_eq!((bad.code(), bad.body["fields"].as_array().map(Vec::len)), ("invalid", Some(2)));
    let joined = app.call(&nobody, "join_by_invitation", join("Bob", PASSWORD)).await;
    assert_eq!((joined.status, &joined.body["slug"]), (200, &json!(ada.workspace.slug)), "{}", joined.body);
    // Signed in, as what he was invited as, and no more.
    let me = app.call(&nobody, "standing", json!({})).await.body["signed_in"].take();
    assert_eq!(me["person"]["email"], "bob@example.com");
    assert_eq!(me["memberships"][0]["role"]["id"], "operator");
    let refused = app.call(&nobody, "list_people", json!({"workspace": ada.workspace.slug})).await;
    assert_eq!(refused.code(), "not-allowed");
    for again in ["join_by_invitation", "look_at_invitation"] {
        assert_eq!(
            app.call(&app.client(), again, join("Eve", PASSWORD)).await.code(),
            "not-found",
            "{again}"
        );
    }
    let listed = people(&ada).await;
    assert_eq!(listed.iter().map(|p| p["name"].as_str().unwrap()).collect::<Vec<_>>(), ["ada", "Bob"]);
    assert_eq!((&listed[1]["role"]["name"], &listed[1]["two_factor"]), (&json!("Operator"), &json!(false)));
    assert!(listed[1]["seen_ms"].is_i64(), "{}", listed[1]);
    let waiting = ada.call("list_invitations", json!({"workspace": ada.workspace.slug})).await.body;
    assert_eq!(waiting.as_array().map(Vec::len), Some(1), "{waiting}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_an_account_joins_with_it_and_links_are_replaced_and_taken_back() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person("ada@example.com").await, app.person("bob@example.com").await);
    let first = invite(&ada, "bob@example.com", "viewer").await;
    let of = |id: &Value| json!({"workspace": ada.workspace.slug, "invitation": id});
    let id = first.body[0]["id"].clone();
    let second = ada.call("resend_invitation", of(&id)).await;
    assert_eq!((second.status, &second.body["id"]), (200, &id), "{}", second.body);
    assert_eq!(bob.call("accept_invitation", json!({"link": link(&first, 0)})).await.code(), "not-found");
    let text = second.body["link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let shown = app.call(&app.client(), "look_at_invitation", json!({"link": text})).await.body;
    assert_eq!(shown["known"], true);
    // An account is not taken over by making another.
    let join = json!({"link": text, "name": "Bob", "password": PASSWORD});
    assert_eq!(app.call(&app.client(), "join_by_invitation", join).await.code(), "taken");
    assert_eq!(app.call(&app.client(), "accept_invitation", json!({"link": text})).await.status, 401);
    assert_eq!(bob.call("accept_invitation", json!({"link": text})).await.status, 200);
    assert_eq!(bob.call("accept_invitation", json!({"link": text})).await.code(), "not-found", "once");
    assert_eq!(people(&ada).await.len(), 2);
    assert_eq!(invite(&ada, "bob@example.com", "viewer").await.code(), "taken");

    let third = invite(&ada, "cyd@example.com", "viewer").await;
    assert_eq!(ada.call("revoke_invitation", of(&third.body[0]["id"])).await.status, 200);
    assert_eq!(ada.call("revoke_invitation", of(&third.body[0]["id"])).await.status, 404);
    let gone = app.call(&app.client(), "look_at_invitation", json!({"link": link(&third, 0)})).await;
    assert_eq!(gone.code(), "not-found");
    let wrong = invite(&ada, "cyd@example.com, nonsense", "viewer").await;
    assert_eq!((wrong.code(), &wrong.body["fields"][0]["field"]), ("invalid", &json!("emails")));
    assert_eq!(invite(&ada, "cyd@example.com", "no-such-role").await.body["fields"][0]["field"], "role");
    let waiting = ada.call("list_invitations", json!({"workspace": ada.workspace.slug})).await.body;
    assert_eq!(waiting, json!([]), "where one can't be invited, nobody is");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_or_takes_more_than_they_hold_and_an_administrator_stays() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person("ada@example.com").await, app.person("bob@example.com").await);
    let made = invite(&ada, "bob@example.com", "builder").await;
    assert_eq!(bob.call("accept_invitation", json!({"link": link(&made, 0)})).await.status, 200);
    let slug = &ada.workspace.slug;
    let root = people(&ada).await[0]["organization"]["id"].clone();
    let change = |person: &TestPerson, role: &str| json!({"workspace": slug, "person": person.id, "role": role, "organization": root});
    for (function, arguments) in [
        ("change_person", change(&bob, "administrator")),
        ("remove_person", json!({"workspace": slug, "person": ada.id})),
        ("invite_people", json!({"workspace": slug, "draft": {"emails": "x@example.com", "role": "viewer"}})),
    ] {
        assert_eq!(bob.call(function, arguments).await.code(), "not-allowed", "a builder does {function}");
    }
    // The last administrator can neither leave, nor become less, nor be removed.
    for (function, arguments) in [
        ("leave_workspace", json!({"workspace": slug})),
        ("change_person", change(&ada, "viewer")),
        ("remove_person", json!({"workspace": slug, "person": ada.id})),
    ] {
        let refused = ada.call(function, arguments).await;
        assert_eq!((refused.status, refused.code()), (409, "conflict"), "{function}: {}", refused.body);
    }
    assert_eq!(ada.call("change_person", change(&bob, "administrator")).await.status, 200);
    assert_eq!(ada.call("leave_workspace", json!({"workspace": slug})).await.status, 200);
    assert_eq!(ada.call("list_people", json!({"workspace": slug})).await.status, 404);
    let left = bob.call("list_people", json!({"workspace": slug})).await.body;
    assert_eq!(left.as_array().map(Vec::len), Some(1), "{left}");
    let gone = bob.call("remove_person", json!({"workspace": slug, "person": ada.id})).await;
    assert_eq!(gone.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_see_invite_change_and_remove_people() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person("ada@example.com").await, app.person("bob@example.com").await);
    let made = invite(&ada, "bob@example.com", "viewer").await;
    assert_eq!(bob.call("accept_invitation", json!({"link": link(&made, 0)})).await.status, 200);
    let new = json!({"name": "program", "role": "administrator", "expires_ms": null});
    let token = ada.call("create_api_token", json!({"workspace": ada.workspace.slug, "new": new})).await;
    let token = format!("Bearer {}", token.body["secret"].as_str().unwrap());
    let ask = async |method: &str, path: &str, body: Value| {
        let request = app.client().request(method.parse().unwrap(), format!("{}{path}", app.url));
        let answer = request.header("authorization", &token).json(&body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.unwrap_or_default())
    };
    let operator = "ae2c9854-393b-4f97-8c42-479d70ce626e";
    let (status, listed) = ask("GET", "/api/users?maxpagesize=1", json!({})).await;
    assert_eq!((status, &listed["value"][0]["email"]), (200, &json!("ada@example.com")), "{listed}");
    assert!(listed["nextLink"].is_string(), "{listed}");
    let path = format!("/api/users/{}", bob.id);
    let (_, shown) = ask("GET", &path, json!({})).await;
    let expected = json!({"id": bob.id.to_string(), "type": "email", "email": "bob@example.com",
        "roles": [{"role": "viewer", "organization": "root"}], "state": "joined"});
    assert_eq!(shown, expected);
    let (status, changed) = ask("PATCH", &path, json!({"roles": [{"role": operator}]})).await;
    assert_eq!((status, &changed["roles"][0]["role"]), (200, &json!(operator)), "{changed}");
    let (status, refused) =
        ask("PATCH", &path, json!({"roles": [{"role": operator, "organization": "moon"}]})).await;
    assert_eq!(status, 422, "{refused}");

    let wanted = json!({"type": "email", "email": "cyd@example.com", "roles": [{"role": "builder"}]});
    let (status, invited) = ask("PUT", "/api/users/cyd", wanted).await;
    assert_eq!((status, &invited["state"]), (200, &json!("invited")), "{invited}");
    let path_of_cyd = format!("/api/users/{}", invited["id"].as_str().unwrap());
    assert_eq!(ask("GET", &path_of_cyd, json!({})).await.1, invited);
    assert_eq!(ask("DELETE", &path_of_cyd, json!({})).await.0, 204);
    assert_eq!(ask("GET", &path_of_cyd, json!({})).await.0, 404);
    assert_eq!(ask("DELETE", &path, json!({})).await.0, 204);
    assert_eq!(ask("GET", &path, json!({})).await.0, 404);
    let (status, refused) = ask("DELETE", &format!("/api/users/{}", ada.id), json!({})).await;
    assert_eq!(status, 409, "the last administrator: {refused}");
}
