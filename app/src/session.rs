//! Who is signed in, as every page sees it: asked once on the server, carried to the browser with the page, and
//! changed there by what people do.
//!
//! Pages below the guards of `crate::routes` may rely on it: there, [`use_me`] has someone.

use crate::api::AppError;
use crate::api::error::SIGNED_OUT_EVENT;
pub use crate::api::people::Me;
use crate::api::people::standing;
use leptos::prelude::*;
use model::OrganizationId;
use model::branding::Brand;
use model::organization::OrganizationName;
use model::person::{Person, Theme};
use model::role::BuiltIn;
use model::workspace::{Membership, Workspace};
use serde::{Deserialize, Serialize};

/// How the visitor stands to this Homeport.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// There is no administrator yet: whoever comes sets it up.
    SetUp,
    /// Nobody is signed in.
    SignedOut,
    /// This person is.
    SignedIn(Box<Me>),
}

/// The session of this page; [`use_session`] gives it.
#[derive(Clone, Copy)]
pub struct Session {
    now: RwSignal<Result<Standing, AppError>>,
}

/// Provides the [`Session`] to everything below; called once, at the root.
///
/// The answer is there before the page is made ([`attach`]) rather than awaited in a `Suspense`: what stands inside
/// one is built more than once on the server, and the pages' resources would be numbered otherwise than in the
/// browser, so that neither could find the other's data.
pub fn provide_session() -> Session {
    let first = SharedValue::new(first_standing).into_inner();
    let session = Session { now: RwSignal::new(first) };
    provide_context(session);
    Effect::new(move || {
        let listener = window_event_listener_untyped(SIGNED_OUT_EVENT, move |_| session.signed_out());
        on_cleanup(move || listener.remove());
    });
    session
}

#[cfg(feature = "ssr")]
fn first_standing() -> Result<Standing, AppError> {
    let parts = use_context::<http::request::Parts>();
    let attached = parts.as_ref().and_then(|parts| parts.extensions.get::<Attached>());
    attached.map_or(Ok(Standing::SignedOut), |attached| attached.0.clone())
}

#[cfg(not(feature = "ssr"))]
fn first_standing() -> Result<Standing, AppError> {
    Ok(Standing::SignedOut)
}

/// A workspace that the visitor has come to by a host name of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Host {
    /// Its slug; empty: they came by Homeport's own name.
    pub slug: String,
    /// How it looks.
    pub brand: Brand,
}

/// Provides the [`Host`] to everything below; called once, at the root, behind [`provide_session`].
pub fn provide_host() {
    provide_context(SharedValue::new(first_host).into_inner());
}

#[cfg(feature = "ssr")]
fn first_host() -> Host {
    let parts = use_context::<http::request::Parts>();
    let attached = parts.as_ref().and_then(|parts| parts.extensions.get::<Attached>());
    attached.map(|attached| attached.1.clone()).unwrap_or_default()
}

#[cfg(not(feature = "ssr"))]
fn first_host() -> Host {
    Host::default()
}

/// The workspace whose host name the visitor came by.
pub fn use_host() -> Host {
    use_context().unwrap_or_default()
}

/// How the page looks: as its workspace does, else as the one whose host name the visitor came by.
pub fn use_brand() -> Signal<Brand> {
    let (workspace, host) = (use_workspace(), use_host());
    let own = move |open: &Option<Membership>| open.as_ref().map(|open| open.brand.clone());
    Memo::new(move |_| workspace.with(own).unwrap_or_else(|| host.brand.clone())).into()
}

/// How the visitor stands, and by which host they came, on its way with the request to the page.
#[cfg(feature = "ssr")]
#[derive(Clone)]
struct Attached(Result<Standing, AppError>, Host);

