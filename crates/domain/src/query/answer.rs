//! Gives the answer of a plan: finds the devices, reads what they sent, hands rows out.

use super::limits::{Limits, too_much};
use super::messages::ids;
use super::running::{Outlet, Row};
use crate::error::Result;
use model::DeviceId;
use model::device::Device;
use model::group::Filter;
use query::Value;
use query::eval::{self, Scope};
use query::plan::{Plan, Rows, Source, Subject};
use std::cmp::Ordering;
use store::{Snapshot, Whose};

/// Rows that are handed out together.
const BATCH: usize = 500;
/// Devices whose properties are read together.
const TWINS: usize = 5000;

/// All that answering takes.
pub(super) struct Answer {
    pub(super) snapshot: Snapshot,
    pub(super) plan: Plan,
    /// What holds of the devices of the group that is asked about.
    pub(super) group: Option<Filter>,
    /// The present, milliseconds since 1970.
    pub(super) now_ms: i64,
    pub(super) limits: Limits,
    pub(super) outlet: Outlet,
}

/// A device whose data is read.
pub(super) struct Member {
    pub(super) id: DeviceId,
    pub(super) subject: Subject,
}

/// A row with what it is sorted by.
pub(super) struct Sortable {
    keys: Vec<Value>,
    row: Row,
}

impl Answer {
    pub(super) async fn give(self) -> Result<()> {
        let members = self.members().await?;
        let top = self.plan.top.unwrap_or(u64::MAX);
        let mut given = Given { answer: &self, left: top, batch: Vec::new() };
        let all = match (&self.plan.rows, self.plan.by_time()) {
            (Rows::Devices, _) => self.devices(&members, &mut given).await?,
            (Rows::Groups(grouping), _) => self.groups(grouping, &members, &mut given).await?,
            (Rows::Messages, Some(newest_first)) => self.by_time(&members, newest_first, &mut given).await?,
            (Rows::Messages, None) if self.plan.order.is_empty() => {
                self.as_they_come(&members, &mut given).await?
            }
            (Rows::Messages, None) => self.sorted(&members, &mut given).await?,
        };
        if all {
            given.flush().await;
        }
        Ok(())
    }

    /// The devices that are asked about.
    async fn members(&self) -> Result<Vec<Member>> {
        let whose = match &self.plan.from {
            Source::All => Whose::All,
            Source::Templates(ids) => Whose::Templates(ids),
            Source::Devices(ids) => Whose::Ids(ids),
            Source::Group(_) => {
                self.group.as_ref().map_or(Whose::Ids(&[]), |group| Whose::Group(group, self.now_ms))
            }
        };
        let devices = self.snapshot.devices().roster(&whose, self.limits.devices + 1).await?;
        if devices.len() > self.limits.devices as usize {
            return Err(too_much(format!(
                "The query is about more than {} devices. Name a template in FROM, or devices with DEVICE 'id'.",
                self.limits.devices
            )));
        }
        let mut members: Vec<Member> = devices.into_iter().map(Member::of).collect();
        self.add_properties(&mut members).await?;
        members.retain(|member| self.asks_for(&member.subject));
        Ok(members)
    }

    async fn add_properties(&self, members: &mut [Member]) -> Result<()> {
        let paths: Vec<String> = self.plan.properties.iter().map(|property| property.name.clone()).collect();
        if paths.is_empty() {
            return Ok(());
        }
        for members in members.chunks_mut(TWINS) {
            let mut found = self.snapshot.twins().values(&ids(members), &paths).await?;
            for member in members {
                let values = found.remove(&member.id).unwrap_or_default();
                let value = |reported: &serde_json::Value| Value::of(model::twin::value(reported));
                member.subject.properties = values.iter().map(value).collect();
            }
        }
        Ok(())
    }

    fn asks_for(&self, subject: &Subject) -> bool {
        let scope = Scope { subject: Some(subject), ..Scope::default() };
        self.plan.devices.as_ref().is_none_or(|condition| eval::holds(condition, &scope))
    }

    pub(super) fn row(&self, scope: &Scope<'_>) -> Row {
        self.plan.columns.iter().map(|column| eval::value(&column.code, scope)).collect()
    }

    pub(super) fn sortable(&self, scope: &Scope<'_>) -> Sortable {
        let keys = self.plan.order.iter().map(|(code, _)| eval::value(code, scope)).collect();
        Sortable { keys, row: self.row(scope) }
    }

    /// Puts rows into the order that is asked for; what is equal stays as it came.
    pub(super) fn sort(&self, rows: &mut [Sortable]) {
        rows.sort_by(|a, b| {
            let keys = a.keys.iter().zip(&b.keys).zip(&self.plan.order);
            let orders = keys.map(|((a, b), (_, descending))| match (a, b) {
                // Nulls stand last either way.
                (Value::Null, _) | (_, Value::Null) => a.order(b),
                _ if *descending => b.order(a),
                _ => a.order(b),
            });
            orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
    }

    /// Counts what was read for it.
    pub(super) fn count(&self, points: u64) -> Result<()> {
        let read = self.outlet.count(points);
        if read > self.limits.points {
            return Err(too_much(format!(
                "The query has read {} points, which is as many as one may. Ask for a shorter time with WITHIN_WINDOW, for \
                 fewer devices or fields; sums by WINDOW over plain fields read hardly any.",
                self.limits.points
            )));
        }
        Ok(())
    }
}

impl Sortable {
    pub(super) fn into_row(self) -> Row {
        self.row
    }
}

impl Member {
    fn of(device: Device) -> Member {
        Member {
            id: device.id,
            subject: Subject {
                id: device.external_id.into(),
                name: device.name.into(),
                template: device.template.map(|(_, name)| name.into()),
                simulated: device.simulated,
                provisioned: device.last_seen_ms.is_some(),
                blocked: device.blocked,
                organization: device.organization.name.into(),
                properties: Vec::new(),
            },
        }
    }
}

/// What has been given, and what may still be.
pub(super) struct Given<'a> {
    answer: &'a Answer,
    left: u64,
    batch: Vec<Row>,
}

impl Given<'_> {
    /// Gives rows; false: no more are wanted.
    pub(super) async fn rows(&mut self, rows: impl IntoIterator<Item = Row>) -> bool {
        for row in rows {
            self.batch.push(row);
            self.left -= 1;
            if (self.batch.len() >= BATCH || self.left == 0) && !self.flush().await {
                return false;
            }
            if self.left == 0 {
                return false;
            }
        }
        true
    }

    /// How many are still wanted.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    async fn flush(&mut self) -> bool {
        let batch = std::mem::take(&mut self.batch);
        batch.is_empty() || self.answer.outlet.rows(batch).await
    }
}
