//! The sign-in. What is wrong with the credentials is never said; how long to wait after too many attempts is.

use super::attempt::{Attempt, Refusal};
use super::entrance::EntranceLayout;
use crate::api::people::sign_in;
use crate::session::use_session;
use crate::ui::{Button, ButtonKind, Field, Form};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::check::Check;

/// `/sign-in?next=…`: the guard around it leads on as soon as someone is signed in.
#[component]
pub fn SignInPage() -> impl IntoView {
    let session = use_session();
    let attempt = Attempt::new();
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let came_for = use_query_map().with_untracked(|q| q.get("next").is_some());
    let submit = move || {
        let (mail, secret) = (email.get_untracked(), password.get_untracked());
        let check = Check::default()
            .that(!mail.trim().is_empty(), "email", "Give the e-mail address that you sign in with.")
            .that(!secret.is_empty(), "password", "Give your password.")
            .done();
        // Busy until the session is known: the guard then takes the form away.
        let call = async move {
            sign_in(mail, secret).await?;
            session.reload().await;
            Ok(())
        };
        attempt.run(check, call, |()| {});
    };
    let text = if came_for { "Sign in to go on to the page that you asked for." } else { "" };
    view! {
        <EntranceLayout title="Sign in" text=text>
            <Form on_submit=submit label="Sign in">
                <Field
                    label="E-mail"
                    name="email"
                    kind="email"
                    autocomplete="username"
                    autofocus=true
                    value=email
                    error=attempt.error("email", email)
                />
                <Field
                    label="Password"
                    name="password"
                    kind="password"
                    autocomplete="current-password"
                    value=password
                    error=attempt.error("password", password)
                />
                <Refusal attempt />
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Sign in"
                </Button>
            </Form>
            <p class="entrance-note">
                "No account, or no password any more? An administrator of your workspace can help."
            </p>
        </EntranceLayout>
    }
}
