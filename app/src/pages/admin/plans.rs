//! Plans: which there are, their limits, and who has them.

use super::plan_form::PlanForm;
use crate::api::admin::{admin_list_plans, admin_retire_plan, admin_set_default_plan};
use crate::layout::{Crumb, PageHead, Shell};
use crate::ui::value::{bytes, count};
use crate::ui::{Button, ButtonKind, Card, Dialog, ErrorState, Facts, Glyph, Skeleton, Tag, use_toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::limits::{Limit, Plan};

/// `/admin/plans`
#[component]
pub fn PlansPage() -> impl IntoView {
    let plans = Resource::new(|| (), |()| admin_list_plans());
    let editing = RwSignal::new(None::<Option<Plan>>);
    let open = RwSignal::new(false);
    let edit = Callback::new(move |plan: Option<Plan>| {
        editing.set(Some(plan));
        open.set(true);
    });
    let reload = Callback::new(move |()| plans.refetch());
    let title = Signal::derive(move || match editing.get() {
        Some(Some(plan)) => format!("Plan “{}”", plan.name),
        _ => "New plan".to_owned(),
    });
    view! {
        <Shell crumbs=vec![Crumb::link("Administration", "/admin"), Crumb::here("Plans")]>
            <PageHead title="Plans">
                <Button kind=ButtonKind::Primary icon=Glyph::Plus on_click=move || edit.run(None)>
                    "New plan"
                </Button>
            </PageHead>
            <div class="settings wide">
                <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
                    {move || Suspend::new(async move {
                        match plans.await {
                            Ok((plans, usual)) => {
                                plans
                                    .into_iter()
                                    .map(|plan| view! { <PlanCard plan usual edit reload /> })
                                    .collect_view()
                                    .into_any()
                            }
                            Err(error) => {
                                view! {
                                    <Card>
                                        <ErrorState problem=error.0 retry=reload />
                                    </Card>
                                }
                                    .into_any()
                            }
                        }
                    })}
                </Transition>
            </div>
            <Dialog open title wide=true>
                {move || editing.get().map(|plan| view! { <PlanForm plan open on_saved=reload /> })}
            </Dialog>
        </Shell>
    }
    .into_any()
}

#[component]
fn PlanCard(plan: Plan, usual: i32, edit: Callback<Option<Plan>>, reload: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let Plan { id, retired, .. } = plan;
    let is_usual = id == usual;
    let turn = move || {
        spawn_local(async move {
            match admin_retire_plan(id, !retired).await {
                Ok(()) => reload.run(()),
                Err(error) => toasts.bad(&error.0),
            }
        });
    };
    let make_usual = move || {
        spawn_local(async move {
            match admin_set_default_plan(id).await {
                Ok(()) => reload.run(()),
                Err(error) => toasts.bad(&error.0),
            }
        });
    };
    let workspaces = match plan.workspaces {
        1 => "1 workspace".to_owned(),
        n => format!("{} workspaces", count(n)),
    };
    let limits = Limit::ALL.iter().filter_map(|limit| Some((*limit, plan.limits.get(*limit)?)));
    let facts = limits
        .map(|(limit, value)| view! { <dt>{limit.title()}</dt> <dd>{written(limit, value)}</dd> })
        .collect_view();
    let unbounded = plan.limits.0.is_empty();
    let warned = format!("Warned at {} % of a limit. What isn't named has none.", plan.warn_percent);
    let kept = StoredValue::new(plan.clone());
    view! {
        <Card
            title=Signal::stored(plan.name)
            note=Signal::stored(workspaces)
            actions=move || {
                view! {
                    {retired.then(|| view! { <Tag dashed=true>"retired"</Tag> })}
                    {is_usual.then(|| view! { <Tag>"for new workspaces"</Tag> })}
                    {(!is_usual && !retired)
                        .then(|| view! { <Button on_click=make_usual>"Use for new workspaces"</Button> })}
                    {(!is_usual)
                        .then(|| view! { <Button on_click=turn>{if retired { "Offer again" } else { "Retire" }}</Button> })}
                    <Button on_click=move || edit.run(Some(kept.get_value()))>"Edit"</Button>
                }
            }
        >
            {unbounded.then(|| view! { <p>"No limits."</p> })}
            <Facts>{facts}</Facts>
            <p class="hint">{warned}</p>
        </Card>
    }
    .into_any()
}

/// A limit's value as people read it.
pub(super) fn written(limit: Limit, value: i64) -> String {
    if limit.is_bytes() { bytes(value) } else { format!("{} {}", count(value), limit.unit()) }
}
