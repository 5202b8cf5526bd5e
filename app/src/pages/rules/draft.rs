//! A rule as a form holds it: words and boxes, which become a rule, and the other way round.

use super::action_draft::ActionDraft;
use super::levels::LevelsDraft;
use model::group::GroupId;
use model::rule::{
    Aggregate, Condition, Definition, Escalation, Fence, NewRule, Node, Operand, Schedule, Severity, Target,
    Test, WindowKind,
};
use model::{Code, OrganizationId, Problem, TemplateId};
use serde_json::Value;

/// Milliseconds of a second.
const SECOND: f64 = 1000.0;
/// Milliseconds of a minute.
const MINUTE: f64 = 60_000.0;

/// A rule in the making. Numbers are as they were typed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    pub name: String,
    pub description: String,
    pub severity: String,
    pub enabled: bool,
    /// `all`, `template`, `organization`, `group` or `devices`.
    pub of: String,
    pub template: String,
    pub organization: String,
    pub group: String,
    /// Ids, with commas or spaces between.
    pub devices: String,
    /// `all` or `any`.
    pub combine: String,
    pub rows: Vec<Row>,
    /// The conditions as JSON, where they stand in groups that rows can't show.
    pub json: Option<String>,
    pub for_seconds: String,
    pub by_hand: bool,
    pub hours: bool,
    pub weekdays: bool,
    /// `08:00`.
    pub from: String,
    pub to: String,
    pub zone: String,
    pub levels: LevelsDraft,
    /// After how many minutes, and whom; empty: nobody.
    pub escalate_minutes: String,
    pub escalate_to: String,
    pub actions: Vec<ActionDraft>,
}

/// A condition in the making.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    /// `telemetry`, `aggregate`, `property`, `cloud`, `silent`, `disconnected`, `command`, `event`.
    pub kind: String,
    pub name: String,
    pub aggregate: String,
    pub window: String,
    /// Of windows and silences, in seconds.
    pub seconds: String,
    pub test: String,
    /// `value`, `property` or `cloud`.
    pub side: String,
    pub value: String,
    pub high: String,
    /// Of areas: `circle`, with its middle as the value and its radius as `high`, or `polygon`, with a corner a line.
    pub shape: String,
    pub hysteresis: String,
}

impl Default for Row {
    fn default() -> Row {
        let text = |text: &str| text.to_owned();
        Row {
            kind: text("telemetry"),
            name: String::new(),
            aggregate: text("average"),
            window: text("sliding"),
            seconds: text("300"),
            test: text("above"),
            side: text("value"),
            value: String::new(),
            high: String::new(),
            shape: text("circle"),
            hysteresis: String::new(),
        }
    }
}

impl Default for Draft {
    fn default() -> Draft {
        let text = |text: &str| text.to_owned();
        Draft {
            name: String::new(),
            description: String::new(),
            severity: text("warning"),
            enabled: true,
            of: text("all"),
            template: String::new(),
            organization: String::new(),
            group: String::new(),
            devices: String::new(),
            combine: text("all"),
            rows: vec![Row::default()],
            json: None,
            for_seconds: text("0"),
            by_hand: false,
            hours: false,
            weekdays: true,
            from: text("08:00"),
            to: text("18:00"),
            zone: text("UTC"),
            levels: LevelsDraft::default(),
            escalate_minutes: text("15"),
            escalate_to: String::new(),
            actions: Vec::new(),
        }
    }
}

