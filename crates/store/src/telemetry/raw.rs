//! Messages as they were kept, newest arrival first, with the refused entries among them.
//!
//! No index is ordered by arrival: it would cost every write. But slots follow each other in time, so the newest
//! slots are asked first, and the walk ends where an older one can hold nothing newer. Behind the oldest slot come the
//! messages of which times and values are kept, by their time.

use super::{Extra, body, series, settled};
use crate::error::{Error, Result};
use crate::{sql, workspace_tx::Snapshot};
use model::telemetry::{RawCursor, RawMessage, RawPage, Refused};
use model::{DeviceId, MetricId};
use sea_orm::{QueryResult, Value as Bound};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// Most messages of a page.
const LIMIT_MAX: u32 = 1000;
/// How far the clocks of broker and database may differ, with the time that a batch takes, in milliseconds: a slot holds
/// no arrival later than its closing by more than that.
const SKEW_MS: i64 = 5 * 60 * 1000;
/// How much of a refused body is shown, in characters.
const BODY_SHOWN: usize = 4000;

/// A message before its numbers have names.
struct Kept {
    at: RawCursor,
    ts: i64,
    what: What,
}

enum What {
    Settled(std::collections::BTreeMap<String, Value>),
    Message(Vec<(MetricId, f64)>, Extra),
    Refused(Refused),
}

/// The page behind the cursor.
pub(super) async fn page(
    tx: &Snapshot,
    device: DeviceId,
    before: Option<RawCursor>,
    limit: u32,
) -> Result<RawPage> {
    let limit = limit.clamp(1, LIMIT_MAX) as usize;
    let start = RawCursor { arrived_ms: i64::MAX, seq: i64::MAX, settled: false };
    // One more than is shown tells whether there is more.
    let ask = Ask { tx, device, before: before.unwrap_or(start), rows: limit + 1 };
    let slots = slots(tx).await?;
    // While the first slot is there, all messages are.
    let horizon_ms = match slots.last() {
        Some(Slot { number: 1, .. }) => i64::MIN,
        Some(oldest) => oldest.opened_ms.saturating_sub(SKEW_MS),
        None => i64::MAX,
    };
    let mut found = Vec::new();
    if !ask.before.settled {
        found = ask.received(&slots, horizon_ms).await?;
    }
    if found.len() <= limit {
        let from = if ask.before.settled { ask.before } else { RawCursor { settled: true, ..start } };
        found.extend(Ask { before: from, rows: limit + 1 - found.len(), ..ask }.settled(horizon_ms).await?);
    }
    let more = found.len() > limit;
    found.truncate(limit);
    let end = found.last().map(|last| last.at).filter(|_| more);
    let names = names(tx, &found).await?;
    Ok(RawPage { messages: found.into_iter().map(|kept| message(kept, &names)).collect(), before: end })
}

/// Messages and refused entries of [from, to) by their own times, oldest first.
pub(super) async fn between(
    tx: &Snapshot,
    device: DeviceId,
    from_ms: i64,
    to_ms: i64,
) -> Result<Vec<RawMessage>> {
    let values = || -> [Bound; 4] { [tx.workspace.0.into(), device.0.into(), from_ms.into(), to_ms.into()] };
    let rows = sql::all(
        &tx.tx,
        "SELECT arrived, seq, ts, body, extra FROM tm_hot
         WHERE workspace_id = $1 AND device_id = $2 AND ts >= $3 AND ts < $4
             AND slot = ANY (ARRAY(SELECT slot FROM tm_slot WHERE state IN ('open', 'closed', 'compacted')))",
        values(),
    )
    .await?;
    let mut found = rows.iter().map(received).collect::<Result<Vec<_>>>()?;
    found.sort_by_key(|kept| (kept.ts, kept.at.seq));
    found.dedup_by_key(|kept| (kept.ts, kept.at.seq));
    let rows = sql::all(
        &tx.tx,
        "SELECT arrived, seq, ts, reason, body FROM tm_refused
         WHERE workspace_id = $1 AND device_id = $2 AND ts >= $3 AND ts < $4",
        values(),
    )
    .await?;
    for row in &rows {
        found.push(refused(row)?);
    }
    let at = |ts| RawCursor { arrived_ms: ts, seq: i64::MIN, settled: true };
    let settled = settled::between(tx, device, from_ms, to_ms).await?;
    found.extend(settled.into_iter().map(|m| Kept { at: at(m.ts), ts: m.ts, what: What::Settled(m.fields) }));
    found.sort_by_key(|kept| (kept.ts, kept.at.arrived_ms, kept.at.seq));
    let names = names(tx, &found).await?;
    Ok(found.into_iter().map(|kept| message(kept, &names)).collect())
}

