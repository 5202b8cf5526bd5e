//! Choosing devices one by one.

use super::state::Looked;
use crate::api::devices::list_devices;
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{Button, ButtonKind, Dialog, ErrorState, FormActions, SearchBox, Skeleton};
use leptos::prelude::*;
use model::Problem;
use model::device::DeviceQuery;
use model::group_series::{DEVICES_MAX, Whose};
use std::collections::BTreeSet;

/// So many are offered; a search finds the others.
const OFFERED: i64 = 50;

/// The dialog.
#[component]
pub(super) fn DevicesDialog(open: RwSignal<bool>, looked: Looked) -> impl IntoView {
    view! {
        <Dialog open title="Single devices">
            <DevicesForm open looked />
        </Dialog>
    }
    .into_any()
}

#[component]
fn DevicesForm(open: RwSignal<bool>, looked: Looked) -> impl IntoView {
    let slug = use_slug();
    let already = looked.now.with_untracked(|now| match &now.whose {
        Whose::Devices(ids) => ids.iter().cloned().collect(),
        _ => BTreeSet::new(),
    });
    let chosen = RwSignal::new(already);
    let search = RwSignal::new(String::new());
    let found = RwSignal::new(None::<Result<(Vec<(String, String)>, i64), Problem>>);
    let asked = StoredValue::new(0_u32);
    let ask = Callback::new(move |search: String| {
        let question = asked.get_value().wrapping_add(1);
        asked.set_value(question);
        let query = DeviceQuery { search, loosely: true, limit: OFFERED, ..DeviceQuery::default() };
        let call = list_devices(slug.get_untracked(), query);
        leptos::task::spawn_local(async move {
            let answer = call.await;
            if asked.try_get_value() != Some(question) {
                return;
            }
            let devices = answer.map_err(|error| error.0).map(|page| {
                let name = |row: model::device::DeviceRow| (row.device.external_id, row.device.name);
                (page.items.into_iter().map(name).collect(), page.matching)
            });
            _ = found.try_set(Some(devices));
        });
    });
    Effect::new(move |_| ask.run(search.get()));
    let take = move || {
        let ids: Vec<String> =
            chosen.with_untracked(|chosen| chosen.iter().take(DEVICES_MAX).cloned().collect());
        open.set(false);
        looked.change(|now| {
            now.whose = if ids.is_empty() { Whose::All } else { Whose::Devices(ids) };
        });
    };
    let said = move || match chosen.with(BTreeSet::len) {
        0 => "None is chosen: all are shown.".to_owned(),
        1 => "1 device is chosen.".to_owned(),
        n => format!("{n} devices are chosen."),
    };
    view! {
        <SearchBox value=search placeholder="Find a device" />
        {move || match found.get() {
            None => view! { <Skeleton rows=4 /> }.into_any(),
            Some(Err(problem)) => {
                view! { <ErrorState problem retry=move || ask.run(search.get_untracked()) /> }.into_any()
            }
            Some(Ok((devices, matching))) => {
                let more = matching - i64::try_from(devices.len()).unwrap_or(matching);
                let rows = devices.into_iter().map(|(id, name)| view! { <DeviceChoice chosen id name /> });
                view! {
                    <div class="explore-devices">{rows.collect_view()}</div>
                    {(more > 0)
                        .then(|| view! { <p class="hint">{format!("{} more: search to find them.", count(more))}</p> })}
                }
                    .into_any()
            }
        }}
        <p class="page-note" role="status">{said}</p>
        <FormActions>
            <Button on_click=move || open.set(false)>"Cancel"</Button>
            <Button kind=ButtonKind::Primary on_click=take>
                "Show these"
            </Button>
        </FormActions>
    }
    .into_any()
}

#[component]
fn DeviceChoice(chosen: RwSignal<BTreeSet<String>>, id: String, name: String) -> impl IntoView {
    let key = StoredValue::new(id.clone());
    let is = move || key.with_value(|id| chosen.with(|chosen| chosen.contains(id)));
    let turn = move |_| {
        chosen.update(|chosen| {
            let id = key.get_value();
            if !chosen.remove(&id) {
                chosen.insert(id);
            }
        });
    };
    view! {
        <label class="checkbox">
            <input type="checkbox" prop:checked=is on:change=turn />
            <span>{name} " " <code>{id}</code></span>
        </label>
    }
    .into_any()
}
