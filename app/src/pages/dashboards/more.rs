//! What else can be done with a dashboard that is open: travelling in time, the whole screen, saving it as a file.

use super::board::Board;
use super::kiosk::KioskDialog;
use super::notes::NotesDialog;
use super::share::ShareDialog;
use crate::pages::devices::may;
use crate::ui::{Glyph, Menu, MenuItem, MenuLink, MenuSeparator};
use crate::zone::now_ms;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::dashboard::Listed;
use model::permission::Permission;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlAnchorElement, Url};

/// The menu.
#[component]
pub(super) fn More(
    board: Board,
    name: Signal<String>,
    about: Listed,
    /// Whether the asker may change the dashboard, and see and make its reports.
    may_change: Signal<bool>,
) -> impl IntoView {
    let (sharing, showing, noting) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let may_write = may(Permission::ManagePersonalDashboards);
    let shows = board.shows_marks;
    let id = about.id;
    let path = use_location().pathname;
    let reports = Signal::derive(move || format!("{}/reports", path.get().trim_end_matches('/')));
    let travels = Signal::derive(move || board.times.wanted.with(|wanted| wanted.at_ms.is_some()));
    let travel = move || match travels.get_untracked() {
        true => board.times.travel(None),
        false => board.times.travel(Some(now_ms())),
    };
    let export = move || {
        let file = format!("{}.json", model::check::slug(&name.get_untracked()));
        board.content.with_untracked(|content| save(&content.to_text(), &file));
    };
    view! {
        <Menu label="More">
            <MenuItem on_click=move || board.ask() icon=Glyph::Refresh>
                "Refresh"
            </MenuItem>
            <MenuItem on_click=travel icon=Glyph::Clock checked=travels>
                "As it was at a moment"
            </MenuItem>
            <MenuItem on_click=move || shows.update(|shows| *shows = !*shows) checked=shows>
                "Alarms, commands and notes in charts"
            </MenuItem>
            <MenuItem on_click=move || noting.set(true) icon=Glyph::Pencil>
                "Notes…"
            </MenuItem>
            <MenuItem on_click=|| whole_screen(false) icon=Glyph::Expand>
                "Whole screen"
            </MenuItem>
            <MenuItem on_click=move || showing.set(true) icon=Glyph::Dashboard>
                "Kiosk…"
            </MenuItem>
            <MenuSeparator />
            <Show when=move || may_change.get()>
                <MenuItem on_click=move || sharing.set(true) icon=Glyph::External>
                    "Share by a link…"
                </MenuItem>
            </Show>
            <MenuItem on_click=export icon=Glyph::Download>
                "Export as a file"
            </MenuItem>
            <Show when=move || may_change.get()>
                <MenuLink href=reports icon=Glyph::Mail>
                    "Reports and PDF"
                </MenuLink>
            </Show>
        </Menu>
        <NotesDialog open=noting board may_write />
        <ShareDialog open=sharing slug=board.slug() id=id.clone() />
        <KioskDialog open=showing slug=board.slug() id />
    }
    .into_any()
}

/// Shows the page alone on the whole screen, or (where that isn't asked against) no more: the style sheet takes away what
/// stands around it.
pub(super) fn whole_screen(only_on: bool) {
    let page = document();
    let call = |target: &JsValue, name: &str| {
        let function =
            js_sys::Reflect::get(target, &name.into()).ok()?.dyn_into::<js_sys::Function>().ok()?;
        function.call0(target).ok()
    };
    let page_value: &JsValue = page.as_ref();
    let is_whole = js_sys::Reflect::get(page_value, &"fullscreenElement".into()).is_ok_and(|e| !e.is_falsy());
    if is_whole && only_on {
        return;
    }
    if is_whole {
        call(page_value, "exitFullscreen");
    } else if let Some(root) = page.document_element() {
        call(root.as_ref(), "requestFullscreen");
    }
}

/// Lets the browser save a text as a file.
pub(crate) fn save(text: &str, name: &str) {
    let parts = js_sys::Array::of1(&text.into());
    let Ok(url) =
        Blob::new_with_str_sequence(&parts).and_then(|blob| Url::create_object_url_with_blob(&blob))
    else {
        return;
    };
    save_from(&url, name);
    // The browser has it by then.
    set_timeout(move || _ = Url::revoke_object_url(&url), std::time::Duration::from_secs(60));
}

/// Lets the browser save what this address holds as a file.
pub(super) fn save_from(url: &str, name: &str) {
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let (Some(link), Some(body)) = (link, document().body()) {
        link.set_href(url);
        link.set_download(name);
        link.set_rel("external");
        _ = body.append_child(&link);
        link.click();
        link.remove();
    }
}
