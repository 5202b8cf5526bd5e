//! The colours of a chart: those of the page's tokens, in light and dark.

use super::plot::COLOURS;
use plotters::style::RGBColor;
#[cfg(feature = "hydrate")]
use web_sys::Element;

/// Colours to draw with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Inks {
    pub(super) lines: [RGBColor; COLOURS],
    pub(super) grid: RGBColor,
    pub(super) text: RGBColor,
    /// Of what is as it should be, to be looked at, as it should not be.
    pub(super) moods: [RGBColor; 3],
}

impl Inks {
    /// Colours that stand for tokens until they are replaced by name; see [`Inks::name`].
    pub(super) fn placeholders() -> Inks {
        let mut lines = [RGBColor(0, 0, 0); COLOURS];
        for (i, line) in lines.iter_mut().enumerate() {
            *line = RGBColor(1, 0, i as u8);
        }
        let moods = [RGBColor(4, 0, 0), RGBColor(4, 0, 1), RGBColor(4, 0, 2)];
        Inks { lines, grid: RGBColor(2, 0, 0), text: RGBColor(3, 0, 0), moods }
    }

    /// Puts the tokens' names in the place of [`Inks::placeholders`].
    pub(super) fn name(mut svg: String) -> String {
        for i in 0..COLOURS {
            svg = svg.replace(&format!("#0100{i:02X}"), &format!("var(--s{})", i + 1));
        }
        let svg = svg.replace("#040000", "var(--ok)").replace("#040001", "var(--warn)");
        let svg = svg.replace("#040002", "var(--bad)");
        svg.replace("#020000", "var(--line)").replace("#030000", "var(--ink-3)")
    }

    /// The colours as they are just now, read off the chart's probe: an element with one child for each line's
    /// colour, then the grid's, the text's and those of good, warning and bad.
    #[cfg(feature = "hydrate")]
    pub(super) fn of(probe: &Element) -> Inks {
        let mut inks = Inks::placeholders();
        let children = probe.children();
        let colour = |i: usize| children.item(i as u32).and_then(|child| computed_colour(&child));
        for (i, line) in inks.lines.iter_mut().enumerate() {
            *line = colour(i).unwrap_or(*line);
        }
        inks.grid = colour(COLOURS).unwrap_or(inks.grid);
        inks.text = colour(COLOURS + 1).unwrap_or(inks.text);
        for (i, mood) in inks.moods.iter_mut().enumerate() {
            *mood = colour(COLOURS + 2 + i).unwrap_or(*mood);
        }
        inks
    }
}

#[cfg(feature = "hydrate")]
fn computed_colour(element: &Element) -> Option<RGBColor> {
    let style = leptos::prelude::window().get_computed_style(element).ok()??;
    parse(&style.get_property_value("color").ok()?)
}

/// Reads `rgb(11, 107, 88)`.
#[cfg(any(feature = "hydrate", test))]
fn parse(colour: &str) -> Option<RGBColor> {
    let inside = colour.strip_prefix("rgb")?.split_once('(')?.1;
    let mut parts = inside.split(|c: char| !(c.is_ascii_digit() || c == '.')).filter(|p| !p.is_empty());
    let mut part = || parts.next()?.parse::<f64>().ok().map(|v| v.round().clamp(0.0, 255.0) as u8);
    Some(RGBColor(part()?, part()?, part()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read() {
        assert_eq!(parse("rgb(11, 107, 88)"), Some(RGBColor(11, 107, 88)));
        assert_eq!(parse("rgba(1, 2, 3, 0.5)"), Some(RGBColor(1, 2, 3)));
        assert_eq!(parse("rgb(1 2 3 / 50%)"), Some(RGBColor(1, 2, 3)));
        assert_eq!(parse("oklch(1 2 3)"), None);
    }
}
