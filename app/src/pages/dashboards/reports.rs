//! The reports of a dashboard: when it is mailed, to whom, and what became of it.

mod form;
mod list;

use super::dashboard_path;
use crate::api::dashboards::get_dashboard;
use crate::api::reports::list_reports;
use crate::layout::{Crumb, PageHead, Shell};
use crate::session::use_slug;
use crate::ui::{
    Button, ButtonKind, Card, Dialog, EmptyState, ErrorState, Glyph, LinkButton, Select, Skeleton,
};
use crate::zone::use_clock;
use form::ReportForm;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use list::List;
use model::dashboard::{RANGE, RANGES};
use model::report::{Format, Report};

/// What is being filled in.
#[derive(Clone, PartialEq)]
enum Wish {
    Make,
    Change(Box<Report>),
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Desk {
    slug: Signal<String>,
    dashboard: Signal<String>,
    wish: RwSignal<Option<Wish>>,
    reload: Callback<()>,
}

/// `/w/:workspace/dashboards/:dashboard/reports`
#[component]
pub fn ReportsPage() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let dashboard = Signal::derive(move || params.with(|params| params.get("dashboard")).unwrap_or_default());
    let about = Resource::new(move || (slug.get(), dashboard.get()), |(slug, id)| get_dashboard(slug, id));
    let reports = Resource::new(move || (slug.get(), dashboard.get()), |(slug, id)| list_reports(slug, id));
    let reload = Callback::new(move |()| reports.refetch());
    let wish = RwSignal::new(None);
    let desk = Desk { slug, dashboard, wish, reload };
    let name = RwSignal::new("Dashboard".to_owned());
    Effect::new(move |_| {
        if let Some(Ok(found)) = about.get() {
            name.set(found.about.name);
        }
    });
    let crumbs = Signal::derive(move || {
        vec![
            Crumb::link("Dashboards", format!("/w/{}/dashboards", slug.get())),
            Crumb::link(name.get(), dashboard_path(&slug.get(), &dashboard.get())),
            Crumb::here("Reports"),
        ]
    });
    view! {
        <Shell crumbs>
            <PageHead title="Reports">
                <Button kind=ButtonKind::Primary icon=Glyph::Plus on_click=move || wish.set(Some(Wish::Make))>
                    "New report"
                </Button>
            </PageHead>
            <div class="settings wide">
                <Card title=Signal::stored("Mailed by the calendar".to_owned()) padded=false>
                    <Transition fallback=|| view! { <Skeleton rows=3 /> }>
                        {move || Suspend::new(async move {
                            // The name stands above by then.
                            _ = about.await;
                            match reports.await {
                                Ok(list) if list.is_empty() => view! { <NoReports wish /> }.into_any(),
                                Ok(list) => view! { <List list desk /> }.into_any(),
                                Err(error) => view! { <ErrorState problem=error.0 retry=reload /> }.into_any(),
                            }
                        })}
                    </Transition>
                </Card>
                <Now desk />
            </div>
            <Forms desk name=Signal::from(name) />
        </Shell>
    }
    .into_any()
}

#[component]
fn NoReports(wish: RwSignal<Option<Wish>>) -> impl IntoView {
    view! {
        <EmptyState
            icon=Glyph::Mail
            title="No reports yet"
            text="A report mails this dashboard as a PDF or as CSV, every day, week or month. It shows what you see."
        >
            <Button kind=ButtonKind::Primary icon=Glyph::Plus on_click=move || wish.set(Some(Wish::Make))>
                "New report"
            </Button>
        </EmptyState>
    }
    .into_any()
}

#[component]
fn Forms(desk: Desk, name: Signal<String>) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(desk.wish.with(Option::is_some)));
    Effect::watch(
        move || open.get(),
        move |open, before, _| {
            if before == Some(&true) && !open {
                desk.wish.set(None);
            }
        },
        false,
    );
    let title = Signal::derive(move || match desk.wish.get() {
        Some(Wish::Change(_)) => "Change the report".to_owned(),
        _ => "New report".to_owned(),
    });
    view! {
        <Dialog open title wide=true>
            {move || {
                desk.wish
                    .get()
                    .map(|wish| {
                        let report = match wish {
                            Wish::Make => None,
                            Wish::Change(report) => Some(*report),
                        };
                        view! { <ReportForm desk report name=name.get_untracked() /> }
                    })
            }}
        </Dialog>
    }
    .into_any()
}

/// The same files at once, for whoever looks.
#[component]
fn Now(desk: Desk) -> impl IntoView {
    let clock = use_clock();
    let range = RwSignal::new(RANGE.to_owned());
    let options: Vec<(String, String)> =
        RANGES.iter().map(|(word, label)| ((*word).to_owned(), (*label).to_owned())).collect();
    let links = Format::ALL.map(|format| {
        let href = Signal::derive(move || {
            let zone = clock.zone().replace('/', "%2F").replace('+', "%2B");
            let path = dashboard_path(&desk.slug.get(), &desk.dashboard.get());
            format!("{path}/file?format={}&range={}&zone={zone}", format.as_str(), range.get())
        });
        view! { <a class="button" rel="external" download="" href=move || href.get()>{format!("Download {}", format.label())}</a> }
    });
    view! {
        <Card title=Signal::stored("Download now".to_owned())>
            <div class="form">
                <Select label="Range" name="now-range" value=range options=Signal::stored(options) />
                <div class="form-actions">{links.collect_view()}</div>
            </div>
            <LinkButton href=Signal::derive(move || {
                dashboard_path(&desk.slug.get(), &desk.dashboard.get())
            })>"Back to the dashboard"</LinkButton>
        </Card>
    }
    .into_any()
}
