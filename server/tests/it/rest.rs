//! The programming interface, as programs use it: with a token, without one, with one of another workspace.

use http::{Method, StatusCode};
use model::role::BuiltIn;
use serde_json::{Value, json};
use test_support::{TestApp, TestPerson, eventually};

/// A program with a token.
pub(crate) struct Program {
    client: reqwest::Client,
    url: String,
    token: String,
}

impl Program {
    /// One with a token of this role in the person's workspace.
    pub(crate) async fn new(app: &TestApp, owner: &TestPerson, role: &str) -> Program {
        Program::named(app, owner, role, role).await
    }

    /// Where there is a token of this role already.
    pub(crate) async fn named(app: &TestApp, owner: &TestPerson, role: &str, id: &str) -> Program {
        let new = json!({"id": id, "name": id, "role": role, "expires_ms": null});
        let made =
            owner.call("create_api_token", json!({"workspace": owner.workspace.slug, "new": new})).await;
        let made = made.read::<Value>();
        let token = format!("Bearer {}", made["secret"].as_str().unwrap());
        Program { client: app.client(), url: app.url.clone(), token }
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let path = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.url) };
        let mut request = self.client.request(Method::from_bytes(method.as_bytes()).unwrap(), path);
        if !self.token.is_empty() {
            request = request.header("authorization", &self.token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        if status.is_client_error() || status.is_server_error() {
            assert_eq!(answer.headers()["content-type"], "application/problem+json", "{status}");
        }
        let bytes = answer.bytes().await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// A change of what one has seen.
    pub(crate) async fn ask_if(
        &self,
        method: &str,
        path: &str,
        etag: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let request = self
            .client
            .request(Method::from_bytes(method.as_bytes()).unwrap(), format!("{}{path}", self.url));
        let request = request.header("authorization", &self.token).header("if-match", etag);
        let answer = request.json(&body).send().await.unwrap();
        let status = answer.status();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }

    /// The header `Authorization`.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask("GET", path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }
}

/// That a refusal is in the shape of either kind of client.
pub(crate) fn refused(answer: &(StatusCode, Value), status: u16, code: &str) {
    let (got, body) = answer;
    assert_eq!((got.as_u16(), body["error"]["code"].as_str()), (status, Some(code)), "{body}");
    assert_eq!(body["status"], status, "{body}");
    for pointer in ["/error/message", "/error/requestId", "/error/time", "/title", "/detail", "/type"] {
        assert!(
            body.pointer(pointer).and_then(Value::as_str).is_some_and(|s| !s.is_empty()),
            "{pointer}: {body}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_made_read_changed_and_deleted() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let draft = json!({"name": "Room", "telemetry": [{"name": "t", "display_name": "", "schema": "double", "unit": ""}]});
    let made = ada.call("create_template", json!({"workspace": ada.workspace.slug, "draft": draft})).await;
    let id = made.read::<Value>()["id"].clone();
    let publish = json!({"workspace": ada.workspace.slug, "template": id, "new_version": false});
    assert_eq!(ada.call("publish_template", publish).await.status, 200);
    let program = Program::new(&app, &ada, "operator").await;

    let templates = program.get("/api/deviceTemplates?api-version=2022-07-31").await;
    let template = &templates["value"][0];
    let dtmi = template["@id"].as_str().unwrap();
    assert_eq!(
        (&template["displayName"], &template["capabilityModel"]["@id"]),
        (&json!("Room"), &json!(dtmi))
    );
    assert_eq!(&program.get(&format!("/api/deviceTemplates/{}", dtmi.replace(';', "%3B"))).await, template);

    let wanted = json!({"displayName": "Room one", "template": dtmi, "simulated": false, "enabled": true});
    let (status, made) = program.ask("PUT", "/api/devices/room-1?api-version=2022-07-31", Some(wanted)).await;
    assert_eq!(status, 200, "{made}");
    let etag = made["etag"].clone();
    let expected = json!({"id": "room-1", "etag": etag, "displayName": "Room one", "template": dtmi,
                          "simulated": false, "provisioned": false, "enabled": true, "approved": true,
                          "organizations": ["root"]});
    assert_eq!(made, expected);
    assert_eq!(program.get("/api/devices/room-1").await, expected);
    // An answer may be sent back as it is.
    assert_eq!(program.ask("PUT", "/api/devices/room-1", Some(made)).await, (StatusCode::OK, expected));

    let credentials = program.get("/api/devices/room-1/credentials").await;
    assert_eq!(credentials["idScope"], ada.workspace.scope);
    let key = credentials["symmetricKey"]["primaryKey"].as_str().unwrap().to_owned();
    let device = test_support::TestDevice {
        scope: ada.workspace.scope.clone(),
        id: "room-1".into(),
        key,
        broker: app.mqtt,
    };
    refused(&program.ask("GET", "/api/devices/room-1/telemetry/t", None).await, 404, "NotFound");
    device.send(r#"{"t":21.5,"timestamp":"2026-01-02T03:04:05Z"}"#).await;
    let value = test_support::eventually("the value", async || {
        let (status, value) = program.ask("GET", "/api/devices/room-1/telemetry/t", None).await;
        (status == 200).then_some(value)
    })
    .await;
    assert_eq!(value["value"], 21.5);
    assert!(value["timestamp"].as_str().is_some_and(|at| at.ends_with('Z')), "{value}");
    assert_eq!(program.get("/api/devices/room-1").await["provisioned"], true);

    let (_, changed) = program.ask("PATCH", "/api/devices/room-1", Some(json!({"enabled": false}))).await;
    assert_eq!((&changed["enabled"], &changed["displayName"]), (&json!(false), &json!("Room one")));
    assert!(device.connect().await.is_err(), "a device that isn't enabled is refused");
    let (_, changed) = program.ask("PATCH", "/api/devices/room-1", Some(json!({"template": null}))).await;
    assert_eq!(changed.get("template"), None, "{changed}");

    refused(&program.ask("PATCH", "/api/devices/nobody", Some(json!({}))).await, 404, "NotFound");
    for (body, status, code) in [
        (json!({"displayNme": "x"}), 400, "InvalidBody"),
        (json!([]), 400, "InvalidBody"),
        (json!({"displayName": " "}), 422, "UnprocessableEntity"),
        (json!({"template": "dtmi:none;1"}), 422, "UnprocessableEntity"),
        (json!({"simulated": true}), 422, "UnprocessableEntity"),
    ] {
        refused(&program.ask("PATCH", "/api/devices/room-1", Some(body)).await, status, code);
    }
    let bad = program.ask("PUT", "/api/devices/a%20b", Some(json!({}))).await;
    refused(&bad, 422, "UnprocessableEntity");
    assert_eq!(bad.1["fields"][0]["field"], "id");

    assert_eq!(program.ask("DELETE", "/api/devices/room-1", None).await.0, 204);
    refused(&program.ask("DELETE", "/api/devices/room-1", None).await, 404, "NotFound");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_and_etags_hold() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "operator").await;
    for n in 0..5 {
        let made = program.ask("PUT", &format!("/api/devices/d{n}"), Some(json!({}))).await;
        assert_eq!(made.0, 200, "{}", made.1);
    }
    let mut next = Some("/api/devices?api-version=2022-07-31&maxpagesize=2".to_owned());
    let (mut ids, mut pages) = (Vec::new(), 0);
    while let Some(path) = next {
        let page = program.get(&path).await;
        ids.extend(page["value"].as_array().unwrap().iter().map(|d| d["id"].as_str().unwrap().to_owned()));
        next = page["nextLink"].as_str().map(str::to_owned);
        pages += 1;
    }
    assert_eq!((ids.join(" "), pages), ("d0 d1 d2 d3 d4".into(), 3));
    refused(&program.ask("GET", "/api/devices?filter=x", None).await, 400, "BadRequest");

    let etag = program.get("/api/devices/d0").await["etag"].as_str().unwrap().to_owned();
    let change = async |tag: &str| {
        let request = program
            .client
            .patch(format!("{}/api/devices/d0", app.url))
            .header("authorization", &program.token);
        request.header("if-match", tag).json(&json!({"displayName": tag})).send().await.unwrap().status()
    };
    assert_eq!(change(&format!("\"{etag}\"")).await, 200);
    assert_eq!(change(&etag).await, 412, "it has changed since");
    assert_eq!(change("*").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_no_answer_and_no_more_than_its_role() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    app.device(&ada, "room-1").await.send(r#"{"t":1}"#).await;
    let viewer = Program::new(&app, &ada, "viewer").await;
    let admin = Program::new(&app, &ada, "administrator").await;
    assert_eq!(viewer.get("/api/devices").await["value"].as_array().map(Vec::len), Some(1));
    for (method, path) in [
        ("PUT", "/api/devices/room-2"),
        ("PATCH", "/api/devices/room-1"),
        ("DELETE", "/api/devices/room-1"),
        ("GET", "/api/devices/room-1/credentials"),
        ("GET", "/api/apiTokens"),
        ("DELETE", "/api/apiTokens/viewer"),
        ("GET", "/api/users"),
    ] {
        let body = (method.starts_with('P')).then(|| json!({"displayName": "x"}));
        refused(&viewer.ask(method, path, body).await, 403, "Forbidden");
    }
    // A token is no key to the pages.
    let page = viewer
        .ask(
            "POST",
            "/api/list_devices",
            Some(json!({"workspace": ada.workspace.slug, "query": {"limit": 1}})),
        )
        .await;
    assert_eq!(page.0, 401);
    for (path, methods) in homeport::rest::ROUTES {
        let path = path.replace(['{', '}'], "");
        for method in methods {
            for token in ["", "Bearer hp_nobody", "Bearer x", "Basic YTpi"] {
                let nobody = Program { client: app.client(), url: app.url.clone(), token: token.into() };
                let answer = nobody.ask(method, &path, Some(json!({"roles": []}))).await;
                refused(&answer, 401, "Unauthorized");
            }
        }
        refused(&admin.ask("OPTIONS", &path, None).await, 405, "MethodNotAllowed");
    }
    refused(&admin.ask("GET", "/api/nothing", None).await, 404, "NotFound");

    let (status, made) = admin
        .ask(
            "PUT",
            "/api/apiTokens/ci",
            Some(json!({"roles": [{"role": "ae2c9854-393b-4f97-8c42-479d70ce626e"}]})),
        )
        .await;
    assert_eq!(status, 200, "{made}");
    assert!(
        made["expiry"].is_string()
            && made["token"].as_str().unwrap().starts_with("SharedAccessSignature sr=")
    );
    let ci =
        Program { client: app.client(), url: app.url.clone(), token: made["token"].as_str().unwrap().into() };
    ci.get("/api/devices/room-1").await;
    let again = admin.ask("PUT", "/api/apiTokens/ci", Some(json!({"roles": [{"role": "viewer"}]}))).await;
    refused(&again, 409, "Conflict");
    assert_eq!(admin.get("/api/apiTokens").await["value"].as_array().map(Vec::len), Some(3));
    let listed = admin.get("/api/apiTokens/ci").await;
    assert_eq!((&listed["roles"], listed.get("token")), (&made["roles"], None));
    assert_eq!(admin.ask("DELETE", "/api/apiTokens/ci", None).await.0, 204);
    let gone = ci.ask("GET", "/api/devices", None).await;
    refused(&gone, 401, "Unauthorized");
    assert_eq!(gone.1["error"]["message"], "This API token was revoked.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_workspace_finds_nothing() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.person("ada@example.com").await, app.person("eve@example.com").await);
    app.device(&ada, "secret-1").await.send(r#"{"t":42.125}"#).await;
    let draft = json!({"name": "Secret template", "telemetry": []});
    ada.call("create_template", json!({"workspace": ada.workspace.slug, "draft": draft}))
        .await
        .read::<Value>();
    let own = Program::new(&app, &ada, "administrator").await;
    let dtmi = own.get("/api/deviceTemplates").await["value"][0]["@id"].as_str().unwrap().to_owned();
    let _token = Program::new(&app, &ada, "builder").await;
    let group = json!({"displayName": "Secret group", "attestation": {"type": "x509"}});
    assert_eq!(own.ask("PUT", "/api/enrollmentGroups/secret-group", Some(group)).await.0, 200);
    let fleet = json!({"displayName": "Secret fleet"});
    assert_eq!(own.ask("PUT", "/api/deviceGroups/secret-fleet", Some(fleet)).await.0, 200);
    let board = json!({"displayName": "Secret board"});
    assert_eq!(own.ask("PUT", "/api/dashboards/secret-board", Some(board)).await.0, 200);
    let silence = json!({"displayName": "Secret rule", "definition": {"target": {"of": "all"}, "when": {"kind": "silent", "forMs": 1000}}});
    assert_eq!(own.ask("POST", "/api/rules", Some(silence)).await.0, 200);
    eventually("the rule has raised an alarm", async || {
        (own.get("/api/alarms").await["value"].as_array().is_some_and(|all| !all.is_empty())).then_some(())
    })
    .await;
    let note = json!({"text": "Secret note", "device": "secret-1"});
    assert_eq!(own.ask("POST", "/api/annotations", Some(note)).await.1["id"], json!(1));
    let place = json!({"displayName": "Secret place", "type": "webhook", "url": "https://example.com"});
    assert_eq!(own.ask("POST", "/api/dataExport/destinations", Some(place)).await.0, 200);
    let export = json!({"displayName": "Secret export", "source": "telemetry", "destinations": [{"id": 1}], "enabled": false});
    assert_eq!(own.ask("POST", "/api/dataExport/exports", Some(export)).await.0, 200);
    let wing = json!({"displayName": "Secret wing"});
    assert_eq!(own.ask("PUT", "/api/organizations/secret-wing", Some(wing)).await.0, 200);
    let role = json!({"displayName": "Secret role", "permissions": ["view-devices"]});
    assert_eq!(own.ask("PUT", "/api/roles/secret-role", Some(role)).await.0, 200);
    let stranger = Program::new(&app, &eve, "administrator").await;
    for (path, methods) in homeport::rest::ROUTES {
        let named = path.contains('{');
        let filled = path
            .replace("{device}", "secret-1")
            .replace("{template}", &dtmi)
            .replace("{token}", "builder")
            .replace("{user}", &ada.id.to_string())
            .replace("{group}", "secret-group")
            .replace("{deviceGroup}", "secret-fleet")
            .replace("{organization}", "secret-wing")
            .replace("{role}", "secret-role")
            .replace("{entry}", "primary")
            .replace("{file}", "1")
            .replace("{relationship}", "r")
            .replace("{component}", "c")
            .replace("{name}", "t")
            .replace("{dashboard}", "secret-board")
            .replace("{job}", "secret-job")
            .replace("{scheduledJob}", "secret-schedule")
            .replace("{rule}", "1")
            .replace("{action}", "1")
            .replace("{run}", "1")
            .replace("{annotation}", "1")
            .replace("{report}", "1")
            .replace("{destination}", "1")
            .replace("{export}", "1")
            .replace("{alarm}", "1");
        // What makes something makes it in the stranger's own workspace.
        let makes = |method: &str| {
            let made = ["/api/annotations", "/api/application", "/api/rules"];
            let made = made.contains(&path) || path.starts_with("/api/dataExport/");
            method == "PUT" || (method == "POST" && made)
        };
        for method in methods.iter().filter(|method| !makes(method)) {
            let asked = match path {
                "/api/query" => json!({"query": "SELECT $id AS id FROM devices"}),
                "/api/devices/{device}/attestation" => json!({"type": "symmetricKey"}),
                "/api/alarms/{alarm}" => json!({"do": "acknowledge"}),
                path if path.ends_with("/verify") => json!({"certificate": "x"}),
                path if path.ends_with("/reports") => {
                    json!({"displayName": "x", "recipients": ["eve@example.com"],
                    "when": {"on": {"every": "day"}, "minute": 0, "zone": "UTC"}})
                }
                _ => json!({}),
            };
            let (status, body) = stranger.ask(method, &filled, Some(asked)).await;
            if named {
                refused(&(status, body.clone()), 404, "NotFound");
            } else if path == "/api/auditLogs" {
                let told = body["value"].as_array().unwrap();
                assert!(
                    told.iter().all(|entry| entry["actor"]["displayName"] != "ada (ada@example.com)"),
                    "{body}"
                );
            } else if path == "/api/fileUploads" {
                assert_eq!(body["container"], format!("files-{}", eve.workspace.scope), "the stranger's own");
            } else if path == "/api/branding" {
                assert_eq!(body["displayName"], "", "the stranger's own: {body}");
            } else if path == "/api/application" {
                assert_eq!(body["displayName"], eve.workspace.name, "the stranger's own: {body}");
            } else if path == "/api/applicationTemplates" {
                assert_eq!(body["value"][0]["id"], "blank", "they are everybody's");
            } else if path == "/api/usage" {
                let used = body["value"].as_array().unwrap();
                assert!(used.iter().all(|used| used["messages"] == 0), "the stranger sent nothing: {body}");
            } else {
                let listed = body["value"].as_array().or(body["results"].as_array()).unwrap();
                let ids: Vec<_> = listed.iter().map(|v| v["id"].clone()).collect();
                // What the stranger has of their own.
                let roles = BuiltIn::ALL.map(|role| homeport::rest::role_id(&role.into()));
                let herself = eve.id.to_string();
                let limits = ["file-bytes", "files-bytes", "api-tokens"];
                let own =
                    roles.iter().map(String::as_str).chain(["administrator", "SAS-IoT-Devices", "root"]);
                let own: Vec<&str> = own.chain(limits).chain([herself.as_str()]).collect();
                assert!(ids.iter().all(|id| own.iter().any(|own| id == *own)), "{filled}: {body}");
            }
            for secret in [
                "42.125",
                "Secret template",
                "Secret group",
                "Secret wing",
                "Secret role",
                "Secret fleet",
                &ada.workspace.scope,
            ] {
                assert!(!body.to_string().contains(secret), "{filled} shows {secret}");
            }
        }
    }
    let device = own.get("/api/devices/secret-1").await;
    assert_eq!((&device["displayName"], &device["enabled"]), (&json!("secret-1"), &json!(true)));
    own.get("/api/apiTokens/builder").await;
}
