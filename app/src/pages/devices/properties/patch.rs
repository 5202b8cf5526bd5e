//! A merge patch of the desired properties, written as JSON: for what no template knows.

use super::super::here::{Here, may};
use crate::api::twin::change_properties;
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{Button, Form, FormActions, TextArea, use_toasts};
use leptos::prelude::*;
use model::check::Check;
use model::permission::Permission;
use model::twin::{self, TwinView};

#[component]
pub(super) fn PatchEditor(here: Here, view: RwSignal<TwinView>) -> impl IntoView {
    let may_manage = may(Permission::ManageDevices);
    let attempt = Attempt::new();
    let toasts = use_toasts();
    let text = RwSignal::new(String::new());
    let submit = move || {
        let mut check = Check::default();
        let values = check.field("patch", text.with_untracked(|text| twin::parse(text.as_bytes())));
        let call = async move {
            change_properties(here.slug(), here.id(), String::new(), values.unwrap_or_default()).await
        };
        attempt.run(check.done(), call, move |fresh| {
            _ = view.try_set(fresh);
            _ = text.try_set(String::new());
            toasts.ok("Sent. Watch whether the device accepts it.");
        });
    };
    view! {
        <Show when=move || may_manage.get()>
            <Form on_submit=submit label="Change desired properties by JSON">
                <TextArea
                    label="Change by a patch"
                    name="patch"
                    value=text
                    mono=true
                    rows=3
                    error=attempt.error("patch", text)
                    hint="A JSON object that is merged into the desired properties, such as {\"interval\": 10}; null deletes."
                />
                <Refusal attempt />
                <FormActions>
                    <Button submit=true busy=attempt.busy()>
                        "Send"
                    </Button>
                </FormActions>
            </Form>
        </Show>
    }
    .into_any()
}
