//! How people come to Homeport by themselves.

use crate::api::admin::admin_list_plans;
use crate::api::admin::settings::{admin_get_sign_up, admin_set_sign_up};
use crate::layout::{Crumb, PageHead, Shell};
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{
    Button, ButtonKind, Card, Checkbox, ErrorState, Field, Form, FormActions, Select, Skeleton, use_toasts,
};
use leptos::prelude::*;
use model::limits::Plan;
use model::platform::SignUpSettings;

/// `/admin/settings`
#[component]
pub fn SettingsPage() -> impl IntoView {
    let found = Resource::new(
        || (),
        |()| async move {
            let settings = admin_get_sign_up().await?;
            Ok::<_, crate::api::AppError>((settings, admin_list_plans().await?.0))
        },
    );
    let reload = Callback::new(move |()| found.refetch());
    view! {
        <Shell crumbs=vec![Crumb::link("Administration", "/admin"), Crumb::here("Settings")]>
            <PageHead title="Settings" />
            <div class="settings wide">
                <Transition fallback=|| view! { <Card><Skeleton rows=4 /></Card> }>
                    {move || Suspend::new(async move {
                        match found.await {
                            Ok((settings, plans)) => view! { <SignUp settings plans /> }.into_any(),
                            Err(error) => view! { <ErrorState problem=error.0 retry=reload /> }.into_any(),
                        }
                    })}
                </Transition>
            </div>
        </Shell>
    }
    .into_any()
}

#[component]
fn SignUp(settings: SignUpSettings, plans: Vec<Plan>) -> impl IntoView {
    let toasts = use_toasts();
    let attempt = Attempt::new();
    let open = RwSignal::new(settings.open);
    let plan = RwSignal::new(settings.trial_plan.map(|plan| plan.to_string()).unwrap_or_default());
    let days = RwSignal::new(settings.trial_days.to_string());
    let mut options = vec![(String::new(), "As new workspaces have it".to_owned())];
    options.extend(super::new::choices(&plans));
    let submit = move || {
        let settings = SignUpSettings {
            open: open.get_untracked(),
            trial_plan: plan.get_untracked().parse().ok(),
            trial_days: days.get_untracked().trim().parse().unwrap_or(0),
        };
        attempt.run(settings.checked().map(|_| ()), admin_set_sign_up(settings), move |_: SignUpSettings| {
            toasts.ok("Saved.");
        });
    };
    view! {
        <Card title=Signal::stored("Sign-up".to_owned())>
            <Form on_submit=submit label="Sign-up">
                <Checkbox
                    label="Anybody may make an account and a workspace"
                    name="open"
                    value=open
                    hint="They show by a mail that they read their address. Otherwise people come by invitation only."
                />
                <Select
                    label="Plan of their workspaces"
                    name="plan"
                    value=plan
                    options=Signal::stored(options)
                    error=attempt.error("plan", plan)
                />
                <Field
                    label="Days of the trial"
                    name="trial_days"
                    value=days
                    error=attempt.error("trial_days", days)
                    hint="Then the workspace is suspended, until it is given a plan. Its administrators are told three days before."
                />
                <Refusal attempt />
                <FormActions>
                    <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                        "Save"
                    </Button>
                </FormActions>
            </Form>
        </Card>
    }
    .into_any()
}
