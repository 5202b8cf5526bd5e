//! A filter while it is built: each list and each condition with signals of its own, so that a change of one redraws no
//! other.

use leptos::prelude::*;
use model::check::Check;
use model::group::{Choices, Condition, Filter, Kind, Operator, What};
use serde_json::Value;

/// A list of rules.
#[derive(Clone, Copy)]
pub(super) struct List {
    pub(super) key: u32,
    /// `all`, `any` or `none`.
    pub(super) how: RwSignal<String>,
    pub(super) rules: RwSignal<Vec<Rule>>,
}

/// A rule of a list.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    List(List),
    Is(Row),
}

/// A condition.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) key: u32,
    pub(super) what: RwSignal<What>,
    pub(super) operator: RwSignal<Operator>,
    /// What is typed.
    pub(super) text: RwSignal<String>,
    /// What is chosen.
    pub(super) values: RwSignal<Vec<Value>>,
}

/// Gives each part a number of its own.
#[derive(Clone, Copy)]
pub(super) struct Keys(StoredValue<u32>);

impl Keys {
    pub(super) fn new() -> Keys {
        Keys(StoredValue::new(0))
    }

    fn next(self) -> u32 {
        self.0.update_value(|key| *key += 1);
        self.0.get_value()
    }
}

impl Rule {
    pub(super) fn key(&self) -> u32 {
        match self {
            Rule::List(list) => list.key,
            Rule::Is(row) => row.key,
        }
    }
}

impl List {
    /// An empty one.
    pub(super) fn empty(keys: Keys, how: &str) -> List {
        List { key: keys.next(), how: RwSignal::new(how.to_owned()), rules: RwSignal::new(Vec::new()) }
    }

    /// As the filter has it.
    pub(super) fn of(keys: Keys, filter: &Filter) -> List {
        let how = match filter {
            Filter::Any(_) => "any",
            Filter::None(_) => "none",
            Filter::All(_) | Filter::Is(_) => "all",
        };
        let list = List::empty(keys, how);
        let one = std::slice::from_ref(filter);
        let rules = if matches!(filter, Filter::Is(_)) { one } else { filter.rules() };
        let rules = rules.iter().map(|rule| match rule {
            Filter::Is(condition) => Rule::Is(Row::of(keys, condition)),
            list => Rule::List(List::of(keys, list)),
        });
        list.rules.set(rules.collect());
        list
    }

    /// The filter as it stands.
    pub(super) fn filter(self) -> Filter {
        let rules = self.rules.get();
        let rules = rules
            .into_iter()
            .map(|rule| match rule {
                Rule::List(list) => list.filter(),
                Rule::Is(row) => Filter::Is(row.condition()),
            })
            .collect();
        match self.how.get().as_str() {
            "any" => Filter::Any(rules),
            "none" => Filter::None(rules),
            _ => Filter::All(rules),
        }
    }

    pub(super) fn remove(self, key: u32) {
        self.rules.update(|rules| rules.retain(|rule| rule.key() != key));
    }
}

impl Row {
    /// A condition that nobody has filled in.
    pub(super) fn fresh(keys: Keys) -> Row {
        Row::of(keys, &Condition { what: What::Template, operator: Operator::Equal, values: Vec::new() })
    }

    fn of(keys: Keys, condition: &Condition) -> Row {
        let text = match condition.values.first() {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        Row {
            key: keys.next(),
            what: RwSignal::new(condition.what.clone()),
            operator: RwSignal::new(condition.operator),
            text: RwSignal::new(text),
            values: RwSignal::new(condition.values.clone()),
        }
    }

    /// The condition as it stands.
    pub(super) fn condition(self) -> Condition {
        let (what, operator) = (self.what.get(), self.operator.get());
        let values = self.values.get();
        let values = if operator.takes().1 == 0 { Vec::new() } else { values };
        Condition { what, operator, values }
    }

    /// Looks at something else: an operator that fits stays, values don't.
    pub(super) fn look_at(self, what: What) {
        let operators = what.operators();
        if !operators.contains(&self.operator.get_untracked()) {
            self.operator.set(operators.first().copied().unwrap_or(Operator::Equal));
        }
        let values = match what {
            What::Blocked | What::Approved | What::Simulated => vec![Value::Bool(true)],
            _ => Vec::new(),
        };
        self.text.set(String::new());
        self.values.set(values);
        self.what.set(what);
    }
}

/// What the values of something are.
pub(super) fn kind(what: &What, choices: &Choices) -> Kind {
    match what {
        What::Template | What::Organization | What::Status => Kind::Choice,
        What::Id | What::Name => Kind::Text,
        What::Blocked | What::Approved | What::Simulated => Kind::Bool,
        What::LastSeen => Kind::Number,
        What::Property(_) | What::Telemetry(_) => choices.of(what).map_or(Kind::Text, |choice| choice.kind),
    }
}

/// The operators that make sense for values of this kind.
pub(super) fn operators(what: &What, kind: Kind) -> Vec<Operator> {
    use Operator::{AtLeast, AtMost, Contains, Equal, Exists, Less, Missing, More, StartsWith, Unequal};
    let sensible: &[Operator] = match (what, kind) {
        (What::Property(_) | What::Telemetry(_), Kind::Number) => {
            &[Equal, Unequal, More, AtLeast, Less, AtMost, Exists, Missing]
        }
        (What::Property(_) | What::Telemetry(_), Kind::Text) => {
            &[Equal, Unequal, Contains, StartsWith, More, AtLeast, Less, AtMost, Exists, Missing]
        }
        (What::Property(_) | What::Telemetry(_), Kind::Bool) => &[Equal, Exists, Missing],
        (What::Property(_) | What::Telemetry(_), Kind::Choice) => &[Equal, Unequal, Exists, Missing],
        (What::Property(_) | What::Telemetry(_), Kind::Other) => &[Exists, Missing],
        // Less and more are what people mean; the exact edges make no difference here.
        (What::LastSeen, _) => &[AtMost, More, Exists, Missing],
        _ => what.operators(),
    };
    sensible.to_vec()
}

/// What of the filter is not finished, by its place; nothing where it can be asked.
pub(super) fn unfinished(filter: &Filter) -> Option<String> {
    let mut check = Check::default();
    filter.checked(&mut check);
    let problem = check.done().err()?;
    problem.fields.first().map(|field| field.message.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_filter_comes_back_as_it_was() {
        let owner = Owner::new();
        owner.with(|| {
            let filter = Filter::All(vec![
                Filter::is(What::Template, Operator::Equal, [json!(1), json!(2)]),
                Filter::None(vec![Filter::is(What::LastSeen, Operator::Missing, [])]),
                Filter::Any(vec![Filter::is(What::telemetry("t"), Operator::More, [json!(20.5)])]),
            ]);
            assert_eq!(List::of(Keys::new(), &filter).filter(), filter);
            let list = List::of(Keys::new(), &filter);
            let first = list.rules.get_untracked()[0];
            list.remove(first.key());
            assert_eq!(list.filter().rules().len(), 2);
        });
    }

    #[test]
    fn what_is_looked_at_decides_what_is_asked() {
        let owner = Owner::new();
        owner.with(|| {
            let row = Row::fresh(Keys::new());
            assert!(unfinished(&Filter::All(vec![Filter::Is(row.condition())])).is_some());
            row.look_at(What::Blocked);
            assert!(unfinished(&Filter::All(vec![Filter::Is(row.condition())])).is_none());
            row.look_at(What::Name);
            assert_eq!((row.operator.get(), row.values.get()), (Operator::Equal, Vec::new()));
        });
    }
}
