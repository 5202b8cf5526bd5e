//! Asking for a link by mail. What is said afterwards is the same whether the address is known or not.

use super::attempt::{Attempt, Refusal};
use super::entrance::EntranceLayout;
use crate::api::AppError;
use crate::ui::{Button, ButtonKind, Field, Form};
use leptos::prelude::*;
use model::check::{self, Check};

/// A form for an address, then what became of it.
#[component]
pub(super) fn MailedLink<F, Asked>(
    title: &'static str,
    text: &'static str,
    label: &'static str,
    /// Asks for the link.
    ask: F,
    /// What is said when the mail is on its way to this address.
    sent: fn(&str) -> String,
    /// What stands below the form.
    foot: fn() -> AnyView,
) -> impl IntoView
where
    F: Fn(String) -> Asked + Copy + Send + Sync + 'static,
    Asked: Future<Output = Result<(), AppError>> + 'static,
{
    let attempt = Attempt::new();
    let email = RwSignal::new(String::new());
    let asked = RwSignal::new(false);
    let submit = move || {
        let given = email.get_untracked();
        let mut checked = Check::default();
        checked.field("email", check::email(&given));
        attempt.run(checked.done(), ask(given), move |()| _ = asked.try_set(true));
    };
    move || match asked.get() {
        true => view! {
            <EntranceLayout title="Look into your mailbox" text=sent(email.get_untracked().trim())>
                <p class="entrance-note">
                    <a href="/sign-in">"Back to the sign-in"</a>
                </p>
            </EntranceLayout>
        }
        .into_any(),
        false => view! {
            <EntranceLayout title text>
                <Form on_submit=submit label>
                    <Field
                        label="E-mail"
                        name="email"
                        kind="email"
                        autocomplete="username"
                        autofocus=true
                        value=email
                        error=attempt.error("email", email)
                    />
                    <Refusal attempt />
                    <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                        "Mail me a link"
                    </Button>
                </Form>
                <p class="entrance-note">{foot()}</p>
            </EntranceLayout>
        }
        .into_any(),
    }
}
