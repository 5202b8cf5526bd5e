//! Jobs that begin by themselves, above the list of those that have begun.

use crate::api::jobs::{delete_scheduled_job, enable_scheduled_job};
use crate::pages::attempt::{Attempt, Refusal};
use crate::pages::devices::may;
use crate::session::use_slug;
use crate::ui::{Button, ButtonKind, Card, Confirm, TableFrame, Tag, Time, use_toasts};
use leptos::prelude::*;
use model::job::{JobId, ScheduledJob};
use model::permission::Permission;

/// The table of them.
#[component]
pub(super) fn ScheduledJobs(list: Vec<ScheduledJob>, #[prop(into)] on_change: Callback<()>) -> impl IntoView {
    let (slug, toasts) = (use_slug(), use_toasts());
    let asking = RwSignal::new(None::<(JobId, String)>);
    let open = RwSignal::new(false);
    Effect::watch(move || asking.get(), move |asked, _, _| open.set(asked.is_some()), false);
    let deleting = Attempt::new();
    let delete = move || {
        let Some((id, name)) = asking.get_untracked() else { return };
        deleting.run(Ok(()), delete_scheduled_job(slug.get_untracked(), id), move |()| {
            asking.set(None);
            toasts.ok(format!("Deleted “{name}”"));
            on_change.run(());
        });
    };
    let rows = list.into_iter().map(|job| view! { <ScheduledRow job asking on_change /> }).collect_view();
    view! {
        <Card title=Signal::stored("Scheduled".to_owned()) padded=false>
            <TableFrame label="Scheduled jobs" stack=true>
                <thead>
                    <tr>
                        <th scope="col">"Job"</th>
                        <th scope="col">"When"</th>
                        <th scope="col">"Next"</th>
                        <th scope="col">"Last"</th>
                        <th scope="col">"State"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
        </Card>
        <Confirm
            open
            title=Signal::derive(move || {
                format!("Delete “{}”?", asking.get().map(|(_, name)| name).unwrap_or_default())
            })
            action="Delete scheduled job"
            danger=true
            busy=deleting.busy()
            on_confirm=delete
        >
            <p>"It begins no more jobs. Those that it has begun stay."</p>
            <Refusal attempt=deleting />
        </Confirm>
    }
    .into_any()
}

#[component]
fn ScheduledRow(
    job: ScheduledJob,
    asking: RwSignal<Option<(JobId, String)>>,
    on_change: Callback<()>,
) -> impl IntoView {
    let (slug, toasts) = (use_slug(), use_toasts());
    let may_manage = may(Permission::ManageJobs);
    let (id, enabled) = (StoredValue::new(job.id.clone()), job.enabled);
    let busy = RwSignal::new(false);
    let turn = move || {
        busy.set(true);
        leptos::task::spawn_local(async move {
            if let Err(error) = enable_scheduled_job(slug.get_untracked(), id.get_value(), !enabled).await {
                toasts.bad(&error.0);
            }
            let _ = busy.try_set(false);
            let _ = on_change.try_run(());
        });
    };
    let name = StoredValue::new(job.name.clone());
    view! {
        <tr>
            <td>
                {job.name.clone()} <div class="quiet">{job.work.doing.label()}</div>
                {job.why.clone().map(|why| view! { <Tag bad=true>{why}</Tag> })}
            </td>
            <td data-label="When">{job.schedule.said()}</td>
            <td data-label="Next">
                <Time ms=Signal::stored(job.next_ms) exact=true />
            </td>
            <td data-label="Last">
                <Time ms=Signal::stored(job.last_ms) />
            </td>
            <td data-label="State">
                {if enabled { "On" } else { "Off" }} " "
                <Show when=move || may_manage.get()>
                    <Button kind=ButtonKind::Ghost busy on_click=turn>
                        {if enabled { "Switch off" } else { "Switch on" }}
                    </Button>
                    <Button kind=ButtonKind::Ghost on_click=move || asking.set(Some((id.get_value(), name.get_value())))>
                        "Delete…"
                    </Button>
                </Show>
            </td>
        </tr>
    }
    .into_any()
}
