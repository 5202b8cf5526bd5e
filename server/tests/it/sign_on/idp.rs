//! The provider of a test, and a browser's way to it and back.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use test_support::{TestApp, TestPerson};

/// Where a sign-in ends that came to nothing.
pub(super) const REFUSED: &str = "/sign-in?refused=";
/// What the provider wants to hear from us.
pub(super) const SECRET: &str = "the secret of the test";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oidc/provider.mjs");
/// Most times that a browser is led on.
const STEPS: usize = 12;

/// The provider, a process of its own.
pub(super) struct Idp {
    url: String,
    process: Child,
}

impl Drop for Idp {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Idp {
    pub(super) async fn start(app: &TestApp) -> Idp {
        let target = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let modules = target.join("oidc-node/node_modules");
        assert!(modules.is_dir(), "{} is missing: ./homeport test fetches it", modules.display());
        let mut process = Command::new("node")
            .arg(SCRIPT)
            .arg(&modules)
            .arg(format!("{}/sso/callback", app.url))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next().expect("the provider says its port").unwrap();
            if let Ok(port) = line.trim().parse::<u16>() {
                break port;
            }
        };
        Idp { url: format!("http://localhost:{port}"), process }
    }

    /// Whom the next sign-in is by, and what is wrong with their token.
    pub(super) async fn next(&self, claims: Value, wrong: &str) {
        let body = json!({"next": claims, "wrong": wrong}).to_string();
        let sent =
            reqwest::Client::new().post(format!("{}/control", self.url)).body(body).send().await.unwrap();
        assert_eq!(sent.status(), 200);
    }

    /// What a form for it would hold.
    pub(super) fn draft(&self, more: Value) -> Value {
        let mut draft = json!({
            "issuer": self.url, "client_id": "homeport", "secret": SECRET, "scopes": "groups",
            "domains": ["example.com"], "group_claim": "groups", "groups": [], "others": null,
        });
        draft.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        draft
    }
}

/// Makes it the provider of somebody's workspace.
pub(super) async fn provide(owner: &TestPerson, idp: &Idp, more: Value) {
    let arguments = json!({"workspace": owner.workspace.slug, "draft": idp.draft(more)});
    let set = owner.call("set_sign_on_provider", arguments).await;
    assert_eq!(set.status, 200, "{}", set.body);
}

/// Goes wherever it is led to, and says at which page of ours it ends; with `short`, before the provider's answer is taken.
pub(super) async fn come(app: &TestApp, client: &reqwest::Client, path: &str, short: bool) -> String {
    let mut at = format!("{}{path}", app.url);
    for _ in 0..STEPS {
        let answer = client.get(&at).send().await.unwrap();
        let to = answer.headers().get("location").and_then(|to| to.to_str().ok());
        let to = to.unwrap_or_else(|| panic!("{at} leads nowhere: {}", answer.status()));
        let whole = answer.url().join(to).unwrap();
        let ours = whole.as_str().strip_prefix(&app.url).map(str::to_owned);
        match ours {
            Some(ours) if short || !ours.starts_with("/sso/") => return ours,
            _ => at = whole.into(),
        }
    }
    panic!("{path} leads in a circle")
}

/// The page of ours at which somebody ends.
pub(super) async fn landed(app: &TestApp, client: &reqwest::Client, path: &str) -> String {
    come(app, client, path, false).await
}
