//! Where the link leads that was mailed to a new address: pressing the button there changes it. Opening the page changes
//! nothing, since mail programs open links by themselves.

use super::attempt::{Attempt, Refusal};
use super::entrance::{EntranceLayout, by_link};
use crate::api::account::{confirm_email, look_at_email};
use crate::session::use_session;
use crate::ui::{Button, ButtonKind, Form, LinkButton};
use leptos::prelude::*;

/// `/confirm-address/:link`
#[component]
pub fn ConfirmAddressPage() -> impl IntoView {
    by_link(look_at_email, "This link doesn't work", ("/profile", "To your profile"), |link, address| {
        view! { <Confirmation link address /> }.into_any()
    })
}

#[component]
fn Confirmation(link: String, address: String) -> impl IntoView {
    let (session, attempt) = (use_session(), Attempt::new());
    let done = RwSignal::new(None::<String>);
    let (link, address) = (StoredValue::new(link), StoredValue::new(address));
    let submit = move || {
        attempt.run(Ok(()), confirm_email(link.get_value()), move |address| {
            _ = done.try_set(Some(address));
            session.refresh();
        });
    };
    move || {
        match done.get() {
        Some(address) => view! {
            <EntranceLayout title="Your address is changed" text=format!("You sign in with {address} from now on.")>
                <div class="entrance-actions">
                    <LinkButton href="/" kind=ButtonKind::Primary>
                        "Go on"
                    </LinkButton>
                </div>
            </EntranceLayout>
        }
        .into_any(),
        None => view! {
            <EntranceLayout
                title="Confirm your address"
                text=format!("You will sign in with {} from now on.", address.get_value())
            >
                <Form on_submit=submit label="Confirm the address">
                    <Refusal attempt />
                    <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                        "Confirm the address"
                    </Button>
                </Form>
            </EntranceLayout>
        }
        .into_any(),
    }
    }
}
