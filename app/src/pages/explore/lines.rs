//! What is drawn: each value of each line, in the unit in which it is shown, by unit.

use super::Known;
use super::answer::Answer;
use crate::chart::LineLabel;
use model::exploration::{Aggregate, Explored};
use model::group::{Choice, What};
use model::telemetry::{Bucket, Series};
use model::template::Shown;

/// Lines of one unit: they share an axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Panel {
    /// The sign of the unit; empty: none.
    pub(super) unit: String,
    /// What its values are called.
    pub(super) title: String,
    pub(super) series: Vec<Series>,
    pub(super) labels: Vec<LineLabel>,
}

/// A value as people call it: `Temperature`, `Largest Temperature`.
pub(super) fn called(value: &Explored, known: &Known) -> String {
    let choice = known.choices.of(&What::telemetry(value.name.clone()));
    let name = choice.map_or(value.name.as_str(), |choice| choice.label.as_str());
    match value.aggregate {
        Aggregate::Avg => name.to_owned(),
        other => format!("{} · {}", name, other.label().to_lowercase()),
    }
}

/// The unit in which a value is shown, and how it gets there.
fn unit(value: &Explored, choice: Option<&Choice>) -> (String, Option<Shown>) {
    if value.aggregate == Aggregate::Count {
        return (String::new(), None);
    }
    let shown = choice.and_then(|choice| choice.field.as_ref()).map(|field| field.shown.clone());
    let own = choice.map_or("", |choice| choice.unit.as_str());
    match shown {
        Some(shown) if !shown.unit.is_empty() => (shown.unit.clone(), Some(shown)),
        _ => (own.to_owned(), None),
    }
}

/// The lines by unit, in the order in which the units come up.
pub(super) fn panels(answer: &Answer, known: &Known) -> Vec<Panel> {
    let mut panels: Vec<Panel> = Vec::new();
    for (place, value) in answer.exploration.values.iter().enumerate() {
        let choice = known.choices.of(&What::telemetry(value.name.clone()));
        let (unit, shown) = unit(value, choice);
        let one = answer.exploration.one_chart;
        let at = match panels.iter().position(|panel| one || panel.unit == unit) {
            Some(at) => at,
            None => {
                panels.push(Panel { unit: unit.clone(), ..Panel::default() });
                panels.len() - 1
            }
        };
        let name = called(value, known);
        let panel = &mut panels[at];
        // Of several units each axis says its own.
        if panel.unit != unit {
            panel.unit.clear();
        }
        panel.title = if panel.title.is_empty() { name.clone() } else { format!("{}, {name}", panel.title) };
        for line in answer.series.lines.iter().filter(|line| line.name == value.name) {
            let display = match (line.label.as_str(), answer.exploration.values.len()) {
                ("", _) => name.clone(),
                (label, 1) => label.to_owned(),
                (label, _) => format!("{label} · {name}"),
            };
            let key = format!("{place}/{}", line.key);
            let buckets = line.buckets.iter().map(|bucket| made(bucket, value.aggregate, shown.as_ref()));
            panel.series.push(Series {
                name: key.clone(),
                bucket_ms: answer.series.bucket_ms,
                buckets: buckets.collect(),
            });
            panel.labels.push(LineLabel { name: key, display, unit: unit.clone() });
        }
    }
    panels
}

/// A bucket as it is drawn: a mean with the extremes about it, all else as it is.
fn made(bucket: &Bucket, aggregate: Aggregate, shown: Option<&Shown>) -> Bucket {
    // A sum is no value that was measured: what is added to each is added as often as there were any.
    let times = if aggregate == Aggregate::Sum { f64::from(bucket.count) } else { 1.0 };
    let convert = |value: f64| shown.map_or(value, |shown| value * shown.factor + shown.offset * times);
    match aggregate {
        Aggregate::Avg => Bucket {
            min: convert(bucket.min),
            max: convert(bucket.max),
            avg: convert(bucket.avg),
            last: convert(bucket.last),
            ..*bucket
        },
        other => {
            let value = convert(other.of(bucket));
            Bucket { min: value, max: value, avg: value, last: value, count: 1, ts: bucket.ts }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::exploration::Exploration;
    use model::group_series::{GroupLine, GroupSeries};

    fn answer(values: Vec<Explored>) -> Answer {
        let bucket = Bucket { ts: 0, min: 1.0, max: 3.0, avg: 2.0, last: 3.0, count: 4 };
        let line = |name: &str, label: &str| GroupLine {
            name: name.into(),
            key: label.into(),
            label: label.into(),
            devices: 1,
            buckets: vec![bucket],
        };
        let lines = vec![line("t", "a"), line("h", "a"), line("t", "b")];
        let series = GroupSeries { lines, bucket_ms: 10, ..GroupSeries::default() };
        Answer {
            exploration: Exploration { values, ..Exploration::default() },
            from_ms: 0,
            to_ms: 10,
            series,
        }
    }

    #[test]
    fn each_value_of_each_line_is_drawn() {
        let value = |name: &str, aggregate| Explored { name: name.into(), aggregate };
        let one = panels(&answer(vec![value("t", Aggregate::Avg)]), &Known::default());
        assert_eq!((one.len(), one[0].series.len()), (1, 2));
        assert_eq!(one[0].labels[1].display, "b");
        let two =
            panels(&answer(vec![value("t", Aggregate::Max), value("t", Aggregate::Sum)]), &Known::default());
        assert_eq!(two[0].labels[0].display, "a · t · largest");
        let sums: Vec<f64> = two[0].series.iter().map(|series| series.buckets[0].avg).collect();
        assert_eq!(sums, [3.0, 3.0, 8.0, 8.0]);
        let names: std::collections::HashSet<&str> = two[0].series.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names.len(), 4);
    }

    #[test]
    fn one_chart_holds_all_units() {
        let value = |name: &str, aggregate| Explored { name: name.into(), aggregate };
        let mut both = answer(vec![value("t", Aggregate::Avg), value("h", Aggregate::Count)]);
        both.exploration.one_chart = true;
        let one = panels(&both, &Known::default());
        assert_eq!((one.len(), one[0].series.len()), (1, 3));
    }

    #[test]
    fn a_sum_is_converted_as_a_sum() {
        let shown = Shown { factor: 2.0, offset: 10.0, ..Shown::default() };
        let bucket = Bucket { ts: 0, min: 1.0, max: 3.0, avg: 2.0, last: 3.0, count: 4 };
        assert_eq!(made(&bucket, Aggregate::Sum, Some(&shown)).avg, 4.0 * (2.0 * 2.0 + 10.0));
        assert_eq!(made(&bucket, Aggregate::Avg, Some(&shown)).max, 16.0);
    }
}
