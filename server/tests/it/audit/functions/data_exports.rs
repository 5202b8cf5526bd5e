//! Data exports and their destinations.

use super::Scene;
use serde_json::json;

impl Scene<'_> {
    pub(super) async fn data_exports(&mut self) {
        // Nobody is there, so that a backfill goes on until it is stopped.
        let place = |name: &str| json!({"name": name, "to": {"type": "webhook", "url": "https://127.0.0.1:1/"}, "secret": "hidden"});
        let made = self
            .does("create_data_destination", json!({"new": place("Away")}), "create data-destination")
            .await;
        let to = made["id"].clone();
        let changed = json!({"destination": to, "new": place("Far away")});
        self.does("update_data_destination", changed, "update data-destination").await;
        let export = |name: &str| {
            json!({"name": name, "enabled": false, "source": "telemetry", "destination": to,
            "narrowing": {}, "enrichments": {}, "transform": ""})
        };
        let made = self.does("create_data_export", json!({"new": export("Out")}), "create data-export").await;
        let id = made["id"].clone();
        let changed = json!({"export": id, "new": export("Outside")});
        self.does("update_data_export", changed, "update data-export").await;
        self.does("enable_data_export", json!({"export": id, "enabled": true}), "update data-export").await;
        let past = json!({"export": id, "from_ms": 1_700_000_000_000_i64, "to_ms": 1_900_000_000_000_i64});
        let begun = self.does("backfill_data_export", past, "update data-export").await;
        let stop = json!({"export": id, "backfill": begun[0]["id"]});
        self.does("stop_backfill", stop, "update data-export").await;
        self.does("delete_data_export", json!({"export": id}), "delete data-export").await;
        let gone = json!({"destination": to});
        self.does("delete_data_destination", gone, "delete data-destination").await;
    }
}
