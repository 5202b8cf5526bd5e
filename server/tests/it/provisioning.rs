//! Groups and enrolments as scripts drive them, and what becomes of connections when they are taken back.

use crate::rest::{Program, refused};
use model::sas;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use test_support::{TestApp, TestDevice, TestPerson};

const USUAL: &str = "/api/enrollmentGroups/SAS-IoT-Devices";

/// A device that has come by the usual group, and is connected by its key.
async fn enrolled(app: &TestApp, owner: &TestPerson, program: &Program, id: &str) -> TestDevice {
    program.ask("PUT", &format!("/api/devices/{id}"), Some(json!({}))).await;
    let group = program.get(USUAL).await;
    let key = group["attestation"]["symmetricKey"]["primaryKey"].as_str().unwrap();
    let key = sas::derive(key, id).unwrap();
    TestDevice { scope: owner.workspace.scope.clone(), id: id.into(), key, broker: app.mqtt }
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_made_read_changed_and_deleted() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "builder").await;
    let listed = program.get("/api/enrollmentGroups?api-version=2022-07-31").await;
    assert_eq!(listed["value"][0]["id"], "SAS-IoT-Devices");

    let wanted = json!({"displayName": "My group", "enabled": true, "type": "iot", "attestation": {"type": "symmetricKey"}});
    let (status, made) = program.ask("PUT", "/api/enrollmentGroups/myGroup", Some(wanted)).await;
    assert_eq!(status, 200, "{made}");
    assert_eq!(
        (&made["id"], &made["displayName"], &made["enabled"], &made["type"], &made["idScope"]),
        (&json!("myGroup"), &json!("My group"), &json!(true), &json!("iot"), &json!(ada.workspace.scope))
    );
    for key in ["primaryKey", "secondaryKey"] {
        assert_eq!(made["attestation"]["symmetricKey"][key].as_str().map(str::len), Some(44), "{made}");
    }
    assert_eq!(program.get("/api/enrollmentGroups/myGroup").await, made);
    let sent_back = program.ask("PUT", "/api/enrollmentGroups/myGroup", Some(made.clone())).await;
    assert_eq!(sent_back.1["attestation"], made["attestation"], "an answer may be sent back as it is");
    let patch = json!({"displayName": "Renamed", "enabled": false});
    let (_, after) = program.ask("PATCH", "/api/enrollmentGroups/myGroup", Some(patch)).await;
    assert_eq!((&after["displayName"], &after["enabled"]), (&json!("Renamed"), &json!(false)));
    assert_ne!(after["etag"], made["etag"]);

    for (body, field) in [
        (json!({"displayName": "x"}), "attestation"),
        (json!({"attestation": {"type": "tpm"}}), "attestation"),
        (json!({"attestation": {"type": "magic"}}), "attestation"),
        (json!({"type": "car", "attestation": {"type": "symmetricKey"}}), "type"),
        (
            json!({"attestation": {"type": "symmetricKey", "symmetricKey": {"primaryKey": "x", "secondaryKey": "y"}}}),
            "primaryKey",
        ),
    ] {
        let answer = program.ask("PUT", "/api/enrollmentGroups/other", Some(body)).await;
        refused(&answer, 422, "UnprocessableEntity");
        assert_eq!(answer.1["fields"][0]["field"], field, "{}", answer.1);
    }
    let x509 = json!({"attestation": {"type": "x509"}});
    refused(
        &program.ask("PUT", "/api/enrollmentGroups/myGroup", Some(x509)).await,
        422,
        "UnprocessableEntity",
    );
    assert_eq!(program.ask("DELETE", "/api/enrollmentGroups/myGroup", None).await.0, 204);
    refused(&program.ask("GET", "/api/enrollmentGroups/myGroup", None).await, 404, "NotFound");
    let operator = Program::new(&app, &ada, "operator").await;
    refused(&operator.ask("GET", "/api/enrollmentGroups", None).await, 403, "Forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_is_set_and_verified() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "administrator").await;
    let wanted = json!({"displayName": "Line", "attestation": {"type": "x509"}});
    let (_, made) = program.ask("PUT", "/api/enrollmentGroups/line", Some(wanted)).await;
    assert_eq!(made["attestation"], json!({"type": "x509", "x509": {"signingCertificates": {}}}));

    let params = |name: &str| {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params
    };
    let mut root = params("Root");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let pem = root.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(root, key);
    let entry = "/api/enrollmentGroups/line/certificates/primary";
    refused(&program.ask("GET", entry, None).await, 404, "NotFound");
    let (status, set) = program.ask("PUT", entry, Some(json!({"certificate": pem}))).await;
    assert_eq!((status.as_u16(), &set["verified"]), (200, &json!(false)), "{set}");
    assert_eq!(set["info"]["sha1Thumbprint"].as_str().map(str::len), Some(40));
    assert_eq!(program.get(entry).await, set);

    let (_, code) = program.ask("POST", &format!("{entry}/generateVerificationCode"), None).await;
    let code = code["verificationCode"].as_str().unwrap();
    let shown = |name: &str| params(name).signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap().pem();
    let wrong =
        program.ask("POST", &format!("{entry}/verify"), Some(json!({"certificate": shown("other")}))).await;
    refused(&wrong, 422, "UnprocessableEntity");
    let right =
        program.ask("POST", &format!("{entry}/verify"), Some(json!({"certificate": shown(code)}))).await;
    assert_eq!(right.0, 200, "{}", right.1);
    assert_eq!(program.get(entry).await["verified"], true);
    refused(
        &program.ask("GET", "/api/enrollmentGroups/line/certificates/third", None).await,
        404,
        "NotFound",
    );
    assert_eq!(program.ask("DELETE", entry, None).await.0, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_has_an_enrolment_of_its_own() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "administrator").await;
    let device = enrolled(&app, &ada, &program, "pump").await;
    device.send(r#"{"t":1}"#).await;
    let credentials = program.get("/api/devices/pump/credentials").await;
    assert_eq!(
        credentials["symmetricKey"]["primaryKey"], device.key,
        "the key that follows from the group's"
    );
    assert_eq!(program.get("/api/devices/pump").await["provisioned"], true);
    let path = "/api/devices/pump/attestation";
    refused(&program.ask("GET", path, None).await, 404, "NotFound");
    let (_, set) = program.ask("PUT", path, Some(json!({"type": "symmetricKey"}))).await;
    assert_eq!(set["type"], "symmetricKey", "{set}");
    assert!(device.connect().await.is_err(), "the group's key no longer counts");
    let own =
        TestDevice { key: set["symmetricKey"]["secondaryKey"].as_str().unwrap().into(), ..device.clone() };
    own.send(r#"{"t":2}"#).await;
    let (_, again) = program.ask("PATCH", path, Some(set.clone())).await;
    assert_eq!(again, set);
    for (body, field) in [
        (json!({"type": "tpm", "tpm": {"endorsementKey": "x"}}), "type"),
        (json!({"type": "x509"}), "x509"),
        (
            json!({"type": "x509", "x509": {"clientCertificates": {"primary": {"certificate": "x"}}}}),
            "primary",
        ),
    ] {
        let answer = program.ask("PUT", path, Some(body)).await;
        refused(&answer, 422, "UnprocessableEntity");
        assert_eq!(answer.1["fields"][0]["field"], field);
    }
    assert_eq!(program.ask("DELETE", path, None).await.0, 204);
    device.send(r#"{"t":3}"#).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_ends_the_connections_that_depend_on_it() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "administrator").await;
    let by_hand = app.device(&ada, "by-hand").await;
    let mut others = by_hand.connect().await.unwrap();
    let keys = |group: &Value| group["attestation"]["symmetricKey"].clone();

    for (what, path, body) in [
        ("disabled", USUAL, json!({"enabled": false})),
        ("unapproved", "/api/devices/pump", json!({"approved": false})),
        ("blocked", "/api/devices/pump", json!({"enabled": false})),
        ("rotated", USUAL, Value::Null),
        ("deleted", USUAL, Value::Null),
    ] {
        let device = enrolled(&app, &ada, &program, "pump").await;
        let mut connected = device.connect().await.unwrap_or_else(|code| panic!("{what}: {code:?}"));
        let begun = Instant::now();
        let undo = match what {
            "rotated" => {
                let mut keys = keys(&program.get(USUAL).await);
                keys["primaryKey"] =
                    json!(sas::derive(keys["primaryKey"].as_str().unwrap(), "other").unwrap());
                let body = json!({"attestation": {"type": "symmetricKey", "symmetricKey": keys}});
                assert_eq!(program.ask("PATCH", path, Some(body)).await.0, 200);
                None
            }
            "deleted" => {
                assert_eq!(program.ask("DELETE", path, None).await.0, 204);
                None
            }
            _ => {
                assert_eq!(program.ask("PATCH", path, Some(body.clone())).await.0, 200, "{what}");
                let (name, _) = body.as_object().unwrap().iter().next().unwrap();
                Some(json!({name.as_str(): true}))
            }
        };
        connected.ended().await;
        // A second is promised; a machine that is busy with other tests gets more.
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}: {:?}", begun.elapsed());
        assert!(device.connect().await.is_err(), "{what}");
        if let Some(undo) = undo {
            assert_eq!(program.ask("PATCH", path, Some(undo)).await.0, 200);
        }
    }
    // Nobody else has noticed.
    others.publish(&by_hand.topic("telemetry"), r#"{"t":1}"#).await.unwrap();
}
