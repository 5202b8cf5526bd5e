//! A row of the list: what the device is called, how it stands, its newest values.

use super::table::{Selection, toggle};
use super::values;
use crate::pages::devices::here::device_path;
use crate::session::use_slug;
use crate::ui::value::format_value;
use crate::ui::{Glyph, Menu, MenuItem, MenuLink, MenuSeparator, StatusMark, Tag, Time};
use crate::zone::use_clock;
use leptos::prelude::*;
use model::device::{DeviceRow, Status};
use model::telemetry::Latest;
use model::template::Telemetry;

/// What the live stream changes of a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LiveRow {
    last_seen_ms: Option<i64>,
    latest: Vec<Latest>,
}

impl LiveRow {
    pub(super) fn of(row: &DeviceRow) -> Self {
        LiveRow { last_seen_ms: row.device.last_seen_ms, latest: row.latest.clone() }
    }

    pub(super) fn take_over(&mut self, arrived_ms: i64, points: &[Latest]) {
        self.last_seen_ms = self.last_seen_ms.max(Some(arrived_ms));
        values::take_over(&mut self.latest, points);
    }
}

/// One device. `columns` are shared by all rows of one template; without them the row names its values.
#[component]
pub(super) fn Row(
    row: DeviceRow,
    fields: Vec<Telemetry>,
    live: RwSignal<LiveRow>,
    columns: StoredValue<Option<Vec<Telemetry>>>,
    several: Memo<bool>,
    selection: Selection,
    may_manage: Signal<bool>,
    ask: Callback<Vec<String>>,
) -> impl IntoView {
    let device = row.device;
    let id = StoredValue::new(device.external_id.clone());
    let slug = use_slug();
    let path =
        move |tab: &'static str| Signal::derive(move || device_path(&slug.get(), &id.get_value(), tab));
    let overview = path("");
    let chosen = move || selection.with(|s| id.with_value(|id| s.contains(id)));
    let last_seen = Signal::derive(move || live.with(|l| l.last_seen_ms));
    let clock = use_clock();
    let status = Memo::new(move |_| match clock.now() {
        Some(now) => Status::of(last_seen.get(), now),
        None => last_seen.get().map_or(Status::NeverConnected, |_| Status::Live),
    });
    let template = device.template.as_ref().map_or_else(|| "–".to_owned(), |(_, name)| name.clone());
    let organization = StoredValue::new(device.organization.name.clone());
    let away = device.moved_away_ms.is_some();
    let tick_label = format!("Select {}", device.name);
    let menu_label = format!("Actions for {}", device.name);
    view! {
        <tr class="device-row" class:selected=chosen>
            <Show when=move || may_manage.get()>
                <td class="tick">
                    <input
                        type="checkbox"
                        aria-label=tick_label.clone()
                        prop:checked=chosen
                        on:change=move |_| toggle(selection, &id.get_value())
                    />
                </td>
            </Show>
            <th scope="row" data-label="Device">
                <a class="row-link" href=move || overview.get() data-row=id.get_value()>
                    {device.name.clone()}
                </a>
                <span class="mono device-id">{device.external_id.clone()}</span>
                {device.blocked.then(|| view! { <Tag bad=true>"blocked"</Tag> })}
                {(!device.approved && !device.blocked)
                    .then(|| view! { <Tag dashed=true>"waiting for approval"</Tag> })}
                {device.simulated.then(|| view! { <Tag dashed=true>"simulated"</Tag> })}
                {away.then(|| view! { <Tag dashed=true>"moved away"</Tag> })}
            </th>
            <td data-label="Status">
                <StatusMark status />
            </td>
            {cells(columns, fields, live)}
            <td data-label="Template">{template}</td>
            <Show when=move || several.get()>
                <td data-label="Organization">{organization.get_value()}</td>
            </Show>
            <td class="number" data-label="Last seen">
                <Time ms=last_seen />
            </td>
            <Show when=move || may_manage.get() && !away>
                <td class="row-actions">
                    <Menu label=menu_label.clone()>
                        <MenuLink href=path("connect") icon=Glyph::Plug>
                            "Connect"
                        </MenuLink>
                        <MenuLink href=path("edit") icon=Glyph::Pencil>
                            "Edit"
                        </MenuLink>
                        <MenuSeparator />
                        <MenuItem on_click=move || ask.run(vec![id.get_value()]) icon=Glyph::Trash danger=true>
                            "Delete…"
                        </MenuItem>
                    </Menu>
                </td>
            </Show>
        </tr>
    }
    .into_any()
}

/// The cells of values: one a column, or one that names them.
fn cells(
    columns: StoredValue<Option<Vec<Telemetry>>>,
    fields: Vec<Telemetry>,
    live: RwSignal<LiveRow>,
) -> AnyView {
    let Some(columns) = columns.get_value() else {
        let text = move || live.with(|l| values::named(&fields, &l.latest));
        return view! {
            <td class="named-values" data-label="Latest values">
                {move || {
                    let named = text();
                    if named.is_empty() {
                        return view! { <span class="quiet">"–"</span> }.into_any();
                    }
                    named
                        .into_iter()
                        .map(|(name, unit, latest)| {
                            view! {
                                <span class="named-value">
                                    <span class="quiet">{name}</span>
                                    " "
                                    {format_value(&latest.value, &unit)}
                                </span>
                            }
                        })
                        .collect_view()
                        .into_any()
                }}
            </td>
        }
        .into_any();
    };
    columns
        .into_iter()
        .map(|column| {
            let label = column.display_name.clone();
            let text = move || {
                live.with(|l| {
                    let found = l.latest.iter().find(|v| v.name == column.name);
                    found.map_or_else(|| "–".to_owned(), |v| format_value(&v.value, &column.unit))
                })
            };
            view! {
                <td class="number" data-label=label>
                    {text}
                </td>
            }
        })
        .collect_view()
        .into_any()
}
