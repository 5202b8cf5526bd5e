//! The Edit tab: name and template. The id stays: devices connect with it.

use super::here::{Here, may};
use super::new::{chosen, options};
use crate::api::devices::{get_device, update_device};
use crate::api::organizations::move_devices;
use crate::api::templates::device_fields;
use crate::pages::attempt::{Attempt, Refusal};
use crate::pages::organizations;
use crate::ui::{
    Banner, BannerKind, Button, ButtonKind, Card, Field, Form, FormActions, LinkButton, Select, use_toasts,
};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use model::OrganizationId;
use model::check::{self, Check};
use model::device::DevicePatch;
use model::organization::Organization;
use model::permission::Permission;
use model::template::Template;

/// The form; without the right to change devices, the reason.
#[component]
pub(super) fn Edit(here: Here, templates: Vec<Template>, tree: Vec<Organization>) -> impl IntoView {
    let may_manage = may(Permission::ManageDevices);
    view! {
        <Card title="Edit the device" span=6>
            {move || match may_manage.get() {
                true => view! { <EditForm here templates=templates.clone() tree=tree.clone() /> }.into_any(),
                false => view! { <Banner kind=BannerKind::Info>"Your role doesn't change devices."</Banner> }.into_any(),
            }}
        </Card>
    }
    .into_any()
}

#[component]
fn EditForm(here: Here, templates: Vec<Template>, tree: Vec<Organization>) -> impl IntoView {
    let attempt = Attempt::new();
    let toasts = use_toasts();
    let navigate = use_navigate();
    let before = here.device.get_untracked();
    let name = RwSignal::new(before.name);
    let template = RwSignal::new(before.template.map(|(id, _)| id.to_string()).unwrap_or_default());
    let organization = RwSignal::new(before.organization.id.to_string());
    let (several, places) = (tree.len() > 1, organizations::options(&tree));
    let submit = move || {
        let target = organizations::chosen(&organization.get_untracked());
        let patch = DevicePatch { name: name.get_untracked(), template: chosen(&template.get_untracked()) };
        let mut check = Check::default();
        check.field("name", check::name(&patch.name));
        let navigate = navigate.clone();
        let call = save(here, patch, target.filter(|_| several));
        attempt.run(check.done(), call, move |()| {
            toasts.ok("Saved.");
            navigate(&here.path(""), Default::default());
        });
    };
    view! {
        <Form on_submit=submit label="Edit the device">
            <Field label="Name" name="name" value=name error=attempt.error("name", name) autocomplete="off" />
            <Select
                label="Template"
                name="template"
                value=template
                options=options(&templates)
                error=attempt.error("template", template)
                hint="Values are kept whatever the template says; it names them and gives their units."
            />
            {several
                .then(|| {
                    view! {
                        <Select
                            label="Organization"
                            name="organization"
                            value=organization
                            options=places
                            error=attempt.error("organization", organization)
                            hint="What it has sent until now stays with the organization that it leaves."
                        />
                    }
                })}
            <p class="hint">
                "It connects with the id " <code class="mono">{before.external_id}</code> ", which never changes."
            </p>
            <Refusal attempt />
            <FormActions>
                <LinkButton href=here.path("")>"Cancel"</LinkButton>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Save"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

/// Saves, and lets the whole page see what is new.
async fn save(
    here: Here,
    patch: DevicePatch,
    target: Option<OrganizationId>,
) -> Result<(), crate::api::AppError> {
    let (slug, id) = (here.slug(), here.id());
    let mut device = update_device(slug.clone(), id.clone(), patch).await?;
    if let Some(target) = target.filter(|target| *target != device.organization.id) {
        move_devices(slug.clone(), vec![id.clone()], target).await?;
        device = get_device(slug.clone(), id.clone()).await?;
    }
    let fields = device_fields(slug, id).await?;
    _ = here.known.try_set(fields);
    _ = here.device.try_set(device);
    Ok(())
}
