//! A view of a template on the page of one of its devices: the dashboard narrowed to that device.

use super::board::{Board, Way};
use super::dashboard_path;
use super::editor::Editor;
use super::grid::Tiles;
use super::time_bar::TimeBar;
use crate::chart::provide_shared_cursor;
use crate::pages::devices::may;
use crate::ui::{Banner, BannerKind, Button, Glyph, LinkButton};
use leptos::prelude::*;
use model::dashboard::{Dashboard, Only};
use model::permission::Permission;

/// The tiles, the control of time, and the way to the editor.
#[component]
pub fn DeviceView(slug: String, device: String, dashboard: Dashboard) -> impl IntoView {
    provide_shared_cursor();
    let edit = dashboard_path(&slug, &dashboard.about.id);
    let content = dashboard.content.clone();
    let board = Board::narrowed(Way::Workspace(slug, None), content, vec![Only::Device(device)]);
    let editor = Editor::new(board, &dashboard);
    let (boards, templates) = (may(Permission::ManageDashboards), may(Permission::ManageTemplates));
    let may_change = move || boards.get() && templates.get();
    view! {
        <div class="device-view-bar">
            <TimeBar times=board.times />
            <Show when=may_change>
                <LinkButton href=edit.clone()>"Design this view"</LinkButton>
            </Show>
        </div>
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
    }
    .into_any()
}
