//! Messages as they were kept, newest arrival first, with the refused entries among them.
//!
//! No index is ordered by arrival: it would cost every write. But slots follow each other in time, so the newest
//! slots are asked first, and the walk ends where an older one can hold nothing newer.

use super::{Extra, body, series};
use crate::error::{Error, Result};
use crate::{sql, workspace_tx::WorkspaceTx};
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
    Message(Vec<(MetricId, f64)>, Extra),
    Refused(Refused),
}

/// The page behind the cursor.
pub(super) async fn page(
    tx: &WorkspaceTx,
    device: DeviceId,
    before: Option<RawCursor>,
    limit: u32,
) -> Result<RawPage> {
    let limit = limit.clamp(1, LIMIT_MAX) as usize;
    let before = before.unwrap_or(RawCursor { arrived_ms: i64::MAX, seq: i64::MAX });
    // One more than is shown tells whether there is more.
    let ask = Ask { tx, device, before, rows: limit as i64 + 1 };
    let mut found = ask.refused().await?;
    for (slot, closed_ms) in slots(tx).await? {
        sort(&mut found);
        if found.get(limit).is_some_and(|last| last.at.arrived_ms > closed_ms.saturating_add(SKEW_MS)) {
            break;
        }
        found.extend(ask.messages(slot).await?);
    }
    sort(&mut found);
    let more = found.len() > limit;
    found.truncate(limit);
    let end = found.last().map(|last| last.at).filter(|_| more);
    let names = names(tx, &found).await?;
    Ok(RawPage { messages: found.into_iter().map(|kept| message(kept, &names)).collect(), before: end })
}

/// Newest first; what came again in a later slot stands there once.
fn sort(found: &mut Vec<Kept>) {
    found.sort_by_key(|kept| std::cmp::Reverse((kept.at.arrived_ms, kept.at.seq)));
    let mut seen = HashSet::new();
    found.retain(|kept| matches!(kept.what, What::Refused(_)) || seen.insert((kept.ts, kept.at.seq)));
}

/// All slots, the newest first, with the time when each was closed.
async fn slots(tx: &WorkspaceTx) -> Result<Vec<(i32, i64)>> {
    let rows = sql::all(
        &tx.tx,
        "SELECT slot, (extract(epoch FROM closed_at) * 1000)::int8 FROM tm_slot WHERE state <> 'next' ORDER BY slot DESC",
        [],
    )
    .await?;
    rows.iter()
        .map(|row| {
            Ok((row.try_get_by_index(0)?, row.try_get_by_index::<Option<i64>>(1)?.unwrap_or(i64::MAX)))
        })
        .collect()
}

/// A question, the same to every table.
struct Ask<'a> {
    tx: &'a WorkspaceTx,
    device: DeviceId,
    before: RawCursor,
    rows: i64,
}

impl Ask<'_> {
    async fn messages(&self, slot: i32) -> Result<Vec<Kept>> {
        let rows = self
            .rows(
                "SELECT arrived, seq, ts, body, extra FROM tm_hot
                 WHERE workspace_id = $1 AND device_id = $2 AND (arrived, seq) < ($3, $4) AND slot = $6
                 ORDER BY arrived DESC, seq DESC LIMIT $5",
                Some(slot),
            )
            .await?;
        rows.iter()
            .map(|row| {
                let packed: Vec<u8> = row.try_get_by_index(3)?;
                let extra = match row.try_get_by_index::<Option<Value>>(4)? {
                    Some(json) => {
                        serde_json::from_value(json).map_err(|e| Error::Unreadable(e.to_string()))?
                    }
                    None => Extra::default(),
                };
                kept(row, What::Message(body::unpack(&packed)?.collect(), extra))
            })
            .collect()
    }

    async fn refused(&self) -> Result<Vec<Kept>> {
        let rows = self
            .rows(
                "SELECT arrived, seq, ts, reason, body FROM tm_refused
                 WHERE workspace_id = $1 AND device_id = $2 AND (arrived, seq) < ($3, $4)
                 ORDER BY arrived DESC, seq DESC LIMIT $5",
                None,
            )
            .await?;
        rows.iter()
            .map(|row| {
                let body: Vec<u8> = row.try_get_by_index(4)?;
                let body = String::from_utf8_lossy(&body).chars().take(BODY_SHOWN).collect();
                kept(row, What::Refused(Refused { reason: row.try_get_by_index(3)?, body }))
            })
            .collect()
    }

    async fn rows(&self, statement: &str, slot: Option<i32>) -> Result<Vec<QueryResult>> {
        let mut values: Vec<Bound> = vec![
            self.tx.workspace.0.into(),
            self.device.0.into(),
            self.before.arrived_ms.into(),
            self.before.seq.into(),
            self.rows.into(),
        ];
        values.extend(slot.map(Bound::from));
        sql::all(&self.tx.tx, statement, values).await
    }
}

fn kept(row: &QueryResult, what: What) -> Result<Kept> {
    let at = RawCursor { arrived_ms: row.try_get_by_index(0)?, seq: row.try_get_by_index(1)? };
    Ok(Kept { at, ts: row.try_get_by_index(2)?, what })
}

async fn names(tx: &WorkspaceTx, found: &[Kept]) -> Result<HashMap<MetricId, String>> {
    let mut ids = HashSet::new();
    for kept in found {
        if let What::Message(points, _) = &kept.what {
            ids.extend(points.iter().map(|(metric, _)| metric.0));
        }
    }
    series::metrics(tx, "id = ANY ($2)", ids.into_iter().collect::<Vec<_>>()).await
}

fn message(kept: Kept, names: &HashMap<MetricId, String>) -> RawMessage {
    let (points, extra, refused) = match kept.what {
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
        arrived_ms: kept.at.arrived_ms,
        id: extra.id,
        component: extra.component,
        fields,
        problems: extra.problems,
        properties: extra.properties,
        refused,
    }
}

/// A number as people write it: whole ones without a point.
pub(super) fn number(value: f64) -> Value {
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