/// Middleware around the pages, within the web sessions: finds out how the visitor stands before a page is made.
#[cfg(feature = "ssr")]
pub async fn attach(
    axum::extract::State(homeport): axum::extract::State<domain::Homeport>,
    session: tower_sessions::Session,
    mut request: axum::extract::Request,
    next: axum::middleware::Next,
) -> axum::response::Response {
    let is_file = ["/pkg/", "/style/"].iter().any(|folder| request.uri().path().starts_with(folder));
    if matches!(*request.method(), http::Method::GET | http::Method::HEAD) && !is_file {
        let standing = crate::api::standing(&homeport, &session).await;
        let said = request.headers().get(http::header::HOST).and_then(|host| host.to_str().ok());
        let said = said.or_else(|| request.uri().host()).unwrap_or_default().to_owned();
        let host = host(&homeport, &said).await;
        request.extensions_mut().insert(Attached(standing, host));
    }
    next.run(request).await
}

/// The workspace whose host name a request says; none where that can't be found out: the page is Homeport's then.
#[cfg(feature = "ssr")]
async fn host(homeport: &domain::Homeport, said: &str) -> Host {
    match domain::branding::of_host(homeport, said).await {
        Ok(Some(known)) => Host { slug: known.slug, brand: known.brand },
        Ok(None) => Host::default(),
        Err(error) => {
            tracing::warn!(%error, "a host name can't be looked up");
            Host::default()
        }
    }
}

/// Gives the page that is being made this HTTP status; does nothing in the browser.
pub fn answer_with_status(status: u16) {
    #[cfg(feature = "ssr")]
    crate::api::error::set_status(status);
    #[cfg(not(feature = "ssr"))]
    let _ = status;
}

/// The session of this page.
pub fn use_session() -> Session {
    expect_context()
}

/// The signed-in person with their workspaces, by name.
pub fn use_me() -> Signal<Option<Me>> {
    let session = use_session();
    Signal::derive(move || session.me())
}

/// The workspace of the address, as the signed-in person sees it; nothing on pages outside of workspaces.
pub fn use_workspace() -> Signal<Option<Membership>> {
    use_context::<CurrentWorkspace>().map_or_else(|| Signal::stored(None), |current| current.0)
}

/// The slug of the workspace in the address; empty outside of workspaces.
pub fn use_slug() -> Signal<String> {
    let workspace = use_workspace();
    Memo::new(move |_| workspace.with(|w| w.as_ref().map(|w| w.workspace.slug.clone()).unwrap_or_default()))
        .into()
}

/// Provided by the guard of workspaces; read through [`use_workspace`].
#[derive(Clone, Copy)]
pub(crate) struct CurrentWorkspace(pub(crate) Signal<Option<Membership>>);

impl Session {
    /// How the visitor stands.
    pub fn standing(self) -> Result<Standing, AppError> {
        self.now.get()
    }

    /// The signed-in person, if anyone is.
    pub fn me(self) -> Option<Me> {
        self.now.with(|now| match now {
            Ok(Standing::SignedIn(me)) => Some((**me).clone()),
            _ => None,
        })
    }

    /// How the signed-in person wants the interface to look; the system's way where nobody is signed in.
    pub fn theme(self) -> Theme {
        self.now.with(|now| match now {
            Ok(Standing::SignedIn(me)) => me.person.theme,
            _ => Theme::default(),
        })
    }

    /// The signed-in person's time zone, an IANA name; empty: the browser's own.
    pub fn time_zone(self) -> String {
        self.now.with(|now| match now {
            Ok(Standing::SignedIn(me)) => me.person.time_zone.clone(),
            _ => String::new(),
        })
    }

    /// Asks the server again, after signing in or after something that counts changed.
    pub async fn reload(self) {
        let answer = standing().await;
        _ = self.now.try_set(answer);
    }

    /// [`Session::reload`] without waiting for it.
    pub fn refresh(self) {
        leptos::task::spawn_local(self.reload());
    }

