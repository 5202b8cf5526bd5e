//! The page of a job: how far it is, what became of each device, and what can be done with it.

use super::{Progress, StateMark};
use crate::api::AppError;
use crate::api::jobs::{delete_job, get_job, list_job_devices, rerun_job, resume_job, stop_job};
use crate::layout::{Crumb, PageHead, Shell};
use crate::pages::attempt::{Attempt, Refusal};
use crate::pages::devices::may;
use crate::session::{answer_with_status, use_slug};
use crate::ui::{
    Banner, BannerKind, Button, ButtonKind, Card, Confirm, EmptyState, ErrorState, Facts, Glyph, LinkButton,
    Pager, SearchBox, Segmented, Skeleton, TableFrame, Tag, Time, use_toasts,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map};
use model::job::{Job, JobId, JobState, Turn, TurnQuery, TurnState};
use model::page::Page;
use model::permission::Permission;
use std::time::Duration;

/// How often is asked again while a job is at work.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// Devices of a page.
const PAGE: i64 = 100;

/// `/w/:workspace/jobs/:job`
#[component]
pub fn JobPage() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let id = Memo::new(move |_| JobId(params.with(|p| p.get("job").unwrap_or_default())));
    let job = Resource::new(move || (slug.get(), id.get()), |(slug, id)| get_job(slug, id));
    let crumbs = move |name: String| {
        Signal::derive(move || {
            vec![Crumb::link("Jobs", format!("/w/{}/jobs", slug.get())), Crumb::here(name.clone())]
        })
    };
    view! {
        <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
            {move || Suspend::new(async move {
                match job.await {
                    Ok(job) => {
                        let crumbs = crumbs(job.name.clone());
                        view! {
                            <Shell crumbs>
                                <One job />
                            </Shell>
                        }
                            .into_any()
                    }
                    Err(AppError(problem)) => {
                        answer_with_status(problem.code.status());
                        view! {
                            <Shell crumbs=crumbs("Job".to_owned())>
                                <Card>
                                    <ErrorState problem />
                                </Card>
                            </Shell>
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

#[component]
fn One(job: Job) -> impl IntoView {
    let slug = use_slug();
    let name = job.name.clone();
    let now = RwSignal::new(job);
    Effect::new(move |_| {
        let ask = move || {
            let Some((id, state)) = now.try_with_untracked(|job| (job.id.clone(), job.state)) else { return };
            if !state.is_at_work() {
                return;
            }
            let answer = get_job(slug.get_untracked(), id);
            leptos::task::spawn_local(async move {
                if let Ok(job) = answer.await {
                    _ = now.try_set(job);
                }
            });
        };
        if let Ok(ticking) = set_interval_with_handle(ask, ASK_EVERY) {
            on_cleanup(move || ticking.clear());
        }
    });
    let marks = move || {
        let mark = move || view! { <StateMark job=now.get() /> };
        view! { {mark} }
    };
    view! {
        <PageHead title=name marks=marks>
            <Actions now />
        </PageHead>
        {move || {
            let (state, why) = now.with(|job| (job.state, job.why.clone()));
            let text = match state {
                JobState::Approval => Some("The first batch is done. Look at what became of it; the job goes on when you say so.".to_owned()),
                _ => why,
            };
            text.map(|text| view! { <Banner kind=BannerKind::Info>{text}</Banner> })
        }}
        <Standing now />
        <Turns now />
    }
    .into_any()
}

#[component]
fn Actions(now: RwSignal<Job>) -> impl IntoView {
    let (slug, toasts, navigate) = (use_slug(), use_toasts(), use_navigate());
    let may_manage = may(Permission::ManageJobs);
    let (attempt, asking) = (Attempt::new(), RwSignal::new(false));
    let id = move || now.with_untracked(|job| job.id.clone());
    let state = Memo::new(move |_| now.with(|job| job.state));
    let stop = move || {
        attempt.run(Ok(()), stop_job(slug.get_untracked(), id()), move |job| now.set(job));
    };
    let resume = move || {
        attempt.run(Ok(()), resume_job(slug.get_untracked(), id()), move |job| now.set(job));
    };
    let go = navigate.clone();
    let rerun = Callback::new(move |all: bool| {
        let (to, go) = (slug.get_untracked(), go.clone());
        attempt.run(Ok(()), rerun_job(to.clone(), id(), all), move |job: Job| {
            go(&format!("/w/{to}/jobs/{}", job.id), Default::default());
        });
    });
    let delete = move || {
        let (to, navigate) = (slug.get_untracked(), navigate.clone());
        attempt.run(Ok(()), delete_job(to.clone(), id()), move |()| {
            toasts.ok("Deleted the job");
            navigate(&format!("/w/{to}/jobs"), Default::default());
        });
    };
    let csv = Signal::derive(move || {
        format!("/w/{}/jobs/{}/results.csv", slug.get(), now.with(|job| job.id.clone()))
    });
    let copy =
        Signal::derive(move || format!("/w/{}/jobs/new?of={}", slug.get(), now.with(|job| job.id.clone())));
    let is = move |these: &'static [JobState]| move || may_manage.get() && these.contains(&state.get());
    let failed = Memo::new(move |_| now.with(|job| job.counts.failed > 0));
    view! {
        <LinkButton href=csv icon=Glyph::Download download=true>
            "Results"
        </LinkButton>
        <Show when=is(&[JobState::Pending, JobState::Running, JobState::Approval])>
            <Button icon=Glyph::Ban busy=attempt.busy() on_click=stop>
                "Stop"
            </Button>
        </Show>
        <Show when=is(&[JobState::Stopped, JobState::Approval])>
            <Button kind=ButtonKind::Primary busy=attempt.busy() on_click=resume>
                "Continue"
            </Button>
        </Show>
        <Show when=is(&[JobState::Stopped, JobState::Done])>
            <Show when=move || failed.get()>
                <Button icon=Glyph::Refresh busy=attempt.busy() on_click=move || rerun.run(false)>
                    "Rerun failed"
                </Button>
            </Show>
            <Button icon=Glyph::Refresh busy=attempt.busy() on_click=move || rerun.run(true)>
                "Rerun all"
            </Button>
            <Button kind=ButtonKind::Danger on_click=move || asking.set(true)>
                "Delete…"
            </Button>
        </Show>
        <Show when=move || may_manage.get()>
            <LinkButton href=copy icon=Glyph::Copy>
                "Copy"
            </LinkButton>
        </Show>
        <Refusal attempt />
        <Confirm
            open=asking
            title="Delete this job?"
            action="Delete job"
            danger=true
            busy=attempt.busy()
            on_confirm=delete
        >
            <p>"What became of its devices is forgotten. What was done to them stays."</p>
        </Confirm>
    }
    .into_any()
}

#[component]
fn Standing(now: RwSignal<Job>) -> impl IntoView {
    let started = Signal::derive(move || now.with(|job| job.started_ms));
    let ended = Signal::derive(move || now.with(|job| job.ended_ms));
    view! {
        <Card title=Signal::stored("Progress".to_owned())>
            <div role="status">{move || now.with(|job| view! { <Progress counts=job.counts /> })}</div>
            <Facts>
                <dt>"What"</dt>
                <dd>{move || now.with(|job| job.work.doing.label())}</dd>
                <dt>"Done"</dt>
                <dd>{move || now.with(|job| job.counts.done)}</dd>
                <dt>"Failed"</dt>
                <dd>{move || now.with(|job| job.counts.failed)}</dd>
                <dt>"Skipped"</dt>
                <dd>{move || now.with(|job| job.counts.skipped)}</dd>
                <dt>"Batch"</dt>
                <dd>{move || now.with(|job| format!("{} of {}", job.batch, job.batches))}</dd>
                <dt>"By"</dt>
                <dd>{move || now.with(|job| job.by.clone())}</dd>
                <dt>"Begun"</dt>
                <dd>
                    <Time ms=started />
                </dd>
                <dt>"Ended"</dt>
                <dd>
                    <Time ms=ended />
                </dd>
            </Facts>
        </Card>
    }
    .into_any()
}

#[component]
fn Turns(now: RwSignal<Job>) -> impl IntoView {
    let slug = use_slug();
    let (state, search) = (RwSignal::new("all".to_owned()), RwSignal::new(String::new()));
    let offset = RwSignal::new(0_i64);
    Effect::watch(move || (state.get(), search.get()), move |_, _, _| offset.set(0), false);
    let states: Vec<(String, String)> = std::iter::once(("all".to_owned(), "All".to_owned()))
        .chain(TurnState::ALL.iter().map(|state| (state.as_str().to_owned(), state.label().to_owned())))
        .collect();
    // What changes what is shown.
    let version = Memo::new(move |_| now.with(|job| (job.id.clone(), job.counts)));
    let turns = Resource::new(
        move || (slug.get(), version.get().0, version.get(), state.get(), search.get(), offset.get()),
        |(slug, id, _, state, search, offset)| {
            let query = TurnQuery { state: TurnState::from_word(&state), search, offset, limit: PAGE };
            list_job_devices(slug, id, query)
        },
    );
    view! {
        <Card title=Signal::stored("Devices".to_owned()) padded=false>
            <div class="filters">
                <Segmented label="State" value=state options=states />
                <SearchBox value=search placeholder="Search devices" />
            </div>
            <Transition fallback=|| view! { <Skeleton rows=5 /> }>
                {move || Suspend::new(async move {
                    match turns.await {
                        Ok(page) => view! { <TurnTable page offset /> }.into_any(),
                        Err(error) => view! { <ErrorState problem=error.0 retry=move || turns.refetch() /> }.into_any(),
                    }
                })}
            </Transition>
        </Card>
    }
    .into_any()
}

#[component]
fn TurnTable(page: Page<Turn>, offset: RwSignal<i64>) -> impl IntoView {
    let slug = use_slug();
    let Page { items, matching, .. } = page;
    if items.is_empty() {
        return view! { <EmptyState icon=Glyph::Search title="No device" text="None of its devices stands so." /> }
            .into_any();
    }
    let row = move |turn: Turn| {
        let bad = turn.state == TurnState::Failed;
        let device = turn.device.clone();
        view! {
            <tr>
                <td>
                    <a class="row-link" href=move || format!("/w/{}/devices/{}", slug.get(), model::external_id::in_address(&device))>
                        {turn.name.clone()}
                    </a>
                </td>
                <td data-label="State">
                    <Tag bad>{turn.state.label()}</Tag>
                </td>
                <td data-label="Why">{turn.why.clone()}</td>
                <td class="number" data-label="Batch">{turn.batch}</td>
                <td data-label="Ended">
                    <Time ms=Signal::stored(turn.ended_ms) />
                </td>
            </tr>
        }
    };
    view! {
        <TableFrame label="Devices of the job" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Device"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Why"</th>
                    <th scope="col" class="number">"Batch"</th>
                    <th scope="col">"Ended"</th>
                </tr>
            </thead>
            <tbody>{items.into_iter().map(row).collect_view()}</tbody>
        </TableFrame>
        <Pager offset limit=PAGE matching=Signal::stored(matching) on_page=move |to| offset.set(to) />
    }
    .into_any()
}
