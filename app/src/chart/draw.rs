//! The one drawing function, for any of `plotters`' backends.

use super::inks::Inks;
use super::plot::{COLOURS, ChartStyle, Line, Plot};
use super::scale::Scale;
use model::telemetry::Bucket;
use plotters::backend::DrawingBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};

/// `plotters` counts in whole units: drawn in eighths of a CSS pixel, slow slopes have no steps.
pub(super) const UNITS: f64 = 8.0;

const LINE_PX: f64 = 1.6;
const GRID_PX: f64 = 1.0;
const DOT_PX: f64 = 2.2;
const TEXT_PX: f64 = 10.5;
/// Points further apart than this are dotted.
const DOTS_FROM_PX: f64 = 18.0;
const BAND_ALPHA: f64 = 0.16;
const AREA_ALPHA: f64 = 0.18;
const BAR_ALPHA: f64 = 0.85;
/// What of the room of a bucket its bars take.
const BAR_PART: f64 = 0.78;
const FONT: &str = "Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', 'Noto Sans', sans-serif";

type Drawn<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

/// Draws the plot; the backend counts in [`UNITS`] to a CSS pixel.
///
/// # Errors
/// What the backend says.
pub(super) fn draw<B: DrawingBackend>(backend: B, plot: &Plot, inks: &Inks, axes: bool) -> Drawn<B> {
    let area = backend.into_drawing_area();
    if axes {
        draw_values(&area, plot, inks)?;
        draw_times(&area, plot, inks)?;
    }
    for (place, line) in plot.lines.iter().enumerate() {
        let ink = inks.lines[line.index % COLOURS];
        match plot.style {
            ChartStyle::Line => draw_bands(&area, plot, line, ink)?,
            ChartStyle::Area => draw_area(&area, plot, line, ink)?,
            ChartStyle::Bar => draw_bars(&area, plot, (place, line), ink)?,
        }
    }
    if plot.style != ChartStyle::Bar {
        for line in &plot.lines {
            let ink = inks.lines[line.index % COLOURS];
            draw_line(&area, plot, line, ink)?;
        }
    }
    draw_marks(&area, plot, inks)?;
    draw_notes(&area, plot, inks)?;
    area.present()
}

fn draw_values<B: DrawingBackend>(area: &DrawingArea<B, Shift>, plot: &Plot, inks: &Inks) -> Drawn<B> {
    let Scale { left, right, .. } = plot.scale;
    let style = text(inks.text, HPos::Right, VPos::Center);
    for (value, words) in &plot.values {
        // On the middle of a pixel the line is sharp.
        let y = plot.scale.y(*value).floor() + 0.5;
        area.draw(&PathElement::new(vec![at(left, y), at(right, y)], stroke(inks.grid, GRID_PX)))?;
        area.draw_text(words, &style, at(left - 7.0, y))?;
    }
    if !plot.unit.is_empty() {
        area.draw_text(&plot.unit, &text(inks.text, HPos::Right, VPos::Center), at(left - 7.0, 8.0))?;
    }
    let style = text(inks.text, HPos::Left, VPos::Center);
    for (place, axis) in plot.right.iter().enumerate() {
        let scale = plot.scale_of(place + 1);
        for (value, words) in &axis.values {
            area.draw_text(words, &style, at(axis.x, scale.y(*value).floor() + 0.5))?;
        }
        area.draw_text(&axis.unit, &style, at(axis.x, 8.0))?;
    }
    Ok(())
}

/// What happened: a line at a moment, a shade over a stretch, each with a mark above.
fn draw_notes<B: DrawingBackend>(area: &DrawingArea<B, Shift>, plot: &Plot, inks: &Inks) -> Drawn<B> {
    const SHADE_ALPHA: f64 = 0.10;
    const MARK_PX: f64 = 4.0;
    let Scale { left, right, top, bottom, .. } = plot.scale;
    for note in &plot.notes {
        let mood = ["good", "warning", "bad"].iter().position(|word| *word == note.mood);
        let ink = mood.map_or(inks.text, |i| inks.moods[i]);
        let x = plot.scale.x(note.from_ms).clamp(left, right);
        if let Some(to_ms) = note.to_ms {
            let end = plot.scale.x(to_ms).clamp(left, right);
            let outline = vec![at(x, top), at(end, top), at(end, bottom), at(x, bottom)];
            area.draw(&Polygon::new(outline, ink.mix(SHADE_ALPHA)))?;
        }
        if note.from_ms >= plot.scale.from_ms {
            let line = x.floor() + 0.5;
            area.draw(&PathElement::new(vec![at(line, top), at(line, bottom)], stroke(ink, 1.0)))?;
            let mark = vec![at(x - MARK_PX, top), at(x + MARK_PX, top), at(x, top + 1.6 * MARK_PX)];
            area.draw(&Polygon::new(mark, ink.filled()))?;
        }
    }
    Ok(())
}

fn draw_times<B: DrawingBackend>(area: &DrawingArea<B, Shift>, plot: &Plot, inks: &Inks) -> Drawn<B> {
    let Scale { left, right, bottom, .. } = plot.scale;
    let floor = bottom.floor() + 0.5;
    area.draw(&PathElement::new(vec![at(left, floor), at(right, floor)], stroke(inks.grid, GRID_PX)))?;
    for (time, words) in &plot.times {
        let x = plot.scale.x(*time);
        let half = words.chars().count() as f64 * 3.0;
        let (x_text, side) = match x {
            x if x + half > plot.width => (plot.width - 1.0, HPos::Right),
            x if x - half < left - 20.0 => (left - 20.0, HPos::Left),
            x => (x, HPos::Center),
        };
        let x = x.floor() + 0.5;
        area.draw(&PathElement::new(vec![at(x, bottom), at(x, bottom + 4.0)], stroke(inks.grid, GRID_PX)))?;
        area.draw_text(words, &text(inks.text, side, VPos::Top), at(x_text, bottom + 8.0))?;
    }
    Ok(())
}

