//! Puts the values that were sent at one time side by side: a row of them each.

use crate::value::Value;
use serde_json::Value as Json;

/// What is kept of one field, in the order of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Numbers.
    pub numbers: Vec<(i64, f64)>,
    /// All else. Of one time, what stands here is exact and goes over the numbers.
    pub others: Vec<(i64, Json)>,
}

/// Calls `row` with each time and the values of that time, a value a line, oldest first; nulls where a line has none.
/// A field that came twice at one time makes two rows: the first values of all lines stand in the first.
pub fn rows<E>(lines: Vec<Line>, mut row: impl FnMut(i64, &[Value]) -> Result<(), E>) -> Result<(), E> {
    let mut lines: Vec<Reader> = lines.into_iter().map(Reader::new).collect();
    let mut values = vec![Value::Null; lines.len()];
    let mut now: Vec<Vec<Value>> = vec![Vec::new(); lines.len()];
    while let Some(ts) = lines.iter_mut().filter_map(Reader::time).min() {
        let mut most = 0;
        for (line, now) in lines.iter_mut().zip(&mut now) {
            now.clear();
            line.take(ts, now);
            most = most.max(now.len());
        }
        for i in 0..most {
            for (value, now) in values.iter_mut().zip(&mut now) {
                *value = now.get_mut(i).map_or(Value::Null, |value| std::mem::replace(value, Value::Null));
            }
            row(ts, &values)?;
        }
    }
    Ok(())
}

struct Reader {
    numbers: std::iter::Peekable<std::vec::IntoIter<(i64, f64)>>,
    others: std::iter::Peekable<std::vec::IntoIter<(i64, Json)>>,
}

impl Reader {
    fn new(line: Line) -> Reader {
        Reader { numbers: line.numbers.into_iter().peekable(), others: line.others.into_iter().peekable() }
    }

    /// The next time at which it has something.
    fn time(&mut self) -> Option<i64> {
        let (number, other) = (self.numbers.peek().map(|p| p.0), self.others.peek().map(|p| p.0));
        number.into_iter().chain(other).min()
    }

    fn take(&mut self, ts: i64, into: &mut Vec<Value>) {
        while let Some((_, other)) = self.others.next_if(|(at, _)| *at == ts) {
            into.push(Value::of(other));
        }
        let exact = !into.is_empty();
        while let Some((_, number)) = self.numbers.next_if(|(at, _)| *at == ts) {
            if !exact {
                into.push(Value::Number(number));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_sent_at_one_time_stands_side_by_side() {
        let lines = vec![
            Line { numbers: vec![(1, 1.0), (2, 2.0), (2, 2.5), (9, 9.0)], others: vec![] },
            Line {
                numbers: vec![(9, 9e18)],
                others: vec![(2, json!("on")), (9, json!(9_000_000_000_000_000_001_u64))],
            },
            Line::default(),
        ];
        let mut found = Vec::new();
        rows(lines, |ts, values| {
            found.push((ts, values.iter().map(Value::json).collect::<Vec<_>>()));
            Ok::<_, ()>(())
        })
        .unwrap();
        assert_eq!(
            found,
            [
                (1, vec![json!(1), json!(null), json!(null)]),
                (2, vec![json!(2), json!("on"), json!(null)]),
                (2, vec![json!(2.5), json!(null), json!(null)]),
                (9, vec![json!(9), json!(9_000_000_000_000_000_001_u64), json!(null)]),
            ]
        );
    }
}
