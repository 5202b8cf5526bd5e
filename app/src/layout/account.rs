//! The person at the foot of the navigation: profile, theme, the way out.

use super::navigation::initials;
use crate::api;
use crate::session;
use crate::ui::{Glyph, Icon, Menu, MenuItem, MenuLink, MenuSeparator, theme, use_toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::person::{Profile, Theme};

#[component]
pub(super) fn PersonMenu() -> impl IntoView {
    let me = session::use_me();
    let name = Signal::derive(move || me.get().map(|me| me.person.name).unwrap_or_default());
    let email = move || me.get().map(|me| me.person.email).unwrap_or_default();
    let administers =
        Signal::derive(move || me.try_get().flatten().is_some_and(|me| me.person.administrator));
    let choices = Theme::ALL.map(|choice| {
        let chosen = Signal::derive(move || session::use_session().theme() == choice);
        view! {
            <MenuItem icon=glyph(choice) checked=chosen on_click=move || choose_theme(choice)>
                {word(choice)}
            </MenuItem>
        }
    });
    view! {
        <div class="me">
            <Menu
                label="You"
                class="me-button"
                face=move || {
                    view! {
                        <span class="avatar" aria-hidden="true">
                            {move || initials(&name.get())}
                        </span>
                        <span class="me-name">{move || name.get()}</span>
                        <Icon glyph=Glyph::ChevronsUpDown />
                    }
                        .into_any()
                }
            >
                <p class="menu-note">{email}</p>
                <MenuLink href="/profile" icon=Glyph::Person>
                    "Profile"
                </MenuLink>
                <Show when=move || administers.get()>
                    <MenuLink href="/admin" icon=Glyph::Settings>
                        "Administration"
                    </MenuLink>
                </Show>
                <MenuSeparator />
                {choices.collect_view()}
                <MenuSeparator />
                <MenuItem icon=Glyph::SignOut on_click=sign_out>
                    "Sign out"
                </MenuItem>
            </Menu>
        </div>
    }
    .into_any()
}

pub(super) fn word(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "As the system",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    }
}

pub(super) fn glyph(theme: Theme) -> Glyph {
    match theme {
        Theme::System => Glyph::Screen,
        Theme::Light => Glyph::Sun,
        Theme::Dark => Glyph::Moon,
    }
}

/// Shows the theme at once and keeps it in the profile.
pub(super) fn choose_theme(choice: Theme) {
    theme::apply(choice);
    let (session, toasts) = (session::use_session(), use_toasts());
    let Some(me) = untrack(|| session.me()) else { return };
    let profile = Profile { name: me.person.name, theme: choice, time_zone: me.person.time_zone };
    spawn_local(async move {
        match api::people::update_profile(profile).await {
            Ok(person) => session.set_person(person),
            Err(error) => toasts.bad(&error.0),
        }
    });
}

pub(super) fn sign_out() {
    let (session, toasts) = (session::use_session(), use_toasts());
    spawn_local(async move {
        match api::people::sign_out().await {
            Ok(()) => session.signed_out(),
            Err(error) => toasts.bad(&error.0),
        }
    });
}
