//! The list by keyboard: j and k, or the arrows within the table, go from device to device; Enter opens; x selects.

use crate::ui::keyboard::{is_typing, on_page_key};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Marks the link of a row; its value is the device's id.
const ROW: &str = "[data-row]";

/// Listens while the list is shown; `on_select` gets the id of the row that is to be selected or not.
pub(super) fn listen(on_select: impl Fn(String) + 'static) {
    on_page_key(move |ev: KeyboardEvent| {
        if ev.ctrl_key() || ev.meta_key() || ev.alt_key() || is_typing() || dialog_is_open() {
            return;
        }
        let done = match ev.key().as_str() {
            "j" => step(1),
            "k" => step(-1),
            "ArrowDown" if at_row() => step(1),
            "ArrowUp" if at_row() => step(-1),
            "x" => current().map(&on_select).is_some(),
            _ => false,
        };
        if done {
            ev.prevent_default();
        }
    });
}

fn dialog_is_open() -> bool {
    document().query_selector("dialog[open], [popover]:popover-open").is_ok_and(|found| found.is_some())
}

fn rows() -> Vec<HtmlElement> {
    let Ok(found) = document().query_selector_all(ROW) else { return Vec::new() };
    (0..found.length()).filter_map(|i| found.get(i)?.dyn_into().ok()).collect()
}

fn position(rows: &[HtmlElement]) -> Option<usize> {
    let active = document().active_element()?;
    rows.iter().position(|row| **row == active)
}

fn at_row() -> bool {
    position(&rows()).is_some()
}

fn current() -> Option<String> {
    let rows = rows();
    position(&rows).and_then(|at| rows[at].get_attribute("data-row"))
}

/// Moves the focus; from outside of the table it goes to the first row.
fn step(by: i64) -> bool {
    let rows = rows();
    if rows.is_empty() {
        return false;
    }
    let to = match position(&rows) {
        None => 0,
        Some(at) => (at as i64 + by).clamp(0, rows.len() as i64 - 1) as usize,
    };
    rows[to].focus().is_ok()
}
