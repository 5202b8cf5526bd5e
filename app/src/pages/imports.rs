//! Import of history and of devices: the imports so far with a place for a new file, and the page of one.

mod devices;
mod mapping;
mod one;
mod preview;
mod upload;

pub use one::ImportPage;

use crate::api::AppError;
use crate::api::files::list_imports;
use crate::layout::{Crumb, PageHead, Shell};
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{Card, EmptyState, ErrorState, Glyph, Skeleton, TableFrame, Tag, Time};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::import::{Import, ImportKind, ImportState};
use upload::Upload;

/// `/w/:workspace/import`, with `?device=` where one came from a device, with `?of=devices` for a file of devices.
#[component]
pub fn ImportsPage() -> impl IntoView {
    let slug = use_slug();
    let imports = Resource::new(move || slug.get(), list_imports);
    let query = use_query_map();
    let device = Signal::derive(move || query.with(|q| q.get("device").unwrap_or_default()));
    let kind = Signal::derive(move || {
        query.with(|q| q.get("of").and_then(|of| ImportKind::from_word(&of)).unwrap_or_default())
    });
    let title = Signal::derive(move || match kind.get() {
        ImportKind::History => "Import data",
        ImportKind::Devices => "Import devices",
    });
    view! {
        <Shell crumbs=crumbs(None)>
            <PageHead title=Signal::derive(move || title.get().to_owned()) />
            <div class="cards">
            <Card title=Signal::stored("A new file".to_owned())>
                <Upload device kind />
            </Card>
            <Card title=Signal::stored("Imports".to_owned()) padded=false>
                <Transition fallback=|| {
                    view! { <Skeleton rows=3 /> }
                }>
                    {move || {
                        imports.get().map(|answer| shown(&slug.get(), answer, Callback::new(move |()| imports.refetch())))
                    }}
                </Transition>
            </Card>
            </div>
        </Shell>
    }
    .into_any()
}

fn crumbs(import: Option<String>) -> Signal<Vec<Crumb>> {
    let slug = use_slug();
    Signal::derive(move || {
        let devices = Crumb::link("Devices", format!("/w/{}/devices", slug.get()));
        match &import {
            None => vec![devices, Crumb::here("Import data")],
            Some(name) => vec![
                devices,
                Crumb::link("Import data", format!("/w/{}/import", slug.get())),
                Crumb::here(name.clone()),
            ],
        }
    })
}

fn shown(slug: &str, answer: Result<Vec<Import>, AppError>, again: Callback<()>) -> AnyView {
    match answer {
        Err(AppError(problem)) => view! { <ErrorState problem retry=again /> }.into_any(),
        Ok(imports) if imports.is_empty() => {
            let text =
                "History from another system, or what an export saved, becomes values of your devices.";
            view! { <EmptyState icon=Glyph::Inbox title="No imports yet" text=text /> }.into_any()
        }
        Ok(imports) => {
            let rows = imports.into_iter().map(|import| row(slug, import)).collect_view();
            view! {
                <TableFrame label="Imports" stack=true>
                    <thead>
                        <tr>
                            <th scope="col">"File"</th>
                            <th scope="col">"State"</th>
                            <th scope="col" class="number">"Stored"</th>
                            <th scope="col" class="number">"Repeated"</th>
                            <th scope="col" class="number">"Refused"</th>
                            <th scope="col">"By"</th>
                            <th scope="col">"Begun"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </TableFrame>
            }
            .into_any()
        }
    }
}

fn row(slug: &str, import: Import) -> impl IntoView + use<> {
    let href = format!("/w/{slug}/import/{}", import.id);
    let begun = Signal::stored(Some(import.created_ms));
    let bad = import.state == ImportState::Failed;
    view! {
        <tr>
            <td data-label="File">
                <a href=href>{import.name}</a>
                {(import.kind == ImportKind::Devices).then(|| view! { " " <Tag>"devices"</Tag> })}
            </td>
            <td data-label="State">
                <Tag bad>{word(import.state)}</Tag>
            </td>
            <td data-label="Stored" class="number">{count(import.counts.stored)}</td>
            <td data-label="Repeated" class="number">{count(import.counts.repeated)}</td>
            <td data-label="Refused" class="number">{count(import.counts.refused)}</td>
            <td data-label="By">{import.by}</td>
            <td data-label="Begun">
                <Time ms=begun />
            </td>
        </tr>
    }
}

/// What people read of a state.
fn word(state: ImportState) -> &'static str {
    match state {
        ImportState::Uploading => "file incomplete",
        ImportState::Ready => "waits for you",
        ImportState::Queued => "waits for a worker",
        ImportState::Running => "running",
        ImportState::Done => "done",
        ImportState::Failed => "failed",
        ImportState::Cancelled => "cancelled",
    }
}
