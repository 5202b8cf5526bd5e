//! A workspace with a template and three devices, and what they have sent, told to the database and to the model.

use super::fields;
use crate::ground::{Ground, new_device};
use crate::templates::{draft, published};
use domain::query::{Limits, Patience};
use domain::twin::Reporter;
use domain::{Context, Endpoints, Homeport, devices, workspaces};
use model::dtdl::Schema;
use model::telemetry::EARLIEST_MS;
use model::{DeviceId, MetricId};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;
use store::telemetry::{Extra, HotWindow, Keeper, Row, Writer};

/// 2025-11-03, a Monday, in milliseconds since 1970.
const MONDAY: i64 = 1_762_128_000_000;

/// A message as the model knows it.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) device: &'static str,
    pub(crate) ts: i64,
    pub(crate) fields: Map<String, Value>,
}

pub(crate) struct Scene {
    pub(crate) ground: Ground,
    pub(crate) homeport: Homeport,
    writer: Writer,
    keeper: Keeper,
    devices: Vec<(&'static str, DeviceId)>,
    sent: Vec<Message>,
}

impl Scene {
    pub(crate) async fn new() -> Scene {
        Scene::with(Limits::default()).await
    }

    /// With other bounds for queries.
    pub(crate) async fn with(limits: Limits) -> Scene {
        let ground = Ground::new().await;
        let writer = Writer::connect(ground.db.urls()).await.unwrap();
        let keeper = Keeper::connect(ground.db.urls()).await.unwrap();
        let homeport = Homeport::with_limits(ground.db.store().clone(), Endpoints::default(), limits);
        let mut scene = Scene { ground, homeport, writer, keeper, devices: Vec::new(), sent: Vec::new() };
        scene.furnish().await;
        scene
    }

    pub(crate) async fn context(&self) -> Context {
        workspaces::open(&self.homeport, self.ground.ada.id, "plant").await.unwrap()
    }

    /// One of its devices, as the broker has proved it.
    pub(crate) async fn reporter(&self, external_id: &'static str) -> Reporter<'static> {
        let workspace = self.context().await.workspace.id;
        let (_, device) = *self.devices.iter().find(|(id, _)| *id == external_id).unwrap();
        Reporter { workspace, device, external_id }
    }

    /// Another workspace of the same person.
    pub(crate) async fn other(&self) -> Context {
        let other = workspaces::create(&self.homeport, self.ground.ada.id, "Other").await.unwrap();
        workspaces::open(&self.homeport, self.ground.ada.id, &other.slug).await.unwrap()
    }

    async fn furnish(&mut self) {
        let context = self.context().await;
        let names = [
            ("temperature", Schema::Double),
            ("mode", Schema::String),
            ("open", Schema::Boolean),
            ("big", Schema::Integer),
        ];
        let room = published(&context, draft("Room", &names)).await;
        for id in ["a", "b", "c"] {
            let new = model::device::NewDevice { template: Some(room.id), ..new_device(id) };
            self.devices.push((id, devices::create(&context, new).await.unwrap().id));
        }
    }

    /// Lets each device send these messages; those that were sent before come again.
    pub(crate) async fn send(&mut self, which: Range<i64>) {
        let workspace = self.context().await.workspace.id;
        let names: Vec<String> =
            ["temperature", "mode", "open", "big", "unmodelled"].map(str::to_owned).into();
        let metrics: HashMap<String, MetricId> =
            self.writer.metric_ids(workspace, &names).await.unwrap().into_iter().collect();
        for (place, (device, id)) in self.devices.iter().enumerate() {
            let mut rows = Vec::new();
            for i in which.clone() {
                let place = place as i64;
                let ts = MONDAY + i * 120_000 + place * 17;
                assert!(ts > EARLIEST_MS);
                let fields = fields(i * 7 + place);
                let mut row = Row {
                    workspace,
                    device: *id,
                    ts,
                    seq: i,
                    arrived_ms: ts,
                    metrics: Vec::new(),
                    extra: Extra::default(),
                    size: 1,
                };
                for (name, value) in &fields {
                    let whole = value.as_i64().is_none_or(|n| n.abs() < 1 << 53);
                    if let Some(number) = value.as_f64() {
                        row.metrics.push((metrics[name], number));
                    }
                    if !value.is_number() || !whole {
                        row.extra.fields.insert(name.clone(), value.clone());
                    }
                }
                rows.push(row);
                if !self.sent.iter().any(|m| m.device == *device && m.ts == ts) {
                    self.sent.push(Message { device, ts, fields });
                }
            }
            self.writer.commit(&rows, &[]).await.unwrap();
        }
    }

    /// Closes the open slot, and packs all that are closed.
    pub(crate) async fn compact(&self) {
        self.keeper.ensure_slots_of(0, 1).await.unwrap();
        while self.keeper.compact_next().await.unwrap().is_some() {}
    }

    /// Packs all, drops the messages, and packs days for good.
    pub(crate) async fn settle(&self) {
        self.compact().await;
        self.keeper.drop_slots(HotWindow { age: Duration::ZERO, bytes: 0 }).await.unwrap();
        while self.keeper.repack_some(i64::MAX / 4).await.unwrap().days > 0 {}
    }

    /// What was sent, by time.
    pub(crate) fn sent(&self) -> Vec<Message> {
        let mut sent = self.sent.clone();
        sent.sort_by_key(|message| (message.ts, message.device));
        sent
    }

    /// All rows of a query.
    pub(crate) async fn answer(&self, text: &str) -> Vec<Vec<Value>> {
        let running = domain::query::run(&self.context().await, text, Patience::Short).await;
        let mut running = running.unwrap_or_else(|error| panic!("{text}: {}", error.problem().sentence()));
        let mut answer = Vec::new();
        while let Some(rows) = running.next().await.unwrap() {
            answer.extend(rows.iter().map(|row| row.iter().map(query::Value::json).collect::<Vec<_>>()));
        }
        answer
    }
}
