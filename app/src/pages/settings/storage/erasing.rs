//! Deleting days of telemetry: asked for in a dialog, carried out by the server, watched here.

use crate::api::AppError;
use crate::api::storage::{erase_telemetry, list_erasures};
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{
    Button, ButtonKind, Card, Dialog, EmptyState, ErrorState, Field, Form, FormActions, Glyph, Skeleton,
    TableFrame, Time, use_toasts,
};
use leptos::prelude::*;
use model::check::Check;
use model::storage::{Erasure, NewErasure, day_text};
use std::time::Duration;

type Listed = Resource<Result<Vec<Erasure>, AppError>>;
/// How often is looked while one is under way.
const LOOK: Duration = Duration::from_secs(2);
/// What is typed to confirm.
const WORD: &str = "delete";

#[component]
pub(super) fn Erasures(erasures: Listed, #[prop(into)] on_finished: Callback<()>) -> impl IntoView {
    let slug = use_slug();
    let asking = RwSignal::new(false);
    let now = RwSignal::new(None::<Vec<Erasure>>);
    let unfinished = move |list: &Option<Vec<Erasure>>| {
        list.as_ref().is_some_and(|l| l.iter().any(|e| e.finished_ms.is_none()))
    };
    Effect::new(move |_| {
        if let Some(Ok(list)) = erasures.get() {
            now.set(Some(list));
        }
    });
    // Looks again as long as there is something to see; says when it is over.
    Effect::new(move |before: Option<bool>| {
        let busy = now.with(|list| unfinished(list));
        if busy {
            let look = move || {
                let answer = list_erasures(slug.get_untracked());
                leptos::task::spawn_local(async move {
                    match answer.await {
                        Ok(list) => _ = now.try_set(Some(list)),
                        // Tries again.
                        Err(_) => _ = now.try_update(|_| ()),
                    }
                });
            };
            if let Ok(handle) = set_timeout_with_handle(look, LOOK) {
                on_cleanup(move || handle.clear());
            }
        } else if before == Some(true) {
            on_finished.try_run(());
        }
        busy
    });
    view! {
        <Card
            title=Signal::stored("Deletions".to_owned())
            padded=false
            actions=move || {
                view! {
                    <Button kind=ButtonKind::Danger icon=Glyph::Trash on_click=move || asking.set(true)>
                        "Delete data…"
                    </Button>
                }
            }
        >
            <Transition fallback=|| view! { <Skeleton rows=2 /> }>
                {move || Suspend::new(async move {
                    match erasures.await {
                        Ok(first) => view! { <Rows first now /> }.into_any(),
                        Err(error) => {
                            view! { <ErrorState problem=error.0 retry=move || erasures.refetch() /> }.into_any()
                        }
                    }
                })}
            </Transition>
            <Dialog open=asking title="Delete telemetry">
                <EraseForm open=asking now />
            </Dialog>
        </Card>
    }
    .into_any()
}

#[component]
fn Rows(first: Vec<Erasure>, now: RwSignal<Option<Vec<Erasure>>>) -> impl IntoView {
    let first = StoredValue::new(first);
    move || {
        let list = now.get().unwrap_or_else(|| first.get_value());
        if list.is_empty() {
            return view! {
                <EmptyState
                    icon=Glyph::Trash
                    title="Nothing was deleted by hand"
                    text="Retention deletes what is too old by itself. Here you can delete single days, of some devices or of all."
                />
            }
            .into_any();
        }
        let rows = list.into_iter().map(|erasure| view! { <OneRow erasure /> }).collect_view();
        view! {
            <TableFrame label="Deletions" stack=true>
                <thead>
                    <tr>
                        <th scope="col">"Days"</th>
                        <th scope="col" class="number">"Devices"</th>
                        <th scope="col" class="number">"Deleted"</th>
                        <th scope="col">"Progress"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
        }
        .into_any()
    }
}

#[component]
fn OneRow(erasure: Erasure) -> impl IntoView {
    let Erasure {
        from_day,
        to_day,
        devices,
        done,
        messages,
        points,
        requested_by,
        requested_ms,
        finished_ms,
        ..
    } = erasure;
    let days = match from_day == to_day {
        true => day_text(from_day),
        false => format!("{} to {}", day_text(from_day), day_text(to_day)),
    };
    view! {
        <tr>
            <td>
                {days}
                <p class="hint">"By " {requested_by} ", " <Time ms=Signal::stored(Some(requested_ms)) /></p>
            </td>
            <td class="number" data-label="Devices">
                {count(i64::from(devices))}
            </td>
            <td class="number" data-label="Deleted">
                {format!("{} values, {} messages", count(points), count(messages))}
            </td>
            <td data-label="Progress">
                {match finished_ms {
                    Some(_) => view! { "done " <Time ms=Signal::stored(finished_ms) /> }.into_any(),
                    None => {
                        let said = format!("{} of {} devices", count(i64::from(done)), count(i64::from(devices)));
                        view! {
                            <progress max=devices value=done aria-label=said.clone()></progress>
                            " "
                            {said}
                        }
                            .into_any()
                    }
                }}
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn EraseForm(open: RwSignal<bool>, now: RwSignal<Option<Vec<Erasure>>>) -> impl IntoView {
    let (slug, toasts) = (use_slug(), use_toasts());
    let attempt = Attempt::new();
    let [devices, from, to, typed] = [(); 4].map(|()| RwSignal::new(String::new()));
    let submit = move || {
        let new = NewErasure {
            devices: devices
                .get_untracked()
                .split([',', ' ', '\n'])
                .filter(|id| !id.is_empty())
                .map(str::to_owned)
                .collect(),
            from: from.get_untracked(),
            to: to.get_untracked(),
        };
        let mut check = Check::default();
        check.that(typed.get_untracked().trim() == WORD, "confirm", format!("Type “{WORD}”."));
        let checked = new.days().map(|_| ()).and_then(|()| check.done());
        attempt.run(checked, erase_telemetry(slug.get_untracked(), new), move |list| {
            _ = open.try_set(false);
            now.set(Some(list));
            toasts.ok("The deletion has begun.");
        });
    };
    view! {
        <Form on_submit=submit label="Delete telemetry">
            <p>
                "Values and messages of whole days (UTC) are deleted for good. Devices, their logs and what they send later stay."
            </p>
            <Field
                label="Devices"
                name="devices"
                value=devices
                error=attempt.error("devices", devices)
                hint="Their ids, with commas between them. Leave it empty for all devices."
                autocomplete="off"
                mono=true
                autofocus=true
            />
            <Field label="First day" name="from" kind="date" value=from error=attempt.error("from", from) />
            <Field label="Last day" name="to" kind="date" value=to error=attempt.error("to", to) />
            <Field
                label=format!("Type “{WORD}” to confirm")
                name="confirm"
                value=typed
                error=attempt.error("confirm", typed)
                autocomplete="off"
                mono=true
            />
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Danger submit=true busy=attempt.busy()>
                    "Delete"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}
