//! What somebody sees in the place of a workspace's pages who hasn't signed in as it demands: the way to do it.

use super::entrance::EntranceLayout;
use super::profile::{PasskeysCard, TwoFactorCard};
use crate::session::{answer_with_status, use_me, use_session};
use crate::ui::{Button, ButtonKind, LinkButton};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};
use leptos_router::location::Url;
use model::sign_on::Barred;

/// The page in the place of every page of the workspace.
#[component]
pub fn BarredPage(why: Barred) -> impl IntoView {
    answer_with_status(why.code().status());
    match why {
        Barred::SignOn => view! { <BySignOn /> }.into_any(),
        Barred::SecondFactor => view! { <SecondFactor /> }.into_any(),
    }
}

#[component]
fn BySignOn() -> impl IntoView {
    let params = use_params_map();
    let here = use_location();
    let slug = move || params.with(|p| p.get("workspace")).unwrap_or_default();
    let href = Signal::derive(move || format!("/sso/{}?next={}", slug(), Url::escape(&here.pathname.get())));
    view! {
        <EntranceLayout
            title="Sign in by single sign-on"
            text="This workspace is entered by its own provider, not by a password. You stay signed in for the others until then."
        >
            <div class="entrance-actions">
                <LinkButton href kind=ButtonKind::Primary elsewhere=true>
                    "Go to single sign-on"
                </LinkButton>
                <LinkButton href="/workspaces">"All workspaces"</LinkButton>
            </div>
        </EntranceLayout>
    }
    .into_any()
}

#[component]
fn SecondFactor() -> impl IntoView {
    let session = use_session();
    let others = use_me().with_untracked(|me| me.as_ref().is_some_and(|me| me.memberships.len() > 1));
    view! {
        <EntranceLayout
            title="A second factor is needed"
            text="This workspace opens to those who sign in with more than a password. Set a second factor up here; where you have one already, sign out and in again with it."
        >
            <PasskeysCard />
            <TwoFactorCard />
            <div class="entrance-actions">
                <Button kind=ButtonKind::Primary on_click=move || session.refresh()>
                    "Go on to the workspace"
                </Button>
                {others.then(|| view! { <LinkButton href="/workspaces">"All workspaces"</LinkButton> })}
                <LinkButton href="/profile">"Profile"</LinkButton>
            </div>
        </EntranceLayout>
    }
    .into_any()
}
