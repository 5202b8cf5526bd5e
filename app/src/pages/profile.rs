//! The profile of whoever is signed in: name, looks, time zone, address, password,
//! passkeys, second factor, sessions, and the way out.

mod about;
mod address;
mod passkeys;
mod password;
mod recovery_codes;
mod sessions;
mod two_factor;
mod zones;

pub(crate) use passkeys::PasskeysCard;
pub(crate) use two_factor::TwoFactorCard;
pub(crate) use zones::browser_zone;

use crate::layout::{Crumb, PageHead, Shell};
use crate::session::use_me;
use about::About;
use address::ChangeAddress;
use leptos::prelude::*;
use password::ChangePassword;
use sessions::Sessions;

/// `/profile`
#[component]
pub fn ProfilePage() -> impl IntoView {
    let me = use_me();
    // The forms keep what is typed when a saved part comes back.
    let person = me.get_untracked().map(|me| me.person);
    let by_provider = me.with_untracked(|me| me.as_ref().is_some_and(|me| me.by_provider));
    view! {
        <Shell crumbs=vec![Crumb::here("Profile")]>
            <PageHead title="Profile" />
            {person
                .map(|person| {
                    view! {
                        <div class="settings">
                            <About person=person.clone() />
                            {match by_provider {
                                true => view! { <ByProvider /> }.into_any(),
                                false => {
                                    view! {
                                        <ChangeAddress email=person.email.clone() />
                                        <ChangePassword email=person.email />
                                        <PasskeysCard />
                                        <TwoFactorCard />
                                        <Sessions />
                                    }
                                        .into_any()
                                }
                            }}
                            <SignOut />
                        </div>
                    }
                })}
        </Shell>
    }
}

/// Who came by a workspace's provider looks after their account there.
#[component]
fn ByProvider() -> impl IntoView {
    use crate::ui::{Banner, BannerKind};
    view! {
        <Banner kind=BannerKind::Info>
            "You came by single sign-on, which reaches one workspace and not your account: name, address and password are looked after by its provider. Sign in with a password or a passkey, if you have one, for what belongs to the account."
        </Banner>
    }
}

#[component]
fn SignOut() -> impl IntoView {
    use crate::api::people::sign_out;
    use crate::pages::attempt::{Attempt, Refusal};
    use crate::ui::{Button, Card, Glyph};
    let session = crate::session::use_session();
    let attempt = Attempt::new();
    let leave = move || attempt.run(Ok(()), sign_out(), move |()| session.signed_out());
    view! {
        <Card title=Signal::stored("Sign out".to_owned())>
            <div class="settings-row">
                <p>"Ends the session of this browser; others that you have stay."</p>
                <Button icon=Glyph::SignOut busy=attempt.busy() on_click=leave>
                    "Sign out"
                </Button>
            </div>
            <Refusal attempt />
        </Card>
    }
}
