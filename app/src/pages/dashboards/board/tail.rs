//! The newest end of lines: only what may have changed is asked for, and put in the place of what was known of it.

use model::dashboard::{Aggregate, Kind, LineOf, Tile, TileData};
use std::collections::HashSet;

/// The newest end is at least so long, in milliseconds: what devices send late belongs to it.
const SHORTEST_MS: i64 = 10_000;
/// It is so many buckets long.
const BUCKETS: i64 = 3;

/// What has come since it was asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct News {
    devices: HashSet<String>,
    names: HashSet<String>,
}

impl News {
    /// Most devices and names that are told apart; of more, every one may have sent.
    const TOLD_APART: usize = 500;

    pub(super) fn add(&mut self, device: &str, names: impl Iterator<Item = impl AsRef<str>>) {
        if self.devices.len() < News::TOLD_APART {
            self.devices.insert(device.to_owned());
        }
        self.names.extend(names.map(|name| name.as_ref().to_owned()).take(News::TOLD_APART));
    }

    pub(super) fn join(&mut self, more: &News) {
        let room = News::TOLD_APART.saturating_sub(self.devices.len());
        self.devices.extend(more.devices.iter().take(room).cloned());
        self.names.extend(more.names.iter().cloned());
    }

    /// Whether the tile may show something else now. Of which devices groups and templates are, the server knows.
    pub(super) fn concern(&self, tile: &Tile) -> bool {
        let configuration = &tile.configuration;
        let device = match &configuration.source {
            model::dashboard::Source::Devices(ids) if self.devices.len() < News::TOLD_APART => {
                ids.iter().any(|id| self.devices.contains(id))
            }
            _ => true,
        };
        let named = configuration.capabilities.iter().any(|one| self.names.contains(&one.capability));
        !self.names.is_empty() && device && (named || matches!(configuration.kind, Kind::Count | Kind::Map))
    }
}

/// Whether what is new in the tile can be asked for by itself, or is little anyway.
pub(super) fn is_quick(tile: &Tile) -> bool {
    matches!(tile.configuration.kind, Kind::Last | Kind::Gauge) || has_tail(tile)
}

/// Whether the newest end of its lines can be asked for by itself.
pub(super) fn has_tail(tile: &Tile) -> bool {
    let configuration = &tile.configuration;
    // How much a meter rose hangs on the reading before.
    let rises = configuration.capabilities.iter().any(|one| one.aggregate_function == Aggregate::Rise);
    matches!(configuration.kind, Kind::Line | Kind::Area) && configuration.range.is_empty() && !rises
}

/// Where the newest end begins, of lines that were asked for up to `known_ms` and have buckets of this width.
pub(super) fn begin(known_ms: i64, bucket_ms: i64) -> i64 {
    let bucket = bucket_ms.max(1);
    let begin = known_ms - (BUCKETS * bucket).max(SHORTEST_MS);
    begin.div_euclid(bucket) * bucket
}

/// Puts the newest end of lines, which begins there, into what was known; what lies before the range is forgotten.
pub(super) fn join(known: &mut TileData, tail: TileData, begin_ms: i64, from_ms: i64) {
    let (TileData::Lines { lines: known, .. }, TileData::Lines { lines: tail, .. }) = (known, tail) else {
        return;
    };
    for line in tail {
        match known.iter_mut().find(|one| one.series.name == line.series.name) {
            Some(one) => grow(one, line, begin_ms),
            None => known.push(line),
        }
    }
    for line in known.iter_mut() {
        let buckets = &mut line.series.buckets;
        // One before the edge stays, so that the line enters the picture.
        let beyond = buckets.partition_point(|bucket| bucket.ts < from_ms).saturating_sub(1);
        buckets.drain(..beyond);
    }
}

fn grow(line: &mut LineOf, tail: LineOf, begin_ms: i64) {
    let buckets = &mut line.series.buckets;
    buckets.truncate(buckets.partition_point(|bucket| bucket.ts < begin_ms));
    let last = buckets.last().map_or(i64::MIN, |bucket| bucket.ts);
    buckets.extend(tail.series.buckets.into_iter().filter(|bucket| bucket.ts > last));
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::dashboard::{Capability, Configuration, Source, Word};
    use model::telemetry::{Bucket, Series};

    fn lines(name: &str, points: &[(i64, f64)]) -> TileData {
        let bucket = |&(ts, v): &(i64, f64)| Bucket { ts, min: v, max: v, avg: v, last: v, count: 1 };
        let series =
            Series { name: name.into(), bucket_ms: 10, buckets: points.iter().map(bucket).collect() };
        let word = Word::default();
        let line = LineOf { word, device: None, capability: "t".into(), before: false, series };
        TileData::Lines { lines: vec![line], devices: 1, left_out: 0 }
    }

    fn points(data: &TileData) -> Vec<(i64, f64)> {
        let TileData::Lines { lines, .. } = data else { panic!("{data:?}") };
        lines[0].series.buckets.iter().map(|bucket| (bucket.ts, bucket.avg)).collect()
    }

    #[test]
    fn the_newest_end_takes_the_place_of_what_was_known() {
        let mut known = lines("a", &[(0, 1.0), (10, 2.0), (20, 3.0), (30, 4.0)]);
        join(&mut known, lines("a", &[(20, 3.5), (30, 4.5), (40, 5.0)]), 20, 0);
        assert_eq!(points(&known), [(0, 1.0), (10, 2.0), (20, 3.5), (30, 4.5), (40, 5.0)]);
        // What lies before the range is forgotten, but for the point by which the line comes in.
        join(&mut known, lines("a", &[(50, 6.0)]), 45, 25);
        assert_eq!(points(&known), [(20, 3.5), (30, 4.5), (40, 5.0), (50, 6.0)]);
        join(&mut known, lines("b", &[(50, 6.0)]), 45, 25);
        let TileData::Lines { lines, .. } = &known else { panic!("{known:?}") };
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn it_begins_with_a_bucket() {
        assert_eq!(begin(100_005, 1_000), 90_000);
        assert_eq!(begin(1_000_000, 60_000), 780_000);
    }

    #[test]
    fn only_what_may_have_changed_is_asked_for() {
        let tile = |source: Source| {
            let capability = Capability { capability: "t".into(), ..Capability::default() };
            let configuration =
                Configuration { source, capabilities: vec![capability], ..Default::default() };
            Tile { id: "a".into(), display_name: "".into(), x: 0, y: 0, width: 1, height: 1, configuration }
        };
        let mut news = News::default();
        assert!(!news.concern(&tile(Source::All)));
        news.add("one", ["t"].iter());
        assert!(news.concern(&tile(Source::All)));
        assert!(news.concern(&tile(Source::Devices(vec!["one".into()]))));
        assert!(!news.concern(&tile(Source::Devices(vec!["two".into()]))));
        let mut other = News::default();
        other.add("one", ["h"].iter());
        assert!(!other.concern(&tile(Source::All)));
    }
}
