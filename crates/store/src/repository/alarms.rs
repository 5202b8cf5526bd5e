//! Alarms, and what was said and done of each.

use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::DeviceId;
use model::alarm::{Alarm, AlarmEntry, AlarmQuery, AlarmState, PAGE_MAX};
use model::page::Page;
use model::rule::{Rule, Severity};
use sea_orm::{QueryResult, Value};

/// Most entries of an alarm that are listed; the newest.
const ENTRIES_MAX: i64 = 500;

/// Most alarms of which further people are told at once.
const ESCALATED_MAX: i64 = 200;

/// That a rule has fired, or is worse or less bad than before.
#[derive(Clone, Copy, Debug)]
pub struct Fired<'a> {
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// The time on the wall, milliseconds since 1970.
    pub now_ms: i64,
    /// Why: the conditions that held.
    pub why: &'a str,
    /// What is done there meanwhile, where something is.
    pub maintenance: Option<&'a str>,
}

/// An alarm that a rule has raised, or made worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raised {
    /// Its number.
    pub id: i64,
    /// Whether people are told of it: nobody keeps it quiet, and nobody works there.
    pub is_told: bool,
}

/// The alarms that a scope sees.
pub struct Alarms<'a>(pub(crate) &'a WorkspaceTx);

/// Which alarms of many devices are wanted.
#[derive(Clone, Debug, Default)]
pub struct AlarmsOf {
    /// Of these devices.
    pub devices: Vec<DeviceId>,
    /// Of these severities; none: of all.
    pub severities: Vec<Severity>,
    /// In these states; none: those that are not cleared, or all where times are said.
    pub states: Vec<AlarmState>,
    /// That held at some moment from here to before there, milliseconds since 1970.
    pub times: Option<(i64, i64)>,
}

pub(super) const COLUMNS: &str =
    "a.id, a.rule_id, a.rule_name, a.severity, d.external_id, d.name AS device_name, a.raised_ms, a.last_ms,
    a.count, a.why, a.acknowledged_ms, a.acknowledged_by, a.assigned_to, a.cleared_ms, a.cleared_by, a.quiet_until_ms,
    a.maintenance, a.escalated";
pub(super) const FROM: &str =
    "FROM alarms a JOIN devices d ON d.workspace_id = a.workspace_id AND d.id = a.device_id
    WHERE a.workspace_id = $1";
const STATE: &str =
    "CASE WHEN a.cleared_ms IS NOT NULL THEN 'cleared' WHEN a.acknowledged_ms IS NOT NULL THEN 'acknowledged'
    ELSE 'active' END";

