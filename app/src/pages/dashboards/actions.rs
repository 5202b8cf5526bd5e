//! What is asked before a dashboard is renamed, copied or deleted.

use crate::api::AppError;
use crate::api::dashboards::{copy_dashboard, delete_dashboard, save_dashboard};
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::use_slug;
use crate::ui::{Button, ButtonKind, Checkbox, Confirm, Dialog, Field, Form, FormActions, use_toasts};
use leptos::prelude::*;
use model::dashboard::{DashboardDraft, Listed};

/// Which dashboard is asked about, and for what.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) rename: RwSignal<Option<Listed>>,
    pub(super) copy: RwSignal<Option<Listed>>,
    pub(super) delete: RwSignal<Option<Listed>>,
}

impl Asked {
    pub(super) fn new() -> Asked {
        let none = || RwSignal::new(None::<Listed>);
        Asked { rename: none(), copy: none(), delete: none() }
    }
}

/// The dialogs of a page.
#[component]
pub(super) fn Dialogs(
    asked: Asked,
    /// Whether the asker makes dashboards that others see.
    shared: Signal<bool>,
    /// Whether they make some of their own.
    own: Signal<bool>,
    on_changed: Callback<()>,
) -> impl IntoView {
    let renaming = open_while(asked.rename);
    let copying = open_while(asked.copy);
    view! {
        <Dialog open=renaming title="Rename the dashboard">
            <RenameForm asked=asked.rename open=renaming on_changed />
        </Dialog>
        <Dialog open=copying title="Copy the dashboard">
            <CopyForm asked=asked.copy open=copying shared own on_changed />
        </Dialog>
        <DeleteDialog asked=asked.delete on_changed />
    }
    .into_any()
}

/// A dialog that is open while something is asked about.
fn open_while(asked: RwSignal<Option<Listed>>) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if asked.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            asked.set(None);
        }
    });
    open
}

#[component]
fn RenameForm(
    asked: RwSignal<Option<Listed>>,
    open: RwSignal<bool>,
    on_changed: Callback<()>,
) -> impl IntoView {
    let slug = use_slug();
    let about = asked.get_untracked();
    let text =
        |pick: fn(&Listed) -> &str| about.as_ref().map(|about| pick(about).to_owned()).unwrap_or_default();
    let (name, description) = (RwSignal::new(text(|a| &a.name)), RwSignal::new(text(|a| &a.description)));
    let id = StoredValue::new(text(|a| &a.id));
    let attempt = Attempt::new();
    let submit = move || {
        let draft = DashboardDraft {
            name: name.get_untracked(),
            description: description.get_untracked(),
            ..Default::default()
        };
        let check = draft.checked().map(|_| ());
        let call = save_dashboard(slug.get_untracked(), id.get_value(), None, draft);
        attempt.run(check, call, move |_| {
            open.set(false);
            on_changed.run(());
        });
    };
    view! {
        <Form on_submit=submit label="Rename the dashboard">
            <Field label="Name" name="name" value=name error=attempt.error("name", name) autofocus=true />
            <Field label="What it is for" name="description" value=description error=attempt.error("description", description) />
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Save"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

#[component]
fn CopyForm(
    asked: RwSignal<Option<Listed>>,
    open: RwSignal<bool>,
    shared: Signal<bool>,
    own: Signal<bool>,
    on_changed: Callback<()>,
) -> impl IntoView {
    let slug = use_slug();
    let about = asked.get_untracked();
    let name = RwSignal::new(about.as_ref().map(|about| format!("{}, copy", about.name)).unwrap_or_default());
    let personal = RwSignal::new(!shared.get_untracked());
    let id = StoredValue::new(about.map(|about| about.id).unwrap_or_default());
    let attempt = Attempt::new();
    let submit = move || {
        let draft = DashboardDraft { name: name.get_untracked(), ..Default::default() };
        let check = draft.checked().map(|_| ());
        let call = copy_dashboard(slug.get_untracked(), id.get_value(), draft.name, personal.get_untracked());
        attempt.run(check, call, move |_| {
            open.set(false);
            on_changed.run(());
        });
    };
    let both = move || shared.get() && own.get();
    view! {
        <Form on_submit=submit label="Copy the dashboard">
            <Field label="Name" name="name" value=name error=attempt.error("name", name) autofocus=true />
            <Show when=both>
                <Checkbox label="Only I see it" name="personal" value=personal />
            </Show>
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Copy"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

#[component]
fn DeleteDialog(asked: RwSignal<Option<Listed>>, on_changed: Callback<()>) -> impl IntoView {
    let (slug, toasts) = (use_slug(), use_toasts());
    let (open, busy) = (open_while(asked), RwSignal::new(false));
    let title = Signal::derive(move || {
        asked.with(|about| {
            about.as_ref().map_or_else(String::new, |about| format!("Delete “{}”?", about.name))
        })
    });
    let delete = Callback::new(move |()| {
        let Some(about) = asked.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        let answer = delete_dashboard(slug.get_untracked(), about.id);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(()) => {
                    toasts.ok(format!("“{}” is deleted.", about.name));
                    on_changed.try_run(());
                }
                Err(AppError(problem)) => toasts.bad(&problem),
            }
            _ = busy.try_set(false);
            _ = open.try_set(false);
        });
    });
    view! {
        <Confirm open title action="Delete the dashboard" danger=true on_confirm=delete busy>
            <p>"It is gone for everybody who sees it. What devices sent stays. This can't be undone."</p>
        </Confirm>
    }
    .into_any()
}