    /// Nobody is signed in any more: the page is loaded anew, so that nothing of what was seen stays in the browser's
    /// memory, and the server leads to the sign-in.
    pub fn signed_out(self) {
        #[cfg(not(feature = "ssr"))]
        if untrack(|| self.me()).is_some() {
            let _ = window().location().reload();
        }
    }

    /// Takes over a changed profile.
    pub fn set_person(self, person: Person) {
        self.change(|me| me.person = person);
    }

    /// Takes over a changed or a new workspace.
    pub fn set_workspace(self, workspace: Workspace) {
        self.change(|me| match me.memberships.iter_mut().find(|m| m.workspace.id == workspace.id) {
            Some(membership) => membership.workspace = workspace,
            None => {
                // Until the server is asked again; nothing of it is shown but names.
                let name = workspace.name.clone();
                let organization = OrganizationName { id: OrganizationId(0), key: "root".into(), name };
                let role = BuiltIn::Administrator.role();
                me.memberships.push(Membership {
                    workspace,
                    role,
                    organization,
                    at_root: true,
                    devices: 0,
                    support_until_ms: None,
                    brand: Brand::default(),
                    barred: None,
                });
                me.memberships.sort_by_key(|m| m.workspace.name.to_lowercase());
            }
        });
    }

    fn change(self, change: impl FnOnce(&mut Me)) {
        self.now.update(|now| {
            if let Ok(Standing::SignedIn(me)) = now {
                change(me);
            }
        });
    }
}

/// The cookie that holds the slug of the last workspace; the server reads it to answer `/`.
const LAST_WORKSPACE: &str = "homeport-workspace";

/// Remembers the workspace that `/` leads to, for a year.
pub(crate) fn remember_workspace(slug: &str) {
    #[cfg(not(feature = "ssr"))]
    {
        let cookie = format!("{LAST_WORKSPACE}={slug}; Path=/; Max-Age=31536000; SameSite=Lax");
        _ = js_sys::Reflect::set(document().as_ref(), &"cookie".into(), &cookie.into());
    }
    #[cfg(feature = "ssr")]
    let _ = slug;
}

/// The slug of the last workspace, where the browser remembers one.
pub(crate) fn last_workspace() -> Option<String> {
    cookie_value(&cookies()?, LAST_WORKSPACE).map(str::to_owned)
}

#[cfg(feature = "ssr")]
fn cookies() -> Option<String> {
    let parts = use_context::<http::request::Parts>()?;
    parts.headers.get(http::header::COOKIE)?.to_str().ok().map(str::to_owned)
}

#[cfg(not(feature = "ssr"))]
fn cookies() -> Option<String> {
    js_sys::Reflect::get(document().as_ref(), &"cookie".into()).ok()?.as_string()
}

fn cookie_value<'a>(cookies: &'a str, name: &str) -> Option<&'a str> {
    cookies.split(';').find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Where to go after signing in: `next` where it is a path of this site, else home.
///
/// Anything else (another host, a scheme, a backslash that browsers read as a slash) could lead people astray.
pub fn safe_next(next: Option<&str>) -> String {
    let ours = |path: &&str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && !path.contains('\\')
            && path.bytes().all(|b| b.is_ascii_graphic())
    };
    next.filter(ours).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_stays_on_this_site() {
        for good in ["/", "/w/a/devices?search=x%20y", "/w/a/devices/AA:BB"] {
            assert_eq!(safe_next(Some(good)), good);
        }
        for bad in [
            "",
            "x",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:x",
            "/a b",
            "/ü",
        ] {
            assert_eq!(safe_next(Some(bad)), "/", "{bad:?}");
        }
        assert_eq!(safe_next(None), "/");
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let cookies = "xhomeport-workspace=no; homeport=abc; homeport-workspace=weather; last=1";
        assert_eq!(cookie_value(cookies, LAST_WORKSPACE), Some("weather"));
        assert_eq!(cookie_value(cookies, "home"), None);
    }
}
