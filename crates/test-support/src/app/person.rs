//! Someone who uses the server, by HTTP.

use super::TestApp;
use model::PersonId;
use model::person::Person;
use model::workspace::Workspace;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Someone with a workspace of their own.
pub struct TestPerson {
    /// Their key in the database.
    pub id: PersonId,
    /// What they sign in with.
    pub email: String,
    /// Their password.
    pub password: String,
    /// Their first workspace.
    pub workspace: Workspace,
    client: reqwest::Client,
    url: String,
}

/// What a server function answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, or null where it isn't JSON.
    pub body: Value,
}

impl Answer {
    /// The body as what it should be.
    ///
    /// # Panics
    /// When the answer is a refusal, or something else.
    pub fn read<T: DeserializeOwned>(self) -> T {
        assert_eq!(self.status, 200, "{}", self.body);
        serde_json::from_value(self.body).expect("the answer is of the expected type")
    }

    /// The problem's code.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

impl TestPerson {
    pub(super) fn new(app: &TestApp, person: Person, workspace: Workspace, password: &str) -> TestPerson {
        let (id, email, password) = (person.id, person.email, password.to_owned());
        TestPerson { id, email, password, workspace, client: app.client(), url: app.url.clone() }
    }

    /// Signs in, or again.
    pub async fn sign_in(&self) -> Answer {
        self.call("sign_in", json!({"email": self.email, "password": self.password})).await
    }

    /// The client that carries their cookie.
    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Calls a server function as the page does.
    pub async fn call(&self, function: &str, arguments: Value) -> Answer {
        call(&self.client, &self.url, function, arguments).await
    }

    /// Asks for an address of the server.
    pub async fn get(&self, path: &str) -> reqwest::Response {
        let asked = self.client.get(format!("{}{path}", self.url)).send().await;
        asked.expect("the server answers")
    }
}

/// Calls a server function with this client.
async fn call(client: &reqwest::Client, url: &str, function: &str, arguments: Value) -> Answer {
    let asked = client.post(format!("{url}/api/{function}")).json(&arguments).send().await;
    let response = asked.expect("the server answers");
    let status = response.status().as_u16();
    let body = response.bytes().await.expect("the answer is whole");
    Answer { status, body: serde_json::from_slice(&body).unwrap_or_default() }
}

impl TestApp {
    /// Calls a server function with any client, such as one that nobody is signed in with.
    pub async fn call(&self, client: &reqwest::Client, function: &str, arguments: Value) -> Answer {
        call(client, &self.url, function, arguments).await
    }
}
