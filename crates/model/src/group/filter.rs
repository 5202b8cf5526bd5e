//! What holds of the devices of a group: a tree of conditions, bounded in depth and in number.

use crate::check::Check;
use crate::device::Status;
use crate::id::TemplateId;
use crate::twin::Part;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most conditions of a filter.
pub const CONDITIONS_MAX: usize = 50;
/// How deep conditions may lie, the outermost list counted.
pub const DEPTH_MAX: usize = 4;
/// Most values of a condition.
pub const VALUES_MAX: usize = 1000;
/// Longest text of a value, in characters.
pub const TEXT_MAX: usize = 256;
/// Longest path of a property or field, in names.
pub const PATH_MAX: usize = 8;

/// A tree of conditions. The empty one, which is the usual one, holds of every device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Filter {
    /// All of these hold.
    All(Vec<Filter>),
    /// At least one of these holds.
    Any(Vec<Filter>),
    /// None of these holds.
    None(Vec<Filter>),
    /// This holds.
    Is(Condition),
}

/// One thing that holds of a device. Of what a device doesn't have, only [`Operator::Missing`] holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// What is looked at.
    pub what: What,
    /// How it is compared.
    pub operator: Operator,
    /// With what: texts, numbers and truths.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

/// What of a device is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum What {
    /// Its template; values are templates' numbers.
    Template,
    /// What it connects with.
    Id,
    /// What people call it.
    Name,
    /// Where it belongs; values are organizations' numbers, each of which stands for what lies below it too.
    Organization,
    /// How it stands; values are the words of [`Status`].
    Status,
    /// Whether it is shut out.
    Blocked,
    /// Whether it may connect.
    Approved,
    /// Whether our simulation plays it.
    Simulated,
    /// How long ago it was heard last, in minutes.
    LastSeen,
    /// A property of its twin; the path of names is joined by points, a component's name first.
    Property(Place),
    /// The newest value of a field, by the path under which it is sent.
    Telemetry(String),
}

/// Where a property stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// In which section of the twin.
    pub part: Part,
    /// Names joined by points.
    pub path: String,
}

/// How something is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Operator {
    /// It is this, or one of these.
    Equal,
    /// It is there, and none of these.
    Unequal,
    /// Smaller, or earlier in the order of texts.
    Less,
    /// Not larger.
    AtMost,
    /// Larger.
    More,
    /// Not smaller.
    AtLeast,
    /// The text holds this one, in any case.
    Contains,
    /// The text begins with this one, in any case.
    StartsWith,
    /// It is there.
    Exists,
    /// It is not there.
    Missing,
}

impl Operator {
    /// All there are, in the order in which they are offered.
    pub const ALL: [Operator; 10] = [
        Operator::Equal,
        Operator::Unequal,
        Operator::More,
        Operator::AtLeast,
        Operator::Less,
        Operator::AtMost,
        Operator::Contains,
        Operator::StartsWith,
        Operator::Exists,
        Operator::Missing,
    ];

    /// How many values it takes: from, to.
    pub fn takes(self) -> (usize, usize) {
        match self {
            Operator::Equal | Operator::Unequal => (1, VALUES_MAX),
            Operator::Exists | Operator::Missing => (0, 0),
            _ => (1, 1),
        }
    }
}

impl What {
    /// A field.
    pub fn telemetry(path: impl Into<String>) -> What {
        What::Telemetry(path.into())
    }

    /// A property.
    pub fn property(part: Part, path: impl Into<String>) -> What {
        What::Property(Place { part, path: path.into() })
    }

