//! The table of a page of devices, with selection and what can be done with it.

use super::super::moving::Moving;
use super::Deletion;
use super::address::Address;
use super::approval::Approval;
use super::query::{ListState, PAGE};
use super::row::{LiveRow, Row};
use super::{keys, values};
use crate::live::live;
use crate::ui::value::count;
use crate::ui::{Button, ButtonKind, Glyph, Pager, SortHeader, TableFrame};
use leptos::prelude::*;
use model::device::{DeviceRow, DeviceSort};
use model::live::LiveEvent;
use model::organization::Organization;
use model::page::Page;
use model::template::Template;
use std::collections::{BTreeSet, HashMap};

/// The devices that are ticked, by id.
pub(super) type Selection = RwSignal<BTreeSet<String>>;

/// What the table needs of the page.
#[derive(Clone, Copy)]
pub(super) struct Table {
    pub(super) address: Address,
    pub(super) may_manage: Signal<bool>,
    /// The organizations: one has no column.
    pub(super) tree: Signal<Vec<Organization>>,
    pub(super) selection: Selection,
    pub(super) deletion: Deletion,
    pub(super) moving: Moving,
    pub(super) reload: Callback<()>,
}

/// One page of the list.
#[component]
pub(super) fn DeviceTable(page: Page<DeviceRow>, templates: Vec<Template>, table: Table) -> impl IntoView {
    let Table { address, may_manage, tree, selection, deletion, moving, reload } = table;
    let several = Memo::new(move |_| tree.with(|all| all.len() > 1));
    let names: HashMap<String, String> =
        page.items.iter().map(|r| (r.device.external_id.clone(), r.device.name.clone())).collect();
    // What is ticked can be seen: a tick doesn't outlive its row.
    selection.update_untracked(|chosen| chosen.retain(|id| names.contains_key(id)));
    let names = StoredValue::new(names);
    let ask = Callback::new(move |ids: Vec<String>| {
        let named =
            |id: String| names.with_value(|names| names.get(&id).map(|name| (id.clone(), name.clone())));
        deletion.ask(ids.into_iter().filter_map(named).collect());
    });
    keys::listen(move |id| {
        if may_manage.get_untracked() {
            toggle(selection, &id);
        }
    });
    let columns = values::columns(&page.items, &templates);
    let live_rows = follow(&page.items);
    let matching = page.matching;
    let headings = columns.as_ref().map(|c| c.iter().map(|f| f.display_name.clone()).collect::<Vec<_>>());
    let columns = StoredValue::new(columns);
    let waiting: BTreeSet<String> = page
        .items
        .iter()
        .filter(|row| !row.device.approved && !row.device.blocked)
        .map(|row| row.device.external_id.clone())
        .collect();
    let waiting = StoredValue::new(waiting);
    let rows = page
        .items
        .into_iter()
        .zip(live_rows)
        .map(|(row, live)| {
            let fields = values::fields(&row, &templates);
            view! { <Row row fields live columns several selection may_manage ask /> }
        })
        .collect_view();
    view! {
        <BulkBar selection may_manage ask several moving waiting reload />
        <TableFrame label="Devices" stack=true>
            <thead>
                <tr>
                    <Show when=move || may_manage.get()>
                        <th scope="col" class="tick">
                            <TickAll names selection />
                        </th>
                    </Show>
                    <Header address key=DeviceSort::Name label="Device" />
                    <th scope="col">"Status"</th>
                    {match headings {
                        Some(headings) => headings.into_iter().map(|h| view! { <th scope="col" class="number">{h}</th> }).collect_view().into_any(),
                        None => view! { <th scope="col">"Latest values"</th> }.into_any(),
                    }}
                    <Header address key=DeviceSort::Template label="Template" />
                    <Show when=move || several.get()>
                        <th scope="col">"Organization"</th>
                    </Show>
                    <Header address key=DeviceSort::LastSeen label="Last seen" number=true />
                    <Show when=move || may_manage.get()>
                        <th scope="col" class="row-actions">
                            <span class="visually-hidden">"Actions"</span>
                        </th>
                    </Show>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
        <Pager
            offset=Signal::derive(move || address.state.with(|s| s.page * PAGE))
            limit=PAGE
            matching=Signal::stored(matching)
            on_page=move |offset: i64| address.change(|s| ListState { page: offset / PAGE, ..s.clone() })
        />
    }
    .into_any()
}

