//! The bar above the tiles while they are changed.

use super::Editor;
use crate::ui::{Button, ButtonKind, Confirm, Glyph, IconButton, Menu, MenuItem};
use leptos::prelude::*;
use model::dashboard::Kind;

/// Adding, undoing, leaving, saving.
#[component]
pub(in super::super) fn EditorBar(editor: Editor) -> impl IntoView {
    let leaving = RwSignal::new(false);
    let kinds = Kind::ALL.iter().map(|kind| {
        let kind = *kind;
        view! { <MenuItem on_click=move || editor.add(kind)>{kind.label()}</MenuItem> }
    });
    let kinds = kinds.collect_view();
    let changed = Signal::derive(move || editor.is_changed());
    let nothing_back = Signal::derive(move || !editor.is_changed());
    let nothing_on = Signal::derive(move || !editor.can_redo());
    let leave = move || match changed.get_untracked() {
        true => leaving.set(true),
        false => editor.cancel(),
    };
    view! {
        <div class="editor-bar" role="toolbar" aria-label="Editing">
            <Menu label="Add a tile" class="button" face=move || view! { "Add a tile" }.into_any()>
                {kinds}
            </Menu>
            <IconButton glyph=Glyph::Undo label="Undo (Ctrl Z)" disabled=nothing_back on_click=move || editor.turn(true) />
            <span class="mirrored">
                <IconButton glyph=Glyph::Undo label="Redo (Ctrl Shift Z)" disabled=nothing_on on_click=move || editor.turn(false) />
            </span>
            <span class="hint">"Drag tiles, or select them and press the arrow keys; with Shift they change their size."</span>
            <span class="spacer"></span>
            <Button on_click=leave>"Cancel"</Button>
            <Button kind=ButtonKind::Primary busy=editor.saving on_click=move || editor.save()>
                "Save"
            </Button>
        </div>
        <Confirm
            open=leaving
            title="Leave without saving?"
            action="Leave"
            danger=true
            on_confirm=move || {
                leaving.set(false);
                editor.cancel();
            }
        >
            <p>"What you have changed here is lost."</p>
        </Confirm>
    }
    .into_any()
}