impl Draft {
    /// The draft of a rule that is there.
    pub(super) fn of(rule: NewRule) -> Draft {
        let NewRule { name, description, severity, enabled, definition, actions } = rule;
        let mut draft =
            Draft { name, description, severity: severity.as_str().into(), enabled, ..Draft::default() };
        match &definition.target {
            Target::All => {}
            Target::Template { template } => {
                (draft.of, draft.template) = ("template".into(), template.0.to_string());
            }
            Target::Organization { organization } => {
                (draft.of, draft.organization) = ("organization".into(), organization.0.to_string());
            }
            Target::Group { group } => (draft.of, draft.group) = ("group".into(), group.0.clone()),
            Target::Devices { devices } => (draft.of, draft.devices) = ("devices".into(), devices.join(", ")),
        }
        match rows(&definition.when) {
            Some((combine, rows)) => (draft.combine, draft.rows) = (combine.into(), rows),
            None => draft.json = serde_json::to_string_pretty(&definition.when).ok(),
        }
        draft.for_seconds = seconds_text(definition.for_ms);
        draft.by_hand = definition.cleared_by_hand;
        draft.levels = LevelsDraft::of(&definition.levels, draft.rows.first());
        if let Some(escalation) = &definition.escalation {
            draft.escalate_minutes = (escalation.after_ms as f64 / MINUTE).to_string();
            draft.escalate_to = escalation.to.join(", ");
        }
        if let Some(schedule) = &definition.schedule {
            let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
            draft.hours = true;
            draft.weekdays = schedule.days.len() < 7;
            (draft.from, draft.to) = (clock(schedule.from_minute), clock(schedule.to_minute));
            draft.zone.clone_from(&schedule.zone);
        }
        draft.actions = actions.into_iter().map(ActionDraft::of).collect();
        draft
    }

    /// The rule, checked.
    ///
    /// # Errors
    /// Each problem beside its field, as the server would say it.
    pub(super) fn rule(&self) -> Result<NewRule, Problem> {
        let target = match self.of.as_str() {
            "template" => {
                Target::Template { template: TemplateId(number(&self.template, "target.template")?) }
            }
            "organization" => Target::Organization {
                organization: OrganizationId(number(&self.organization, "target.organization")?),
            },
            "group" if self.group.is_empty() => return Err(wrong("target.group", "Choose one.")),
            "group" => Target::Group { group: GroupId(self.group.clone()) },
            "devices" => Target::Devices { devices: words(&self.devices) },
            _ => Target::All,
        };
        let when = match &self.json {
            Some(text) => serde_json::from_str(text)
                .map_err(|why| wrong("when", &format!("This can't be read: {why}.")))?,
            None => {
                let nodes = self
                    .rows
                    .iter()
                    .enumerate()
                    .map(|(i, row)| row.condition(i, &self.combine).map(Node::Is));
                let nodes = nodes.collect::<Result<Vec<_>, _>>()?;
                if self.combine == "any" { Node::Any { any: nodes } } else { Node::All { all: nodes } }
            }
        };
        let schedule = self.hours.then(|| self.schedule()).transpose()?;
        let actions = self.actions.iter().enumerate().map(|(place, action)| action.action(place));
        let actions = actions.collect::<Result<Vec<_>, _>>()?;
        let definition = Definition {
            target,
            when,
            for_ms: milliseconds(&self.for_seconds, "forMs")?,
            schedule,
            lateness_ms: 0,
            cleared_by_hand: self.by_hand,
            levels: self.levels.levels(self.rows.first().filter(|_| self.json.is_none()))?,
            escalation: self.escalation()?,
        };
        let severity = Severity::from_word(&self.severity).unwrap_or_default();
        let (name, description) = (self.name.clone(), self.description.clone());
        NewRule { name, description, severity, enabled: self.enabled, definition, actions }.checked()
    }

    fn escalation(&self) -> Result<Option<Escalation>, Problem> {
        let to = words(&self.escalate_to);
        if to.is_empty() {
            return Ok(None);
        }
        let minutes: f64 = self
            .escalate_minutes
            .trim()
            .parse()
            .map_err(|_| wrong("escalation.afterMs", "A number of minutes."))?;
        Ok(Some(Escalation { after_ms: (minutes * MINUTE).round() as i64, to }))
    }

    fn schedule(&self) -> Result<Schedule, Problem> {
        let minute = |text: &str, field: &str| {
            let (hours, minutes) = text.trim().split_once(':').unwrap_or((text.trim(), "0"));
            match (hours.parse::<u16>(), minutes.parse::<u16>()) {
                (Ok(h), Ok(m)) if h <= 24 && m < 60 => Ok(h * 60 + m),
                _ => Err(wrong(field, "A time of the day, like 08:00.")),
            }
        };
        Ok(Schedule {
            days: if self.weekdays { (1..=5).collect() } else { (1..=7).collect() },
            from_minute: minute(&self.from, "schedule.fromMinute")?,
            to_minute: minute(&self.to, "schedule.toMinute")?,
            zone: self.zone.trim().to_owned(),
        })
    }
}

