//! Every server function but those for anybody, with arguments that its own people could use.

use super::fleet;
use serde_json::{Value, json};

/// Functions for whoever is signed in, in no workspace, with arguments that they would take.
pub(crate) fn for_people() -> Vec<(&'static str, Value)> {
    vec![
        ("accept_invitation", json!({"link": "x"})),
        ("begin_passkey", json!({"current": "a short sentence"})),
        ("finish_passkey", json!({"name": "Mine", "answer": "{}"})),
        ("list_passkeys", json!({})),
        ("remove_passkey", json!({"passkey": 1, "current": "a short sentence"})),
        ("begin_two_factor", json!({"current": "a short sentence"})),
        ("change_email", json!({"email": "eve2@example.com", "current": "a short sentence"})),
        ("list_announcements", json!({})),
        ("put_away_announcement", json!({"id": 1})),
        ("change_password", json!({"current": "a short sentence", "new": "another sentence"})),
        ("confirm_two_factor", json!({"code": "123456"})),
        ("create_workspace", json!({"name": "Mine"})),
        ("end_other_sessions", json!({})),
        ("end_session", json!({"mark": "x"})),
        ("end_two_factor", json!({"current": "a short sentence", "code": "123456"})),
        ("list_sessions", json!({})),
        ("new_recovery_codes", json!({"current": "a short sentence", "code": "123456"})),
        ("two_factor", json!({})),
        ("update_profile", json!({"profile": {"name": "Eve", "theme": "dark", "time_zone": ""}})),
    ]
}

