//! The log of what platform administrators did, the newest first.

use crate::api::admin::settings::admin_log;
use crate::layout::{Crumb, PageHead, Shell};
use crate::pages::audit_entry::EntryTable;
use crate::ui::{Card, EmptyState, ErrorState, Glyph, LinkButton, Skeleton};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::platform::PlatformLog;

/// `/admin/log?before=…`
#[component]
pub fn LogPage() -> impl IntoView {
    let address = use_query_map();
    let before = Memo::new(move |_| address.with(|map| map.get("before")?.parse::<i64>().ok()));
    let page = Resource::new(move || before.get(), admin_log);
    let reload = Callback::new(move |()| page.refetch());
    view! {
        <Shell crumbs=vec![Crumb::link("Administration", "/admin"), Crumb::here("Log")]>
            <PageHead title="Log" />
            <Card padded=false>
                <Transition fallback=|| view! { <Skeleton rows=8 /> }>
                    {move || Suspend::new(async move {
                        match page.await {
                            Ok(page) if page.entries.is_empty() => {
                                view! {
                                    <EmptyState
                                        icon=Glyph::Log
                                        title="Nothing was done yet"
                                        text="Whatever platform administrators change is written down here, and can't be changed."
                                    />
                                }
                                    .into_any()
                            }
                            Ok(page) => {
                                view! { <Entries page later=before.get_untracked().is_some() /> }.into_any()
                            }
                            Err(error) => view! { <ErrorState problem=error.0 retry=reload /> }.into_any(),
                        }
                    })}
                </Transition>
            </Card>
        </Shell>
    }
    .into_any()
}

#[component]
fn Entries(page: PlatformLog, later: bool) -> impl IntoView {
    let older =
        page.entries.last().filter(|_| page.more).map(|last| format!("/admin/log?before={}", last.id));
    view! {
        <EntryTable label="Log" entries=page.entries />
        <nav class="pager" aria-label="Pages">
            {later.then(|| view! { <LinkButton href="/admin/log">"Newest"</LinkButton> })}
            {older.map(|href| view! { <LinkButton href>"Older"</LinkButton> })}
        </nav>
    }
    .into_any()
}
