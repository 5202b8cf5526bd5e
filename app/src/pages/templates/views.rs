//! Views of a template: what the pages of its devices show besides the Overview that is made by itself.

use crate::api::AppError;
use crate::api::dashboards::{create_dashboard, list_dashboards};
use crate::pages::devices::may;
use crate::session::use_slug;
use crate::ui::{Button, Card, ErrorState, Glyph, Skeleton, use_toasts};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use model::TemplateId;
use model::dashboard::{DashboardDraft, Listed, VIEWS_MAX};
use model::permission::Permission;

/// The card on the page of the template.
#[component]
pub(super) fn Views(template: TemplateId) -> impl IntoView {
    let (slug, toasts, navigate) = (use_slug(), use_toasts(), use_navigate());
    let (boards, templates) = (may(Permission::ManageDashboards), may(Permission::ManageTemplates));
    let found = RwSignal::new(None::<Result<Vec<Listed>, AppError>>);
    let busy = RwSignal::new(false);
    let load = Callback::new(move |()| {
        let call = list_dashboards(slug.get_untracked());
        leptos::task::spawn_local(async move {
            let of_it = |list: Vec<Listed>| {
                list.into_iter().filter(|board| board.template == Some(template)).collect::<Vec<_>>()
            };
            let answer = call.await.map(of_it);
            _ = found.try_set(Some(answer));
        });
    });
    Effect::new(move |_| load.run(()));
    let number = move || {
        found.with(|found| match found {
            Some(Ok(list)) => list.len(),
            _ => 0,
        })
    };
    let may_design = move || boards.get() && templates.get() && number() < VIEWS_MAX;
    let design = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let name = match untrack(number) {
            0 => "View".to_owned(),
            n => format!("View {}", n + 1),
        };
        let draft = DashboardDraft { name, template: Some(template), ..DashboardDraft::default() };
        let slug = slug.get_untracked();
        let call = create_dashboard(slug.clone(), draft);
        let navigate = navigate.clone();
        leptos::task::spawn_local(async move {
            match call.await {
                Ok(made) => navigate(&format!("/w/{slug}/dashboards/{}", made.about.id), Default::default()),
                Err(AppError(problem)) => toasts.bad(&problem),
            }
            _ = busy.try_set(false);
        });
    });
    view! {
        <Card title="Views of its devices" note="Tabs beside the Overview, which is made by itself">
            {move || match found.get() {
                None => view! { <Skeleton rows=1 /> }.into_any(),
                Some(Err(AppError(problem))) => {
                    view! { <ErrorState problem retry=move || load.run(()) /> }.into_any()
                }
                Some(Ok(list)) if list.is_empty() => {
                    view! { <p class="hint">"Nobody has designed one. A new one begins with what its devices send."</p> }
                        .into_any()
                }
                Some(Ok(list)) => {
                    let rows = list
                        .into_iter()
                        .map(|board| {
                            let href = format!("/w/{}/dashboards/{}", slug.get_untracked(), board.id);
                            view! { <li><a href=href>{board.name}</a></li> }
                        });
                    view! { <ul class="plain-list">{rows.collect_view()}</ul> }.into_any()
                }
            }}
            <Show when=may_design>
                <Button icon=Glyph::Plus busy on_click=design>
                    "Design a view"
                </Button>
            </Show>
        </Card>
    }
    .into_any()
}
