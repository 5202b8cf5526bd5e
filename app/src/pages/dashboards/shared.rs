//! A dashboard as whoever has a link sees it: without signing in, without navigation, reading only.

use super::board::{Board, Way};
use super::grid::Tiles;
use super::kiosk::Kiosk;
use super::page::Live;
use super::time_bar::TimeBar;
use super::variables::VariableBar;
use crate::api::AppError;
use crate::api::dashboards::look_at_shared;
use crate::chart::provide_shared_cursor;
use crate::layout::PageHead;
use crate::pages::dashboards::editor::Editor;
use crate::pages::entrance::EntranceLayout;
use crate::session::{answer_with_status, use_brand};
use crate::ui::{Banner, BannerKind, Button, Glyph, Skeleton, Time};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::branding::Brand;
use model::dashboard::{Dashboard, Listed, SharedDashboard};

/// `/shared/:link`
#[component]
pub fn SharedDashboardPage() -> impl IntoView {
    let params = use_params_map();
    let link = Memo::new(move |_| params.with(|p| p.get("link").unwrap_or_default()));
    let found = Resource::new(move || link.get(), look_at_shared);
    view! {
        <Suspense fallback=|| view! { <Skeleton rows=6 /> }>
            {move || Suspend::new(async move {
                match found.await {
                    Ok(shared) => view! { <Found link=link.get_untracked() shared /> }.into_any(),
                    Err(AppError(problem)) => {
                        answer_with_status(problem.code.status());
                        let text = problem.sentence().to_owned();
                        view! {
                            <EntranceLayout title="This link doesn't work" text>
                                <p class="entrance-note">"Ask whoever gave it to you for another."</p>
                            </EntranceLayout>
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Found(link: String, shared: SharedDashboard) -> impl IntoView {
    provide_shared_cursor();
    let brand = use_brand();
    let SharedDashboard { name, workspace, content, expires_ms } = shared;
    let board = Board::new(Way::Link(link), content.clone());
    let about = Listed {
        id: String::new(),
        name: name.clone(),
        description: String::new(),
        organization: None,
        personal: false,
        favourite: false,
        is_default: false,
        template: None,
        tiles: 0,
        updated_ms: 0,
    };
    let editor = Editor::new(board, &Dashboard { about, content, revision: 0 });
    let live = Memo::new(move |_| board.times.is_live());
    let title = Signal::stored(name);
    let until = Signal::stored(Some(expires_ms));
    view! {
        <main class="page shared-board" id="content" style=move || brand.with(Brand::style)>
            <PageHead title note=Signal::stored(workspace) marks=move || view! { <Live live /> }.into_any()>
                <TimeBar times=board.times />
            </PageHead>
            <VariableBar board />
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
            <Tiles editor />
            <p class="hint shared-until">"You see this by a link that works until " <Time ms=until exact=true /> "."</p>
            <Kiosk />
        </main>
    }
    .into_any()
}