/// Newest first; what came again in a later slot stands there once.
fn sort(found: &mut Vec<Kept>) {
    found.sort_by_key(|kept| std::cmp::Reverse((kept.at.arrived_ms, kept.at.seq)));
    let mut seen = HashSet::new();
    found.retain(|kept| matches!(kept.what, What::Refused(_)) || seen.insert((kept.ts, kept.at.seq)));
}

/// A slot whose messages are whole.
struct Slot {
    number: i32,
    opened_ms: i64,
    closed_ms: i64,
}

/// The newest first.
async fn slots(tx: &Snapshot) -> Result<Vec<Slot>> {
    let rows = sql::all(
        &tx.tx,
        "SELECT slot, (extract(epoch FROM opened_at) * 1000)::int8, (extract(epoch FROM closed_at) * 1000)::int8
         FROM tm_slot WHERE state IN ('open', 'closed', 'compacted') ORDER BY slot DESC",
        [],
    )
    .await?;
    let time = |row: &QueryResult, i| row.try_get_by_index::<Option<i64>>(i);
    rows.iter()
        .map(|row| {
            let (opened_ms, closed_ms) =
                (time(row, 1)?.unwrap_or(i64::MIN), time(row, 2)?.unwrap_or(i64::MAX));
            Ok(Slot { number: row.try_get_by_index(0)?, opened_ms, closed_ms })
        })
        .collect()
}

/// A question, the same to every table.
struct Ask<'a> {
    tx: &'a Snapshot,
    device: DeviceId,
    before: RawCursor,
    rows: usize,
}

impl Ask<'_> {
    /// Messages as they were received, and what was refused since the oldest slot was opened.
    async fn received(&self, slots: &[Slot], horizon_ms: i64) -> Result<Vec<Kept>> {
        let mut found = self.refused(horizon_ms, i64::MAX).await?;
        for slot in slots {
            sort(&mut found);
            let last = found.get(self.rows - 1);
            if last.is_some_and(|last| last.at.arrived_ms > slot.closed_ms.saturating_add(SKEW_MS)) {
                break;
            }
            found.extend(self.messages(slot.number).await?);
        }
        sort(&mut found);
        found.truncate(self.rows);
        Ok(found)
    }

    /// Messages of which times and values are kept, and what was refused before the oldest slot was opened.
    async fn settled(&self, horizon_ms: i64) -> Result<Vec<Kept>> {
        let mut found = self.refused(i64::MIN, horizon_ms).await?;
        // Of one millisecond, a message stands behind what was refused.
        let at = |ts| RawCursor { arrived_ms: ts, seq: i64::MIN, settled: true };
        let end_ms = self.before.arrived_ms.saturating_add(i64::from(self.before.seq > i64::MIN));
        let messages = settled::before(self.tx, self.device, end_ms, self.rows).await?;
        found.extend(messages.into_iter().map(|m| Kept {
            at: at(m.ts),
            ts: m.ts,
            what: What::Settled(m.fields),
        }));
        found.iter_mut().for_each(|kept| kept.at.settled = true);
        sort(&mut found);
        found.truncate(self.rows);
        Ok(found)
    }

    async fn messages(&self, slot: i32) -> Result<Vec<Kept>> {
        let rows = self
            .rows(
                "SELECT arrived, seq, ts, body, extra FROM tm_hot
                 WHERE workspace_id = $1 AND device_id = $2 AND (arrived, seq) < ($3, $4) AND slot = $6
                 ORDER BY arrived DESC, seq DESC LIMIT $5",
                [slot.into()],
            )
            .await?;
        rows.iter().map(received).collect()
    }

    /// What was refused in [from, to).
    async fn refused(&self, from_ms: i64, to_ms: i64) -> Result<Vec<Kept>> {
        let rows = self
            .rows(
                "SELECT arrived, seq, ts, reason, body FROM tm_refused
                 WHERE workspace_id = $1 AND device_id = $2 AND (arrived, seq) < ($3, $4)
                     AND arrived >= $6 AND arrived < $7
                 ORDER BY arrived DESC, seq DESC LIMIT $5",
                [from_ms.into(), to_ms.into()],
            )
            .await?;
        rows.iter().map(refused).collect()
    }

    async fn rows(&self, statement: &str, more: impl IntoIterator<Item = Bound>) -> Result<Vec<QueryResult>> {
        let mut values: Vec<Bound> = vec![
            self.tx.workspace.0.into(),
            self.device.0.into(),
            self.before.arrived_ms.into(),
            self.before.seq.into(),
            (self.rows as i64).into(),
        ];
        values.extend(more);
        sql::all(&self.tx.tx, statement, values).await
    }
}