    /// How it can be compared, whatever its values are.
    pub fn operators(&self) -> &'static [Operator] {
        use Operator::{AtLeast, AtMost, Contains, Equal, Exists, Less, Missing, More, StartsWith, Unequal};
        match self {
            What::Template => &[Equal, Unequal, Exists, Missing],
            What::Id | What::Name => &[Equal, Unequal, Contains, StartsWith],
            What::Organization | What::Status => &[Equal, Unequal],
            What::Blocked | What::Approved | What::Simulated => &[Equal],
            What::LastSeen => &[Less, AtMost, More, AtLeast, Exists, Missing],
            What::Property(_) | What::Telemetry(_) => &Operator::ALL,
        }
    }

    fn path(&self) -> Option<&str> {
        match self {
            What::Property(place) => Some(&place.path),
            What::Telemetry(path) => Some(path),
            _ => None,
        }
    }

    /// What is wrong with a value of it.
    fn refuses(&self, operator: Operator, value: &Value) -> Option<String> {
        let whole = |value: &Value| value.as_i64().is_some_and(|n| i32::try_from(n).is_ok());
        let ok = match self {
            What::Template | What::Organization => whole(value),
            What::Id | What::Name => value.is_string(),
            What::Status => value.as_str().and_then(Status::from_word).is_some(),
            What::Blocked | What::Approved | What::Simulated => value.is_boolean(),
            What::LastSeen => value.as_f64().is_some_and(|n| (0.0..=1e9).contains(&n)),
            What::Property(_) | What::Telemetry(_) => match operator {
                Operator::Contains | Operator::StartsWith => value.is_string(),
                Operator::Less | Operator::AtMost | Operator::More | Operator::AtLeast => {
                    value.is_number() || value.is_string()
                }
                _ => value.is_number() || value.is_string() || value.is_boolean(),
            },
        };
        if !ok {
            return Some(match self {
                What::Template => "A template is chosen here.".into(),
                What::Organization => "An organization is chosen here.".into(),
                What::Status => "A status is chosen here: live, silent or never-connected.".into(),
                What::Blocked | What::Approved | What::Simulated => "Yes or no is chosen here.".into(),
                What::LastSeen => "A number of minutes stands here.".into(),
                What::Id | What::Name => "A text stands here.".into(),
                What::Property(_) | What::Telemetry(_) => {
                    "A text, a number, true or false stands here.".into()
                }
            });
        }
        let text = value.as_str()?;
        if text.chars().count() > TEXT_MAX {
            return Some(format!("At most {TEXT_MAX} characters."));
        }
        if text.is_empty() && matches!(operator, Operator::Contains | Operator::StartsWith) {
            return Some("Say what text is looked for.".into());
        }
        text.chars().any(char::is_control).then(|| "A text here can't hold control characters.".into())
    }
}

impl Default for Filter {
    fn default() -> Filter {
        Filter::All(Vec::new())
    }
}

impl Filter {
    /// A single condition.
    pub fn is(what: What, operator: Operator, values: impl IntoIterator<Item = Value>) -> Filter {
        Filter::Is(Condition { what, operator, values: values.into_iter().collect() })
    }

    /// All devices of this template.
    pub fn of_template(template: TemplateId) -> Filter {
        Filter::All(vec![Filter::is(What::Template, Operator::Equal, [template.0.into()])])
    }

    /// These devices and no others.
    pub fn of_devices(ids: impl IntoIterator<Item = String>) -> Filter {
        Filter::All(vec![Filter::is(What::Id, Operator::Equal, ids.into_iter().map(Value::String))])
    }

    /// What it is made of; nothing where it is a condition.
    pub fn rules(&self) -> &[Filter] {
        match self {
            Filter::All(rules) | Filter::Any(rules) | Filter::None(rules) => rules,
            Filter::Is(_) => &[],
        }
    }

    /// Every condition in it.
    pub fn conditions(&self) -> Vec<&Condition> {
        match self {
            Filter::Is(condition) => vec![condition],
            other => other.rules().iter().flat_map(Filter::conditions).collect(),
        }
    }

    /// The same with its texts trimmed and a list outermost; what is wrong is noted by its place.
    pub fn checked(&self, check: &mut Check) -> Filter {
        let many = self.conditions().len();
        check.that(
            many <= CONDITIONS_MAX,
            "filter",
            format!("At most {CONDITIONS_MAX} conditions; here are {many}."),
        );
        let outermost = match self {
            Filter::Is(_) => &Filter::All(vec![self.clone()]),
            list => list,
        };
        outermost.checked_at("filter", 1, check)
    }

    fn checked_at(&self, place: &str, depth: usize, check: &mut Check) -> Filter {
        if depth > DEPTH_MAX + 1 {
            check.that(false, place, format!("Conditions lie at most {DEPTH_MAX} lists deep."));
            return self.clone();
        }
        let each = |rules: &[Filter], check: &mut Check| {
            let outermost_of_all = depth == 1 && matches!(self, Filter::All(_));
            check.that(
                !rules.is_empty() || outermost_of_all,
                place,
                "This list is empty: add a condition, or remove it.",
            );
            check.that(depth <= DEPTH_MAX, place, format!("Conditions lie at most {DEPTH_MAX} lists deep."));
            let rules = rules.iter().enumerate();
            rules.map(|(i, rule)| rule.checked_at(&format!("{place}/{i}"), depth + 1, check)).collect()
        };
        match self {
            Filter::All(rules) => Filter::All(each(rules, check)),
            Filter::Any(rules) => Filter::Any(each(rules, check)),
            Filter::None(rules) => Filter::None(each(rules, check)),
            Filter::Is(condition) => Filter::Is(condition.checked(place, check)),
        }
    }
}

