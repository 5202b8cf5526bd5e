//! Making a plan, or changing one for all that have it.

use super::limits_form::{LimitFields, LimitInputs};
use crate::api::admin::admin_save_plan;
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{Button, ButtonKind, Field, Form, FormActions, use_toasts};
use leptos::prelude::*;
use model::limits::{Limits, Plan, PlanDraft, WARN_PERCENT};
use model::{Code, Problem};

#[component]
pub(super) fn PlanForm(plan: Option<Plan>, open: RwSignal<bool>, on_saved: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let attempt = Attempt::new();
    let id = plan.as_ref().map(|plan| plan.id);
    let workspaces = plan.as_ref().map_or(0, |plan| plan.workspaces);
    let name = RwSignal::new(plan.as_ref().map(|plan| plan.name.clone()).unwrap_or_default());
    let warn = RwSignal::new(plan.as_ref().map_or(WARN_PERCENT, |plan| plan.warn_percent).to_string());
    let fields = LimitFields::of_plan(&plan.map(|plan| plan.limits).unwrap_or_default());
    let drafted = move || {
        let warn_percent = warn
            .get_untracked()
            .trim()
            .parse()
            .map_err(|_| Problem::field(Code::Invalid, "warn_percent", "Between 1 and 100 per cent."))?;
        PlanDraft { name: name.get_untracked(), limits: fields.limits()?, warn_percent }.checked()
    };
    let submit = move || {
        let draft = drafted();
        let checked = draft.as_ref().map(|_| ()).map_err(Clone::clone);
        let empty = PlanDraft { name: String::new(), limits: Limits::default(), warn_percent: WARN_PERCENT };
        attempt.run(checked, admin_save_plan(id, draft.unwrap_or(empty)), move |_: i32| {
            toasts.ok("The plan is saved. Running servers go by it within seconds.");
            open.set(false);
            on_saved.run(());
        });
    };
    view! {
        <Form on_submit=submit label="Plan">
            <Field label="Name" name="name" autofocus=true value=name error=attempt.error("name", name) />
            <LimitInputs fields attempt />
            <p class="hint">"Empty is no limit. Bytes can be written as 10 GB."</p>
            <Field
                label="Warn at (per cent of a limit)"
                name="warn_percent"
                kind="number"
                value=warn
                error=attempt.error("warn_percent", warn)
            />
            {(workspaces > 0)
                .then(|| {
                    let text = format!("{workspaces} workspaces have this plan; the change is for all of them.");
                    view! { <p class="hint">{text}</p> }
                })}
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Save plan"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}