/// Functions of a workspace, with arguments that its own people could use.
pub(crate) fn of_workspaces(
    workspace: &str,
    device: &str,
    template: i64,
    import: i64,
) -> Vec<(&'static str, Value)> {
    // The second that was made in this database: “Secret wing”.
    let organization = 2;
    let draft = json!({"name": "Taken over", "telemetry": []});
    let document =
        json!({"@context": "dtmi:dtdl:context;2", "@id": "dtmi:taken:over;1", "@type": "Interface"});
    let one = json!({"workspace": workspace, "device": device});
    let with = |name: &str, value: Value| {
        let mut arguments = one.clone();
        arguments[name] = value;
        arguments
    };
    let import = json!({"workspace": workspace, "import": import});
    let mapping = json!({
        "dialect": {"delimiter": ",", "header": true, "decimal_comma": false, "windows_1252": false},
        "time_column": 0, "time_format": "iso", "zone": "", "device": {"one": device},
        "values": [{"column": 1, "name": "t", "kind": "number"}],
    });
    let mapped = {
        let mut arguments = import.clone();
        arguments["mapping"] = mapping;
        arguments
    };
    let device_mapped = {
        let mut arguments = import.clone();
        arguments["mapping"] = json!({
            "dialect": {"delimiter": ",", "header": true, "decimal_comma": false, "windows_1252": false},
            "id": 0, "name": null, "template": null, "all_of": null, "simulated": null,
        });
        arguments
    };
    let export = json!({
        "devices": [device], "names": [], "from_ms": 0, "to_ms": 4_000_000_000_000_i64, "aggregation": null,
        "layout": "wide", "zone": "",
    });
    let rule = json!({"name": "Taken over", "definition": {"target": {"of": "all"},
        "when": {"kind": "telemetry", "metric": "t", "test": {"is": "above", "value": 1}}}});
    let series = json!({"names": [], "from_ms": 0, "to_ms": 4_000_000_000_000_i64, "points": 10});
    let group = json!({"workspace": workspace, "group": "secret-group"});
    let group_with = |name: &str, value: Value| {
        let mut arguments = group.clone();
        arguments[name] = value;
        arguments
    };
    let certificate = |verified: bool| {
        let mut arguments = group_with("place", json!("primary"));
        arguments["text"] = "x".into();
        if verified {
            arguments["verified"] = true.into();
        }
        arguments
    };
    let mut all = vec![
        ("add_application", json!({"workspace": workspace, "application": "blank", "file": ""})),
        ("export_application", json!({"workspace": workspace, "name": "Taken", "description": ""})),
        ("approve_devices", json!({"workspace": workspace, "devices": [device]})),
        ("cancel_import", import.clone()),
        ("change_person", json!({"workspace": workspace, "person": 1, "role": "viewer", "organization": 1})),
        (
            "invite_people",
            json!({"workspace": workspace, "draft": {"emails": "eve2@example.com", "role": "administrator"}}),
        ),
        ("leave_workspace", json!({"workspace": workspace})),
        ("list_invitations", json!({"workspace": workspace})),
        ("list_people", json!({"workspace": workspace})),
        ("people_choices", json!({"workspace": workspace})),
        ("remove_person", json!({"workspace": workspace, "person": 1})),
        ("resend_invitation", json!({"workspace": workspace, "invitation": 1})),
        ("revoke_invitation", json!({"workspace": workspace, "invitation": 1})),
        ("connection_settings", json!({"workspace": workspace})),
        (
            "create_enrolment_group",
            json!({"workspace": workspace, "new": {"name": "Intruders", "enabled": true}}),
        ),
        ("delete_enrolment_group", group.clone()),
        ("group_certificate_code", group_with("place", json!("primary"))),
        ("list_enrolment_groups", json!({"workspace": workspace})),
        ("list_refused_registrations", json!({"workspace": workspace})),
        (
            "create_maintenance",
            json!({"workspace": workspace, "new": {"reason": "Intruders", "target": {"of": "all"}, "fromMs": 0, "toMs": 4_000_000_000_000_i64}}),
        ),
        ("end_maintenance", json!({"workspace": workspace, "window": 1})),
        ("list_maintenance", json!({"workspace": workspace})),
        ("reject_devices", json!({"workspace": workspace, "devices": [device]})),
        ("remove_group_certificate", group_with("place", json!("primary"))),
        ("rotate_group_key", group_with("place", json!("primary"))),
        ("demand_second_factor", json!({"workspace": workspace, "demanded": false})),
        ("enforce_sign_on", json!({"workspace": workspace, "enforced": false, "break_glass": null})),
        ("get_sign_on", json!({"workspace": workspace})),
        ("remove_sign_on_provider", json!({"workspace": workspace})),
        (
            "set_sign_on_provider",
            json!({"workspace": workspace, "draft": {
                "issuer": "https://login.example.com", "client_id": "x", "domains": ["example.com"], "others": "viewer",
            }}),
        ),
        ("set_auto_approve", json!({"workspace": workspace, "auto_approve": false})),
        ("set_group_certificate", certificate(true)),
        ("show_group_keys", group.clone()),
        ("update_enrolment_group", group_with("patch", json!({"name": "Taken over"}))),
        ("verify_group_certificate", certificate(false)),
        ("connection", one.clone()),
        (
            "create_api_token",
            json!({"workspace": workspace, "new": {"name": "Intruder", "role": "viewer", "expires_ms": null}}),
        ),
        (
            "create_device",
            json!({"workspace": workspace, "new": {"external_id": "intruder", "name": "", "template": null}}),
        ),
        (
            "create_simulated_device",
            json!({"workspace": workspace, "new": {"external_id": "intruder-2", "name": "", "template": null}, "every_ms": 5000}),
        ),
        (
            "create_simulated_devices",
            json!({"workspace": workspace, "new": {"template": template, "count": 1, "prefix": "intruder", "name": "", "every_ms": 5000}}),
        ),
        ("set_simulation", with("simulation", json!({"running": true, "every_ms": 5000}))),
        ("create_import", json!({"workspace": workspace, "new": {"name": "a.csv", "bytes": 10}})),
        (
            "create_organization",
            json!({"workspace": workspace, "new": {"name": "Intruders", "parent": null}}),
        ),
        (
            "create_role",
            json!({"workspace": workspace, "draft": {"name": "Intruder", "permissions": ["view-devices"]}}),
        ),
        ("create_template", json!({"workspace": workspace, "draft": draft})),
        (
            "add_picture",
            json!({"workspace": workspace, "dashboard": "secret-board", "picture": crate::dashboards::PICTURE}),
        ),
        ("map_tiles", json!({"workspace": workspace})),
        (
            "copy_dashboard",
            json!({"workspace": workspace, "dashboard": "secret-board", "name": "Mine", "personal": false}),
        ),
        (
            "create_annotation",
            json!({"workspace": workspace, "draft": {"from_ms": 1, "text": "Mine", "device": "secret-1"}}),
        ),
        ("delete_annotation", json!({"workspace": workspace, "annotation": 1})),
        (
            "read_marks",
            json!({"workspace": workspace, "ask": {"from_ms": 0, "to_ms": 9, "dashboard": "secret-board"}}),
        ),
        (
            "create_report",
            json!({"workspace": workspace, "dashboard": "secret-board", "new": crate::reports::wanted("Taken over")}),
        ),
        ("delete_report", json!({"workspace": workspace, "report": 1})),
        ("list_report_runs", json!({"workspace": workspace, "report": 1})),
        ("list_reports", json!({"workspace": workspace, "dashboard": "secret-board"})),
        ("send_report", json!({"workspace": workspace, "report": 1})),
        (
            "update_report",
            json!({"workspace": workspace, "report": 1, "new": crate::reports::wanted("Taken over")}),
        ),
        ("create_dashboard", json!({"workspace": workspace, "draft": {"name": "Intruder"}})),
        ("delete_dashboard", json!({"workspace": workspace, "dashboard": "secret-board"})),
        (
            "create_dashboard_link",
            json!({"workspace": workspace, "dashboard": "secret-board", "draft": {"name": "Mine", "days": 1}}),
        ),
        ("list_device_views", json!({"workspace": workspace, "device": device})),
        ("list_dashboard_links", json!({"workspace": workspace, "dashboard": "secret-board"})),
        ("offered_of_variable", json!({"workspace": workspace, "variable": {"id": "d", "type": "device"}})),
        ("revoke_dashboard_link", json!({"workspace": workspace, "dashboard": "secret-board", "link": "x"})),
        ("get_dashboard", json!({"workspace": workspace, "dashboard": "secret-board"})),
        ("list_dashboards", json!({"workspace": workspace})),
        (
            "read_tiles",
            json!({"workspace": workspace, "ask": {"tiles": [], "from_ms": 0, "to_ms": 1000, "points": 10}}),
        ),
        (
            "save_dashboard",
            json!({"workspace": workspace, "dashboard": "secret-board", "revision": null, "draft": {"name": "Taken over"}}),
        ),
        (
            "set_default_dashboard",
            json!({"workspace": workspace, "dashboard": "secret-board", "is_default": true}),
        ),
        (
            "set_favourite_dashboard",
            json!({"workspace": workspace, "dashboard": "secret-board", "favourite": true}),
        ),
        ("delete_device", one.clone()),
        ("create_template_from_device", {
            let mut arguments = one.clone();
            arguments["name"] = "Taken over".into();
            arguments
        }),
        ("delete_import", import.clone()),
        ("delete_organization", json!({"workspace": workspace, "organization": organization})),
        ("delete_role", json!({"workspace": workspace, "role": "secret-role"})),
        ("delete_template", json!({"workspace": workspace, "template": template})),
        ("device_events", one.clone()),
        ("device_family", one.clone()),
        ("device_log", with("ask", json!({"about": "trouble", "before": 7}))),
        ("attach_child", with("new", json!({"child": device}))),
        ("detach_child", with("relationship", json!("r"))),
        ("inspect_device_import", import.clone()),
        ("preview_device_import", device_mapped.clone()),
        ("start_device_import", device_mapped),
        ("delete_device_file", with("file", json!(1))),
        ("device_file_text", with("file", json!(1))),
        ("list_device_files", one.clone()),
        (
            "erase_telemetry",
            json!({"workspace": workspace, "new": {"devices": [device], "from": "2026-01-01", "to": "2026-01-01"}}),
        ),
        ("change_properties", {
            let mut arguments = with("component", json!(""));
            arguments["values"] = json!({"taken": "over"});
            arguments
        }),
        ("device_fields", one.clone()),
        ("device_commands", one.clone()),
        ("device_simulation", one.clone()),
        ("device_twin", one.clone()),
        ("purge_messages", one.clone()),
        ("run_command", with("new", json!({"name": "reboot"}))),
        ("send_message", with("new", json!({"body": [1, 2, 3]}))),
        ("discard_template", json!({"workspace": workspace, "template": template})),
        ("estimate_export", json!({"workspace": workspace, "ask": export})),
        ("get_device", one.clone()),
        ("get_import", import.clone()),
        ("get_template", json!({"workspace": workspace, "template": template})),
        ("inspect_import", import.clone()),
        ("import_template", json!({"workspace": workspace, "text": document.to_string()})),
        ("latest", one.clone()),
        ("list_api_tokens", json!({"workspace": workspace})),
        ("list_audit", json!({"workspace": workspace, "query": {}})),
        ("set_audit_days", json!({"workspace": workspace, "days": 365})),
        ("list_devices", json!({"workspace": workspace, "query": {"limit": 10}})),
        ("list_erasures", json!({"workspace": workspace})),
        ("list_imports", json!({"workspace": workspace})),
        ("list_organizations", json!({"workspace": workspace})),
        ("list_roles", json!({"workspace": workspace})),
        ("list_templates", json!({"workspace": workspace})),
        ("preview_import", mapped.clone()),
        ("migrate_devices", json!({"workspace": workspace, "template": template, "devices": null})),
        ("move_devices", json!({"workspace": workspace, "devices": [device], "organization": organization})),
        ("publish_template", json!({"workspace": workspace, "template": template, "new_version": false})),
        ("raw", json!({"workspace": workspace, "device": device, "before": null, "limit": 10})),
        ("alarm_action_runs", json!({"workspace": workspace, "alarm": 1})),
        ("list_notices", json!({"workspace": workspace})),
        ("read_notices", json!({"workspace": workspace, "alarm": 1})),
        ("set_notices", json!({"workspace": workspace, "settings": {"at_least": "major"}})),
        ("unread_notices", json!({"workspace": workspace})),
        ("push_key", json!({"workspace": workspace})),
        (
            "subscribe_push",
            json!({"workspace": workspace, "subscription": {"endpoint": "https://push.example.com/1", "p256dh": "x", "auth": "y"}}),
        ),
        ("unsubscribe_push", json!({"workspace": workspace, "endpoint": "https://push.example.com/1"})),
        ("list_action_runs", json!({"workspace": workspace, "query": {}})),
        ("preview_action", json!({"workspace": workspace, "rule": 1, "new": rule, "place": 0})),
        (
            "test_action",
            json!({"workspace": workspace, "rule": 1, "action": {"do": "mail", "to": ["eve@example.com"]}, "device": ""}),
        ),
        ("try_action_again", json!({"workspace": workspace, "run": 1})),
        ("change_alarms", json!({"workspace": workspace, "ids": [1], "change": {"do": "acknowledge"}})),
        ("create_rule", json!({"workspace": workspace, "new": rule})),
        ("delete_rule", json!({"workspace": workspace, "rule": 1})),
        ("enable_rule", json!({"workspace": workspace, "rule": 1, "enabled": false})),
        ("explain_rule", with("rule", json!(1))),
        ("get_alarm", json!({"workspace": workspace, "alarm": 1})),
        ("get_rule", json!({"workspace": workspace, "rule": 1})),
        ("list_alarms", json!({"workspace": workspace, "query": {}})),
        ("list_rules", json!({"workspace": workspace})),
        ("rule_past", {
            let mut arguments = with("new", rule.clone());
            arguments["from_ms"] = 0.into();
            arguments["to_ms"] = 1000.into();
            arguments
        }),
        ("update_rule", json!({"workspace": workspace, "rule": 1, "new": rule})),
        ("remove_certificate", with("place", json!("primary"))),
        ("rename_workspace", json!({"workspace": workspace, "name": "Taken over"})),
        ("retention_dooms", json!({"workspace": workspace, "days": 1})),
        ("revoke_api_token", json!({"workspace": workspace, "token": "ci"})),
        ("rotate_key", one.clone()),
        ("run_query", json!({"workspace": workspace, "query": "SELECT $id FROM DEVICE 'secret-1'"})),
        ("save_template", json!({"workspace": workspace, "template": template, "document": document})),
        ("series", with("query", series)),
        ("set_blocked", with("blocked", json!(true))),
        ("set_retention", json!({"workspace": workspace, "days": 365})),
        ("storage_usage", json!({"workspace": workspace})),
        ("end_support", json!({"workspace": workspace, "access": 1})),
        ("get_branding", json!({"workspace": workspace})),
        ("list_support", json!({"workspace": workspace})),
        ("remove_logo", json!({"workspace": workspace})),
        ("set_branding", json!({"workspace": workspace, "brand": {"name": "Taken over"}, "host": ""})),
        ("set_logo", json!({"workspace": workspace, "picture": "AAAA"})),
        ("trial_ends", json!({"workspace": workspace})),
        ("why_disabled", json!({"workspace": workspace})),
        ("workspace_limits", json!({"workspace": workspace})),
        (
            "workspace_usage",
            json!({"workspace": workspace, "query": {"grain": "day", "from_ms": 0, "to_ms": 1000}}),
        ),
        ("set_certificate", {
            let mut arguments = with("place", json!("primary"));
            arguments["text"] = "AB".repeat(32).into();
            arguments
        }),
        ("show_key", one.clone()),
        ("start_import", mapped),
        ("update_device", with("patch", json!({"name": "Taken over", "template": null}))),
        (
            "update_organization",
            json!({"workspace": workspace, "organization": organization, "patch": {"name": "Taken over"}}),
        ),
        (
            "update_role",
            json!({"workspace": workspace, "role": "secret-role", "draft": {"name": "Taken over", "permissions": ["view-devices"]}}),
        ),
    ];
    all.extend(fleet::functions(workspace));
    all
}