impl Condition {
    fn checked(&self, place: &str, check: &mut Check) -> Condition {
        let Condition { what, operator, values } = self;
        check.that(what.operators().contains(operator), place, "This can't be compared in that way.");
        let (least, most) = operator.takes();
        check.that(values.len() >= least, place, "Say with what it is compared.");
        check.that(
            values.len() <= most,
            place,
            match most {
                0 => "Nothing is compared here.".to_owned(),
                1 => "It is compared with one value.".to_owned(),
                most => format!("At most {most} values."),
            },
        );
        if let Some(path) = what.path() {
            let names: Vec<&str> = path.split('.').collect();
            let shaped = names.iter().all(|name| !name.is_empty() && !name.chars().any(char::is_control));
            let short = names.len() <= PATH_MAX && path.chars().count() <= TEXT_MAX;
            check.that(
                shaped && short,
                place,
                format!("A path is up to {PATH_MAX} names with points between them."),
            );
        }
        if let Some(wrong) = values.iter().find_map(|value| what.refuses(*operator, value)) {
            check.that(false, place, wrong);
        }
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problems(filter: &Filter) -> Vec<String> {
        let mut check = Check::default();
        filter.checked(&mut check);
        check.done().err().map(|p| p.fields.into_iter().map(|f| f.field).collect()).unwrap_or_default()
    }

    #[test]
    fn a_single_condition_becomes_a_list() {
        let one = Filter::is(What::Blocked, Operator::Equal, [json!(true)]);
        assert_eq!(one.checked(&mut Check::default()), Filter::All(vec![one]));
        assert!(problems(&Filter::default()).is_empty());
        assert_eq!(problems(&Filter::Any(vec![])), ["filter"]);
    }

    #[test]
    fn what_makes_no_sense_is_said_at_its_place() {
        use Operator::{Contains, Equal, Exists, Less, More};
        for (filter, wrong) in [
            (Filter::is(What::Blocked, Equal, [json!("yes")]), true),
            (Filter::is(What::Blocked, More, [json!(true)]), true),
            (Filter::is(What::Name, Contains, [json!("")]), true),
            (Filter::is(What::Name, Contains, [json!("a"), json!("b")]), true),
            (Filter::is(What::Name, Equal, [json!("a\0")]), true),
            (Filter::is(What::Status, Equal, [json!("asleep")]), true),
            (Filter::is(What::Template, Equal, [json!(1.5)]), true),
            (Filter::is(What::Template, Equal, []), true),
            (Filter::is(What::LastSeen, Less, [json!(-1)]), true),
            (Filter::is(What::telemetry("a..b"), Exists, []), true),
            (Filter::is(What::telemetry("a"), Exists, [json!(1)]), true),
            (Filter::is(What::telemetry("a"), Less, [json!(true)]), true),
            (Filter::is(What::telemetry("a"), Equal, [json!({})]), true),
            (Filter::is(What::Name, Equal, [json!("")]), false),
            (Filter::is(What::property(Part::Cloud, "motor.speed"), Less, [json!("2024")]), false),
            (Filter::is(What::Status, Equal, [json!("live"), json!("silent")]), false),
        ] {
            let list = Filter::All(vec![filter]);
            let expected: &[&str] = if wrong { &["filter/0"] } else { &[] };
            assert_eq!(problems(&list), expected, "{list:?}");
        }
    }

    #[test]
    fn trees_are_bounded() {
        let leaf = Filter::is(What::Blocked, Operator::Equal, [json!(true)]);
        let wide = Filter::Any(vec![leaf.clone(); CONDITIONS_MAX + 1]);
        assert_eq!(problems(&wide), ["filter"]);
        let deep = (0..DEPTH_MAX).fold(leaf, |inner, _| Filter::Any(vec![inner]));
        assert!(problems(&deep).is_empty());
        assert!(!problems(&Filter::None(vec![deep.clone()])).is_empty());
        let deepest = (0..500).fold(deep, |inner, _| Filter::Any(vec![inner]));
        assert!(!problems(&deepest).is_empty());
    }
}
