//! The page of one template: what its devices can do, its versions, its document.

use super::capabilities::Capabilities;
use super::delete::DeleteTemplate;
use super::issues::Issues;
use super::json_view::JsonView;
use super::list::version_mark;
use super::parts::Parts;
use super::publish::{Discard, Publish};
use super::versions::Versions;
use super::views::Views;
use super::work::Work;
use crate::api::AppError;
use crate::api::templates::get_template;
use crate::layout::{Crumb, PageHead, Shell};
use crate::session::{answer_with_status, use_slug, use_workspace};
use crate::ui::value::count;
use crate::ui::{
    Button, ButtonKind, Card, EmptyState, ErrorState, Glyph, LinkButton, Menu, MenuItem, Skeleton,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::dtdl::validate;
use model::permission::Permission;
use model::template::WholeTemplate;
use model::{Code, Problem, TemplateId};

/// `/w/:workspace/templates/:template`
#[component]
pub fn TemplatePage() -> impl IntoView {
    let (slug, params) = (use_slug(), use_params_map());
    let key = Memo::new(move |_| (slug.get(), params.with(|p| p.get("template")).unwrap_or_default()));
    let template = Resource::new(
        move || key.get(),
        |(slug, id)| async move {
            // What isn't a number is nobody's id.
            let id = id.parse().map(TemplateId).map_err(|_| AppError::new(Code::NotFound))?;
            get_template(slug, id).await
        },
    );
    view! {
        <Transition fallback=|| {
            view! {
                <Shell crumbs=crumbs(Signal::stored("Template".to_owned()))>
                    <PageHead title="Template" />
                    <Card>
                        <Skeleton rows=6 />
                    </Card>
                </Shell>
            }
        }>
            {move || Suspend::new(async move {
                match template.await {
                    Ok(whole) => view! { <Kept whole /> }.into_any(),
                    Err(error) => {
                        let retry = Callback::new(move |()| template.refetch());
                        view! { <Unshown problem=error.0 retry /> }.into_any()
                    }
                }
            })}
        </Transition>
    }
}

/// The page in place of a template that isn't there, or that could not be fetched.
#[component]
fn Unshown(problem: Problem, retry: Callback<()>) -> impl IntoView {
    answer_with_status(problem.code.status());
    let slug = use_slug();
    let state = if problem.code == Code::NotFound {
        view! {
            <EmptyState
                icon=Glyph::Template
                title="No such template"
                text="It was deleted, or the address has a typing error."
            >
                <LinkButton href=Signal::derive(move || {
                    format!("/w/{}/templates", slug.get())
                })>"All templates"</LinkButton>
            </EmptyState>
        }
        .into_any()
    } else {
        view! { <ErrorState problem retry /> }.into_any()
    };
    view! {
        <Shell crumbs=crumbs(Signal::stored("Template".to_owned()))>
            <PageHead title="Template" />
            <Card>{state}</Card>
        </Shell>
    }
}

#[component]
fn Kept(whole: WholeTemplate) -> impl IntoView {
    let slug = use_slug().get_untracked();
    let work = Work::new(slug.clone(), whole, use_may_manage());
    let id = work.id();
    let name = Signal::derive(move || work.whole.with(|whole| whole.template.name.clone()));
    let has_draft = Signal::derive(move || work.whole.with(|whole| whole.template.has_draft));
    let is_published = Signal::derive(move || work.whole.with(|whole| whole.template.version.is_some()));
    let (deleting, publishing, discarding) =
        (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let devices = Signal::derive(move || work.whole.with(|whole| whole.template.devices));
    let devices_path = format!("/w/{slug}/devices?template={id}");
    let used = move || match devices.get() {
        0 => view! { <span class="quiet">"No device uses it yet"</span> }.into_any(),
        n => {
            let text = if n == 1 { "1 device".to_owned() } else { format!("{} devices", count(n)) };
            view! { <LinkButton href=Signal::stored(devices_path.clone())>{text}</LinkButton> }.into_any()
        }
    };
    let marks = move || {
        view! { {move || work.whole.with(|whole| version_mark(whole.template.version, whole.template.has_draft))} }
    };
    let export = Signal::stored(format!("/w/{slug}/templates/{id}/dtdl.json?draft"));
    let found = Memo::new(move |_| validate(&work.document()));
    view! {
        <Shell crumbs=crumbs(name)>
            <PageHead title=name marks=marks>
                {used}
                <LinkButton href=export download=true>
                    "Export"
                </LinkButton>
                <Show when=move || work.may_manage.get()>
                    <Button
                        kind=ButtonKind::Primary
                        disabled=Signal::derive(move || !has_draft.get())
                        on_click=move || publishing.set(true)
                    >
                        "Publish"
                    </Button>
                    <Menu label="More about this template">
                        <Show when=move || has_draft.get() && is_published.get()>
                            <MenuItem icon=Glyph::Refresh danger=true on_click=move || discarding.set(true)>
                                "Discard changes"
                            </MenuItem>
                        </Show>
                        <MenuItem icon=Glyph::Trash danger=true on_click=move || deleting.set(true)>
                            "Delete template"
                        </MenuItem>
                    </Menu>
                </Show>
            </PageHead>
            <div class="template-editor">
                <Issues issues=found />
                <Capabilities work />
                <Parts work />
                <Versions work />
                <Views template=work.whole.with_untracked(|whole| whole.template.id) />
                <JsonView work />
            </div>
            <Show when=move || work.may_manage.get()>
                <Publish work open=publishing />
                <Discard work open=discarding />
                {move || view! { <DeleteTemplate open=deleting template=work.whole.with(|whole| whole.template.clone()) /> }}
            </Show>
        </Shell>
    }
}

/// The way to a template's page: the list, then `here`.
pub(super) fn crumbs(here: Signal<String>) -> Signal<Vec<Crumb>> {
    let slug = use_slug();
    Signal::derive(move || {
        let list = format!("/w/{}/templates", slug.get());
        vec![Crumb::link("Templates", list), Crumb::here(here.get())]
    })
}

pub(super) fn use_may_manage() -> Signal<bool> {
    let workspace = use_workspace();
    Signal::derive(move || {
        workspace.with(|w| w.as_ref().is_some_and(|w| w.role.allows(Permission::ManageTemplates)))
    })
}
