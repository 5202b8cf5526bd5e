//! A forgotten password: asking for a link, and setting another password by it. Whether an address is known is never
//! said.

use super::attempt::{Attempt, Refusal};
use super::entrance::{EntranceLayout, by_link};
use super::mailed_link::MailedLink;
use crate::api::account::{forgot_password, look_at_reset, reset_password};
use crate::ui::{Button, ButtonKind, Field, Form, LinkButton};
use leptos::prelude::*;
use model::check::{self, Check};

/// `/forgot`
#[component]
pub fn ForgotPage() -> impl IntoView {
    let sent = |email: &str| {
        format!(
            "If somebody has an account with {email}, a link for a new password is on its way there. It works once, within an hour."
        )
    };
    view! {
        <MailedLink
            title="A new password"
            text="Give the address that you sign in with. A link will be mailed to it."
            label="Ask for a new password"
            ask=forgot_password
            sent
            foot=|| view! { <a href="/sign-in">"Back to the sign-in"</a> }.into_any()
        />
    }
}

/// `/reset/:link`
#[component]
pub fn ResetPage() -> impl IntoView {
    by_link(look_at_reset, "This link doesn't work", ("/forgot", "Ask for a new link"), |link, ()| {
        view! { <NewPassword link /> }.into_any()
    })
}

#[component]
fn NewPassword(link: String) -> impl IntoView {
    let attempt = Attempt::new();
    let new = RwSignal::new(String::new());
    let done = RwSignal::new(false);
    let link = StoredValue::new(link);
    let submit = move || {
        let wanted = new.get_untracked();
        let mut checked = Check::default();
        checked.field("new", check::password(&wanted));
        attempt
            .run(checked.done(), reset_password(link.get_value(), wanted), move |()| _ = done.try_set(true));
    };
    move || {
        match done.get() {
        true => view! {
            <EntranceLayout title="Your password is set" text="All browsers were signed out. Sign in with the new password.">
                <div class="entrance-actions">
                    <LinkButton href="/sign-in" kind=ButtonKind::Primary>
                        "Sign in"
                    </LinkButton>
                </div>
            </EntranceLayout>
        }
        .into_any(),
        false => view! {
            <EntranceLayout title="Set a new password">
                <Form on_submit=submit label="Set a new password">
                    <Field
                        label="New password"
                        name="new"
                        kind="password"
                        autocomplete="new-password"
                        autofocus=true
                        hint=format!("{} characters or more. All browsers are signed out.", check::PASSWORD_MIN)
                        value=new
                        error=attempt.error("new", new)
                    />
                    <Refusal attempt />
                    <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                        "Set the password"
                    </Button>
                </Form>
            </EntranceLayout>
        }
        .into_any(),
    }
    }
}
