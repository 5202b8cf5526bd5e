//! How far a zone's clocks are ahead of UTC, as the browser's `Intl` knows it.

use super::MINUTE_MS;
use super::civil::midnight_ms;
use js_sys::{Array, Function, Object, Reflect};
use std::cell::RefCell;
use std::collections::HashMap;
use wasm_bindgen::{JsCast, JsValue};

/// Offsets change on quarters of an hour only.
const STEP_MS: i64 = 15 * MINUTE_MS;

thread_local! {
    static FORMATS: RefCell<HashMap<String, Option<Function>>> = RefCell::default();
    static OFFSETS: RefCell<HashMap<(String, i64), i64>> = RefCell::default();
}

/// What is to be added to UTC in this zone at this moment, in milliseconds. An empty or unknown zone is the
/// browser's own; on the server everything is UTC.
pub(crate) fn offset_ms(zone: &str, at_ms: i64) -> i64 {
    if cfg!(feature = "ssr") {
        return 0;
    }
    let key = (zone.to_owned(), at_ms.div_euclid(STEP_MS));
    if let Some(known) = OFFSETS.with_borrow(|known| known.get(&key).copied()) {
        return known;
    }
    let at = key.1 * STEP_MS;
    let offset = wall_clock_ms(zone, at).map_or(0, |wall| wall - at);
    OFFSETS.with_borrow_mut(|known| known.insert(key, offset));
    offset
}

/// What the zone's clocks show, as if it were UTC.
fn wall_clock_ms(zone: &str, at_ms: i64) -> Option<i64> {
    let format = FORMATS.with_borrow_mut(|formats| {
        formats.entry(zone.to_owned()).or_insert_with(|| format(zone).or_else(|| format(""))).clone()
    })?;
    let text = format.call1(&JsValue::NULL, &JsValue::from_f64(at_ms as f64)).ok()?.as_string()?;
    // Swedish writes 2026-11-22 20:30:31.
    let mut parts = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    Some(midnight_ms(year, month, day) + ((hour * 60 + minute) * 60 + second) * 1000)
}

/// `new Intl.DateTimeFormat("sv-SE", …).format`; nothing for a zone that the browser doesn't know.
fn format(zone: &str) -> Option<Function> {
    let options = Object::new();
    let set = |name: &str, value: &str| Reflect::set(&options, &name.into(), &value.into()).ok();
    if !zone.is_empty() {
        set("timeZone", zone)?;
    }
    set("hourCycle", "h23")?;
    set("year", "numeric")?;
    for part in ["month", "day", "hour", "minute", "second"] {
        set(part, "2-digit")?;
    }
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let constructor: Function = Reflect::get(&intl, &"DateTimeFormat".into()).ok()?.dyn_into().ok()?;
    // Through Reflect, because an unknown zone throws.
    let made = Reflect::construct(&constructor, &Array::of2(&"sv-SE".into(), &options)).ok()?;
    Reflect::get(&made, &"format".into()).ok()?.dyn_into().ok()
}
