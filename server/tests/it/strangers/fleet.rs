//! Functions about groups of devices and what is drawn of them.

use crate::rest::Program;
use serde_json::{Value, json};
use test_support::{TestApp, TestPerson};

/// Those that make something or list it: in a stranger's own workspace they may.
pub(super) const MAKE_OR_LIST: [&str; 16] = [
    "create_data_destination",
    "create_data_export",
    "create_exploration",
    "create_group",
    "create_job",
    "create_scheduled_job",
    "explore_query",
    "group_choices",
    "list_data_destinations",
    "list_data_exports",
    "list_explorations",
    "list_groups",
    "list_jobs",
    "list_scheduled_jobs",
    "preview_data_export",
    "preview_job",
];

pub(super) fn functions(workspace: &str) -> Vec<(&'static str, Value)> {
    let group = json!({"workspace": workspace, "group": "secret-group-of-devices"});
    let draft = json!({"name": "Taken over", "filter": {"all": []}});
    let series = json!({
        "whose": {"group": "secret-group-of-devices"}, "names": ["t"], "from_ms": 0, "to_ms": 1000, "points": 10, "lines": 1,
    });
    let looked_at = json!({"whose": "all", "values": [{"name": "t", "aggregate": "avg"}], "by": "together", "time": {"last": 60_000}});
    let exploration = json!({"name": "Taken over", "shared": false, "exploration": looked_at});
    let place = json!({"name": "Taken over", "to": {"type": "webhook", "url": "https://eve.example.com"}, "secret": ""});
    let export = json!({"name": "Taken over", "enabled": false, "source": "telemetry", "destination": 1, "narrowing": {},
        "enrichments": {}, "transform": ""});
    let one = json!({"workspace": workspace, "export": 1});
    let (whom, changes) =
        (json!({"of": "chosen", "devices": ["secret-1"]}), json!([{"name": "t", "value": 1}]));
    let work = json!({"doing": {"do": "properties", "changes": changes}, "devices": whom});
    let job = json!({"name": "Taken over", "work": work});
    let of_job = json!({"workspace": workspace, "job": "secret-job"});
    let schedule = json!({"start": "2099-01-01", "minute": 120, "zone": "UTC", "every": "daily"});
    vec![
        ("backfill_data_export", json!({"workspace": workspace, "export": 1, "from_ms": 0, "to_ms": 1000})),
        ("create_data_destination", json!({"workspace": workspace, "new": place})),
        ("create_data_export", json!({"workspace": workspace, "new": export})),
        ("data_export_backfills", one.clone()),
        ("data_export_dead", one.clone()),
        ("delete_data_destination", json!({"workspace": workspace, "destination": 1})),
        ("delete_data_export", one.clone()),
        ("enable_data_export", json!({"workspace": workspace, "export": 1, "enabled": true})),
        ("get_data_export", one),
        ("list_data_destinations", json!({"workspace": workspace})),
        ("list_data_exports", json!({"workspace": workspace})),
        ("preview_data_export", json!({"workspace": workspace, "new": export})),
        ("stop_backfill", json!({"workspace": workspace, "export": 1, "backfill": 1})),
        ("update_data_destination", json!({"workspace": workspace, "destination": 1, "new": place})),
        ("update_data_export", json!({"workspace": workspace, "export": 1, "new": export})),
        ("create_job", json!({"workspace": workspace, "new": job})),
        ("create_scheduled_job", json!({"workspace": workspace, "new": job, "schedule": schedule})),
        ("delete_job", of_job.clone()),
        ("delete_scheduled_job", json!({"workspace": workspace, "job": "secret-schedule"})),
        ("enable_scheduled_job", json!({"workspace": workspace, "job": "secret-schedule", "enabled": false})),
        ("get_job", of_job.clone()),
        (
            "list_job_devices",
            json!({"workspace": workspace, "job": "secret-job", "query": {"search": "", "offset": 0, "limit": 10}}),
        ),
        ("list_jobs", json!({"workspace": workspace})),
        ("list_scheduled_jobs", json!({"workspace": workspace})),
        ("preview_job", json!({"workspace": workspace, "devices": whom})),
        ("rerun_job", json!({"workspace": workspace, "job": "secret-job", "all": true})),
        ("resume_job", of_job.clone()),
        ("stop_job", of_job),
        ("create_exploration", json!({"workspace": workspace, "draft": exploration})),
        ("delete_exploration", json!({"workspace": workspace, "exploration": 1})),
        ("explore_query", json!({"workspace": workspace, "query": "SELECT AVG(t) FROM devices"})),
        ("list_explorations", json!({"workspace": workspace})),
        ("update_exploration", json!({"workspace": workspace, "exploration": 1, "draft": exploration})),
        ("create_group", json!({"workspace": workspace, "draft": draft})),
        ("delete_group", group.clone()),
        ("get_group", group.clone()),
        ("group_choices", json!({"workspace": workspace})),
        ("group_series", json!({"workspace": workspace, "query": series})),
        ("group_uses", group),
        ("list_groups", json!({"workspace": workspace, "search": "", "offset": 0, "limit": 10})),
        ("update_group", json!({"workspace": workspace, "group": "secret-group-of-devices", "draft": draft})),
    ]
}

/// The first exploration of this database, a group, and the first data export with its destination.
pub(super) async fn furnish(app: &TestApp, owner: &TestPerson) {
    let program = Program::new(app, owner, "administrator").await;
    let path = "/api/deviceGroups/secret-group-of-devices";
    let group = json!({"displayName": "Secret group of devices"});
    assert_eq!(program.ask("PUT", path, Some(group)).await.0, 200);
    let device = "/api/devices/secret-of-jobs";
    assert_eq!(program.ask("PUT", device, Some(json!({}))).await.0, 200);
    let data = json!([{"type": "property", "path": "t", "value": 1}]);
    let job = json!({"displayName": "Secret job", "devices": ["secret-of-jobs"], "data": data});
    assert_eq!(program.ask("PUT", "/api/jobs/secret-job", Some(job)).await.0, 200);
    let looked_at = json!({"whose": "all", "values": [{"name": "t", "aggregate": "avg"}], "by": "together", "time": {"last": 60_000}});
    let draft = json!({"name": "Secret exploration", "shared": true, "exploration": looked_at});
    let made =
        owner.call("create_exploration", json!({"workspace": owner.workspace.slug, "draft": draft})).await;
    assert_eq!((made.status, &made.body["id"]), (200, &json!(1)), "{}", made.body);
    let place = json!({"displayName": "Secret place", "type": "webhook", "url": "https://example.com"});
    assert_eq!(program.ask("POST", "/api/dataExport/destinations", Some(place)).await.1["id"], 1);
    let export = json!({"displayName": "Secret export", "enabled": false, "source": "telemetry", "destinations": [{"id": 1}]});
    assert_eq!(program.ask("POST", "/api/dataExport/exports", Some(export)).await.1["id"], 1);
}
