//! The page of one dashboard.

use super::board::{Board, Way};
use super::editor::{Editor, EditorBar, Panel};
use super::grid::Tiles;
use super::kiosk::Kiosk;
use super::more::More;
use super::time_bar::TimeBar;
use super::travel::Travel;
use super::variables::VariableBar;
use crate::api::AppError;
use crate::api::dashboards::get_dashboard;
use crate::chart::provide_shared_cursor;
use crate::layout::{Crumb, PageHead, Shell};
use crate::pages::devices::may;
use crate::pages::not_found::NotFound;
use crate::session::{answer_with_status, use_slug};
use crate::ui::{Banner, BannerKind, Button, EmptyState, ErrorState, Glyph, Skeleton};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::Code;
use model::dashboard::{Dashboard, GENERATED};
use model::permission::Permission;

/// `/w/:workspace/dashboards/:dashboard`
#[component]
pub fn DashboardPage() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|p| p.get("dashboard").unwrap_or_default()));
    let loaded = Resource::new(move || (slug.get(), id.get()), |(slug, id)| get_dashboard(slug, id));
    let name = Signal::derive(move || "Dashboard".to_owned());
    view! {
        <Suspense fallback=move || {
            view! {
                <Shell crumbs=crumbs(name)>
                    <Skeleton rows=6 />
                </Shell>
            }
        }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok(dashboard) => view! { <Found slug=slug.get_untracked() dashboard /> }.into_any(),
                    Err(AppError(problem)) if problem.code == Code::NotFound => view! { <NotFound /> }.into_any(),
                    Err(AppError(problem)) => {
                        answer_with_status(problem.code.status());
                        view! {
                            <Shell crumbs=crumbs(name)>
                                <ErrorState problem retry=move || loaded.refetch() />
                            </Shell>
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
    .into_any()
}

fn crumbs(name: Signal<String>) -> Signal<Vec<Crumb>> {
    let slug = use_slug();
    Signal::derive(move || {
        vec![Crumb::link("Dashboards", format!("/w/{}/dashboards", slug.get())), Crumb::here(name.get())]
    })
}

#[component]
fn Found(slug: String, dashboard: Dashboard) -> impl IntoView {
    provide_shared_cursor();
    provide_context(super::Here(dashboard.about.id.clone()));
    let name = Signal::stored(dashboard.about.name.clone());
    let personal = dashboard.about.personal;
    let kept = Some(dashboard.about.id.clone()).filter(|id| id != GENERATED);
    let board = Board::new(Way::Workspace(slug, kept), dashboard.content.clone());
    let editor = Editor::new(board, &dashboard);
    let (shared, own) = (may(Permission::ManageDashboards), may(Permission::ManagePersonalDashboards));
    let drawn = dashboard.about.id != GENERATED;
    let may_change = Signal::derive(move || drawn && if personal { own.get() } else { shared.get() });
    let live = Memo::new(move |_| board.times.is_live());
    let empty = Memo::new(move |_| board.content.with(|content| content.tiles.is_empty()));
    view! {
        <Shell crumbs=crumbs(name)>
            <PageHead title=name marks=move || view! { <Live live /> }.into_any()>
                <TimeBar times=board.times />
                <Show when=move || may_change.get() && !editor.editing.get()>
                    <Button icon=Glyph::Pencil on_click=move || editor.begin()>
                        "Edit"
                    </Button>
                </Show>
                <More board name about=dashboard.about.clone() may_change />
            </PageHead>
            <VariableBar board />
            <Travel times=board.times />
            <Show when=move || editor.editing.get()>
                <EditorBar editor />
            </Show>
            {move || {
                board
                    .problem
                    .get()
                    .map(|problem| {
                        view! {
                            <Banner kind=BannerKind::Bad>
                                {problem.sentence().to_owned()} " "
                                <Button icon=Glyph::Refresh on_click=move || board.ask()>
                                    "Try again"
                                </Button>
                            </Banner>
                        }
                    })
            }}
            <Show when=move || empty.get()>
                <EmptyState
                    icon=Glyph::Dashboard
                    title="Nothing stands here yet"
                    text="Tiles show figures, charts and tables of what devices send."
                />
            </Show>
            <div class="board-frame" class:editing=move || editor.editing.get()>
                <Tiles editor />
                <Show when=move || editor.editing.get()>
                    <Panel editor />
                </Show>
            </div>
            <Kiosk />
        </Shell>
    }
    .into_any()
}

/// Whether what is shown moves with the time.
#[component]
pub(super) fn Live(live: Memo<bool>) -> impl IntoView {
    view! {
        <Show when=move || live.get()>
            <span class="status live-mark" data-status="live">
                <span class="dot" aria-hidden="true"></span>
                <span class="status-word">"Live"</span>
            </span>
        </Show>
    }
    .into_any()
}
