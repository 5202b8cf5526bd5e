//! Moving devices to another organization: one, or all that are ticked.

use crate::api::organizations::move_devices;
use crate::pages::attempt::{Attempt, Refusal};
use crate::pages::organizations::{chosen, options};
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{Button, ButtonKind, Dialog, Form, FormActions, Select, use_toasts};
use leptos::prelude::*;
use model::Problem;
use model::organization::Organization;

/// The ids of the devices that are to move; none: nobody asked.
pub(super) type Moving = RwSignal<Option<Vec<String>>>;

/// Open while devices are to move.
#[component]
pub(super) fn MoveDialog(
    moving: Moving,
    organizations: Signal<Vec<Organization>>,
    #[prop(into)] on_moved: Callback<()>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if moving.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            moving.set(None);
        }
    });
    let title = Signal::derive(move || {
        moving.with(|ids| match ids.as_deref() {
            Some([id]) => format!("Move “{id}”"),
            Some(many) => format!("Move {} devices", count(many.len() as i64)),
            None => String::new(),
        })
    });
    view! {
        <Dialog open title>
            {move || moving.get().map(|ids| view! { <MoveForm ids organizations open on_moved /> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn MoveForm(
    ids: Vec<String>,
    organizations: Signal<Vec<Organization>>,
    open: RwSignal<bool>,
    on_moved: Callback<()>,
) -> impl IntoView {
    let (slug, toasts, attempt) = (use_slug(), use_toasts(), Attempt::new());
    let first = organizations.with_untracked(|all| all.first().map(|o| o.id.to_string()).unwrap_or_default());
    let organization = RwSignal::new(first);
    let choices = Signal::derive(move || organizations.with(|all| options(all)));
    let submit = move || {
        let Some(target) = chosen(&organization.get_untracked()) else { return };
        let call = move_devices(slug.get_untracked(), ids.clone(), target);
        attempt.run(Ok::<(), Problem>(()), call, move |moved: usize| {
            let said = match moved {
                0 => "They are there already.".to_owned(),
                1 => "1 device moved.".to_owned(),
                many => format!("{} devices moved.", count(many as i64)),
            };
            toasts.ok(said);
            _ = open.try_set(false);
            on_moved.try_run(());
        });
    };
    view! {
        <Form on_submit=submit label="Move devices">
            <Select
                label="To the organization"
                name="organization"
                value=organization
                options=choices
                error=attempt.error("organization", organization)
            />
            <p>
                "What they have sent until now stays with the organization that they leave. Who sees the other one sees what comes from now on."
            </p>
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Move"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}
