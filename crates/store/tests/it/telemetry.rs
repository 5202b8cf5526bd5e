//! Telemetry on a real Postgres: written by the ingestion's role, kept by the worker's, read by the application's.

mod compaction;
mod erasing;
mod latest;
mod organizations;
mod reading;
mod rights;
mod slots;
mod through_compactions;
mod writing;

use crate::ground::{Tenant, tenant};
use model::telemetry::{RawMessage, RawPage, SeriesQuery};
use model::{DeviceId, MetricId};
use serde_json::Value;
use store::telemetry::{Extra, Keeper, RefusedRow, Row, Writer};
use store::{Snapshot, WorkspaceTx};
use test_support::TestDb;

/// A database with one tenant, and the roles that write.
struct Scene {
    db: TestDb,
    tenant: Tenant,
    writer: Writer,
    keeper: Keeper,
}

impl Scene {
    async fn new() -> Scene {
        let db = TestDb::new().await;
        let tenant = tenant(db.store(), "one").await;
        let writer = Writer::connect(db.urls()).await.unwrap();
        let keeper = Keeper::connect(db.urls()).await.unwrap();
        Scene { db, tenant, writer, keeper }
    }

    async fn scope(&self) -> WorkspaceTx {
        self.db.store().workspace(self.tenant.workspace.id).await.unwrap()
    }

    async fn metric(&self, name: &str) -> MetricId {
        self.writer.metric_ids(self.tenant.workspace.id, &[name.to_owned()]).await.unwrap()[name]
    }

    /// A message that arrived when it was sent, with one number.
    fn row(&self, ts: i64, metric: MetricId, value: f64) -> Row {
        Row {
            workspace: self.tenant.workspace.id,
            device: self.tenant.device,
            ts,
            seq: ts * 31 + 7,
            arrived_ms: ts,
            metrics: vec![(metric, value)],
            extra: Extra::default(),
            size: 30,
        }
    }

    fn refused(&self, arrived_ms: i64, reason: &str) -> RefusedRow {
        RefusedRow {
            workspace: self.tenant.workspace.id,
            device: self.tenant.device,
            ts: arrived_ms,
            arrived_ms,
            seq: 1,
            topic: "s/d/telemetry".into(),
            reason: reason.into(),
            body: b"{".to_vec(),
        }
    }

    async fn snapshot(&self) -> Snapshot {
        self.db.store().snapshot(self.tenant.workspace.id).await.unwrap()
    }

    async fn count(&self) -> i64 {
        self.scope().await.telemetry().count(self.tenant.device).await.unwrap()
    }

    async fn raw(&self, limit: u32) -> RawPage {
        self.snapshot().await.history().raw(self.tenant.device, None, limit).await.unwrap()
    }

    /// All messages and refused entries of the device, by pages of this size.
    async fn all_raw(&self, limit: u32) -> Vec<RawMessage> {
        let mut seen = Vec::new();
        let mut before = None;
        loop {
            let page = self.snapshot().await.history().raw(self.tenant.device, before, limit).await.unwrap();
            seen.extend(page.messages);
            before = page.before;
            if before.is_none() {
                return seen;
            }
        }
    }

    /// What the batch log says: messages, points, bytes of the tenant in each batch.
    async fn log(&self) -> Vec<[i64; 3]> {
        let mut worker = crate::ground::connect(&self.db, store::Role::Worker).await;
        let logged: Vec<Value> = sqlx::query_scalar("SELECT counts FROM tm_batch ORDER BY id")
            .fetch_all(&mut worker)
            .await
            .unwrap();
        let workspace = self.tenant.workspace.id.to_string();
        let count = |of: &Value, name: &str| of[&workspace][name].as_i64().unwrap_or(0);
        logged.iter().map(|b| ["messages", "points", "bytes"].map(|name| count(b, name))).collect()
    }
}

fn every(from_ms: i64, to_ms: i64, points: u32) -> SeriesQuery {
    SeriesQuery { names: Vec::new(), from_ms, to_ms, points }
}

fn times(messages: &[RawMessage]) -> Vec<i64> {
    messages.iter().filter_map(|m| m.arrived_ms).collect()
}

/// A device of nobody in these tests.
const STRANGER: DeviceId = DeviceId(i32::MAX);
