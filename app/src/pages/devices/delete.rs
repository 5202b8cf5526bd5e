//! Deleting devices, with all that they have sent: asked for by a word to type, because it can't be undone.

use crate::api::devices::delete_device;
use crate::session::{use_session, use_slug};
use crate::ui::value::count;
use crate::ui::{Banner, BannerKind, Button, ButtonKind, Dialog, Field, Form, FormActions, use_toasts};
use leptos::prelude::*;
use model::Problem;

/// A device to delete: its id and its name.
pub(super) type Doomed = (String, String);

/// Asks before it deletes; `on_deleted` gets the ids of those that are gone.
#[component]
pub(super) fn DeleteDialog(
    open: RwSignal<bool>,
    #[prop(into)] devices: Signal<Vec<Doomed>>,
    #[prop(into)] on_deleted: Callback<Vec<String>>,
) -> impl IntoView {
    let title = Signal::derive(move || {
        devices.with(|d| match d.as_slice() {
            [(_, name)] => format!("Delete “{name}”?"),
            many => format!("Delete {} devices?", count(many.len() as i64)),
        })
    });
    view! {
        <Dialog open title>
            <DeleteForm open devices=devices.get_untracked() on_deleted />
        </Dialog>
    }
    .into_any()
}

#[component]
fn DeleteForm(
    open: RwSignal<bool>,
    devices: Vec<Doomed>,
    on_deleted: Callback<Vec<String>>,
) -> impl IntoView {
    let session = use_session();
    let slug = use_slug();
    let toasts = use_toasts();
    let typed = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<Problem>);
    let word = word_to_type(&devices);
    let expected = StoredValue::new(word.clone());
    let matches = Signal::derive(move || expected.with_value(|word| typed.get().trim() == word));
    let many = devices.len() > 1;
    let devices = StoredValue::new(devices);
    let submit = move || {
        if !matches.get_untracked() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        // Taken before waiting: the dialog may be closed meanwhile.
        let work = delete_all(slug.get_untracked(), devices.get_value());
        leptos::task::spawn_local(async move {
            let (gone, failure) = work.await;
            session.refresh();
            if !gone.is_empty() {
                toasts.ok(said(&gone));
            }
            match failure {
                None => _ = open.try_set(false),
                Some(problem) => {
                    _ = busy.try_set(false);
                    if gone.is_empty() {
                        _ = error.try_set(Some(problem));
                    } else {
                        toasts.bad(&problem);
                        _ = open.try_set(false);
                    }
                }
            }
            if !gone.is_empty() {
                on_deleted.try_run(gone.into_iter().map(|(id, _)| id).collect());
            }
        });
    };
    let what = if many {
        "They are deleted with all of their telemetry and their logs."
    } else {
        "It is deleted with all of its telemetry and its log."
    };
    view! {
        <Form on_submit=submit label="Delete">
            <p>{what} " This can't be undone. Connected devices are cut off."</p>
            {many
                .then(|| {
                    let names = devices.with_value(|d| d.iter().take(5).map(|(_, name)| name.clone()).collect::<Vec<_>>());
                    let rest = devices.with_value(Vec::len).saturating_sub(names.len());
                    view! {
                        <ul class="doomed">
                            {names.into_iter().map(|name| view! { <li>{name}</li> }).collect_view()}
                            {(rest > 0).then(|| view! { <li>{format!("and {rest} more")}</li> })}
                        </ul>
                    }
                })}
            <Field
                label=format!("Type “{word}” to confirm")
                name="confirm"
                value=typed
                autocomplete="off"
                autofocus=true
                mono=true
            />
            {move || error.get().map(|problem| view! { <Banner kind=BannerKind::Bad>{problem.sentence().to_owned()}</Banner> })}
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button
                    kind=ButtonKind::Danger
                    submit=true
                    busy
                    disabled=Signal::derive(move || !matches.get())
                >
                    "Delete"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

/// Deletes one after the other; stops at the first that fails.
async fn delete_all(slug: String, devices: Vec<Doomed>) -> (Vec<Doomed>, Option<Problem>) {
    let mut gone = Vec::with_capacity(devices.len());
    for device in devices {
        if let Err(error) = delete_device(slug.clone(), device.0.clone()).await {
            return (gone, Some(error.0));
        }
        gone.push(device);
    }
    (gone, None)
}

/// One: its id, which is shown beside its name everywhere. Several: how many.
fn word_to_type(devices: &[Doomed]) -> String {
    match devices {
        [(id, _)] => id.clone(),
        many => format!("delete {}", many.len()),
    }
}

fn said(gone: &[Doomed]) -> String {
    match gone {
        [(_, name)] => format!("“{name}” is deleted."),
        many => format!("{} devices are deleted.", count(many.len() as i64)),
    }
}
