//! An exploration as a tile.

use super::tile::{Aggregate, Capability, Configuration, DEVICES_MAX, Kind, Source, Split};
use crate::exploration::{self, Exploration, Time};
use crate::group_series::{By, Whose};

/// Ranges by their length, in minutes.
const RANGES: [(i64, &str); 7] =
    [(15, "15m"), (60, "1h"), (360, "6h"), (1_440, "24h"), (10_080, "7d"), (43_200, "30d"), (525_600, "1y")];

/// What a tile shows that is made of an exploration. Lines by template, organization or property are together in it.
pub fn pinned(exploration: &Exploration) -> Configuration {
    let source = match &exploration.whose {
        Whose::Group(id) => Source::Group(id.clone()),
        Whose::Devices(ids) => Source::Devices(ids.iter().take(DEVICES_MAX).cloned().collect()),
        Whose::All | Whose::Filter(_) => Source::All,
    };
    let capability = |value: &exploration::Explored| Capability {
        capability: value.name.clone(),
        aggregate_function: match value.aggregate {
            exploration::Aggregate::Avg => Aggregate::Avg,
            exploration::Aggregate::Min => Aggregate::Min,
            exploration::Aggregate::Max => Aggregate::Max,
            exploration::Aggregate::Sum => Aggregate::Sum,
            exploration::Aggregate::Count => Aggregate::Count,
            exploration::Aggregate::Last => Aggregate::Last,
        },
        ..Capability::default()
    };
    let range = match exploration.time {
        Time::Last(span) => {
            RANGES.iter().find(|(minutes, _)| minutes * 60_000 == span).map(|(_, word)| *word)
        }
        Time::Between(..) => None,
    };
    Configuration {
        kind: Kind::Line,
        source,
        capabilities: exploration.values.iter().map(capability).collect(),
        split: if exploration.by == By::Device { Split::Device } else { Split::Together },
        range: range.unwrap_or_default().to_owned(),
        ..Configuration::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exploration::Explored;

    #[test]
    fn what_is_looked_at_is_what_the_tile_shows() {
        for (_, word) in RANGES {
            assert!(super::super::RANGES.iter().any(|(known, _)| *known == word), "{word}");
        }
        let exploration = Exploration {
            whose: Whose::Devices(vec!["one".into()]),
            values: vec![Explored { name: "t".into(), aggregate: exploration::Aggregate::Max }],
            by: By::Device,
            time: Time::Last(7 * 86_400_000),
            ..Exploration::default()
        };
        let tile = pinned(&exploration);
        assert_eq!(tile.source, Source::Devices(vec!["one".into()]));
        assert_eq!((tile.split, tile.range.as_str()), (Split::Device, "7d"));
        assert_eq!(tile.capabilities[0].aggregate_function, Aggregate::Max);
        let still = pinned(&Exploration { time: Time::Between(1, 2), ..exploration });
        assert_eq!(still.range, "");
    }
}
