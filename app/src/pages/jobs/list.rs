//! The list of a workspace's jobs, and of those that begin by themselves.

use super::scheduled::ScheduledJobs;
use super::{Progress, StateMark};
use crate::api::jobs::{list_jobs, list_scheduled_jobs};
use crate::layout::{Crumb, PageHead, Shell};
use crate::pages::devices::may;
use crate::session::use_slug;
use crate::ui::{
    ButtonKind, Card, EmptyState, ErrorState, Glyph, LinkButton, SearchBox, Skeleton, TableFrame, Time,
};
use leptos::prelude::*;
use model::job::{Job, JobState};
use model::permission::Permission;
use std::time::Duration;

/// How often is asked again while a job is at work.
const ASK_EVERY: Duration = Duration::from_secs(2);

/// `/w/:workspace/jobs`
#[component]
pub fn JobsPage() -> impl IntoView {
    let slug = use_slug();
    let may_manage = may(Permission::ManageJobs);
    let jobs = Resource::new(
        move || slug.get(),
        async |slug| {
            Ok::<_, crate::api::AppError>((list_jobs(slug.clone()).await?, list_scheduled_jobs(slug).await?))
        },
    );
    let at_work = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(Ok((list, _))) = jobs.get() {
            at_work.set(list.iter().any(|job| job.state.is_at_work()));
        }
    });
    Effect::new(move |_| {
        let again = move || {
            if at_work.try_get_untracked() == Some(true) {
                jobs.refetch();
            }
        };
        if let Ok(ticking) = set_interval_with_handle(again, ASK_EVERY) {
            on_cleanup(move || ticking.clear());
        }
    });
    let total = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(Ok((list, _))) = jobs.get() {
            total.set(list.len().to_string());
        }
    });
    let search = RwSignal::new(String::new());
    let new = Signal::derive(move || format!("/w/{}/jobs/new", slug.get()));
    view! {
        <Shell crumbs=vec![Crumb::here("Jobs")]>
            <PageHead title="Jobs" note=total>
                <Show when=move || may_manage.get()>
                    <LinkButton href=new kind=ButtonKind::Primary icon=Glyph::Plus>
                        "New job"
                    </LinkButton>
                </Show>
            </PageHead>
            <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
                {move || Suspend::new(async move {
                    match jobs.await {
                        Ok((list, scheduled)) => {
                            let none = list.is_empty() && scheduled.is_empty();
                            view! {
                                {(!scheduled.is_empty())
                                    .then(|| view! { <ScheduledJobs list=scheduled on_change=move || jobs.refetch() /> })}
                                {if none {
                                    view! {
                                        <Card>
                                            <EmptyState
                                                icon=Glyph::List
                                                title="No jobs yet"
                                                text="A job does the same to many devices: changes properties, runs a command, moves them to a new version."
                                            >
                                                <Show when=move || may_manage.get()>
                                                    <LinkButton href=new kind=ButtonKind::Primary icon=Glyph::Plus>
                                                        "New job"
                                                    </LinkButton>
                                                </Show>
                                            </EmptyState>
                                        </Card>
                                    }
                                        .into_any()
                                } else {
                                    view! { <JobTable list search /> }.into_any()
                                }}
                            }
                                .into_any()
                        }
                        Err(error) => {
                            view! {
                                <Card>
                                    <ErrorState problem=error.0 retry=move || jobs.refetch() />
                                </Card>
                            }
                                .into_any()
                        }
                    }
                })}
            </Transition>
        </Shell>
    }
}

#[component]
fn JobTable(list: Vec<Job>, search: RwSignal<String>) -> impl IntoView {
    let list = StoredValue::new(list);
    let shown = Memo::new(move |_| {
        let wanted = search.get().trim().to_lowercase();
        let fits = |job: &&Job| job.name.to_lowercase().contains(&wanted);
        list.with_value(|list| list.iter().filter(fits).cloned().collect::<Vec<_>>())
    });
    view! {
        <Card padded=false>
            <div class="filters">
                <SearchBox value=search placeholder="Search jobs" />
                <span class="filters-count" role="status">
                    {move || format!("{} of {}", shown.with(Vec::len), list.with_value(Vec::len))}
                </span>
            </div>
            <TableFrame label="Jobs" stack=true>
                <thead>
                    <tr>
                        <th scope="col">"Job"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Progress"</th>
                        <th scope="col">"By"</th>
                        <th scope="col">"Made"</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || shown.get() key=|job| (job.id.clone(), job.state, job.counts.over()) let:job>
                        <JobRow job />
                    </For>
                </tbody>
            </TableFrame>
        </Card>
    }
    .into_any()
}

#[component]
fn JobRow(job: Job) -> impl IntoView {
    let slug = use_slug();
    let id = job.id.clone();
    let (created, counts, by) = (job.created_ms, job.counts, job.by.clone());
    let what = job.work.doing.label();
    let why = job.why.clone().filter(|_| job.state == JobState::Stopped);
    view! {
        <tr>
            <td>
                <a class="row-link" href=move || format!("/w/{}/jobs/{id}", slug.get())>
                    {job.name.clone()}
                </a>
                <div class="quiet">{what}</div>
            </td>
            <td data-label="State">
                <StateMark job />
                {why.map(|why| view! { <div class="quiet">{why}</div> })}
            </td>
            <td data-label="Progress">
                <Progress counts />
            </td>
            <td data-label="By">{by}</td>
            <td data-label="Made">
                <Time ms=Signal::stored(Some(created)) />
            </td>
        </tr>
    }
    .into_any()
}
