//! Deleting a template, which its devices may forbid.

use crate::api::templates::delete_template;
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{Confirm, Dialog, FormActions, LinkButton, use_toasts};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use model::template::Template;

/// Asks, deletes, and leads back to the list; says why it can't be where devices are of it.
#[component]
pub(super) fn DeleteTemplate(open: RwSignal<bool>, template: Template) -> impl IntoView {
    let title = format!("Delete “{}”?", template.name);
    if template.devices > 0 {
        view! { <InUse open template /> }.into_any()
    } else {
        view! { <Ask open title template /> }.into_any()
    }
}

#[component]
fn InUse(open: RwSignal<bool>, template: Template) -> impl IntoView {
    let slug = use_slug();
    let id = template.id;
    let text = match template.devices {
        1 => "One device is of this template. Give it another template, or delete it, first.".to_owned(),
        n => format!(
            "{} devices are of this template. Give them another template, or delete them, first.",
            count(n)
        ),
    };
    view! {
        <Dialog open title=format!("“{}” is in use", template.name)>
            <p>{text.clone()}</p>
            <FormActions>
                <LinkButton href=Signal::derive(move || {
                    format!("/w/{}/devices?template={id}", slug.get())
                })>"Show the devices"</LinkButton>
            </FormActions>
        </Dialog>
    }
}

#[component]
fn Ask(open: RwSignal<bool>, title: String, template: Template) -> impl IntoView {
    let (slug, toasts, navigate) = (use_slug(), use_toasts(), use_navigate());
    let attempt = Attempt::new();
    let (id, name) = (template.id, template.name);
    let confirm = move || {
        let (slug, name, navigate) = (slug.get_untracked(), name.clone(), navigate.clone());
        let list = format!("/w/{slug}/templates");
        attempt.run(Ok(()), delete_template(slug, id), move |()| {
            open.set(false);
            toasts.ok(format!("Deleted “{name}”"));
            navigate(&list, NavigateOptions::default());
        });
    };
    view! {
        <Confirm open title action="Delete template" danger=true busy=attempt.busy() on_confirm=confirm>
            <p>"No device uses it. This can't be undone."</p>
            <Refusal attempt />
        </Confirm>
    }
}
