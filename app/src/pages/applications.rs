//! Choosing what a workspace begins with, wherever one is made: an application that comes with the product, or a file.

use super::attempt::Attempt;
use crate::ui::{Button, Glyph, Icon, TextArea};
use leptos::html;
use leptos::prelude::*;
use model::Problem;
use model::application::{Application, BUILT_IN};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, HtmlInputElement};

/// What stands in the choice for a file.
pub(crate) const FROM_FILE: &str = "file";

/// Cards with a picture and what each application holds; one is chosen.
#[component]
pub(crate) fn ApplicationChoice(
    value: RwSignal<String>,
    /// Whether a file may be chosen too.
    #[prop(optional)]
    files: bool,
) -> impl IntoView {
    let from_file =
        files.then_some((FROM_FILE, "From a file", "What a builder has exported of a workspace."));
    let cards = BUILT_IN.into_iter().chain(from_file).map(|(id, name, text)| {
        view! {
            <label class="choice-card">
                <input
                    type="radio"
                    name="application"
                    value=id
                    checked=value.with_untracked(|value| value == id)
                    prop:checked=move || value.with(|value| value == id)
                    on:change=move |_| value.set(id.to_owned())
                />
                <Icon glyph=picture(id) />
                <strong>{name}</strong>
                <small>{text}</small>
            </label>
        }
    });
    view! {
        <fieldset class="choice-cards">
            <legend>"It begins with"</legend>
            {cards.collect_view()}
        </fieldset>
    }
    .into_any()
}

fn picture(id: &str) -> Glyph {
    match id {
        "industrial-equipment" => Glyph::Plant,
        "healthcare-assets" => Glyph::Health,
        "office-building" => Glyph::Workspace,
        FROM_FILE => Glyph::Template,
        _ => Glyph::Plus,
    }
}

/// A file that is pasted, dropped or chosen, and what it holds.
#[component]
pub(crate) fn ApplicationFile(value: RwSignal<String>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let over = RwSignal::new(false);
    let read = move |file: File| {
        leptos::task::spawn_local(async move {
            if let Ok(content) = wasm_bindgen_futures::JsFuture::from(file.text()).await {
                _ = value.try_set(content.as_string().unwrap_or_default());
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
    let found =
        Memo::new(move |_| value.with(|text| (!text.trim().is_empty()).then(|| Application::parse(text))));
    let holds = move || {
        let read = found.get()?.ok()?;
        Some(
            view! { <p class="hint" role="status">{format!("“{}” holds {}.", read.display_name, read.holds())}</p> },
        )
    };
    let wrong = Signal::derive(move || found.get().and_then(Result::err));
    view! {
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
                label="File of an application"
                name="file"
                mono=true
                rows=6
                hint="Paste it here, or drop or choose a file."
                value
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
        <Button on_click=move || {
            if let Some(input) = input.get_untracked() {
                input.click();
            }
        }>"Choose a file"</Button>
        {holds}
        <PlacesOf problem=wrong />
    }
    .into_any()
}

/// A file that was read.
///
/// # Errors
/// What is wrong with it, each with its place.
pub(crate) fn read_file(text: &str) -> Result<Application, Problem> {
    Application::parse(text)
}

/// What the server found wrong with a file, each with its place in it.
#[component]
pub(crate) fn Places(attempt: Attempt) -> impl IntoView {
    view! { <PlacesOf problem=attempt.problem() /> }
}

#[component]
fn PlacesOf(problem: Signal<Option<Problem>>) -> impl IntoView {
    let of_file = |field: &str| field.starts_with('/') || field == "file" || field == "application";
    let lines = move || {
        let problem = problem.get()?;
        let lines: Vec<_> = problem
            .fields
            .into_iter()
            .filter(|field| of_file(&field.field))
            .take(20)
            .map(|field| view! { <li><code>{field.field}</code> " " {field.message}</li> })
            .collect();
        (!lines.is_empty()).then(|| view! { <ul class="places bad" role="alert">{lines}</ul> })
    };
    view! { {lines} }.into_any()
}
