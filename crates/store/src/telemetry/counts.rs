//! What a batch adds to the meters of workspaces.

use super::Row;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// By workspace.
#[derive(Default)]
pub(super) struct Counts(BTreeMap<i32, Count>);

#[derive(Default)]
struct Count {
    messages: u64,
    points: u64,
    bytes: u64,
    refused: u64,
    devices: BTreeSet<i32>,
}

impl Counts {
    /// What these rows add.
    pub(super) fn of(rows: &[Row]) -> Counts {
        let mut counts = Counts::default();
        rows.iter().for_each(|row| counts.add(row));
        counts
    }

    pub(super) fn add(&mut self, row: &Row) {
        let count = self.0.entry(row.workspace.0).or_default();
        count.messages += 1;
        count.points += row.metrics.len() as u64;
        count.bytes += u64::from(row.size);
        count.devices.insert(row.device.0);
    }

    pub(super) fn refuse(&mut self, workspace: i32, refused: u64) {
        if refused > 0 {
            self.0.entry(workspace).or_default().refused += refused;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As the batch log keeps it: messages, points, bytes.
    pub(super) fn of_batch(&self) -> String {
        self.json(|count, text| {
            let Count { messages, points, bytes, .. } = count;
            let _ = write!(text, r#""messages":{messages},"points":{points},"bytes":{bytes}"#);
        })
    }

    /// The statement that notes all of it for whoever adds it up, to be sent with what ends the transaction. Nothing in
    /// it comes from outside: numbers, and names of ours.
    pub(super) fn pending(&self) -> String {
        let mut devices = String::new();
        let mut from = 0;
        let counts = self.json(|count, text| {
            let Count { messages, points, bytes, refused, .. } = count;
            let to = from + count.devices.len();
            let _ = write!(
                text,
                r#""messages":{messages},"points":{points},"bytes":{bytes},"refused":{refused},"from":{from},"to":{to}"#
            );
            from = to;
            for device in &count.devices {
                let comma = if devices.is_empty() { "" } else { "," };
                let _ = write!(devices, "{comma}{device}");
            }
        });
        format!("INSERT INTO tm_pending (counts, devices) VALUES ('{counts}', '{{{devices}}}'); ")
    }

    fn json(&self, mut fields: impl FnMut(&Count, &mut String)) -> String {
        let mut text = String::from("{");
        for (at, (workspace, count)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let _ = write!(text, r#"{comma}"{workspace}":{{"#);
            fields(count, &mut text);
            text.push('}');
        }
        text.push('}');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::Extra;
    use super::*;
    use model::{DeviceId, MetricId, WorkspaceId};
    use serde_json::{Value, json};

    fn row(workspace: i32, device: i32) -> Row {
        Row {
            workspace: WorkspaceId(workspace),
            device: DeviceId(device),
            ts: 1,
            seq: 1,
            arrived_ms: 1,
            metrics: vec![(MetricId(1), 1.0), (MetricId(2), 2.0)],
            extra: Extra::default(),
            size: 10,
        }
    }

    #[test]
    fn each_workspace_has_its_own() {
        let mut counts = Counts::of(&[row(1, 7), row(2, 8), row(1, 7), row(1, 9)]);
        counts.refuse(2, 4);
        counts.refuse(3, 0);
        let of_batch: Value = serde_json::from_str(&counts.of_batch()).unwrap();
        assert_eq!(of_batch["1"], json!({"messages": 3, "points": 6, "bytes": 30}));
        let pending = counts.pending();
        let parts: Vec<&str> = pending.split('\'').collect();
        let told: Value = serde_json::from_str(parts[1]).unwrap();
        assert_eq!((&told["1"]["from"], &told["1"]["to"]), (&json!(0), &json!(2)));
        assert_eq!((&told["2"]["from"], &told["2"]["to"], parts[3]), (&json!(2), &json!(3), "{7,9,8}"));
        assert_eq!((&told["2"]["messages"], &told["2"]["refused"]), (&json!(1), &json!(4)));
        assert!(told.get("3").is_none());
        assert!(Counts::default().is_empty() && Counts::default().of_batch() == "{}");
    }
}
