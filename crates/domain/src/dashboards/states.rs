//! States over time, a lane a device; and shares of a whole.

use super::scene::Scene;
use crate::error::Result;
use model::dashboard::{Aggregate, Capability, Lane, Share, Split, Stay, TileData};
use model::device::Device;
use model::template::Shown;
use model::{Code, DeviceId, Problem};
use serde_json::Value;
use store::telemetry::{Summary, Values};

/// Most lanes of a tile, and most stays of a lane.
const LANES_MAX: usize = 40;
const STAYS_MAX: usize = 400;
/// Most shares that are told apart; the rest is one.
const SHARES_MAX: usize = 9;

/// In which state each device was, and how long.
pub(super) async fn states(scene: &Scene<'_>) -> Result<TileData> {
    let wanted = &scene.wanted;
    let devices: Vec<&Device> = scene.devices.iter().take(LANES_MAX).collect();
    let ids: Vec<DeviceId> = devices.iter().map(|device| device.id).collect();
    let names: Vec<String> = scene.capabilities().iter().take(1).map(|c| c.capability.clone()).collect();
    let history = scene.snapshot.history();
    let known = history.names(&names).await?;
    let Some(mut pieces) = history.pieces(&ids, &known, wanted.from_ms, wanted.to_ms).await? else {
        let text = "That is more than a tile can hold. Choose a shorter range, or fewer devices.";
        return Err(Problem::with_detail(Code::Invalid, text).into());
    };
    let end = wanted.to_ms.min(scene.now_ms.max(wanted.from_ms));
    let mut lanes = Vec::new();
    for device in devices {
        let (values, _) = pieces.take(device.id, &known)?;
        let stays = values.into_iter().next().map(|values| stays(values, end)).unwrap_or_default();
        lanes.push(Lane { label: device.name.clone(), device: device.external_id.clone(), stays });
    }
    let left_out = scene.devices.len().saturating_sub(LANES_MAX);
    Ok(TileData::States { lanes, left_out })
}

/// What follows another and says the same is one stay; of very many the newest remain.
fn stays(values: Values, end: i64) -> Vec<Stay> {
    let numbers = values.numbers.into_iter().map(|(ts, number)| (ts, number.to_string()));
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let others = values.others.into_iter().map(|(ts, value)| (ts, text(value)));
    let mut all: Vec<(i64, String)> = numbers.chain(others).collect();
    all.sort_by_key(|(ts, _)| *ts);
    let mut stays: Vec<Stay> = Vec::new();
    for (ts, state) in all {
        match stays.last_mut() {
            Some(last) if last.state == state => last.to_ms = ts,
            _ => {
                if let Some(last) = stays.last_mut() {
                    last.to_ms = ts;
                }
                stays.push(Stay { from_ms: ts, to_ms: ts, state });
            }
        }
    }
    if let Some(last) = stays.last_mut() {
        last.to_ms = end.max(last.from_ms);
    }
    let beyond = stays.len().saturating_sub(STAYS_MAX);
    stays.split_off(beyond)
}

/// What each device, or each value, has of the whole.
pub(super) async fn shares(scene: &Scene<'_>) -> Result<TileData> {
    let wanted = &scene.wanted;
    let metrics = scene.metrics().await?;
    let known: Vec<_> = metrics.iter().flatten().copied().collect();
    let times = (wanted.from_ms, wanted.to_ms);
    let sums = scene.snapshot.history().sums(&scene.ids(), &known, times, None).await?;
    let mut shares = Vec::new();
    let apart = wanted.tile.configuration.split == Split::Device;
    for (capability, metric) in scene.capabilities().iter().zip(&metrics) {
        let (word, shown) = scene.word(capability);
        let of = |device: &Device| {
            let sum = sums.get(&(device.id, (*metric)?))?.first()?;
            Some((device, value(sum, capability, &shown)))
        };
        let values: Vec<(&Device, f64)> = scene.devices.iter().filter_map(of).collect();
        match apart {
            true => shares.extend(
                values.into_iter().map(|(device, value)| Share { label: device.name.clone(), value }),
            ),
            false => {
                let value = values.iter().map(|(_, value)| value).sum();
                shares.push(Share { label: word.label.clone(), value });
            }
        }
    }
    let unit = scene.capabilities().first().map(|c| scene.word(c).0).unwrap_or_default();
    Ok(TileData::Shares { shares: largest(shares), word: unit })
}

fn value(sum: &Summary, capability: &Capability, shown: &Shown) -> f64 {
    let plain = match capability.aggregate_function {
        Aggregate::Avg => sum.sum / sum.count.max(1) as f64,
        Aggregate::Min => sum.min,
        Aggregate::Max => sum.max,
        Aggregate::Sum => sum.sum,
        Aggregate::Last => sum.last,
        Aggregate::Count => return sum.count as f64,
        Aggregate::Rise => return (sum.last - sum.first).max(0.0) * shown.factor,
    };
    shown.convert(plain)
}

/// The largest first; what is beyond those is one share. What is not more than nothing has none.
fn largest(mut shares: Vec<Share>) -> Vec<Share> {
    shares.retain(|share| share.value > 0.0);
    shares.sort_by(|a, b| b.value.total_cmp(&a.value));
    let rest: f64 = shares.iter().skip(SHARES_MAX).map(|share| share.value).sum();
    shares.truncate(SHARES_MAX);
    if rest > 0.0 {
        shares.push(Share { label: "Others".into(), value: rest });
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_stays_the_same_is_one_stay() {
        let others = vec![(1, json!("on")), (2, json!("on")), (5, json!("off")), (9, json!("on"))];
        let stays = stays(Values { numbers: vec![], others }, 20);
        let seen: Vec<_> = stays.iter().map(|s| (s.from_ms, s.to_ms, s.state.as_str())).collect();
        assert_eq!(seen, [(1, 5, "on"), (5, 9, "off"), (9, 20, "on")]);
    }

    #[test]
    fn many_shares_become_one() {
        let all = (0..20).map(|i| Share { label: i.to_string(), value: f64::from(i) }).collect();
        let shares = largest(all);
        assert_eq!((shares.len(), shares[0].value, shares[9].label.as_str()), (10, 19.0, "Others"));
    }
}
