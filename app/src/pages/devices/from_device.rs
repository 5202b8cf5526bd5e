//! The dialog that makes a template of what this device has sent.

use super::here::Here;
use crate::api::templates::create_template_from_device;
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{Button, ButtonKind, Dialog, Field, Form, FormActions, use_toasts};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use model::check::Check;
use model::template;

/// Asks for a name, and leads to the draft.
#[component]
pub(super) fn TemplateFromDevice(here: Here, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title="Create a template from this device">
            <TheForm here open />
        </Dialog>
    }
    .into_any()
}

#[component]
fn TheForm(here: Here, open: RwSignal<bool>) -> impl IntoView {
    let (toasts, navigate) = (use_toasts(), use_navigate());
    let attempt = Attempt::new();
    let name = RwSignal::new(String::new());
    let submit = move || {
        let wanted = name.get_untracked();
        let mut check = Check::default();
        check.field("name", template::name(&wanted));
        let (slug, navigate) = (here.slug(), navigate.clone());
        let call = create_template_from_device(slug.clone(), here.id(), wanted);
        attempt.run(check.done(), call, move |(made, left_out)| {
            _ = open.try_set(false);
            if !left_out.is_empty() {
                toasts
                    .ok(format!("DTDL allows no such names, so they are left out: {}", left_out.join(", ")));
            }
            navigate(&format!("/w/{slug}/templates/{}", made.id), Default::default());
        });
    };
    view! {
        <Form on_submit=submit label="Create a template from this device">
            <p>"Its last messages say which values there are and of what type. You get a draft to correct before you publish it."</p>
            <Field
                label="Name"
                name="name"
                placeholder="Room sensor"
                autofocus=true
                autocomplete="off"
                value=name
                error=attempt.error("name", name)
            />
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Create template"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}
