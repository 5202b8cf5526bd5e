//! Reports as rows, with what can be done with each, and its history.

use super::{Desk, Wish};
use crate::api::AppError;
use crate::api::reports::{delete_report, list_report_runs, send_report, update_report};
use crate::ui::value::{bytes, count};
use crate::ui::{
    Confirm, Dialog, ErrorState, Glyph, Menu, MenuItem, MenuSeparator, Skeleton, TableFrame, Tag, Time,
    use_toasts,
};
use leptos::prelude::*;
use model::report::{NewReport, Report, Run};

/// All of them.
#[component]
pub(super) fn List(list: Vec<Report>, desk: Desk) -> impl IntoView {
    let said = match list.len() {
        1 => "1 report".to_owned(),
        n => format!("{n} reports"),
    };
    let rows = list.into_iter().map(|report| view! { <ReportRow report desk /> }).collect_view();
    view! {
        <TableFrame label="Reports" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Report"</th>
                    <th scope="col">"When"</th>
                    <th scope="col">"Next"</th>
                    <th scope="col">"Last"</th>
                    <th scope="col" class="row-actions">
                        <span class="visually-hidden">"Actions"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
        <p class="page-note" role="status">
            {said}
        </p>
    }
    .into_any()
}

#[component]
fn ReportRow(report: Report, desk: Desk) -> impl IntoView {
    let toasts = use_toasts();
    let (history, deleting) = (RwSignal::new(false), RwSignal::new(false));
    let (id, wanted) = (report.id, report.wanted.clone());
    let (paused, next, asked) = (wanted.paused, report.next_ms, report.asked);
    let last = report.last.clone();
    let label = format!("Actions for {}", wanted.name);
    let about = match wanted.recipients.as_slice() {
        [one] => format!("{}, to {one}", wanted.format.label()),
        many => format!("{}, to {} addresses", wanted.format.label(), count(many.len() as i64)),
    };
    let (name, when) = (wanted.name.clone(), wanted.when.said());
    let title = wanted.name.clone();
    let send = move || {
        leptos::task::spawn_local(async move {
            match send_report(desk.slug.get_untracked(), id).await {
                Ok(()) => toasts.ok("It is made and mailed now."),
                Err(AppError(problem)) => toasts.bad(&problem),
            }
            desk.reload.run(());
        });
    };
    let kept = StoredValue::new(report);
    let pause = move || {
        let wanted = NewReport { paused: !paused, ..kept.with_value(|report| report.wanted.clone()) };
        leptos::task::spawn_local(async move {
            match update_report(desk.slug.get_untracked(), id, wanted).await {
                Ok(_) => toasts.ok(if paused { "It goes on." } else { "It is paused." }),
                Err(AppError(problem)) => toasts.bad(&problem),
            }
            desk.reload.run(());
        });
    };
    let delete = move |()| {
        leptos::task::spawn_local(async move {
            match delete_report(desk.slug.get_untracked(), id).await {
                Ok(()) => toasts.ok("The report is deleted."),
                Err(AppError(problem)) => toasts.bad(&problem),
            }
            deleting.set(false);
            desk.reload.run(());
        });
    };
    view! {
        <tr>
            <td>
                {name} <br /> <span class="quiet">{about}</span>
            </td>
            <td data-label="When">{when}</td>
            <td data-label="Next">
                {match (asked, paused) {
                    (true, _) => view! { <Tag>"being made"</Tag> }.into_any(),
                    (_, true) => view! { <Tag dashed=true>"paused"</Tag> }.into_any(),
                    _ => view! { <Time ms=Signal::stored(next) exact=true /> }.into_any(),
                }}
            </td>
            <td data-label="Last">
                {match last {
                    None => "–".into_any(),
                    Some(run) => view! { <Outcome run /> }.into_any(),
                }}
            </td>
            <td class="row-actions">
                <Menu label=label>
                    <MenuItem on_click=send icon=Glyph::Mail>
                        "Send now"
                    </MenuItem>
                    <MenuItem
                        on_click=move || desk.wish.set(Some(Wish::Change(Box::new(kept.get_value()))))
                        icon=Glyph::Pencil
                    >
                        "Change…"
                    </MenuItem>
                    <MenuItem on_click=pause icon=Glyph::Clock>
                        {if paused { "Let it go on" } else { "Pause" }}
                    </MenuItem>
                    <MenuItem on_click=move || history.set(true) icon=Glyph::Log>
                        "History"
                    </MenuItem>
                    <MenuSeparator />
                    <MenuItem on_click=move || deleting.set(true) icon=Glyph::Trash danger=true>
                        "Delete…"
                    </MenuItem>
                </Menu>
                <Dialog open=history title="History">
                    <Show when=move || history.get()>
                        <History desk id />
                    </Show>
                </Dialog>
                <Confirm open=deleting title="Delete the report?" action="Delete it" danger=true on_confirm=delete>
                    {format!("“{title}” is sent no more, and its history goes with it.")}
                </Confirm>
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn Outcome(run: Run) -> impl IntoView {
    let said = match &run.error {
        None => format!("{}, {} sent", bytes(run.bytes), count(run.mails.into())),
        Some(why) => why.clone(),
    };
    let failed = run.error.is_some();
    view! {
        <Time ms=Signal::stored(Some(run.at_ms)) />
        <br />
        <span class="quiet" class:bad=failed>
            {said}
        </span>
    }
    .into_any()
}

#[component]
fn History(desk: Desk, id: i32) -> impl IntoView {
    let runs = Resource::new(move || desk.slug.get(), move |slug| list_report_runs(slug, id));
    view! {
        <Suspense fallback=|| view! { <Skeleton rows=3 /> }>
            {move || Suspend::new(async move {
                match runs.await {
                    Ok(list) if list.is_empty() => view! { <p class="hint">"It was never sent."</p> }.into_any(),
                    Ok(list) => {
                        let rows = list.into_iter().map(|run| view! { <li><Outcome run /></li> }).collect_view();
                        view! { <ul class="places">{rows}</ul> }.into_any()
                    }
                    Err(AppError(problem)) => view! { <ErrorState problem /> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}
