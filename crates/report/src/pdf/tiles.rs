//! Each kind of tile on paper.

use super::chart;
use super::pen::{Face, Ink, Pen, Place};
use crate::number::{number, value, with_unit};
use crate::{Sheet, Shown};
use model::dashboard::{Column, Counted, Figure, Kind, Lane, Mood, Row, Share, TileData, Word};

/// Height of a line of a table, in points.
const LINE: f32 = 12.5;

/// Draws a tile with its frame and its title.
pub(super) fn draw(pen: &mut Pen<'_>, sheet: &Sheet, place: Place, shown: &Shown) {
    pen.frame(place, Ink::Line);
    let inside = place.within(8.0, 6.0, 8.0, 6.0);
    let kind = shown.tile.configuration.kind;
    let titled = kind != Kind::Text || !shown.tile.display_name.is_empty();
    let inside = match titled {
        true => {
            let title = pen.short(&shown.title(), Face::Bold, 8.0, inside.width);
            pen.text(Place::at(inside.x, inside.y + 7.5), Face::Bold, 8.0, Ink::Quiet, &title);
            inside.within(0.0, 13.0, 0.0, 0.0)
        }
        false => inside,
    };
    let data = match &shown.outcome {
        Ok(data) => data,
        Err(problem) => return says(pen, inside, problem.sentence(), Ink::Bad),
    };
    match data {
        TileData::Lines { lines, left_out, .. } if kind == Kind::Heat => {
            chart::heat(pen, sheet, inside, lines);
            more(pen, inside, *left_out, "devices");
        }
        TileData::Lines { lines, left_out, .. } => {
            chart::lines(pen, sheet, inside, shown, lines);
            more(pen, inside, *left_out, "devices");
        }
        TileData::Figures { figures, .. } => figures_of(pen, inside, shown, figures),
        TileData::Rows { columns, rows, left_out } => table(pen, inside, columns, rows, *left_out),
        TileData::States { lanes, left_out } => states(pen, sheet, inside, shown, lanes, *left_out),
        TileData::Shares { shares, word } => shares_of(pen, inside, shares, word),
        TileData::Count(counted) => count(pen, inside, *counted),
        _ if kind == Kind::Text => text(pen, inside, &shown.tile.configuration.text),
        _ => says(pen, inside, "Shown in the dashboard only.", Ink::Quiet),
    }
}

fn says(pen: &mut Pen<'_>, place: Place, sentence: &str, ink: Ink) {
    for (i, line) in pen.lines(sentence, Face::Plain, 8.0, place.width).iter().take(4).enumerate() {
        pen.text(Place::at(place.x, place.y + 9.0 + i as f32 * 10.5), Face::Plain, 8.0, ink, line);
    }
}

fn more(pen: &mut Pen<'_>, place: Place, left_out: usize, what: &str) {
    if left_out > 0 {
        let at = Place::at(place.right(), place.bottom());
        pen.text_to(at, Face::Plain, 6.5, Ink::Quiet, &format!("{left_out} more {what}"));
    }
}

fn mood(mood: Mood) -> Ink {
    match mood {
        Mood::Plain => Ink::Dark,
        Mood::Good => Ink::Good,
        Mood::Warning => Ink::Warning,
        Mood::Bad => Ink::Bad,
    }
}

fn figures_of(pen: &mut Pen<'_>, place: Place, shown: &Shown, figures: &[Figure]) {
    let shown_figures = figures.len().clamp(1, 4);
    let width = place.width / shown_figures as f32;
    for (i, figure) in figures.iter().take(4).enumerate() {
        let here = Place { x: place.x + width * i as f32, width: width - 6.0, ..place };
        let known = figure.value.as_ref().filter(|value| !value.is_null());
        let said = known.map_or_else(|| "–".to_owned(), |known| value(known, &figure.word));
        let numeric = known.and_then(|known| known.as_f64());
        let ink = numeric.map_or(Ink::Dark, |n| mood(shown.tile.configuration.mood(n)));
        let size = if here.height > 60.0 { 20.0 } else { 15.0 };
        let whole = if known.is_some() { with_unit(&said, &figure.word) } else { said };
        let whole = pen.short(&whole, Face::Bold, size, here.width);
        pen.text(Place::at(here.x, here.y + size), Face::Bold, size, ink, &whole);
        let mut below = Vec::new();
        if figures.len() > 1 || shown.tile.display_name.is_empty() {
            below.push(figure.word.label.clone());
        }
        if let (Some(before), Some(now)) = (figure.before, numeric) {
            let change = if before == 0.0 { None } else { Some((now - before) / before.abs() * 100.0) };
            let sign = |change: f64| if change > 0.0 { "+" } else { "" };
            let change = change.map_or(String::new(), |c| format!(" ({}{} %)", sign(c), number(c, Some(1))));
            below.push(format!("before {}{change}", number(before, figure.word.decimals)));
        }
        let said = pen.short(&below.join(" · "), Face::Plain, 7.0, here.width);
        pen.text(Place::at(here.x, here.y + size + 9.5), Face::Plain, 7.0, Ink::Quiet, &said);
        let room = here.within(0.0, size + 15.0, 0.0, 2.0);
        if figure.trend.len() > 1 && room.height > 8.0 {
            chart::trend(pen, room, &figure.trend);
        } else if let Some(now) = numeric.filter(|_| shown.tile.configuration.kind == Kind::Gauge) {
            gauge(pen, room, shown, figure, now);
        }
    }
}

