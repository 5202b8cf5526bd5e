//! The canvas that the browser draws on: as large as its box, as sharp as the screen, in the page's colours.

use super::plot::Plot;
use crate::ui::theme;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlCanvasElement, ResizeObserver};

/// The width of an element in CSS pixels, kept up to date; 0 until it is known.
pub(crate) fn use_width(of: NodeRef<html::Div>) -> Signal<f64> {
    let width = RwSignal::new(0.0_f64);
    Effect::new(move |_| {
        let Some(element) = of.get() else { return };
        let element: Element = element.into();
        let measure = {
            let element = element.clone();
            move || {
                let now = f64::from(element.client_width());
                if width.try_get_untracked().is_some_and(|before| before != now) {
                    width.set(now);
                }
            }
        };
        measure();
        let resized = Closure::<dyn FnMut()>::new(measure);
        let Ok(observer) = ResizeObserver::new(resized.as_ref().unchecked_ref()) else { return };
        observer.observe(&element);
        let kept = StoredValue::new_local((observer, resized));
        on_cleanup(move || {
            let _ = kept.try_with_value(|(observer, _)| observer.disconnect());
        });
    });
    width.into()
}

/// Counts the changes of the page's colours: by choice, or by the system going dark.
pub(super) fn use_recoloured() -> Signal<u32> {
    let changes = RwSignal::new(0_u32);
    Effect::new(move |_| {
        let changed = Closure::<dyn FnMut()>::new(move || {
            let _ = changes.try_update(|n| *n = n.wrapping_add(1));
        });
        let call = changed.as_ref().unchecked_ref();
        let _ = window().add_event_listener_with_callback(theme::CHANGED_EVENT, call);
        let dark = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
        if let Some(dark) = &dark {
            let _ = dark.add_event_listener_with_callback("change", call);
        }
        let kept = StoredValue::new_local((dark, changed));
        on_cleanup(move || {
            let _ = kept.try_with_value(|(dark, changed)| {
                let call = changed.as_ref().unchecked_ref();
                let _ = window().remove_event_listener_with_callback(theme::CHANGED_EVENT, call);
                if let Some(dark) = dark {
                    let _ = dark.remove_event_listener_with_callback("change", call);
                }
            });
        });
    });
    changes.into()
}

/// Draws the plot onto the canvas. The probe shows the page's colours.
#[cfg(feature = "hydrate")]
pub(super) fn paint(canvas: &HtmlCanvasElement, probe: &Element, plot: &Plot) {
    use super::draw::{UNITS, draw};
    use super::fine::Fine;
    use super::inks::Inks;
    use plotters_canvas::CanvasBackend;
    use web_sys::CanvasRenderingContext2d;

    let ratio = window().device_pixel_ratio().max(1.0);
    let (width, height) = ((plot.width * ratio).round() as u32, (plot.height * ratio).round() as u32);
    if canvas.width() != width || canvas.height() != height {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let context =
        canvas.get_context("2d").ok().flatten().and_then(|c| c.dyn_into::<CanvasRenderingContext2d>().ok());
    let Some(context) = context else { return };
    let _ = context.reset_transform();
    context.clear_rect(0.0, 0.0, f64::from(width), f64::from(height));
    // The backend draws through this same context: what is set here holds for it.
    let scale = ratio / UNITS;
    let _ = context.scale(scale, scale);
    context.set_line_join("round");
    context.set_line_cap("round");
    if let Some(backend) = CanvasBackend::with_canvas_object(canvas.clone())
        && let Err(error) = draw(Fine::new(backend, plot.width, plot.height), plot, &Inks::of(probe), true)
    {
        leptos::logging::warn!("a chart could not be drawn: {error}");
    }
}

/// There is no canvas on the server.
#[cfg(not(feature = "hydrate"))]
pub(super) fn paint(_canvas: &HtmlCanvasElement, _probe: &Element, _plot: &Plot) {}
