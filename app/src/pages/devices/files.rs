//! The Files tab: what the device has uploaded; looking at it, taking it, deleting it.

use super::here::{Here, may};
use crate::api::device_files::{delete_device_file, device_file_text};
use crate::live;
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::value::{bytes, count};
use crate::ui::{
    Button, ButtonKind, Card, Code, Confirm, Dialog, EmptyState, ErrorState, Glyph, LinkButton, Skeleton,
    TableFrame, Tag, Time, use_toasts,
};
use leptos::prelude::*;
use model::device_file::{DeviceFile, FileState, Preview};
use model::live::LiveEvent;
use model::permission::Permission;

/// The files; `again` asks for them anew.
#[component]
pub(super) fn Files(here: Here, files: Vec<DeviceFile>, again: Callback<()>) -> impl IntoView {
    let stream = live::live();
    stream.on_device(
        here.id(),
        Callback::new(move |event: LiveEvent| {
            if matches!(event, LiveEvent::Logged { .. }) {
                again.run(());
            }
        }),
    );
    Effect::watch(move || stream.reconnected().get(), move |_, _, _| again.run(()), false);
    let chosen = RwSignal::new(None::<DeviceFile>);
    let (showing, deleting) = (RwSignal::new(false), RwSignal::new(false));
    let name =
        Signal::derive(move || chosen.with(|file| file.as_ref().map(|f| f.name.clone()).unwrap_or_default()));
    let question = Signal::derive(move || format!("Delete “{}”?", name.get()));
    let (attempt, toasts) = (Attempt::new(), use_toasts());
    let delete = Callback::new(move |()| {
        let Some(file) = chosen.get_untracked() else { return };
        attempt.run(Ok(()), delete_device_file(here.slug(), here.id(), file.id), move |()| {
            toasts.ok(format!("“{}” is deleted.", file.name));
            _ = deleting.try_set(false);
            again.try_run(());
        });
    });
    let content = match files.is_empty() {
        true => view! {
            <EmptyState
                icon=Glyph::Inbox
                title="No files yet"
                text="Logs, pictures and whatever else the device uploads show here. The device guide says how."
            />
        }
        .into_any(),
        false => view! { <FileTable here files chosen showing deleting /> }.into_any(),
    };
    view! {
        <Card padded=false>{content}</Card>
        <Dialog open=showing title=name wide=true>
            {move || chosen.get().map(|file| view! { <Shown here file /> })}
        </Dialog>
        <Confirm open=deleting title=question action="Delete file" danger=true busy=attempt.busy() on_confirm=delete>
            <p>"This can't be undone."</p>
            <Refusal attempt />
        </Confirm>
    }
    .into_any()
}

#[component]
fn FileTable(
    here: Here,
    files: Vec<DeviceFile>,
    chosen: RwSignal<Option<DeviceFile>>,
    showing: RwSignal<bool>,
    deleting: RwSignal<bool>,
) -> impl IntoView {
    let kept = files.iter().filter(|f| f.state == FileState::Uploaded);
    let (number, all) = kept.fold((0, 0), |(n, b), file| (n + 1, b + file.bytes));
    let summary = match number {
        1 => format!("1 file, {}", bytes(all)),
        n => format!("{} files, {}", count(n), bytes(all)),
    };
    let choose = move |file: DeviceFile, open: RwSignal<bool>| {
        chosen.set(Some(file));
        open.set(true);
    };
    let rows =
        files.into_iter().map(|file| view! { <Row here file choose showing deleting /> }).collect_view();
    view! {
        <p class="table-note">{summary}</p>
        <TableFrame label="Files of the device" stack=true>
            <thead>
                <tr>
                    <th scope="col" class="wide">
                        "Name"
                    </th>
                    <th scope="col" class="number">
                        "Size"
                    </th>
                    <th scope="col">"When"</th>
                    <th scope="col">
                        <span class="visually-hidden">"Actions"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
    .into_any()
}

#[component]
fn Row(
    here: Here,
    file: DeviceFile,
    choose: impl Fn(DeviceFile, RwSignal<bool>) + Copy + Send + Sync + 'static,
    showing: RwSignal<bool>,
    deleting: RwSignal<bool>,
) -> impl IntoView {
    let may_manage = may(Permission::ManageDevices);
    let is_here = file.state == FileState::Uploaded;
    let (to_show, to_delete) = (file.clone(), StoredValue::new(file.clone()));
    let shown = file.preview().map(|_| {
        view! {
            <Button kind=ButtonKind::Ghost icon=Glyph::Eye on_click=move || choose(to_show.clone(), showing)>
                "Show"
            </Button>
        }
    });
    let path = address(here, &file);
    view! {
        <tr class:trouble=file.state == FileState::Failed>
            <td class="wide" data-label="Name">
                <span class="mono">{file.name.clone()}</span>
                " "
                {match file.state {
                    FileState::Uploaded => None,
                    FileState::Asked => Some(view! { <Tag dashed=true>"on its way"</Tag> }.into_any()),
                    FileState::Failed => Some(view! { <Tag bad=true>"failed"</Tag> }.into_any()),
                }}
                {file.why.clone().map(|why| view! { <p class="hint">{why}</p> })}
            </td>
            <td class="number" data-label="Size">
                {is_here.then(|| bytes(file.bytes))}
            </td>
            <td data-label="When">
                <Time ms=Signal::stored(Some(file.ended_ms.unwrap_or(file.asked_ms))) />
            </td>
            <td class="actions">
                {shown}
                {is_here
                    .then(|| {
                        view! {
                            <LinkButton href=path kind=ButtonKind::Ghost icon=Glyph::ArrowDown download=true>
                                "Download"
                            </LinkButton>
                        }
                    })}
                <Show when=move || may_manage.get()>
                    <Button
                        kind=ButtonKind::Ghost
                        icon=Glyph::Trash
                        on_click=move || choose(to_delete.get_value(), deleting)
                    >
                        "Delete"
                    </Button>
                </Show>
            </td>
        </tr>
    }
    .into_any()
}

/// Where the browser takes a file from.
fn address(here: Here, file: &DeviceFile) -> String {
    here.path(&format!("files/{}", file.id))
}

/// A picture, or the beginning of a text.
#[component]
fn Shown(here: Here, file: DeviceFile) -> impl IntoView {
    if file.preview() == Some(Preview::Image) {
        let source = format!("{}?show", address(here, &file));
        return view! { <img class="file-shown" src=source alt=file.name /> }.into_any();
    }
    let (slug, device, id) = (here.slug(), here.id(), file.id);
    let text = LocalResource::new(move || device_file_text(slug.clone(), device.clone(), id));
    view! {
        <Suspense fallback=|| view! { <Skeleton rows=6 /> }>
            {move || Suspend::new(async move {
                match text.await {
                    Ok(text) => view! { <Code text=Signal::stored(text) /> }.into_any(),
                    Err(error) => {
                        view! { <ErrorState problem=error.0 retry=move || text.refetch() /> }.into_any()
                    }
                }
            })}
        </Suspense>
    }
    .into_any()
}
