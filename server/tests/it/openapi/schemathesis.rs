//! Schemathesis, as it comes from its registry, against the document: no answer is a failure of ours, none has a status,
//! a content type or a shape that the document doesn't know, nothing is answered without a token.

use crate::rest::Program;
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;
use test_support::TestApp;
use tokio::process::Command;

/// So long may all of it take.
const PATIENCE: Duration = Duration::from_secs(240);
/// What is asked of each answer. Not that everything is taken which fits its schema: what a template says, which ids
/// there are and what a key may be is beyond a schema.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,\
                      unsupported_method,ignored_auth";

/// The program: `./homeport test` sets it up.
fn program() -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| PathBuf::from(root).join("target"), PathBuf::from);
    target.join("schemathesis-python/bin/schemathesis")
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing() {
    let app = TestApp::start_with(|settings| settings.api_rate = Some(0)).await;
    let ada = app.person("ada@example.com").await;
    app.device(&ada, "pump").await.send(r#"{"t":1}"#).await;
    let token = Program::new(&app, &ada, "administrator").await;
    for (path, body) in [
        ("/api/enrollmentGroups/line", json!({"displayName": "Line", "attestation": {"type": "x509"}})),
        ("/api/apiTokens/ci", json!({"roles": [{"role": "viewer"}]})),
    ] {
        let (status, made) = token.ask("PUT", path, Some(body)).await;
        assert_eq!(status, 200, "{made}");
    }
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(program());
    command
        .arg("run")
        .arg(format!("{}/api/openapi.json", app.url))
        .args(["--header", &format!("Authorization: {}", token.token())])
        // A command waits half a minute for a device that never comes. More than one worker at once breaks Python's
        // own parser now and then.
        .args(["--exclude-path-regex", "/commands/"])
        .args([
            "--phases",
            "examples,coverage,fuzzing",
            "--max-examples",
            "8",
            "--seed",
            "7",
            "--workers",
            "1",
        ])
        .args(["--checks", CHECKS, "--no-color", "--generation-database", "none"])
        .current_dir(folder.path())
        .kill_on_drop(true);
    let done = tokio::time::timeout(PATIENCE, command.output()).await.expect("it comes to an end");
    let done = done.unwrap_or_else(|e| panic!("{}: {e}; ./homeport test makes it", program().display()));
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
    assert!(token.get("/api/devices").await["value"].is_array(), "the token stays");
}
