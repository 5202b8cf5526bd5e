//! Groups of rows, and what is made of each.

use crate::eval::{self, Scope};
use crate::plan::{Aggregate, Code, Function, Grouping};
use crate::value::Value;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// What a stretch of one field comes to: of numbers that nobody has to look at one by one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sum {
    /// Time of its first number, milliseconds since 1970.
    pub t0: i64,
    /// Time of its last.
    pub t1: i64,
    /// How many there are.
    pub count: u64,
    /// All of them together.
    pub sum: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// The first.
    pub first: f64,
    /// The last.
    pub last: f64,
}

/// The groups so far. They come out by window and then by what is the same in them.
pub struct Groups<'a> {
    grouping: &'a Grouping,
    found: BTreeMap<Key, Vec<Made>>,
}

struct Key(Option<i64>, Vec<Value>);

impl Ord for Key {
    fn cmp(&self, other: &Key) -> Ordering {
        let keys = || self.1.iter().zip(&other.1).map(|(a, b)| a.order(b)).find(|order| order.is_ne());
        self.0.cmp(&other.0).then_with(|| keys().unwrap_or(Ordering::Equal))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

impl<'a> Groups<'a> {
    /// None yet; where nothing is grouped by, the one of all.
    pub fn new(grouping: &'a Grouping) -> Groups<'a> {
        let mut found = BTreeMap::new();
        if grouping.window_ms.is_none() && grouping.keys.is_empty() {
            found.insert(Key(None, Vec::new()), vec![Made::default(); grouping.aggregates.len()]);
        }
        Groups { grouping, found }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Takes a row in.
    pub fn row(&mut self, scope: &Scope<'_>) {
        let ts = scope.time_ms.unwrap_or_default();
        let grouping = self.grouping;
        let made = self.group(scope, ts);
        for (made, aggregate) in made.iter_mut().zip(&grouping.aggregates) {
            match &aggregate.of {
                None => made.count += 1,
                Some(code) => made.value(ts, eval::value(code, scope), aggregate.numbers),
            }
        }
    }

    /// Takes a stretch of numbers in, all of one window, for these aggregates.
    pub fn sum(&mut self, scope: &Scope<'_>, of: &[usize], sum: Sum) {
        let made = self.group(scope, sum.t0);
        for i in of {
            if let Some(made) = made.get_mut(*i) {
                made.sum(sum);
            }
        }
    }

    fn group(&mut self, scope: &Scope<'_>, ts: i64) -> &mut Vec<Made> {
        let window = self.grouping.window_ms.map(|width| ts.div_euclid(width) * width);
        let keys = self.grouping.keys.iter().map(|key| eval::value(key, scope)).collect();
        let aggregates = self.grouping.aggregates.len();
        self.found.entry(Key(window, keys)).or_insert_with(|| vec![Made::default(); aggregates])
    }

    /// Hands them out: the windows' beginnings, the keys, what was made of each.
    pub fn finish(self) -> impl Iterator<Item = (Option<i64>, Vec<Value>, Vec<Value>)> + use<'a> {
        let grouping = self.grouping;
        self.found.into_iter().map(move |(Key(window, keys), made)| {
            let values =
                made.iter().zip(&grouping.aggregates).map(|(made, what)| made.finish(what)).collect();
            (window, keys, values)
        })
    }
}

/// What is made of one field in one group.
#[derive(Clone, Default)]
struct Made {
    count: u64,
    numbers: u64,
    sum: f64,
    min: Option<Value>,
    max: Option<Value>,
    first: Option<(i64, Value)>,
    last: Option<(i64, Value)>,
}

impl Made {
    fn value(&mut self, ts: i64, value: Value, numbers: bool) {
        let number = value.number();
        if value == Value::Null || (numbers && number.is_none()) {
            return;
        }
        self.count += 1;
        if let Some(number) = number {
            self.numbers += 1;
            self.sum += number;
        }
        let value = if numbers { number.map_or(value, Value::Number) } else { value };
        self.least(&value);
        self.most(&value);
        if self.first.as_ref().is_none_or(|(at, _)| ts < *at) {
            self.first = Some((ts, value.clone()));
        }
        if self.last.as_ref().is_none_or(|(at, _)| ts >= *at) {
            self.last = Some((ts, value));
        }
    }

    fn sum(&mut self, sum: Sum) {
        self.count += sum.count;
        self.numbers += sum.count;
        self.sum += sum.sum;
        self.least(&Value::Number(sum.min));
        self.most(&Value::Number(sum.max));
        if self.first.as_ref().is_none_or(|(at, _)| sum.t0 < *at) {
            self.first = Some((sum.t0, Value::Number(sum.first)));
        }
        if self.last.as_ref().is_none_or(|(at, _)| sum.t1 >= *at) {
            self.last = Some((sum.t1, Value::Number(sum.last)));
        }
    }

    fn least(&mut self, value: &Value) {
        if self.min.as_ref().is_none_or(|min| value.order(min).is_lt()) {
            self.min = Some(value.clone());
        }
    }

    fn most(&mut self, value: &Value) {
        if self.max.as_ref().is_none_or(|max| value.order(max).is_gt()) {
            self.max = Some(value.clone());
        }
    }

    fn finish(&self, what: &Aggregate) -> Value {
        let number = |n: f64| if n.is_finite() { Value::Number(n) } else { Value::Null };
        let value = |kept: &Option<Value>| kept.clone().unwrap_or(Value::Null);
        let timed =
            |kept: &Option<(i64, Value)>| kept.as_ref().map_or(Value::Null, |(_, value)| value.clone());
        match what.function {
            Function::Count => Value::Number(self.count as f64),
            Function::Sum | Function::Avg if self.numbers == 0 => Value::Null,
            Function::Sum => number(self.sum),
            Function::Avg => number(self.sum / self.numbers as f64),
            Function::Min => value(&self.min),
            Function::Max => value(&self.max),
            Function::First => timed(&self.first),
            Function::Last => timed(&self.last),
        }
    }
}

impl Aggregate {
    /// Of what it is made, where that is a field as it is.
    pub fn field(&self) -> Option<usize> {
        match &self.of {
            Some(Code::Field(i, path)) if path.is_empty() => Some(*i),
            _ => None,
        }
    }
}
