//! The choice of a time zone: all that the browser knows, found by typing a part of the name.

use crate::ui::Field;
use crate::zone::{civil, offset_ms, use_clock};
use js_sys::{Array, Function, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

const LIST: &str = "time-zones";

/// A field with the browser's list of zones; empty means the browser's own.
#[component]
pub(super) fn TimeZones(
    zone: RwSignal<String>,
    #[prop(into)] error: Signal<Option<String>>,
) -> impl IntoView {
    let clock = use_clock();
    let zones = RwSignal::new(Vec::<String>::new());
    let own = RwSignal::new(String::new());
    Effect::new(move || {
        zones.set(supported_zones());
        own.set(browser_zone().unwrap_or_default());
    });
    // Says something new once a minute, though the clock ticks every second.
    let now = Memo::new(move |_| {
        let at = clock.now()?;
        let typed = zone.get();
        let zone = if typed.trim().is_empty() { own.get() } else { typed.trim().to_owned() };
        if zone.is_empty() || !is_known_zone(&zone) {
            return None;
        }
        let there = civil(at + offset_ms(&zone, at));
        let whose = if typed.trim().is_empty() { "The browser's own is " } else { "" };
        Some(format!("{whose}{zone}, where it is {:02}:{:02} now.", there.hour, there.minute))
    });
    view! {
        <datalist id=LIST>
            {move || zones.get().into_iter().map(|zone| view! { <option value=zone></option> }).collect_view()}
        </datalist>
        <div class="time-zone">
            <Field
                label="Time zone"
                name="time_zone"
                list=LIST.to_owned()
                placeholder="The browser's own"
                hint="Type a part of its name, such as Vienna. Leave it empty to follow the browser."
                value=zone
                error
            />
            {move || now.get().map(|text| view! { <p class="hint">{text}</p> })}
        </div>
    }
}

/// Whether the browser can tell times in this zone; the empty name is its own.
pub(super) fn is_known_zone(zone: &str) -> bool {
    zone.is_empty() || format_in(zone).is_some()
}

/// All zones, where the browser lists them (`Intl.supportedValuesOf`).
fn supported_zones() -> Vec<String> {
    let list = || {
        let intl = intl()?;
        let values = Reflect::get(&intl, &"supportedValuesOf".into()).ok()?.dyn_into::<Function>().ok()?;
        values.call1(&intl, &"timeZone".into()).ok()?.dyn_into::<Array>().ok()
    };
    let mut zones: Vec<String> =
        list().map(|l| l.iter().filter_map(|z| z.as_string()).collect()).unwrap_or_default();
    if !zones.iter().any(|zone| zone == "UTC") {
        zones.push("UTC".into());
    }
    zones
}

/// The browser's own zone.
pub(crate) fn browser_zone() -> Option<String> {
    let format = construct(&Array::new())?;
    let resolved = Reflect::get(&format, &"resolvedOptions".into()).ok()?.dyn_into::<Function>().ok()?;
    Reflect::get(&resolved.call0(&format).ok()?, &"timeZone".into()).ok()?.as_string()
}

fn format_in(zone: &str) -> Option<JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"timeZone".into(), &zone.into()).ok()?;
    construct(&Array::of2(&JsValue::UNDEFINED, &options))
}

/// `new Intl.DateTimeFormat(…)`; nothing where it throws, as it does for an unknown zone.
fn construct(arguments: &Array) -> Option<JsValue> {
    let constructor = Reflect::get(&intl()?, &"DateTimeFormat".into()).ok()?.dyn_into::<Function>().ok()?;
    Reflect::construct(&constructor, arguments).ok()
}

fn intl() -> Option<JsValue> {
    Reflect::get(&js_sys::global(), &"Intl".into()).ok()
}
