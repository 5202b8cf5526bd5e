//! What platform administrators may call, and nobody else.

use serde_json::{Value, json};

/// Functions of the administration console, with arguments that it would take.
pub(super) fn of_platform(tenant: &str) -> Vec<(&'static str, Value)> {
    let one = json!({"slug": tenant});
    let draft = json!({"name": "Mine", "limits": {}, "warn_percent": 80});
    let new = json!({"name": "Mine", "owner": "eve@example.com", "plan": 1, "overrides": {}});
    let query = json!({"grain": "day", "from_ms": 0, "to_ms": 1000});
    vec![
        ("admin_announce", json!({"new": {"text": "Mine", "level": "info", "from_ms": 0, "to_ms": 1000}})),
        ("admin_delete_announcement", json!({"id": 1})),
        ("admin_list_announcements", json!({})),
        ("admin_confirm_host", json!({"slug": tenant, "host": "iot.example.com", "confirmed": true})),
        ("admin_get_host", one.clone()),
        ("admin_list_support", one.clone()),
        (
            "admin_take_support",
            json!({"slug": tenant, "ask": {"reason": "Mine.", "hours": 1, "role": "viewer"}}),
        ),
        ("admin_create_tenant", json!({"new": new})),
        ("admin_delete", json!({"slug": tenant, "name": "ada's workspace", "reason": "Mine."})),
        ("admin_get_sign_up", json!({})),
        ("admin_get_tenant", one.clone()),
        ("admin_invite_owner", json!({"slug": tenant, "owner": "eve@example.com"})),
        ("admin_list_mails", json!({"state": null, "offset": 0, "limit": 10})),
        ("admin_log", json!({"before": null})),
        ("admin_read_mail", json!({"mail": 1})),
        ("admin_send_mail_again", json!({"mail": 1})),
        ("admin_set_sign_up", json!({"settings": {"open": true, "trial_plan": null, "trial_days": 30}})),
        ("admin_housekeeping", json!({})),
        ("admin_list_plans", json!({})),
        ("admin_list_tenants", json!({"query": {}})),
        ("admin_restore", one.clone()),
        ("admin_resume", one.clone()),
        ("admin_retire_plan", json!({"id": 1, "retired": true})),
        ("admin_save_plan", json!({"id": null, "draft": draft})),
        ("admin_set_default_plan", json!({"id": 1})),
        ("admin_set_plan", json!({"slug": tenant, "plan": 1, "overrides": {}})),
        ("admin_suspend", json!({"slug": tenant, "reason": "Mine."})),
        ("admin_tenant_usage", json!({"slug": tenant, "query": query})),
    ]
}
