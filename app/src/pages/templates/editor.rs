//! The form of a template, new or kept: its name, its telemetry, its DTDL, and the bar that saves.

use super::draft::Draft;
use super::leave::LeaveGuard;
use super::rows::TelemetryRows;
use crate::api::templates::{create_template, update_template};
use crate::session::use_slug;
use crate::ui::form::focus_first_error;
use crate::ui::{Banner, BannerKind, Button, ButtonKind, Card, Code, Field, Form, use_toasts};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use model::Problem;
use model::template::{self, Template};

/// The editor; `kept` is the template as the server has it, nothing for a new one.
#[component]
pub(super) fn TemplateEditor(
    #[prop(optional)] kept: Option<Template>,
    /// Called with the template after it was saved.
    #[prop(optional, into)]
    on_saved: Option<Callback<Template>>,
) -> impl IntoView {
    let (slug, toasts, navigate) = (use_slug(), use_toasts(), use_navigate());
    let draft = kept.as_ref().map_or_else(Draft::empty, Draft::of);
    let is_new = kept.is_none();
    let kept = RwSignal::new(kept);
    let busy = RwSignal::new(false);
    let dirty = Signal::derive(move || draft.is_dirty());

    let saved = move |template: Template| {
        draft.accept(&template);
        toasts.ok(format!("Saved “{}”", template.name));
        if kept.with_untracked(Option::is_none) {
            let path = format!("/w/{}/templates/{}", slug.get_untracked(), template.id);
            navigate(&path, NavigateOptions { replace: true, ..Default::default() });
        }
        kept.set(Some(template.clone()));
        if let Some(on_saved) = on_saved {
            on_saved.run(template);
        }
    };
    let save = Callback::new(move |()| {
        if busy.get_untracked() || (!is_new && !dirty.get_untracked()) {
            return;
        }
        let Ok(content) = draft.try_save() else { return focus_first_error() };
        busy.set(true);
        let (workspace, id) = (slug.get_untracked(), kept.with_untracked(|k| k.as_ref().map(|k| k.id)));
        let saved = saved.clone();
        leptos::task::spawn_local(async move {
            let answer = match id {
                Some(id) => update_template(workspace, id, content).await,
                None => create_template(workspace, content).await,
            };
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(template) => saved(template),
                Err(error) => {
                    draft.refuse(error.0);
                    focus_first_error();
                }
            }
        });
    });
    let save_key = window_event_listener(leptos::ev::keydown, move |ev| {
        if ev.key() == "s" && (ev.ctrl_key() || ev.meta_key()) {
            ev.prevent_default();
            save.run(());
        }
    });
    on_cleanup(move || save_key.remove());
    view! {
        <LeaveGuard dirty />
        <Form on_submit=save label="Template">
            <div class="template-editor">
                <Card>
                    <div class="template-name">
                        <Field
                            label="Name"
                            name="name"
                            placeholder="Room sensor"
                            hint="What kind of device this is."
                            autofocus=is_new
                            value=draft.name
                            error=draft.error("name")
                        />
                    </div>
                </Card>
                <Card
                    title=Signal::stored("Telemetry".to_owned())
                    note=Signal::derive(move || field_count(draft.rows.with(Vec::len)))
                >
                    <TelemetryRows draft />
                </Card>
                <Dtdl draft kept />
                <SaveBar draft dirty busy is_new />
            </div>
        </Form>
    }
}

/// What keeps from saving, whether there is something to save, and the buttons; stays in sight.
#[component]
fn SaveBar(draft: Draft, dirty: Signal<bool>, busy: RwSignal<bool>, is_new: bool) -> impl IntoView {
    let refusal = move || draft.problem().as_ref().map(summary);
    view! {
        {move || refusal().map(|text| view! { <Banner kind=BannerKind::Bad>{text}</Banner> })}
        <div class="save-bar" class:dirty=move || dirty.get()>
            <span class="save-bar-state" role="status">
                {move || match (dirty.get(), is_new) {
                    (true, _) => "Unsaved changes",
                    (false, true) => "",
                    (false, false) => "Everything is saved",
                }}
            </span>
            <Button
                kind=ButtonKind::Ghost
                disabled=Signal::derive(move || !dirty.get())
                on_click=move || draft.reset()
            >
                "Discard"
            </Button>
            <Button
                kind=ButtonKind::Primary
                submit=true
                busy
                disabled=Signal::derive(move || !is_new && !dirty.get())
            >
                {if is_new { "Create template" } else { "Save" }}
            </Button>
        </div>
    }
}

/// The template as it is kept: with what stands in the form now, saved or not.
#[component]
fn Dtdl(draft: Draft, kept: RwSignal<Option<Template>>) -> impl IntoView {
    let slug = use_slug();
    let open = RwSignal::new(false);
    let text = Memo::new(move |_| {
        if !open.get() {
            return String::new();
        }
        let content = draft.content();
        let content = content.checked().unwrap_or(content);
        let dtdl = kept.with(|kept| match kept {
            Some(kept) => template::write(&kept.dtmi, &content, Some(&kept.dtdl)),
            None => template::write(&template::dtmi_for(&slug.get(), &content.name, 1), &content, None),
        });
        serde_json::to_string_pretty(&dtdl).unwrap_or_default()
    });
    view! {
        <details
            class="disclosure"
            on:toggle:target=move |ev| open.set(ev.target().open())
        >
            <summary>
                "DTDL" <span class="hint">"The form in which the template is kept and exchanged."</span>
            </summary>
            <Code text />
        </details>
    }
}

/// How many fields.
pub(super) fn field_count(count: usize) -> String {
    match count {
        1 => "1 field".into(),
        n => format!("{n} fields"),
    }
}

fn summary(problem: &Problem) -> String {
    match problem.fields.len() {
        0 => problem.sentence().to_owned(),
        1 => "One field needs attention.".into(),
        n => format!("{n} fields need attention."),
    }
}
