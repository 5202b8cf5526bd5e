//! What is done to groups of devices.

use super::Scene;
use serde_json::json;

impl Scene<'_> {
    pub(super) async fn fleet(&mut self) {
        let draft = |name: &str| json!({"name": name, "filter": {"all": []}});
        let made = self.does("create_group", json!({"draft": draft("All")}), "create device-group").await;
        let change = json!({"group": made["id"], "draft": draft("Everything")});
        self.does("update_group", change, "update device-group").await;
        let looked_at = json!({"whose": "all", "values": [{"name": "t", "aggregate": "avg"}], "by": "together", "time": {"last": 60_000}});
        let draft = |name: &str| json!({"name": name, "shared": true, "exploration": looked_at});
        let saved = self.does("create_exploration", json!({"draft": draft("T")}), "create exploration").await;
        let change = json!({"exploration": saved["id"], "draft": draft("The T")});
        self.does("update_exploration", change, "update exploration").await;
        self.does("delete_exploration", json!({"exploration": saved["id"]}), "delete exploration").await;
        self.does("delete_group", json!({"group": made["id"]}), "delete device-group").await;
    }
}
