//! The sign-in: e-mail and password, then a code where the person wants one asked for. What is wrong with the credentials is
//! never said; how long to wait after too many attempts is.

use super::attempt::{Attempt, Refusal};
use super::entrance::EntranceLayout;
use crate::api::AppError;
use crate::api::passkeys::{ask_for_passkey, sign_in_with_passkey};
use crate::api::people::{sign_in, sign_in_with_code};
use crate::api::sign_up::sign_up_is_open;
use crate::passkeys;
use crate::session::use_session;
use crate::ui::{Banner, BannerKind, Button, ButtonKind, Field, Form};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::location::Url;
use model::account::Entered;
use model::check::Check;
use model::sign_on::SignOnFailure;
use model::{Code, Problem};

/// `/sign-in?next=…`: the guard around it leads on as soon as someone is signed in.
#[component]
pub fn SignInPage() -> impl IntoView {
    let code_wanted = RwSignal::new(false);
    move || match code_wanted.get() {
        false => view! { <Credentials code_wanted /> }.into_any(),
        true => view! { <SecondStep code_wanted /> }.into_any(),
    }
}

#[component]
fn Credentials(code_wanted: RwSignal<bool>) -> impl IntoView {
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
            let entered = sign_in(mail, secret).await?;
            if entered == Entered::In {
                session.reload().await;
            }
            Ok(entered)
        };
        attempt.run(check, call, move |entered| {
            if entered == Entered::CodeWanted {
                _ = code_wanted.try_set(true);
            }
        });
    };
    let refused =
        use_query_map().with_untracked(|q| q.get("refused").and_then(|word| SignOnFailure::from_word(&word)));
    let text = if came_for { "Sign in to go on to the page that you asked for." } else { "" };
    view! {
        <EntranceLayout title="Sign in" text=text>
            {refused.map(|why| view! { <Banner kind=BannerKind::Bad>{why.sentence()}</Banner> })}
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
            <ByPasskey />
            <p class="entrance-note">
                <a href="/forgot">"Forgot your password?"</a>
                " "
                <a href="/single-sign-on">"Single sign-on"</a>
                " No account? " <NoAccount />
            </p>
        </EntranceLayout>
    }
    .into_any()
}

/// A passkey in the place of what the form asks for.
#[component]
fn ByPasskey() -> impl IntoView {
    let session = use_session();
    let attempt = Attempt::new();
    let ask = move || {
        let call = async move {
            let options = ask_for_passkey().await?;
            let answer = passkeys::get(&options)
                .await
                .map_err(|why| AppError(Problem::with_detail(Code::WrongCredentials, why.sentence())))?;
            sign_in_with_passkey(answer).await?;
            session.reload().await;
            Ok(())
        };
        attempt.run(Ok(()), call, |()| {});
    };
    view! {
        <Button busy=attempt.busy() on_click=ask>
            "Use a passkey"
        </Button>
        <Refusal attempt />
    }
    .into_any()
}

/// `/single-sign-on`: which workspace's provider to go to.
#[component]
pub fn SingleSignOnPage() -> impl IntoView {
    let attempt = Attempt::new();
    let slug = RwSignal::new(String::new());
    let submit = move || {
        let name = slug.get_untracked().trim().to_lowercase();
        let check = Check::default()
            .that(!name.is_empty(), "workspace", "Give the name that stands in the workspace's address.")
            .done();
        attempt.run(check, async move { Ok(name) }, |name| {
            // The server leads on.
            _ = window().location().set_href(&format!("/sso/{}", Url::escape(&name)));
        });
    };
    view! {
        <EntranceLayout title="Single sign-on" text="Your organization's own sign-in leads you to its workspace.">
            <Form on_submit=submit label="Single sign-on">
                <Field
                    label="Workspace"
                    name="workspace"
                    mono=true
                    autofocus=true
                    value=slug
                    error=attempt.error("workspace", slug)
                    hint="What stands in its address behind /w/. Ask your administrators."
                />
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Go on"
                </Button>
            </Form>
            <p class="entrance-note">
                <a href="/sign-in">"Sign in with a password"</a>
            </p>
        </EntranceLayout>
    }
    .into_any()
}

/// What whoever has no account can do.
#[component]
fn NoAccount() -> impl IntoView {
    let open = Resource::new(|| (), |()| sign_up_is_open());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match open.await {
                    Ok(true) => view! { <a href="/sign-up">"Make one"</a> "." }.into_any(),
                    _ => "An administrator of a workspace can invite you.".into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn SecondStep(code_wanted: RwSignal<bool>) -> impl IntoView {
    let session = use_session();
    let attempt = Attempt::new();
    let code = RwSignal::new(String::new());
    let submit = move || {
        let given = code.get_untracked();
        let check = Check::default().that(!given.trim().is_empty(), "code", "Give the code.").done();
        let call = async move {
            sign_in_with_code(given).await?;
            session.reload().await;
            Ok(())
        };
        attempt.run(check, call, |()| {});
    };
    view! {
        <EntranceLayout
            title="One more step"
            text="Give the six digits that your authenticator app shows for Homeport, or one of your recovery codes. A passkey does too."
        >
            <Form on_submit=submit label="The second step of signing in">
                <Field
                    label="Code"
                    name="code"
                    autocomplete="one-time-code"
                    autofocus=true
                    mono=true
                    value=code
                    error=attempt.error("code", code)
                />
                <Refusal attempt />
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Sign in"
                </Button>
                <Button kind=ButtonKind::Ghost on_click=move || code_wanted.set(false)>
                    "Back"
                </Button>
            </Form>
            <ByPasskey />
        </EntranceLayout>
    }
    .into_any()
}
