//! What stands above every page: announcements of the platform, and limits of the workspace that are near or reached.
//!
//! Asked for once the page lives, and again now and then: no page waits for it.

use crate::api::announcements::{list_announcements, put_away_announcement};
use crate::api::sign_up::trial_ends;
use crate::api::support::{end_support, list_support};
use crate::api::usage::workspace_limits;
use crate::session::{use_session, use_slug, use_workspace};
use crate::ui::{Banner, BannerKind, Button, Glyph, IconButton, Time, use_toasts};
use leptos::prelude::*;
use model::announcement::{Announcement, Level};
use model::limits::Standing;
use model::permission::Permission;
use model::support::SupportAccess;
use std::time::Duration;

/// How often it is asked again.
const EVERY: Duration = Duration::from_secs(300);

/// What is known; stands once, above all pages.
#[derive(Clone, Copy)]
pub(crate) struct Banners {
    announcements: RwSignal<Vec<Announcement>>,
    limits: RwSignal<Vec<Standing>>,
    trial: RwSignal<Option<i64>>,
    support: RwSignal<Vec<SupportAccess>>,
    asked: RwSignal<u32>,
}

impl Banners {
    /// Provides them to the pages below, and keeps them current.
    pub(crate) fn provide() -> Banners {
        let banners = Banners {
            announcements: RwSignal::default(),
            limits: RwSignal::default(),
            trial: RwSignal::default(),
            support: RwSignal::default(),
            asked: RwSignal::default(),
        };
        provide_context(banners);
        let (slug, workspace) = (use_slug(), use_workspace());
        let may = Memo::new(move |_| {
            workspace.with(|w| w.as_ref().is_some_and(|w| w.role.allows(Permission::ViewUsage)))
        });
        Effect::new(move |_| {
            banners.asked.track();
            banners.ask(slug.get(), may.get());
        });
        Effect::new(move |_| {
            let again = move || banners.ask(slug.get_untracked(), may.get_untracked());
            if let Ok(again) = set_interval_with_handle(again, EVERY) {
                on_cleanup(move || again.clear());
            }
        });
        banners
    }

    /// Asks again: something has changed.
    pub(crate) fn again(self) {
        _ = self.asked.try_update(|asked| *asked = asked.wrapping_add(1));
    }

    /// What can't be told is not told.
    fn ask(self, slug: String, may: bool) {
        leptos::task::spawn_local(async move {
            if let Ok(found) = list_announcements().await {
                _ = self.announcements.try_set(found);
            }
            let trial = match slug.is_empty() {
                true => None,
                false => trial_ends(slug.clone()).await.unwrap_or_default(),
            };
            _ = self.trial.try_set(trial);
            let support = match slug.is_empty() {
                true => Vec::new(),
                false => list_support(slug.clone()).await.unwrap_or_default(),
            };
            _ = self.support.try_set(support);
            let limits = match may && !slug.is_empty() {
                true => workspace_limits(slug).await.map(|(_, limits)| limits).unwrap_or_default(),
                false => Vec::new(),
            };
            _ = self.limits.try_set(limits.into_iter().filter(|limit| limit.near || limit.reached).collect());
        });
    }
}

/// The banners, above the page's own content.
#[component]
pub(super) fn BannerList() -> impl IntoView {
    let slug = use_slug();
    use_context::<Banners>().map(|banners| {
        view! {
            {move || banners.announcements.get().into_iter().map(|one| view! { <Announced one banners /> }).collect_view()}
            {move || {
                let slug = slug.get();
                let all = banners.support.get();
                all.into_iter().map(|one| view! { <Looking one slug=slug.clone() banners /> }).collect_view()
            }}
            {move || banners.trial.get().map(trial)}
            {move || banners.limits.get().into_iter().map(|one| limit(one, &slug.get())).collect_view()}
        }
    })
}

#[component]
fn Announced(one: Announcement, banners: Banners) -> impl IntoView {
    let toasts = use_toasts();
    let id = one.id;
    let put_away = move || {
        banners.announcements.update(|all| all.retain(|other| other.id != id));
        leptos::task::spawn_local(async move {
            if let Err(error) = put_away_announcement(id).await {
                toasts.bad(&error.0);
            }
        });
    };
    let kind = if one.level == Level::Warning { BannerKind::Warning } else { BannerKind::Info };
    view! {
        <Banner kind>
            {one.text} " " <IconButton glyph=Glyph::Close label="Don't show this again" on_click=put_away />
        </Banner>
    }
    .into_any()
}

/// Somebody looks into the workspace: said to its administrators, and to whoever looks.
#[component]
fn Looking(one: SupportAccess, slug: String, banners: Banners) -> impl IntoView {
    let (session, workspace, toasts) = (use_session(), use_workspace(), use_toasts());
    let mine = workspace.with_untracked(|w| w.as_ref().is_some_and(|w| w.support_until_ms.is_some()));
    let text = match mine {
        true => format!(
            "You look into this workspace for support, as {}: “{}”. Until ",
            one.role.name, one.reason
        ),
        false => format!(
            "{} looks into this workspace for support, as {}: “{}”. Until ",
            one.person, one.role.name, one.reason
        ),
    };
    let id = one.id;
    let slug = StoredValue::new(slug);
    let end = move || {
        leptos::task::spawn_local(async move {
            match end_support(slug.get_value(), id).await {
                Ok(()) => {
                    toasts.ok("The support access is ended.");
                    banners.again();
                    session.refresh();
                }
                Err(error) => toasts.bad(&error.0),
            }
        });
    };
    view! {
        <Banner kind=BannerKind::Warning>
            {text} <Time ms=Signal::stored(Some(one.to_ms)) exact=true /> " "
            <Button on_click=end>"End it now"</Button>
        </Banner>
    }
    .into_any()
}

fn trial(ends_ms: i64) -> impl IntoView {
    view! {
        <Banner>
            "This workspace is on trial until " <Time ms=Signal::stored(Some(ends_ms)) exact=true />
            ", and suspended then. Whoever runs this Homeport can give it a plan."
        </Banner>
    }
    .into_any()
}

fn limit(one: Standing, slug: &str) -> impl IntoView + use<> {
    let href = format!("/w/{slug}/settings/usage");
    let (kind, text) = match one.reached {
        true => (BannerKind::Bad, format!("The limit “{}” is reached. ", one.limit.title())),
        false => (BannerKind::Warning, format!("The limit “{}” is near. ", one.limit.title())),
    };
    view! {
        <Banner kind>
            {text} <a href=href>"Usage and limits"</a>
        </Banner>
    }
    .into_any()
}
