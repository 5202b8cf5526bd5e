//! The page of one template: the editor for who may change it, the plain table for who may only look.

use super::delete::DeleteTemplate;
use super::editor::TemplateEditor;
use super::read_only::TemplateView;
use crate::api::AppError;
use crate::api::templates::get_template;
use crate::layout::{Crumb, PageHead, Shell};
use crate::session::{answer_with_status, use_slug, use_workspace};
use crate::ui::value::count;
use crate::ui::{Card, ErrorState, Glyph, LinkButton, Menu, MenuItem, Skeleton};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::permission::Permission;
use model::template::Template;
use model::{Code, TemplateId};

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
                            <ErrorState problem=model::Problem::new(Code::NotAllowed) />
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
                        answer_with_status(error.0.code.status());
                        view! {
                            <Shell crumbs=crumbs(Signal::stored("Template".to_owned()))>
                                <PageHead title="Template" />
                                <Card>
                                    <ErrorState problem=error.0 retry=move || template.refetch() />
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
