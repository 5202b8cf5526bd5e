//! One workspace from outside: how it is, what it uses, its plan, and shutting it. Nothing that it holds.

use super::host::HostCard;
use super::owner::InviteOwner;
use super::shut::Shutting;
use super::support::SupportCard;
use super::tenant_plan::PlanCard;
use crate::api::admin::admin_get_tenant;
use crate::layout::{Crumb, PageHead, Shell};
use crate::pages::usage::{UsageCards, Whose};
use crate::ui::value::{bytes, count};
use crate::ui::{Banner, BannerKind, Card, ErrorState, Facts, Skeleton, Time};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::tenant::Tenant;

/// `/admin/workspaces/:tenant`
#[component]
pub fn TenantPage() -> impl IntoView {
    let params = use_params_map();
    let slug = Memo::new(move |_| params.with(|p| p.get("tenant")).unwrap_or_default());
    let tenant = Resource::new(move || slug.get(), admin_get_tenant);
    // Its name stands in the head, which is drawn before the workspace is known.
    let known = RwSignal::new(None::<String>);
    Effect::new(move || known.set(tenant.get().and_then(Result::ok).map(|tenant| tenant.name)));
    let name = Signal::derive(move || known.get().unwrap_or_else(|| slug.get()));
    let crumbs =
        Signal::derive(move || vec![Crumb::link("Administration", "/admin"), Crumb::here(name.get())]);
    let reload = Callback::new(move |()| tenant.refetch());
    view! {
        <Shell crumbs>
            <PageHead title=name />
            <div class="settings wide">
                <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
                    {move || Suspend::new(async move {
                        match tenant.await {
                            Ok(tenant) => view! { <Parts tenant reload /> }.into_any(),
                            Err(error) => {
                                crate::session::answer_with_status(error.0.code.status());
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
        </Shell>
    }
    .into_any()
}

#[component]
fn Parts(tenant: Tenant, reload: Callback<()>) -> impl IntoView {
    let health = tenant.health;
    let whose = Whose::Tenant(tenant.slug.clone());
    let csv = format!("/admin/workspaces/{}/usage.csv", tenant.slug);
    let (condition, trial) = (tenant.condition, tenant.trial_ends_ms);
    let (reason, deleted) = (tenant.reason.clone(), tenant.delete_ms);
    let suspended_for = (tenant.suspended && deleted.is_none()).then(|| reason.clone());
    let owner = if tenant.owner.is_empty() { "not named".to_owned() } else { tenant.owner.clone() };
    let (slug, scope) = (format!("/w/{}", tenant.slug), tenant.scope.clone());
    view! {
        {suspended_for
            .map(|reason| {
                view! {
                    <Banner kind=BannerKind::Warning>
                        {format!("It is suspended: its devices are cut off, and its people read: “{reason}”")}
                    </Banner>
                }
            })}
        {deleted
            .map(|at| {
                view! {
                    <Banner kind=BannerKind::Bad>
                        "It is deleted for good on "<Time ms=Signal::stored(Some(at)) exact=true />
                        {format!(". Until then it can be restored. Its people read: “{reason}”")}
                    </Banner>
                }
            })}
        {trial
            .map(|at| {
                view! {
                    <Banner>
                        "It is on trial until "<Time ms=Signal::stored(Some(at)) exact=true />
                        ", and suspended then. Saving its plan below ends the trial and keeps it running."
                    </Banner>
                }
            })}
        <Card title=Signal::stored("Health".to_owned())>
            <Facts>
                <dt>"Condition"</dt>
                <dd>{condition.label()}</dd>
                <dt>"Devices"</dt>
                <dd>{format!("{} of {} live", count(health.live), count(health.devices))}</dd>
                <dt>"Last activity"</dt>
                <dd>
                    <Time ms=Signal::stored(health.last_activity_ms) />
                </dd>
                <dt>"Messages, 24 hours"</dt>
                <dd>{format!("{}, {} refused", count(health.messages), count(health.refused))}</dd>
                <dt>"On disk"</dt>
                <dd>{bytes(health.stored)}</dd>
                <dt>"People"</dt>
                <dd>{count(health.people)}</dd>
                <dt>"Owner"</dt>
                <dd>{owner}</dd>
                <dt>"Address"</dt>
                <dd>
                    <code class="mono">{slug}</code>
                </dd>
                <dt>"ID scope"</dt>
                <dd>
                    <code class="mono">{scope}</code>
                </dd>
                <dt>"Made"</dt>
                <dd>
                    <Time ms=Signal::stored(Some(tenant.created_ms)) exact=true />
                </dd>
            </Facts>
            <p class="hint">"Noted about every 20 seconds; what lies on the disk every hour."</p>
        </Card>
        <UsageCards whose csv />
        {(health.people == 0).then(|| view! { <InviteOwner tenant=tenant.clone() /> })}
        <PlanCard tenant=tenant.clone() reload />
        <SupportCard tenant=tenant.clone() />
        <HostCard slug=tenant.slug.clone() />
        <Shutting tenant reload />
    }
    .into_any()
}
