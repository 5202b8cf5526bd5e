//! The plan of a workspace, and what it has otherwise.

use super::limits_form::{LimitFields, LimitInputs};
use super::new::{choices, limits_of};
use crate::api::admin::{admin_list_plans, admin_set_plan};
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{Button, ButtonKind, Card, Form, FormActions, Select, use_toasts};
use leptos::prelude::*;
use model::limits::Plan;
use model::tenant::Tenant;

#[component]
pub(super) fn PlanCard(tenant: Tenant, reload: Callback<()>) -> impl IntoView {
    let plans = Resource::new(|| (), |()| admin_list_plans());
    let tenant = StoredValue::new(tenant);
    view! {
        <Card title=Signal::stored("Plan and limits".to_owned())>
            <Suspense>
                {move || Suspend::new(async move {
                    plans.await.ok().map(|(plans, _)| view! { <PlanForm tenant=tenant.get_value() plans reload /> })
                })}
            </Suspense>
        </Card>
    }
    .into_any()
}

#[component]
fn PlanForm(tenant: Tenant, plans: Vec<Plan>, reload: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let attempt = Attempt::new();
    let plan = RwSignal::new(tenant.plan.0.to_string());
    let mut options = choices(&plans);
    // A retired plan stays with whoever has it.
    if options.iter().all(|(id, _)| *id != tenant.plan.0.to_string()) {
        options.push((tenant.plan.0.to_string(), format!("{} (retired)", tenant.plan.1)));
    }
    let fields = LimitFields::of_overrides(&tenant.overrides);
    let plans = StoredValue::new(plans);
    let limits = Signal::derive(move || limits_of(&plans.get_value(), &plan.get()));
    let slug = StoredValue::new(tenant.slug);
    let submit = move || {
        let overrides = fields.overrides();
        let checked = overrides.as_ref().map(|_| ()).map_err(Clone::clone);
        let chosen = plan.get_untracked().parse().unwrap_or_default();
        let call = admin_set_plan(slug.get_value(), chosen, overrides.unwrap_or_default());
        attempt.run(checked, call, move |_: Tenant| {
            toasts.ok("Saved. Running servers go by it within seconds.");
            reload.run(());
        });
    };
    view! {
        <Form on_submit=submit label="Plan and limits">
            <Select
                label="Plan"
                name="plan"
                value=plan
                options=Signal::stored(options)
                error=attempt.error("plan", plan)
            />
            <LimitInputs fields attempt plan=limits />
            <p class="hint">"Empty: as the plan says. “none”: no limit here, whatever the plan says."</p>
            <Refusal attempt />
            <FormActions>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Save"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}