/// The conditions of one list; nothing where there are groups in groups.
fn rows(when: &Node) -> Option<(&'static str, Vec<Row>)> {
    let (combine, nodes) = match when {
        Node::All { all } => ("all", all.clone()),
        Node::Any { any } => ("any", any.clone()),
        Node::Is(_) => ("all", vec![when.clone()]),
    };
    let rows = nodes.iter().map(|node| match node {
        Node::Is(condition) => Row::of(condition),
        _ => None,
    });
    Some((combine, rows.collect::<Option<Vec<_>>>()?))
}

impl Row {
    /// The row of a condition; nothing where the form has no words for it.
    pub(super) fn of(condition: &Condition) -> Option<Row> {
        let mut row = Row::default();
        let text = |text: &str| text.to_owned();
        let slack = |slack: f64| if slack == 0.0 { String::new() } else { slack.to_string() };
        match condition {
            Condition::Telemetry { metric, test, hysteresis } => {
                (row.kind, row.name, row.hysteresis) =
                    (text("telemetry"), metric.clone(), slack(*hysteresis));
                row.set_test(test)?;
            }
            Condition::Aggregate { metric, of, window, width_ms, test, hysteresis } => {
                (row.kind, row.name, row.hysteresis) =
                    (text("aggregate"), metric.clone(), slack(*hysteresis));
                row.aggregate = word(of)?;
                row.window = word(window)?;
                row.seconds = seconds_text(*width_ms);
                row.set_test(test)?;
            }
            Condition::Property { property, cloud, test } => {
                row.kind = text(if *cloud { "cloud" } else { "property" });
                row.name.clone_from(property);
                row.set_test(test)?;
            }
            Condition::Silent { for_ms } => (row.kind, row.seconds) = (text("silent"), seconds_text(*for_ms)),
            Condition::Disconnected { for_ms } => {
                (row.kind, row.seconds) = (text("disconnected"), seconds_text(*for_ms));
            }
            Condition::CommandFailed { command } => {
                (row.kind, row.name) = (text("command"), command.clone().unwrap_or_default());
            }
            Condition::Event { event } => (row.kind, row.name) = (text("event"), event.clone()),
        }
        Some(row)
    }

    fn set_test(&mut self, test: &Test) -> Option<()> {
        self.test = serde_json::to_value(test).ok()?["is"].as_str()?.to_owned();
        match test {
            Test::Between { low, high } | Test::Outside { low, high } => {
                (self.value, self.high) = (low.to_string(), high.to_string());
            }
            Test::In { values } => self.value = values.iter().map(shown).collect::<Vec<_>>().join(", "),
            Test::Changed => {}
            Test::RisesFaster { by, per_ms } | Test::FallsFaster { by, per_ms } => {
                (self.value, self.high) = (by.to_string(), seconds_text(*per_ms));
            }
            Test::Within { fence } | Test::Beyond { fence } => self.set_fence(fence),
            other => match other.operand()? {
                Operand::Value(value) => self.value = shown(value),
                Operand::Property { property } => {
                    (self.side, self.value) = ("property".into(), property.clone());
                }
                Operand::CloudProperty { cloud_property } => {
                    (self.side, self.value) = ("cloud".into(), cloud_property.clone());
                }
            },
        }
        Some(())
    }

    /// Takes over an area.
    pub(super) fn set_fence(&mut self, fence: &Fence) {
        match fence {
            Fence::Circle { lat, lon, radius } => {
                self.shape = "circle".into();
                (self.value, self.high) = (format!("{lat}, {lon}"), radius.to_string());
            }
            Fence::Polygon { corners } => {
                self.shape = "polygon".into();
                let lines = corners.iter().map(|[lat, lon]| format!("{lat}, {lon}"));
                self.value = lines.collect::<Vec<_>>().join("\n");
            }
        }
    }

