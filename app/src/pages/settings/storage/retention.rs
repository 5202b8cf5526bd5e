//! How long telemetry is kept; a shorter time says first what it deletes.

use crate::api::storage::{retention_dooms, set_retention};
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::{use_session, use_slug};
use crate::ui::value::{bytes, count};
use crate::ui::{Button, ButtonKind, Card, Confirm, Field, Form, FormActions, use_toasts};
use leptos::prelude::*;
use model::check::Check;
use model::storage::{Doomed, RETENTION_DAYS_MAX};
use model::workspace::Workspace;

#[component]
pub(super) fn RetentionCard(days: i32, #[prop(into)] on_set: Callback<()>) -> impl IntoView {
    let (session, slug, toasts) = (use_session(), use_slug(), use_toasts());
    let attempt = Attempt::new();
    let kept = RwSignal::new(days);
    let text = RwSignal::new(days.to_string());
    let asking = RwSignal::new(false);
    let doomed = RwSignal::new(Doomed::default());
    let wanted = move || text.get().trim().parse::<i32>().ok();
    let same = Signal::derive(move || wanted() == Some(kept.get()));
    let set = Callback::new(move |()| {
        let Some(days) = wanted() else { return };
        attempt.run(Ok(()), set_retention(slug.get_untracked(), days), move |workspace: Workspace| {
            _ = asking.try_set(false);
            kept.set(workspace.retention_days);
            toasts.ok(format!("Telemetry is kept for {} days.", workspace.retention_days));
            session.set_workspace(workspace);
            on_set.try_run(());
        });
    });
    let submit = move || {
        if same.get_untracked() {
            return;
        }
        let days = untrack(wanted).unwrap_or_default();
        let mut check = Check::default();
        let message = format!("A number of days, between 1 and {RETENTION_DAYS_MAX}.");
        check.that((1..=RETENTION_DAYS_MAX).contains(&days), "days", message);
        attempt.run(check.done(), retention_dooms(slug.get_untracked(), days), move |found: Doomed| {
            if found.points == 0 {
                set.run(());
            } else {
                doomed.set(found);
                asking.set(true);
            }
        });
    };
    view! {
        <Card title=Signal::stored("Retention".to_owned())>
            <Form on_submit=submit label="Retention">
                <Field
                    label="Days that telemetry is kept"
                    name="days"
                    value=text
                    kind="number"
                    error=attempt.error("days", text)
                    hint="What is older is deleted every quarter of an hour, whole days (UTC) at a time."
                />
                <Refusal attempt />
                <FormActions>
                    <Button kind=ButtonKind::Primary submit=true busy=attempt.busy() disabled=same>
                        "Save"
                    </Button>
                </FormActions>
            </Form>
            <Confirm
                open=asking
                title="Delete what is older?"
                action="Delete and keep less"
                danger=true
                on_confirm=set
                busy=attempt.busy()
            >
                <p>
                    {move || {
                        let Doomed { points, bytes: size } = doomed.get();
                        format!(
                            "{} values ({}) are older than that. They are deleted soon after, and can't be brought back.",
                            count(points),
                            bytes(size),
                        )
                    }}
                </p>
            </Confirm>
        </Card>
    }
    .into_any()
}
