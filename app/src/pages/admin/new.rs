//! Making a workspace for somebody, in one step.

use super::limits_form::{LimitFields, LimitInputs};
use crate::api::admin::{admin_create_tenant, admin_list_plans};
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{Button, ButtonKind, Dialog, Field, Form, FormActions, Select, use_toasts};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use model::limits::{Limits, Overrides, Plan};
use model::tenant::NewTenant;

#[component]
pub(super) fn NewTenantDialog(open: RwSignal<bool>) -> impl IntoView {
    let plans = Resource::new(|| (), |()| admin_list_plans());
    view! {
        <Dialog open title="New workspace" wide=true>
            <Suspense>
                {move || {
                    plans
                        .get()
                        .and_then(Result::ok)
                        .map(|(plans, usual)| view! { <NewTenantForm open plans usual /> })
                }}
            </Suspense>
        </Dialog>
    }
}

#[component]
fn NewTenantForm(open: RwSignal<bool>, plans: Vec<Plan>, usual: i32) -> impl IntoView {
    let (toasts, navigate) = (use_toasts(), use_navigate());
    let attempt = Attempt::new();
    let (name, owner) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let plan = RwSignal::new(usual.to_string());
    let options = choices(&plans);
    let fields = LimitFields::of_overrides(&Overrides::new());
    let plans = StoredValue::new(plans);
    let limits = Signal::derive(move || limits_of(&plans.get_value(), &plan.get()));
    let submit = move || {
        let overrides = fields.overrides();
        let new = NewTenant {
            name: name.get_untracked(),
            owner: owner.get_untracked(),
            plan: plan.get_untracked().parse().unwrap_or_default(),
            overrides: overrides.clone().unwrap_or_default(),
        };
        let checked = overrides.and_then(|_| new.clone().checked()).map(|_| ());
        let navigate = navigate.clone();
        attempt.run(checked, admin_create_tenant(new), move |slug: String| {
            toasts.ok("The workspace is made.");
            open.set(false);
            navigate(&format!("/admin/workspaces/{slug}"), NavigateOptions::default());
        });
    };
    view! {
        <Form on_submit=submit label="New workspace">
            <Field label="Name" name="name" autofocus=true value=name error=attempt.error("name", name) />
            <Field
                label="Owner's e-mail address"
                name="owner"
                kind="email"
                value=owner
                error=attempt.error("owner", owner)
                hint="Somebody who can sign in already; they administer the workspace."
            />
            <Select
                label="Plan"
                name="plan"
                value=plan
                options=Signal::stored(options)
                error=attempt.error("plan", plan)
            />
            <details>
                <summary>"Limits otherwise than the plan's"</summary>
                <LimitInputs fields attempt plan=limits />
            </details>
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Create workspace"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

/// The plans that can be given.
pub(super) fn choices(plans: &[Plan]) -> Vec<(String, String)> {
    plans.iter().filter(|plan| !plan.retired).map(|plan| (plan.id.to_string(), plan.name.clone())).collect()
}

/// The limits of the chosen one.
pub(super) fn limits_of(plans: &[Plan], chosen: &str) -> Limits {
    plans
        .iter()
        .find(|plan| plan.id.to_string() == chosen)
        .map(|plan| plan.limits.clone())
        .unwrap_or_default()
}
