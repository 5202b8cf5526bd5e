//! Every server function that changes something, one after the other.

mod fleet;
mod people;
mod rules;

use super::{Log, list};
use crate::device_files::upload_one;
use crate::rest::Program;
use leptos::server_fn::axum::server_fn_paths;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use test_support::{TestApp, eventually};

/// Functions that change nothing, or (`set_up`) nothing that exists yet. What is neither here nor below has no entry.
const READS: [&str; 79] = [
    "ask_for_passkey",
    "connection",
    "connection_settings",
    "device_commands",
    "device_events",
    "device_family",
    "device_fields",
    "device_file_text",
    "device_log",
    "device_simulation",
    "device_twin",
    "estimate_export",
    "explain_rule",
    "get_alarm",
    "get_branding",
    "get_dashboard",
    "explore_query",
    "get_device",
    "get_group",
    "get_import",
    "get_job",
    "get_rule",
    "get_sign_on",
    "get_template",
    "group_choices",
    "group_series",
    "group_uses",
    "inspect_device_import",
    "inspect_import",
    "latest",
    "list_alarms",
    "list_announcements",
    "list_api_tokens",
    "list_audit",
    "list_dashboards",
    "list_device_files",
    "list_devices",
    "list_enrolment_groups",
    "list_erasures",
    "list_explorations",
    "list_groups",
    "list_imports",
    "list_invitations",
    "list_job_devices",
    "list_jobs",
    "list_organizations",
    "list_passkeys",
    "list_people",
    "list_roles",
    "list_rules",
    "list_scheduled_jobs",
    "list_sessions",
    "list_support",
    "list_templates",
    "look_at_email",
    "look_at_invitation",
    "look_at_reset",
    "look_at_sign_up",
    "people_choices",
    "preview_device_import",
    "preview_import",
    "preview_job",
    "put_away_announcement",
    "raw",
    "read_tiles",
    "retention_dooms",
    "rule_past",
    "run_query",
    "series",
    "set_favourite_dashboard",
    "set_up",
    "sign_up_is_open",
    "standing",
    "storage_usage",
    "trial_ends",
    "two_factor",
    "why_disabled",
    "workspace_limits",
    "workspace_usage",
];

/// Functions that change what is a person's own, in whichever workspaces they are: their owner is told by mail.
const OF_ACCOUNTS: [&str; 17] = [
    "ask_to_sign_up",
    "begin_passkey",
    "begin_two_factor",
    "change_email",
    "confirm_email",
    "confirm_two_factor",
    "end_other_sessions",
    "end_session",
    "end_two_factor",
    "finish_passkey",
    "forgot_password",
    "new_recovery_codes",
    "remove_passkey",
    "reset_password",
    "sign_in_with_code",
    "sign_in_with_passkey",
    "sign_up",
];

/// An authority of certificates, as a factory has one.
pub(super) struct Authority {
    pub(super) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(super) fn new() -> Authority {
        let mut root = params("Root");
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = root.self_signed(&key).unwrap().pem();
        Authority { pem, issuer: Issuer::new(root, key) }
    }

