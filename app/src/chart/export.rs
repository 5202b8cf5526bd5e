//! Pictures of a chart, for elsewhere: as it stands on the page, with its title.

use super::plot::Plot;
use leptos::html;
use leptos::prelude::*;

/// By which pictures of a chart are made, from outside of it.
#[derive(Clone, Copy)]
pub struct ChartHandle(StoredValue<Option<Held>>);

/// What a picture is made of.
#[derive(Clone, Copy)]
struct Held {
    plot: Memo<Option<Plot>>,
    canvas: NodeRef<html::Canvas>,
    probe: NodeRef<html::Div>,
}

impl Default for ChartHandle {
    fn default() -> ChartHandle {
        ChartHandle(StoredValue::new(None))
    }
}

impl ChartHandle {
    pub(super) fn holds(
        self,
        plot: Memo<Option<Plot>>,
        canvas: NodeRef<html::Canvas>,
        probe: NodeRef<html::Div>,
    ) {
        self.0.set_value(Some(Held { plot, canvas, probe }));
    }

    /// The chart as an SVG document in the page's colours, under its title; nothing where there is no chart just now.
    pub fn svg(self, title: &str) -> Option<String> {
        let held = self.0.try_get_value().flatten()?;
        pictures::svg(&held, title)
    }

    /// The chart as the address of a PNG picture, under its title.
    pub fn png(self, title: &str) -> Option<String> {
        let held = self.0.try_get_value().flatten()?;
        pictures::png(&held, title)
    }
}

#[cfg(feature = "hydrate")]
mod pictures {
    use super::Held;
    use crate::chart::inks::Inks;
    use crate::chart::svg::to_string;
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement};

    /// Room for the title, CSS pixels.
    const HEAD_PX: f64 = 28.0;
    const FONT: &str = "Inter, system-ui, sans-serif";

    pub(super) fn svg(held: &Held, title: &str) -> Option<String> {
        let probe: Element = held.probe.get_untracked()?.into();
        let (drawn, width, height) = held.plot.with_untracked(|plot| {
            let plot = plot.as_ref()?;
            Some((to_string(plot, &Inks::of(&probe), true), plot.width, plot.height))
        })?;
        let whole = height + HEAD_PX;
        let (paper, ink, title) = (paper(&probe), ink(&probe), escaped(title));
        Some(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{whole}\" viewBox=\"0 0 {width} {whole}\">\
             <rect width=\"100%\" height=\"100%\" fill=\"{paper}\"/>\
             <text x=\"8\" y=\"19\" font-family=\"{FONT}\" font-size=\"13\" font-weight=\"600\" fill=\"{ink}\">{title}</text>\
             <g transform=\"translate(0 {HEAD_PX})\">{drawn}</g></svg>"
        ))
    }

    pub(super) fn png(held: &Held, title: &str) -> Option<String> {
        let probe: Element = held.probe.get_untracked()?.into();
        let drawn: HtmlCanvasElement = held.canvas.get_untracked()?;
        let ratio = window().device_pixel_ratio().max(1.0);
        let head = HEAD_PX * ratio;
        let picture: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
        picture.set_width(drawn.width());
        picture.set_height(drawn.height() + head as u32);
        let context: CanvasRenderingContext2d = picture.get_context("2d").ok()??.dyn_into().ok()?;
        context.set_fill_style_str(&paper(&probe));
        context.fill_rect(0.0, 0.0, f64::from(picture.width()), f64::from(picture.height()));
        context.set_fill_style_str(&ink(&probe));
        context.set_font(&format!("600 {}px {FONT}", 13.0 * ratio));
        context.fill_text(title, 8.0 * ratio, 19.0 * ratio).ok()?;
        context.draw_image_with_html_canvas_element(&drawn, 0.0, head).ok()?;
        picture.to_data_url_with_type("image/png").ok()
    }

    /// What the chart stands on.
    fn paper(probe: &Element) -> String {
        let tile = probe.closest(".tile, .card").ok().flatten();
        computed(tile.as_ref().unwrap_or(probe), "background-color").unwrap_or_else(|| "white".into())
    }

    fn ink(probe: &Element) -> String {
        let around = probe.parent_element();
        computed(around.as_ref().unwrap_or(probe), "color").unwrap_or_else(|| "black".into())
    }

    fn computed(of: &Element, name: &str) -> Option<String> {
        let style = window().get_computed_style(of).ok()??;
        style.get_property_value(name).ok().filter(|value| !value.is_empty())
    }

    fn escaped(text: &str) -> String {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    }
}

/// Pictures are made in the browser.
#[cfg(not(feature = "hydrate"))]
mod pictures {
    use super::Held;

    pub(super) fn svg(held: &Held, title: &str) -> Option<String> {
        let _ = (held.plot, held.canvas, held.probe, title);
        None
    }

    pub(super) fn png(held: &Held, title: &str) -> Option<String> {
        svg(held, title)
    }
}
