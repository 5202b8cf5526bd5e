//! Who belongs to a group while it is built: how many, and the first of them.

use super::tree::unfinished;
use crate::api::AppError;
use crate::api::devices::list_devices;
use crate::pages::devices::device_path;
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{Card, EmptyState, ErrorState, Glyph, Skeleton, StatusMark, TableFrame, Time};
use crate::zone::use_clock;
use leptos::prelude::*;
use model::device::{DeviceQuery, DeviceRow, Status};
use model::group::Filter;
use model::page::Page;
use std::time::Duration;

/// Devices that are shown.
const SHOWN: i64 = 10;
/// How long a change waits for the next.
const DEBOUNCE: Duration = Duration::from_millis(250);

#[derive(Clone, PartialEq)]
enum State {
    Waiting,
    /// The filter can't be asked; why.
    Unfinished(String),
    Answered(Box<Result<Page<DeviceRow>, AppError>>),
}

#[component]
pub(super) fn Preview(filter: Memo<Filter>) -> impl IntoView {
    let slug = use_slug();
    let state = RwSignal::new(State::Waiting);
    let busy = RwSignal::new(true);
    let asked = StoredValue::new(0_u32);
    let ask = move |filter: Filter| {
        let mine = asked.get_value().wrapping_add(1);
        asked.set_value(mine);
        if let Some(why) = unfinished(&filter) {
            busy.set(false);
            return state.set(State::Unfinished(why));
        }
        busy.set(true);
        let query = DeviceQuery { filter: Some(filter), limit: SHOWN, ..DeviceQuery::default() };
        let answer = list_devices(slug.get_untracked(), query);
        leptos::task::spawn_local(async move {
            let answer = answer.await;
            // A late answer to an old question is dropped.
            if asked.try_get_value() == Some(mine) {
                _ = state.try_set(State::Answered(Box::new(answer)));
                _ = busy.try_set(false);
            }
        });
    };
    let mut soon = leptos::leptos_dom::helpers::debounce(DEBOUNCE, ask);
    Effect::new(move |before: Option<()>| {
        let filter = filter.get();
        match before {
            // The first time there is nothing to wait for.
            None => ask(filter),
            Some(()) => soon(filter),
        }
    });
    let head = Signal::derive(move || {
        state.with(|state| match state {
            State::Answered(answer) => match &**answer {
                Ok(page) => format!("{} of {}", count(page.matching), count(page.total)),
                Err(_) => String::new(),
            },
            State::Waiting | State::Unfinished(_) => String::new(),
        })
    });
    view! {
        <Card title=Signal::stored("Devices now".to_owned()) note=head padded=false>
            <div class="group-preview" role="status" aria-busy=move || busy.get().then_some("true")>
                {move || match state.get() {
                    State::Waiting => view! { <Skeleton rows=4 /> }.into_any(),
                    State::Unfinished(why) => {
                        view! { <EmptyState icon=Glyph::Pencil title="Not finished" text=why /> }.into_any()
                    }
                    State::Answered(answer) => shown(*answer, Callback::new(move |()| ask(filter.get_untracked()))),
                }}
            </div>
        </Card>
    }
    .into_any()
}

fn shown(answer: Result<Page<DeviceRow>, AppError>, again: Callback<()>) -> AnyView {
    let page = match answer {
        Err(error) => return view! { <ErrorState problem=error.0 retry=again /> }.into_any(),
        Ok(page) if page.items.is_empty() => {
            return view! {
                <EmptyState
                    icon=Glyph::Device
                    title="No device now"
                    text="Nothing that you see fits. Devices join by themselves once it does."
                />
            }
            .into_any();
        }
        Ok(page) => page,
    };
    let left = page.matching - page.items.len() as i64;
    let rows = page.items.into_iter().map(|row| view! { <PreviewRow row /> }).collect_view();
    view! {
        <TableFrame label="Devices of the group" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Device"</th>
                    <th scope="col">"Status"</th>
                    <th scope="col">"Template"</th>
                    <th scope="col">"Organization"</th>
                    <th scope="col" class="number">"Last seen"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
        {(left > 0).then(|| view! { <p class="table-note">{format!("and {} more", count(left))}</p> })}
    }
    .into_any()
}

#[component]
fn PreviewRow(row: DeviceRow) -> impl IntoView {
    let slug = use_slug();
    let device = row.device;
    let (id, seen) = (device.external_id.clone(), device.last_seen_ms);
    let clock = use_clock();
    let status = Memo::new(move |_| match clock.now() {
        Some(now) => Status::of(seen, now),
        None => seen.map_or(Status::NeverConnected, |_| Status::Live),
    });
    view! {
        <tr>
            <th scope="row" data-label="Device">
                <a class="row-link" href=move || device_path(&slug.get(), &id, "")>
                    {device.name}
                </a>
                <span class="mono device-id">{device.external_id}</span>
            </th>
            <td data-label="Status">
                <StatusMark status />
            </td>
            <td data-label="Template">{device.template.map_or_else(|| "–".to_owned(), |(_, name)| name)}</td>
            <td data-label="Organization">{device.organization.name}</td>
            <td class="number" data-label="Last seen">
                <Time ms=Signal::stored(seen) />
            </td>
        </tr>
    }
    .into_any()
}
