//! Name, theme and time zone. The theme applies as soon as it is chosen; the rest is saved.

use super::zones::{TimeZones, is_known_zone};
use crate::api::people::update_profile;
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::use_session;
use crate::ui::{Button, ButtonKind, Card, Facts, Field, Form, FormActions, Segmented, theme, use_toasts};
use leptos::prelude::*;
use model::check::{self, Check};
use model::person::{Person, Profile, Theme};

/// The cards of what others see and of how the interface looks.
#[component]
pub(super) fn About(person: Person) -> impl IntoView {
    view! {
        <You person=person.clone() />
        <Looks person />
    }
}

#[component]
fn You(person: Person) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let attempt = Attempt::new();
    let kept = RwSignal::new((person.name.clone(), person.time_zone.clone()));
    let (name, zone) = (RwSignal::new(person.name), RwSignal::new(person.time_zone));
    let same = Signal::derive(move || {
        kept.with(|(n, z)| name.with(|name| name.trim() == n) && zone.with(|zone| zone.trim() == z))
    });
    let submit = move || {
        if same.get_untracked() {
            return;
        }
        let (new_name, time_zone) = (name.get_untracked(), zone.get_untracked().trim().to_owned());
        let mut checked = Check::default();
        checked.field("name", check::name(&new_name));
        checked.that(
            is_known_zone(&time_zone),
            "time_zone",
            "Choose one of the list, such as Europe/Vienna, or leave it empty.",
        );
        let profile = Profile { name: new_name, theme: session.theme(), time_zone };
        attempt.run(checked.done(), update_profile(profile), move |person: Person| {
            kept.set((person.name.clone(), person.time_zone.clone()));
            name.set(person.name.clone());
            zone.set(person.time_zone.clone());
            session.set_person(person);
            toasts.ok("Saved your profile");
        });
    };
    view! {
        <Card title=Signal::stored("You".to_owned())>
            <Form on_submit=submit label="Your profile">
                <Facts>
                    <dt>"E-mail"</dt>
                    <dd>{person.email}</dd>
                </Facts>
                <Field label="Name" name="name" autocomplete="name" value=name error=attempt.error("name", name) />
                <TimeZones zone error=attempt.error("time_zone", zone) />
                <Refusal attempt />
                <FormActions>
                    <Button kind=ButtonKind::Primary submit=true busy=attempt.busy() disabled=same>
                        "Save"
                    </Button>
                </FormActions>
            </Form>
        </Card>
    }
}

#[component]
fn Looks(person: Person) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let chosen = RwSignal::new(person.theme.as_str().to_owned());
    let options: Vec<(String, String)> =
        Theme::ALL.into_iter().map(|t| (t.as_str().to_owned(), theme_label(t).to_owned())).collect();
    // What is chosen elsewhere (the person's menu) shows here too.
    Effect::new(move || {
        let theme = session.theme().as_str();
        if chosen.with_untracked(|c| c != theme) {
            chosen.set(theme.to_owned());
        }
    });
    Effect::watch(
        move || chosen.get(),
        move |word, _, _| {
            let choice = Theme::from_word(word);
            let Some(person) = untrack(|| session.me()).map(|me| me.person).filter(|p| p.theme != choice)
            else {
                return;
            };
            let before = person.clone();
            let profile =
                Profile { name: person.name.clone(), theme: choice, time_zone: person.time_zone.clone() };
            theme::apply(choice);
            session.set_person(Person { theme: choice, ..person });
            leptos::task::spawn_local(async move {
                if let Err(error) = update_profile(profile).await {
                    session.set_person(before);
                    toasts.bad(&error.0);
                }
            });
        },
        false,
    );
    view! {
        <Card title=Signal::stored("Looks".to_owned())>
            <div class="settings-row">
                <p>"Applies at once, on every device that you sign in with."</p>
                <Segmented label="Theme" value=chosen options />
            </div>
        </Card>
    }
}

fn theme_label(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "As the system",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    }
}
