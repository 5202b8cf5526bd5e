//! Pinning what is looked at to a dashboard: it becomes a tile there.

use super::state::Looked;
use crate::api::AppError;
use crate::api::dashboards::{get_dashboard, list_dashboards, save_dashboard};
use crate::session::{use_slug, use_workspace};
use crate::ui::{
    Button, ButtonKind, Dialog, EmptyState, ErrorState, Field, Form, FormActions, Glyph, Select, Skeleton,
    use_toasts,
};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use model::dashboard::{DashboardDraft, Listed, Tile, layout, pinned};
use model::permission::Permission;

/// The dialog.
#[component]
pub(super) fn PinDialog(open: RwSignal<bool>, looked: Looked) -> impl IntoView {
    let (slug, workspace) = (use_slug(), use_workspace());
    let boards = RwSignal::new(None::<Result<Vec<Listed>, AppError>>);
    let load = Callback::new(move |()| {
        let call = list_dashboards(slug.get_untracked());
        leptos::task::spawn_local(async move {
            let found = call.await;
            _ = boards.try_set(Some(found));
        });
    });
    Effect::new(move |_| {
        if open.get() {
            load.run(());
        }
    });
    let may_change = move |board: &Listed| {
        let needed = match board.personal {
            true => Permission::ManagePersonalDashboards,
            false => Permission::ManageDashboards,
        };
        workspace.with_untracked(|w| w.as_ref().is_some_and(|w| w.role.allows(needed)))
    };
    view! {
        <Dialog open title="Pin to a dashboard">
            {move || match boards.get() {
                None => view! { <Skeleton rows=3 /> }.into_any(),
                Some(Err(AppError(problem))) => {
                    view! { <ErrorState problem retry=move || load.run(()) /> }.into_any()
                }
                Some(Ok(list)) => {
                    let list: Vec<Listed> = list.into_iter().filter(may_change).collect();
                    match list.is_empty() {
                        true => {
                            let text = "There is no dashboard that you may change. Make one first.";
                            view! { <EmptyState icon=Glyph::Dashboard title="No dashboard" text /> }.into_any()
                        }
                        false => view! { <PinForm open looked list /> }.into_any(),
                    }
                }
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn PinForm(open: RwSignal<bool>, looked: Looked, list: Vec<Listed>) -> impl IntoView {
    let (slug, toasts, navigate) = (use_slug(), use_toasts(), use_navigate());
    let board = RwSignal::new(list.first().map(|board| board.id.clone()).unwrap_or_default());
    let options: Vec<(String, String)> = list.into_iter().map(|board| (board.id, board.name)).collect();
    let (title, busy) = (RwSignal::new(String::new()), RwSignal::new(false));
    let submit = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (slug, id) = (slug.get_untracked(), board.get_untracked());
        let configuration = pinned(&looked.now.get_untracked());
        let title = title.get_untracked().trim().to_owned();
        let navigate = navigate.clone();
        leptos::task::spawn_local(async move {
            let kept = async {
                let present = get_dashboard(slug.clone(), id.clone()).await?;
                let mut content = present.content;
                let (width, height) = configuration.kind.size();
                let (x, y) = layout::place_for(&content.tiles, width, height);
                let taken = |id: &str| content.tiles.iter().any(|tile| tile.id == id);
                let tile_id = (1..).map(|n| format!("t{n}")).find(|id| !taken(id)).unwrap_or_default();
                content.tiles.push(Tile {
                    id: tile_id,
                    display_name: title,
                    x,
                    y,
                    width,
                    height,
                    configuration,
                });
                let draft = DashboardDraft {
                    name: present.about.name,
                    description: present.about.description,
                    content: Some(content),
                    ..DashboardDraft::default()
                };
                save_dashboard(slug.clone(), id.clone(), Some(present.revision), draft).await
            };
            match kept.await {
                Ok(kept) => {
                    toasts.ok(format!("It is on “{}”.", kept.about.name));
                    _ = open.try_set(false);
                    navigate(&format!("/w/{slug}/dashboards/{id}"), Default::default());
                }
                Err(AppError(problem)) => toasts.bad(&problem),
            }
            _ = busy.try_set(false);
        });
    };
    view! {
        <Form on_submit=submit label="Pin to a dashboard">
            <Select label="Dashboard" name="board" value=board options />
            <Field label="Title of the tile" name="title" value=title placeholder="as its values are called" />
            <p class="hint">
                "A tile shows all devices together, or each by itself. Its time is the dashboard's, unless it is one of those that tiles know."
            </p>
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy>
                    "Pin it"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}
