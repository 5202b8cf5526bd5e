//! The page that makes an export, and the page of one: how it does, its form, its backfills, what it could not deliver.

use super::editor::{Choices, ExportEditor};
use super::{StandingMark, span};
use crate::api::AppError;
use crate::api::data_exports::{
    backfill_data_export, create_data_export, data_export_backfills, data_export_dead, delete_data_export,
    enable_data_export, get_data_export, list_data_destinations, stop_backfill, update_data_export,
};
use crate::api::groups::list_groups;
use crate::api::organizations::list_organizations;
use crate::api::templates::list_templates;
use crate::layout::{Crumb, PageHead, Shell};
use crate::pages::attempt::{Attempt, Refusal};
use crate::pages::devices::may;
use crate::session::{answer_with_status, use_slug};
use crate::ui::value::count;
use crate::ui::{
    Banner, BannerKind, Button, ButtonKind, Card, Code, Confirm, ErrorState, RangeDialog, Skeleton,
    TableFrame, Time, use_toasts,
};
use crate::zone::use_clock;
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map};
use model::Problem;
use model::data_export::{Backfill, BackfillState, DeadRecord, Export, NewExport, Source};
use model::group::GROUPS_MAX;
use model::permission::Permission;

/// A week in milliseconds.
const WEEK_MS: i64 = 7 * 24 * 3600 * 1000;

fn crumbs(here: impl Into<String>) -> Signal<Vec<Crumb>> {
    let slug = use_slug();
    let here = here.into();
    Signal::derive(move || {
        vec![Crumb::link("Data export", format!("/w/{}/data-exports", slug.get())), Crumb::here(here.clone())]
    })
}

/// What an export may name. Whoever may not see some of it has less to choose from.
async fn choices(slug: String) -> Choices {
    let destinations = list_data_destinations(slug.clone()).await.unwrap_or_default();
    let templates = list_templates(slug.clone()).await.unwrap_or_default();
    let organizations = list_organizations(slug.clone()).await.unwrap_or_default();
    let groups =
        list_groups(slug, String::new(), 0, GROUPS_MAX).await.map(|page| page.items).unwrap_or_default();
    Choices {
        destinations: destinations.into_iter().map(|one| (one.id.to_string(), one.name)).collect(),
        templates: templates.into_iter().map(|one| (one.id.to_string(), one.name)).collect(),
        organizations: organizations.into_iter().map(|one| (one.id.to_string(), one.name)).collect(),
        groups: groups.into_iter().map(|one| (one.group.id.0, one.group.name)).collect(),
    }
}

/// `/w/:workspace/data-exports/new`
#[component]
pub fn NewDataExportPage() -> impl IntoView {
    let slug = use_slug();
    let may_manage = may(Permission::ManageDataExports);
    let choices = Resource::new(move || slug.get(), choices);
    view! {
        <Shell crumbs=crumbs("New")>
            <PageHead title="New data export" />
            <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
                {move || Suspend::new(async move {
                    let choices = choices.await;
                    if !may_manage.get() {
                        return view! {
                            <Card>
                                <ErrorState problem=Problem::new(model::Code::NotAllowed) />
                            </Card>
                        }
                            .into_any();
                    }
                    view! { <NewExportForm choices /> }.into_any()
                })}
            </Transition>
        </Shell>
    }
}

#[component]
fn NewExportForm(choices: Choices) -> impl IntoView {
    let (slug, navigate) = (use_slug(), use_navigate());
    let attempt = Attempt::new();
    let first = choices.destinations.first().and_then(|(id, _)| id.parse().ok()).unwrap_or(0);
    let none = choices.destinations.is_empty();
    let save = Callback::new(move |new: NewExport| {
        let (slug, navigate) = (slug.get_untracked(), navigate.clone());
        let (to, check) = (slug.clone(), new.clone().checked().map(|_| ()));
        attempt.run(check, create_data_export(slug, new), move |made: Export| {
            navigate(&format!("/w/{to}/data-exports/{}", made.id), Default::default());
        });
    });
    let export = NewExport { enabled: true, destination: first, ..NewExport::default() };
    view! {
        {none.then(|| view! { <Banner kind=BannerKind::Bad>"There is no destination yet. Make one on the page before."</Banner> })}
        <ExportEditor export choices attempt action="Create and start" on_save=save />
    }
    .into_any()
}

async fn all_of(
    slug: String,
    id: i32,
    manages: bool,
) -> Result<(Export, Vec<Backfill>, Vec<DeadRecord>), AppError> {
    let export = get_data_export(slug.clone(), id).await?;
    let backfills = data_export_backfills(slug.clone(), id).await?;
    let dead = if manages { data_export_dead(slug, id).await? } else { Vec::new() };
    Ok((export, backfills, dead))
}

