//! Reads lines: the numbers of devices over time, from chunks and from messages that are not in chunks yet.
//!
//! Chunks of a stretch of days are asked for at once, without their data where their summary answers, and put in order
//! here. Days never share a chunk, so one stretch after the other makes the line.

use super::buckets::{Grid, Line};
use super::compact::{DAY_MS, Kind, WEEKS, begin_of, day_of, first_day_of};
use super::merge::{self, Piece, What};
use super::summary::Summary;
use super::{body, chunk};
use crate::error::Result;
use crate::sql;
use crate::workspace_tx::Snapshot;
use futures::TryStreamExt;
use model::{DeviceId, MetricId};
use sea_orm::{QueryResult, StreamTrait, Value as Bound};
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

/// Devices times days whose chunks are asked for at once: it bounds the memory of a question.
const DEVICE_DAYS: usize = 1000;

/// To walk through so many milliseconds takes less than to ask where there is anything.
const SHORT_MS: i64 = 60 * DAY_MS;

/// What is asked for.
pub(super) struct Ask<'a> {
    pub(super) devices: &'a [DeviceId],
    /// None: all.
    pub(super) metrics: Option<&'a [MetricId]>,
    pub(super) from_ms: i64,
    pub(super) to_ms: i64,
    pub(super) grid: Grid,
}

type Key = (DeviceId, MetricId);
type Points = BTreeMap<Key, Vec<(i64, f64)>>;

/// The lines of each device and metric. One without points in that time is left out.
pub(super) async fn read(snapshot: &Snapshot, ask: &Ask<'_>) -> Result<BTreeMap<Key, Line>> {
    let mut lines = BTreeMap::new();
    if ask.from_ms >= ask.to_ms || ask.devices.is_empty() {
        return Ok(lines);
    }
    let extent = Extent::read(snapshot, ask.to_ms.saturating_sub(ask.from_ms)).await?;
    let (from, to) = (ask.from_ms.max(extent.from_ms), ask.to_ms.min(extent.to_ms));
    let days = if from < to { day_of(from)..day_of(to - 1) + 1 } else { 0..0 };
    for devices in ask.devices.chunks(DEVICE_DAYS / 2) {
        let ask = Ask { devices, grid: ask.grid.clone(), ..*ask };
        let mut hot = hot(snapshot, &ask, &extent.slots).await?;
        let at_once = i32::try_from(DEVICE_DAYS / devices.len()).unwrap_or(1).max(1);
        for begin in days.clone().step_by(at_once as usize) {
            let end = days.end.min(begin + at_once);
            let mut pieces = chunks(snapshot, &ask, begin..end).await?;
            take_hot(&mut hot, begin_of(end), &mut pieces);
            add(snapshot, &ask, &mut lines, pieces).await?;
            // Unpacking is work: others get their turn in between.
            tokio::task::yield_now().await;
        }
        let mut rest = BTreeMap::new();
        take_hot(&mut hot, i64::MAX, &mut rest);
        add(snapshot, &ask, &mut lines, rest).await?;
    }
    Ok(lines)
}

async fn add(
    snapshot: &Snapshot,
    ask: &Ask<'_>,
    lines: &mut BTreeMap<Key, Line>,
    pieces: BTreeMap<Key, Vec<Piece>>,
) -> Result<()> {
    for (key, pieces) in pieces {
        let line = lines.entry(key).or_insert_with(|| Line::new(ask.grid.clone()));
        // Few points stay as they are, so a summary of several is no answer.
        let few = line.keeps_points(pieces.iter().map(|piece| piece.count).sum());
        for mut stretch in merge::stretches(pieces) {
            if stretch.len() > 1 || few {
                fetch_data(snapshot, key, &mut stretch).await?;
            }
            merge::add(line, stretch, ask.from_ms, ask.to_ms)?;
        }
    }
    Ok(())
}

