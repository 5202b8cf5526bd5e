//! The dialog that makes a device and leads to its Connect tab, or simulated ones, any number of them.

mod simulated;

use super::connect::JUST_MADE;
use super::here::device_path;
use crate::api::devices::create_device;
use crate::api::simulations::create_simulated_device;
use crate::pages::attempt::{Attempt, Refusal};
use crate::pages::organizations;
use crate::session::{use_session, use_slug};
use crate::ui::{Button, ButtonKind, Checkbox, Dialog, Field, Form, FormActions, Select};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use leptos_router::location::Url;
use model::check::{self, Check};
use model::device::NewDevice;
use model::id::TemplateId;
use model::organization::Organization;
use model::template::Template;
use simulated::{Many, SimulatedFields};

/// “Connect a device”.
#[component]
pub(super) fn ConnectDialog(
    open: RwSignal<bool>,
    #[prop(into)] templates: Signal<Vec<Template>>,
    /// The organizations to choose from.
    tree: Signal<Vec<Organization>>,
) -> impl IntoView {
    view! {
        <Dialog open title="Connect a device">
            <NewDeviceForm open templates tree />
        </Dialog>
    }
    .into_any()
}

#[component]
fn NewDeviceForm(
    open: RwSignal<bool>,
    templates: Signal<Vec<Template>>,
    tree: Signal<Vec<Organization>>,
) -> impl IntoView {
    let session = use_session();
    let slug = use_slug();
    let navigate = use_navigate();
    let navigate_to_list = navigate.clone();
    let attempt = Attempt::new();
    let name = RwSignal::new(String::new());
    let id = RwSignal::new(String::new());
    let template = RwSignal::new(String::new());
    let organization = RwSignal::new(String::new());
    let several = Memo::new(move |_| tree.with(|all| all.len() > 1));
    let places = Signal::derive(move || {
        let own = (String::new(), "Your own".to_owned());
        std::iter::once(own).chain(tree.with(|all| organizations::options(all))).collect::<Vec<_>>()
    });
    let simulated = RwSignal::new(false);
    let many = Many::new();
    suggest(name, id);
    let submit = move || {
        let form = NewDevice {
            external_id: id.get_untracked(),
            name: name.get_untracked(),
            template: chosen(&template.get_untracked()),
            organization: organizations::chosen(&organization.get_untracked()),
        };
        let (navigate, workspace) = (navigate.clone(), slug.get_untracked());
        let path = device_path(&workspace, form.external_id.trim(), "connect");
        let done = move |_device| {
            _ = open.try_set(false);
            session.refresh();
            navigate(&path, NavigateOptions { state: JUST_MADE.into(), ..Default::default() });
        };
        match (simulated.get_untracked(), many.wanted()) {
            (false, _) => attempt.run(checked(&form), create_device(workspace, form), done),
            (true, Ok((1, every_ms))) => {
                attempt.run(checked(&form), create_simulated_device(workspace, form, every_ms), done);
            }
            (true, Ok((count, every_ms))) => {
                let list = format!("/w/{workspace}/devices?q={}", Url::escape(form.external_id.trim()));
                let check = many.check(&form);
                let all = many.make(workspace, form, count, every_ms);
                let navigate = navigate_to_list.clone();
                attempt.run(check, all, move |made| {
                    session.refresh();
                    if made == count {
                        _ = open.try_set(false);
                        navigate(&list, Default::default());
                    }
                });
            }
            (true, Err(problem)) => attempt.run(Err(problem), create_device(workspace, form), done),
        }
    };
    let action = Signal::derive(move || match (simulated.get(), many.several()) {
        (false, _) => "Connect",
        (true, false) => "Simulate",
        (true, true) => "Simulate them",
    });
    let options = Signal::derive(move || options(&templates.get()));
    view! {
        <Form on_submit=submit label="Connect a device">
            <Field
                label="Name"
                name="name"
                value=name
                error=attempt.error("name", name)
                autocomplete="off"
                autofocus=true
                placeholder="Meeting room 2.14"
            />
            <Field
                label="Device id"
                name="external_id"
                value=id
                error=attempt.error("external_id", id)
                hint="What it connects with. It can't be changed later."
                autocomplete="off"
                mono=true
                placeholder="meeting-room-2-14"
            />
            <Select
                label="Template"
                name="template"
                value=template
                options
                error=attempt.error("template", template)
                hint="Says which values it sends. It can be chosen later."
            />
            <Show when=move || several.get()>
                <Select
                    label="Organization"
                    name="organization"
                    value=organization
                    options=places
                    error=attempt.error("organization", organization)
                    hint="Who belongs there, or above, sees the device."
                />
            </Show>
            <Checkbox
                label="Simulated"
                name="simulated"
                value=simulated
                hint="Homeport plays the device: it sends what its template says, answers commands and takes properties."
            />
            <Show when=move || simulated.get()>
                <SimulatedFields many attempt />
            </Show>
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || {
                    many.stop();
                    open.set(false);
                }>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    {move || action.get()}
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

/// The id follows the name until someone writes one of their own.
fn suggest(name: RwSignal<String>, id: RwSignal<String>) {
    Effect::watch(
        move || name.get(),
        move |name, before, _| {
            let suggested = before.map(|before| check::slug(before)).unwrap_or_default();
            if id.with_untracked(|id| *id == suggested) {
                id.set(check::slug(name));
            }
        },
        false,
    );
}

fn checked(form: &NewDevice) -> Result<(), model::Problem> {
    let mut check = Check::default();
    if !form.name.trim().is_empty() {
        check.field("name", check::name(&form.name));
    }
    check.field("external_id", check::device_id(&form.external_id));
    check.done()
}

/// The template that a select's value stands for.
pub(super) fn chosen(value: &str) -> Option<TemplateId> {
    value.parse().ok().map(TemplateId)
}

/// The choices of a template select: those that are published.
pub(super) fn options(templates: &[Template]) -> Vec<(String, String)> {
    let none = (String::new(), "No template".to_owned());
    std::iter::once(none)
        .chain(templates.iter().filter(|t| t.version.is_some()).map(|t| (t.id.to_string(), t.name.clone())))
        .collect()
}