/// `/w/:workspace/data-exports/:export`
#[component]
pub fn DataExportPage() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let may_manage = may(Permission::ManageDataExports);
    let id = Memo::new(move |_| {
        params.with(|p| p.get("export").and_then(|id| id.parse::<i32>().ok()).unwrap_or(0))
    });
    let export = Resource::new(
        move || (slug.get(), id.get()),
        |(slug, id)| async move {
            Ok::<_, AppError>((get_data_export(slug.clone(), id).await?, choices(slug).await))
        },
    );
    let health = Resource::new(
        move || (slug.get(), id.get(), may_manage.get()),
        |(slug, id, manages)| all_of(slug, id, manages),
    );
    // How it does is looked up again while somebody looks.
    let clock = use_clock();
    let moment = Memo::new(move |_| clock.now().map(|now| now / 5_000));
    Effect::watch(
        move || moment.get(),
        move |_, before, _| {
            if before.is_some_and(Option::is_some) {
                health.refetch()
            }
        },
        false,
    );
    view! {
        <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
            {move || Suspend::new(async move {
                match export.await {
                    Ok((export, choices)) => view! { <OneExport export choices health /> }.into_any(),
                    Err(error) => {
                        answer_with_status(error.0.code.status());
                        view! {
                            <Shell crumbs=crumbs("Data export")>
                                <Card>
                                    <ErrorState problem=error.0 />
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

type All = Resource<Result<(Export, Vec<Backfill>, Vec<DeadRecord>), AppError>>;

#[component]
fn OneExport(export: Export, choices: Choices, health: All) -> impl IntoView {
    let (slug, toasts, navigate) = (use_slug(), use_toasts(), use_navigate());
    let may_manage = may(Permission::ManageDataExports);
    let (id, name, telemetry) =
        (export.id, export.what.name.clone(), export.what.source == Source::Telemetry);
    let (saving, deleting, turning) = (Attempt::new(), Attempt::new(), Attempt::new());
    let (asking, choosing) = (RwSignal::new(false), RwSignal::new(false));
    let (title, enabled) = (RwSignal::new(name.clone()), RwSignal::new(export.what.enabled));
    let save = Callback::new(move |new: NewExport| {
        let new = NewExport { enabled: enabled.get_untracked(), ..new };
        let check = new.clone().checked().map(|_| ());
        saving.run(check, update_data_export(slug.get_untracked(), id, new), move |saved: Export| {
            toasts.ok(format!("Saved “{}”", saved.what.name));
            title.set(saved.what.name);
            health.refetch();
        });
    });
    let turn = move || {
        let to = !enabled.get_untracked();
        turning.run(Ok(()), enable_data_export(slug.get_untracked(), id, to), move |_: Export| {
            enabled.set(to);
            health.refetch();
        });
    };
    let delete = move || {
        let (slug, navigate) = (slug.get_untracked(), navigate.clone());
        let list = format!("/w/{slug}/data-exports");
        deleting.run(Ok(()), delete_data_export(slug, id), move |()| {
            asking.set(false);
            toasts.ok(format!("Deleted “{}”", title.get_untracked()));
            navigate(&list, Default::default());
        });
    };
    let clock = use_clock();
    let bounds = move || {
        let now = clock.now().unwrap_or(WEEK_MS);
        (now - WEEK_MS, now)
    };
    let backfill = move |(from_ms, to_ms): (i64, i64)| {
        if from_ms >= to_ms {
            return false;
        }
        leptos::task::spawn_local(async move {
            match backfill_data_export(slug.get_untracked(), id, from_ms, to_ms).await {
                Ok(_) => toasts.ok("The past is being delivered"),
                Err(error) => toasts.bad(&error.0),
            }
            health.refetch();
        });
        true
    };
    let (export, choices) = (StoredValue::new(export.what), StoredValue::new(choices));
    view! {
        <Shell crumbs=crumbs(name)>
            <PageHead title=title>
                <Show when=move || may_manage.get()>
                    <Button on_click=turn busy=turning.busy()>
                        {move || if enabled.get() { "Stop" } else { "Start" }}
                    </Button>
                    <Show when=move || telemetry>
                        <Button on_click=move || choosing.set(true)>"Deliver the past…"</Button>
                    </Show>
                    <Button kind=ButtonKind::Danger on_click=move || asking.set(true)>
                        "Delete…"
                    </Button>
                </Show>
            </PageHead>
            <Refusal attempt=turning />
            <Transition fallback=|| view! { <Card><Skeleton rows=3 /></Card> }>
                {move || Suspend::new(async move {
                    match health.await {
                        Ok((export, backfills, dead)) => {
                            view! {
                                <HealthCard export />
                                <Backfills export=id backfills health />
                                <Dead dead />
                            }
                                .into_any()
                        }
                        Err(error) => {
                            view! {
                                <Card>
                                    <ErrorState problem=error.0 retry=move || health.refetch() />
                                </Card>
                            }
                                .into_any()
                        }
                    }
                })}
            </Transition>
            <Show
                when=move || may_manage.get()
                fallback=|| view! { <p class="quiet">"Your role lets you see this export, and not change it."</p> }
            >
                <ExportEditor export=export.get_value() choices=choices.get_value() attempt=saving action="Save" on_save=save />
            </Show>
            <RangeDialog open=choosing bounds choose=backfill />
            <Confirm
                open=asking
                title=Signal::derive(move || format!("Delete “{}”?", title.get()))
                action="Delete export"
                danger=true
                busy=deleting.busy()
                on_confirm=delete
            >
                <p>"What was delivered stays where it is. This can't be undone."</p>
                <Refusal attempt=deleting />
            </Confirm>
        </Shell>
    }
    .into_any()
}

#[component]
fn HealthCard(export: Export) -> impl IntoView {
    let clock = use_clock();
    let health = export.health.clone();
    let export = StoredValue::new(export);
    let now = move || clock.now().unwrap_or_else(|| export.with_value(|export| export.health.reached_ms));
    let enabled = export.with_value(|export| export.what.enabled);
    view! {
        <Card title="How it does">
            <dl class="facts">
                <dt>"State"</dt>
                <dd>{move || view! { <StandingMark standing=export.with_value(|export| export.standing(now())) /> }}</dd>
                <dt>"Behind"</dt>
                <dd>
                    {move || if enabled { span(export.with_value(|export| export.lag_ms(now()))) } else { "–".to_owned() }}
                </dd>
                <dt>"Delivered last"</dt>
                <dd>
                    <Time ms=Signal::stored(health.delivered_ms) />
                </dd>
                <dt>"Delivered"</dt>
                <dd>{count(health.sent)}</dd>
                <dt>"Left out"</dt>
                <dd>{count(health.left_out)}</dd>
                <dt>"Put aside"</dt>
                <dd>{count(health.dead)}</dd>
            </dl>
            {health.trouble.map(|why| view! { <Banner kind=BannerKind::Bad>{why}</Banner> })}
        </Card>
    }
    .into_any()
}

#[component]
fn Backfills(export: i32, backfills: Vec<Backfill>, health: All) -> impl IntoView {
    let (slug, toasts) = (use_slug(), use_toasts());
    let may_manage = may(Permission::ManageDataExports);
    if backfills.is_empty() {
        return ().into_any();
    }
    let stop = move |id: i64| {
        leptos::task::spawn_local(async move {
            if let Err(error) = stop_backfill(slug.get_untracked(), export, id).await {
                toasts.bad(&error.0);
            }
            health.refetch();
        });
    };
    let row = move |one: Backfill| {
        let (id, running) = (one.id, one.state == BackfillState::Running);
        let state = match one.state {
            BackfillState::Running => "Running",
            BackfillState::Done => "Done",
            BackfillState::Stopped => "Stopped",
        };
        view! {
            <tr>
                <td>
                    <Time ms=Signal::stored(Some(one.from_ms)) />
                    " to "
                    <Time ms=Signal::stored(Some(one.to_ms)) />
                </td>
                <td data-label="State">
                    {state}
                    {one.trouble.map(|why| view! { <div class="quiet">{why}</div> })}
                </td>
                <td class="number" data-label="Devices">
                    {format!("{} of {}", count(one.devices_done), count(one.devices))}
                </td>
                <td class="number" data-label="Delivered">{count(one.sent)}</td>
                <td>
                    <Show when=move || running && may_manage.get()>
                        <Button kind=ButtonKind::Ghost on_click=move || stop(id)>"Stop"</Button>
                    </Show>
                </td>
            </tr>
        }
    };
    view! {
        <Card title="The past" padded=false>
            <TableFrame label="Backfills" stack=true>
                <thead>
                    <tr>
                        <th scope="col">"From when to when"</th>
                        <th scope="col">"State"</th>
                        <th scope="col" class="number">"Devices"</th>
                        <th scope="col" class="number">"Delivered"</th>
                        <th scope="col"></th>
                    </tr>
                </thead>
                <tbody>{backfills.into_iter().map(row).collect_view()}</tbody>
            </TableFrame>
        </Card>
    }
    .into_any()
}

#[component]
fn Dead(dead: Vec<DeadRecord>) -> impl IntoView {
    if dead.is_empty() {
        return ().into_any();
    }
    let row = |one: DeadRecord| {
        view! {
            <tr>
                <td>
                    <Time ms=Signal::stored(Some(one.at_ms)) />
                </td>
                <td data-label="Why">{one.reason}</td>
                <td data-label="Message">
                    <details>
                        <summary class="mono">{one.key}</summary>
                        <Code text=Signal::stored(one.body) />
                    </details>
                </td>
            </tr>
        }
    };
    view! {
        <Card title="Put aside" padded=false>
            <TableFrame label="Records that could not be delivered" stack=true>
                <thead>
                    <tr>
                        <th scope="col">"When"</th>
                        <th scope="col">"Why"</th>
                        <th scope="col">"Message"</th>
                    </tr>
                </thead>
                <tbody>{dead.into_iter().map(row).collect_view()}</tbody>
            </TableFrame>
        </Card>
    }
    .into_any()
}
