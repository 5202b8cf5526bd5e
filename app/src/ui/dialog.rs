//! Dialogs on `<dialog>`: the browser keeps the focus inside and closes on Escape.

use super::button::{Button, ButtonKind, IconButton};
use super::form::FormActions;
use super::icon::Glyph;
use leptos::ev::MouseEvent;
use leptos::html;
use leptos::prelude::*;

/// A modal dialog. Its content exists while it is open, so that a form in it begins anew each time.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    /// For forms with several columns.
    #[prop(optional)]
    wide: bool,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    follow(node, open);
    let children = StoredValue::new(children);
    view! {
        <dialog
            class="dialog"
            class:wide=wide
            node_ref=node
            aria-label=move || title.get()
            on:close=move |_| closed(node, open)
            on:mousedown=move |ev| close_from_backdrop(&ev, node, open)
        >
            <Show when=move || open.get()>
                <div class="dialog-frame">
                    <header class="dialog-head">
                        <h2>{move || title.get()}</h2>
                        <IconButton glyph=Glyph::Close label="Close" on_click=move || open.set(false) />
                    </header>
                    <div class="dialog-body">{children.with_value(|children| children())}</div>
                </div>
            </Show>
        </dialog>
    }
    .into_any()
}

/// Shows the dialog while `open` says so.
pub(crate) fn follow(node: NodeRef<html::Dialog>, open: RwSignal<bool>) {
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
}

/// The browser says that the dialog has closed: by Escape, or as it was told. It says so later; one that was opened
/// again meanwhile stays.
pub(crate) fn closed(node: NodeRef<html::Dialog>, open: RwSignal<bool>) {
    if !node.get_untracked().is_some_and(|dialog| dialog.open()) {
        open.set(false);
    }
}

/// Closes the dialog when the press was on its backdrop: that has the dialog itself as its target, since what is inside
/// covers it whole.
pub(crate) fn close_from_backdrop(ev: &MouseEvent, node: NodeRef<html::Dialog>, open: RwSignal<bool>) {
    let on_backdrop = node.get_untracked().is_some_and(|dialog| {
        let dialog: &web_sys::EventTarget = dialog.as_ref();
        ev.target().as_ref() == Some(dialog)
    });
    if on_backdrop {
        open.set(false);
    }
}

/// Asks before something happens. The content says what it will do; `action` names it on the button.
#[component]
pub fn Confirm(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] action: String,
    #[prop(optional)] danger: bool,
    #[prop(into)] on_confirm: Callback<()>,
    #[prop(optional, into)] busy: Signal<bool>,
    children: ChildrenFn,
) -> impl IntoView {
    let kind = if danger { ButtonKind::Danger } else { ButtonKind::Primary };
    let (children, action) = (StoredValue::new(children), StoredValue::new(action));
    view! {
        <Dialog open title>
            <div class="confirm-text">{children.with_value(|children| children())}</div>
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind busy on_click=on_confirm>
                    {action.get_value()}
                </Button>
            </FormActions>
        </Dialog>
    }
    .into_any()
}
