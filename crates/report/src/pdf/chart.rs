//! Lines, areas, bars and hours of days, drawn as vectors.

use super::pen::{Face, Ink, Pen, Place};
use crate::number::number;
use crate::{Sheet, Shown, date, moment};
use model::dashboard::{Kind, LineOf};
use std::collections::BTreeMap;

/// Most lines that are drawn; more would be one smear.
const LINES_MAX: usize = 40;
/// A distance of so many buckets between two points is a gap.
const GAP: i64 = 3;
const DAY_MS: i64 = 86_400_000;

/// Lines over time, with their axes and a legend.
pub(super) fn lines(pen: &mut Pen<'_>, sheet: &Sheet, place: Place, shown: &Shown, lines: &[LineOf]) {
    let configuration = &shown.tile.configuration;
    let buckets = || lines.iter().flat_map(|line| &line.series.buckets);
    if buckets().next().is_none() {
        return nothing(pen, place);
    }
    let named: Vec<String> = match configuration.hide_legend || lines.len() < 2 {
        true => Vec::new(),
        false => lines.iter().map(label).collect(),
    };
    let bars = configuration.kind == Kind::Bar;
    let mut low = buckets().map(|b| b.avg).fold(f64::INFINITY, f64::min);
    let mut high = buckets().map(|b| b.avg).fold(f64::NEG_INFINITY, f64::max);
    if bars || configuration.kind == Kind::Area && low > 0.0 && low < high / 2.0 {
        (low, high) = (low.min(0.0), high.max(0.0));
    }
    low = configuration.min.unwrap_or(low);
    high = configuration.max.unwrap_or(high);
    let steps = steps(low, high);
    let (low, high) = (steps[0], steps[steps.len() - 1]);
    let below = if named.is_empty() { 0.0 } else { 11.0 };
    let labels: Vec<String> = steps.iter().map(|step| number(*step, None)).collect();
    let left = labels.iter().map(|label| pen.width(label, Face::Plain, 6.5)).fold(12.0, f32::max) + 5.0;
    let drawn = place.within(left, 4.0, 2.0, 13.0 + below);
    let y = |value: f64| drawn.bottom() - ((value - low) / (high - low)) as f32 * drawn.height;
    for (step, label) in steps.iter().zip(&labels) {
        pen.rule(drawn.x, drawn.right(), y(*step), 0.4, Ink::Line);
        pen.text_to(Place::at(drawn.x - 4.0, y(*step) + 2.3), Face::Plain, 6.5, Ink::Quiet, label);
    }
    if let Some(line) = lines.first().filter(|line| !line.word.unit.is_empty()) {
        pen.text_to(Place::at(drawn.right(), place.y - 5.5), Face::Plain, 6.5, Ink::Quiet, &line.word.unit);
    }
    let (from, to) = shown.between;
    let x = |at: i64| drawn.x + ((at - from) as f64 / (to - from).max(1) as f64) as f32 * drawn.width;
    for (i, line) in lines.iter().take(LINES_MAX).enumerate() {
        let width = line.series.bucket_ms;
        let within = line.series.buckets.iter().filter(|b| b.ts + width > from && b.ts < to);
        let clamped = |value: f64| y(value.clamp(low, high));
        if bars {
            let count = lines.len().min(LINES_MAX) as f32;
            let whole = (x(from + width) - x(from)).max(0.4) * 0.86;
            for bucket in within {
                let left = x(bucket.ts.max(from)) + whole / count * i as f32;
                let (top, base) = (clamped(bucket.avg), clamped(0.0));
                let bar =
                    Place { x: left, y: top.min(base), width: whole / count, height: (base - top).abs() };
                pen.shade(bar, Ink::Series(i), 0.9);
            }
            continue;
        }
        let mut piece: Vec<(f32, f32)> = Vec::new();
        let mut last = None;
        let mut pieces = Vec::new();
        for bucket in within {
            if last.is_some_and(|last| bucket.ts - last > GAP * width) {
                pieces.push(std::mem::take(&mut piece));
            }
            last = Some(bucket.ts);
            piece.push((x((bucket.ts + width / 2).clamp(from, to)), clamped(bucket.avg)));
        }
        pieces.push(piece);
        for piece in &pieces {
            if configuration.kind == Kind::Area {
                pen.area(piece, drawn.bottom(), Ink::Series(i));
            }
            pen.line(piece, if line.before { Ink::Quiet } else { Ink::Series(i) }, 0.9);
        }
    }
    times(pen, sheet, drawn, shown.between);
    legend(pen, Place { y: place.bottom() - 6.0, ..place }, named.into_iter());
}

fn label(line: &LineOf) -> String {
    let before = if line.before { " (before)" } else { "" };
    format!("{}{before}", line.word.label)
}

/// Names beside their colours, as many as have room.
pub(super) fn legend(pen: &mut Pen<'_>, place: Place, names: impl ExactSizeIterator<Item = String>) {
    let (mut x, count) = (place.x, names.len());
    for (i, name) in names.enumerate() {
        let name = pen.short(&name, Face::Plain, 6.5, 130.0);
        let width = pen.width(&name, Face::Plain, 6.5) + 18.0;
        if x + width > place.right() - 30.0 && i > 0 {
            let at = Place::at(x, place.y + 5.0);
            return pen.text(at, Face::Plain, 6.5, Ink::Quiet, &format!("+ {}", count - i));
        }
        pen.fill(Place { x, y: place.y + 0.5, width: 7.0, height: 4.0 }, Ink::Series(i));
        pen.text(Place::at(x + 10.0, place.y + 5.0), Face::Plain, 6.5, Ink::Dark, &name);
        x += width;
    }
}

