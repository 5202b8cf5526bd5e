//! Figures: one over the range with its trend and the range before, or the newest.

use super::scene::Scene;
use crate::error::Result;
use model::dashboard::{Aggregate, Capability, Figure, TileData};
use model::telemetry::{Bucket, Latest};
use model::template::Shown;
use model::{DeviceId, MetricId};
use serde_json::Value;
use std::collections::HashMap;
use store::telemetry::Summary;

/// Points of a figure's trend.
const TREND: i64 = 40;

/// A figure a value over the range, beside that of the range before.
pub(super) async fn over_the_range(scene: &Scene<'_>) -> Result<TileData> {
    let mut figures = Vec::new();
    let metrics = scene.metrics().await?;
    for (capability, metric) in scene.capabilities().iter().zip(metrics) {
        let mut figure = match (metric, capability.aggregate_function) {
            (None, _) => Figure::default(),
            (Some(metric), Aggregate::Rise) => risen(scene, metric).await?,
            (Some(_), aggregate) => summed(scene, capability, aggregate).await?,
        };
        let (word, shown) = scene.word(capability);
        let convert = |value: f64| match capability.aggregate_function {
            Aggregate::Count => value,
            Aggregate::Rise => value * shown.factor,
            _ => shown.convert(value),
        };
        figure.value = figure.value.and_then(|value| value.as_f64()).map(|value| convert(value).into());
        figure.before = figure.before.map(convert);
        figure.trend.iter_mut().for_each(|(_, value)| *value = convert(*value));
        figure.bounds = bounds(&shown);
        figures.push(Figure { word, ..figure });
    }
    Ok(TileData::Figures { figures, devices: scene.devices.len() })
}

async fn summed(scene: &Scene<'_>, capability: &Capability, aggregate: Aggregate) -> Result<Figure> {
    let wanted = &scene.wanted;
    let span = wanted.to_ms - wanted.from_ms;
    let (begin, step) = (wanted.from_ms - span, (span / TREND).max(1));
    // Both ranges by the same steps, so that one question answers for both.
    let mut edges: Vec<i64> =
        (0..TREND).map(|i| begin + i * step).take_while(|at| *at < wanted.from_ms).collect();
    edges.extend((0..TREND).map(|i| wanted.from_ms + i * step).take_while(|at| *at < wanted.to_ms));
    edges.push(wanted.to_ms);
    let names = [capability.capability.clone()];
    let series = scene.snapshot.history().between(&scene.ids(), &names, &edges).await?;
    let buckets = series.into_iter().next().map(|series| series.buckets).unwrap_or_default();
    let (before, now): (Vec<Bucket>, Vec<Bucket>) =
        buckets.into_iter().partition(|bucket| bucket.ts < wanted.from_ms);
    let trend =
        now.iter().map(|bucket| (bucket.ts, of(std::slice::from_ref(bucket), aggregate).unwrap_or(f64::NAN)));
    let trend = trend.filter(|(_, value)| value.is_finite()).collect();
    Ok(Figure {
        value: of(&now, aggregate).map(Value::from),
        before: of(&before, aggregate),
        trend,
        ..Figure::default()
    })
}

/// One value of many buckets; none where there are none.
fn of(buckets: &[Bucket], aggregate: Aggregate) -> Option<f64> {
    let count: f64 = buckets.iter().map(|b| f64::from(b.count)).sum();
    let sum: f64 = buckets.iter().map(|b| b.avg * f64::from(b.count)).sum();
    if count == 0.0 {
        return None;
    }
    Some(match aggregate {
        Aggregate::Avg | Aggregate::Rise => sum / count,
        Aggregate::Min => buckets.iter().map(|b| b.min).fold(f64::INFINITY, f64::min),
        Aggregate::Max => buckets.iter().map(|b| b.max).fold(f64::NEG_INFINITY, f64::max),
        Aggregate::Sum => sum,
        Aggregate::Count => count,
        Aggregate::Last => buckets.last().map_or(f64::NAN, |b| b.last),
    })
}

