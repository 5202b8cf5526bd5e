//! The dialog that makes a group.

use crate::api::provisioning::create_enrolment_group;
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{Button, ButtonKind, Dialog, Field, Form, FormActions, Select, use_toasts};
use leptos::prelude::*;
use model::enrolment::{GroupKind, NewGroup};

/// “New enrolment group”.
#[component]
pub(super) fn NewGroupDialog(
    open: RwSignal<bool>,
    slug: Signal<String>,
    on_made: Callback<()>,
) -> impl IntoView {
    view! {
        <Dialog open title=Signal::stored("New enrolment group".to_owned())>
            <NewGroupForm open slug on_made />
        </Dialog>
    }
    .into_any()
}

#[component]
fn NewGroupForm(open: RwSignal<bool>, slug: Signal<String>, on_made: Callback<()>) -> impl IntoView {
    let (attempt, toasts) = (Attempt::new(), use_toasts());
    let name = RwSignal::new(String::new());
    let kind = RwSignal::new(GroupKind::SymmetricKey.as_str().to_owned());
    let kinds: Vec<(String, String)> =
        GroupKind::ALL.map(|kind| (kind.as_str().to_owned(), kind.label().to_owned())).into();
    let submit = move || {
        let chosen = GroupKind::from_word(&kind.get_untracked()).unwrap_or_default();
        let new = NewGroup::named(&name.get_untracked(), chosen);
        let checked = new.checked().map(|_| ());
        attempt.run(checked, create_enrolment_group(slug.get_untracked(), new), move |made| {
            toasts.ok(format!("“{}” is made.", made.name));
            open.set(false);
            on_made.run(());
        });
    };
    view! {
        <Form on_submit=submit label="New enrolment group">
            <Field
                label="Name"
                name="name"
                value=name
                error=attempt.error("name", name)
                hint="Where its devices come from: a production line, a supplier."
                autocomplete="off"
                autofocus=true
                placeholder="Line 7"
            />
            <Select
                label="Devices prove themselves by"
                name="kind"
                value=kind
                options=Signal::stored(kinds)
                error=attempt.error("id", kind)
                hint="It doesn't change later."
            />
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Make the group"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}
