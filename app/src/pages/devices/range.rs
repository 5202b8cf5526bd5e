//! The stretch of time that the charts show, as it stands in the address.

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Shortest stretch that can be zoomed to, in milliseconds.
const SHORTEST_MS: i64 = 1_000;
/// Longest stretch, in milliseconds: ten years.
const LONGEST_MS: i64 = 3_653 * DAY_MS;

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    /// Up to now, moving with it.
    Last(Span),
    /// Standing still, milliseconds since 1970.
    Between {
        /// Inclusive.
        from_ms: i64,
        /// Exclusive.
        to_ms: i64,
    },
}

/// How far back a moving range reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    Minutes15,
    Hour1,
    Hours6,
    Hours24,
    Days7,
    Days30,
    Year1,
}

impl Span {
    pub(super) const ALL: [Span; 7] =
        [Span::Minutes15, Span::Hour1, Span::Hours6, Span::Hours24, Span::Days7, Span::Days30, Span::Year1];

    /// The word in the address.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Span::Minutes15 => "15m",
            Span::Hour1 => "1h",
            Span::Hours6 => "6h",
            Span::Hours24 => "24h",
            Span::Days7 => "7d",
            Span::Days30 => "30d",
            Span::Year1 => "1y",
        }
    }

    /// What people read.
    pub(super) fn label(self) -> &'static str {
        match self {
            Span::Minutes15 => "15 min",
            Span::Hour1 => "1 h",
            Span::Hours6 => "6 h",
            Span::Hours24 => "24 h",
            Span::Days7 => "7 d",
            Span::Days30 => "30 d",
            Span::Year1 => "1 y",
        }
    }

    /// Its length in milliseconds.
    pub(super) fn ms(self) -> i64 {
        match self {
            Span::Minutes15 => 15 * MINUTE_MS,
            Span::Hour1 => HOUR_MS,
            Span::Hours6 => 6 * HOUR_MS,
            Span::Hours24 => DAY_MS,
            Span::Days7 => 7 * DAY_MS,
            Span::Days30 => 30 * DAY_MS,
            Span::Year1 => 365 * DAY_MS,
        }
    }

    fn from_word(word: &str) -> Option<Span> {
        Span::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

impl Default for Range {
    fn default() -> Self {
        Range::Last(Span::Hour1)
    }
}

impl Range {
    /// Reads the parameters of an address; what makes no sense counts as absent.
    pub(super) fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let number = |key| parameter(key).and_then(|text| text.parse::<i64>().ok());
        if let (Some(from), Some(to)) = (number("from"), number("to"))
            && let Some(range) = Range::between(from, to)
        {
            return range;
        }
        parameter("range").and_then(|word| Span::from_word(&word)).map(Range::Last).unwrap_or_default()
    }

    /// A standing range; none where it is empty, backwards or before 1970. Too short a one is widened about its
    /// middle, too long a one cut at its beginning.
    pub(super) fn between(from_ms: i64, to_ms: i64) -> Option<Range> {
        if from_ms < 0 || to_ms <= from_ms || to_ms > i64::MAX / 4 {
            return None;
        }
        let span = to_ms - from_ms;
        let (from_ms, to_ms) = if span < SHORTEST_MS {
            let from = (from_ms + span / 2 - SHORTEST_MS / 2).max(0);
            (from, from + SHORTEST_MS)
        } else {
            (from_ms.max(to_ms - LONGEST_MS), to_ms)
        };
        Some(Range::Between { from_ms, to_ms })
    }

    /// The parameters of the address, without those that say what is the case anyway.
    pub(super) fn parameters(self) -> Vec<(&'static str, String)> {
        match self {
            range if range == Range::default() => Vec::new(),
            Range::Last(span) => vec![("range", span.as_str().to_owned())],
            Range::Between { from_ms, to_ms } => {
                vec![("from", from_ms.to_string()), ("to", to_ms.to_string())]
            }
        }
    }

    /// From and to at this time.
    pub(super) fn bounds(self, now_ms: i64) -> (i64, i64) {
        match self {
            Range::Last(span) => (now_ms - span.ms(), now_ms),
            Range::Between { from_ms, to_ms } => (from_ms, to_ms),
        }
    }

    /// Whether it moves with the time.
    pub(super) fn is_live(self) -> bool {
        matches!(self, Range::Last(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Range {
        Range::read(|key| pairs.iter().find(|(k, _)| *k == key).map(|(_, v)| v.to_string()))
    }

    #[test]
    fn an_address_round_trips() {
        let mut ranges: Vec<Range> = Span::ALL.map(Range::Last).to_vec();
        ranges.extend(Range::between(1_790_000_000_000, 1_790_000_060_000));
        assert_eq!(ranges.len(), 8);
        for range in ranges {
            let written = range.parameters();
            let pairs: Vec<(&str, &str)> = written.iter().map(|(k, v)| (*k, v.as_str())).collect();
            assert_eq!(read(&pairs), range);
        }
    }

    #[test]
    fn nonsense_counts_as_absent() {
        for pairs in [
            &[("range", "fortnight")][..],
            &[("from", "5")],
            &[("from", "9"), ("to", "9")],
            &[("from", "-9"), ("to", "9000000")],
            &[("from", "1"), ("to", "9223372036854775807")],
        ] {
            assert_eq!(read(pairs), Range::default(), "{pairs:?}");
        }
    }

    #[test]
    fn a_zoom_has_its_limits() {
        assert_eq!(Range::between(10_000, 10_010), Some(Range::Between { from_ms: 9_505, to_ms: 10_505 }));
        let Some(Range::Between { from_ms, to_ms }) = Range::between(0, 20 * 366 * DAY_MS) else { panic!() };
        assert_eq!(to_ms - from_ms, LONGEST_MS);
        assert_eq!(Range::Last(Span::Hour1).bounds(HOUR_MS + 5), (5, HOUR_MS + 5));
    }
}