impl Alarms<'_> {
    /// A part of the list, the newest first, with its counts; `total` counts those that are not cleared.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, query: &AlarmQuery) -> Result<Page<Alarm>> {
        let filter = format!(
            "{FROM} AND ($2::text IS NULL OR {STATE} = $2) AND ($3 OR $2 IS NOT NULL OR a.cleared_ms IS NULL)
             AND ($4::text IS NULL OR a.severity = $4) AND ($5::int4 IS NULL OR a.rule_id = $5)
             AND ($6::text IS NULL OR d.external_id = $6) AND ($7::int4 IS NULL OR d.organization_id IN (
                 WITH RECURSIVE below AS (
                     SELECT id FROM organizations WHERE workspace_id = $1 AND id = $7
                     UNION ALL SELECT o.id FROM organizations o JOIN below b ON o.parent_id = b.id
                     WHERE o.workspace_id = $1)
                 SELECT id FROM below))"
        );
        let values: Vec<Value> = vec![
            self.0.workspace.0.into(),
            query.state.map(AlarmState::as_str).into(),
            query.all.into(),
            query.severity.map(Severity::as_str).into(),
            query.rule.into(),
            query.device.clone().into(),
            query.organization.map(|organization| organization.0).into(),
        ];
        let total = self.open().await?;
        let matching: i64 =
            sql::scalar(&self.0.tx, &format!("SELECT count(*) {filter}"), values.clone()).await?;
        let limit = if query.limit <= 0 { PAGE_MAX } else { query.limit.min(PAGE_MAX) };
        let text = format!(
            "SELECT {COLUMNS} {filter} ORDER BY a.raised_ms DESC, a.id DESC LIMIT {limit} OFFSET {}",
            query.offset.max(0)
        );
        let rows = sql::all(&self.0.tx, &text, values).await?;
        Ok(Page { items: rows.iter().map(noun).collect::<Result<_>>()?, matching, total })
    }

    /// The newest of many devices, the newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(&self, of: &AlarmsOf, limit: i64) -> Result<Vec<Alarm>> {
        let (filter, values) = self.filter(of);
        let limit = limit.clamp(1, 1_000);
        let text = format!("SELECT {COLUMNS} {filter} ORDER BY a.raised_ms DESC, a.id DESC LIMIT {limit}");
        sql::all(&self.0.tx, &text, values).await?.iter().map(noun).collect()
    }

    /// How many of them there are of each severity, the worst first.
    ///
    /// # Errors
    /// The database's.
    pub async fn counts(&self, of: &AlarmsOf) -> Result<Vec<(Severity, i64)>> {
        let (filter, values) = self.filter(of);
        let text = format!("SELECT a.severity, count(*) AS count {filter} GROUP BY a.severity");
        let mut counts = Vec::new();
        for row in sql::all(&self.0.tx, &text, values).await? {
            let severity: String = row.try_get("", "severity")?;
            if let Some(severity) = Severity::from_word(&severity) {
                counts.push((severity, row.try_get("", "count")?));
            }
        }
        counts.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
        Ok(counts)
    }

    fn filter(&self, of: &AlarmsOf) -> (String, Vec<Value>) {
        let filter = format!(
            "{FROM} AND a.device_id = ANY ($2) AND (cardinality($3::text[]) = 0 OR a.severity = ANY ($3))
             AND (CASE WHEN cardinality($4::text[]) > 0 THEN {STATE} = ANY ($4)
                       ELSE a.cleared_ms IS NULL OR $5::int8 IS NOT NULL END)
             AND ($5::int8 IS NULL OR (a.raised_ms < $6::int8 AND coalesce(a.cleared_ms, $5) >= $5))"
        );
        let devices: Vec<i32> = of.devices.iter().map(|device| device.0).collect();
        let severities: Vec<String> = of.severities.iter().map(|s| s.as_str().to_owned()).collect();
        let states: Vec<String> = of.states.iter().map(|s| s.as_str().to_owned()).collect();
        let (from, to) = of.times.unzip();
        let values = vec![
            self.0.workspace.0.into(),
            devices.into(),
            severities.into(),
            states.into(),
            from.into(),
            to.into(),
        ];
        (filter, values)
    }

    /// How many are not cleared.
    ///
    /// # Errors
    /// The database's.
    pub async fn open(&self) -> Result<i64> {
        let text = format!("SELECT count(*) {FROM} AND a.cleared_ms IS NULL");
        sql::scalar(&self.0.tx, &text, [self.0.workspace.0.into()]).await
    }

    /// One; nothing where there is none of this number.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: i64) -> Result<Option<Alarm>> {
        let text = format!("SELECT {COLUMNS} {FROM} AND a.id = $2");
        let row = sql::one(&self.0.tx, &text, [self.0.workspace.0.into(), id.into()]).await?;
        row.as_ref().map(noun).transpose()
    }

    /// What was said and done of one, the oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn entries(&self, id: i64) -> Result<Vec<AlarmEntry>> {
        let text = format!(
            "SELECT * FROM (SELECT id, at_ms, kind, by, text FROM alarm_entries WHERE workspace_id = $1 AND alarm_id = $2
                 ORDER BY id DESC LIMIT {ENTRIES_MAX}) AS newest ORDER BY id"
        );
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into(), id.into()]).await?;
        rows.iter()
            .map(|row| {
                Ok(AlarmEntry {
                    at_ms: row.try_get("", "at_ms")?,
                    kind: row.try_get("", "kind")?,
                    by: row.try_get("", "by")?,
                    text: row.try_get("", "text")?,
                })
            })
            .collect()
    }

    /// A rule has fired for a device: raises an alarm, or counts on the one that is open. One that was kept quiet stays so,
    /// also where it had cleared meanwhile.
    ///
    /// # Errors
    /// The database's.
    pub async fn raise(&self, rule: &Rule, device: DeviceId, fired: &Fired<'_>) -> Result<Raised> {
        let text = "INSERT INTO alarms (workspace_id, device_id, rule_id, rule_name, severity, raised_ms, last_ms, why, unmailed,
                 maintenance, quiet_until_ms, escalate_ms)
             SELECT $1, $2, $3, $4, $5, $6, $6, $7, $8 AND $10::text IS NULL AND q.until IS NULL, $10, q.until,
                 CASE WHEN $10::text IS NULL THEN greatest($12::int8, q.until) END
             FROM (SELECT (SELECT CASE WHEN quiet_until_ms > $11 THEN quiet_until_ms END FROM alarms
                 WHERE workspace_id = $1 AND device_id = $2 AND rule_id = $3
                 ORDER BY raised_ms DESC, id DESC LIMIT 1) AS until) q
             ON CONFLICT (workspace_id, rule_id, device_id) WHERE cleared_ms IS NULL
             DO UPDATE SET count = alarms.count + 1, last_ms = greatest(alarms.last_ms, excluded.last_ms),
                 why = excluded.why, severity = excluded.severity, rule_name = excluded.rule_name,
                 -- What happens in a moment is told each time, until somebody has seen it.
                 unmailed = alarms.unmailed OR $9 AND alarms.acknowledged_ms IS NULL AND excluded.maintenance IS NULL
                     AND coalesce(alarms.quiet_until_ms, 0) <= $11
             RETURNING id, count = 1 AS is_new, $10::text IS NULL AND coalesce(quiet_until_ms, 0) <= $11 AS is_told";
        let tells = !rule.actions.is_empty();
        let escalate_ms =
            rule.definition.escalation.as_ref().map(|e| fired.now_ms.saturating_add(e.after_ms));
        let values: [Value; 12] = [
            self.0.workspace.0.into(),
            device.0.into(),
            rule.id.into(),
            rule.name.as_str().into(),
            rule.severity.as_str().into(),
            fired.at_ms.into(),
            fired.why.into(),
            tells.into(),
            (tells && rule.definition.is_momentary()).into(),
            fired.maintenance.into(),
            fired.now_ms.into(),
            escalate_ms.into(),
        ];
        let row = sql::one(&self.0.tx, text, values).await?;
        let row = row.ok_or_else(|| Error::Unreadable("an alarm that was just raised".into()))?;
        let raised = Raised { id: row.try_get("", "id")?, is_told: row.try_get("", "is_told")? };
        if row.try_get("", "is_new")? {
            self.note(raised.id, fired.at_ms, "raised", None, fired.why).await?;
        }
        Ok(raised)
    }

    /// What a rule has raised for a device is as bad as this now; nothing where nothing is open, or that is so already. Where
    /// it is worse than before, people are told again.
    ///
    /// # Errors
    /// The database's.
    pub async fn level(
        &self,
        rule: &Rule,
        device: DeviceId,
        severity: Severity,
        fired: &Fired<'_>,
    ) -> Result<Option<Raised>> {
        let text = "SELECT id, severity, maintenance IS NULL AND coalesce(quiet_until_ms, 0) <= $4 AS is_loud FROM alarms
             WHERE workspace_id = $1 AND rule_id = $2 AND device_id = $3 AND cleared_ms IS NULL FOR UPDATE";
        let values = [self.0.workspace.0.into(), rule.id.into(), device.0.into(), fired.now_ms.into()];
        let Some(row) = sql::one(&self.0.tx, text, values).await? else { return Ok(None) };
        let before: String = row.try_get("", "severity")?;
        let before = Severity::from_word(&before).unwrap_or_default();
        if before == severity {
            return Ok(None);
        }
        let is_loud: bool = row.try_get("", "is_loud")?;
        let is_told = severity > before && is_loud && fired.maintenance.is_none();
        let id: i64 = row.try_get("", "id")?;
        let text = "UPDATE alarms SET severity = $3, why = $4, last_ms = greatest(last_ms, $5), unmailed = unmailed OR $6
             WHERE workspace_id = $1 AND id = $2";
        let values: [Value; 6] = [
            self.0.workspace.0.into(),
            id.into(),
            severity.as_str().into(),
            fired.why.into(),
            fired.at_ms.into(),
            (is_told && !rule.actions.is_empty()).into(),
        ];
        sql::execute(&self.0.tx, text, values).await?;
        let said = format!("{}: {}", severity.label(), fired.why);
        self.note(id, fired.at_ms, "level", None, &said).await?;
        Ok(Some(Raised { id, is_told }))
    }

    /// Takes alarms that nobody has acknowledged by this time, milliseconds since 1970: with their rules. Once this is
    /// committed they are not given again.
    ///
    /// # Errors
    /// The database's.
    pub async fn unacknowledged(&self, now_ms: i64) -> Result<Vec<Alarm>> {
        let text = format!(
            "UPDATE alarms SET escalate_ms = NULL, escalated = true WHERE workspace_id = $1 AND id IN (
                 SELECT id FROM alarms WHERE workspace_id = $1 AND escalate_ms <= $2 AND cleared_ms IS NULL
                     AND acknowledged_ms IS NULL ORDER BY escalate_ms LIMIT {ESCALATED_MAX} FOR UPDATE SKIP LOCKED)
             RETURNING id"
        );
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into(), now_ms.into()]).await?;
        let mut ids = rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect::<Result<Vec<i64>>>()?;
        ids.sort_unstable();
        let mut alarms = Vec::new();
        for id in ids {
            alarms.extend(self.get(id).await?);
        }
        Ok(alarms)
    }

    /// Somebody keeps it quiet until this time, milliseconds since 1970; nothing: people are told again. False where it is
    /// over.
    ///
    /// # Errors
    /// The database's.
    pub async fn quiet(
        &self,
        id: i64,
        until_ms: Option<i64>,
        by: &str,
        at_ms: i64,
        said: &str,
    ) -> Result<bool> {
        let text = "UPDATE alarms SET quiet_until_ms = $3, unmailed = unmailed AND $3::int8 IS NULL,
                        escalate_ms = CASE WHEN escalate_ms IS NOT NULL THEN greatest(escalate_ms, $3) END
                    WHERE workspace_id = $1 AND id = $2 AND cleared_ms IS NULL AND $4::text IS NOT NULL";
        self.changed(id, text, [until_ms.into(), by.into()], (at_ms, "quiet", by, said)).await
    }

    /// What a rule raised for a device is over by itself; tells whether something was open.
    ///
    /// # Errors
    /// The database's.
    pub async fn ended(&self, rule: i32, device: DeviceId, at_ms: i64) -> Result<bool> {
        let text = "UPDATE alarms SET cleared_ms = $4
                    WHERE workspace_id = $1 AND rule_id = $2 AND device_id = $3 AND cleared_ms IS NULL RETURNING id";
        let values = [self.0.workspace.0.into(), rule.into(), device.0.into(), at_ms.into()];
        let Some(row) = sql::one(&self.0.tx, text, values).await? else { return Ok(false) };
        self.note(row.try_get("", "id")?, at_ms, "cleared", None, "").await?;
        Ok(true)
    }

    /// Somebody has seen it; false where somebody had, or it is over.
    ///
    /// # Errors
    /// The database's.
    pub async fn acknowledge(&self, id: i64, by: &str, at_ms: i64) -> Result<bool> {
        let text = "UPDATE alarms SET acknowledged_ms = $3, acknowledged_by = $4
                    WHERE workspace_id = $1 AND id = $2 AND acknowledged_ms IS NULL AND cleared_ms IS NULL";
        self.changed(id, text, [at_ms.into(), by.into()], (at_ms, "acknowledged", by, "")).await
    }

    /// Somebody says that it is over; false where it was.
    ///
    /// # Errors
    /// The database's.
    pub async fn clear(&self, id: i64, by: &str, at_ms: i64) -> Result<bool> {
        let text = "UPDATE alarms SET cleared_ms = $3, cleared_by = $4
                    WHERE workspace_id = $1 AND id = $2 AND cleared_ms IS NULL";
        self.changed(id, text, [at_ms.into(), by.into()], (at_ms, "cleared", by, "")).await
    }

    /// Somebody is to see to it; nothing: nobody. False where that is so already.
    ///
    /// # Errors
    /// The database's.
    pub async fn assign(&self, id: i64, to: Option<&str>, by: &str, at_ms: i64) -> Result<bool> {
        let text = "UPDATE alarms SET assigned_to = $3 WHERE workspace_id = $1 AND id = $2
                    AND assigned_to IS DISTINCT FROM $3 AND $4::text IS NOT NULL";
        self.changed(id, text, [to.into(), by.into()], (at_ms, "assigned", by, to.unwrap_or_default())).await
    }

    /// Clears all that a rule has open, as somebody who takes it away.
    ///
    /// # Errors
    /// The database's.
    pub async fn clear_of(&self, rule: i32, by: &str, at_ms: i64) -> Result<u64> {
        let text = "WITH gone AS (
                UPDATE alarms SET cleared_ms = $3, cleared_by = $4, unmailed = false
                WHERE workspace_id = $1 AND rule_id = $2 AND cleared_ms IS NULL RETURNING id)
            INSERT INTO alarm_entries (workspace_id, alarm_id, at_ms, kind, by, text)
            SELECT $1, id, $3, 'cleared', $4, '' FROM gone";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), rule.into(), at_ms.into(), by.into()])
            .await
    }

    /// Notes something that was said or done.
    ///
    /// # Errors
    /// The database's.
    pub async fn note(&self, id: i64, at_ms: i64, kind: &str, by: Option<&str>, text: &str) -> Result<()> {
        let statement = "INSERT INTO alarm_entries (workspace_id, alarm_id, at_ms, kind, by, text) VALUES ($1, $2, $3, $4, $5, $6)";
        let values: [Value; 6] =
            [self.0.workspace.0.into(), id.into(), at_ms.into(), kind.into(), by.into(), text.into()];
        sql::execute(&self.0.tx, statement, values).await?;
        Ok(())
    }

    async fn changed(
        &self,
        id: i64,
        text: &str,
        values: [Value; 2],
        (at_ms, kind, by, said): (i64, &str, &str, &str),
    ) -> Result<bool> {
        let [a, b] = values;
        let done = sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), id.into(), a, b]).await? > 0;
        if done {
            self.note(id, at_ms, kind, Some(by), said).await?;
        }
        Ok(done)
    }
}

