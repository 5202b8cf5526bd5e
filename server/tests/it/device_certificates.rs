//! A device that connects by a certificate of its own making, as its owner sets it on the device's page.

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Stdio;
use test_support::{TestApp, TestDevice, TestPerson, eventually};
use tokio::process::Command;

struct Own {
    folder: PathBuf,
    pem: String,
}

impl Own {
    /// A certificate that runs out in that year, in a folder of its own.
    fn new(app: &TestApp, name: &str, until: i32) -> Own {
        let folder = app.folder().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.not_before = date_time_ymd(2010, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let pem = params.self_signed(&key).unwrap().pem();
        std::fs::write(folder.join("own.pem"), &pem).unwrap();
        std::fs::write(folder.join("own.key"), key.serialize_pem()).unwrap();
        std::fs::write(folder.join("ca.pem"), &app.ca_pem).unwrap();
        Own { folder, pem }
    }

    /// Sends a value without a password; whether it was acknowledged.
    async fn sends(&self, app: &TestApp, device: &TestDevice) -> bool {
        let mut command = Command::new("mosquitto_pub");
        command.args(["-h", "localhost", "-p", &app.mqtts.port().to_string(), "-q", "1"]);
        command.args(["-u", &device.user_name(), "-t", &device.topic("telemetry"), "-m", r#"{"t":1}"#]);
        for (flag, file) in [("--cafile", "ca.pem"), ("--cert", "own.pem"), ("--key", "own.key")] {
            command.arg(flag).arg(self.folder.join(file));
        }
        command.stderr(Stdio::null()).status().await.unwrap().success()
    }
}

async fn set(ada: &TestPerson, place: &str, text: &str) -> Value {
    let asked = json!({"workspace": ada.workspace.slug, "device": "pump", "place": place, "text": text});
    ada.call("set_certificate", asked).await.body
}

async fn refused(ada: &TestPerson, part: &str) {
    let asked = json!({"workspace": ada.workspace.slug, "device": "pump"});
    eventually(&format!("a line with “{part}” in the log"), async || {
        let lines = ada.call("device_events", asked.clone()).await.body;
        lines.as_array()?.iter().find(|line| {
            line["kind"] == "sign-in-refused" && line["text"].as_str().is_some_and(|text| text.contains(part))
        })?;
        Some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_needs_no_key_with_its_certificate() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "pump").await;
    let own = Own::new(&app, "own", 4000);
    assert!(!own.sends(&app, &device).await, "nobody has set it");
    refused(&ada, "none of the device's").await;

    let all = set(&ada, "primary", &own.pem).await;
    assert_eq!(all[0]["place"], "primary", "{all}");
    assert!(own.sends(&app, &device).await);
    let asked = json!({"workspace": ada.workspace.slug, "device": "pump"});
    let shown = ada.call("connection", asked).await.body;
    assert_eq!(shown["certificates"], all);

    // The key goes on working.
    device.send(r#"{"t":2}"#).await;
    let asked = json!({"workspace": ada.workspace.slug, "device": "pump", "place": "primary"});
    assert_eq!(ada.call("remove_certificate", asked).await.body, json!([]));
    assert!(!own.sends(&app, &device).await, "removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_run_out_is_refused_and_told() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let device = app.device(&ada, "pump").await;
    let old = Own::new(&app, "old", 2020);
    let answer = set(&ada, "secondary", &old.pem).await;
    assert_eq!(answer["fields"][0]["field"], "secondary", "{answer}");
    // Only the thumbprint: nobody can know that it has run out before it is shown.
    let mut openssl = Command::new("openssl");
    openssl.args(["x509", "-noout", "-fingerprint", "-sha256", "-in"]).arg(old.folder.join("own.pem"));
    let said = String::from_utf8(openssl.output().await.unwrap().stdout).unwrap();
    let thumbprint = said.trim().split_once('=').unwrap().1;
    let all = set(&ada, "secondary", thumbprint).await;
    assert_eq!(all[0]["thumbprint"], thumbprint);
    assert!(!old.sends(&app, &device).await);
    refused(&ada, "ran out on 2020-01-01").await;
}
