//! An exploration in the address of its page.

use super::{Aggregate, Exploration, Explored, SPAN_MAX_MS, Time};
use crate::group::{GroupId, Place};
use crate::group_series::{By, DEVICES_MAX, INTERVAL_MIN_MS, NAMES_MAX, Whose};
use crate::twin::Part;

impl Exploration {
    /// Reads the parameters of an address; what makes no sense there counts as absent. `all` gives every value of a name.
    pub fn read(all: impl Fn(&str) -> Vec<String>) -> Exploration {
        let one = |name: &str| all(name).into_iter().find(|text| !text.is_empty());
        let devices: Vec<String> =
            all("device").into_iter().filter(|id| !id.is_empty()).take(DEVICES_MAX).collect();
        let whose = match one("group") {
            Some(id) => Whose::Group(GroupId(id)),
            None if devices.is_empty() => Whose::All,
            None => Whose::Devices(devices),
        };
        let values = all("value").iter().filter_map(|text| explored(text)).take(NAMES_MAX).collect();
        let by = match one("by").as_deref() {
            Some("device") => By::Device,
            Some("template") => By::Template,
            Some("organization") => By::Organization,
            Some(other) => property(other).map_or(By::Together, By::Property),
            None => By::Together,
        };
        let number = |name: &str| one(name).and_then(|text| text.parse::<i64>().ok());
        let time = match (number("from"), number("to"), number("last")) {
            (Some(from), Some(to), _) if (0..to).contains(&from) && to - from <= SPAN_MAX_MS => {
                Time::Between(from, to)
            }
            (_, _, Some(span)) if (1000..=SPAN_MAX_MS).contains(&span) => Time::Last(span),
            _ => Time::default(),
        };
        let interval_ms = number("interval").filter(|ms| (INTERVAL_MIN_MS..=SPAN_MAX_MS).contains(ms));
        let one_chart = one("axes").as_deref() == Some("one-chart");
        Exploration { whose, values, by, interval_ms, time, one_chart }
    }

    /// The parameters of the address, without those that say what is the case anyway. A filter has no place in one.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut all = Vec::new();
        match &self.whose {
            Whose::All | Whose::Filter(_) => {}
            Whose::Group(id) => all.push(("group", id.to_string())),
            Whose::Devices(ids) => all.extend(ids.iter().map(|id| ("device", id.clone()))),
        }
        for value in &self.values {
            all.push(("value", format!("{}:{}", value.aggregate.as_str(), value.name)));
        }
        match &self.by {
            By::Together => {}
            By::Device => all.push(("by", "device".into())),
            By::Template => all.push(("by", "template".into())),
            By::Organization => all.push(("by", "organization".into())),
            By::Property(place) => all.push(("by", format!("{}:{}", place.part.as_str(), place.path))),
        }
        if let Some(interval) = self.interval_ms {
            all.push(("interval", interval.to_string()));
        }
        match self.time {
            time if time == Time::default() => {}
            Time::Last(span) => all.push(("last", span.to_string())),
            Time::Between(from, to) => all.extend([("from", from.to_string()), ("to", to.to_string())]),
        }
        if self.one_chart {
            all.push(("axes", "one-chart".into()));
        }
        all
    }
}

/// `avg:motor.speed`
fn explored(text: &str) -> Option<Explored> {
    let (word, name) = text.split_once(':')?;
    let aggregate = Aggregate::from_word(word)?;
    (!name.is_empty()).then(|| Explored { name: name.to_owned(), aggregate })
}

/// `reported:site`
fn property(text: &str) -> Option<Place> {
    let (part, path) = text.split_once(':')?;
    let part = Part::from_word(part)?;
    (!path.is_empty()).then(|| Place { part, path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Exploration {
        Exploration::read(|name| {
            pairs.iter().filter(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()).collect()
        })
    }

    #[test]
    fn an_address_round_trips() {
        let value = |name: &str, aggregate| Explored { name: name.into(), aggregate };
        let values = vec![value("a:b", Aggregate::Avg), value("motor.speed", Aggregate::Count)];
        for (whose, by, interval_ms, time) in [
            (Whose::All, By::Together, None, Time::default()),
            (Whose::Group(GroupId("g".into())), By::Device, Some(60_000), Time::Last(3_600_000)),
            (Whose::Devices(vec!["x".into(), "y".into()]), By::Template, None, Time::Between(5, 90_000)),
            (Whose::All, By::Organization, None, Time::Last(SPAN_MAX_MS)),
            (
                Whose::All,
                By::Property(Place { part: Part::Cloud, path: "a.b".into() }),
                None,
                Time::default(),
            ),
        ] {
            let one_chart = interval_ms.is_some();
            let exploration = Exploration { whose, values: values.clone(), by, interval_ms, time, one_chart };
            let written = exploration.parameters();
            let pairs: Vec<(&str, &str)> =
                written.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(read(&pairs), exploration);
        }
    }

    #[test]
    fn nonsense_counts_as_absent() {
        let read = read(&[
            ("value", "nothing"),
            ("value", "median:t"),
            ("by", "moon"),
            ("interval", "1"),
            ("from", "9"),
            ("to", "3"),
            ("last", "x"),
        ]);
        assert_eq!(read, Exploration::default());
    }
}
