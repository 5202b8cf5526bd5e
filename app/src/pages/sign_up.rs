//! Making an account by oneself: an address, a link in a mail, then name, password and a workspace. Whether an address is
//! known is never said.

use super::applications::ApplicationChoice;
use super::attempt::{Attempt, Refusal};
use super::entrance::{EntranceLayout, WhosePassword, by_link};
use super::mailed_link::MailedLink;
use crate::api::sign_up::{ask_to_sign_up, look_at_sign_up, sign_up, sign_up_is_open};
use crate::session::use_session;
use crate::ui::{Button, ButtonKind, Field, Form, LinkButton};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use model::application::BLANK;
use model::check::{self, Check};

/// `/sign-up`
#[component]
pub fn SignUpPage() -> impl IntoView {
    let open = Resource::new(|| (), |()| sign_up_is_open());
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match open.await {
                    Ok(true) => view! { <Ask /> }.into_any(),
                    _ => {
                        view! {
                            <EntranceLayout
                                title="By invitation only"
                                text="Nobody makes an account by themselves here. An administrator of a workspace can invite you."
                            >
                                <div class="entrance-actions">
                                    <LinkButton href="/sign-in" kind=ButtonKind::Primary>
                                        "Sign in"
                                    </LinkButton>
                                </div>
                            </EntranceLayout>
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

#[component]
fn Ask() -> impl IntoView {
    view! {
        <MailedLink
            title="Make an account"
            text="Give your address. A link will be mailed to it."
            label="Make an account"
            ask=ask_to_sign_up
            sent=|email| format!("A mail is on its way to {email}. Its link works once, within a day.")
            foot=|| view! { "You have an account? " <a href="/sign-in">"Sign in"</a> }.into_any()
        />
    }
}

/// `/sign-up/:link`
#[component]
pub fn NewAccountPage() -> impl IntoView {
    by_link(look_at_sign_up, "This link doesn't work", ("/sign-up", "Ask for a new link"), |link, email| {
        view! { <NewAccount link email /> }.into_any()
    })
}

#[component]
fn NewAccount(link: String, email: String) -> impl IntoView {
    let (session, attempt, navigate) = (use_session(), Attempt::new(), use_navigate());
    let (name, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let workspace = RwSignal::new(String::new());
    let application = RwSignal::new(BLANK.to_owned());
    let submit = move || {
        let (called, secret) = (name.get_untracked(), password.get_untracked());
        let place = workspace.get_untracked();
        let mut checked = Check::default();
        checked.field("name", check::name(&called));
        checked.field("password", check::password(&secret));
        checked.field("workspace", check::name(&place));
        let furnished = application.get_untracked();
        let (call, navigate) = (sign_up(link.clone(), called, secret, place, furnished), navigate.clone());
        let call = async move {
            let made = call.await?;
            session.reload().await;
            navigate(&format!("/w/{}/devices", made.slug), Default::default());
            Ok(())
        };
        attempt.run(checked.done(), call, |()| {});
    };
    view! {
        <EntranceLayout title="Make your account" text=format!("You sign in with {email} from now on.")>
            <Form on_submit=submit label="Make your account">
                <WhosePassword email />
                <Field
                    label="Your name"
                    name="name"
                    autocomplete="name"
                    autofocus=true
                    value=name
                    error=attempt.error("name", name)
                />
                <Field
                    label="Password"
                    name="password"
                    kind="password"
                    autocomplete="new-password"
                    hint=format!("{} characters or more.", check::PASSWORD_MIN)
                    value=password
                    error=attempt.error("password", password)
                />
                <Field
                    label="Name of your workspace"
                    name="workspace"
                    value=workspace
                    error=attempt.error("workspace", workspace)
                    hint="Your devices and their data live in it; you can rename it."
                />
                <ApplicationChoice value=application />
                <Refusal attempt />
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Make the account"
                </Button>
            </Form>
        </EntranceLayout>
    }
    .into_any()
}
