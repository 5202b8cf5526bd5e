//! Puts the parts together: starts each after what it needs, and stops them the other way round.
//!
//! Database → broker → use-cases → ingestion → web server.

mod cluster_watch;
pub(crate) mod database;
mod devices;
mod names;
mod running;

pub use running::Running;

use crate::data_dir::DataDir;
use crate::device_log::{self, DeviceLog, Line};
use crate::error::{Error, Result};
use crate::hook::HookAccess;
use crate::origin::PublicOrigin;
use crate::routes::{self, Outside};
use crate::sessions::Sessions;
use crate::settings::{Database, Settings};
use crate::site::Site;
use crate::state::AppState;
use crate::watching;
use database::Prepared;
use devices::Devices;
use domain::Homeport;
use ingest::Hub;
use leptos::config::LeptosOptions;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::telemetry::{Keeper, Writer};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long the start waits for the ingestion to hear the embedded broker. It goes on trying after that.
const INGEST_PATIENCE: Duration = Duration::from_secs(10);

/// Starts a server. When it returns, pages are served, devices are let in, and what they send is heard.
///
/// # Errors
/// Each says what is in the way.
pub async fn start(settings: Settings) -> Result<Running> {
    watching::begin();
    let dir = DataDir::open(&settings.data_dir)?;
    // First the port: who has it wrong should hear so at once.
    let web = TcpListener::bind(settings.web).await;
    let web = web.map_err(|e| Error::listen("the web pages", "--port", settings.web, e))?;
    let prepared = database::prepare(&settings.database, dir.path()).await?;
    let cluster = prepared.cluster.clone();
    let started = assemble(&settings, dir, web, prepared).await;
    if let (Err(_), Some(cluster)) = (&started, cluster) {
        database::stop(cluster).await;
    }
    started
}

/// Brings the database up to date, and ends the embedded one again.
///
/// # Errors
/// When it can't be reached or changed.
pub async fn migrate(database: &Database, dir: &Path) -> Result<()> {
    let prepared = database::prepare(database, dir).await?;
    if let Some(cluster) = prepared.cluster {
        database::stop(cluster).await;
    }
    Ok(())
}

/// Everything above the database.
async fn assemble(
    settings: &Settings,
    dir: DataDir,
    web: TcpListener,
    prepared: Prepared,
) -> Result<Running> {
    let Prepared { cluster, urls, key } = prepared;
    let store = store::Store::connect(&urls, key).await?;
    let web_address = web.local_addr()?;
    let host = names::host(settings.public_url.as_deref(), web_address);
    let hub = Arc::new(Hub::new());
    let (log, lines) = DeviceLog::new();

    let devices = Devices::start(settings, dir.path(), &host, log.clone(), &store).await?;
    let homeport = Homeport::new(store.clone(), devices.endpoints.clone());
    let log_end = CancellationToken::new();
    let written = tokio::spawn(device_log::write(lines, homeport.clone(), hub.clone(), log_end.clone()));
    devices.open(&homeport);

    let ingest_cancel = CancellationToken::new();
    let source = devices.source(on_log(log));
    let (writer, keeper) = (Writer::connect(&urls).await?, Keeper::connect(&urls).await?);
    let ingesting = ingest::start(source, writer, keeper, hub.clone(), ingest_cancel.clone());
    devices.cut_off(&homeport, ingesting.changes());
    if devices.broker.is_some() && tokio::time::timeout(INGEST_PATIENCE, ingesting.connected()).await.is_err()
    {
        tracing::warn!("the ingestion doesn't hear the broker yet");
    }

    let site = Arc::new(Site::new(&settings.site));
    if !site.is_built() {
        tracing::warn!(folder = %settings.site.display(), "the site isn't built: pages will not come alive");
    }
    let origin = settings.public_url.clone();
    let https = origin.as_deref().is_some_and(|url| url.starts_with("https://"));
    let cancel = CancellationToken::new();
    let state = AppState {
        homeport: homeport.clone(),
        hub,
        leptos: leptos_options(&site, dir.path()).await?,
        site,
        hook: Arc::new(HookAccess {
            secret: settings.hook_secret.clone(),
            service: devices.service_of_others(),
        }),
        ca_pem: devices
            .certificates
            .as_ref()
            .map(|c| c.ca_pem())
            .filter(|pem| !pem.is_empty())
            .map(Into::into),
        heard: ingesting.heard(),
        broker: devices.broker.as_ref().map(broker::Running::handle),
        https,
        metrics_token: settings.metrics_token.as_deref().map(Into::into),
        cancel: cancel.clone(),
    };
    let outside = Outside { origin: PublicOrigin(origin.clone().map(Into::into)), https };
    let service = routes::router(state, outside).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(web, service).with_graceful_shutdown(cancel.clone().cancelled_owned());
    let serving = tokio::spawn(async move { serving.await });
    tokio::spawn(Sessions::new(store.clone()).sweep(cancel.clone()));
    if let Some(certificates) = devices.certificates.clone() {
        tokio::spawn(certificates.keep_fresh(cancel.clone()));
    }

    let cancel_watch = cancel.clone();
    Ok(Running {
        url: origin.unwrap_or_else(|| format!("http://{}:{}", names::bracketed(&host), web_address.port())),
        web: web_address,
        homeport,
        certificates: devices.certificates,
        mqtt: devices.tcp,
        mqtts: devices.tls,
        notes: devices.notes,
        cancel,
        serving,
        ingest_cancel,
        ingesting,
        broker_cancel: devices.cancel,
        broker: devices.broker,
        log_end,
        written,
        store,
        watched: cluster.clone().map(|cluster| tokio::spawn(cluster_watch::run(cluster, cancel_watch))),
        cluster,
        _dir: dir,
    })
}

/// What the ingestion tells goes into the same log as what the broker tells.
fn on_log(log: DeviceLog) -> ingest::OnLog {
    Arc::new(move |line| {
        let ingest::LogLine { workspace, scope, external_id, kind, text, count, .. } = line;
        let text = if count > 1 { format!("{text} ({count} times)") } else { text };
        log.add(Line { workspace, scope, device: external_id, kind, text });
    })
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
