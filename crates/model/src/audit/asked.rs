//! Which entries an address asks for: the page, the files and the programming interface read the same words.

use super::{Action, AuditQuery, Subject};
use crate::check::Check;
use crate::problem::Problem;
use crate::storage::{day, day_text};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Longest text that is looked for, in characters.
const TEXT_MAX: usize = 200;

impl AuditQuery {
    /// What may stand in an address.
    pub const NAMES: [&str; 7] = ["from", "to", "actor", "action", "kind", "subject", "before"];

    /// Reads what an address says. A time is a day (UTC) such as `2026-01-31`, or a moment as RFC 3339 writes it; a day as
    /// the end is among what is wanted.
    ///
    /// # Errors
    /// Every problem, by name.
    pub fn read(said: impl Fn(&str) -> Option<String>) -> Result<AuditQuery, Problem> {
        let mut check = Check::default();
        let said = |name: &str| said(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let from_ms = said("from").and_then(|text| check.field("from", moment(&text, 0)));
        let to_ms = said("to").and_then(|text| check.field("to", moment(&text, DAY_MS)));
        let text = |name: &str| said(name).unwrap_or_default();
        let (actor, action, kind, subject) = (text("actor"), text("action"), text("kind"), text("subject"));
        for (name, text) in [("actor", &actor), ("subject", &subject)] {
            check.that(text.chars().count() <= TEXT_MAX, name, format!("At most {TEXT_MAX} characters."));
        }
        let known = action.is_empty() || Action::from_word(&action).is_some();
        let words = Action::ALL.iter().map(|action| action.as_str()).collect::<Vec<_>>().join(", ");
        check.that(known, "action", format!("One of {words}."));
        let known = kind.is_empty() || Subject::from_word(&kind).is_some();
        let words = Subject::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
        check.that(known, "kind", format!("One of {words}."));
        let before = said("before").and_then(|text| {
            let id = text.parse::<i64>().map_err(|_| "The id of an entry is a number.".to_owned());
            check.field("before", id)
        });
        check.done()?;
        Ok(AuditQuery { from_ms, to_ms, actor, action, kind, subject, before, limit: None })
    }

    /// The same back: what [`AuditQuery::read`] reads, with days where they are days.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut all = Vec::new();
        let day = |ms: i64| i32::try_from(ms.div_euclid(DAY_MS)).map(day_text).unwrap_or_default();
        let mut say = |name, value: String| {
            if !value.is_empty() {
                all.push((name, value));
            }
        };
        say("from", self.from_ms.map(day).unwrap_or_default());
        say("to", self.to_ms.map(|ms| day(ms - 1)).unwrap_or_default());
        say("actor", self.actor.clone());
        say("action", self.action.clone());
        say("kind", self.kind.clone());
        say("subject", self.subject.clone());
        say("before", self.before.map(|id| id.to_string()).unwrap_or_default());
        all
    }
}

/// A moment, or the beginning of a day and so much after it.
fn moment(text: &str, after_ms: i64) -> Result<i64, String> {
    if let Ok(day) = day(text) {
        return Ok(i64::from(day) * DAY_MS + after_ms);
    }
    let at = OffsetDateTime::parse(text, &Rfc3339);
    let at =
        at.map_err(|_| "A day such as 2026-01-31, or a time such as 2026-01-31T12:00:00Z.".to_owned())?;
    Ok((at.unix_timestamp_nanos() / 1_000_000) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(said: &[(&str, &str)]) -> Result<AuditQuery, Problem> {
        AuditQuery::read(|name| said.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn addresses_are_read_and_written() {
        let said = [
            ("from", "1970-01-02"),
            ("to", "1970-01-02"),
            ("actor", "ada"),
            ("kind", "device"),
            ("before", "7"),
        ];
        let query = read(&said).unwrap();
        assert_eq!((query.from_ms, query.to_ms), (Some(DAY_MS), Some(2 * DAY_MS)));
        assert_eq!(query.parameters(), said.map(|(n, v)| (n, v.to_owned())));
        assert_eq!(read(&[("from", "1970-01-01T00:00:01Z")]).unwrap().from_ms, Some(1_000));
        assert_eq!(read(&[("actor", " ")]).unwrap(), AuditQuery::default());
        for (name, bad) in [("from", "x"), ("to", "1"), ("action", "no"), ("kind", "no"), ("before", "x")] {
            assert!(read(&[(name, bad)]).unwrap_err().of_field(name).is_some(), "{name}");
        }
    }
}
