//! Short answers at the edge of the window: done, undone, failed.

use super::icon::{Glyph, Icon};
use leptos::prelude::*;
use model::Problem;
use std::time::Duration;

/// How long a toast stays, in milliseconds. One that offers to undo stays longer; one that says no stays.
const SHOWN_MS: u64 = 4_000;
const UNDO_MS: u64 = 10_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Good,
    Bad,
}

#[derive(Clone)]
struct Toast {
    id: u32,
    kind: Kind,
    text: String,
    undo: Option<Callback<()>>,
}

/// The handle to say things with; get it by [`use_toasts`].
#[derive(Clone, Copy)]
pub struct ToastStack {
    shown: RwSignal<Vec<Toast>>,
    next_id: StoredValue<u32>,
}

/// Makes room for toasts; the app does it once.
pub fn provide_toasts() {
    provide_context(ToastStack { shown: RwSignal::new(Vec::new()), next_id: StoredValue::new(0) });
}

/// The toasts of this page.
pub fn use_toasts() -> ToastStack {
    use_context()
        .unwrap_or_else(|| ToastStack { shown: RwSignal::new(Vec::new()), next_id: StoredValue::new(0) })
}

impl ToastStack {
    /// Says that something worked.
    pub fn ok(&self, text: impl Into<String>) {
        self.push(Kind::Good, text.into(), None, Some(SHOWN_MS));
    }

    /// Says that something was done, and offers to undo it for ten seconds.
    pub fn undo(&self, text: impl Into<String>, undo: impl Into<Callback<()>>) {
        self.push(Kind::Good, text.into(), Some(undo.into()), Some(UNDO_MS));
    }

    /// Says what went wrong; stays until it is closed.
    pub fn bad(&self, problem: &Problem) {
        self.push(Kind::Bad, problem.sentence().to_owned(), None, None);
    }

    fn push(&self, kind: Kind, text: String, undo: Option<Callback<()>>, lives_ms: Option<u64>) {
        let this = *self;
        let id = this.next_id.get_value();
        this.next_id.set_value(id.wrapping_add(1));
        this.shown.update(|shown| {
            // The same complaint twice is one complaint.
            shown.retain(|t| t.text != text);
            shown.push(Toast { id, kind, text, undo });
        });
        if let Some(ms) = lives_ms {
            set_timeout(move || this.remove(id), Duration::from_millis(ms));
        }
    }

    fn remove(&self, id: u32) {
        let _ = self.shown.try_update(|shown| shown.retain(|t| t.id != id));
    }
}

/// The place where toasts appear; stands once, in the app.
#[component]
pub fn Toasts() -> impl IntoView {
    let stack = use_toasts();
    view! {
        <div class="toasts" role="region" aria-label="Messages" aria-live="polite">
            <For each=move || stack.shown.get() key=|toast| toast.id let:toast>
                {
                    let Toast { id, kind, text, undo } = toast;
                    view! {
                        <div class="toast" class:bad=kind == Kind::Bad>
                            <Icon glyph=if kind == Kind::Bad { Glyph::Warning } else { Glyph::Good } />
                            <span class="toast-text">{text}</span>
                            {undo
                                .map(|undo| {
                                    view! {
                                        <button
                                            class="toast-undo"
                                            type="button"
                                            on:click=move |_| {
                                                // What it belonged to may be gone.
                                                let _ = undo.try_run(());
                                                stack.remove(id);
                                            }
                                        >
                                            "Undo"
                                        </button>
                                    }
                                })}
                            <button
                                class="toast-close"
                                type="button"
                                aria-label="Close"
                                on:click=move |_| stack.remove(id)
                            >
                                <Icon glyph=Glyph::Close />
                            </button>
                        </div>
                    }
                }
            </For>
        </div>
    }
    .into_any()
}
