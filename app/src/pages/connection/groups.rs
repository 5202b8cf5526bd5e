//! The groups: which there are, what they let in, and what can be done with them.

use super::certificates::CertificatesDialog;
use super::keys::KeysDialog;
use super::new_group::NewGroupDialog;
use crate::api::AppError;
use crate::api::provisioning::{delete_enrolment_group, list_enrolment_groups, update_enrolment_group};
use crate::ui::value::count;
use crate::ui::{
    Button, ButtonKind, Card, Confirm, EmptyState, ErrorState, Glyph, Skeleton, TableFrame, Tag, use_toasts,
};
use leptos::prelude::*;
use model::enrolment::{EnrolmentGroup, GroupKind, GroupPatch};

/// What a row can ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    Keys,
    Certificates,
    Switch,
    Delete,
}

/// The card.
#[component]
pub(super) fn Groups(slug: Signal<String>) -> impl IntoView {
    let groups = Resource::new(move || slug.get(), list_enrolment_groups);
    let making = RwSignal::new(false);
    let reload = Callback::new(move |()| groups.refetch());
    view! {
        <Card
            title=Signal::stored("Enrolment groups".to_owned())
            padded=false
            actions=move || view! {
                <Button icon=Glyph::Plus on_click=move || making.set(true)>
                    "New group"
                </Button>
            }
        >
            <Transition fallback=|| view! { <Skeleton rows=2 /> }>
                {move || Suspend::new(async move {
                    match groups.await {
                        Ok(list) if list.is_empty() => {
                            view! {
                                <EmptyState
                                    icon=Glyph::Plug
                                    title="No enrolment groups"
                                    text="By a group, devices come that nobody has made by hand: by a key that follows from the group's, or by a certificate that its authority has issued."
                                />
                            }
                                .into_any()
                        }
                        Ok(list) => view! { <Table list slug groups /> }.into_any(),
                        Err(error) => {
                            view! { <ErrorState problem=error.0 retry=move || groups.refetch() /> }.into_any()
                        }
                    }
                })}
            </Transition>
            <NewGroupDialog open=making slug on_made=reload />
        </Card>
    }
    .into_any()
}

