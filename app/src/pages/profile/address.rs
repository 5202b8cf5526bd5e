//! Another e-mail address: asked for here, confirmed by a link that is mailed to it.

use crate::api::account::change_email;
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{Banner, BannerKind, Button, Card, Field, Form, FormActions};
use leptos::prelude::*;
use model::check::{self, Check};

/// The card with the form.
#[component]
pub(super) fn ChangeAddress(email: String) -> impl IntoView {
    let attempt = Attempt::new();
    let (new, current) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let mailed = RwSignal::new(None::<String>);
    let submit = move || {
        let (wanted, password) = (new.get_untracked(), current.get_untracked());
        let mut checked = Check::default();
        let address = checked.field("email", check::email(&wanted));
        checked.that(!password.is_empty(), "current", "Give the password that you have now.");
        attempt.run(checked.done(), change_email(wanted, password), move |()| {
            _ = mailed.try_set(address);
            new.set(String::new());
            current.set(String::new());
        });
    };
    view! {
        <Card title=Signal::stored("E-mail".to_owned())>
            <Form on_submit=submit label="Change your e-mail address">
                <p>"You sign in with " <strong>{email}</strong> "."</p>
                {move || {
                    mailed
                        .get()
                        .map(|address| {
                            let text = format!("A link is on its way to {address}. Your address changes once you open it there.");
                            view! { <Banner kind=BannerKind::Good>{text}</Banner> }
                        })
                }}
                <Field
                    label="New e-mail"
                    name="email"
                    kind="email"
                    autocomplete="email"
                    value=new
                    error=attempt.error("email", new)
                />
                <Field
                    label="Your password"
                    name="current"
                    kind="password"
                    autocomplete="current-password"
                    value=current
                    error=attempt.error("current", current)
                />
                <Refusal attempt />
                <FormActions>
                    <Button submit=true busy=attempt.busy()>
                        "Mail a link to it"
                    </Button>
                </FormActions>
            </Form>
        </Card>
    }
    .into_any()
}
