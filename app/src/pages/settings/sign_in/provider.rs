//! The form for the provider.

use super::groups::{Groups, Lines};
use crate::api::sign_on::{remove_sign_on_provider, set_sign_on_provider};
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::use_slug;
use crate::ui::{
    Button, ButtonKind, Card, Confirm, Field, Form, FormActions, LinkButton, Select, use_toasts,
};
use leptos::prelude::*;
use model::member::Choices;
use model::role::RoleId;
use model::sign_on::{Provider, ProviderDraft, SignOn};

#[component]
pub(super) fn ProviderCard(rules: SignOn, choices: Choices, again: Callback<()>) -> impl IntoView {
    let (slug, toasts, attempt) = (use_slug(), use_toasts(), Attempt::new());
    let there = rules.provider.is_some();
    let kept = rules.provider.unwrap_or_default();
    let lines = Lines::of(&kept.groups);
    let text = |text: &str| RwSignal::new(text.to_owned());
    let (issuer, client_id) = (text(&kept.issuer), text(&kept.client_id));
    let (secret, scopes) = (text(""), text(&kept.scopes));
    let (domains, group_claim) = (text(&kept.domains.join(", ")), text(&kept.group_claim));
    let others = text(kept.others.as_ref().map(|role| role.0.as_str()).unwrap_or_default());
    let everybody: Vec<(String, String)> =
        std::iter::once((String::new(), "Nothing: they don't get in".to_owned()))
            .chain(choices.roles.iter().map(|role| (role.id.0.clone(), role.name.clone())))
            .collect();
    let groups_error = RwSignal::new(String::new());
    let submit = move || {
        let provider = Provider {
            issuer: issuer.get_untracked(),
            client_id: client_id.get_untracked(),
            scopes: scopes.get_untracked(),
            domains: domains.with_untracked(|text| text.split([',', ' ', '\n']).map(str::to_owned).collect()),
            group_claim: group_claim.get_untracked(),
            groups: lines.rules(),
            others: Some(others.get_untracked()).filter(|role| !role.is_empty()).map(RoleId),
        };
        let secret = Some(secret.get_untracked()).filter(|secret| !secret.is_empty() || !rules.has_secret);
        let draft = ProviderDraft { provider, secret };
        let checked = draft.clone().checked().map(|_| ());
        attempt.run(checked, set_sign_on_provider(slug.get_untracked(), draft), move |_| {
            toasts.ok("The provider is kept. Try it before everybody must come by it.");
            again.try_run(());
        });
    };
    let hint = if rules.has_secret {
        "One is kept. Leave it empty to keep that."
    } else {
        "Empty where it gave none."
    };
    view! {
        <Card title=Signal::stored("Single sign-on".to_owned())>
            <Form on_submit=submit label="Single sign-on">
                <p class="hint">
                    "By OpenID Connect. Give the provider this address to send people back to: "
                    <code class="mono">{move || format!("{}/sso/callback", origin())}</code>
                </p>
                <Field
                    label="Address of the provider"
                    name="issuer"
                    value=issuer
                    error=attempt.error("issuer", issuer)
                    hint="Its issuer, below which /.well-known/openid-configuration lies."
                />
                <Field label="Client id" name="client_id" value=client_id error=attempt.error("client_id", client_id) />
                <Field
                    label="Client secret"
                    name="secret"
                    kind="password"
                    autocomplete="off"
                    value=secret
                    error=attempt.error("secret", secret)
                    hint=hint
                />
                <Field
                    label="Domains of e-mail"
                    name="domains"
                    value=domains
                    error=attempt.error("domains", domains)
                    hint="Whose addresses it may vouch for, with commas between: example.com"
                />
                <Field
                    label="Claim that holds groups"
                    name="group_claim"
                    value=group_claim
                    error=attempt.error("group_claim", group_claim)
                    hint="Often groups or roles; empty where groups count for nothing."
                />
                <Field
                    label="Further scopes"
                    name="scopes"
                    value=scopes
                    error=attempt.error("scopes", scopes)
                    hint="What the provider wants to be asked for its groups, beside openid, email and profile."
                />
                <Groups lines choices error=attempt.error("groups", groups_error) />
                <Select
                    label="What everybody else becomes"
                    name="others"
                    value=others
                    options=Signal::stored(everybody)
                    error=attempt.error("others", others)
                    hint="People come in without an invitation, and count as others do."
                />
                <Refusal attempt />
                <FormActions>
                    {there.then(|| view! { <Remove again /> })}
                    {there
                        .then(|| {
                            view! {
                                <LinkButton href=Signal::derive(move || format!("/sso/{}", slug.get())) elsewhere=true>
                                    "Try it"
                                </LinkButton>
                            }
                        })}
                    <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                        "Save"
                    </Button>
                </FormActions>
            </Form>
        </Card>
    }
    .into_any()
}

#[component]
fn Remove(again: Callback<()>) -> impl IntoView {
    let (slug, toasts, attempt) = (use_slug(), use_toasts(), Attempt::new());
    let asking = RwSignal::new(false);
    let remove = move |()| {
        attempt.run(Ok(()), remove_sign_on_provider(slug.get_untracked()), move |()| {
            _ = asking.try_set(false);
            toasts.ok("Single sign-on is off");
            again.try_run(());
        });
    };
    view! {
        <Button kind=ButtonKind::Danger on_click=move || asking.set(true)>
            "Remove"
        </Button>
        <Confirm
            open=asking
            title="Remove the provider?"
            action="Remove it"
            danger=true
            on_confirm=remove
            busy=attempt.busy()
        >
            <p>
                "People come by their passwords again. Who never had one sets it by “Forgot your password?” at the sign-in."
            </p>
            <Refusal attempt />
        </Confirm>
    }
    .into_any()
}

/// Where the pages are, as this browser knows it.
fn origin() -> String {
    #[cfg(not(feature = "ssr"))]
    {
        window().location().origin().unwrap_or_default()
    }
    #[cfg(feature = "ssr")]
    {
        use_context::<domain::Homeport>().map(|homeport| homeport.origin().to_owned()).unwrap_or_default()
    }
}
