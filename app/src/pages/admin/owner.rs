//! Inviting the owner of a workspace in which nobody is yet.

use crate::api::admin::admin_invite_owner;
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{Button, ButtonKind, Card, Code, Field, Form, FormActions, use_toasts};
use leptos::prelude::*;
use model::check::{self, Check};
use model::tenant::Tenant;

#[component]
pub(super) fn InviteOwner(tenant: Tenant) -> impl IntoView {
    let toasts = use_toasts();
    let attempt = Attempt::new();
    let owner = RwSignal::new(tenant.owner.clone());
    let link = RwSignal::new(None::<String>);
    let slug = StoredValue::new(tenant.slug);
    let submit = move || {
        let given = owner.get_untracked();
        let mut checked = Check::default();
        checked.field("owner", check::email(&given));
        attempt.run(checked.done(), admin_invite_owner(slug.get_value(), given), move |made| {
            toasts.ok("The invitation is on its way. Earlier ones are worth nothing.");
            link.set(Some(made));
        });
    };
    view! {
        <Card title=Signal::stored("Nobody is in it yet".to_owned())>
            <Form on_submit=submit label="Invite the owner">
                <Field
                    label="Owner's e-mail address"
                    name="owner"
                    kind="email"
                    value=owner
                    error=attempt.error("owner", owner)
                    hint="They are invited to administer the workspace; an earlier invitation is worth nothing then."
                />
                <Refusal attempt />
                {move || {
                    link.get()
                        .map(|link| {
                            view! {
                                <div class="field">
                                    <span class="label">"Invitation, shown this once"</span>
                                    <Code text=Signal::stored(link) />
                                </div>
                            }
                        })
                }}
                <FormActions>
                    <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                        "Invite"
                    </Button>
                </FormActions>
            </Form>
        </Card>
    }
    .into_any()
}
