//! Whose a message is, and how its fields stand to the device's template.
//!
//! A field that breaks the template is kept with the reason and disturbs no other. A name that the template doesn't
//! know is kept like the rest; who reads it sees from the template that it is unknown there.

mod cache;
mod fields;

use crate::asked::{Ask, Asked};
use crate::changes::Changes;
use crate::decode::{self, Entry};
use crate::log::LogLine;
use crate::source::Incoming;
use cache::{Known, Metrics, Routes};
pub(crate) use fields::Readings;
use fields::Sorted;
use model::event::EventKind;
use model::topic::{self, DeviceTopic, Upward};
use std::sync::Arc;
use store::telemetry::{Extra, RefusedRow, Row, Writer, identity as seq};
use tokio_util::sync::CancellationToken;
use tracing::warn;

/// Finds the device of each message, and sorts its fields.
pub(crate) struct Router {
    writer: Writer,
    routes: Routes,
    metrics: Metrics,
    changes: Changes,
    /// How many changes were announced when the routes were last looked up.
    known_changes: u64,
    stop: CancellationToken,
}

/// An entry that is ready to be kept.
pub(crate) enum Routed {
    /// Telemetry, its values as others want to see them, and a line for the log where a field broke the template.
    Kept(Row, Readings, Option<LogLine>),
    /// A refused entry and its line for the log.
    Refused(RefusedRow, LogLine),
}

/// What a packet is.
pub(crate) enum Packet {
    /// Telemetry, or what no device can be found for.
    Telemetry(Entries),
    /// Something that a device asks.
    Asked(Box<Asked>),
}

/// The device of a packet and its entries.
pub(crate) struct Entries {
    pub(crate) external_id: Arc<str>,
    pub(crate) entries: Vec<Routed>,
}

impl Router {
    pub(crate) fn new(writer: Writer, changes: Changes, stop: CancellationToken) -> Router {
        let (routes, metrics) = (Routes::default(), Metrics::default());
        Router { writer, routes, metrics, known_changes: changes.count(), changes, stop }
    }

    /// Looks up the devices of these packets, all that must be asked for in one question. `None`: `stop` came while the
    /// database was away.
    pub(crate) async fn prepare(&mut self, incoming: &[Incoming]) -> Option<()> {
        let changes = self.changes.count();
        if changes != self.known_changes {
            self.known_changes = changes;
            self.routes.doubt();
        }
        let keys = incoming.iter().filter_map(|incoming| {
            let at = topic::split(&incoming.topic)?;
            Some(key(&incoming.topic, &at))
        });
        self.routes.prepare(&self.writer, &self.stop, keys).await
    }

    /// What a packet is whose device is looked up. Nothing to keep where no such device exists (any more), or where `stop` came while
    /// the database was away; `None` for the latter: the packet must not be acknowledged.
    pub(crate) async fn route(&mut self, incoming: &Incoming) -> Option<Packet> {
        let Some((at, upward)) =
            topic::split(&incoming.topic).and_then(|at| Some((at, topic::upward(at.rest)?)))
        else {
            warn!(topic = incoming.topic, "a message of a topic that isn't one of the protocol was dropped");
            return Some(nothing());
        };
        let Some(known) = self.routes.get(key(&incoming.topic, &at)) else {
            warn!(topic = incoming.topic, "a message of a device that doesn't exist was dropped");
            return Some(nothing());
        };
        if let Some(ask) = Ask::of(&upward) {
            return Some(Packet::Asked(Box::new(asked(incoming, &known, ask))));
        }
        let component = match upward {
            Upward::Telemetry { component } => component.or(incoming.properties.component.as_deref()),
            _ => None,
        };
        let entries = self.telemetry(incoming, &known, component).await?;
        Some(Packet::Telemetry(Entries { external_id: known.external_id.clone(), entries }))
    }

    async fn telemetry(
        &mut self,
        incoming: &Incoming,
        known: &Known,
        component: Option<&str>,
    ) -> Option<Vec<Routed>> {
        let decoded = decode::decode(&incoming.payload, &incoming.properties, incoming.arrived_ms);
        let mut entries = Vec::with_capacity(decoded.len());
        for (index, entry) in decoded.into_iter().enumerate() {
            entries.push(match entry {
                Entry::Refused(why) => refused(incoming, known, index, None, why.reason, why.body),
                Entry::Message(message) => self.message(incoming, known, component, index, message).await?,
            });
        }
        Some(entries)
    }

    async fn message(
        &mut self,
        incoming: &Incoming,
        known: &Known,
        component: Option<&str>,
        index: usize,
        message: decode::Message,
    ) -> Option<Routed> {
        let ts = message.own_ts.unwrap_or(incoming.arrived_ms);
        let seq = match (message.own_ts, &message.id) {
            (Some(_), Some(id)) => seq::of_id(id, index),
            (Some(_), None) => seq::of_content(component, &message.fields),
            (None, _) => seq::of_packet(&incoming.uid, index),
        };
        let mut sorted =
            Sorted::new(message.fields, message.problems, component, known.route.schemas.as_ref());
        let workspace = known.route.workspace;
        let ids = self
            .metrics
            .get(&self.writer, &self.stop, workspace, sorted.numbers.iter().map(|(name, _)| name))
            .await?;
        let readings = sorted.readings();
        let metrics = sorted.number(&readings, &ids);
        let line = sorted.complaint().map(|text| line(known, EventKind::FieldMismatch, text));
        let row = Row {
            workspace,
            device: known.route.device,
            ts,
            seq,
            arrived_ms: incoming.arrived_ms,
            metrics,
            extra: Extra {
                fields: sorted.others,
                problems: sorted.problems,
                properties: message.properties,
                id: message.id,
                component: component.map(str::to_owned),
            },
            size: message.size,
        };
        Some(Routed::Kept(row, readings, line))
    }
}

/// `{scope}/{device}` of a topic.
fn key<'a>(topic: &'a str, at: &DeviceTopic<'_>) -> &'a str {
    &topic[..at.scope.len() + 1 + at.device.len()]
}

fn nothing() -> Packet {
    Packet::Telemetry(Entries { external_id: Arc::from(""), entries: Vec::new() })
}

fn asked(incoming: &Incoming, known: &Known, ask: Ask) -> Asked {
    Asked {
        workspace: known.route.workspace,
        device: known.route.device,
        scope: known.scope.clone(),
        external_id: known.external_id.clone(),
        ask,
        body: incoming.payload.clone(),
        properties: incoming.properties.others.clone(),
        arrived_ms: incoming.arrived_ms,
        auth: incoming.properties.auth.clone(),
    }
}

fn refused(
    incoming: &Incoming,
    known: &Known,
    index: usize,
    ts: Option<i64>,
    reason: String,
    body: Vec<u8>,
) -> Routed {
    let line = line(known, EventKind::MessageRefused, reason.clone());
    let row = RefusedRow {
        workspace: known.route.workspace,
        device: known.route.device,
        ts: ts.unwrap_or(incoming.arrived_ms),
        arrived_ms: incoming.arrived_ms,
        seq: seq::of_packet(&incoming.uid, index),
        topic: incoming.topic.clone(),
        reason,
        body,
    };
    Routed::Refused(row, line)
}

fn line(known: &Known, kind: EventKind, text: String) -> LogLine {
    LogLine {
        workspace: known.route.workspace,
        device: known.route.device,
        scope: known.scope.clone(),
        external_id: known.external_id.clone(),
        kind,
        text,
        count: 1,
    }
}
