//! Rows that are messages: what a device sent at one time, in the order that is asked for.

use super::answer::{Answer, Given, Member, Sortable};
use super::limits::too_much;
use super::stretches::Stretches;
use crate::error::{Error, Result};
use model::DeviceId;
use query::eval::{self, Scope};
use query::join::{self, Line};
use store::telemetry::Names;

/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Devices that are read together where their rows need not be in one order.
const TOGETHER: usize = 50;
/// Devices times days that are read together.
const DEVICE_DAYS: i64 = 1000;

/// What becomes of a row.
pub(super) type Take<'t> = dyn FnMut(&Scope<'_>) -> Result<()> + Send + 't;

impl Answer {
    /// Some devices after the others, the newest of them first; whether more rows were wanted.
    pub(super) async fn as_they_come(&self, members: &[Member], given: &mut Given<'_>) -> Result<bool> {
        let names = self.names().await?;
        for members in members.chunks(TOGETHER) {
            let Some(mut stretches) = self.stretches(members, true).await? else { continue };
            while let Some(times) = stretches.next() {
                let mut wanted = true;
                let Some(mut pieces) = self.pieces(members, &names, times, &mut stretches).await? else {
                    continue;
                };
                for member in members {
                    let mut rows = Vec::new();
                    self.of_member(&mut pieces, member, &names, &mut |scope| {
                        rows.push(self.row(scope));
                        Ok(())
                    })?;
                    rows.reverse();
                    wanted = given.rows(rows).await;
                    // Unpacking is work: others get their turn in between.
                    tokio::task::yield_now().await;
                    if !wanted {
                        break;
                    }
                }
                if !wanted {
                    return Ok(false);
                }
                stretches.done();
            }
        }
        Ok(true)
    }

    /// All devices together in the order of time; whether more rows were wanted.
    pub(super) async fn by_time(
        &self,
        members: &[Member],
        newest_first: bool,
        given: &mut Given<'_>,
    ) -> Result<bool> {
        let names = self.names().await?;
        let Some(mut stretches) = self.stretches(members, newest_first).await? else { return Ok(true) };
        while let Some(times) = stretches.next() {
            let Some(mut pieces) = self.pieces(members, &names, times, &mut stretches).await? else {
                continue;
            };
            let mut rows = Vec::new();
            for member in members {
                self.of_member(&mut pieces, member, &names, &mut |scope| {
                    rows.push(self.sortable(scope));
                    Ok(())
                })?;
                tokio::task::yield_now().await;
                if rows.len() > self.limits.held {
                    break;
                }
            }
            if rows.len() > self.limits.held {
                self.narrower(&mut stretches)?;
                continue;
            }
            self.sort(&mut rows);
            if !given.rows(rows.into_iter().map(Sortable::into_row)).await {
                return Ok(false);
            }
            stretches.done();
        }
        Ok(true)
    }

    /// All rows in an order that is not that of time; whether more were wanted.
    pub(super) async fn sorted(&self, members: &[Member], given: &mut Given<'_>) -> Result<bool> {
        let top = usize::try_from(given.left()).unwrap_or(usize::MAX);
        let mut rows: Vec<Sortable> = Vec::new();
        self.each_row(members, &mut |scope| {
            rows.push(self.sortable(scope));
            if rows.len() > self.limits.held {
                if top > self.limits.held / 2 {
                    return Err(too_much(format!(
                        "More than {} rows would have to be sorted. Ask for the first with TOP, for a shorter time, or \
                         ORDER BY $ts, which needs no sorting.",
                        self.limits.held
                    )));
                }
                self.sort(&mut rows);
                rows.truncate(top);
            }
            Ok(())
        })
        .await?;
        self.sort(&mut rows);
        Ok(given.rows(rows.into_iter().map(Sortable::into_row)).await)
    }

    /// Every row, in no order.
    pub(super) async fn each_row(&self, members: &[Member], take: &mut Take<'_>) -> Result<()> {
        let names = self.names().await?;
        for members in members.chunks(TOGETHER) {
            let Some(mut stretches) = self.stretches(members, false).await? else { continue };
            while let Some(times) = stretches.next() {
                let Some(mut pieces) = self.pieces(members, &names, times, &mut stretches).await? else {
                    continue;
                };
                for member in members {
                    self.of_member(&mut pieces, member, &names, take)?;
                    tokio::task::yield_now().await;
                }
                stretches.done();
            }
        }
        Ok(())
    }

    async fn names(&self) -> Result<Names> {
        let names: Vec<String> = self.plan.fields.iter().map(|field| field.name.clone()).collect();
        Ok(self.snapshot.history().names(&names).await?)
    }

    /// The time in which these have sent something of what is asked for; nothing where they have not.
    pub(super) async fn times(&self, members: &[Member]) -> Result<Option<(i64, i64)>> {
        let extent = self.snapshot.history().extent(&ids(members)).await?;
        let times = extent.map(|(from, to)| (from.max(self.plan.from_ms), to.min(self.plan.to_ms)));
        Ok(times.filter(|(from, to)| from < to))
    }

    async fn stretches(&self, members: &[Member], newest_first: bool) -> Result<Option<Stretches>> {
        let at_once = (DEVICE_DAYS / i64::try_from(members.len()).unwrap_or(DEVICE_DAYS).max(1)).max(1);
        let times = self.times(members).await?;
        // Whoever wants few rows finds them at the end: less is read there at first.
        let first = if self.plan.top.is_some_and(|top| top <= 10_000) { 1 } else { at_once };
        Ok(times.map(|times| Stretches::new(times, (first * DAY_MS, at_once * DAY_MS), newest_first)))
    }

    /// What lies in the next stretch; nothing where that is too much, and the stretch has been halved.
    async fn pieces(
        &self,
        members: &[Member],
        names: &Names,
        (from_ms, to_ms): (i64, i64),
        stretches: &mut Stretches,
    ) -> Result<Option<store::telemetry::Pieces>> {
        let pieces = self.snapshot.history().pieces(&ids(members), names, from_ms, to_ms).await?;
        if pieces.is_none() {
            self.narrower(stretches)?;
        }
        Ok(pieces)
    }

    fn narrower(&self, stretches: &mut Stretches) -> Result<()> {
        if stretches.halve() {
            return Ok(());
        }
        Err(too_much(
            "Too much was sent at the same time to be held at once. Ask for fewer devices or fields, or leave ORDER BY out.",
        ))
    }

    /// Gives the rows of one device that are asked for, oldest first.
    fn of_member(
        &self,
        pieces: &mut store::telemetry::Pieces,
        member: &Member,
        names: &Names,
        take: &mut Take<'_>,
    ) -> Result<()> {
        let (values, read) = pieces.take(member.id, names)?;
        self.count(read)?;
        let lines = values.into_iter().map(|v| Line { numbers: v.numbers, others: v.others }).collect();
        join::rows(lines, |ts, fields| {
            let scope =
                Scope { subject: Some(&member.subject), time_ms: Some(ts), fields, ..Scope::default() };
            if self.plan.filter.as_ref().is_none_or(|filter| eval::holds(filter, &scope)) {
                take(&scope)?;
            }
            Ok::<(), Error>(())
        })
    }
}

pub(super) fn ids(members: &[Member]) -> Vec<DeviceId> {
    members.iter().map(|member| member.id).collect()
}
