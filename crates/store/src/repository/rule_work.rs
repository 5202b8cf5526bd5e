//! What the evaluation of rules reads and writes: one process at a time for a workspace, in one transaction with how far it
//! has come. Who dies on the way has done nothing.

use super::rules;
use crate::error::{Error, Result};
use crate::sql;
use crate::telemetry::{Extra, number, unpack};
use crate::workspace_tx::WorkspaceTx;
use model::alarm::Alarm;
use model::group::GroupId;
use model::rule::{Rule, State};
use model::{DeviceId, MetricId, OrganizationId, TemplateId};
use sea_orm::{QueryResult, Value};
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Messages that are judged in one transaction; of the last batch all.
const MESSAGES: i64 = 5_000;
/// Other things that happened, and moments that have come, of one transaction.
const OTHERS: i64 = 5_000;
/// Devices that are looked at for the first time in one transaction.
const SEEDS: i64 = 100_000;

/// The work on the rules of a scope.
pub struct RuleWork<'a>(pub(crate) &'a WorkspaceTx);

/// A message as rules see it.
#[derive(Clone, Debug)]
pub struct HotMessage {
    /// Of which device.
    pub device: DeviceId,
    /// Its time, milliseconds since 1970.
    pub ts: i64,
    /// What tells it apart.
    pub seq: i64,
    /// When it arrived, milliseconds since 1970.
    pub arrived_ms: i64,
    /// Its fields.
    pub fields: BTreeMap<String, Json>,
    /// Message properties.
    pub properties: BTreeMap<String, String>,
    /// The component that sent it.
    pub component: Option<String>,
}

/// Something else that happened to a device.
#[derive(Clone, Debug)]
pub struct RuleEvent {
    /// To which.
    pub device: DeviceId,
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// What.
    pub kind: String,
    /// Of a command: its name.
    pub name: Option<String>,
}

/// A device as targets know it.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Its key.
    pub id: DeviceId,
    /// What it connects with.
    pub external_id: String,
    /// Its template.
    pub template: Option<TemplateId>,
    /// Its organization and those above it.
    pub organizations: Vec<OrganizationId>,
    /// Groups that it is in, of those that were asked for.
    pub groups: Vec<GroupId>,
    /// When something was received from it last, milliseconds since 1970.
    pub heard_ms: Option<i64>,
}

/// A state to be kept.
#[derive(Clone, Debug)]
pub struct KeptState {
    /// Of which rule.
    pub rule: i32,
    /// And device.
    pub device: DeviceId,
    /// Of which revision of the rule.
    pub revision: i32,
    /// What it remembers.
    pub state: State,
    /// When to look again.
    pub wake_ms: Option<i64>,
}

