//! Round numbers for axes: values by 1, 2, 2.5 and 5; times by what clocks and calendars know.

use crate::zone::{civil, midnight_ms};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Steps of an axis of times, within a day.
const CLOCK_STEPS: [i64; 18] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
];
/// Steps of days (counted from the first of the month), then of months.
const DAY_STEPS: [i64; 3] = [2, 7, 14];
const MONTH_STEPS: [i64; 7] = [1, 3, 6, 12, 24, 60, 120];

/// Round values from at or below `low` to at or above `high`, about `wanted` of them.
pub(super) fn values(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let span = high - low;
    if !span.is_finite() || span <= 0.0 || wanted == 0 {
        return vec![low];
    }
    let step = round_step(span / wanted as f64);
    let (first, last) = ((low / step).floor() as i64, (high / step).ceil() as i64);
    (first..=last).map(|i| i as f64 * step).collect()
}

fn round_step(rough: f64) -> f64 {
    let magnitude = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|f| f * magnitude >= rough * 0.999);
    factor.unwrap_or(10.0) * magnitude
}

/// Values with as many digits as tell them apart.
pub(super) fn value_labels(values: &[f64]) -> Vec<String> {
    let step = values.windows(2).map(|w| w[1] - w[0]).next().unwrap_or(1.0).abs();
    let largest = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    if largest >= 1e7 || (step > 0.0 && step < 1e-5) {
        return values.iter().map(|v| format!("{v:.2e}")).collect();
    }
    let places = (0..=6_usize)
        .find(|&p| {
            let scaled = step * 10_f64.powi(p as i32);
            (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1.0)
        })
        .unwrap_or(6);
    values.iter().map(|v| crate::ui::value::fixed(*v, places)).collect()
}

/// Round times within the range, at most `wanted` of them, with their words. `offset` gives a moment's distance from
/// UTC in the viewer's zone, in milliseconds.
pub(super) fn times(
    from_ms: i64,
    to_ms: i64,
    wanted: usize,
    offset: impl Fn(i64) -> i64,
) -> Vec<(i64, String)> {
    let rough = (to_ms - from_ms) / wanted.max(1) as i64;
    // What clocks show to UTC. Around a change of clocks the second look is the right one.
    let utc = |local: i64| local - offset(local - offset(local));
    let (from, to) = (from_ms + offset(from_ms), to_ms + offset(to_ms));
    let locals = match CLOCK_STEPS.into_iter().find(|s| *s >= rough) {
        Some(step) => by_clock(from, to, step),
        None => by_calendar(from, to, rough),
    };
    let step = locals.windows(2).map(|w| w[1] - w[0]).min().unwrap_or(DAY);
    let mut before: Option<i64> = None;
    let labelled = locals.into_iter().map(|local| {
        let words = words(local, step, before);
        before = Some(local);
        (utc(local), words)
    });
    labelled.filter(|(at, _)| (from_ms..=to_ms).contains(at)).collect()
}

fn by_clock(from: i64, to: i64, step: i64) -> Vec<i64> {
    let first = from.div_euclid(step) + i64::from(from.rem_euclid(step) != 0);
    (first..=to.div_euclid(step)).map(|i| i * step).collect()
}

fn by_calendar(from: i64, to: i64, rough: i64) -> Vec<i64> {
    let start = civil(from);
    if let Some(days) = DAY_STEPS.into_iter().find(|d| d * DAY >= rough) {
        let months = (0..).map(|m| (start.year, start.month + m));
        return months
            .take_while(|(year, month)| midnight_ms(*year, *month, 1) <= to)
            .flat_map(|(year, month)| {
                let next = midnight_ms(year, month + 1, 1);
                let in_month = (0..).map(move |i| midnight_ms(year, month, 1 + i * days));
                // The last one of a month would touch the first of the next.
                in_month.take_while(move |at| next - at >= days * DAY || *at == midnight_ms(year, month, 1))
            })
            .filter(|at| (from..=to).contains(at))
            .collect();
    }
    let months = MONTH_STEPS.into_iter().find(|m| m * 30 * DAY >= rough).unwrap_or(120);
    let first = (start.year * 12).div_euclid(months) * months;
    (0..)
        .map(|i| midnight_ms(0, first + i * months + 1, 1))
        .take_while(|at| *at <= to)
        .filter(|at| *at >= from)
        .collect()
}

/// The words of one tick: what changed since the tick before.
fn words(local: i64, step: i64, before: Option<i64>) -> String {
    let c = civil(local);
    let midnight = local.rem_euclid(DAY) == 0;
    if step >= 27 * DAY {
        return if c.month == 1 { c.year.to_string() } else { c.month_name().to_owned() };
    }
    if step >= DAY || (midnight && before.is_some()) {
        return format!("{} {}", c.day, c.month_name());
    }
    if step < MINUTE { c.time() } else { format!("{:02}:{:02}", c.hour, c.minute) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(from: i64, to: i64, wanted: usize) -> Vec<String> {
        times(from, to, wanted, |_| 0).into_iter().map(|(_, words)| words).collect()
    }

    #[test]
    fn values_are_round() {
        assert_eq!(values(16.2, 25.8, 4), [15.0, 17.5, 20.0, 22.5, 25.0, 27.5]);
        assert_eq!(values(0.0, 1.0, 5), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(value_labels(&values(0.0, 1.0, 5)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(value_labels(&values(0.0, 5000.0, 5)), ["0", "1,000", "2,000", "3,000", "4,000", "5,000"]);
        assert_eq!(values(3.0, 3.0, 5), [3.0]);
    }

    #[test]
    fn times_follow_the_clock() {
        let day = 20_000 * DAY;
        assert_eq!(labels(day, day + DAY, 4), ["00:00", "06:00", "12:00", "18:00", "5 Oct"]);
        assert_eq!(
            labels(day, day + 60 * SECOND, 4),
            ["00:00:00", "00:00:15", "00:00:30", "00:00:45", "00:01:00"]
        );
    }

    #[test]
    fn times_follow_the_calendar() {
        let from = midnight_ms(2026, 1, 1);
        assert_eq!(labels(from, midnight_ms(2027, 1, 1), 5), ["2026", "Apr", "Jul", "Oct", "2027"]);
        assert_eq!(labels(from, midnight_ms(2026, 1, 29), 5), ["1 Jan", "8 Jan", "15 Jan", "22 Jan"]);
        assert_eq!(labels(from, midnight_ms(2036, 1, 1), 6).first().map(String::as_str), Some("2026"));
    }

    #[test]
    fn ticks_stand_on_the_viewers_hours() {
        let half = HOUR / 2;
        let ticks = times(0, 6 * HOUR, 3, |_| 5 * HOUR + half);
        assert_eq!(ticks.first().map(|t| (t.0, t.1.as_str())), Some((half, "06:00")));
    }

    #[test]
    fn clocks_that_go_back_lose_no_tick() {
        // From two hours ahead to one, at 01:00 UTC.
        let change = 25 * HOUR;
        let ticks = times(DAY - 6 * HOUR, DAY + 12 * HOUR, 6, |at| if at < change { 2 * HOUR } else { HOUR });
        assert!(ticks.windows(2).all(|w| w[1].0 > w[0].0), "{ticks:?}");
    }
}
