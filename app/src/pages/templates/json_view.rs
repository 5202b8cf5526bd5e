//! The document itself, to read and to write, with what is wrong at its place.

use super::issues::Issues;
use super::new::{issues, of_problem};
use super::work::Work;
use crate::ui::{Button, ButtonKind, Code, FormActions, TextArea};
use leptos::prelude::*;
use model::Problem;
use model::dtdl::{Document, errors};

/// Opens to the document.
#[component]
pub(super) fn JsonView(work: Work) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <details class="disclosure" on:toggle:target=move |ev| open.set(ev.target().open())>
            <summary>
                "DTDL" <span class="hint">"The form in which the template is kept and exchanged."</span>
            </summary>
            <Show when=move || open.get()>
                <Show
                    when=move || work.may_manage.get()
                    fallback=move || view! { <Code text=Signal::derive(move || work.document().to_text()) /> }
                >
                    <Writable work />
                </Show>
            </Show>
        </details>
    }
    .into_any()
}

#[component]
fn Writable(work: Work) -> impl IntoView {
    let kept = Memo::new(move |_| work.document().to_text());
    let text = RwSignal::new(kept.get_untracked());
    // A change made elsewhere on the page shows here at once.
    Effect::watch(move || kept.get(), move |kept, _, _| text.set(kept.clone()), false);
    let refused = RwSignal::new(None::<(String, Problem)>);
    let dirty = Signal::derive(move || text.with(|text| kept.with(|kept| text != kept)));
    let found = Memo::new(move |_| match dirty.get() {
        true => text.with(|text| issues(text)),
        false => Vec::new(),
    });
    let bad = Signal::derive(move || found.with(|found| errors(found).next().is_some()));
    let said = Signal::derive(move || {
        let of = refused.get().filter(|(of, _)| text.with(|text| text == of));
        of.map(|(_, problem)| of_problem(&problem)).unwrap_or_default()
    });
    let apply = move || {
        let now = text.get_untracked();
        let Ok(document) = Document::parse(&now) else { return };
        work.save(document, move |ended| match ended {
            Ok(()) => work.toasts.ok("Saved the document"),
            Err(problem) => _ = refused.try_set(Some((now, problem))),
        });
    };
    view! {
        <div class="json-editor">
            <TextArea label="Document" name="document" mono=true rows=24 value=text />
            <Issues issues=found />
            <Issues issues=said />
            <FormActions>
                <Button disabled=Signal::derive(move || !dirty.get()) on_click=move || text.set(kept.get_untracked())>
                    "Discard"
                </Button>
                <Button
                    kind=ButtonKind::Primary
                    busy=work.busy
                    disabled=Signal::derive(move || !dirty.get() || bad.get())
                    on_click=apply
                >
                    "Apply"
                </Button>
            </FormActions>
        </div>
    }
    .into_any()
}