/// A bar between the two ends of the scale.
fn gauge(pen: &mut Pen<'_>, place: Place, shown: &Shown, figure: &Figure, now: f64) {
    let configuration = &shown.tile.configuration;
    let bounds = figure.bounds.unwrap_or((0.0, 100.0));
    let (low, high) = (configuration.min.unwrap_or(bounds.0), configuration.max.unwrap_or(bounds.1));
    if high <= low {
        return;
    }
    let share = ((now - low) / (high - low)).clamp(0.0, 1.0) as f32;
    let bar = Place { height: 7.0, y: place.y + 4.0, ..place };
    pen.fill(bar, Ink::Line);
    let ink = match configuration.mood(now) {
        Mood::Plain => Ink::Accent,
        other => mood(other),
    };
    pen.fill(Place { width: bar.width * share, ..bar }, ink);
    let under = bar.bottom() + 9.0;
    pen.text(Place::at(bar.x, under), Face::Plain, 6.5, Ink::Quiet, &number(low, None));
    pen.text_to(Place::at(bar.right(), under), Face::Plain, 6.5, Ink::Quiet, &number(high, None));
}

fn table(pen: &mut Pen<'_>, place: Place, columns: &[Column], rows: &[Row], left_out: usize) {
    let name = (place.width * 0.3).clamp(60.0, 150.0);
    let width = (place.width - name) / columns.len().max(1) as f32;
    let head = place.y + 8.0;
    pen.text(Place::at(place.x, head), Face::Bold, 7.0, Ink::Quiet, "Device");
    let edge = |i: usize| place.x + name + width * (i + 1) as f32;
    for (i, column) in columns.iter().enumerate() {
        let unit =
            if column.word.unit.is_empty() { String::new() } else { format!(", {}", column.word.unit) };
        let label = pen.short(&format!("{}{unit}", column.word.label), Face::Bold, 7.0, width - 5.0);
        pen.text_to(Place::at(edge(i), head), Face::Bold, 7.0, Ink::Quiet, &label);
    }
    pen.rule(place.x, place.right(), head + 4.0, 0.5, Ink::Line);
    let room = (((place.height - LINE) / LINE).floor().max(1.0)) as usize;
    let fits = if rows.len() > room || left_out > 0 { room.saturating_sub(1) } else { room };
    for (i, row) in rows.iter().take(fits).enumerate() {
        let y = head + LINE * (i + 1) as f32;
        let label = pen.short(&row.name, Face::Plain, 7.5, name - 6.0);
        pen.text(Place::at(place.x, y), Face::Plain, 7.5, Ink::Dark, &label);
        for (j, (column, cell)) in columns.iter().zip(&row.values).enumerate() {
            let said = cell.as_ref().map_or_else(|| "–".to_owned(), |cell| value(cell, &column.word));
            let said = pen.short(&said, Face::Plain, 7.5, width - 5.0);
            pen.text_to(Place::at(edge(j), y), Face::Plain, 7.5, Ink::Dark, &said);
        }
    }
    let rest = rows.len().saturating_sub(fits) + left_out;
    if rest > 0 {
        let y = head + LINE * (fits.min(rows.len()) + 1) as f32;
        let said = format!("and {rest} more in the dashboard");
        pen.text(Place::at(place.x, y), Face::Plain, 7.0, Ink::Quiet, &said);
    }
}