/// Where telemetry is: nobody walks through the years before it.
struct Extent {
    /// The slots whose messages are not in chunks.
    slots: Vec<i32>,
    /// Chunks lie in [from, to), milliseconds since 1970.
    from_ms: i64,
    to_ms: i64,
}

impl Extent {
    /// What of it matters to a question over so many milliseconds.
    async fn read(snapshot: &Snapshot, span_ms: i64) -> Result<Extent> {
        let slots = "ARRAY(SELECT slot FROM tm_slot WHERE state IN ('open', 'closed'))";
        if span_ms <= SHORT_MS {
            let row = sql::one(&snapshot.tx, &format!("SELECT {slots}"), []).await?;
            let slots = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
            return Ok(Extent { slots, from_ms: i64::MIN, to_ms: i64::MAX });
        }
        let statement = format!("SELECT {slots}, min(week), max(week) FROM ({WEEKS}) AS weeks");
        let row = sql::one(&snapshot.tx, &statement, []).await?;
        let Some(row) = row else { return Ok(Extent { slots: Vec::new(), from_ms: 0, to_ms: 0 }) };
        let week = |i| row.try_get_by_index::<Option<i32>>(i);
        let begin = |week: i32| begin_of(first_day_of(week));
        Ok(Extent {
            slots: row.try_get_by_index(0)?,
            from_ms: week(1)?.map_or(0, begin),
            to_ms: week(2)?.map_or(0, |week| begin(week + 1)),
        })
    }
}

async fn hot(snapshot: &Snapshot, ask: &Ask<'_>, slots: &[i32]) -> Result<Points> {
    let statement = sql::statement(
        "SELECT device_id, ts, seq, body FROM tm_hot
         WHERE workspace_id = $1 AND device_id = ANY ($2) AND ts >= $3 AND ts < $4 AND slot = ANY ($5)",
        [
            snapshot.workspace.0.into(),
            ids(ask.devices),
            ask.from_ms.into(),
            ask.to_ms.into(),
            slots.to_vec().into(),
        ],
    );
    let wanted: Option<HashSet<MetricId>> = ask.metrics.map(|metrics| metrics.iter().copied().collect());
    let mut rows = snapshot.tx.stream_raw(statement).await?;
    let mut messages = Vec::new();
    while let Some(row) = rows.try_next().await? {
        let key = (DeviceId(row.try_get_by_index(0)?), row.try_get_by_index::<i64>(1)?);
        messages.push((key, row.try_get_by_index::<i64>(2)?, row.try_get_by_index::<Vec<u8>>(3)?));
    }
    messages.sort_unstable_by_key(|(key, seq, _)| (*key, *seq));
    // A message that came again in a later slot stands here twice, one beside the other.
    messages.dedup_by_key(|(key, seq, _)| (*key, *seq));
    let mut points = Points::new();
    for ((device, ts), _, packed) in messages {
        for (metric, value) in body::unpack(&packed)? {
            if wanted.as_ref().is_none_or(|wanted| wanted.contains(&metric)) {
                points.entry((device, metric)).or_default().push((ts, value));
            }
        }
    }
    Ok(points)
}

/// Moves the points before this time to the pieces.
fn take_hot(hot: &mut Points, before_ms: i64, pieces: &mut BTreeMap<Key, Vec<Piece>>) {
    for (key, points) in hot.iter_mut() {
        let later = points.split_off(points.partition_point(|(ts, _)| *ts < before_ms));
        let these = std::mem::replace(points, later);
        if let Some(piece) = Piece::of_points(these) {
            pieces.entry(*key).or_default().push(piece);
        }
    }
}

