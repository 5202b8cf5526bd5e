//! Another password; the present one proves who asks.

use crate::api::people::change_password;
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{Button, Card, Field, Form, FormActions, use_toasts};
use leptos::prelude::*;
use model::check::{self, Check};

/// The card with the form.
#[component]
pub(super) fn ChangePassword(email: String) -> impl IntoView {
    let toasts = use_toasts();
    let attempt = Attempt::new();
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move || {
        let (old, wanted) = (current.get_untracked(), new.get_untracked());
        let mut checked = Check::default();
        checked.that(!old.is_empty(), "current", "Give the password that you have now.");
        checked.field("new", check::password(&wanted));
        attempt.run(checked.done(), change_password(old, wanted), move |()| {
            current.set(String::new());
            new.set(String::new());
            toasts.ok("Changed your password");
        });
    };
    view! {
        <Card title=Signal::stored("Password".to_owned())>
            <Form on_submit=submit label="Change your password">
                // Password keepers want to know whose password changes.
                <input type="text" name="username" autocomplete="username" value=email class="visually-hidden" tabindex="-1" aria-hidden="true" readonly />
                <Field
                    label="Current password"
                    name="current"
                    kind="password"
                    autocomplete="current-password"
                    value=current
                    error=attempt.error("current", current)
                />
                <Field
                    label="New password"
                    name="new"
                    kind="password"
                    autocomplete="new-password"
                    hint=format!("{} characters or more. Other browsers are signed out.", check::PASSWORD_MIN)
                    value=new
                    error=attempt.error("new", new)
                />
                <Refusal attempt />
                <FormActions>
                    <Button submit=true busy=attempt.busy()>
                        "Change password"
                    </Button>
                </FormActions>
            </Form>
        </Card>
    }
}
