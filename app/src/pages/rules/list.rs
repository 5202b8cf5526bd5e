//! The list of a workspace's rules.

use crate::api::rules::{enable_rule, list_rules};
use crate::layout::{Crumb, PageHead, Shell};
use crate::live;
use crate::pages::alarms::SeverityMark;
use crate::pages::devices::may;
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{
    Button, ButtonKind, Card, EmptyState, ErrorState, Glyph, LinkButton, SearchBox, Skeleton, TableFrame,
    Tag, Time, use_toasts,
};
use leptos::prelude::*;
use model::permission::Permission;
use model::rule::{Rule, describe};

/// `/w/:workspace/rules`
#[component]
pub fn RulesPage() -> impl IntoView {
    let slug = use_slug();
    let may_manage = may(Permission::ManageRules);
    let rules = Resource::new(move || slug.get(), list_rules);
    let stream = live::live();
    let (alarms, missed) = (stream.alarms(), stream.reconnected());
    Effect::watch(move || (alarms.get(), missed.get()), move |_, _, _| rules.refetch(), false);
    let total = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(Ok(list)) = rules.get() {
            total.set(list.len().to_string());
        }
    });
    let new = Signal::derive(move || format!("/w/{}/rules/new", slug.get()));
    view! {
        <Shell crumbs=vec![Crumb::here("Rules")]>
            <PageHead title="Rules" note=total>
                <Show when=move || may_manage.get()>
                    <LinkButton href=new kind=ButtonKind::Primary icon=Glyph::Plus>
                        "New rule"
                    </LinkButton>
                </Show>
            </PageHead>
            <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
                {move || Suspend::new(async move {
                    match rules.await {
                        Ok(list) if list.is_empty() => {
                            view! {
                                <Card>
                                    <EmptyState
                                        icon=Glyph::Warning
                                        title="No rules yet"
                                        text="A rule watches what devices send and do, raises alarms, and tells people."
                                    />
                                </Card>
                            }
                                .into_any()
                        }
                        Ok(list) => view! { <RuleTable list on_change=move || rules.refetch() /> }.into_any(),
                        Err(error) => {
                            view! {
                                <Card>
                                    <ErrorState problem=error.0 retry=move || rules.refetch() />
                                </Card>
                            }
                                .into_any()
                        }
                    }
                })}
            </Transition>
        </Shell>
    }
}

#[component]
fn RuleTable(list: Vec<Rule>, #[prop(into)] on_change: Callback<()>) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let list = StoredValue::new(list);
    let shown = Memo::new(move |_| {
        let wanted = search.get().trim().to_lowercase();
        let fits = |rule: &&Rule| rule.name.to_lowercase().contains(&wanted);
        list.with_value(|list| list.iter().filter(fits).cloned().collect::<Vec<_>>())
    });
    view! {
        <Card padded=false>
            <div class="filters">
                <SearchBox value=search placeholder="Search rules" />
                <span class="filters-count" role="status">
                    {move || format!("{} of {}", shown.with(Vec::len), list.with_value(Vec::len))}
                </span>
            </div>
            <TableFrame label="Rules" stack=true>
                <thead>
                    <tr>
                        <th scope="col">"Rule"</th>
                        <th scope="col">"Severity"</th>
                        <th scope="col" class="number">
                            "Open alarms"
                        </th>
                        <th scope="col">"Fired last"</th>
                        <th scope="col">"State"</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || shown.get() key=|rule| (rule.id, rule.revision, rule.open_alarms, rule.fired_ms) let:rule>
                        <RuleRow rule on_change />
                    </For>
                </tbody>
            </TableFrame>
        </Card>
    }
    .into_any()
}

#[component]
fn RuleRow(rule: Rule, on_change: Callback<()>) -> impl IntoView {
    let (slug, toasts) = (use_slug(), use_toasts());
    let may_manage = may(Permission::ManageRules);
    let (id, enabled) = (rule.id, rule.enabled);
    let busy = RwSignal::new(false);
    let turn = move || {
        busy.set(true);
        leptos::task::spawn_local(async move {
            if let Err(error) = enable_rule(slug.get_untracked(), id, !enabled).await {
                toasts.bad(&error.0);
            }
            let _ = busy.try_set(false);
            let _ = on_change.try_run(());
        });
    };
    view! {
        <tr>
            <td>
                <a class="row-link" href=move || format!("/w/{}/rules/{id}", slug.get())>
                    {rule.name.clone()}
                </a>
                <div class="quiet">{describe::node(&rule.definition.when)}</div>
                {rule.trouble.map(|why| view! { <Tag bad=true>{why}</Tag> })}
            </td>
            <td data-label="Severity">
                <SeverityMark severity=rule.severity />
            </td>
            <td class="number" data-label="Open alarms">
                <a class="quiet-link" href=move || format!("/w/{}/alarms?rule={id}", slug.get())>
                    {count(rule.open_alarms)}
                </a>
            </td>
            <td data-label="Fired last">
                <Time ms=Signal::stored(rule.fired_ms) />
            </td>
            <td data-label="State">
                {if enabled { "On" } else { "Off" }} " "
                <Show when=move || may_manage.get()>
                    <Button kind=ButtonKind::Ghost busy on_click=turn>
                        {if enabled { "Switch off" } else { "Switch on" }}
                    </Button>
                </Show>
            </td>
        </tr>
    }
    .into_any()
}
