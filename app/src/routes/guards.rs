//! Who may pass: strangers go to the sign-in, a new Homeport to its set-up, a foreign workspace to *not found*.

use crate::api::AppError;
use crate::layout::Banners;
use crate::live;
use crate::pages::barred::BarredPage;
use crate::pages::disabled::Disabled;
use crate::pages::entrance::EntranceLayout;
use crate::pages::not_found::NotFound;
use crate::session::{
    self, CurrentWorkspace, Standing, last_workspace, remember_workspace, safe_next, use_host, use_session,
};
use crate::ui::ErrorState;
use leptos::prelude::*;
use leptos_router::components::{Outlet, Redirect};
use leptos_router::hooks::{use_location, use_params_map, use_query_map};
use leptos_router::location::Url;
use model::workspace::Membership;

/// Where a guard sends a visitor.
#[derive(Clone, Debug, PartialEq)]
enum Way {
    SetUp,
    SignIn,
    /// Someone is signed in.
    In,
    Broken(AppError),
}

/// The way as it stands; changes only when the visitor's standing does, not with every change of their profile.
fn use_way() -> Memo<Way> {
    let session = use_session();
    Memo::new(move |_| match session.standing() {
        Ok(Standing::SetUp) => Way::SetUp,
        Ok(Standing::SignedOut) => Way::SignIn,
        Ok(Standing::SignedIn(_)) => Way::In,
        Err(error) => Way::Broken(error),
    })
}

/// The pages of people who are signed in.
#[component]
pub(super) fn Members() -> impl IntoView {
    let way = use_way();
    move || match way.get() {
        Way::In => view! { <Outlet /> }.into_any(),
        Way::SignIn => view! { <Redirect path=sign_in_path() /> }.into_any(),
        other => detour(other),
    }
}

/// The console's pages: to whoever doesn't administer the platform they don't exist.
#[component]
pub(super) fn Administrators() -> impl IntoView {
    let session = use_session();
    let may = Memo::new(move |_| session.me().is_some_and(|me| me.person.administrator));
    move || match may.get() {
        true => view! { <Outlet /> }.into_any(),
        false => view! { <NotFound /> }.into_any(),
    }
}

/// The sign-in page: whoever is signed in goes on to where they wanted.
#[component]
pub(super) fn Guests() -> impl IntoView {
    let way = use_way();
    let query = use_query_map();
    move || match way.get() {
        Way::SignIn => view! { <Outlet /> }.into_any(),
        Way::In => {
            let next = query.with_untracked(|q| safe_next(q.get_str("next")));
            view! { <Redirect path=next /> }.into_any()
        }
        other => detour(other),
    }
}

/// The set-up page: only until there is an administrator.
#[component]
pub(super) fn Founders() -> impl IntoView {
    let way = use_way();
    move || match way.get() {
        Way::SetUp => view! { <Outlet /> }.into_any(),
        Way::In | Way::SignIn => view! { <Redirect path="/" /> }.into_any(),
        broken => detour(broken),
    }
}

fn detour(way: Way) -> AnyView {
    match way {
        Way::SetUp => view! { <Redirect path="/set-up" /> }.into_any(),
        Way::Broken(error) => {
            session::answer_with_status(error.0.code.status());
            let session = use_session();
            view! {
                <EntranceLayout title="Homeport has a problem">
                    <ErrorState problem=error.0.clone() retry=move || session.refresh() />
                </EntranceLayout>
            }
            .into_any()
        }
        Way::SignIn | Way::In => ().into_any(),
    }
}

/// The sign-in, with the present page as the one to come back to.
fn sign_in_path() -> String {
    let here = use_location();
    let path = here.pathname.get_untracked();
    let search = here.search.get_untracked();
    match (path.as_str(), search.is_empty()) {
        ("/", _) => "/sign-in".into(),
        (path, true) => format!("/sign-in?next={}", Url::escape(path)),
        (path, false) => format!("/sign-in?next={}", Url::escape(&format!("{path}?{search}"))),
    }
}

/// `/`: the workspace that was open last, else the first, else the list of none.
#[component]
pub(super) fn Home() -> impl IntoView {
    let memberships = untrack(|| use_session().me()).map(|me| me.memberships).unwrap_or_default();
    let (last, host) = (last_workspace(), use_host());
    let open = |m: &&Membership| !m.workspace.disabled;
    let chosen = memberships
        .iter()
        .filter(open)
        .find(|m| m.workspace.slug == host.slug)
        .or_else(|| memberships.iter().filter(open).find(|m| Some(&m.workspace.slug) == last.as_ref()))
        // Not one that is only looked into.
        .or_else(|| memberships.iter().filter(open).find(|m| m.support_until_ms.is_none()))
        .map_or_else(|| "/workspaces".to_owned(), |m| format!("/w/{}/devices", m.workspace.slug));
    view! { <Redirect path=chosen /> }
}

/// `/w/:workspace` without more.
#[component]
pub(super) fn WorkspaceHome() -> impl IntoView {
    let slug = session::use_slug();
    view! { <Redirect path=format!("/w/{}/devices", slug.get_untracked()) /> }
}

/// The pages of one workspace. A workspace that isn't the person's own is not found, whether it exists or not.
#[component]
pub(super) fn InWorkspace() -> impl IntoView {
    let session = use_session();
    let params = use_params_map();
    let found = Memo::new(move |_| {
        let slug = params.with(|p| p.get("workspace"))?;
        session.me()?.memberships.into_iter().find(|m| m.workspace.slug == slug)
    });
    // Of one that is disabled nothing is asked for, nor of one that wants another sign-in.
    let membership = Memo::new(move |_| found.get().filter(|m| !m.workspace.disabled && m.barred.is_none()));
    let barred = Memo::new(move |_| found.with(|m| m.as_ref().and_then(|m| m.barred)));
    let shut = Memo::new(move |_| found.with(|m| m.as_ref().is_some_and(|m| m.workspace.disabled)));
    provide_context(CurrentWorkspace(membership.into()));
    let slug = session::use_slug();
    let access = live::use_live(slug).access();
    // What somebody may do has changed: the page is drawn by it from now on.
    let banners = Banners::provide();
    Effect::watch(
        move || access.get(),
        move |_, _, _| {
            session.refresh();
            banners.again();
        },
        false,
    );
    Effect::new(move |_| {
        let slug = slug.get();
        if !slug.is_empty() {
            remember_workspace(&slug);
        }
    });
    // Another workspace's pages begin anew; a changed name doesn't.
    let open = Memo::new(move |_| slug.get());
    move || match (open.get().is_empty(), shut.get(), barred.get()) {
        (false, ..) => view! { <Outlet /> }.into_any(),
        (true, true, _) => view! { <Disabled /> }.into_any(),
        (true, false, Some(why)) => view! { <BarredPage why /> }.into_any(),
        (true, false, None) => view! { <NotFound /> }.into_any(),
    }
}
