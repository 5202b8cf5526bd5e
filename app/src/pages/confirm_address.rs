//! Where the link leads that was mailed to a new address: pressing the button there changes it. Opening the page changes
//! nothing, since mail programs open links by themselves.

use super::attempt::{Attempt, Refusal};
use super::entrance::EntranceLayout;
use crate::api::account::{confirm_email, look_at_email};
use crate::session::use_session;
use crate::ui::{Button, ButtonKind, Form, LinkButton, Skeleton};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// `/confirm-address/:link`
#[component]
pub fn ConfirmAddressPage() -> impl IntoView {
    let link = use_params_map().with_untracked(|p| p.get("link")).unwrap_or_default();
    let asked = link.clone();
    let address = Resource::new(move || asked.clone(), look_at_email);
    view! {
        <Transition fallback=|| view! { <Skeleton rows=3 /> }>
            {move || {
                let link = link.clone();
                Suspend::new(async move {
                    match address.await {
                        Ok(address) => view! { <Confirmation link address /> }.into_any(),
                        Err(error) => view! {
                            <EntranceLayout title="This link doesn't work" text=error.0.sentence().to_owned()>
                                <div class="entrance-actions">
                                    <LinkButton href="/profile" kind=ButtonKind::Primary>
                                        "To your profile"
                                    </LinkButton>
                                </div>
                            </EntranceLayout>
                        }
                        .into_any(),
                    }
                })
            }}
        </Transition>
    }
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