pub(super) fn noun(row: &QueryResult) -> Result<Alarm> {
    let severity: String = row.try_get("", "severity")?;
    let (acknowledged_ms, cleared_ms): (Option<i64>, Option<i64>) =
        (row.try_get("", "acknowledged_ms")?, row.try_get("", "cleared_ms")?);
    let state = match (cleared_ms, acknowledged_ms) {
        (Some(_), _) => AlarmState::Cleared,
        (None, Some(_)) => AlarmState::Acknowledged,
        (None, None) => AlarmState::Active,
    };
    Ok(Alarm {
        id: row.try_get("", "id")?,
        rule: row.try_get("", "rule_id")?,
        rule_name: row.try_get("", "rule_name")?,
        severity: Severity::from_word(&severity).unwrap_or_default(),
        device: row.try_get("", "external_id")?,
        device_name: row.try_get("", "device_name")?,
        state,
        raised_ms: row.try_get("", "raised_ms")?,
        last_ms: row.try_get("", "last_ms")?,
        count: row.try_get("", "count")?,
        why: row.try_get("", "why")?,
        acknowledged_ms,
        acknowledged_by: row.try_get("", "acknowledged_by")?,
        assigned_to: row.try_get("", "assigned_to")?,
        cleared_ms,
        cleared_by: row.try_get("", "cleared_by")?,
        quiet_until_ms: row.try_get("", "quiet_until_ms")?,
        maintenance: row.try_get("", "maintenance")?,
        escalated: row.try_get("", "escalated")?,
    })
}