#[component]
fn Table(
    list: Vec<EnrolmentGroup>,
    slug: Signal<String>,
    groups: Resource<Result<Vec<EnrolmentGroup>, AppError>>,
) -> impl IntoView {
    let toasts = use_toasts();
    let chosen = RwSignal::new(None::<EnrolmentGroup>);
    let (keys, certificates) = (RwSignal::new(false), RwSignal::new(false));
    let (switching, deleting, busy) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let change = move |group: EnrolmentGroup, enabled: bool| {
        busy.set(true);
        let patch = GroupPatch { enabled: Some(enabled), ..GroupPatch::default() };
        let answer = update_enrolment_group(slug.get_untracked(), group.id, patch);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(after) => {
                    let word = if after.enabled { "enabled" } else { "disabled" };
                    toasts.ok(format!("“{}” is {word}.", after.name));
                    groups.refetch();
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            _ = switching.try_set(false);
        });
    };
    let disable = Callback::new(move |()| {
        if let Some(group) = chosen.get_untracked() {
            change(group, false);
        }
    });
    let delete = Callback::new(move |()| {
        let Some(group) = chosen.get_untracked() else { return };
        busy.set(true);
        let answer = delete_enrolment_group(slug.get_untracked(), group.id);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(()) => {
                    toasts.ok(format!("“{}” is deleted.", group.name));
                    groups.refetch();
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            _ = deleting.try_set(false);
        });
    });
    let ask = Callback::new(move |(group, deed): (EnrolmentGroup, Deed)| {
        chosen.set(Some(group.clone()));
        match deed {
            Deed::Keys => keys.set(true),
            Deed::Certificates => certificates.set(true),
            Deed::Switch if group.enabled => switching.set(true),
            Deed::Switch => change(group, true),
            Deed::Delete => deleting.set(true),
        }
    });
    let said = match list.len() {
        1 => "1 group".to_owned(),
        many => format!("{} groups", count(many as i64)),
    };
    let rows = list.into_iter().map(move |group| view! { <Row group ask /> }).collect_view();
    let name =
        move || chosen.with(|group| group.as_ref().map_or_else(String::new, |group| group.name.clone()));
    let devices = move || count(chosen.with(|group| group.as_ref().map_or(0, |group| group.devices)));
    let reload = Callback::new(move |()| groups.refetch());
    view! {
        <TableFrame label="Enrolment groups" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Group"</th>
                    <th scope="col">"Devices prove themselves by"</th>
                    <th scope="col" class="number">"Devices"</th>
                    <th scope="col">"Status"</th>
                    <th scope="col" class="row-word">
                        <span class="visually-hidden">"Actions"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
        <p class="table-note" role="status">{said}</p>
        <KeysDialog open=keys slug group=chosen />
        <CertificatesDialog open=certificates slug group=chosen on_changed=reload />
        <Confirm
            open=switching
            title=Signal::derive(move || format!("Disable “{}”?", name()))
            action="Disable the group"
            danger=true
            on_confirm=disable
            busy
        >
            <p>
                {move || devices()} " devices have come by it. Those that are connected by it are cut off at once, and no new ones come until it is enabled again."
            </p>
        </Confirm>
        <Confirm
            open=deleting
            title=Signal::derive(move || format!("Delete “{}”?", name()))
            action="Delete the group"
            danger=true
            on_confirm=delete
            busy
        >
            <p>
                {move || devices()} " devices have come by it. They stay, but are cut off at once and can't connect by it any more. Its keys are lost."
            </p>
        </Confirm>
    }
    .into_any()
}

#[component]
fn Row(group: EnrolmentGroup, ask: Callback<(EnrolmentGroup, Deed)>) -> impl IntoView {
    let (enabled, kind) = (group.enabled, group.kind);
    let unverified = group.certificates.iter().any(|one| !one.verified);
    let none = kind == GroupKind::X509 && group.certificates.is_empty();
    let (name, id, devices) = (group.name.clone(), group.id.clone(), group.devices);
    let group = StoredValue::new(group);
    let does = move |deed: Deed| move || ask.run((group.get_value(), deed));
    view! {
        <tr>
            <th scope="row" data-label="Group">
                {name} " " <span class="mono quiet">{id}</span>
            </th>
            <td data-label="Devices prove themselves by">
                {kind.label()}
                {none.then(|| view! { <p class="hint">"It has no certificate yet."</p> })}
                {unverified.then(|| view! { <p class="hint">"A certificate isn't verified yet."</p> })}
            </td>
            <td class="number" data-label="Devices">{count(devices)}</td>
            <td data-label="Status">
                {if enabled {
                    view! { <Tag>"enabled"</Tag> }.into_any()
                } else {
                    view! { <Tag bad=true>"disabled"</Tag> }.into_any()
                }}
            </td>
            <td class="row-word">
                {match kind {
                    GroupKind::SymmetricKey => {
                        view! {
                            <Button kind=ButtonKind::Ghost on_click=does(Deed::Keys)>
                                "Keys"
                            </Button>
                        }
                            .into_any()
                    }
                    GroupKind::X509 => {
                        view! {
                            <Button kind=ButtonKind::Ghost on_click=does(Deed::Certificates)>
                                "Certificates"
                            </Button>
                        }
                            .into_any()
                    }
                }}
                <Button kind=ButtonKind::Ghost on_click=does(Deed::Switch)>
                    {if enabled { "Disable" } else { "Enable" }}
                </Button>
                <Button kind=ButtonKind::Ghost on_click=does(Deed::Delete)>
                    "Delete"
                </Button>
            </td>
        </tr>
    }
    .into_any()
}
