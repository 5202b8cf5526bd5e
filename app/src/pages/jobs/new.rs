//! The page that begins or schedules a job.

use super::draft::Draft;
use super::form::{Choices, JobForm};
use crate::api::groups::list_groups;
use crate::api::jobs::{create_job, create_scheduled_job, get_job};
use crate::api::organizations::list_organizations;
use crate::api::templates::list_templates;
use crate::layout::{Crumb, PageHead, Shell};
use crate::pages::attempt::Attempt;
use crate::pages::devices::may;
use crate::session::use_slug;
use crate::ui::{Card, ErrorState, Skeleton, use_toasts};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};
use model::group::GROUPS_MAX;
use model::job::{Job, JobId, JobSchedule, NewJob, ScheduledJob};
use model::permission::Permission;
use model::{Code, Problem};

/// What there is to choose from. Whoever may not see some of it has less.
async fn choices(slug: String) -> Choices {
    let templates = list_templates(slug.clone()).await.unwrap_or_default();
    let organizations = list_organizations(slug.clone()).await.unwrap_or_default();
    let groups =
        list_groups(slug, String::new(), 0, GROUPS_MAX).await.map(|page| page.items).unwrap_or_default();
    Choices {
        templates: templates.into_iter().map(|template| (template.id.to_string(), template.name)).collect(),
        groups: groups.into_iter().map(|one| (one.group.id.0, one.group.name)).collect(),
        organizations: organizations.into_iter().map(|node| (node.id.to_string(), node.name)).collect(),
    }
}

/// `/w/:workspace/jobs/new`, with `?of=` the job that it begins as.
#[component]
pub fn NewJobPage() -> impl IntoView {
    let slug = use_slug();
    let may_manage = may(Permission::ManageJobs);
    let query = use_query_map();
    let of = Memo::new(move |_| query.with(|q| q.get("of").map(JobId)));
    let model = Resource::new(
        move || (slug.get(), of.get()),
        async move |(slug, of)| {
            let job = match of {
                Some(of) => get_job(slug.clone(), of).await.ok(),
                None => None,
            };
            (job, choices(slug).await)
        },
    );
    let crumbs = Signal::derive(move || {
        vec![Crumb::link("Jobs", format!("/w/{}/jobs", slug.get())), Crumb::here("New")]
    });
    view! {
        <Shell crumbs=crumbs>
            <PageHead title="New job" />
            <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
                {move || Suspend::new(async move {
                    let known = StoredValue::new(model.await);
                    let refused = || {
                        view! {
                            <Card>
                                <ErrorState problem=Problem::new(Code::NotAllowed) />
                            </Card>
                        }
                    };
                    view! {
                        <Show when=move || may_manage.get() fallback=refused>
                            {
                                let (job, choices) = known.get_value();
                                view! { <New job choices /> }
                            }
                        </Show>
                    }
                })}
            </Transition>
        </Shell>
    }
}

#[component]
fn New(job: Option<Job>, choices: Choices) -> impl IntoView {
    let (slug, navigate, toasts) = (use_slug(), use_navigate(), use_toasts());
    let attempt = Attempt::new();
    let draft = RwSignal::new(job.as_ref().map_or_else(Draft::new, Draft::of));
    let save = move |(new, schedule): (NewJob, Option<JobSchedule>)| {
        let (slug, navigate) = (slug.get_untracked(), navigate.clone());
        let to = slug.clone();
        match schedule {
            None => attempt.run(Ok(()), create_job(slug, new), move |made: Job| {
                navigate(&format!("/w/{to}/jobs/{}", made.id), Default::default());
            }),
            Some(schedule) => {
                attempt.run(Ok(()), create_scheduled_job(slug, new, schedule), move |made: ScheduledJob| {
                    toasts.ok(format!("Scheduled “{}”", made.name));
                    navigate(&format!("/w/{to}/jobs"), Default::default());
                });
            }
        }
    };
    view! { <JobForm draft choices attempt on_save=save /> }.into_any()
}
