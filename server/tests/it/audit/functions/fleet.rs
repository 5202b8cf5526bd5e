//! What is done to groups of devices.

use super::Scene;
use serde_json::json;
use test_support::eventually;

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
        self.jobs().await;
    }

    async fn jobs(&mut self) {
        let new = |queue: i64| {
            json!({"name": "Restart", "work": {
                "doing": {"do": "command", "name": "restart", "queueS": queue},
                "devices": {"of": "chosen", "devices": ["job-1"]}}})
        };
        let device = json!({"external_id": "job-1", "name": "", "template": null});
        let device = json!({"workspace": self.ada.workspace.slug, "new": device});
        self.does_elsewhere("create_device", device).await;
        self.log.fresh().await;
        let gone = self.does("create_job", json!({"new": new(0)}), "create job").await;
        let of_gone = json!({"job": gone["id"]});
        eventually("the device is not connected, so the job is over", async || {
            (self.read("get_job", of_gone.clone()).await["state"] == "done").then_some(())
        })
        .await;
        self.log.fresh().await;
        self.does("rerun_job", json!({"job": gone["id"], "all": false}), "create job").await;
        self.does("delete_job", of_gone, "delete job").await;
        let waits = self.does("create_job", json!({"new": new(600)}), "create job").await;
        self.does("stop_job", json!({"job": waits["id"]}), "cancel job").await;
        self.does("resume_job", json!({"job": waits["id"]}), "resume job").await;
        let schedule = json!({"start": "2099-01-01", "minute": 120, "zone": "UTC", "every": "daily"});
        let nightly = json!({"new": new(600), "schedule": schedule});
        let nightly = self.does("create_scheduled_job", nightly, "create scheduled-job").await;
        let off = json!({"job": nightly["id"], "enabled": false});
        self.does("enable_scheduled_job", off, "update scheduled-job").await;
        self.does("delete_scheduled_job", json!({"job": nightly["id"]}), "delete scheduled-job").await;
    }
}