async fn chunks(snapshot: &Snapshot, ask: &Ask<'_>, days: Range<i32>) -> Result<BTreeMap<Key, Vec<Piece>>> {
    let mut values: Vec<Bound> = vec![
        snapshot.workspace.0.into(),
        ids(ask.devices),
        days.start.into(),
        days.end.into(),
        ask.from_ms.into(),
        ask.to_ms.into(),
    ];
    let one_bucket = match &ask.grid {
        Grid::Width { width_ms, origin_ms, .. } => {
            values.extend([(*origin_ms).into(), (*width_ms).into()]);
            "(t0 - $7) / $8 = (t1 - $7) / $8"
        }
        Grid::Edges(edges) => {
            values.push(edges.to_vec().into());
            "width_bucket(t0, $7) = width_bucket(t1, $7)"
        }
    };
    let of_metrics = match ask.metrics {
        Some(metrics) => {
            values.push(metrics.iter().map(|m| m.0).collect::<Vec<_>>().into());
            format!("AND metric_id = ANY (${})", values.len())
        }
        None => String::new(),
    };
    let statement = format!(
        "SELECT device_id, metric_id, t0, t1, n, sum, min, max, first, last,
             CASE WHEN n > 0 AND t0 >= $5 AND t1 < $6 AND {one_bucket} THEN NULL ELSE data END
         FROM tm_chunk
         WHERE workspace_id = $1 AND device_id = ANY ($2) {of_metrics} AND kind = {} AND day >= $3 AND day < $4
             AND t1 >= $5 AND t0 < $6",
        Kind::Number as i16
    );
    let mut rows = snapshot.tx.stream_raw(sql::statement(&statement, values)).await?;
    let mut pieces = BTreeMap::<Key, Vec<Piece>>::new();
    while let Some(row) = rows.try_next().await? {
        let key = (DeviceId(row.try_get_by_index(0)?), MetricId(row.try_get_by_index(1)?));
        pieces.entry(key).or_default().push(piece(&row)?);
    }
    Ok(pieces)
}

fn piece(row: &QueryResult) -> Result<Piece> {
    let (t0, t1) = (row.try_get_by_index(2)?, row.try_get_by_index(3)?);
    let count = row.try_get_by_index::<i32>(4)?.unsigned_abs().into();
    let what = match row.try_get_by_index::<Option<Vec<u8>>>(10)? {
        Some(data) => What::Packed(data),
        None => What::Summary(Summary {
            t0,
            t1,
            count,
            sum: row.try_get_by_index(5)?,
            min: row.try_get_by_index(6)?,
            max: row.try_get_by_index(7)?,
            first: row.try_get_by_index(8)?,
            last: row.try_get_by_index(9)?,
        }),
    };
    Ok(Piece { t0, t1, count, what })
}

/// Gets the points of summed up pieces after all: where some overlap, it must be seen which of them are the same. A
/// summary of one point is that point.
async fn fetch_data(snapshot: &Snapshot, (device, metric): Key, stretch: &mut Vec<Piece>) -> Result<()> {
    let mut unknown: Vec<(i64, i64)> = Vec::new();
    stretch.retain(|piece| {
        let summary = matches!(piece.what, What::Summary(Summary { count: 2.., .. }));
        if summary {
            unknown.push((piece.t0, piece.t1));
        }
        !summary
    });
    // Two chunks may begin and end at the same times; either question brings both.
    unknown.sort_unstable();
    unknown.dedup();
    for (t0, t1) in unknown {
        let rows = sql::all(
            &snapshot.tx,
            "SELECT data FROM tm_chunk WHERE workspace_id = $1 AND device_id = $2 AND metric_id = $3 AND kind = 0
                 AND day = $4 AND t0 = $5 AND t1 = $6",
            [
                snapshot.workspace.0.into(),
                device.0.into(),
                metric.0.into(),
                day_of(t0).into(),
                t0.into(),
                t1.into(),
            ],
        )
        .await?;
        for row in rows {
            let (times, values) = chunk::unpack_numbers(&row.try_get_by_index::<Vec<u8>>(0)?)?;
            stretch.extend(Piece::of_points(times.into_iter().zip(values).collect()));
        }
    }
    stretch.sort_by_key(|piece| piece.t0);
    Ok(())
}

fn ids(devices: &[DeviceId]) -> Bound {
    devices.iter().map(|d| d.0).collect::<Vec<_>>().into()
}
