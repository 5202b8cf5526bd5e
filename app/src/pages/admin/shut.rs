//! Suspending a workspace, opening it again, and deleting it after its grace time.

use crate::api::AppError;
use crate::api::admin::{admin_delete, admin_restore, admin_resume, admin_suspend};
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{Button, ButtonKind, Card, Dialog, Field, Form, FormActions, TextArea, use_toasts};
use leptos::prelude::*;
use model::tenant::{GRACE_DAYS, Tenant};

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Suspend,
    Delete,
}

#[component]
pub(super) fn Shutting(tenant: Tenant, reload: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let open = RwSignal::new(false);
    let act = RwSignal::new(Act::Suspend);
    let ask = move |what: Act| {
        act.set(what);
        open.set(true);
    };
    let slug = StoredValue::new(tenant.slug.clone());
    let busy = RwSignal::new(false);
    let back = move |restore: bool| {
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer: Result<Tenant, AppError> = match restore {
                true => admin_restore(slug.get_value()).await,
                false => admin_resume(slug.get_value()).await,
            };
            _ = busy.try_set(false);
            match answer {
                Ok(_) => {
                    toasts.ok("It is open again.");
                    reload.run(());
                }
                Err(error) => toasts.bad(&error.0),
            }
        });
    };
    let title = Signal::derive(move || match act.get() {
        Act::Suspend => "Suspend the workspace".to_owned(),
        Act::Delete => "Delete the workspace".to_owned(),
    });
    let (suspended, deleting) = (tenant.suspended, tenant.delete_ms.is_some());
    let tenant = StoredValue::new(tenant);
    view! {
        <Card title=Signal::stored("Suspend or delete".to_owned())>
            <p class="hint">
                {format!(
                    "A suspended workspace lets in neither people, programs nor devices, and keeps what it has. A deleted one is suspended for {GRACE_DAYS} days, in which it can be restored; then it is gone with all that it holds.",
                )}
            </p>
            <FormActions>
                {(!suspended).then(|| view! { <Button on_click=move || ask(Act::Suspend)>"Suspend…"</Button> })}
                {(suspended && !deleting)
                    .then(|| view! { <Button busy on_click=move || back(false)>"Resume"</Button> })}
                {deleting
                    .then(|| {
                        view! {
                            <Button kind=ButtonKind::Primary busy on_click=move || back(true)>
                                "Restore"
                            </Button>
                        }
                    })}
                {(!deleting)
                    .then(|| {
                        view! {
                            <Button kind=ButtonKind::Danger on_click=move || ask(Act::Delete)>
                                "Delete…"
                            </Button>
                        }
                    })}
            </FormActions>
            <Dialog open title>
                {move || view! { <ShutForm tenant=tenant.get_value() act=act.get() open reload /> }}
            </Dialog>
        </Card>
    }
    .into_any()
}

#[component]
fn ShutForm(tenant: Tenant, act: Act, open: RwSignal<bool>, reload: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let attempt = Attempt::new();
    let (reason, name) = (RwSignal::new(tenant.reason.clone()), RwSignal::new(String::new()));
    let slug = tenant.slug.clone();
    let submit = move || {
        let (reason, name) = (reason.get_untracked(), name.get_untracked());
        let checked = model::tenant::reason(&reason)
            .map(|_| ())
            .map_err(|message| model::Problem::field(model::Code::Invalid, "reason", message));
        let slug = slug.clone();
        let call = async move {
            match act {
                Act::Suspend => admin_suspend(slug, reason).await,
                Act::Delete => admin_delete(slug, name, reason).await,
            }
        };
        attempt.run(checked, call, move |_: Tenant| {
            toasts.ok(match act {
                Act::Suspend => "It is suspended; its devices are cut off.",
                Act::Delete => "It will be deleted; until then it can be restored.",
            });
            open.set(false);
            reload.run(());
        });
    };
    let meant = format!("Type “{}” to say that it is meant", tenant.name);
    view! {
        <Form on_submit=submit label="Suspend or delete">
            <TextArea
                label="Why? The people of the workspace read it"
                name="reason"
                value=reason
                error=attempt.error("reason", reason)
            />
            {(act == Act::Delete)
                .then(|| {
                    view! { <Field label=meant name="name" value=name error=attempt.error("name", name) /> }
                })}
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Danger submit=true busy=attempt.busy()>
                    {match act {
                        Act::Suspend => "Suspend",
                        Act::Delete => "Delete after the grace time",
                    }}
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}
