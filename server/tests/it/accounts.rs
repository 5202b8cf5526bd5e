//! Accounts over HTTP and a real mail server: forgotten passwords, other addresses, sessions, second factors.

use http::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};
use test_support::{SmtpServer, TestApp, eventually, totp};

const NEW: &str = "quite another sentence";

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_set_by_a_link_that_works_once() {
    let smtp = SmtpServer::start().await;
    let app = TestApp::with_mail(&smtp).await;
    let ada = app.person("ada@example.com").await;
    let nobody = app.client();
    let known = app.call(&nobody, "forgot_password", json!({"email": " Ada@example.com "})).await;
    let unknown = app.call(&nobody, "forgot_password", json!({"email": "nobody@example.com"})).await;
    assert_eq!((known.status, known.body), (unknown.status, unknown.body));
    let first = smtp.mail("ada@example.com", "Set a new password").await.path("/reset/");
    let first = first.trim_start_matches("/reset/");
    // Asking again makes the earlier link worthless.
    app.call(&nobody, "forgot_password", json!({"email": "ada@example.com"})).await;
    let second = smtp.mail("ada@example.com", "Set a new password").await.path("/reset/");
    assert_eq!(nobody.get(format!("{}{second}", app.url)).send().await.unwrap().status(), 200);
    let second = second.trim_start_matches("/reset/");
    let set = async |link: &str, new: &str| {
        app.call(&nobody, "reset_password", json!({"link": link, "new": new})).await
    };
    assert_eq!(set(first, NEW).await.code(), "not-found");
    assert_eq!(set("nonsense", NEW).await.code(), "not-found");
    let short = set(second, "short").await;
    assert_eq!((short.code(), &short.body["fields"][0]["field"]), ("invalid", &json!("new")));
    let done = set(second, NEW).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(set(second, NEW).await.code(), "not-found", "a link works once");
    // Every browser is signed out, and only the new password opens.
    assert!(ada.call("standing", json!({})).await.body["signed_in"].is_null());
    assert_eq!(ada.sign_in().await.status, 401);
    let entered = app.call(&nobody, "sign_in", json!({"email": ada.email, "password": NEW})).await;
    assert_eq!((entered.status, entered.body), (200, json!("in")));
    smtp.mail("ada@example.com", "Your password was changed").await;
    assert!(smtp.mails().iter().all(|mail| mail.to != "nobody@example.com"));
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_for_links_is_throttled_whether_the_address_exists_or_not() {
    let app = TestApp::start().await;
    app.person("ada@example.com").await;
    for email in ["ada@example.com", "nobody@example.com"] {
        let mut statuses = Vec::new();
        for _ in 0..6 {
            statuses.push(app.call(&app.client(), "forgot_password", json!({"email": email})).await.status);
        }
        assert_eq!(statuses, [200, 200, 200, 200, 200, 429], "{email}");
    }
    // Who is refused a link may sign in still.
    app.person("bob@example.com").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_changes_once_its_owner_has_confirmed_it() {
    let smtp = SmtpServer::start().await;
    let app = TestApp::with_mail(&smtp).await;
    let ada = app.person("ada@example.com").await;
    let bob = app.person("bob@example.com").await;
    let ask = |email: &str, current: &str| json!({"email": email, "current": current});
    let wrong = ada.call("change_email", ask("countess@example.com", "wrong")).await;
    assert_eq!((wrong.code(), &wrong.body["fields"][0]["field"]), ("invalid", &json!("current")));
    // Somebody's address is answered like nobody's; its owner hears of it.
    let taken = ada.call("change_email", ask("bob@example.com", &ada.password)).await;
    let free = ada.call("change_email", ask("countess@example.com", &ada.password)).await;
    assert_eq!((taken.status, &taken.body), (free.status, &free.body));
    smtp.mail("bob@example.com", "Your address is in use already").await;
    let path = smtp.mail("countess@example.com", "Confirm your new address").await.path("/confirm-address/");
    // Mail programs open links: that changes nothing.
    assert_eq!(app.client().get(format!("{}{path}", app.url)).send().await.unwrap().status(), 200);
    assert_eq!(ada.call("standing", json!({})).await.body["signed_in"]["person"]["email"], "ada@example.com");
    let link = json!({"link": path.trim_start_matches("/confirm-address/")});
    let done = app.call(&app.client(), "confirm_email", link.clone()).await;
    assert_eq!((done.status, done.body), (200, json!("countess@example.com")));
    assert_eq!(app.call(&app.client(), "confirm_email", link).await.code(), "not-found");
    let note = smtp.mail("ada@example.com", "Your address was changed").await;
    assert!(note.text().contains("to countess@example.com"), "{}", note.text());
    assert_eq!(ada.sign_in().await.status, 401);
    let again = json!({"email": "countess@example.com", "password": ada.password});
    assert_eq!(app.call(&app.client(), "sign_in", again).await.status, 200);
    assert_eq!(bob.sign_in().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let eve = app.person("eve@example.com").await;
    let credentials = json!({"email": ada.email, "password": ada.password});
    let elsewhere = app.client();
    let request = elsewhere.post(format!("{}/api/sign_in", app.url)).json(&credentials);
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    assert_eq!(request.header("user-agent", agent).send().await.unwrap().status(), 200);
    let third = app.client();
    app.call(&third, "sign_in", credentials.clone()).await;

    let listed = ada.call("list_sessions", json!({})).await.body;
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 3, "{listed:?}");
    assert_eq!((&listed[0]["current"], &listed[1]["current"]), (&json!(true), &json!(false)));
    let firefox = listed.iter().find(|session| session["agent"] == agent).unwrap();
    assert_eq!(firefox["address"], "127.0.0.1");
    let mark = json!({"mark": firefox["mark"]});
    assert_eq!(eve.call("end_session", mark.clone()).await.status, 404, "another's session");
    assert_eq!(ada.call("end_session", mark.clone()).await.status, 200);
    assert_eq!(ada.call("end_session", mark).await.status, 404);
    assert_eq!(app.call(&elsewhere, "list_sessions", json!({})).await.status, 401);
    assert_eq!(app.call(&third, "list_sessions", json!({})).await.status, 200);
    assert_eq!(ada.call("end_other_sessions", json!({})).await.body, json!(1));
    assert_eq!(app.call(&third, "list_sessions", json!({})).await.status, 401);
    // So does another password.
    app.call(&third, "sign_in", credentials).await;
    let change = json!({"current": ada.password, "new": NEW});
    assert_eq!(ada.call("change_password", change).await.status, 200);
    assert_eq!(app.call(&third, "list_sessions", json!({})).await.status, 401);
    assert_eq!(ada.call("list_sessions", json!({})).await.body.as_array().map(Vec::len), Some(1));
}

/// Calls a server function with this cookie; answers status, body, and the cookie that was set.
pub(crate) async fn with_cookie(
    app: &TestApp,
    cookie: Option<&str>,
    function: &str,
    body: Value,
) -> (u16, Value, Option<String>) {
    let mut request = reqwest::Client::new().post(format!("{}/api/{function}", app.url)).json(&body);
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    let answer = request.send().await.unwrap();
    let set = answer.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let set = set.filter_map(|text| text.split(';').next()).find(|text| text.starts_with("homeport="));
    let set = set.map(str::to_owned);
    (answer.status().as_u16(), answer.json().await.unwrap_or_default(), set)
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_second_factor_a_password_signs_nobody_in() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let secret = ada.call("begin_two_factor", json!({"current": ada.password})).await;
    let key = secret.body["secret"].as_str().unwrap().to_owned();
    assert!(
        secret.body["uri"].as_str().unwrap().starts_with("otpauth://totp/Homeport:ada%40example.com?secret=")
    );
    // A secret that nobody has confirmed counts for nothing.
    assert_eq!(ada.sign_in().await.body, json!("in"));
    let wrong = ada.call("confirm_two_factor", json!({"code": "abcdef"})).await;
    assert_eq!((wrong.code(), &wrong.body["fields"][0]["field"]), ("invalid", &json!("code")));
    let codes = ada.call("confirm_two_factor", json!({"code": totp(&key, -1)})).await;
    let codes: Vec<String> = codes.read();
    assert_eq!(codes.len(), 10);
    assert_eq!(ada.call("begin_two_factor", json!({"current": ada.password})).await.code(), "taken");

    let credentials = json!({"email": ada.email, "password": ada.password});
    let (status, said, half) = with_cookie(&app, None, "sign_in", credentials.clone()).await;
    assert_eq!((status, said), (200, json!("code-wanted")));
    let half = half.unwrap();
    let standing = with_cookie(&app, Some(&half), "standing", json!({})).await.1;
    assert!(standing["signed_in"].is_null(), "half a sign-in is none: {standing}");
    assert_eq!(with_cookie(&app, Some(&half), "list_sessions", json!({})).await.0, 401);
    let code = async |cookie: Option<&str>, code: &str| {
        with_cookie(&app, cookie, "sign_in_with_code", json!({"code": code})).await
    };
    assert_eq!(code(None, &totp(&key, 0)).await.0, 401, "without the password");
    assert_eq!(code(Some(&half), &totp(&key, -1)).await.0, 422, "the code that confirmed it was used");
    let (status, _, whole) = code(Some(&half), &totp(&key, 0)).await;
    assert_eq!(status, 200);
    let whole = whole.unwrap();
    assert_ne!(whole, half, "an id that was known before the second step is worth nothing");
    assert!(with_cookie(&app, Some(&whole), "standing", json!({})).await.1["signed_in"].is_object());
    assert!(with_cookie(&app, Some(&half), "standing", json!({})).await.1["signed_in"].is_null());
    // Seen over the shoulder, typed again at once.
    let half = with_cookie(&app, None, "sign_in", credentials.clone()).await.2.unwrap();
    assert_eq!(code(Some(&half), &totp(&key, 0)).await.0, 422, "a code is used once");
    assert_eq!(code(Some(&half), &codes[0].to_uppercase()).await.0, 200);
    let half = with_cookie(&app, None, "sign_in", credentials.clone()).await.2.unwrap();
    assert_eq!(code(Some(&half), &codes[0]).await.0, 422, "so is a recovery code");

    // Off with the password and a code, not with one of them.
    let off = |current: &str, code: &str| json!({"current": current, "code": code});
    assert_eq!(ada.call("end_two_factor", off("wrong", &codes[1])).await.status, 422);
    assert_eq!(ada.call("end_two_factor", off(&ada.password, "000000")).await.status, 422);
    assert_eq!(
        ada.call("two_factor", json!({})).await.body,
        json!({"on": true, "codes_left": 9, "passkeys": 0})
    );
    let fresh: Vec<String> = ada.call("new_recovery_codes", off(&ada.password, &codes[1])).await.read();
    assert_eq!(ada.call("end_two_factor", off(&ada.password, &codes[2])).await.status, 422, "old codes");
    assert_eq!(ada.call("end_two_factor", off(&ada.password, &fresh[0])).await.status, 200);
    assert_eq!(ada.sign_in().await.body, json!("in"));
    let mails = eventually("four notices wait", async || {
        let mails = app.db().store().mails().list(None, 0, 20).await.unwrap();
        (mails.total >= 3).then_some(mails)
    })
    .await;
    let subjects: Vec<&str> = mails.items.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!(subjects, ["Two-factor sign-in is off", "New recovery codes", "Two-factor sign-in is on"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_not_guessed() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let secret = ada.call("begin_two_factor", json!({"current": ada.password})).await;
    let key = secret.body["secret"].as_str().unwrap().to_owned();
    assert_eq!(ada.call("confirm_two_factor", json!({"code": totp(&key, -1)})).await.status, 200);
    let credentials = json!({"email": ada.email, "password": ada.password});
    let mut statuses = Vec::new();
    for _ in 0..6 {
        // Beginning anew gives no more guesses.
        let half = with_cookie(&app, None, "sign_in", credentials.clone()).await.2.unwrap();
        statuses.push(with_cookie(&app, Some(&half), "sign_in_with_code", json!({"code": "abcdef"})).await.0);
    }
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429]);
    let half = with_cookie(&app, None, "sign_in", credentials).await.2.unwrap();
    assert_eq!(
        with_cookie(&app, Some(&half), "sign_in_with_code", json!({"code": totp(&key, 0)})).await.0,
        429
    );
}
