//! The web server: pages, their programming interface, the live stream, the hook.

use super::devices::Devices;
use crate::error::{Error, Result};
use crate::hook::HookAccess;
use crate::origin::PublicOrigin;
use crate::outgoing::Outgoing;
use crate::rest::Rates;
use crate::routes::{self, Outside};
use crate::settings::Settings;
use crate::site::Site;
use crate::sso::Providers;
use crate::state::{AppState, Process};
use axum::Router;
use domain::Homeport;
use ingest::{Audience, Hub};
use leptos::config::LeptosOptions;
use std::path::Path;
use std::sync::Arc;

/// All that a web server answers.
pub(super) async fn router(
    settings: &Settings,
    dir: &Path,
    process: Process,
    devices: &Devices,
    homeport: Homeport,
    (hub, audience): (Arc<Hub>, Arc<dyn Audience>),
) -> Result<Router> {
    let site = Arc::new(Site::new(&settings.site));
    if !site.is_built() {
        tracing::warn!(folder = %settings.site.display(), "the site isn't built: pages will not come alive");
    }
    let origin = PublicOrigin(settings.public_url.clone().map(Into::into));
    let outside = Outside { origin, https: process.https };
    let state = AppState {
        process,
        homeport,
        hub,
        audience,
        leptos: leptos_options(&site, dir).await?,
        site,
        rates: Rates::new(settings.api_rate),
        providers: Providers::new(outgoing(settings.outgoing_private)?),
        hook: Arc::new(HookAccess {
            secret: settings.hook_secret.clone(),
            service: devices.service_of_others(),
        }),
    };
    Ok(routes::router(state, outside))
}

/// What sends requests to addresses that somebody of a workspace names.
pub(super) fn outgoing(private: bool) -> Result<Outgoing> {
    let why = |error| Error::Setting { name: "requests to others", why: crate::error::chain(&error) };
    Outgoing::new(private).map_err(why)
}

/// How pages find script and wasm: by names with their hash in them, where the site is built.
async fn leptos_options(site: &Site, dir: &Path) -> Result<LeptosOptions> {
    let options = LeptosOptions::builder().output_name("homeport").site_pkg_dir("pkg");
    let (js, wasm) = (site.hash("pkg/homeport.js").await, site.hash("pkg/homeport.wasm").await);
    let (Some(js), Some(wasm)) = (js, wasm) else { return Ok(options.build()) };
    let file = std::path::absolute(dir)?.join("site-hashes.txt");
    std::fs::write(&file, format!("js: {js}\nwasm: {wasm}\n")).map_err(Error::file(&file))?;
    Ok(options.hash_files(true).hash_file(file.to_string_lossy().into_owned().into()).build())
}
