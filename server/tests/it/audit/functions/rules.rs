//! Rules and alarms.

use super::Scene;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};
use test_support::eventually;

impl Scene<'_> {
    pub(super) async fn rules_and_alarms(&mut self) {
        let rule = |name: &str| json!({"name": name, "definition": {"target": {"of": "all"}, "when": {"kind": "silent", "forMs": 1000}}});
        let mut silent = rule("Silent");
        // An address that may not be called: what is to be done is given up at once.
        silent["actions"] = json!([{"do": "webhook", "url": "https://127.0.0.1:9/"}]);
        let made = self.does("create_rule", json!({"new": silent}), "create rule").await;
        let alarm = eventually("the rule has raised an alarm", async || {
            let alarms = self.read("list_alarms", json!({"query": {}})).await;
            alarms["items"][0]["id"].as_i64()
        })
        .await;
        for (change, entry) in [
            (json!({"do": "acknowledge"}), "acknowledge alarm"),
            (json!({"do": "assign", "to": "ada@example.com"}), "update alarm"),
            (json!({"do": "comment", "text": "On my way."}), "comment alarm"),
            (json!({"do": "quiet", "forMs": 60_000}), "update alarm"),
            (json!({"do": "clear"}), "clear alarm"),
        ] {
            self.does("change_alarms", json!({"ids": [alarm], "change": change}), entry).await;
        }
        let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
        let window = json!({"reason": "New valves", "target": {"of": "all"}, "fromMs": now_ms, "toMs": now_ms + 60_000});
        let window =
            self.does("create_maintenance", json!({"new": window}), "create maintenance-window").await;
        self.does("end_maintenance", json!({"window": window["id"]}), "delete maintenance-window").await;
        self.does("set_notices", json!({"settings": {"at_least": "major"}}), "update person").await;
        let (p256dh, auth) = ("A".repeat(87), "A".repeat(22));
        let endpoint = "https://push.example.com/1";
        let browser = json!({"subscription": {"endpoint": endpoint, "p256dh": p256dh, "auth": auth}});
        self.does("subscribe_push", browser, "update person").await;
        self.does("unsubscribe_push", json!({"endpoint": endpoint}), "update person").await;
        let id: &Value = &made["id"];
        let run = eventually("its action was given up", async || {
            let runs = self.read("list_action_runs", json!({"query": {"state": "given-up"}})).await;
            runs["items"][0]["id"].as_i64()
        })
        .await;
        self.does("try_action_again", json!({"run": run}), "send rule").await;
        let test = json!({"rule": id, "action": made["actions"][0], "device": ""});
        self.does("test_action", test, "send rule").await;
        self.does("update_rule", json!({"rule": id, "new": rule("Quiet")}), "update rule").await;
        self.does("enable_rule", json!({"rule": id, "enabled": false}), "update rule").await;
        self.does("delete_rule", json!({"rule": id}), "delete rule").await;
    }
}