impl RuleWork<'_> {
    /// Takes the workspace for this transaction, and tells how far its rules have come; nothing where another process has it,
    /// or there are no rules.
    ///
    /// # Errors
    /// The database's.
    pub async fn take(&self) -> Result<Option<i64>> {
        let text = "SELECT xid FROM rule_cursors WHERE workspace_id = $1 FOR UPDATE SKIP LOCKED";
        let row = sql::one(&self.0.tx, text, [self.0.workspace.0.into()]).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// Waits until nobody evaluates the workspace's rules, and holds them off for this transaction: who deletes a device and who
    /// evaluates rules about it would wait for each other.
    ///
    /// # Errors
    /// The database's.
    pub async fn hold_off(&self) -> Result<()> {
        let text = "SELECT FROM rule_cursors WHERE workspace_id = $1 FOR SHARE";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into()]).await?;
        Ok(())
    }

    /// Rules that are to be evaluated.
    ///
    /// # Errors
    /// The database's.
    pub async fn enabled(&self) -> Result<Vec<Rule>> {
        Ok(rules::Rules(self.0).list().await?.into_iter().filter(|rule| rule.enabled).collect())
    }

    /// Nothing is to be looked at any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn unfollow(&self) -> Result<()> {
        for table in ["rule_cursors", "rule_events"] {
            let text = format!("DELETE FROM {table} WHERE workspace_id = $1");
            sql::execute(&self.0.tx, &text, [self.0.workspace.0.into()]).await?;
        }
        Ok(())
    }

    /// The next messages behind `cursor` in the order of their batches, how far that leads, and whether there may be more.
    ///
    /// # Errors
    /// The database's.
    pub async fn messages(&self, cursor: i64) -> Result<(Vec<HotMessage>, i64, bool)> {
        self.messages_of(cursor, MESSAGES).await
    }

    /// The same with about so many messages at most; of the last batch all.
    ///
    /// # Errors
    /// The database's.
    pub async fn messages_of(&self, cursor: i64, most: i64) -> Result<(Vec<HotMessage>, i64, bool)> {
        // Before the batches are asked for: what comes in between is behind it.
        let horizon: i64 = sql::scalar(&self.0.tx, "SELECT rule_horizon()", []).await?;
        let text = "SELECT batch, slot, reached FROM rule_batches($1, $2)";
        let rows = sql::all(&self.0.tx, text, [cursor.into(), most.into()]).await?;
        if rows.is_empty() {
            return Ok((Vec::new(), horizon.max(cursor), false));
        }
        let (mut order, mut slots, mut reached) = (HashMap::new(), HashSet::new(), cursor);
        for (place, row) in rows.iter().enumerate() {
            order.insert(row.try_get_by_index::<i64>(0)?, place);
            slots.insert(row.try_get_by_index::<i32>(1)?);
            reached = reached.max(row.try_get_by_index(2)?);
        }
        let text = "SELECT device_id, ts, seq, arrived, body, extra, batch FROM tm_hot
                    WHERE workspace_id = $1 AND batch = ANY ($2) AND slot = ANY ($3)";
        let batches: Vec<i64> = order.keys().copied().collect();
        let slots: Vec<i32> = slots.into_iter().collect();
        let rows =
            sql::all(&self.0.tx, text, [self.0.workspace.0.into(), batches.into(), slots.into()]).await?;
        let mut found = Vec::with_capacity(rows.len());
        let mut metrics = HashSet::new();
        for row in &rows {
            let body: Vec<u8> = row.try_get("", "body")?;
            let points: Vec<(MetricId, f64)> = unpack(&body)?.collect();
            metrics.extend(points.iter().map(|(metric, _)| metric.0));
            let batch: i64 = row.try_get("", "batch")?;
            found.push((order.get(&batch).copied().unwrap_or_default(), message(row)?, points));
        }
        let names = self.names(metrics.into_iter().collect()).await?;
        found.sort_by_key(|(place, message, _)| (*place, message.ts, message.seq));
        let messages = found.into_iter().map(|(_, mut message, points)| {
            for (metric, value) in points {
                if let Some(name) = names.get(&metric.0) {
                    message.fields.entry(name.clone()).or_insert_with(|| number(value));
                }
            }
            message
        });
        Ok((messages.collect(), reached, true))
    }

    async fn names(&self, metrics: Vec<i32>) -> Result<HashMap<i32, String>> {
        let text = "SELECT id, name FROM tm_metric WHERE workspace_id = $1 AND id = ANY ($2)";
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into(), metrics.into()]).await?;
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
    }

    /// Takes what else happened, the oldest first, and tells whether there may be more.
    ///
    /// # Errors
    /// The database's.
    pub async fn events(&self) -> Result<(Vec<RuleEvent>, bool)> {
        let text = "WITH taken AS (
                DELETE FROM rule_events WHERE workspace_id = $1 AND id IN (
                    SELECT id FROM rule_events WHERE workspace_id = $1 ORDER BY id LIMIT $2)
                RETURNING id, device_id, at_ms, kind, name)
            SELECT * FROM taken ORDER BY id";
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into(), OTHERS.into()]).await?;
        let more = rows.len() as i64 == OTHERS;
        let event = |row: &QueryResult| {
            Ok(RuleEvent {
                device: DeviceId(row.try_get("", "device_id")?),
                at_ms: row.try_get("", "at_ms")?,
                kind: row.try_get("", "kind")?,
                name: row.try_get("", "name")?,
            })
        };
        Ok((rows.iter().map(event).collect::<Result<_>>()?, more))
    }

    /// Rules and devices for which a moment has come, and whether there may be more.
    ///
    /// # Errors
    /// The database's.
    pub async fn due(&self, until_ms: i64) -> Result<(Vec<(i32, DeviceId)>, bool)> {
        let text = "SELECT rule_id, device_id FROM rule_states WHERE workspace_id = $1 AND wake_ms <= $2
                    ORDER BY wake_ms LIMIT $3";
        let rows =
            sql::all(&self.0.tx, text, [self.0.workspace.0.into(), until_ms.into(), OTHERS.into()]).await?;
        let more = rows.len() as i64 == OTHERS;
        let pair = |row: &QueryResult| Ok((row.try_get_by_index(0)?, DeviceId(row.try_get_by_index(1)?)));
        Ok((rows.iter().map(pair).collect::<Result<_>>()?, more))
    }

    /// The rules of which not all devices were looked at since they are what they are.
    ///
    /// # Errors
    /// The database's.
    pub async fn unseeded(&self) -> Result<Vec<i32>> {
        let text = "UPDATE rules SET seeded = revision WHERE workspace_id = $1 AND enabled AND seeded <> revision RETURNING id";
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into()]).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }

    /// These devices as targets know them; without any all of the workspace.
    ///
    /// # Errors
    /// The database's.
    pub async fn devices(&self, these: Option<&[DeviceId]>) -> Result<Vec<Watched>> {
        let text = "WITH RECURSIVE above AS (
                SELECT id AS organization, id AS one, parent_id FROM organizations WHERE workspace_id = $1
                UNION ALL
                SELECT a.organization, o.id, o.parent_id FROM above a
                JOIN organizations o ON o.workspace_id = $1 AND o.id = a.parent_id
            ), lines AS (SELECT organization, array_agg(one) AS ones FROM above GROUP BY 1)
            SELECT d.id, d.external_id, d.template_id, l.ones, t.last_arrived
            FROM devices d JOIN lines l ON l.organization = d.organization_id
            LEFT JOIN tm_last t ON t.workspace_id = d.workspace_id AND t.device_id = d.id
            WHERE d.workspace_id = $1 AND ($2::int4[] IS NULL OR d.id = ANY ($2)) LIMIT $3";
        let ids: Option<Vec<i32>> = these.map(|these| these.iter().map(|id| id.0).collect());
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into(), ids.into(), SEEDS.into()]).await?;
        let device = |row: &QueryResult| {
            let organizations: Vec<i32> = row.try_get("", "ones")?;
            Ok(Watched {
                id: DeviceId(row.try_get("", "id")?),
                external_id: row.try_get("", "external_id")?,
                template: row.try_get::<Option<i32>>("", "template_id")?.map(TemplateId),
                organizations: organizations.into_iter().map(OrganizationId).collect(),
                groups: Vec::new(),
                heard_ms: row.try_get("", "last_arrived")?,
            })
        };
        rows.iter().map(device).collect()
    }

    /// Notes which of these groups each device is in.
    ///
    /// # Errors
    /// The database's.
    pub async fn find_groups(&self, groups: &[&GroupId], devices: &mut [Watched], now_ms: i64) -> Result<()> {
        if groups.is_empty() || devices.is_empty() {
            return Ok(());
        }
        let mut filters = Vec::new();
        for id in groups {
            filters.extend(self.0.device_groups().get(id).await?);
        }
        let ids: Vec<DeviceId> = devices.iter().map(|device| device.id).collect();
        let described = self.0.device_groups().described(&ids, now_ms).await?;
        let described: HashMap<DeviceId, _> = described.into_iter().collect();
        for device in devices {
            let Some(described) = described.get(&device.id) else { continue };
            let within = filters.iter().filter(|group| group.filter.holds(described));
            device.groups = within.map(|group| group.id.clone()).collect();
        }
        Ok(())
    }

    /// What rules remember of these devices, as it was written.
    ///
    /// # Errors
    /// The database's.
    pub async fn states(&self, devices: &[DeviceId]) -> Result<HashMap<(i32, DeviceId), (i32, Json)>> {
        let text = "SELECT rule_id, device_id, revision, state FROM rule_states
                    WHERE workspace_id = $1 AND device_id = ANY ($2)";
        let ids: Vec<i32> = devices.iter().map(|id| id.0).collect();
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into(), ids.into()]).await?;
        rows.iter()
            .map(|row| {
                let key = (row.try_get("", "rule_id")?, DeviceId(row.try_get("", "device_id")?));
                Ok((key, (row.try_get("", "revision")?, row.try_get("", "state")?)))
            })
            .collect()
    }

    /// Keeps what rules remember.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep(&self, states: &[KeptState]) -> Result<()> {
        for part in states.chunks(2_000) {
            let json =
                part.iter().map(|one| serde_json::to_string(&one.state)).collect::<Result<Vec<_>, _>>();
            let json = json.map_err(|error| Error::Unreadable(error.to_string()))?;
            let text = "INSERT INTO rule_states (workspace_id, rule_id, device_id, revision, state, wake_ms)
                 SELECT $1, s.rule_id, s.device_id, s.revision, s.state::jsonb, nullif(s.wake_ms, -1)
                 FROM unnest($2::int4[], $3::int4[], $4::int4[], $5::text[], $6::int8[])
                     AS s (rule_id, device_id, revision, state, wake_ms)
                 WHERE EXISTS (SELECT FROM devices d WHERE d.workspace_id = $1 AND d.id = s.device_id)
                 ON CONFLICT (workspace_id, rule_id, device_id) DO UPDATE SET revision = excluded.revision,
                     state = excluded.state, wake_ms = excluded.wake_ms";
            let values: [Value; 6] = [
                self.0.workspace.0.into(),
                part.iter().map(|one| one.rule).collect::<Vec<_>>().into(),
                part.iter().map(|one| one.device.0).collect::<Vec<_>>().into(),
                part.iter().map(|one| one.revision).collect::<Vec<_>>().into(),
                json.into(),
                part.iter().map(|one| one.wake_ms.unwrap_or(-1)).collect::<Vec<_>>().into(),
            ];
            sql::execute(&self.0.tx, text, values).await?;
        }
        Ok(())
    }

    /// Forgets what rules remember of devices that are none of theirs any more, and ends their moments.
    ///
    /// # Errors
    /// The database's.
    pub async fn forget(&self, these: &[(i32, DeviceId)]) -> Result<()> {
        let text = "DELETE FROM rule_states s USING unnest($2::int4[], $3::int4[]) AS g (rule_id, device_id)
                    WHERE s.workspace_id = $1 AND s.rule_id = g.rule_id AND s.device_id = g.device_id";
        let values: [Value; 3] = [
            self.0.workspace.0.into(),
            these.iter().map(|(rule, _)| *rule).collect::<Vec<_>>().into(),
            these.iter().map(|(_, device)| device.0).collect::<Vec<_>>().into(),
        ];
        sql::execute(&self.0.tx, text, values).await?;
        Ok(())
    }

    /// Says how far the rules have come.
    ///
    /// # Errors
    /// The database's.
    pub async fn reached(&self, cursor: i64) -> Result<()> {
        let text = "UPDATE rule_cursors SET xid = $2 WHERE workspace_id = $1 AND xid <> $2";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), cursor.into()]).await?;
        Ok(())
    }

    /// A rule has fired.
    ///
    /// # Errors
    /// The database's.
    pub async fn fired(&self, rule: i32, at_ms: i64) -> Result<()> {
        let text = "UPDATE rules SET fired_ms = greatest(fired_ms, $3) WHERE workspace_id = $1 AND id = $2";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), rule.into(), at_ms.into()]).await?;
        Ok(())
    }

    /// Says why a rule can't be evaluated, or that it can.
    ///
    /// # Errors
    /// The database's.
    pub async fn trouble(&self, rule: i32, why: Option<&str>) -> Result<()> {
        let text = "UPDATE rules SET trouble = $3 WHERE workspace_id = $1 AND id = $2 AND trouble IS DISTINCT FROM $3";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), rule.into(), why.into()]).await?;
        Ok(())
    }

    /// Takes the alarms of a rule of which nobody has been told: their numbers, the oldest first, and the first of them whole.
    /// They count as told once this is committed.
    ///
    /// # Errors
    /// The database's.
    pub async fn untold(&self, rule: i32, most: usize) -> Result<(Vec<Alarm>, Vec<i64>)> {
        let text = "UPDATE alarms SET unmailed = false WHERE workspace_id = $1 AND rule_id = $2 AND unmailed RETURNING id";
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into(), rule.into()]).await?;
        let mut ids = rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect::<Result<Vec<i64>>>()?;
        ids.sort_unstable();
        let mut alarms = Vec::new();
        for id in ids.iter().take(most) {
            alarms.extend(super::alarms::Alarms(self.0).get(*id).await?);
        }
        Ok((alarms, ids))
    }
}

fn message(row: &QueryResult) -> Result<HotMessage> {
    let extra = match row.try_get::<Option<Json>>("", "extra")? {
        Some(json) => serde_json::from_value(json).map_err(|e| Error::Unreadable(e.to_string()))?,
        None => Extra::default(),
    };
    Ok(HotMessage {
        device: DeviceId(row.try_get("", "device_id")?),
        ts: row.try_get("", "ts")?,
        seq: row.try_get("", "seq")?,
        arrived_ms: row.try_get("", "arrived")?,
        fields: extra.fields,
        properties: extra.properties,
        component: extra.component,
    })
}
