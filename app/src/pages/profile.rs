//! The profile of whoever is signed in: name, looks, time zone, address, password,
//! second factor, sessions, and the way out.

mod about;
mod address;
mod password;
mod sessions;
mod two_factor;
mod zones;

pub(crate) use zones::browser_zone;

use crate::layout::{Crumb, PageHead, Shell};
use crate::session::use_me;
use about::About;
use address::ChangeAddress;
use leptos::prelude::*;
use password::ChangePassword;
use sessions::Sessions;
use two_factor::TwoFactorCard;

/// `/profile`
#[component]
pub fn ProfilePage() -> impl IntoView {
    let me = use_me();
    // The forms keep what is typed when a saved part comes back.
    let person = me.get_untracked().map(|me| me.person);
    view! {
        <Shell crumbs=vec![Crumb::here("Profile")]>
            <PageHead title="Profile" />
            {person
                .map(|person| {
                    view! {
                        <div class="settings">
                            <About person=person.clone() />
                            <ChangeAddress email=person.email.clone() />
                            <ChangePassword email=person.email />
                            <TwoFactorCard />
                            <Sessions />
                            <SignOut />
                        </div>
                    }
                })}
        </Shell>
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