/// A few times below what is drawn: of days the date, within a day the clock.
pub(super) fn times(pen: &mut Pen<'_>, sheet: &Sheet, drawn: Place, (from, to): (i64, i64)) {
    let count = ((drawn.width / 62.0) as i64).clamp(2, 8);
    let long = to - from > 2 * DAY_MS;
    for i in 0..count {
        let at = from + (to - from) * i / count;
        let local = sheet.local(at);
        let text = match long {
            true => moment(local)[..10].to_owned(),
            false => moment(local)[11..].to_owned(),
        };
        let x = drawn.x + drawn.width * (i as f32 / count as f32);
        pen.rule(x, x + 0.5, drawn.bottom() + 1.5, 3.0, Ink::Line);
        pen.text(Place::at(x, drawn.bottom() + 10.0), Face::Plain, 6.5, Ink::Quiet, &text);
    }
}

/// A small line without axes.
pub(super) fn trend(pen: &mut Pen<'_>, place: Place, points: &[(i64, f64)]) {
    let low = points.iter().map(|p| p.1).fold(f64::INFINITY, f64::min);
    let high = points.iter().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max);
    let (from, to) = (points[0].0, points[points.len() - 1].0);
    let span = if high > low { high - low } else { 1.0 };
    let at = |(ts, value): &(i64, f64)| {
        let x = place.x + ((ts - from) as f64 / (to - from).max(1) as f64) as f32 * place.width;
        (x, place.bottom() - ((value - low) / span) as f32 * place.height)
    };
    let points: Vec<(f32, f32)> = points.iter().map(at).collect();
    pen.area(&points, place.bottom(), Ink::Accent);
    pen.line(&points, Ink::Accent, 0.8);
}

/// Days down, hours across, the darker the more: the mean of all lines.
pub(super) fn heat(pen: &mut Pen<'_>, sheet: &Sheet, place: Place, lines: &[LineOf]) {
    let mut cells: BTreeMap<(i64, i64), (f64, u32)> = BTreeMap::new();
    for bucket in lines.iter().filter(|line| !line.before).flat_map(|line| &line.series.buckets) {
        let local = sheet.local(bucket.ts);
        let cell = cells.entry((local.div_euclid(DAY_MS), local.rem_euclid(DAY_MS) / 3_600_000)).or_default();
        *cell = (cell.0 + bucket.avg, cell.1 + 1);
    }
    let (Some(((first, _), _)), Some(((last, _), _))) = (cells.first_key_value(), cells.last_key_value())
    else {
        return nothing(pen, place);
    };
    let mean = |(sum, count): &(f64, u32)| sum / f64::from(*count);
    let low = cells.values().map(mean).fold(f64::INFINITY, f64::min);
    let high = cells.values().map(mean).fold(f64::NEG_INFINITY, f64::max);
    let days = last - first + 1;
    let drawn = place.within(32.0, 2.0, 0.0, 12.0);
    let (width, height) = (drawn.width / 24.0, drawn.height / days as f32);
    for ((day, hour), cell) in &cells {
        let share = if high > low { (mean(cell) - low) / (high - low) } else { 0.5 };
        let here = Place {
            x: drawn.x + width * *hour as f32,
            y: drawn.y + height * (day - first) as f32,
            width: width - 0.4,
            height: (height - 0.4).max(0.3),
        };
        pen.shade(here, Ink::Accent, 0.08 + 0.92 * share as f32);
    }
    let every = (days as f32 * 9.0 / drawn.height).ceil().max(1.0) as i64;
    for day in (0..days).step_by(every as usize) {
        let (_, month, of_month) = date(first + day);
        let y = drawn.y + height * day as f32 + height.min(8.0) * 0.5 + 2.5;
        pen.text(Place::at(place.x, y), Face::Plain, 6.0, Ink::Quiet, &format!("{month:02}-{of_month:02}"));
    }
    for hour in [0, 6, 12, 18] {
        let x = drawn.x + width * hour as f32;
        pen.text(Place::at(x, drawn.bottom() + 9.0), Face::Plain, 6.5, Ink::Quiet, &format!("{hour:02}:00"));
    }
    let word = lines.first().map(|line| line.word.clone()).unwrap_or_default();
    let ends = format!("{} to {} {}", number(low, word.decimals), number(high, word.decimals), word.unit);
    pen.text_to(Place::at(place.right(), place.y - 5.5), Face::Plain, 6.5, Ink::Quiet, ends.trim());
}

fn nothing(pen: &mut Pen<'_>, place: Place) {
    let at = Place::at(place.x, place.y + 10.0);
    pen.text(at, Face::Plain, 8.0, Ink::Quiet, "Nothing was sent in this time.");
}

/// Round values from below the least to above the greatest: five or so.
fn steps(low: f64, high: f64) -> Vec<f64> {
    let span = if high - low > f64::EPSILON { high - low } else { low.abs().max(1.0) * 0.1 };
    let rough = span / 4.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|s| s * power).into_iter().find(|s| *s >= rough);
    let step = step.unwrap_or(power * 10.0);
    let first = (low / step).floor() as i64;
    let last = ((high / step).ceil() as i64).max(first + 1);
    (first..=last.min(first + 12)).map(|i| i as f64 * step).collect()
}
