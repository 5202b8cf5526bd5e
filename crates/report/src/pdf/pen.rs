//! What draws: texts, lines and areas in a few inks, measured in points from the upper left corner.

use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use ttf_parser::Face as Measures;

/// Colours of lines, told apart by whoever sees colours differently too (after Okabe and Ito).
const SERIES: [(u8, u8, u8); 8] = [
    (11, 107, 88),
    (213, 94, 0),
    (0, 114, 178),
    (204, 121, 167),
    (148, 118, 0),
    (86, 140, 190),
    (120, 80, 160),
    (90, 90, 90),
];

/// An area of the page, or its upper left corner alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

impl Place {
    pub(super) fn at(x: f32, y: f32) -> Place {
        Place { x, y, width: 0.0, height: 0.0 }
    }

    /// The area without this much at each side.
    pub(super) fn within(self, left: f32, top: f32, right: f32, bottom: f32) -> Place {
        Place {
            x: self.x + left,
            y: self.y + top,
            width: (self.width - left - right).max(1.0),
            height: (self.height - top - bottom).max(1.0),
        }
    }

    pub(super) fn right(self) -> f32 {
        self.x + self.width
    }

    pub(super) fn bottom(self) -> f32 {
        self.y + self.height
    }
}

/// A colour by what it is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ink {
    Dark,
    Quiet,
    Line,
    Accent,
    Good,
    Warning,
    Bad,
    /// Of the line of this number.
    Series(usize),
}

/// A face of the letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Plain,
    Bold,
}

/// The letters, for drawing and for measuring.
pub(super) struct Fonts {
    plain: (Font, Measures<'static>),
    bold: (Font, Measures<'static>),
}

impl Fonts {
    pub(super) fn new() -> Option<Fonts> {
        let read =
            |bytes: &'static [u8]| Some((Font::new(bytes.into(), 0)?, Measures::parse(bytes, 0).ok()?));
        Some(Fonts { plain: read(dejavu::sans::regular())?, bold: read(dejavu::sans::bold())? })
    }

    fn of(&self, face: Face) -> &(Font, Measures<'static>) {
        match face {
            Face::Plain => &self.plain,
            Face::Bold => &self.bold,
        }
    }
}

/// What draws on one page.
pub(super) struct Pen<'a> {
    surface: Surface<'a>,
    fonts: &'a Fonts,
    accent: (u8, u8, u8),
}

impl<'a> Pen<'a> {
    pub(super) fn new(surface: Surface<'a>, fonts: &'a Fonts, accent: (u8, u8, u8)) -> Pen<'a> {
        Pen { surface, fonts, accent }
    }

    pub(super) fn finish(self) {
        self.surface.finish();
    }

    fn colour(&self, ink: Ink) -> rgb::Color {
        let (r, g, b) = match ink {
            Ink::Dark => (28, 36, 48),
            Ink::Quiet => (91, 100, 114),
            Ink::Line => (221, 225, 230),
            Ink::Accent => self.accent,
            Ink::Good => (22, 122, 70),
            Ink::Warning => (168, 98, 0),
            Ink::Bad => (184, 37, 37),
            Ink::Series(i) => SERIES[i % SERIES.len()],
        };
        rgb::Color::new(r, g, b)
    }

