//! Functions about groups of devices and what is drawn of them.

use crate::rest::Program;
use serde_json::{Value, json};
use test_support::{TestApp, TestPerson};

/// Those that make something or list it: in a stranger's own workspace they may.
pub(super) const MAKE_OR_LIST: [&str; 6] = [
    "create_exploration",
    "create_group",
    "explore_query",
    "group_choices",
    "list_explorations",
    "list_groups",
];

pub(super) fn functions(workspace: &str) -> Vec<(&'static str, Value)> {
    let group = json!({"workspace": workspace, "group": "secret-group-of-devices"});
    let draft = json!({"name": "Taken over", "filter": {"all": []}});
    let series = json!({
        "whose": {"group": "secret-group-of-devices"}, "names": ["t"], "from_ms": 0, "to_ms": 1000, "points": 10, "lines": 1,
    });
    let looked_at = json!({"whose": "all", "values": [{"name": "t", "aggregate": "avg"}], "by": "together", "time": {"last": 60_000}});
    let exploration = json!({"name": "Taken over", "shared": false, "exploration": looked_at});
    vec![
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

/// The first exploration of this database, and a group.
pub(super) async fn furnish(app: &TestApp, owner: &TestPerson) {
    let program = Program::new(app, owner, "administrator").await;
    let path = "/api/deviceGroups/secret-group-of-devices";
    let group = json!({"displayName": "Secret group of devices"});
    assert_eq!(program.ask("PUT", path, Some(group)).await.0, 200);
    let looked_at = json!({"whose": "all", "values": [{"name": "t", "aggregate": "avg"}], "by": "together", "time": {"last": 60_000}});
    let draft = json!({"name": "Secret exploration", "shared": true, "exploration": looked_at});
    let made =
        owner.call("create_exploration", json!({"workspace": owner.workspace.slug, "draft": draft})).await;
    assert_eq!((made.status, &made.body["id"]), (200, &json!(1)), "{}", made.body);
}
