//! The page that makes a template: from nothing but a name, or from a DTDL document.

use super::issues::Issues;
use super::page::{crumbs, use_may_manage};
use crate::api::templates::{create_template, import_template};
use crate::layout::{Crumb, PageHead, Shell};
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::use_slug;
use crate::ui::{Button, ButtonKind, Card, ErrorState, Field, Form, FormActions, Grid, TextArea};
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use model::check::Check;
use model::dtdl::{Document, Issue, validate};
use model::template::{self, Template, TemplateDraft};
use model::{Code, Problem};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, HtmlInputElement};

/// `/w/:workspace/templates/new`
#[component]
pub fn NewTemplatePage() -> impl IntoView {
    let may_manage = use_may_manage();
    let here: Signal<Vec<Crumb>> = crumbs(Signal::stored("New".to_owned()));
    view! {
        <Shell crumbs=here>
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
                <Grid>
                    <FromName />
                    <FromDocument />
                </Grid>
            </Show>
        </Shell>
    }
}

/// Where a made template is shown.
fn use_arrival() -> impl Fn(Template) + Clone + 'static {
    let (slug, navigate) = (use_slug(), use_navigate());
    move |made: Template| {
        let path = format!("/w/{}/templates/{}", slug.get_untracked(), made.id);
        navigate(&path, NavigateOptions::default());
    }
}

#[component]
fn FromName() -> impl IntoView {
    let slug = use_slug();
    let attempt = Attempt::new();
    let arrive = use_arrival();
    let name = RwSignal::new(String::new());
    let submit = move || {
        let draft = TemplateDraft { name: name.get_untracked(), telemetry: Vec::new() };
        let mut check = Check::default();
        check.field("name", template::name(&draft.name));
        attempt.run(check.done(), create_template(slug.get_untracked(), draft), arrive.clone());
    };
    view! {
        <Card title=Signal::stored("From scratch".to_owned()) span=6>
            <Form on_submit=submit label="From scratch">
                <Field
                    label="Name"
                    name="name"
                    placeholder="Room sensor"
                    hint="What kind of device this is. You add what it sends and can do on the next page."
                    autofocus=true
                    autocomplete="off"
                    value=name
                    error=attempt.error("name", name)
                />
                <Refusal attempt />
                <FormActions>
                    <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                        "Create template"
                    </Button>
                </FormActions>
            </Form>
        </Card>
    }
    .into_any()
}

#[component]
fn FromDocument() -> impl IntoView {
    let slug = use_slug();
    let attempt = Attempt::new();
    let arrive = use_arrival();
    let text = RwSignal::new(String::new());
    let over = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    let found =
        Memo::new(move |_| text.with(|text| if text.trim().is_empty() { Vec::new() } else { issues(text) }));
    let refused = Signal::derive(move || {
        attempt.problem().get().map(|problem| of_problem(&problem)).unwrap_or_default()
    });
    let submit = move || {
        attempt.run(Ok(()), import_template(slug.get_untracked(), text.get_untracked()), arrive.clone())
    };
    let read = move |file: File| {
        leptos::task::spawn_local(async move {
            if let Ok(content) = wasm_bindgen_futures::JsFuture::from(file.text()).await {
                _ = text.try_set(content.as_string().unwrap_or_default());
            }
        });
    };
    let dropped = move |ev: DragEvent| {
        ev.prevent_default();
        over.set(false);
        if let Some(file) = ev.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0)) {
            read(file);
        }
    };
    let chosen = move |ev: leptos::ev::Event| {
        let target = ev.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if let Some(file) = target.and_then(|input| input.files()).and_then(|files| files.get(0)) {
            read(file);
        }
    };
    view! {
        <Card title=Signal::stored("From a DTDL document".to_owned()) span=6>
            <Form on_submit=submit label="From a DTDL document">
                <div
                    class="drop-zone"
                    class:over=move || over.get()
                    on:dragover=move |ev: DragEvent| {
                        ev.prevent_default();
                        over.set(true);
                    }
                    on:dragleave=move |_| over.set(false)
                    on:drop=dropped
                >
                    <TextArea
                        label="Document"
                        name="text"
                        mono=true
                        rows=10
                        hint="Paste it here, or drop a file. Versions 2 and 3, an interface or a list of them; also a template that IoT Central exported."
                        value=text
                    />
                    <input
                        class="visually-hidden"
                        type="file"
                        accept=".json,application/json"
                        aria-label="Choose a file"
                        node_ref=input
                        on:change=chosen
                    />
                </div>
                <Issues issues=found />
                <Issues issues=refused />
                <FormActions>
                    <Button on_click=move || {
                        if let Some(input) = input.get_untracked() {
                            input.click();
                        }
                    }>"Choose a file"</Button>
                    <Button
                        kind=ButtonKind::Primary
                        submit=true
                        busy=attempt.busy()
                        disabled=Signal::derive(move || text.with(|text| text.trim().is_empty()))
                    >
                        "Import"
                    </Button>
                </FormActions>
            </Form>
        </Card>
    }
    .into_any()
}

/// What is to be said of a text.
pub(super) fn issues(text: &str) -> Vec<Issue> {
    match Document::parse(text) {
        Ok(document) => validate(&document),
        Err(issue) => vec![issue],
    }
}

/// What the server said, each thing at its place.
pub(super) fn of_problem(problem: &Problem) -> Vec<Issue> {
    if problem.fields.is_empty() {
        return vec![Issue::error("", problem.sentence())];
    }
    problem.fields.iter().map(|field| Issue::error(field.field.clone(), field.message.clone())).collect()
}
