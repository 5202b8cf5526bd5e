//! The stretch of time that a dashboard shows: up to now, by the calendar, or standing still; as it stands in the address.

use crate::zone::{civil, midnight_ms};
use model::dashboard::RANGES;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Shortest and longest stretch that stands still, in milliseconds.
const SHORTEST_MS: i64 = 1_000;
const LONGEST_MS: i64 = 3_653 * DAY_MS;

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    /// A word of [`RANGES`].
    Word(&'static str),
    /// Standing still, [from, to) in milliseconds since 1970.
    Between(i64, i64),
}

impl Span {
    /// The word, where it is one that is known.
    pub(super) fn from_word(word: &str) -> Option<Span> {
        RANGES.iter().find(|(known, _)| *known == word).map(|(known, _)| Span::Word(known))
    }

    /// A stretch that stands still; none where it is empty, backwards or before 1970.
    pub(super) fn between(from_ms: i64, to_ms: i64) -> Option<Span> {
        if from_ms < 0 || to_ms <= from_ms || to_ms > i64::MAX / 4 {
            return None;
        }
        let to_ms = to_ms.max(from_ms + SHORTEST_MS);
        Some(Span::Between(from_ms.max(to_ms - LONGEST_MS), to_ms))
    }

    /// Reads the parameters of an address; nothing where they say nothing.
    pub(super) fn read(parameter: impl Fn(&str) -> Option<String>) -> Option<Span> {
        let number = |key| parameter(key).and_then(|text| text.parse::<i64>().ok());
        let between = number("from").zip(number("to")).and_then(|(from, to)| Span::between(from, to));
        between.or_else(|| parameter("range").and_then(|word| Span::from_word(&word)))
    }

    /// The parameters of the address.
    pub(super) fn parameters(self) -> Vec<(&'static str, String)> {
        match self {
            Span::Word(word) => vec![("range", word.to_owned())],
            Span::Between(from, to) => vec![("from", from.to_string()), ("to", to.to_string())],
        }
    }

    /// What people read; empty for one that stands still.
    pub(super) fn label(self) -> &'static str {
        match self {
            Span::Word(word) => {
                RANGES.iter().find(|(known, _)| *known == word).map_or("", |(_, label)| label)
            }
            Span::Between(..) => "",
        }
    }

    /// Whether its end is now, or later.
    pub(super) fn is_live(self) -> bool {
        match self {
            Span::Word(word) => !matches!(word, "yesterday" | "last-week" | "last-month"),
            Span::Between(..) => false,
        }
    }

    /// From and to at this time, in a zone of which `offset` gives a moment's distance from UTC in milliseconds.
    pub(super) fn bounds(self, now_ms: i64, offset: &dyn Fn(i64) -> i64) -> (i64, i64) {
        let word = match self {
            Span::Between(from, to) => return (from, to),
            Span::Word(word) => word,
        };
        let back = |ms: i64| (now_ms - ms, now_ms);
        let today = civil(now_ms + offset(now_ms));
        let local = midnight_ms(today.year, today.month, today.day);
        // 1 January 1970 was a Thursday.
        let weekday = (local.div_euclid(DAY_MS) + 3).rem_euclid(7);
        let monday = local - weekday * DAY_MS;
        let month = |by: i64| midnight_ms(today.year, today.month + by, 1);
        // What clocks show to UTC. Around a change of clocks the second look is the right one.
        let utc = |local: i64| local - offset(local - offset(local));
        let between = |from: i64, to: i64| (utc(from), utc(to));
        match word {
            "15m" => back(15 * MINUTE_MS),
            "1h" => back(HOUR_MS),
            "6h" => back(6 * HOUR_MS),
            "7d" => back(7 * DAY_MS),
            "30d" => back(30 * DAY_MS),
            "1y" => back(365 * DAY_MS),
            "today" => between(local, local + DAY_MS),
            "yesterday" => between(local - DAY_MS, local),
            "this-week" => between(monday, monday + 7 * DAY_MS),
            "last-week" => between(monday - 7 * DAY_MS, monday),
            "this-month" => between(month(0), month(1)),
            "last-month" => between(month(-1), month(0)),
            _ => back(DAY_MS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, String)]) -> Option<Span> {
        Span::read(|key| pairs.iter().find(|(k, _)| *k == key).map(|(_, v)| v.clone()))
    }

    #[test]
    fn an_address_round_trips() {
        let words = RANGES.iter().filter_map(|(word, _)| Span::from_word(word));
        let all: Vec<Span> = words.chain(Span::between(1_790_000_000_000, 1_790_000_060_000)).collect();
        assert_eq!(all.len(), RANGES.len() + 1);
        for span in all {
            assert_eq!(read(&span.parameters()), Some(span));
        }
        assert_eq!(read(&[("range", "fortnight".into())]), None);
        assert_eq!(read(&[("from", "9".into()), ("to", "9".into())]), None);
    }

    #[test]
    fn the_calendar_is_that_of_the_zone() {
        // Wednesday, 25 November 2026, 00:30 in a zone one hour ahead of UTC.
        let now = midnight_ms(2026, 11, 25) - HOUR_MS + 30 * MINUTE_MS;
        let offset = |_: i64| HOUR_MS;
        let bounds = |word| Span::from_word(word).unwrap().bounds(now, &offset);
        let local = |year, month, day| midnight_ms(year, month, day) - HOUR_MS;
        assert_eq!(bounds("today"), (local(2026, 11, 25), local(2026, 11, 26)));
        assert_eq!(bounds("yesterday"), (local(2026, 11, 24), local(2026, 11, 25)));
        assert_eq!(bounds("this-week"), (local(2026, 11, 23), local(2026, 11, 30)));
        assert_eq!(bounds("last-week"), (local(2026, 11, 16), local(2026, 11, 23)));
        assert_eq!(bounds("this-month"), (local(2026, 11, 1), local(2026, 12, 1)));
        assert_eq!(bounds("last-month"), (local(2026, 10, 1), local(2026, 11, 1)));
        assert_eq!(bounds("1h"), (now - HOUR_MS, now));
    }
}
