//! Several values of a condition: chosen from a list, or devices picked one by one.

use super::tree::Row;
use crate::api::devices::list_devices;
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{Button, ButtonKind, Chip, Dialog, FormActions, Glyph, SearchBox, Select, Skeleton};
use leptos::prelude::*;
use model::device::DeviceQuery;
use serde_json::{Value, json};
use std::time::Duration;

/// Devices that the dialog shows at once.
const SHOWN: i64 = 50;
/// Chosen devices that stand as chips.
const CHIPS: usize = 12;
/// How long the search waits for the next key.
const DEBOUNCE: Duration = Duration::from_millis(250);

/// Those that are chosen as chips, and the others to choose from.
#[component]
pub(super) fn Chosen(row: Row, name: String, options: Vec<(Value, String)>) -> impl IntoView {
    let options = StoredValue::new(options);
    let label = move |value: &Value| {
        let known =
            options.with_value(|all| all.iter().find(|(v, _)| v == value).map(|(_, text)| text.clone()));
        known.unwrap_or_else(|| "(deleted)".to_owned()).trim().to_owned()
    };
    let next = RwSignal::new(String::new());
    let offered = Signal::derive(move || {
        let chosen = row.values.get();
        let first = if chosen.is_empty() { "Choose…" } else { "or…" };
        let rest = options.with_value(|all| {
            let free = all.iter().filter(|(value, _)| !chosen.contains(value));
            free.map(|(value, text)| (value.to_string(), text.clone())).collect::<Vec<_>>()
        });
        std::iter::once((String::new(), first.to_owned())).chain(rest).collect::<Vec<_>>()
    });
    Effect::watch(
        move || next.get(),
        move |next_value, _, _| {
            let Ok(value) = serde_json::from_str::<Value>(next_value) else { return };
            row.values.update(|values| {
                if !values.contains(&value) {
                    values.push(value);
                }
            });
            next.set(String::new());
        },
        false,
    );
    let any_left = Memo::new(move |_| offered.with(|offered| offered.len() > 1));
    view! {
        <div class="rule-chosen">
            <For each=move || row.values.get() key=ToString::to_string let:value>
                {
                    let text = label(&value);
                    let mine = StoredValue::new(value);
                    view! {
                        <Chip
                            label=Signal::stored(text)
                            on_remove=move || {
                                row.values.update(|values| values.retain(|v| mine.with_value(|mine| mine != v)))
                            }
                        />
                    }
                }
            </For>
            <Show when=move || any_left.get()>
                <Select label="Value" name=name.clone() value=next options=offered bare=true />
            </Show>
        </div>
    }
    .into_any()
}

/// Devices by their ids: the first as chips, all of them in a dialog.
#[component]
pub(super) fn Devices(row: Row, name: String) -> impl IntoView {
    let open = RwSignal::new(false);
    let shown = Signal::derive(move || {
        row.values.with(|all| {
            all.iter().filter_map(Value::as_str).take(CHIPS).map(str::to_owned).collect::<Vec<_>>()
        })
    });
    let more = Memo::new(move |_| row.values.with(Vec::len).saturating_sub(CHIPS));
    let beyond = Memo::new(move |_| more.get() > 0);
    view! {
        <div class="rule-chosen" data-name=name>
            <For each=move || shown.get() key=Clone::clone let:id>
                {
                    let mine = StoredValue::new(id.clone());
                    view! { <Chip label=Signal::stored(id) on_remove=move || toggle(row, &mine.get_value()) /> }
                }
            </For>
            <Show when=move || beyond.get()>
                <span class="quiet">{move || format!("and {} more", more.get())}</span>
            </Show>
            <Button icon=Glyph::Plus on_click=move || open.set(true)>
                "Choose devices…"
            </Button>
        </div>
        <Dialog open title="Choose devices">
            <Picker row open />
        </Dialog>
    }
    .into_any()
}

#[component]
fn Picker(row: Row, open: RwSignal<bool>) -> impl IntoView {
    let slug = use_slug();
    let (typed, sought) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let mut seek = leptos::leptos_dom::helpers::debounce(DEBOUNCE, move |text: String| sought.set(text));
    Effect::watch(move || typed.get(), move |text, _, _| seek(text.trim().to_owned()), false);
    let found = LocalResource::new(move || {
        let query = DeviceQuery { search: sought.get(), limit: SHOWN, ..DeviceQuery::default() };
        list_devices(slug.get(), query)
    });
    let chosen = move |id: &str| row.values.with(|all| all.iter().any(|value| value.as_str() == Some(id)));
    let number = move || row.values.with(|all| format!("{} chosen", count(all.len() as i64)));
    view! {
        <SearchBox value=typed placeholder="Search name or id" />
        {move || match found.get() {
            None => view! { <Skeleton rows=5 /> }.into_any(),
            Some(Err(error)) => view! { <p class="field-error">{error.0.sentence().to_owned()}</p> }.into_any(),
            Some(Ok(page)) => {
                let left = page.matching - page.items.len() as i64;
                let boxes = page.items.into_iter().map(|found| {
                    let id = StoredValue::new(found.device.external_id.clone());
                    view! {
                        <label class="checkbox">
                            <input
                                type="checkbox"
                                prop:checked=move || id.with_value(|id| chosen(id))
                                on:change=move |_| toggle(row, &id.get_value())
                            />
                            <span>
                                {found.device.name} " "
                                <small class="mono quiet">{found.device.external_id}</small>
                            </span>
                        </label>
                    }
                });
                view! {
                    <div class="picker">{boxes.collect_view()}</div>
                    {(left > 0).then(|| view! { <p class="hint">{format!("{} more match.", count(left))}</p> })}
                }
                    .into_any()
            }
        }}
        <FormActions>
            <span class="quiet" role="status">
                {number}
            </span>
            <Button kind=ButtonKind::Primary on_click=move || open.set(false)>
                "Done"
            </Button>
        </FormActions>
    }
    .into_any()
}

/// Chooses a device, or takes it away again.
fn toggle(row: Row, id: &str) {
    row.values.update(|values| {
        let before = values.len();
        values.retain(|value| value.as_str() != Some(id));
        if values.len() == before {
            values.push(json!(id));
        }
    });
}
