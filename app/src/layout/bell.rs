//! The bell above every page of a workspace: how many notices are unread, and the way to them.

use crate::api::notices::unread_notices;
use crate::live;
use crate::session::{use_slug, use_workspace};
use crate::ui::{Glyph, Icon};
use leptos::prelude::*;
use model::notice::COUNTED_MAX;

#[component]
pub(super) fn Bell() -> impl IntoView {
    let slug = use_slug();
    let workspace = use_workspace();
    let inside = Signal::derive(move || workspace.try_get().flatten().is_some());
    let unread = RwSignal::new(0_i64);
    let stream = live::live();
    let (news, missed) = (stream.alarms(), stream.reconnected());
    // No resource: no page waits for it.
    Effect::new(move |_| {
        news.track();
        missed.track();
        let slug = slug.get();
        if inside.get() && !slug.is_empty() {
            leptos::task::spawn_local(async move {
                if let Ok(count) = unread_notices(slug).await {
                    let _ = unread.try_set(count);
                }
            });
        }
    });
    let shown = move || match unread.get() {
        0 => String::new(),
        many if many >= COUNTED_MAX => "99+".to_owned(),
        some => some.to_string(),
    };
    let label = move || match unread.get() {
        0 => "Notices".to_owned(),
        some => format!("Notices, {some} unread"),
    };
    view! {
        <Show when=move || inside.get()>
            <a
                class="button ghost icon-only bell"
                href=move || format!("/w/{}/notices", slug.get())
                aria-label=label
                title="Notices"
            >
                <Icon glyph=Glyph::Bell />
                <Show when=move || { unread.get() > 0 }>
                    <span class="bell-count" aria-hidden="true">
                        {shown}
                    </span>
                </Show>
            </a>
        </Show>
    }
    .into_any()
}
