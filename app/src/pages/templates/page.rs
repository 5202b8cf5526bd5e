//! The page of one template: the editor for who may change it, the plain table for who may only look.

use super::delete::DeleteTemplate;
use super::editor::TemplateEditor;
use super::read_only::TemplateView;
use crate::api::AppError;
use crate::api::templates::get_template;
use crate::layout::{Crumb, PageHead, Shell};
use crate::session::{answer_with_status, use_slug, use_workspace};
use crate::ui::value::count;
use crate::ui::{Card, EmptyState, ErrorState, Glyph, LinkButton, Menu, MenuItem, Skeleton};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::permission::Permission;
use model::template::Template;
use model::{Code, Problem, TemplateId};

/// `/w/:workspace/templates/new`
#[component]
pub fn NewTemplatePage() -> impl IntoView {
    let may_manage = use_may_manage();
    view! {
        <Shell crumbs=crumbs(Signal::stored("New".to_owned()))>
            <PageHead title="New template" />
            <Show
                when=move || may_manage.get()
                fallback=|| {
                    view! {
                        <Card>
                            <ErrorState problem=Problem::new(Code::NotAllowed) />
                        </Card>
                    }
                }
            >
                <TemplateEditor />
            </Show>
        </Shell>
    }
}

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
                    Ok(template) => view! { <Kept template /> }.into_any(),
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
fn Kept(template: Template) -> impl IntoView {
    let slug = use_slug();
    let may_manage = use_may_manage();
    let (id, devices) = (template.id, template.devices);
    let name = RwSignal::new(template.name.clone());
    let deleting = RwSignal::new(false);
    let template = StoredValue::new(template);
    let used = match devices {
        0 => view! { <span class="quiet">"No device uses it yet"</span> }.into_any(),
        n => {
            let text = if n == 1 { "1 device".to_owned() } else { format!("{} devices", count(n)) };
            let path = Signal::derive(move || format!("/w/{}/devices?template={id}", slug.get()));
            view! { <LinkButton href=path>{text}</LinkButton> }.into_any()
        }
    };
    view! {
        <Shell crumbs=crumbs(name.into())>
            <PageHead title=name>
                {used}
                <Show when=move || may_manage.get()>
                    <Menu label="More about this template">
                        <MenuItem icon=Glyph::Trash danger=true on_click=move || deleting.set(true)>
                            "Delete template"
                        </MenuItem>
                    </Menu>
                </Show>
            </PageHead>
            <Show
                when=move || may_manage.get()
                fallback=move || view! { <TemplateView template=template.get_value() /> }
            >
                <TemplateEditor kept=template.get_value() on_saved=move |saved: Template| name.set(saved.name) />
                <DeleteTemplate open=deleting template=template.get_value() />
            </Show>
        </Shell>
    }
}

/// The way to a template's page: the list, then `here`.
fn crumbs(here: Signal<String>) -> Signal<Vec<Crumb>> {
    let slug = use_slug();
    Signal::derive(move || {
        let list = format!("/w/{}/templates", slug.get());
        vec![Crumb::link("Templates", list), Crumb::here(here.get())]
    })
}

fn use_may_manage() -> Signal<bool> {
    let workspace = use_workspace();
    Signal::derive(move || {
        workspace.with(|w| w.as_ref().is_some_and(|w| w.role.allows(Permission::ManageTemplates)))
    })
}
