//! Every route of the programming interface that changes something, one after the other.

use super::{Log, list};
use crate::device_files::upload_one;
use crate::rest::Program;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use test_support::{TestApp, eventually};

/// Routes that change nothing though they are no GET. This list may only shrink.
const READS: [&str; 1] = ["POST /api/query"];

#[tokio::test(flavor = "multi_thread")]
async fn every_route_that_changes_something_leaves_an_entry() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "administrator").await;
    assert_eq!(program.ask("PUT", "/api/devices/pump", Some(json!({}))).await.0, 200);
    upload_one(&app, "pump", &ada.workspace.scope, "a.txt").await;
    let x509 = json!({"displayName": "Line", "attestation": {"type": "x509"}});
    assert_eq!(program.ask("PUT", "/api/enrollmentGroups/line", Some(x509)).await.0, 200);
    let authority = super::functions::Authority::new();
    let group = json!({"displayName": "Other", "attestation": {"type": "symmetricKey"}});
    let entry = "/api/enrollmentGroups/line/certificates/primary";
    let pump = |rest: &str| format!("/api/devices/pump{rest}");
    let (device, twin) = ("/api/devices/{device}", "/api/devices/{device}/properties");
    let of_component = "/api/devices/{device}/components/{component}/properties";
    let behind = "/api/devices/{device}/relationships/{relationship}";
    let command = "/api/devices/{device}/commands/{name}";
    let command_of = "/api/devices/{device}/components/{component}/commands/{name}";
    let message = json!({"body": "aGVsbG8="});
    let keys = json!({"type": "symmetricKey"});
    let (role, node, user) = ("/api/roles/{role}", "/api/organizations/{organization}", "/api/users/{user}");
    let fleet = "/api/deviceGroups/{deviceGroup}";
    let (board, note) = ("/api/dashboards/{dashboard}", "/api/annotations/{annotation}");
    let report = "/api/reports/{report}";
    let weekly = |name: &str| {
        json!({"displayName": name, "recipients": ["ada@example.com"],
        "when": {"on": {"every": "week", "day": 1}, "minute": 480, "zone": "Europe/Berlin"}})
    };
    let plant = json!({"application": 1, "displayName": "Plant", "dashboards": [
        {"id": "plant", "displayName": "Plant", "content": {"tiles": []}}]});
    let guard = |name: &str| json!({"displayName": name, "permissions": ["view-devices"]});
    let of_bob = format!("/api/users/{}", app.member(&ada, "bob@example.com", "viewer", 1).await.id);
    let invited = json!({"type": "email", "email": "cyd@example.com", "roles": [{"role": "viewer"}]});
    let (template, meter) = ("/api/deviceTemplates/{template}", "/api/deviceTemplates/dtmi:test:Meter%3B1");
    let model = json!({"@context": "dtmi:dtdl:context;2", "@id": "dtmi:test:Meter;1", "@type": "Interface",
        "displayName": "Meter", "contents": []});
    let silence = |name: &str| json!({"displayName": name, "definition": {"target": {"of": "all"}, "when": {"kind": "silent", "forMs": 1000}}});
    let mut first = silence("First");
    // An address that may not be called: what is to be done is given up at once.
    first["actions"] = json!([{"id": "hook", "do": "webhook", "url": "https://127.0.0.1:9/"}]);
    assert_eq!(program.ask("POST", "/api/rules", Some(first)).await.0, 200);
    let run = eventually("its action was given up", async || {
        program.get("/api/actionRuns?state=given-up").await["value"][0]["id"].as_i64()
    })
    .await;
    eventually("the first rule has raised an alarm", async || {
        (program.get("/api/alarms").await["value"].as_array().is_some_and(|all| !all.is_empty()))
            .then_some(())
    })
    .await;
    let restart = |queue: i64| {
        let data = json!([{"type": "command", "path": "restart", "queueTimeout": queue}]);
        json!({"displayName": "Restart", "devices": ["pump"], "data": data})
    };
    assert_eq!(program.ask("PUT", "/api/jobs/gone", Some(restart(0))).await.0, 200);
    eventually("the device is not connected, so the first job is over", async || {
        (program.get("/api/jobs/gone").await["status"] == "complete").then_some(())
    })
    .await;
    let nightly = |name: &str| {
        let mut job = restart(60);
        job["displayName"] = name.into();
        job["schedule"] = json!({"start": "2099-01-01T02:00:00Z", "recurrence": "daily"});
        job
    };
    let (scheduled, of_scheduled) = ("/api/scheduledJobs/{scheduledJob}", "/api/scheduledJobs/nightly");
    let root = app.administrator("root@example.com").await;
    let ask = json!({"reason": "Ticket 12", "hours": 1, "role": "viewer"});
    let look = json!({"slug": ada.workspace.slug, "ask": ask});
    let given: Value = root.call("admin_take_support", look).await.read();
    let of_access = format!("/api/supportAccess/{}", given["id"]);
    let (rule, of_rule) = ("/api/rules/{rule}", "/api/rules/2".to_owned());
    let place = |name: &str| json!({"displayName": name, "type": "webhook", "url": "https://example.com", "secret": "hidden"});
    let export = |name: &str| json!({"displayName": name, "enabled": false, "source": "telemetry", "destinations": [{"id": 1}]});
    let (places, exports) = ("/api/dataExport/destinations", "/api/dataExport/exports");
    let (of_place, of_export) =
        ("/api/dataExport/destinations/{destination}", "/api/dataExport/exports/{export}");
    let steps: Vec<(&str, &str, String, Value, &str)> = vec![
        ("POST", places, places.into(), place("There"), "create data-destination"),
        ("PUT", of_place, format!("{places}/1"), place("Here"), "update data-destination"),
        ("POST", exports, exports.into(), export("Out"), "create data-export"),
        ("PUT", of_export, format!("{exports}/1"), export("Outside"), "update data-export"),
        ("DELETE", of_export, format!("{exports}/1"), Value::Null, "delete data-export"),
        ("DELETE", of_place, format!("{places}/1"), Value::Null, "delete data-destination"),
        ("PUT", template, meter.into(), json!({"capabilityModel": model}), "publish template"),
        ("PATCH", template, meter.into(), json!({"displayName": "A meter"}), "update template"),
        ("DELETE", template, meter.into(), Value::Null, "delete template"),
        (
            "POST",
            "/api/actionRuns/{run}/retry",
            format!("/api/actionRuns/{run}/retry"),
            Value::Null,
            "send rule",
        ),
        (
            "POST",
            "/api/rules/{rule}/actions/{action}/test",
            "/api/rules/1/actions/hook/test".into(),
            json!({}),
            "send rule",
        ),
        ("PUT", "/api/jobs/{job}", "/api/jobs/one".into(), restart(600), "create job"),
        ("POST", "/api/jobs/{job}/stop", "/api/jobs/one/stop".into(), Value::Null, "cancel job"),
        ("POST", "/api/jobs/{job}/resume", "/api/jobs/one/resume".into(), Value::Null, "resume job"),
        (
            "PUT",
            "/api/jobs/{job}/rerun/{rerun}",
            "/api/jobs/gone/rerun/again".into(),
            Value::Null,
            "create job",
        ),
        ("DELETE", "/api/jobs/{job}", "/api/jobs/gone".into(), Value::Null, "delete job"),
        ("PUT", scheduled, of_scheduled.into(), nightly("Nightly"), "create scheduled-job"),
        ("PATCH", scheduled, of_scheduled.into(), json!({"enabled": false}), "update scheduled-job"),
        ("DELETE", scheduled, of_scheduled.into(), Value::Null, "delete scheduled-job"),
        ("POST", "/api/rules", "/api/rules".into(), silence("Silent"), "create rule"),
        ("PUT", rule, of_rule.clone(), silence("Quiet"), "update rule"),
        ("DELETE", rule, of_rule, Value::Null, "delete rule"),
        (
            "POST",
            "/api/alarms/{alarm}",
            "/api/alarms/1".into(),
            json!({"do": "acknowledge"}),
            "acknowledge alarm",
        ),
        ("PUT", device, "/api/devices/fan".into(), json!({"displayName": "Fan"}), "create device"),
        ("PATCH", device, "/api/devices/fan".into(), json!({"displayName": "A fan"}), "update device"),
        ("PUT", device, "/api/devices/toy".into(), json!({"simulated": true}), "create device"),
        (
            "PATCH",
            "/api/devices/{device}/simulation",
            "/api/devices/toy/simulation".into(),
            json!({"running": false}),
            "update device",
        ),
        ("PUT", behind, pump("/relationships/r"), json!({"target": "fan"}), "update device"),
        ("PATCH", behind, pump("/relationships/r"), json!({"name": "fans"}), "update device"),
        ("DELETE", behind, pump("/relationships/r"), Value::Null, "update device"),
        ("DELETE", device, "/api/devices/fan".into(), Value::Null, "delete device"),
        ("PATCH", twin, pump("/properties"), json!({"speed": 3}), "update device"),
        ("PUT", twin, pump("/properties"), json!({"speed": 4}), "update device"),
        ("PATCH", of_component, pump("/components/motor/properties"), json!({"speed": 3}), "update device"),
        ("PUT", of_component, pump("/components/motor/properties"), json!({"speed": 4}), "update device"),
        (
            "POST",
            command,
            pump("/commands/stop"),
            json!({"request": "secret", "responseTimeout": 5}),
            "send command",
        ),
        (
            "POST",
            command_of,
            pump("/components/motor/commands/stop"),
            json!({"responseTimeout": 5}),
            "send command",
        ),
        ("POST", "/api/devices/{device}/messages", pump("/messages"), message, "send message"),
        ("DELETE", "/api/devices/{device}/messages", pump("/messages"), Value::Null, "cancel message"),
        ("DELETE", "/api/devices/{device}/files/{file}", pump("/files/1"), Value::Null, "delete file"),
        ("PUT", "/api/fileUploads", "/api/fileUploads".into(), json!({"sasTtl": "PT2H"}), "update workspace"),
        ("PUT", "/api/devices/{device}/attestation", pump("/attestation"), keys.clone(), "update device"),
        ("PATCH", "/api/devices/{device}/attestation", pump("/attestation"), keys, "update device"),
        ("DELETE", "/api/devices/{device}/attestation", pump("/attestation"), Value::Null, "update device"),
        (
            "PUT",
            "/api/enrollmentGroups/{group}",
            "/api/enrollmentGroups/other".into(),
            group,
            "create enrolment-group",
        ),
        (
            "PATCH",
            "/api/enrollmentGroups/{group}",
            "/api/enrollmentGroups/other".into(),
            json!({"displayName": "Others"}),
            "update enrolment-group",
        ),
        (
            "DELETE",
            "/api/enrollmentGroups/{group}",
            "/api/enrollmentGroups/other".into(),
            Value::Null,
            "delete enrolment-group",
        ),
        (
            "PUT",
            "/api/enrollmentGroups/{group}/certificates/{entry}",
            entry.into(),
            json!({"certificate": authority.pem}),
            "update certificate",
        ),
        (
            "POST",
            "/api/enrollmentGroups/{group}/certificates/{entry}/generateVerificationCode",
            format!("{entry}/generateVerificationCode"),
            Value::Null,
            "start certificate",
        ),
        (
            "POST",
            "/api/enrollmentGroups/{group}/certificates/{entry}/verify",
            format!("{entry}/verify"),
            Value::Null,
            "verify certificate",
        ),
        (
            "DELETE",
            "/api/enrollmentGroups/{group}/certificates/{entry}",
            entry.into(),
            Value::Null,
            "delete certificate",
        ),
        (
            "PUT",
            "/api/apiTokens/{token}",
            "/api/apiTokens/ci".into(),
            json!({"roles": [{"role": "viewer"}]}),
            "create api-token",
        ),
        ("DELETE", "/api/apiTokens/{token}", "/api/apiTokens/ci".into(), Value::Null, "revoke api-token"),
        (
            "PUT",
            fleet,
            "/api/deviceGroups/pumps".into(),
            json!({"displayName": "Pumps"}),
            "create device-group",
        ),
        (
            "PATCH",
            fleet,
            "/api/deviceGroups/pumps".into(),
            json!({"displayName": "All pumps"}),
            "update device-group",
        ),
        ("DELETE", fleet, "/api/deviceGroups/pumps".into(), Value::Null, "delete device-group"),
        (
            "POST",
            "/api/annotations",
            "/api/annotations".into(),
            json!({"text": "Filter changed"}),
            "create annotation",
        ),
        ("PATCH", note, "/api/annotations/1".into(), json!({"text": "Filter cleaned"}), "update annotation"),
        ("DELETE", note, "/api/annotations/1".into(), Value::Null, "delete annotation"),
        ("PUT", board, "/api/dashboards/hall".into(), json!({"displayName": "Hall"}), "create dashboard"),
        ("PATCH", board, "/api/dashboards/hall".into(), json!({"range": "7d"}), "update dashboard"),
        (
            "POST",
            "/api/dashboards/{dashboard}/reports",
            "/api/dashboards/hall/reports".into(),
            weekly("Weekly"),
            "create report",
        ),
        ("PUT", report, "/api/reports/1".into(), weekly("Monthly"), "update report"),
        ("POST", "/api/reports/{report}/send", "/api/reports/1/send".into(), Value::Null, "send report"),
        ("DELETE", report, "/api/reports/1".into(), Value::Null, "delete report"),
        ("DELETE", board, "/api/dashboards/hall".into(), Value::Null, "delete dashboard"),
        ("POST", "/api/application", "/api/application".into(), plant, "update workspace"),
        ("PUT", "/api/branding", "/api/branding".into(), json!({"displayName": "Hall"}), "update branding"),
        ("DELETE", "/api/supportAccess/{access}", of_access, Value::Null, "revoke workspace"),
        ("PUT", role, "/api/roles/guard".into(), guard("Guard"), "create role"),
        ("PATCH", role, "/api/roles/guard".into(), guard("Night guard"), "update role"),
        ("DELETE", role, "/api/roles/guard".into(), Value::Null, "delete role"),
        (
            "PUT",
            node,
            "/api/organizations/north".into(),
            json!({"displayName": "North"}),
            "create organization",
        ),
        (
            "PATCH",
            node,
            "/api/organizations/north".into(),
            json!({"displayName": "The North"}),
            "update organization",
        ),
        ("DELETE", node, "/api/organizations/north".into(), Value::Null, "delete organization"),
        ("PUT", user, "/api/users/cyd".into(), invited, "invite invitation"),
        ("PATCH", user, of_bob.clone(), json!({"roles": [{"role": "operator"}]}), "update person"),
        ("DELETE", user, of_bob, Value::Null, "delete person"),
    ];
    let mut log = Log::new(&ada).await;
    let mut code = String::new();
    for (method, _, path, body, expected) in &steps {
        let body = match path.ends_with("/verify") {
            true => Some(json!({"certificate": authority.signed(&code)})),
            false => Some(body.clone()).filter(|body| !body.is_null()),
        };
        let (status, answer) = program.ask(method, path, body).await;
        // A command that nobody answers is no less sent.
        assert!(status.is_success() || path.contains("/commands/"), "{method} {path}: {status} {answer}");
        code = answer["verificationCode"].as_str().unwrap_or(&code).to_owned();
        let fresh = log.fresh().await;
        assert!(fresh.iter().any(|entry| entry == expected), "{method} {path} leaves {fresh:?}");
    }
    let done: BTreeSet<String> =
        steps.iter().map(|(method, route, ..)| format!("{method} {route}")).collect();
    let done = done.into_iter().chain(READS.map(str::to_owned)).collect::<BTreeSet<_>>();
    let all = homeport::rest::ROUTES.iter().flat_map(|(path, methods)| {
        methods.iter().filter(|method| **method != "GET").map(move |method| format!("{method} {path}"))
    });
    assert_eq!(all.collect::<BTreeSet<_>>(), done, "a route and this test's list must go together");
    // Nothing of what was secret stands in it.
    let told = json!(list(&ada, json!({})).await).to_string();
    for secret in ["secret\"", "hp_", "BEGIN CERTIFICATE"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
    for path in ["/credentials", "/attestation"] {
        let keys = json!({"type": "symmetricKey"});
        assert_eq!(program.ask("PUT", &pump("/attestation"), Some(keys)).await.0, 200);
        log.fresh().await;
        program.get(&pump(path)).await;
        assert_eq!(log.fresh().await, ["show device"], "{path}");
    }
}