/// A signal for each row, moved on by the live stream.
fn follow(rows: &[DeviceRow]) -> Vec<RwSignal<LiveRow>> {
    let signals: Vec<RwSignal<LiveRow>> = rows.iter().map(|row| RwSignal::new(LiveRow::of(row))).collect();
    let by_id: HashMap<String, RwSignal<LiveRow>> =
        rows.iter().map(|r| r.device.external_id.clone()).zip(signals.iter().copied()).collect();
    live().on_any(Callback::new(move |event: LiveEvent| {
        if let LiveEvent::Values { device, arrived_ms, points, .. } = event
            && let Some(row) = by_id.get(&device)
        {
            _ = row.try_update(|row| row.take_over(arrived_ms, &points));
        }
    }));
    signals
}

#[component]
fn Header(
    address: Address,
    key: DeviceSort,
    #[prop(into)] label: String,
    #[prop(optional)] number: bool,
) -> impl IntoView {
    let current = Signal::derive(move || address.state.with(|s| (s.sort, s.direction)));
    view! { <SortHeader label key current number on_sort=move |_| address.change(|s| s.sorted_by(key)) /> }
}

#[component]
fn TickAll(names: StoredValue<HashMap<String, String>>, selection: Selection) -> impl IntoView {
    let all = move || names.with_value(|n| selection.with(|s| !n.is_empty() && s.len() == n.len()));
    let some = move || selection.with(|s| !s.is_empty()) && !all();
    view! {
        <input
            type="checkbox"
            aria-label="Select all devices of this page"
            prop:checked=all
            prop:indeterminate=some
            on:change:target=move |ev| {
                let everything = ev.target().checked();
                selection.set(if everything { names.with_value(|n| n.keys().cloned().collect()) } else { BTreeSet::new() });
            }
        />
    }
    .into_any()
}

/// What can be done with the ticked devices; there only while some are.
#[component]
fn BulkBar(
    selection: Selection,
    may_manage: Signal<bool>,
    ask: Callback<Vec<String>>,
    several: Memo<bool>,
    moving: Moving,
    /// Those of the page that wait for approval.
    waiting: StoredValue<BTreeSet<String>>,
    reload: Callback<()>,
) -> impl IntoView {
    let chosen = Memo::new(move |_| selection.with(BTreeSet::len));
    let shown = move || may_manage.get() && chosen.get() > 0;
    view! {
        <Show when=shown>
            <div class="bulk-bar" role="toolbar" aria-label="Selected devices">
                <span role="status">{move || format!("{} selected", count(chosen.get() as i64))}</span>
                <Approval selection waiting reload />
                <Show when=move || several.get()>
                    <Button
                        on_click=move || moving.set(Some(selection.get_untracked().into_iter().collect()))
                    >
                        "Move…"
                    </Button>
                </Show>
                <Button
                    kind=ButtonKind::Danger
                    icon=Glyph::Trash
                    on_click=move || ask.run(selection.get_untracked().into_iter().collect())
                >
                    "Delete"
                </Button>
                <Button kind=ButtonKind::Ghost on_click=move || selection.update(BTreeSet::clear)>
                    "Clear the selection"
                </Button>
            </div>
        </Show>
    }
    .into_any()
}

/// Ticks a device or takes its tick away.
pub(super) fn toggle(selection: Selection, id: &str) {
    selection.update(|chosen| {
        if !chosen.remove(id) {
            chosen.insert(id.to_owned());
        }
    });
}