    /// The area that stands in the row; nothing where it can't be read.
    pub(super) fn fence(&self) -> Option<Fence> {
        let place = |line: &str| {
            let (lat, lon) = line.split_once(',')?;
            Some([lat.trim().parse::<f64>().ok()?, lon.trim().parse::<f64>().ok()?])
        };
        if self.shape == "polygon" {
            let lines = self.value.lines().map(str::trim).filter(|line| !line.is_empty());
            return Some(Fence::Polygon { corners: lines.map(place).collect::<Option<Vec<_>>>()? });
        }
        let [lat, lon] = place(&self.value)?;
        Some(Fence::Circle { lat, lon, radius: self.high.trim().parse().ok()? })
    }

    pub(super) fn condition(&self, place: usize, combine: &str) -> Result<Condition, Problem> {
        let at = |field: &str| format!("when.{combine}.{place}.{field}");
        let name = self.name.trim().to_owned();
        let slack = match self.hysteresis.trim() {
            "" => Ok(0.0),
            text => text.parse().map_err(|_| wrong(&at("hysteresis"), "A number, or nothing.")),
        };
        Ok(match self.kind.as_str() {
            "aggregate" => Condition::Aggregate {
                metric: name,
                of: of_word::<Aggregate>(&self.aggregate).unwrap_or(Aggregate::Average),
                window: of_word::<WindowKind>(&self.window).unwrap_or(WindowKind::Sliding),
                width_ms: milliseconds(&self.seconds, &at("widthMs"))?,
                test: self.test(&at("test"))?,
                hysteresis: slack?,
            },
            "property" | "cloud" => Condition::Property {
                property: name,
                cloud: self.kind == "cloud",
                test: self.test(&at("test"))?,
            },
            "silent" => Condition::Silent { for_ms: milliseconds(&self.seconds, &at("forMs"))? },
            "disconnected" => Condition::Disconnected { for_ms: milliseconds(&self.seconds, &at("forMs"))? },
            "command" => Condition::CommandFailed { command: Some(name).filter(|name| !name.is_empty()) },
            "event" => Condition::Event { event: name },
            _ => Condition::Telemetry { metric: name, test: self.test(&at("test"))?, hysteresis: slack? },
        })
    }

    fn test(&self, field: &str) -> Result<Test, Problem> {
        let one = |text: &str| text.trim().parse::<f64>().map_err(|_| wrong(field, "Give a number."));
        let operand = || {
            let path = self.value.trim().to_owned();
            match self.side.as_str() {
                "property" => Operand::Property { property: path },
                "cloud" => Operand::CloudProperty { cloud_property: path },
                _ => Operand::Value(value(&self.value)),
            }
        };
        let fence = || {
            let wants = "Draw the area on the map, or give degrees north and east: 52.5, 13.4.";
            self.fence().ok_or_else(|| wrong(field, wants))
        };
        Ok(match self.test.as_str() {
            "at-least" => Test::AtLeast { value: operand() },
            "below" => Test::Below { value: operand() },
            "at-most" => Test::AtMost { value: operand() },
            "equals" => Test::Equals { value: operand() },
            "differs" => Test::Differs { value: operand() },
            "between" => Test::Between { low: one(&self.value)?, high: one(&self.high)? },
            "outside" => Test::Outside { low: one(&self.value)?, high: one(&self.high)? },
            "in" => Test::In { values: self.value.split(',').map(value).collect() },
            "changed" => Test::Changed,
            "within" => Test::Within { fence: fence()? },
            "beyond" => Test::Beyond { fence: fence()? },
            "rises-faster" => {
                Test::RisesFaster { by: one(&self.value)?, per_ms: milliseconds(&self.high, field)? }
            }
            "falls-faster" => {
                Test::FallsFaster { by: one(&self.value)?, per_ms: milliseconds(&self.high, field)? }
            }
            _ => Test::Above { value: operand() },
        })
    }
}

fn word(of: &impl serde::Serialize) -> Option<String> {
    Some(serde_json::to_value(of).ok()?.as_str()?.to_owned())
}

fn of_word<T: serde::de::DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(Value::from(word)).ok()
}

