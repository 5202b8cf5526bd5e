//! The field for the text: in letters of one width, what is wrong underlined where it stands.

use super::Asked;
use crate::ui::{Button, ButtonKind, Glyph};
use leptos::prelude::*;
use model::query::Mistake;

/// The field and what runs it. Beneath the field lies the same text unseen, whose mistake is underlined.
#[component]
pub(super) fn Editor(asked: Asked, ask: Callback<()>, cancel: Callback<()>) -> impl IntoView {
    let running = asked.running();
    let mistake = asked.mistake();
    let parts = move || {
        let text = asked.text.get();
        let (before, wrong, after) = mistake.with(|m| divided(&text, m.as_ref()));
        let mark = (!wrong.is_empty()).then(|| view! { <mark>{wrong}</mark> });
        view! { {before} {mark} {after} "\u{200b}" }
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            ask.run(());
        }
    };
    view! {
        <form
            class="query-form"
            on:submit=move |event| {
                event.prevent_default();
                ask.run(());
            }
        >
            <label class="visually-hidden" for="query-text">
                "Query"
            </label>
            <div class="query-text" class:wrong=move || mistake.with(Option::is_some)>
                <pre aria-hidden="true">{parts}</pre>
                <textarea
                    id="query-text"
                    spellcheck="false"
                    autocomplete="off"
                    autocapitalize="off"
                    rows="4"
                    placeholder="SELECT $id, $ts, temperature FROM devices WHERE WITHIN_WINDOW(P1D) ORDER BY $ts DESC"
                    aria-invalid=move || mistake.with(Option::is_some).then_some("true")
                    aria-describedby="query-mistake"
                    prop:value=asked.text
                    on:input:target=move |event| asked.text.set(event.target().value())
                    on:keydown=on_key
                >
                    {asked.text.get_untracked()}
                </textarea>
            </div>
            <div id="query-mistake" role="alert">
                {move || mistake.get().map(|mistake| view! { <Wrong mistake /> })}
            </div>
            <div class="query-actions">
                <Button kind=ButtonKind::Primary submit=true busy=running icon=Glyph::Query>
                    "Run"
                </Button>
                <Show when=move || running.get()>
                    <Button on_click=cancel icon=Glyph::Close>
                        "Cancel"
                    </Button>
                </Show>
                <span class="quiet query-hint">
                    <kbd>"Ctrl"</kbd>
                    " "
                    <kbd>"Enter"</kbd>
                    " runs it"
                </span>
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn Wrong(mistake: Mistake) -> impl IntoView {
    view! {
        <p class="query-wrong">{mistake.sentence()}</p>
        <pre class="query-pointer" aria-hidden="true">
            {mistake.pointer}
        </pre>
    }
    .into_any()
}

/// The text before what is wrong, that, and the text behind it.
fn divided(text: &str, mistake: Option<&Mistake>) -> (String, String, String) {
    let Some(mistake) = mistake else { return (text.to_owned(), String::new(), String::new()) };
    let (offset, length) = (mistake.offset as usize, mistake.length as usize);
    let mut letters = text.chars();
    let before = letters.by_ref().take(offset).collect();
    // What is missing at the end is marked behind it.
    let wrong: String = letters.by_ref().take(length).collect();
    let wrong = if wrong.is_empty() { "\u{a0}".to_owned() } else { wrong };
    (before, wrong, letters.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_divided_at_the_mistake() {
        let at = |offset, length| Mistake {
            message: String::new(),
            line: 1,
            column: offset + 1,
            offset,
            length,
            pointer: String::new(),
        };
        let of = |text: &str, mistake: Option<&Mistake>| {
            let (a, b, c) = divided(text, mistake);
            [a, b, c]
        };
        assert_eq!(of("é flow x", Some(&at(2, 4))), ["é ", "flow", " x"]);
        assert_eq!(of("flow", Some(&at(4, 1))), ["flow", "\u{a0}", ""]);
        assert_eq!(of("flow", None), ["flow", "", ""]);
    }
}