fn states(pen: &mut Pen<'_>, sheet: &Sheet, place: Place, shown: &Shown, lanes: &[Lane], left_out: usize) {
    more(pen, place, left_out, "devices");
    let mut words: Vec<&str> = Vec::new();
    for stay in lanes.iter().flat_map(|lane| &lane.stays) {
        if !words.contains(&stay.state.as_str()) {
            words.push(&stay.state);
        }
    }
    let name = (place.width * 0.22).clamp(40.0, 110.0);
    let drawn = place.within(name, 2.0, 0.0, 24.0);
    let height = (drawn.height / lanes.len().max(1) as f32).min(16.0);
    let fits = ((drawn.height / height.max(5.0)) as usize).min(lanes.len());
    let (from, to) = shown.between;
    let share = |at: i64| ((at - from) as f64 / (to - from).max(1) as f64).clamp(0.0, 1.0) as f32;
    for (i, lane) in lanes.iter().take(fits).enumerate() {
        let y = drawn.y + height.max(5.0) * i as f32;
        let label = pen.short(&lane.label, Face::Plain, 6.5, name - 5.0);
        pen.text(Place::at(place.x, y + height * 0.65), Face::Plain, 6.5, Ink::Dark, &label);
        for stay in &lane.stays {
            let (x, end) = (share(stay.from_ms), share(stay.to_ms));
            let ink = Ink::Series(words.iter().position(|word| *word == stay.state).unwrap_or_default());
            let bar = Place {
                x: drawn.x + drawn.width * x,
                y: y + 1.0,
                width: drawn.width * (end - x),
                height: height.max(5.0) - 2.0,
            };
            pen.shade(bar, ink, 0.8);
        }
    }
    chart::times(pen, sheet, drawn, shown.between);
    chart::legend(pen, Place { y: place.bottom() - 9.0, ..place }, words.into_iter().map(str::to_owned));
}

fn shares_of(pen: &mut Pen<'_>, place: Place, shares: &[Share], word: &Word) {
    let whole: f64 = shares.iter().map(|share| share.value.max(0.0)).sum();
    let room = ((place.height / 20.0).floor().max(1.0)) as usize;
    for (i, share) in shares.iter().take(room).enumerate() {
        let y = place.y + 20.0 * i as f32;
        let part = if whole > 0.0 { share.value.max(0.0) / whole } else { 0.0 };
        let said = with_unit(&number(share.value, word.decimals), word);
        let said = format!("{said} · {} %", number(part * 100.0, Some(0)));
        let left = place.width - pen.width(&said, Face::Plain, 7.0) - 6.0;
        let label = pen.short(&share.label, Face::Plain, 7.0, left);
        pen.text(Place::at(place.x, y + 7.5), Face::Plain, 7.0, Ink::Dark, &label);
        pen.text_to(Place::at(place.right(), y + 7.5), Face::Plain, 7.0, Ink::Quiet, &said);
        let bar = Place { x: place.x, y: y + 10.5, width: place.width, height: 4.0 };
        pen.fill(bar, Ink::Line);
        pen.fill(Place { width: bar.width * part as f32, ..bar }, Ink::Series(i));
    }
    more(pen, place, shares.len().saturating_sub(room), "shares");
}

fn count(pen: &mut Pen<'_>, place: Place, counted: Counted) {
    let all = number(counted.all as f64, Some(0));
    pen.text(Place::at(place.x, place.y + 15.0), Face::Bold, 15.0, Ink::Dark, &all);
    let parts = [(counted.live, "live"), (counted.silent, "silent"), (counted.never, "never connected")];
    let said: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let said = pen.short(&said.join(" · "), Face::Plain, 7.0, place.width);
    pen.text(Place::at(place.x, place.y + 25.0), Face::Plain, 7.0, Ink::Quiet, &said);
}

/// The words of Markdown without its signs.
fn text(pen: &mut Pen<'_>, place: Place, markdown: &str) {
    let mut y = place.y;
    for raw in markdown.lines() {
        let is_heading = raw.trim_start().starts_with('#');
        let item = raw.trim_start().strip_prefix("- ").or_else(|| raw.trim_start().strip_prefix("* "));
        let words = item.unwrap_or(raw).trim_start_matches(['#', '>', ' ']);
        let words = words.replace("**", "").replace("__", "").replace('`', "");
        let words = if item.is_some() { format!("• {words}") } else { words };
        let (face, size) = if is_heading { (Face::Bold, 10.0) } else { (Face::Plain, 8.0) };
        for line in pen.lines(&words, face, size, place.width) {
            y += size + 3.0;
            if y > place.bottom() {
                return;
            }
            pen.text(Place::at(place.x, y), face, size, Ink::Dark, &line);
        }
        if words.is_empty() {
            y += 4.0;
        }
    }
}
