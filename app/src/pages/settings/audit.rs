//! The audit log: who did what, when, from where, before and after. What is looked for lives in the address.

mod filters;
mod keeping;

use super::SettingsPart;
use crate::api::audit::list_audit;
use crate::pages::audit_entry::EntryTable;
use crate::session::use_slug;
use crate::ui::{Button, Card, EmptyState, ErrorState, Glyph, LinkButton, Skeleton};
use filters::Filters;
use keeping::Keeping;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::params::ParamsMap;
use model::Problem;
use model::audit::{AuditPage as Page, AuditQuery};
use model::permission::Permission;

/// `/w/:workspace/settings/audit`
#[component]
pub fn AuditPage() -> impl IntoView {
    view! {
        <SettingsPart name="Audit log" needs=Permission::ViewAudit>
            <Log />
        </SettingsPart>
    }
}

#[component]
fn Log() -> impl IntoView {
    let (slug, map, path) = (use_slug(), use_query_map(), use_location().pathname);
    let asked = Memo::new(move |_| map.with(|map| AuditQuery::read(|name| map.get(name))));
    let navigate = use_navigate();
    let go = Callback::new(move |query: AuditQuery| {
        let to = format!("{}{}", path.get_untracked(), written(&query));
        navigate(&to, NavigateOptions { scroll: false, resolve: false, ..Default::default() });
    });
    let entries = Resource::new(
        move || (slug.get(), asked.get()),
        |(slug, asked)| async move { list_audit(slug, asked?).await },
    );
    let file = move |ending: &str| {
        let all = asked.with(|asked| asked.clone().unwrap_or_default());
        format!("/w/{}/audit.{ending}{}", slug.get(), written(&AuditQuery { before: None, ..all }))
    };
    let (csv, lines) = (Signal::derive(move || file("csv")), Signal::derive(move || file("jsonl")));
    view! {
        <Card padded=false>
            <Filters asked go />
            <Transition fallback=|| view! { <Skeleton rows=8 /> }>
                {move || Suspend::new(async move {
                    match entries.await {
                        Ok(page) => view! { <Entries page asked go /> }.into_any(),
                        Err(error) => {
                            view! { <ErrorState problem=error.0 retry=move || entries.refetch() /> }.into_any()
                        }
                    }
                })}
            </Transition>
            <div class="audit-foot">
                <LinkButton href=csv icon=Glyph::Download download=true>
                    "CSV"
                </LinkButton>
                <LinkButton href=lines icon=Glyph::Download download=true>
                    "JSON lines"
                </LinkButton>
            </div>
        </Card>
        <Transition>
            {move || Suspend::new(async move {
                entries.await.ok().map(|page| view! { <Keeping days=page.days /> })
            })}
        </Transition>
    }
    .into_any()
}

/// A page of them, with the way to older ones and back.
#[component]
fn Entries(page: Page, asked: Memo<Result<AuditQuery, Problem>>, go: Callback<AuditQuery>) -> impl IntoView {
    let query = asked.get_untracked().unwrap_or_default();
    let narrowed = query != AuditQuery::default();
    if page.entries.is_empty() {
        let (title, text) = match narrowed {
            true => ("Nothing matches", "No entry is like what you look for."),
            false => ("Nothing was done yet", "Whatever people and programs change here is written down."),
        };
        return view! { <EmptyState icon=Glyph::Log title text /> }.into_any();
    }
    let (said, first) = (said(page.entries.len(), page.more), AuditQuery { before: None, ..query.clone() });
    let older = page
        .entries
        .last()
        .filter(|_| page.more)
        .map(|last| AuditQuery { before: Some(last.id), ..query.clone() });
    view! {
        <EntryTable label="Audit log" entries=page.entries />
        <div class="audit-foot">
            <span class="quiet" role="status">
                {said}
            </span>
            {query
                .before
                .is_some()
                .then(|| view! { <Button on_click=move || go.run(first.clone())>"Newest"</Button> })}
            {older.map(|older| view! { <Button on_click=move || go.run(older.clone())>"Older"</Button> })}
        </div>
    }
    .into_any()
}

fn said(entries: usize, more: bool) -> String {
    match (entries, more) {
        (1, false) => "1 entry".into(),
        (n, false) => format!("{n} entries"),
        (n, true) => format!("{n} entries, and there are older ones"),
    }
}

fn written(query: &AuditQuery) -> String {
    let mut map = ParamsMap::new();
    for (name, value) in query.parameters() {
        map.insert(name, value);
    }
    map.to_query_string()
}
