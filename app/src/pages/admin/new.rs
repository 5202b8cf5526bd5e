//! Making a workspace for somebody, in one step.

use super::limits_form::{LimitFields, LimitInputs};
use crate::api::admin::{admin_create_tenant, admin_list_plans};
use crate::pages::applications::ApplicationChoice;
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{
    Banner, Button, ButtonKind, Code, Dialog, Field, Form, FormActions, LinkButton, Select, use_toasts,
};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use model::application::BLANK;
use model::limits::{Limits, Overrides, Plan};
use model::tenant::{MadeTenant, NewTenant};

#[component]
pub(super) fn NewTenantDialog(open: RwSignal<bool>) -> impl IntoView {
    let plans = Resource::new(|| (), |()| admin_list_plans());
    let made = RwSignal::new(None::<MadeTenant>);
    // What was shown once is forgotten with the dialog.
    Effect::watch(
        move || open.get(),
        move |open, _, _| {
            if !open {
                made.set(None)
            }
        },
        false,
    );
    view! {
        <Dialog open title="New workspace" wide=true>
            {move || match made.get() {
                Some(made) => view! { <Made made open /> }.into_any(),
                None => {
                    view! {
                        <Suspense>
                            {move || {
                                plans
                                    .get()
                                    .and_then(Result::ok)
                                    .map(|(plans, usual)| view! { <NewTenantForm open made plans usual /> })
                            }}
                        </Suspense>
                    }
                        .into_any()
                }
            }}
        </Dialog>
    }
}

#[component]
fn NewTenantForm(
    open: RwSignal<bool>,
    made: RwSignal<Option<MadeTenant>>,
    plans: Vec<Plan>,
    usual: i32,
) -> impl IntoView {
    let (toasts, navigate) = (use_toasts(), use_navigate());
    let attempt = Attempt::new();
    let (name, owner) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let plan = RwSignal::new(usual.to_string());
    let application = RwSignal::new(BLANK.to_owned());
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
            application: application.get_untracked(),
        };
        let checked = overrides.and_then(|_| new.clone().checked()).map(|_| ());
        let navigate = navigate.clone();
        attempt.run(checked, admin_create_tenant(new), move |tenant: MadeTenant| {
            toasts.ok("The workspace is made.");
            match tenant.link {
                Some(_) => made.set(Some(tenant)),
                None => {
                    open.set(false);
                    navigate(&format!("/admin/workspaces/{}", tenant.slug), NavigateOptions::default());
                }
            }
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
                hint="They administer the workspace. Who has no account gets an invitation."
            />
            <Select
                label="Plan"
                name="plan"
                value=plan
                options=Signal::stored(options)
                error=attempt.error("plan", plan)
            />
            <ApplicationChoice value=application />
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

/// The link that the owner comes in by, for the only time.
#[component]
fn Made(made: MadeTenant, open: RwSignal<bool>) -> impl IntoView {
    let href = format!("/admin/workspaces/{}", made.slug);
    view! {
        <div class="form">
            <Banner>
                "The owner was mailed this invitation. You can hand it over yourself as well: it works once, within 7 days, and is not shown again."
            </Banner>
            <div class="field">
                <span class="label">"Invitation"</span>
                <Code text=Signal::stored(made.link.unwrap_or_default()) />
            </div>
            <FormActions>
                <Button on_click=move || open.set(false)>"Close"</Button>
                <LinkButton href kind=ButtonKind::Primary>
                    "To the workspace"
                </LinkButton>
            </FormActions>
        </div>
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