    /// A certificate of this name.
    pub(super) fn signed(&self, name: &str) -> String {
        params(name).signed_by(&KeyPair::generate().unwrap(), &self.issuer).unwrap().pem()
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

#[tokio::test(flavor = "multi_thread")]
async fn every_function_that_changes_something_leaves_an_entry() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let program = Program::new(&app, &ada, "administrator").await;
    let device = app.device(&ada, "pump").await;
    device.send(r#"{"t":1}"#).await;
    upload_one(&app, "pump", &ada.workspace.scope, "a.txt").await;
    // Two that wait.
    for id in ["wait-1", "wait-2"] {
        assert_eq!(
            program.ask("PUT", &format!("/api/devices/{id}"), Some(json!({"approved": false}))).await.0,
            200
        );
    }
    let authority = Authority::new();
    let (fields, file) = (
        json!([{"name": "t", "display_name": "", "schema": "double", "unit": ""}]),
        "time,t\n2026-01-01T00:00:00Z,1\n",
    );
    let mapping = json!({
        "dialect": {"delimiter": ",", "header": true, "decimal_comma": false, "windows_1252": false},
        "time_column": 0, "time_format": "iso", "zone": "", "device": {"one": "pump"},
        "values": [{"column": 1, "name": "t", "kind": "number"}],
    });
    let new_group = |kind: &str| json!({"new": {"id": kind, "name": kind, "kind": kind, "enabled": true}});
    let place = |rest: Value| {
        let mut arguments = json!({"group": "x509", "place": "primary"});
        arguments.as_object_mut().unwrap().extend(rest.as_object().cloned().unwrap_or_default());
        arguments
    };
    let pump = |rest: Value| {
        let mut arguments = json!({"device": "pump"});
        arguments.as_object_mut().unwrap().extend(rest.as_object().cloned().unwrap_or_default());
        arguments
    };
    let of = |key: &'static str| move |last: &Value| last[key].clone();
    eventually("the message is there", async || {
        let seen = ada.call("latest", json!({"workspace": slug, "device": "pump"})).await;
        (seen.body.as_array().is_some_and(|values| !values.is_empty())).then_some(())
    })
    .await;

    let mut scene = Scene { app: &app, ada: &ada, log: Log::new(&ada).await, done: BTreeSet::new() };
    let token = json!({"new": {"id": "ci", "name": "CI", "role": "viewer", "expires_ms": null}});
    scene.does("create_api_token", token, "create api-token").await;
    scene.does("revoke_api_token", json!({"token": "ci"}), "revoke api-token").await;
    scene.does("rename_workspace", json!({"name": "Works"}), "update workspace").await;
    scene.does("set_retention", json!({"days": 77}), "update workspace").await;
    scene.does("set_audit_days", json!({"days": 30}), "update workspace").await;
    let brand = json!({"brand": {"name": "Works", "colour": "#aa0000"}, "host": ""});
    scene.does("set_branding", brand, "update branding").await;
    scene.does("set_logo", json!({"picture": crate::branding::PICTURE}), "update branding").await;
    scene.does("remove_logo", json!({}), "update branding").await;
    scene.support().await;
    scene.does("set_auto_approve", json!({"auto_approve": false}), "update workspace").await;
    scene.does("approve_devices", json!({"devices": ["wait-1"]}), "approve device").await;
    scene.does("reject_devices", json!({"devices": ["wait-2"]}), "block device").await;

    let made = scene
        .does("create_template", json!({"draft": {"name": "Pump", "telemetry": fields}}), "create template")
        .await;
    let template = made["id"].clone();
    let publish = json!({"template": template, "new_version": false});
    scene.does("publish_template", publish, "publish template").await;
    let mut document = scene.read("get_template", json!({"template": template})).await["document"].clone();
    document["displayName"] = "Pumps".into();
    let save = json!({"template": template, "document": document});
    scene.does("save_template", save.clone(), "update template").await;
    scene.does("discard_template", json!({"template": template}), "update template").await;
    let migrate = json!({"template": template, "devices": null});
    scene.does("migrate_devices", migrate, "migrate template").await;
    let from = pump(json!({"name": "Another"}));
    scene.does("create_template_from_device", from, "create template").await;
    scene.does("delete_template", json!({"template": template}), "delete template").await;
    let imported = json!({"@context": "dtmi:dtdl:context;2", "@id": "dtmi:a:b;1", "@type": "Interface", "displayName": "B", "contents": []});
    scene.does("import_template", json!({"text": imported.to_string()}), "create template").await;

    let board = scene.does("create_dashboard", json!({"draft": {"name": "Board"}}), "create dashboard").await;
    let board = board["about"]["id"].clone();
    let save = json!({"dashboard": board, "revision": 1, "draft": {"name": "Board 2"}});
    scene.does("save_dashboard", save, "update dashboard").await;
    let default = json!({"dashboard": board, "is_default": true});
    scene.does("set_default_dashboard", default, "update dashboard").await;
    let copy = json!({"dashboard": board, "name": "Mine", "personal": true});
    scene.does("copy_dashboard", copy, "create dashboard").await;
    scene.does("delete_dashboard", json!({"dashboard": board}), "delete dashboard").await;

    let draft = json!({"draft": {"name": "Played", "telemetry": []}});
    let played = scene.does("create_template", draft, "create template").await;
    let played = of("id")(&played);
    let publish = json!({"template": played, "new_version": false});
    scene.does("publish_template", publish, "publish template").await;
    let new = json!({"new": {"external_id": "played", "name": "", "template": null}, "every_ms": 5000});
    scene.does("create_simulated_device", new, "create device").await;
    let many = json!({"template": played, "count": 1, "prefix": "played", "name": "", "every_ms": 5000});
    scene.does("create_simulated_devices", json!({"new": many}), "create device").await;
    let stopped = json!({"device": "played", "simulation": {"running": false, "every_ms": 5000}});
    scene.does("set_simulation", stopped, "update device").await;
    scene.does("attach_child", pump(json!({"new": {"child": "played"}})), "update device").await;
    scene.does("detach_child", pump(json!({"relationship": "played"})), "update device").await;

    let new = json!({"new": {"external_id": "fan", "name": "Fan", "template": null}});
    scene.does("create_device", new, "create device").await;
    let patch = json!({"device": "fan", "patch": {"name": "A fan", "template": null}});
    scene.does("update_device", patch, "update device").await;
    scene.does("set_blocked", json!({"device": "fan", "blocked": true}), "block device").await;
    scene.does("set_blocked", json!({"device": "fan", "blocked": false}), "unblock device").await;
    scene.does("delete_device", json!({"device": "fan"}), "delete device").await;
    scene.does("show_key", pump(json!({})), "show device").await;
    scene.does("rotate_key", pump(json!({})), "rotate device").await;
    let certificate = pump(json!({"place": "primary", "text": "AB".repeat(32)}));
    scene.does("set_certificate", certificate, "update certificate").await;
    scene.does("remove_certificate", pump(json!({"place": "primary"})), "update certificate").await;
    let values = pump(json!({"component": "", "values": {"speed": 3}}));
    scene.does("change_properties", values, "update device").await;
    let command = pump(json!({"new": {"name": "stop", "request": "a secret"}}));
    scene.does("run_command", command, "send command").await;
    scene.does("send_message", pump(json!({"new": {"body": [1, 2, 3]}})), "send message").await;
    scene.does("purge_messages", pump(json!({})), "cancel message").await;
    scene.does("delete_device_file", pump(json!({"file": 1})), "delete file").await;
    let erase = json!({"new": {"devices": ["pump"], "from": "2026-01-01", "to": "2026-01-01"}});
    scene.does("erase_telemetry", erase, "delete telemetry").await;

    scene.rules_and_alarms().await;
    scene.does("create_enrolment_group", new_group("x509"), "create enrolment-group").await;
    scene.does("create_enrolment_group", new_group("symmetric-key"), "create enrolment-group").await;
    let keys = json!({"group": "symmetric-key"});
    scene.does("show_group_keys", keys.clone(), "show enrolment-group").await;
    let rotate = json!({"group": "symmetric-key", "place": "primary"});
    scene.does("rotate_group_key", rotate, "rotate enrolment-group").await;
    let patch = json!({"group": "symmetric-key", "patch": {"name": "Line"}});
    scene.does("update_enrolment_group", patch, "update enrolment-group").await;
    scene.does("delete_enrolment_group", keys, "delete enrolment-group").await;
    let set = place(json!({"text": authority.pem, "verified": false}));
    scene.does("set_group_certificate", set, "update certificate").await;
    let code = scene.does("group_certificate_code", place(json!({})), "start certificate").await;
    let shown = place(json!({"text": authority.signed(code.as_str().unwrap())}));
    scene.does("verify_group_certificate", shown, "verify certificate").await;
    scene.does("remove_group_certificate", place(json!({})), "delete certificate").await;

    for (wanted, expected) in [("start_import", "start import"), ("cancel_import", "cancel import")] {
        let new = json!({"new": {"name": "a.csv", "bytes": file.len()}});
        let made = scene.does("create_import", new, "create import").await;
        let address = format!("{}/w/{slug}/imports/{}/file?at=0", app.url, made["id"]);
        assert_eq!(ada.client().put(address).body(file).send().await.unwrap().status(), 200);
        let mut arguments = json!({"import": made["id"]});
        if wanted == "start_import" {
            arguments["mapping"] = mapping.clone();
        }
        scene.does(wanted, arguments.clone(), expected).await;
        if wanted == "cancel_import" {
            scene.does("delete_import", json!({"import": made["id"]}), "delete import").await;
        }
    }

    let ids = "id\nfrom-a-file\n";
    let new = json!({"new": {"name": "devices.csv", "bytes": ids.len(), "kind": "devices"}});
    let made = scene.does("create_import", new, "create import").await;
    let address = format!("{}/w/{slug}/imports/{}/file?at=0", app.url, made["id"]);
    assert_eq!(ada.client().put(address).body(ids).send().await.unwrap().status(), 200);
    let columns = json!({"dialect": mapping["dialect"], "id": 0, "name": null, "template": null, "all_of": null, "simulated": null});
    let start = json!({"import": made["id"], "mapping": columns});
    scene.does("start_device_import", start, "start import").await;

    scene.fleet().await;
    scene.roles_and_organizations().await;
    scene.people().await;
    scene.sign_on().await;
    let profile = json!({"profile": {"name": "Ada L", "theme": "dark", "time_zone": ""}});
    scene.does("update_profile", profile, "update person").await;
    let password = json!({"current": "a short sentence", "new": "another long sentence"});
    scene.does("change_password", password, "rotate person").await;
    scene.does("sign_out", json!({}), "sign-out person").await;
    let again = json!({"email": "ada@example.com", "password": "another long sentence"});
    scene.does("sign_in", again, "sign-in person").await;
    let made = scene.does_elsewhere("create_workspace", json!({"name": "Second"})).await;
    let asked = json!({"workspace": made["slug"], "query": {"kind": "workspace"}});
    let second = ada.call("list_audit", asked).await;
    assert_eq!(second.body["entries"][0]["action"], "create", "{}", second.body);

    // What is done from the console is of no workspace, or stands in the log of the one concerned (`platform.rs`).
    let found: BTreeSet<String> = server_fn_paths()
        .map(|(path, _)| path.strip_prefix("/api/").unwrap().to_owned())
        .filter(|name| !name.starts_with("admin_"))
        .collect();
    let known = scene.done.into_iter().chain(READS.map(str::to_owned));
    let known: BTreeSet<String> = known.chain(OF_ACCOUNTS.map(str::to_owned)).collect();
    assert_eq!(found, known, "a server function and this test's lists must go together");
    let told = json!(list(&ada, json!({})).await).to_string();
    for secret in ["a secret", "hp_", "BEGIN CERTIFICATE", "another long sentence"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
}

struct Scene<'a> {
    app: &'a TestApp,
    ada: &'a test_support::TestPerson,
    log: Log<'a>,
    done: BTreeSet<String>,
}

impl Scene<'_> {
    /// Calls the function in Ada's workspace, and demands the entry that it must leave.
    async fn does(&mut self, name: &str, mut arguments: Value, entry: &str) -> Value {
        if !matches!(name, "update_profile" | "change_password" | "sign_out" | "sign_in") {
            arguments["workspace"] = self.ada.workspace.slug.clone().into();
        }
        let answer = self.does_elsewhere(name, arguments).await;
        if name != "sign_out" {
            let fresh = self.log.fresh().await;
            assert!(fresh.iter().any(|fresh| fresh == entry), "{name} leaves {fresh:?}");
        }
        answer
    }

    async fn does_elsewhere(&mut self, name: &str, arguments: Value) -> Value {
        let answer = self.app.call(self.ada.client(), name, arguments).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        self.done.insert(name.to_owned());
        answer.body
    }

    async fn read(&self, name: &str, mut arguments: Value) -> Value {
        arguments["workspace"] = self.ada.workspace.slug.clone().into();
        self.ada.call(name, arguments).await.read()
    }
}
