//! What is demanded of everybody: the provider's word, a second factor.

use crate::api::sign_on::{demand_second_factor, enforce_sign_on};
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::{use_me, use_session, use_slug};
use crate::ui::{
    Banner, BannerKind, Button, ButtonKind, Card, Checkbox, Form, FormActions, Select, use_toasts,
};
use leptos::prelude::*;
use model::PersonId;
use model::member::Member;
use model::role::BuiltIn;
use model::sign_on::SignOn;

#[component]
pub(super) fn EnforceCard(rules: SignOn, people: Vec<Member>, again: Callback<()>) -> impl IntoView {
    let (slug, toasts, attempt) = (use_slug(), use_toasts(), Attempt::new());
    let me = use_me().with_untracked(|me| me.as_ref().map(|me| me.person.id));
    let enforced = RwSignal::new(rules.enforced);
    let chosen = rules.break_glass.or(me).map(|id| id.to_string()).unwrap_or_default();
    let break_glass = RwSignal::new(chosen);
    let administrators: Vec<(String, String)> = people
        .into_iter()
        .filter(|person| person.role.id.built_in() == Some(BuiltIn::Administrator))
        .map(|person| (person.person.to_string(), format!("{} ({})", person.name, person.email)))
        .collect();
    let submit = move || {
        let who = break_glass.get_untracked().parse().ok().map(PersonId);
        let asked = enforce_sign_on(slug.get_untracked(), enforced.get_untracked(), who);
        attempt.run(Ok(()), asked, move |now| {
            toasts.ok(match now.enforced {
                true => "Everybody comes by single sign-on from now on",
                false => "Passwords open the workspace too",
            });
            again.try_run(());
        });
    };
    view! {
        <Card title=Signal::stored("Single sign-on alone".to_owned())>
            <Form on_submit=submit label="Single sign-on alone">
                {(!rules.proved)
                    .then(|| {
                        view! {
                            <Banner kind=BannerKind::Info>
                                "Nobody has come by this provider yet. Try it first: a mistake would lock everybody out."
                            </Banner>
                        }
                    })}
                <Checkbox
                    label="People come by single sign-on alone"
                    name="enforced"
                    value=enforced
                    hint="Who is in by a password is asked to come by the provider. API tokens and devices stay as they are."
                />
                <Select
                    label="Who gets in with a password nevertheless"
                    name="break_glass"
                    value=break_glass
                    options=Signal::stored(administrators)
                    error=attempt.error("break_glass", break_glass)
                    hint="One administrator, should the provider fail. They should have a second factor."
                />
                <Refusal attempt />
                <FormActions>
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
pub(super) fn SecondFactorCard(demanded: bool) -> impl IntoView {
    let (slug, toasts, attempt) = (use_slug(), use_toasts(), Attempt::new());
    let session = use_session();
    let (kept, value) = (RwSignal::new(demanded), RwSignal::new(demanded));
    let same = Signal::derive(move || kept.get() == value.get());
    let submit = move || {
        if same.get_untracked() {
            return;
        }
        attempt.run(Ok(()), demand_second_factor(slug.get_untracked(), value.get_untracked()), move |now| {
            _ = kept.try_set(now.second_factor);
            toasts.ok(match now.second_factor {
                true => "A second factor is demanded of everybody",
                false => "A password is enough again",
            });
            session.refresh();
        });
    };
    view! {
        <Card title=Signal::stored("Second factor".to_owned())>
            <Form on_submit=submit label="Second factor">
                <Checkbox
                    label="Everybody signs in with a second factor"
                    name="second_factor"
                    value=value
                    hint="Who has none is led to set one up, and reaches nothing here until then; you too. Who comes by single sign-on has shown it to the provider."
                />
                <Refusal attempt />
                <FormActions>
                    <Button kind=ButtonKind::Primary submit=true busy=attempt.busy() disabled=same>
                        "Save"
                    </Button>
                </FormActions>
            </Form>
        </Card>
    }
    .into_any()
}
