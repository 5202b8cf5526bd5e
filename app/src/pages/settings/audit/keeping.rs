//! How long entries are kept.

use crate::api::audit::set_audit_days;
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::{use_slug, use_workspace};
use crate::ui::{Button, Card, Field, Form, FormActions, use_toasts};
use leptos::prelude::*;
use model::audit::AUDIT_DAYS_MAX;
use model::check::Check;
use model::permission::Permission;

#[component]
pub(super) fn Keeping(days: i32) -> impl IntoView {
    let (slug, toasts, attempt) = (use_slug(), use_toasts(), Attempt::new());
    let workspace = use_workspace();
    let may =
        workspace.with_untracked(|w| w.as_ref().is_some_and(|w| w.role.allows(Permission::ManageWorkspace)));
    if !may {
        return view! { <p class="hint audit-kept">{format!("Entries are kept for {days} days.")}</p> }
            .into_any();
    }
    let (kept, text) = (RwSignal::new(days), RwSignal::new(days.to_string()));
    let wanted = move || text.get().trim().parse::<i32>().ok();
    let same = Signal::derive(move || wanted() == Some(kept.get()));
    let submit = move || {
        if same.get_untracked() {
            return;
        }
        let days = untrack(wanted).unwrap_or_default();
        let mut check = Check::default();
        let message = format!("A number of days, between 1 and {AUDIT_DAYS_MAX}.");
        check.that((1..=AUDIT_DAYS_MAX).contains(&days), "days", message);
        attempt.run(check.done(), set_audit_days(slug.get_untracked(), days), move |()| {
            kept.set(days);
            toasts.ok(format!("Entries of the audit log are kept for {days} days."));
        });
    };
    view! {
        <div class="settings audit-kept">
            <Card title=Signal::stored("Retention".to_owned())>
                <Form on_submit=submit label="Retention of the audit log">
                    <Field
                        label="Days that entries are kept"
                        name="days"
                        value=text
                        kind="number"
                        error=attempt.error("days", text)
                        hint="What is older is deleted every quarter of an hour, for good. Nobody can change or delete an entry before that."
                    />
                    <Refusal attempt />
                    <FormActions>
                        <Button submit=true busy=attempt.busy() disabled=same>
                            "Save"
                        </Button>
                    </FormActions>
                </Form>
            </Card>
        </div>
    }
    .into_any()
}