/// What lay between the smallest and the largest value of each bucket.
fn draw_bands<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    plot: &Plot,
    line: &Line,
    ink: RGBColor,
) -> Drawn<B> {
    for piece in &line.pieces {
        if piece.len() < 2 || piece.iter().all(|b| b.max <= b.min) {
            continue;
        }
        let scale = plot.scale_of(line.axis);
        let upper = piece.iter().map(|b| point(&scale, b, b.max));
        let lower = piece.iter().rev().map(|b| point(&scale, b, b.min));
        let outline: Vec<(i32, i32)> = upper.chain(lower).collect();
        area.draw(&Polygon::new(outline, ink.mix(BAND_ALPHA)))?;
    }
    Ok(())
}

/// What a line holds, down to nothing.
fn draw_area<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    plot: &Plot,
    line: &Line,
    ink: RGBColor,
) -> Drawn<B> {
    for piece in line.pieces.iter().filter(|piece| piece.len() > 1) {
        let scale = plot.scale_of(line.axis);
        let upper = piece.iter().map(|b| point(&scale, b, b.avg));
        let lower = piece.iter().rev().map(|b| point(&scale, b, 0.0));
        area.draw(&Polygon::new(upper.chain(lower).collect::<Vec<_>>(), ink.mix(AREA_ALPHA)))?;
    }
    Ok(())
}

/// A bar a bucket; those of several lines stand side by side.
fn draw_bars<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    plot: &Plot,
    (place, line): (usize, &Line),
    ink: RGBColor,
) -> Drawn<B> {
    let Scale { left, right, top, bottom, .. } = plot.scale;
    let room = plot.scale.x(plot.scale.from_ms + line.usual_ms().max(1)) - plot.scale.x(plot.scale.from_ms);
    let lines = plot.lines.len().max(1) as f64;
    let width = (room.clamp(2.0, 60.0) * BAR_PART / lines).max(1.0);
    let scale = plot.scale_of(line.axis);
    let floor = scale.y(0.0).clamp(top, bottom);
    for bucket in line.pieces.iter().flatten() {
        let begin = plot.scale.x(bucket.ts) + place as f64 * width;
        let (x1, x2) = (begin.clamp(left, right), (begin + width - 0.5).clamp(left, right));
        let y = scale.y(bucket.avg).clamp(top, bottom);
        let outline = vec![at(x1, floor), at(x1, y), at(x2, y), at(x2, floor)];
        area.draw(&Polygon::new(outline, ink.mix(BAR_ALPHA)))?;
    }
    Ok(())
}

/// Lines across at values that mean something.
fn draw_marks<B: DrawingBackend>(area: &DrawingArea<B, Shift>, plot: &Plot, inks: &Inks) -> Drawn<B> {
    const DASH_PX: f64 = 5.0;
    let Scale { left, right, low, high, .. } = plot.scale;
    for (value, mood) in plot.marks.iter().filter(|(value, _)| (low..=high).contains(value)) {
        let Some(ink) =
            ["good", "warning", "bad"].iter().position(|word| word == mood).map(|i| inks.moods[i])
        else {
            continue;
        };
        let y = plot.scale.y(*value).floor() + 0.5;
        let mut x = left;
        while x < right {
            let path = vec![at(x, y), at((x + DASH_PX).min(right), y)];
            area.draw(&PathElement::new(path, stroke(ink, 1.0)))?;
            x += 2.0 * DASH_PX;
        }
    }
    Ok(())
}

fn draw_line<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    plot: &Plot,
    line: &Line,
    ink: RGBColor,
) -> Drawn<B> {
    let px_a_point = (plot.scale.right - plot.scale.left) / line.points().max(1) as f64;
    let scale = plot.scale_of(line.axis);
    for piece in &line.pieces {
        let path: Vec<(i32, i32)> = piece.iter().map(|b| point(&scale, b, b.avg)).collect();
        if path.len() == 1 || px_a_point > DOTS_FROM_PX {
            for dot in &path {
                area.draw(&Circle::new(*dot, (DOT_PX * UNITS) as i32, ink.filled()))?;
            }
        }
        if path.len() > 1 {
            area.draw(&PathElement::new(path, stroke(ink, LINE_PX)))?;
        }
    }
    Ok(())
}

/// Points beyond the edges end on them, so that nothing is drawn over the axes.
fn point(scale: &Scale, bucket: &Bucket, value: f64) -> (i32, i32) {
    let Scale { left, right, top, bottom, .. } = *scale;
    at(scale.x(bucket.ts).clamp(left, right), scale.y(value).clamp(top, bottom))
}

fn at(x: f64, y: f64) -> (i32, i32) {
    ((x * UNITS).round() as i32, (y * UNITS).round() as i32)
}

fn stroke(ink: RGBColor, width_px: f64) -> ShapeStyle {
    ShapeStyle { color: ink.to_rgba(), filled: false, stroke_width: (width_px * UNITS).round() as u32 }
}

fn text(ink: RGBColor, side: HPos, height: VPos) -> TextStyle<'static> {
    let font = FontDesc::new(FontFamily::Name(FONT), TEXT_PX * UNITS, FontStyle::Normal);
    TextStyle { font, color: ink.to_backend_color(), pos: Pos::new(side, height) }
}