/// A number, true or false, or else a text.
fn value(typed: &str) -> Value {
    let typed = typed.trim();
    match serde_json::from_str::<Value>(typed) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
        _ => Value::from(typed),
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn words(typed: &str) -> Vec<String> {
    let words = typed.split([',', ';', ' ', '\n']).map(str::trim).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

fn seconds_text(ms: i64) -> String {
    (ms as f64 / SECOND).to_string()
}

fn milliseconds(typed: &str, field: &str) -> Result<i64, Problem> {
    let seconds = typed.trim().parse::<f64>().ok().filter(|s| s.is_finite() && (0.0..1e10).contains(s));
    seconds.map(|s| (s * SECOND).round() as i64).ok_or_else(|| wrong(field, "How many seconds: a number."))
}

fn number(typed: &str, field: &str) -> Result<i32, Problem> {
    typed.parse().map_err(|_| wrong(field, "Choose one."))
}

fn wrong(field: &str, text: &str) -> Problem {
    Problem::field(Code::Invalid, field, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn back(definition: Value) -> Draft {
        let rule: NewRule =
            serde_json::from_value(json!({"name": "Too warm", "definition": definition})).unwrap();
        let draft = Draft::of(rule.clone());
        assert_eq!(draft.rule().unwrap(), rule.checked().unwrap());
        draft
    }

    #[test]
    fn a_rule_becomes_a_form_and_comes_back() {
        let draft = back(json!({
            "target": {"of": "devices", "devices": ["pump", "fan"]},
            "when": {"any": [
                {"kind": "telemetry", "metric": "t", "test": {"is": "above", "value": {"property": "limit"}}, "hysteresis": 0.5},
                {"kind": "telemetry", "metric": "mode", "test": {"is": "in", "values": ["auto", 3, true]}},
                {"kind": "aggregate", "metric": "t", "of": "maximum", "window": "tumbling", "widthMs": 60000,
                 "test": {"is": "between", "low": 1.5, "high": 2.0}},
                {"kind": "property", "property": "fw", "cloud": true, "test": {"is": "changed"}},
                {"kind": "command-failed"},
                {"kind": "telemetry", "metric": "at", "test": {"is": "beyond", "fence":
                    {"shape": "circle", "lat": 52.5, "lon": 13.4, "radius": 500.0}}},
                {"kind": "telemetry", "metric": "at", "test": {"is": "within", "fence":
                    {"shape": "polygon", "corners": [[0.0, 0.0], [0.0, 2.5], [2.0, 2.0]]}}},
            ]},
            "schedule": {"days": [1, 2, 3, 4, 5], "fromMinute": 480, "toMinute": 1080, "zone": "Europe/Berlin"},
        }));
        assert_eq!((draft.combine.as_str(), draft.rows.len(), draft.json), ("any", 7, None));
        assert_eq!(draft.rows[6].value, "0, 0\n0, 2.5\n2, 2");
        let draft = back(json!({
            "target": {"of": "template", "template": 3},
            "when": {"all": [{"kind": "silent", "forMs": 1500}, {"kind": "disconnected", "forMs": 0}]},
            "forMs": 2500, "clearedByHand": true,
        }));
        assert_eq!((draft.rows[0].seconds.as_str(), draft.for_seconds.as_str()), ("1.5", "2.5"));
    }

    #[test]
    fn what_rows_can_t_show_stays_as_it_was_written() {
        let draft = back(json!({
            "target": {"of": "all"},
            "when": {"all": [{"any": [{"kind": "silent", "forMs": 1500}]}, {"kind": "disconnected"}]},
        }));
        assert!(draft.json.is_some());
    }

    #[test]
    fn what_is_wrong_is_said_beside_its_field() {
        let mut draft = Draft { name: "x".into(), ..Draft::default() };
        draft.rows[0].name = "t".into();
        draft.rows[0].value = "warm".into();
        assert!(draft.rule().unwrap_err().of_field("when.all.0.test").is_some());
        draft.rows[0].test = "within".into();
        assert!(draft.rule().unwrap_err().of_field("when.all.0.test").unwrap().contains("map"));
        draft.rows[0].test = "above".into();
        draft.rows[0].value = "30".into();
        assert!(draft.rule().is_ok());
        draft.for_seconds = "soon".into();
        assert!(draft.rule().unwrap_err().of_field("forMs").is_some());
    }
}
