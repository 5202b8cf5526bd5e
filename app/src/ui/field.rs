//! Form fields: a label, the control, a hint, and the error beside it where screen readers find it.

use leptos::html;
use leptos::prelude::*;

/// A field of one line. `kind` is the input's type (`text`, `email`, `password`, `number`, `search`).
#[component]
pub fn Field(
    #[prop(into)] label: Signal<String>,
    /// The field's name in the form and in a problem's list of fields; its id is made of it.
    #[prop(into)]
    name: String,
    value: RwSignal<String>,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional, into)] hint: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] autocomplete: Option<&'static str>,
    /// For ids, keys and names of fields.
    #[prop(optional)]
    mono: bool,
    #[prop(optional)] autofocus: bool,
    #[prop(optional, into)] placeholder: String,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// The id of a `<datalist>` with suggestions.
    #[prop(optional, into)]
    list: Option<String>,
    /// Whether the label is for screen readers only: in rows of a table of fields.
    #[prop(optional)]
    bare: bool,
) -> impl IntoView {
    let id = field_id(&name);
    let node = NodeRef::<html::Input>::new();
    if autofocus {
        // The attribute works at page load only; parts that appear later are focused here.
        Effect::new(move |_| {
            if let Some(input) = node.get() {
                let _ = input.focus();
            }
        });
    }
    let described = described_by(&id, !hint.is_empty(), error);
    let control = view! {
        <input
            node_ref=node
            id=id.clone()
            name=name
            class="input"
            class:mono=mono
            type=kind
            autocomplete=autocomplete
            autofocus=autofocus
            placeholder=placeholder
            list=list
            spellcheck=mono.then_some("false")
            autocapitalize=mono.then_some("off")
            disabled=move || disabled.get()
            aria-invalid=move || error.get().map(|_| "true")
            aria-describedby=described
            prop:value=move || value.get()
            value=value.get_untracked()
            on:input:target=move |ev| value.set(ev.target().value())
        />
    };
    frame(id, label, hint, error, bare, control)
}

/// A field of several lines.
#[component]
pub fn TextArea(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] name: String,
    value: RwSignal<String>,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional, into)] hint: String,
    #[prop(optional)] mono: bool,
    #[prop(default = 4)] rows: u32,
) -> impl IntoView {
    let id = field_id(&name);
    let described = described_by(&id, !hint.is_empty(), error);
    let control = view! {
        <textarea
            id=id.clone()
            name=name
            class="input"
            class:mono=mono
            rows=rows
            aria-invalid=move || error.get().map(|_| "true")
            aria-describedby=described
            prop:value=move || value.get()
            on:input:target=move |ev| value.set(ev.target().value())
        >
            {value.get_untracked()}
        </textarea>
    };
    frame(id, label, hint, error, false, control)
}

/// A choice of one; `options` are (value, what people read).
#[component]
pub fn Select(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] name: String,
    value: RwSignal<String>,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional)] bare: bool,
) -> impl IntoView {
    let id = field_id(&name);
    let described = described_by(&id, !hint.is_empty(), error);
    let choices = move || {
        let chosen = value.get();
        options
            .get()
            .into_iter()
            .map(|(key, text)| {
                let selected = key == chosen;
                view! { <option value=key selected=selected prop:selected=selected>{text}</option> }
            })
            .collect_view()
    };
    let control = view! {
        <span class="select">
            <select
                id=id.clone()
                name=name
                class="input"
                disabled=move || disabled.get()
                aria-invalid=move || error.get().map(|_| "true")
                aria-describedby=described
                on:change:target=move |ev| value.set(ev.target().value())
            >
                {choices}
            </select>
        </span>
    };
    frame(id, label, hint, error, bare, control)
}

/// A box to tick, with what it means beside it.
#[component]
pub fn Checkbox(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] name: String,
    value: RwSignal<bool>,
    #[prop(optional, into)] hint: String,
) -> impl IntoView {
    view! {
        <label class="checkbox">
            <input
                type="checkbox"
                name=name
                checked=value.get_untracked()
                prop:checked=move || value.get()
                on:change:target=move |ev| value.set(ev.target().checked())
            />
            <span>
                {move || label.get()}
                {(!hint.is_empty()).then(|| view! { <small class="hint">{hint}</small> })}
            </span>
        </label>
    }
    .into_any()
}

/// Names of fields hold dots (`telemetry.0.name`), which ids may hold too.
fn field_id(name: &str) -> String {
    format!("field-{name}")
}

fn described_by(
    id: &str,
    hint: bool,
    error: Signal<Option<String>>,
) -> impl Fn() -> Option<String> + Send + Sync + Clone + use<> {
    let (error_id, hint_id) = (format!("{id}-error"), format!("{id}-hint"));
    move || match (error.get().is_some(), hint) {
        (true, true) => Some(format!("{error_id} {hint_id}")),
        (true, false) => Some(error_id.clone()),
        (false, true) => Some(hint_id.clone()),
        (false, false) => None,
    }
}

fn frame(
    id: String,
    label: Signal<String>,
    hint: String,
    error: Signal<Option<String>>,
    bare: bool,
    control: impl IntoView,
) -> impl IntoView {
    let (error_id, hint_id) = (format!("{id}-error"), format!("{id}-hint"));
    view! {
        <div class="field" class:bare=bare>
            <label for=id class:visually-hidden=bare>
                {move || label.get()}
            </label>
            {control}
            {move || {
                error
                    .get()
                    .map(|message| {
                        view! {
                            <p class="field-error" id=error_id.clone()>
                                {message}
                            </p>
                        }
                    })
            }}
            {(!hint.is_empty())
                .then(|| {
                    view! {
                        <p class="hint" id=hint_id>
                            {hint}
                        </p>
                    }
                })}
        </div>
    }
    .into_any()
}