    fn paint(&mut self, ink: Ink, opacity: f32) {
        let paint = self.colour(ink).into();
        let opacity = NormalizedF32::new(opacity.clamp(0.0, 1.0)).unwrap_or(NormalizedF32::ONE);
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Fill { paint, opacity, rule: Default::default() }));
    }

    /// How wide a text is.
    pub(super) fn width(&self, text: &str, face: Face, size: f32) -> f32 {
        let (_, measures) = self.fonts.of(face);
        let units = f32::from(measures.units_per_em());
        let of = |sign: char| {
            let glyph = measures.glyph_index(sign)?;
            measures.glyph_hor_advance(glyph).map(f32::from)
        };
        text.chars().map(|sign| of(sign).unwrap_or(units * 0.6)).sum::<f32>() / units * size
    }

    /// As much of a text as has room, with a sign that more follows.
    pub(super) fn short(&self, text: &str, face: Face, size: f32, room: f32) -> String {
        if self.width(text, face, size) <= room {
            return text.to_owned();
        }
        let mut short: String = text.chars().take(400).collect();
        while !short.is_empty() && self.width(&short, face, size) + size > room {
            short.pop();
        }
        format!("{}…", short.trim_end())
    }

    /// The lines of a text in so much room.
    pub(super) fn lines(&self, text: &str, face: Face, size: f32, room: f32) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.lines() {
            let mut line = String::new();
            for word in paragraph.split_whitespace() {
                let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
                if self.width(&longer, face, size) > room && !line.is_empty() {
                    lines.push(std::mem::replace(&mut line, word.to_owned()));
                } else {
                    line = longer;
                }
            }
            lines.push(line);
        }
        lines
    }

    /// A text whose line stands at the place.
    pub(super) fn text(&mut self, at: Place, face: Face, size: f32, ink: Ink, text: &str) {
        // Signs that steer are drawn by nothing.
        let text: String = text.chars().filter(|sign| !sign.is_control()).collect();
        if text.is_empty() {
            return;
        }
        self.paint(ink, 1.0);
        let font = self.fonts.of(face).0.clone();
        self.surface.draw_text(Point::from_xy(at.x, at.y), font, size, &text, false, TextDirection::Auto);
    }

    /// One that ends at the place.
    pub(super) fn text_to(&mut self, at: Place, face: Face, size: f32, ink: Ink, text: &str) {
        let text = self.short(text, face, size, 330.0);
        let x = at.x - self.width(&text, face, size);
        self.text(Place::at(x, at.y), face, size, ink, &text);
    }

    /// A level line.
    pub(super) fn rule(&mut self, from: f32, to: f32, y: f32, thick: f32, ink: Ink) {
        self.fill(Place { x: from, y: y - thick / 2.0, width: (to - from).max(0.1), height: thick }, ink);
    }

    /// An area.
    pub(super) fn fill(&mut self, place: Place, ink: Ink) {
        self.shade(place, ink, 1.0);
    }

    /// An area that lets through what lies below it.
    pub(super) fn shade(&mut self, place: Place, ink: Ink, opacity: f32) {
        let Place { x, y, width, height } = place;
        let Some(rect) = Rect::from_xywh(x, y, width.max(0.05), height.max(0.05)) else { return };
        let mut path = PathBuilder::new();
        path.push_rect(rect);
        if let Some(path) = path.finish() {
            self.paint(ink, opacity);
            self.surface.draw_path(&path);
        }
    }

    /// A frame.
    pub(super) fn frame(&mut self, place: Place, ink: Ink) {
        let Some(rect) = Rect::from_xywh(place.x, place.y, place.width, place.height) else { return };
        let mut path = PathBuilder::new();
        path.push_rect(rect);
        self.strokes(path, ink, 0.7);
    }

    /// A line through these points.
    pub(super) fn line(&mut self, points: &[(f32, f32)], ink: Ink, thick: f32) {
        let [first, rest @ ..] = points else { return };
        let mut path = PathBuilder::new();
        path.move_to(first.0, first.1);
        // A point alone is a dot.
        if rest.is_empty() {
            path.line_to(first.0 + thick, first.1);
        }
        rest.iter().for_each(|(x, y)| path.line_to(*x, *y));
        self.strokes(path, ink, thick);
    }

    /// The area between a line and the level of `base`.
    pub(super) fn area(&mut self, points: &[(f32, f32)], base: f32, ink: Ink) {
        let [first, .., last] = points else { return };
        let mut path = PathBuilder::new();
        path.move_to(first.0, base);
        points.iter().for_each(|(x, y)| path.line_to(*x, *y));
        path.line_to(last.0, base);
        path.close();
        if let Some(path) = path.finish() {
            self.paint(ink, 0.15);
            self.surface.draw_path(&path);
        }
    }

    fn strokes(&mut self, path: PathBuilder, ink: Ink, thick: f32) {
        let Some(path) = path.finish() else { return };
        let paint = self.colour(ink).into();
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke { paint, width: thick, ..Stroke::default() }));
        self.surface.draw_path(&path);
        self.surface.set_stroke(None);
    }
}