fn received(row: &QueryResult) -> Result<Kept> {
    let packed: Vec<u8> = row.try_get_by_index(3)?;
    let extra = match row.try_get_by_index::<Option<Value>>(4)? {
        Some(json) => serde_json::from_value(json).map_err(|e| Error::Unreadable(e.to_string()))?,
        None => Extra::default(),
    };
    kept(row, What::Message(body::unpack(&packed)?.collect(), extra))
}

fn refused(row: &QueryResult) -> Result<Kept> {
    let body: Vec<u8> = row.try_get_by_index(4)?;
    let body = String::from_utf8_lossy(&body).chars().take(BODY_SHOWN).collect();
    kept(row, What::Refused(Refused { reason: row.try_get_by_index(3)?, body }))
}

fn kept(row: &QueryResult, what: What) -> Result<Kept> {
    let (arrived_ms, seq) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    let at = RawCursor { arrived_ms, seq, settled: false };
    Ok(Kept { at, ts: row.try_get_by_index(2)?, what })
}

async fn names(tx: &Snapshot, found: &[Kept]) -> Result<HashMap<MetricId, String>> {
    let mut ids = HashSet::new();
    for kept in found {
        if let What::Message(points, _) = &kept.what {
            ids.extend(points.iter().map(|(metric, _)| metric.0));
        }
    }
    series::metrics(tx, "id = ANY ($2)", ids.into_iter().collect::<Vec<_>>()).await
}

fn message(kept: Kept, names: &HashMap<MetricId, String>) -> RawMessage {
    let arrived_ms = (!matches!(kept.what, What::Settled(_))).then_some(kept.at.arrived_ms);
    let (points, extra, refused) = match kept.what {
        What::Settled(fields) => (Vec::new(), Extra { fields, ..Extra::default() }, None),
        What::Message(points, extra) => (points, extra, None),
        What::Refused(refused) => (Vec::new(), Extra::default(), Some(refused)),
    };
    let mut fields: std::collections::BTreeMap<String, Value> = points
        .into_iter()
        .map(|(metric, value)| {
            (names.get(&metric).cloned().unwrap_or_else(|| format!("#{metric}")), number(value))
        })
        .collect();
    // What is kept beside the numbers is exact, so it goes over them.
    fields.extend(extra.fields);
    RawMessage {
        ts: kept.ts,
        arrived_ms,
        id: extra.id,
        component: extra.component,
        fields,
        problems: extra.problems,
        properties: extra.properties,
        refused,
    }
}

/// A number as people write it: whole ones without a point.
pub fn number(value: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT && !(value == 0.0 && value.is_sign_negative()) {
        return Value::from(value as i64);
    }
    Value::from(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn whole_numbers_have_no_point() {
        for (value, text) in
            [(21.0, "21"), (-3.0, "-3"), (21.5, "21.5"), (1e300, "1e+300"), (0.1, "0.1"), (0.0, "0")]
        {
            assert_eq!(number(value).to_string(), text);
        }
        assert_eq!(number(-0.0), json!(-0.0));
    }
}
