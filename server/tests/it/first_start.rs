//! An empty database asks for its first administrator, once.

use serde_json::{Value, json};
use test_support::TestApp;

fn form() -> Value {
    json!({"name": "Ada", "email": "Ada@Example.com", "password": "a short sentence", "workspace": "Works"})
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrator_is_made_once() {
    let app = TestApp::start().await;
    let client = app.client();
    let home = client.get(&app.url).header("accept", "text/html").send().await.unwrap();
    assert_eq!((home.status().as_u16(), home.headers()["location"].to_str().unwrap()), (302, "/set-up"));
    assert_eq!(app.call(&client, "standing", json!({})).await.body, "set_up");

    let mut wrong = form();
    wrong["email"] = json!("nobody");
    wrong["password"] = json!("short");
    let refused = app.call(&client, "set_up", wrong).await;
    let fields: Vec<&str> =
        refused.body["fields"].as_array().unwrap().iter().filter_map(|f| f["field"].as_str()).collect();
    assert_eq!(
        (refused.status, fields.as_slice()),
        (422, ["email", "password"].as_slice()),
        "{}",
        refused.body
    );

    let made = app.call(&client, "set_up", form()).await;
    assert_eq!((made.status, &made.body["email"]), (200, &json!("ada@example.com")), "{}", made.body);
    // Signed in with it, as administrator of the workspace.
    let me = app.call(&client, "standing", json!({})).await.body["signed_in"].take();
    assert_eq!(me["memberships"][0]["workspace"]["name"], "Works");
    assert_eq!(me["memberships"][0]["role"]["id"], "administrator");

    let again = app.call(&app.client(), "set_up", form()).await;
    assert_eq!((again.status, again.code()), (409, "already-set-up"));
    assert_eq!(app.call(&app.client(), "standing", json!({})).await.body, "signed_out");
    let home = app.client().get(&app.url).header("accept", "text/html").send().await.unwrap();
    assert!(home.headers()["location"].to_str().unwrap().starts_with("/sign-in"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_becomes_administrator() {
    let app = TestApp::start().await;
    let tries = (0..6).map(|_| {
        let client = app.client();
        let app = &app;
        async move { app.call(&client, "set_up", form()).await.status }
    });
    let mut statuses = futures::future::join_all(tries).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409]);
}
