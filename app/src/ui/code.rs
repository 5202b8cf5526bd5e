//! Text to copy: code blocks, copy buttons, secrets that are shown on demand.

use super::button::Button;
use super::icon::{Glyph, Icon};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen_futures::JsFuture;

/// A block of code with a button that copies it.
#[component]
pub fn Code(#[prop(into)] text: Signal<String>) -> impl IntoView {
    view! {
        <div class="code">
            <pre tabindex="0">
                <code>{move || text.get()}</code>
            </pre>
            <CopyButton text />
        </div>
    }
    .into_any()
}

/// Copies the text and says so for a moment.
#[component]
pub fn CopyButton(
    #[prop(into)] text: Signal<String>,
    #[prop(default = "Copy")] label: &'static str,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let text = text.get_untracked();
        leptos::task::spawn_local(async move {
            if copy_text(&text).await {
                copied.set(true);
                set_timeout(move || copied.try_set(false).map_or((), |_| ()), Duration::from_millis(1600));
            }
        });
    };
    view! {
        <button class="copy-button" type="button" aria-label=label title=label on:click=copy>
            {move || {
                if copied.get() {
                    view! { <Icon glyph=Glyph::Check /> }
                } else {
                    view! { <Icon glyph=Glyph::Copy /> }
                }
            }}
            <span class="visually-hidden" role="status">
                {move || copied.get().then_some("Copied")}
            </span>
        </button>
    }
    .into_any()
}

/// Something secret: dots until it is asked for. `on_show` fetches it into `value`.
#[component]
pub fn Secret(
    /// The secret, once it is known.
    #[prop(into)]
    value: Signal<Option<String>>,
    #[prop(into)] on_show: Callback<()>,
    #[prop(into)] on_hide: Callback<()>,
    #[prop(optional, into)] busy: Signal<bool>,
) -> impl IntoView {
    view! {
        <span class="secret">
            {move || match value.get() {
                Some(secret) => {
                    let text = Signal::stored(secret.clone());
                    view! {
                        <code class="mono">{secret}</code>
                        <CopyButton text />
                        <Button kind=super::ButtonKind::Ghost icon=Glyph::EyeOff on_click=on_hide>
                            "Hide"
                        </Button>
                    }
                        .into_any()
                }
                None => {
                    view! {
                        <span class="secret-dots" aria-label="Hidden">
                            "••••••••••••••••"
                        </span>
                        <Button kind=super::ButtonKind::Ghost icon=Glyph::Eye busy on_click=on_show>
                            "Show"
                        </Button>
                    }
                        .into_any()
                }
            }}
        </span>
    }
    .into_any()
}

/// Puts the text on the clipboard; false where the browser refuses.
pub async fn copy_text(text: &str) -> bool {
    // Browsers offer the clipboard in secure contexts only (https, localhost): elsewhere it is missing.
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into());
    if clipboard.is_ok_and(|c| !c.is_undefined()) {
        return JsFuture::from(window().navigator().clipboard().write_text(text)).await.is_ok();
    }
    copy_by_selection(text)
}

fn copy_by_selection(text: &str) -> bool {
    use wasm_bindgen::JsCast;
    let Ok(area) = document().create_element("textarea") else { return false };
    let Ok(area) = area.dyn_into::<web_sys::HtmlTextAreaElement>() else { return false };
    let Some(body) = document().body() else { return false };
    area.set_value(text);
    area.set_class_name("visually-hidden");
    let _ = body.append_child(&area);
    area.select();
    // `execCommand` is the only way without a secure context.
    let exec = js_sys::Reflect::get(&document(), &"execCommand".into())
        .ok()
        .and_then(|f| f.dyn_into::<js_sys::Function>().ok());
    let done = exec.and_then(|f| f.call1(&document(), &"copy".into()).ok()).is_some_and(|v| v.is_truthy());
    area.remove();
    done
}
