//! Maintenance windows below the alarms: which there are, and the dialog that makes one.

use crate::api::AppError;
use crate::api::groups::list_groups;
use crate::api::maintenance::{create_maintenance, end_maintenance, list_maintenance};
use crate::api::organizations::list_organizations;
use crate::pages::attempt::{Attempt, Refusal};
use crate::pages::devices::may;
use crate::session::use_slug;
use crate::ui::{
    Button, ButtonKind, Card, Confirm, Dialog, ErrorState, Field, Form, FormActions, Glyph, Segmented,
    Select, Skeleton, TableFrame, Tag, TextArea, Time, use_toasts,
};
use crate::zone::{field_ms, field_text, use_clock};
use leptos::prelude::*;
use model::OrganizationId;
use model::group::{GROUPS_MAX, GroupId};
use model::maintenance::{Maintenance, NewMaintenance};
use model::permission::Permission;
use model::rule::Target;
use model::{Code, Problem};

/// How long a window is at first, in milliseconds.
const USUAL_MS: i64 = 2 * 3600 * 1000;

type Windows = Resource<Result<Vec<Maintenance>, AppError>>;

/// The card.
#[component]
pub(super) fn MaintenanceCard() -> impl IntoView {
    let slug = use_slug();
    let may_manage = may(Permission::ManageAlarms);
    let windows: Windows = Resource::new(move || slug.get(), list_maintenance);
    let making = RwSignal::new(false);
    let actions = move || {
        view! {
            <Show when=move || may_manage.get()>
                <Button icon=Glyph::Plus on_click=move || making.set(true)>
                    "New window"
                </Button>
            </Show>
        }
    };
    view! {
        <Card title=Signal::stored("Maintenance".to_owned()) padded=false actions>
            <Transition fallback=|| view! { <Skeleton rows=1 /> }>
                {move || Suspend::new(async move {
                    match windows.await {
                        Ok(list) if list.is_empty() => {
                            view! {
                                <p class="table-note">
                                    "No window. While one is on, alarms of its devices are listed and marked, and nobody is told of them."
                                </p>
                            }
                                .into_any()
                        }
                        Ok(list) => view! { <Table list may_manage windows /> }.into_any(),
                        Err(error) => {
                            view! { <ErrorState problem=error.0 retry=move || windows.refetch() /> }.into_any()
                        }
                    }
                })}
            </Transition>
            <Dialog open=making title="New maintenance window">
                <WindowForm open=making windows />
            </Dialog>
        </Card>
    }
    .into_any()
}