/// How much meters have risen, all of them together.
async fn risen(scene: &Scene<'_>, metric: MetricId) -> Result<Figure> {
    let wanted = &scene.wanted;
    let span = wanted.to_ms - wanted.from_ms;
    let history = scene.snapshot.history();
    let risen = |sums: &[Summary]| sums.iter().map(|sum| (sum.last - sum.first).max(0.0)).sum::<f64>();
    let mut totals = Vec::new();
    for times in [(wanted.from_ms, wanted.to_ms), (wanted.from_ms - span, wanted.from_ms)] {
        let sums = history.sums(&scene.ids(), &[metric], times, None).await?;
        totals.push((!sums.is_empty()).then(|| sums.values().map(|sums| risen(sums)).sum::<f64>()));
    }
    let before = totals.pop().flatten();
    let value = totals.pop().flatten().map(Value::from);
    Ok(Figure { value, before, ..Figure::default() })
}

/// The newest of each value: of one device as it is, of many what the tile makes of them.
pub(super) async fn newest(scene: &Scene<'_>) -> Result<TileData> {
    let newest = scene.newest().await?;
    let figure = |capability: &Capability| {
        let (word, shown) = scene.word(capability);
        let (value, at_ms) = joined(&newest, capability);
        let value = value.map(|value| match capability.aggregate_function {
            Aggregate::Count => value,
            _ => shown.value(&value),
        });
        Figure { word, value, at_ms, bounds: bounds(&shown), ..Figure::default() }
    };
    let figures = scene.capabilities().iter().map(figure).collect();
    Ok(TileData::Figures { figures, devices: scene.devices.len() })
}

fn joined(newest: &HashMap<DeviceId, Vec<Latest>>, capability: &Capability) -> (Option<Value>, Option<i64>) {
    let these = || newest.values().flatten().filter(|latest| latest.name == capability.capability);
    let last = these().max_by_key(|latest| latest.ts);
    let at = last.map(|latest| latest.ts);
    let numbers: Vec<f64> = these().filter_map(|latest| latest.value.as_f64()).collect();
    let aggregate = capability.aggregate_function;
    if numbers.is_empty()
        || these().count() == 1 && aggregate != Aggregate::Count
        || aggregate == Aggregate::Last
    {
        return (last.map(|latest| latest.value.clone()), at);
    }
    let sum: f64 = numbers.iter().sum();
    let value = match aggregate {
        Aggregate::Min => numbers.iter().copied().fold(f64::INFINITY, f64::min),
        Aggregate::Max => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Aggregate::Sum => sum,
        Aggregate::Count => numbers.len() as f64,
        Aggregate::Avg | Aggregate::Rise | Aggregate::Last => sum / numbers.len() as f64,
    };
    (Some(value.into()), at)
}

/// The least and the greatest value to expect, as they are shown.
fn bounds(shown: &Shown) -> Option<(f64, f64)> {
    let (min, max) = shown.min.zip(shown.max)?;
    let (a, b) = (shown.convert(min), shown.convert(max));
    Some((a.min(b), a.max(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_newest_values_the_tile_makes_one() {
        let latest = |value: f64, ts| vec![Latest { name: "t".into(), value: value.into(), ts }];
        let newest = HashMap::from([(DeviceId(1), latest(20.0, 5)), (DeviceId(2), latest(24.0, 3))]);
        for (aggregate, value) in [
            (Aggregate::Avg, 22.0),
            (Aggregate::Min, 20.0),
            (Aggregate::Max, 24.0),
            (Aggregate::Sum, 44.0),
            (Aggregate::Count, 2.0),
            (Aggregate::Last, 20.0),
        ] {
            let capability =
                Capability { capability: "t".into(), aggregate_function: aggregate, ..Capability::default() };
            assert_eq!(joined(&newest, &capability), (Some(value.into()), Some(5)), "{aggregate:?}");
        }
        let other = Capability { capability: "u".into(), ..Capability::default() };
        assert_eq!(joined(&newest, &other), (None, None));
    }
}
