//! The list of devices: searched, filtered, sorted and paged by its address, kept current by the live stream.

mod address;
mod approval;
mod files;
mod filters;
mod group_filter;
mod keys;
mod query;
mod row;
mod table;
mod values;

use super::delete::{DeleteDialog, Doomed};
use super::moving::{MoveDialog, Moving};
use super::new::ConnectDialog;
use crate::api::AppError;
use crate::api::devices::list_devices;
use crate::api::groups::list_groups;
use crate::api::organizations::list_organizations;
use crate::api::templates::list_templates;
use crate::layout::{Crumb, PageHead, Shell};
use crate::live;
use crate::session::{use_slug, use_workspace};
use crate::ui::value::count;
use crate::ui::{Button, ButtonKind, EmptyState, ErrorState, Glyph, Skeleton};
use address::Address;
use files::FilesMenu;
use filters::Filters;
use leptos::prelude::*;
use model::device::DeviceRow;
use model::organization::Organization;
use model::page::Page;
use model::permission::Permission;
use model::template::Template;
use std::collections::BTreeSet;
use table::{DeviceTable, Selection, Table};

/// Groups that the filter offers.
const GROUPS: i64 = 200;

/// `/w/:workspace/devices`.
#[component]
pub fn DevicesPage() -> impl IntoView {
    let slug = use_slug();
    let address = Address::here();
    let page = Resource::new(
        move || (slug.get(), address.state.get()),
        |(slug, state)| list_devices(slug, state.query()),
    );
    let templates = Resource::new(move || slug.get(), list_templates);
    let organizations = Resource::new(move || slug.get(), list_organizations);
    let groups = Resource::new(move || slug.get(), |slug| list_groups(slug, String::new(), 0, GROUPS));
    let workspace = use_workspace();
    let may_manage = super::here::may(Permission::ManageDevices);
    let may_create = super::here::may(Permission::CreateDevices);
    let moving: Moving = RwSignal::new(None);
    let may_import = super::here::may(Permission::ImportData);
    let connecting = RwSignal::new(false);
    Effect::new(move |_| {
        if address.asks_for_new() {
            connecting.set(may_create.get_untracked());
        }
    });
    let known = Signal::derive(move || templates.get().and_then(Result::ok).unwrap_or_default());
    let tree = Signal::derive(move || organizations.get().and_then(Result::ok).unwrap_or_default());
    let groups =
        Signal::derive(move || groups.get().and_then(Result::ok).map(|page| page.items).unwrap_or_default());
    let answer = Signal::derive(move || page.get());
    // A plain signal: a mapped setter holds the arena's lock while it sets, and on the server, where the view is drawn
    // by another thread meanwhile, both then wait for each other for ever.
    let (loading, set_loading) = signal(false);
    let reload = Callback::new(move |()| page.refetch());
    let missed = live::live().reconnected();
    Effect::watch(move || missed.get(), move |_, _, _| page.refetch(), false);
    let deletion = Deletion::new();
    let selection: Selection = RwSignal::new(BTreeSet::new());
    let gone = Callback::new(move |ids: Vec<String>| {
        selection.update(|chosen| chosen.retain(|id| !ids.contains(id)));
        page.refetch();
    });
    let total = move || workspace.with(|w| w.as_ref().map(|w| count(w.devices))).unwrap_or_default();
    view! {
        <Shell crumbs=vec![Crumb::here("Devices")]>
            <PageHead title="Devices" note=Signal::derive(total)>
                <FilesMenu address may_import may_manage />
                <Show when=move || may_create.try_get().unwrap_or_default()>
                    <Button kind=ButtonKind::Primary icon=Glyph::Plus on_click=move || connecting.set(true)>
                        "Connect a device"
                    </Button>
                </Show>
            </PageHead>
            <section class="card device-list" aria-label="Devices" aria-busy=move || loading.get().to_string()>
                <Transition
                    fallback=|| view! { <Skeleton rows=8 /> }
                    set_pending=set_loading
                >
                    <Filters address templates=known organizations=tree groups answer />
                    {move || {
                        let list = List { address, connecting, may_create, may_manage, tree, reload, selection, deletion, moving };
                        answer.get().map(|answer| list.show(answer, known.get()))
                    }}
                </Transition>
            </section>
            // Not beneath the transition: a dialog that opens before it stands in the page never shows.
            <ConnectDialog open=connecting templates=known tree />
            <MoveDialog moving organizations=tree on_moved=move |()| page.refetch() />
            <DeleteDialog open=deletion.open devices=deletion.devices on_deleted=gone />
        </Shell>
    }
    .into_any()
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct List {
    address: Address,
    connecting: RwSignal<bool>,
    may_create: Signal<bool>,
    may_manage: Signal<bool>,
    tree: Signal<Vec<Organization>>,
    reload: Callback<()>,
    selection: Selection,
    deletion: Deletion,
    moving: Moving,
}

/// The devices that are asked about in the dialog.
#[derive(Clone, Copy)]
struct Deletion {
    open: RwSignal<bool>,
    devices: RwSignal<Vec<Doomed>>,
}

impl Deletion {
    fn new() -> Self {
        Deletion { open: RwSignal::new(false), devices: RwSignal::new(Vec::new()) }
    }

    /// Asks whether to delete these.
    fn ask(self, devices: Vec<Doomed>) {
        self.devices.set(devices);
        self.open.set(true);
    }
}

impl List {
    fn show(self, answer: Result<Page<DeviceRow>, AppError>, templates: Vec<Template>) -> AnyView {
        let List { address, connecting, may_create, may_manage, tree, reload, selection, deletion, moving } =
            self;
        let away = address.state.with_untracked(|state| state.moved_away);
        match answer {
            Err(AppError(problem)) => view! { <ErrorState problem retry=reload /> }.into_any(),
            Ok(page) if page.total == 0 && away => view! { <NoMatch address /> }.into_any(),
            Ok(page) if page.total == 0 => view! { <NoDevices connecting may_create /> }.into_any(),
            Ok(page) if page.items.is_empty() => view! { <NoMatch address /> }.into_any(),
            Ok(page) => {
                let table = Table { address, may_manage, tree, selection, deletion, moving, reload };
                view! { <DeviceTable page templates table /> }.into_any()
            }
        }
    }
}

/// The workspace has no device: what to do about it.
#[component]
fn NoDevices(connecting: RwSignal<bool>, may_create: Signal<bool>) -> impl IntoView {
    let text = "Whatever speaks MQTT can be one. Connect a device here and you get an id, a key and a command to \
                paste; its first value shows on the open page within a second.";
    view! {
        <EmptyState icon=Glyph::Plug title="No devices yet" text=text>
            <Show when=move || may_create.try_get().unwrap_or_default()>
                <Button kind=ButtonKind::Primary icon=Glyph::Plus on_click=move || connecting.set(true)>
                    "Connect a device"
                </Button>
            </Show>
        </EmptyState>
    }
    .into_any()
}

/// Something is filtered away, or the page lies behind the last.
#[component]
fn NoMatch(address: Address) -> impl IntoView {
    let filtered = address.state.with_untracked(query::ListState::is_filtered);
    let (title, text, action) = if filtered {
        ("No device matches", "Search and filters leave nothing over.", "Clear the filters")
    } else {
        ("Nothing on this page", "The list is shorter than that.", "To the first page")
    };
    view! {
        <EmptyState icon=Glyph::Search title=title text=text>
            <Button on_click=move || address.change(query::ListState::cleared)>{action}</Button>
        </EmptyState>
    }
    .into_any()
}
