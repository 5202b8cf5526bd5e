//! Rows that are groups of messages: by looking at every message, or, where plain sums of numbers answer it, by adding up
//! what chunks know of themselves.

use super::answer::{Answer, Given, Member, Sortable};
use super::limits::too_much;
use super::messages::ids;
use crate::error::Result;
use query::eval::Scope;
use query::groups::{Groups, Sum};
use query::plan::Grouping;
use std::collections::BTreeMap;

/// Devices whose groups are made together, where each has its own.
const TOGETHER: usize = 50;
/// Devices that are summed up together.
const SUMMED: usize = 20;
/// Windows that are summed up together, of all devices and fields.
const WINDOWS: i64 = 200_000;

impl Answer {
    /// Whether more rows were wanted.
    pub(super) async fn groups(
        &self,
        grouping: &Grouping,
        members: &[Member],
        given: &mut Given<'_>,
    ) -> Result<bool> {
        // A device's groups are whole when all of it was read, and nobody asks for another order.
        let apart = grouping.by_device && self.plan.order.is_empty();
        let parts: Vec<&[Member]> = if apart { members.chunks(TOGETHER).collect() } else { vec![members] };
        for members in parts {
            let mut groups = Groups::new(grouping);
            match self.plan.of_sums() {
                Some(fields) => self.add_sums(&fields, members, grouping, &mut groups).await?,
                None => {
                    self.each_row(members, &mut |scope| {
                        groups.row(scope);
                        self.few(groups.len())
                    })
                    .await?;
                }
            }
            let made = groups.finish();
            let mut rows: Vec<Sortable> = made
                .map(|(window, keys, aggregates)| {
                    let scope =
                        Scope { time_ms: window, keys: &keys, aggregates: &aggregates, ..Scope::default() };
                    self.sortable(&scope)
                })
                .collect();
            self.sort(&mut rows);
            if !given.rows(rows.into_iter().map(Sortable::into_row)).await {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn add_sums(
        &self,
        fields: &[usize],
        members: &[Member],
        grouping: &Grouping,
        groups: &mut Groups<'_>,
    ) -> Result<()> {
        let names: Vec<String> = self.plan.fields.iter().map(|field| field.name.clone()).collect();
        let names = self.snapshot.history().names(&names).await?;
        // The aggregates that are made of each metric.
        let mut of = BTreeMap::<model::MetricId, Vec<usize>>::new();
        for (aggregate, field) in fields.iter().enumerate() {
            if let Some(metric) = names.metric(*field) {
                of.entry(metric).or_default().push(aggregate);
            }
        }
        let metrics: Vec<_> = of.keys().copied().collect();
        for members in members.chunks(SUMMED) {
            let Some((from_ms, to_ms)) = self.times(members).await? else { continue };
            let lines = i64::try_from(members.len() * metrics.len()).unwrap_or(WINDOWS).max(1);
            for times in parts(from_ms, to_ms, grouping.window_ms, (WINDOWS / lines).max(1)) {
                let sums =
                    self.snapshot.history().sums(&ids(members), &metrics, times, grouping.window_ms).await?;
                for member in members {
                    let scope = Scope { subject: Some(&member.subject), ..Scope::default() };
                    for (metric, aggregates) in &of {
                        for sum in sums.get(&(member.id, *metric)).into_iter().flatten() {
                            self.outlet.count(sum.count);
                            groups.sum(&scope, aggregates, summed(*sum));
                        }
                        self.few(groups.len())?;
                    }
                }
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    fn few(&self, groups: usize) -> Result<()> {
        if groups <= self.limits.held {
            return Ok(());
        }
        Err(too_much(format!(
            "This makes more than {} groups. Take a wider WINDOW, a shorter time, or fewer keys in GROUP BY; without ORDER \
             BY, groups of each device are given out one device after the other.",
            self.limits.held
        )))
    }
}

/// The time in parts of so many windows, none of which is cut.
fn parts(from_ms: i64, to_ms: i64, window_ms: Option<i64>, windows: i64) -> Vec<(i64, i64)> {
    let Some(width) = window_ms.map(|width| width.saturating_mul(windows)) else {
        return vec![(from_ms, to_ms)];
    };
    let mut parts = Vec::new();
    let mut from = from_ms;
    while from < to_ms {
        let end = from.div_euclid(width).saturating_add(1).saturating_mul(width).min(to_ms);
        parts.push((from, end));
        from = end;
    }
    parts
}

fn summed(sum: store::telemetry::Summary) -> Sum {
    let store::telemetry::Summary { t0, t1, count, sum, min, max, first, last } = sum;
    Sum { t0, t1, count, sum, min, max, first, last }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_window_is_cut() {
        assert_eq!(parts(5, 105, None, 2), [(5, 105)]);
        assert_eq!(parts(5, 47, Some(10), 2), [(5, 20), (20, 40), (40, 47)]);
        assert_eq!(parts(-15, 1, Some(10), 1), [(-15, -10), (-10, 0), (0, 1)]);
        assert_eq!(parts(0, 9, Some(i64::MAX), 5), [(0, 9)]);
    }
}
