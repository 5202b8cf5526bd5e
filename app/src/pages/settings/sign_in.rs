//! How people sign in to the workspace: its provider of single sign-on, and whether a second factor is demanded.

mod demands;
mod groups;
mod provider;

use super::SettingsPart;
use crate::api::AppError;
use crate::api::members::{list_people, people_choices};
use crate::api::sign_on::get_sign_on;
use crate::session::use_slug;
use crate::ui::{Banner, BannerKind, ErrorState, Skeleton};
use demands::{EnforceCard, SecondFactorCard};
use leptos::prelude::*;
use model::member::{Choices, Member};
use model::permission::Permission;
use model::sign_on::SignOn;
use provider::ProviderCard;

/// `/w/:workspace/settings/sign-in`
#[component]
pub fn SignInSettingsPage() -> impl IntoView {
    view! {
        <SettingsPart name="Sign-in" needs=Permission::ManagePeople>
            <Loaded />
        </SettingsPart>
    }
    .into_any()
}

/// What the page shows.
type Asked = (SignOn, Choices, Vec<Member>);

#[component]
fn Loaded() -> impl IntoView {
    let slug = use_slug();
    let asked = Resource::new(
        move || slug.get(),
        |slug| async move {
            let rules = get_sign_on(slug.clone()).await?;
            let choices = people_choices(slug.clone()).await?;
            Ok::<Asked, AppError>((rules, choices, list_people(slug).await?))
        },
    );
    let again = Callback::new(move |()| asked.refetch());
    view! {
        <Transition fallback=|| view! { <Skeleton rows=6 /> }>
            {move || Suspend::new(async move {
                match asked.await {
                    Ok((rules, choices, people)) => view! { <Cards rules choices people again /> }.into_any(),
                    Err(AppError(problem)) => view! { <ErrorState problem retry=move || asked.refetch() /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Cards(rules: SignOn, choices: Choices, people: Vec<Member>, again: Callback<()>) -> impl IntoView {
    let there = rules.provider.is_some();
    let (demanded, kept) = (rules.second_factor, rules.clone());
    view! {
        <div class="settings">
            {rules
                .enforced
                .then(|| {
                    view! {
                        <Banner kind=BannerKind::Info>
                            "Everybody comes by single sign-on, but for the one named below. Changing the provider ends that until somebody has come by the new one."
                        </Banner>
                    }
                })}
            <ProviderCard rules choices again />
            {there.then(|| view! { <EnforceCard rules=kept people again /> })}
            <SecondFactorCard demanded />
        </div>
    }
    .into_any()
}