#[component]
fn Table(list: Vec<Maintenance>, may_manage: Signal<bool>, windows: Windows) -> impl IntoView {
    let (slug, toasts, clock) = (use_slug(), use_toasts(), use_clock());
    let ending = RwSignal::new(None::<(i32, String)>);
    let (asking, busy) = (RwSignal::new(false), RwSignal::new(false));
    Effect::watch(move || ending.get(), move |chosen, _, _| asking.set(chosen.is_some()), false);
    let end = Callback::new(move |()| {
        let Some((id, reason)) = ending.get_untracked() else { return };
        busy.set(true);
        let asked = end_maintenance(slug.get_untracked(), id);
        leptos::task::spawn_local(async move {
            match asked.await {
                Ok(()) => {
                    toasts.ok(format!("“{reason}” is over."));
                    windows.refetch();
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            _ = asking.try_set(false);
        });
    });
    let row = move |window: Maintenance| {
        let Maintenance { id, reason, target, organization, from_ms, to_ms, by } = window;
        let named = StoredValue::new(reason.clone());
        let is_on = move || clock.now().is_some_and(|now| (from_ms..to_ms).contains(&now));
        view! {
            <tr>
                <td data-label="Reason">
                    {reason} " " {move || is_on().then(|| view! { <Tag>"on"</Tag> })}
                    <div class="quiet">{format!("by {by}")}</div>
                </td>
                <td data-label="Devices">
                    {said(&target)} <div class="quiet">{format!("in {}", organization.name)}</div>
                </td>
                <td data-label="From">
                    <Time ms=Signal::stored(Some(from_ms)) exact=true />
                </td>
                <td data-label="To">
                    <Time ms=Signal::stored(Some(to_ms)) exact=true />
                </td>
                <td>
                    <Show when=move || may_manage.get()>
                        <Button on_click=move || ending.set(Some((id, named.get_value())))>"End"</Button>
                    </Show>
                </td>
            </tr>
        }
    };
    view! {
        <TableFrame label="Maintenance windows" stack=true>
            <thead>
                <tr>
                    <th scope="col" class="wide">
                        "Reason"
                    </th>
                    <th scope="col">"Devices"</th>
                    <th scope="col">"From"</th>
                    <th scope="col">"To"</th>
                    <th scope="col"></th>
                </tr>
            </thead>
            <tbody>{list.into_iter().map(row).collect_view()}</tbody>
        </TableFrame>
        <Confirm open=asking title="End this window?" action="End it" busy on_confirm=end>
            <p>"From then on people are told again of what rules find there."</p>
        </Confirm>
    }
    .into_any()
}

/// Which devices are meant, in words.
fn said(target: &Target) -> String {
    match target {
        Target::All => "All devices".into(),
        Target::Template { template } => format!("Of template {}", template.0),
        Target::Organization { .. } => "Of an organization".into(),
        Target::Group { group } => format!("Of the group {}", group.as_str()),
        Target::Devices { devices } => devices.join(", "),
    }
}

#[component]
fn WindowForm(open: RwSignal<bool>, windows: Windows) -> impl IntoView {
    let (slug, toasts, attempt) = (use_slug(), use_toasts(), Attempt::new());
    let clock = use_clock();
    let zone = StoredValue::new(clock.zone());
    let now_ms = clock.now().unwrap_or_default();
    let moment = |at_ms: i64| RwSignal::new(zone.with_value(|zone| field_text(at_ms, zone)));
    let (reason, from, to) = (RwSignal::new(String::new()), moment(now_ms), moment(now_ms + USUAL_MS));
    let of = RwSignal::new("devices".to_owned());
    let (devices, group, organization) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let choices = Resource::new(
        move || slug.get(),
        async move |slug| {
            let groups = list_groups(slug.clone(), String::new(), 0, GROUPS_MAX).await;
            let groups = groups.map(|page| page.items).unwrap_or_default();
            let organizations = list_organizations(slug).await.unwrap_or_default();
            let first = || std::iter::once((String::new(), "Choose one".to_owned()));
            let groups: Vec<(String, String)> =
                first().chain(groups.into_iter().map(|one| (one.group.id.0, one.group.name))).collect();
            let organizations: Vec<(String, String)> = first()
                .chain(organizations.into_iter().map(|node| (node.id.to_string(), node.name)))
                .collect();
            (groups, organizations)
        },
    );
    let groups = Signal::derive(move || choices.get().map(|(groups, _)| groups).unwrap_or_default());
    let nodes = Signal::derive(move || choices.get().map(|(_, nodes)| nodes).unwrap_or_default());
    let wanted = move || -> Result<NewMaintenance, Problem> {
        let wrong = |field: &str, text: &str| Problem::field(Code::Invalid, field, text);
        let target = match of.get_untracked().as_str() {
            "group" => Target::Group { group: GroupId(group.get_untracked()) },
            "organization" => Target::Organization {
                organization: organization
                    .get_untracked()
                    .parse()
                    .map(OrganizationId)
                    .map_err(|_| wrong("target.organization", "Choose one."))?,
            },
            _ => {
                let text = devices.get_untracked();
                let ids = text.split([',', ' ', '\n']).map(str::trim).filter(|id| !id.is_empty());
                Target::Devices { devices: ids.map(str::to_owned).collect() }
            }
        };
        if matches!(&target, Target::Group { group } if group.as_str().is_empty()) {
            return Err(wrong("target.group", "Choose one."));
        }
        let read = |text: RwSignal<String>, field: &str| {
            let read = zone.with_value(|zone| text.with_untracked(|text| field_ms(text, zone)));
            read.ok_or_else(|| wrong(field, "A day and a time."))
        };
        let (from_ms, to_ms) = (read(from, "fromMs")?, read(to, "toMs")?);
        let now_ms = clock.now().unwrap_or_default();
        NewMaintenance { reason: reason.get_untracked(), target, from_ms, to_ms }.checked(now_ms)
    };
    let submit = move || {
        let new = wanted();
        let check = new.clone().map(|_| ());
        let call = async move {
            match new {
                Ok(new) => create_maintenance(slug.get_untracked(), new).await,
                Err(problem) => Err(AppError(problem)),
            }
        };
        attempt.run(check, call, move |made: Maintenance| {
            toasts.ok(format!("“{}” is planned.", made.reason));
            windows.refetch();
            _ = open.try_set(false);
        });
    };
    let option = |key: &str, text: &str| (key.to_owned(), text.to_owned());
    let kinds = vec![
        option("devices", "These"),
        option("group", "Of a group"),
        option("organization", "Of an organization"),
    ];
    let is = move |word: &'static str| move || of.with(|of| of == word);
    view! {
        <Form on_submit=submit label="New maintenance window">
            <Field
                label="Reason"
                name="reason"
                placeholder="Valves are replaced"
                autofocus=true
                autocomplete="off"
                value=reason
                error=attempt.error("reason", reason)
            />
            <Segmented label="Devices" value=of options=kinds />
            <Show when=is("devices")>
                <TextArea
                    label="Device ids"
                    name="devices"
                    rows=2
                    mono=true
                    hint="With commas or spaces between."
                    value=devices
                    error=attempt.error("target.devices", devices)
                />
            </Show>
            <Transition>
                <Show when=is("group")>
                    <Select
                        label="Device group"
                        name="group"
                        value=group
                        options=groups
                        error=attempt.error("target.group", group)
                    />
                </Show>
                <Show when=is("organization")>
                    <Select
                        label="Organization"
                        name="organization"
                        hint="With those below it."
                        value=organization
                        options=nodes
                        error=attempt.error("target.organization", organization)
                    />
                </Show>
            </Transition>
            <Field label="From" name="from" kind="datetime-local" value=from error=attempt.error("fromMs", from) />
            <Field
                label="To"
                name="to"
                kind="datetime-local"
                hint="At most 31 days."
                value=to
                error=attempt.error("toMs", to)
            />
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Plan it"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}
