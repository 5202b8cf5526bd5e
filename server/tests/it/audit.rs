//! The audit log, as people and programs meet it: whatever changes something leaves an entry, and no secret.

mod functions;
mod routes;

use crate::rest::{Program, refused};
use serde_json::{Value, json};
use test_support::{TestApp, TestPerson, eventually};

/// Reads a workspace's log as its owner does.
pub(super) struct Log<'a> {
    owner: &'a TestPerson,
    seen: i64,
}

impl<'a> Log<'a> {
    pub(super) async fn new(owner: &'a TestPerson) -> Log<'a> {
        let mut log = Log { owner, seen: 0 };
        log.fresh().await;
        log
    }

    /// What was written since this was asked last: `create device`, the oldest first.
    pub(super) async fn fresh(&mut self) -> Vec<String> {
        let mut entries = list(self.owner, json!({})).await;
        entries.retain(|entry| entry["id"].as_i64().unwrap() > self.seen);
        self.seen = entries.first().map_or(self.seen, |entry| entry["id"].as_i64().unwrap());
        let word = |entry: &Value| {
            format!("{} {}", entry["action"].as_str().unwrap(), entry["subject_kind"].as_str().unwrap())
        };
        entries.iter().rev().map(word).collect()
    }
}

async fn list(owner: &TestPerson, query: Value) -> Vec<Value> {
    let asked = json!({"workspace": owner.workspace.slug, "query": query});
    let page = owner.call("list_audit", asked).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page.body["entries"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn coming_failing_and_leaving_stand_in_the_log_of_each_workspace() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let eve = app.person("eve@example.com").await;
    let stranger = app.client();
    for email in ["ada@example.com", "nobody@example.com"] {
        let form = json!({"email": email, "password": "not this sentence"});
        let answer = app.call(&stranger, "sign_in", form).await;
        assert_eq!((answer.status, answer.code()), (401, "wrong-credentials"));
    }
    eventually("the failure stands in the log", async || {
        let found = list(&ada, json!({"action": "sign-in-failed"})).await;
        (found.len() == 1).then_some(())
    })
    .await;
    assert!(list(&eve, json!({"action": "sign-in-failed"})).await.is_empty(), "not in a stranger's");
    let entry = list(&ada, json!({"action": "sign-in"})).await.remove(0);
    assert_eq!(entry["actor"]["name"], "ada (ada@example.com)");
    assert_eq!(entry["from"]["address"], "127.0.0.1");
    assert_eq!(ada.call("sign_out", json!({})).await.status, 200);
    assert_eq!(ada.sign_in().await.status, 200);
    assert_eq!(list(&ada, json!({"action": "sign-out"})).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_read_in_pages_and_kept_as_files_by_whom_it_is_for() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "administrator").await;
    let viewer = Program::new(&app, &ada, "builder").await;
    for n in 0..5 {
        let body = json!({"displayName": format!("=1+{n}")});
        assert_eq!(program.ask("PUT", &format!("/api/devices/d{n}"), Some(body)).await.0, 200);
    }
    refused(&viewer.ask("GET", "/api/auditLogs", None).await, 403, "Forbidden");
    refused(&program.ask("GET", "/api/auditLogs?kind=nonsense", None).await, 422, "UnprocessableEntity");
    refused(&program.ask("GET", "/api/auditLogs?filter=x", None).await, 400, "BadRequest");
    let mut next = Some("/api/auditLogs?kind=device&action=create&maxpagesize=2".to_owned());
    let (mut seen, mut pages) = (Vec::new(), 0);
    while let Some(path) = next {
        let page = program.get(&path).await;
        seen.extend(page["value"].as_array().unwrap().clone());
        next = page["nextLink"].as_str().map(str::to_owned);
        pages += 1;
    }
    let ids: Vec<_> = seen.iter().map(|entry| entry["resource"]["id"].as_str().unwrap()).collect();
    assert_eq!((ids.join(" "), pages), ("d4 d3 d2 d1 d0".into(), 3));
    assert_eq!(
        seen[0]["actor"],
        json!({"type": "token", "id": "administrator", "displayName": "administrator"})
    );
    assert_eq!(seen[0]["after"]["name"], "=1+4");

    let file = async |path: &str| {
        let answer = ada.get(&format!("/w/{}/{path}", ada.workspace.slug)).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    };
    let text = file("audit.csv?kind=device").await;
    assert_eq!(text.lines().count(), 6, "{text}");
    assert!(text.contains(",'=1+4,") && !text.contains(",=1"), "{text}");
    let lines = file("audit.jsonl?kind=device&subject=d3").await;
    let line: Value = serde_json::from_str(lines.trim()).unwrap();
    assert_eq!(line["resource"]["id"], "d3");
    let wrong = ada.get(&format!("/w/{}/audit.csv?from=soon", ada.workspace.slug)).await;
    assert_eq!(wrong.status(), 422);
    let page = ada.get(&format!("/w/{}/settings/audit?kind=device", ada.workspace.slug)).await;
    assert_eq!(page.status(), 200);
    let html = page.text().await.unwrap();
    assert!(html.contains("=1+4") && html.contains("Secret replaced"), "entries and filters");

    for (days, status) in [(0, 422), (30, 200)] {
        let asked = json!({"workspace": ada.workspace.slug, "days": days});
        assert_eq!(ada.call("set_audit_days", asked).await.status, status, "{days}");
    }
    let told = list(&ada, json!({"kind": "workspace", "action": "update"})).await.remove(0);
    assert_eq!(
        (&told["before"], &told["after"]),
        (&json!({"audit log kept, days": 365}), &json!({"audit log kept, days": 30}))
    );
}
