//! Where the link of an invitation leads: whoever has an account joins with it, whoever is new makes one.

use super::attempt::{Attempt, Refusal};
use super::entrance::{EntranceLayout, WhosePassword, by_link};
use crate::api::members::{accept_invitation, join_by_invitation, look_at_invitation};
use crate::api::people::sign_out;
use crate::session::{use_me, use_session};
use crate::ui::{Button, ButtonKind, Facts, Field, Form, LinkButton};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use model::check::{self, Check};
use model::member::InvitationShown;
use model::workspace::Workspace;

/// `/invitation/:link`
#[component]
pub fn InvitationPage() -> impl IntoView {
    by_link(look_at_invitation, "This invitation doesn't work", ("/", "To the start"), |link, shown| {
        view! { <Invited link shown /> }.into_any()
    })
}

#[component]
fn Invited(link: String, shown: InvitationShown) -> impl IntoView {
    let me = use_me();
    let email = StoredValue::new(shown.email.clone());
    let known = shown.known;
    let link = StoredValue::new(link);
    view! {
        <EntranceLayout title=format!("Join “{}”", shown.workspace) text=format!("{} invites you.", shown.invited_by)>
            <Facts>
                <dt>"Invited"</dt>
                <dd>{shown.email}</dd>
                <dt>"Role"</dt>
                <dd>{shown.role}</dd>
            </Facts>
            {move || match me.get() {
                Some(me) => view! { <JoinAs link=link.get_value() email=me.person.email /> }.into_any(),
                None if known => {
                    view! {
                        <p>"You have an account with this address already."</p>
                        <div class="entrance-actions">
                            <LinkButton
                                href=format!("/sign-in?next=/invitation/{}", link.get_value())
                                kind=ButtonKind::Primary
                            >
                                "Sign in to join"
                            </LinkButton>
                        </div>
                    }
                        .into_any()
                }
                None => view! { <NewAccount link=link.get_value() email=email.get_value() /> }.into_any(),
            }}
        </EntranceLayout>
    }
    .into_any()
}

#[component]
fn JoinAs(link: String, email: String) -> impl IntoView {
    let (session, attempt, leaving) = (use_session(), Attempt::new(), Attempt::new());
    let joined = use_joined();
    let submit = move || {
        let (call, joined) = (accept_invitation(link.clone()), joined.clone());
        let call = async move {
            let workspace = call.await?;
            session.reload().await;
            joined(workspace);
            Ok(())
        };
        attempt.run(Ok(()), call, |()| {});
    };
    let leave = move || leaving.run(Ok(()), sign_out(), move |()| session.signed_out());
    view! {
        <Form on_submit=submit label="Join the workspace">
            <Refusal attempt />
            <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                {format!("Join as {email}")}
            </Button>
            <Button kind=ButtonKind::Ghost busy=leaving.busy() on_click=leave>
                "Use another account"
            </Button>
        </Form>
    }
    .into_any()
}

#[component]
fn NewAccount(link: String, email: String) -> impl IntoView {
    let (session, attempt) = (use_session(), Attempt::new());
    let (name, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let joined = use_joined();
    let submit = move || {
        let (called, secret) = (name.get_untracked(), password.get_untracked());
        let mut checked = Check::default();
        if called.trim().is_empty() {
            checked.that(false, "name", "Say what others shall call you.");
        } else {
            checked.field("name", check::name(&called));
        }
        checked.field("password", check::password(&secret));
        let (call, joined) = (join_by_invitation(link.clone(), called, secret), joined.clone());
        let call = async move {
            let workspace = call.await?;
            session.reload().await;
            joined(workspace);
            Ok(())
        };
        attempt.run(checked.done(), call, |()| {});
    };
    view! {
        <Form on_submit=submit label="Make an account and join">
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
            <Refusal attempt />
            <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                "Make an account and join"
            </Button>
        </Form>
    }
    .into_any()
}

/// Leads into the workspace that somebody has joined. Called within the attempt: once the session is known, its form is
/// gone.
fn use_joined() -> impl Fn(Workspace) + Clone + Send + Sync + 'static {
    let navigate = use_navigate();
    move |workspace: Workspace| navigate(&format!("/w/{}/devices", workspace.slug), Default::default())
}
