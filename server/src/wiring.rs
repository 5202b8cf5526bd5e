//! Puts the parts together: starts each after what it needs, and stops them the other way round.
//!
//! Database → broker → use-cases → ingestion → web server; of these, the parts that the process plays.

mod cluster_watch;
pub(crate) mod database;
mod devices;
mod names;
mod running;
mod web;

pub use running::Running;

use crate::asked::UseCases;
use crate::cut_off::CutOff;
use crate::data_dir::DataDir;
use crate::device_log::{self, DeviceLog, Line};
use crate::error::{Error, Result};
use crate::post::{MESSAGE_PATIENCE, PATIENCE, Post, WaysOut};
use crate::roles::Role;
use crate::sessions::Sessions;
use crate::settings::{Database, Settings};
use crate::state::Process;
use crate::{
    actions, allowances, burial, data_export, files, imports, jobs, line, mail, pump, reports, routes, rules,
    simulation, warnings, watching,
};
use database::Prepared;
use devices::Devices;
use domain::Homeport;
use ingest::{Audience, Hub};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::telemetry::{Keeper, Writer};
use store::{Notices, Store, Urls};
use tokio::net::TcpListener;
use tokio::sync::Notify;
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
    let store = Store::connect(&urls, key).await?;
    let web_address = web.local_addr()?;
    let host = names::host(settings.public_url.as_deref(), web_address);
    let (log, lines) = DeviceLog::new();

    let devices = Devices::start(settings, dir.path(), &host, log.clone(), &store).await?;
    let homeport = Homeport::new(store.clone(), devices.endpoints.clone());
    homeport.keep_files_on(files::shelf(settings.files_url.as_deref(), dir.path())?);
    let name = names::process(dir.path())?;
    let (hub, audience) = audience(settings, &devices, &name);
    let log_end = CancellationToken::new();
    let written = tokio::spawn(device_log::write(lines, homeport.clone(), audience.clone(), log_end.clone()));
    let post = |process: &str, patience| {
        let service = devices.service.clone()?;
        Some(Post::open(service, process, patience, devices.cancel.clone()))
    };
    let messages = post(&format!("messages-{name}"), MESSAGE_PATIENCE);
    let post = post(&name, PATIENCE);
    let outgoing = web::outgoing(settings.outgoing_private)?;
    homeport.open(Arc::new(WaysOut { post, messages, audience: audience.clone(), outgoing }));
    devices.open(&homeport);

    let ingest_cancel = CancellationToken::new();
    let origin = settings.public_url.clone();
    let url = || format!("http://{}:{}", names::bracketed(&host), web_address.port());
    let url = origin.clone().unwrap_or_else(url);
    homeport.known_as(&url);
    if let Some(tiles) = settings.map_tiles.clone() {
        homeport.maps_by_server(tiles);
    }
    if settings.mail.is_some() {
        homeport.mails_by_server();
    }
    let ingesting = match settings.roles.play(Role::Ingest) {
        true => {
            let tell = (log, audience.clone());
            let answering = Arc::new(UseCases { homeport: homeport.clone(), origin: url.clone() });
            ingest(settings, &devices, &name, &urls, answering, tell, &ingest_cancel).await?
        }
        false => None,
    };
    let cancel = CancellationToken::new();
    let broker = devices.broker.as_ref().map(broker::Running::handle);
    if broker.is_some() || ingesting.is_some() || settings.roles.play(Role::Web) {
        let changes = ingesting.as_ref().map(ingest::Running::changes);
        let limits = Arc::new(Notify::new());
        let cut_off = CutOff {
            homeport: homeport.clone(),
            broker: broker.clone(),
            changes,
            limits: limits.clone(),
            hub: hub.clone(),
        };
        let keeping = allowances::keep(homeport.clone(), broker.clone(), limits, cancel.clone());
        tokio::spawn(keeping);
        tokio::spawn(cut_off.run(Notices::new(&urls), devices.cancel.clone()));
    }
    if settings.roles.play(Role::Worker) {
        tokio::spawn(Sessions::new(store.clone()).sweep(cancel.clone()));
        tokio::spawn(pump::sweep(homeport.clone(), cancel.clone()));
        let keeper = Keeper::connect(&urls).await?;
        tokio::spawn(ingest::keep_house(keeper.clone(), cancel.clone()));
        tokio::spawn(ingest::erase(keeper.clone(), cancel.clone()));
        tokio::spawn(ingest::meter(keeper.clone(), cancel.clone()));
        tokio::spawn(burial::work(homeport.clone(), keeper.clone(), cancel.clone()));
        tokio::spawn(warnings::work(homeport.clone(), cancel.clone()));
        tokio::spawn(ingest::settle(keeper, settings.hot, cancel.clone()));
        tokio::spawn(files::sweep(homeport.clone(), cancel.clone()));
        tokio::spawn(mail::tidy(homeport.clone(), cancel.clone()));
        if let Some(settings) = &settings.mail {
            tokio::spawn(mail::Postman::new(settings)?.work(homeport.clone(), cancel.clone()));
        }
        let tools = imports::tools(&urls, name.clone()).await?;
        tokio::spawn(rules::work(homeport.clone(), cancel.clone()));
        tokio::spawn(actions::work(homeport.clone(), cancel.clone()));
        tokio::spawn(data_export::work(homeport.clone(), settings.outgoing_private, cancel.clone()));
        tokio::spawn(jobs::work(homeport.clone(), name.clone(), cancel.clone()));
        tokio::spawn(imports::work(homeport.clone(), tools, cancel.clone()));
        tokio::spawn(reports::work(homeport.clone(), name.clone(), cancel.clone()));
        if let Some(service) = devices.service.clone() {
            tokio::spawn(simulation::run(homeport.clone(), service.into(), name.clone(), cancel.clone()));
        }
    }
    if let Some(certificates) = devices.certificates.clone() {
        tokio::spawn(certificates.keep_fresh(cancel.clone()));
    }

    let process = Process {
        store: store.clone(),
        ca_pem: devices.ca_pem(),
        heard: ingesting.as_ref().map(ingest::Running::heard),
        broker,
        https: origin.as_deref().is_some_and(|url| url.starts_with("https://")),
        metrics_token: settings.metrics_token.as_deref().map(Into::into),
        cancel: cancel.clone(),
    };
    let router = match settings.roles.play(Role::Web) {
        true => {
            web::router(settings, dir.path(), process, &devices, homeport.clone(), (hub, audience)).await?
        }
        false => routes::bare(process),
    };
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(web, service).with_graceful_shutdown(cancel.clone().cancelled_owned());
    let serving = tokio::spawn(async move { serving.await });

    let cancel_watch = cancel.clone();
    Ok(Running {
        url,
        web: web_address,
        homeport,
        certificates: devices.certificates,
        mqtt: devices.tcp,
        mqtts: devices.tls,
        device_web: devices.web,
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

/// The pages of this process, and who is told what there is to see: these pages, or, where other processes play a part,
/// those of all processes, over the broker.
fn audience(settings: &Settings, devices: &Devices, name: &str) -> (Arc<Hub>, Arc<dyn Audience>) {
    let hub = Arc::new(Hub::new());
    match &devices.service {
        Some(service) if !settings.roles.are_all() => {
            let pages = settings.roles.play(Role::Web).then(|| hub.clone());
            let line = line::open(service.clone(), name, pages, devices.cancel.clone());
            (hub, Arc::new(line))
        }
        _ => (hub.clone(), hub),
    }
}

/// Starts the ingestion, and waits a while until it hears the embedded broker.
async fn ingest(
    settings: &Settings,
    devices: &Devices,
    name: &str,
    urls: &Urls,
    answering: Arc<UseCases>,
    (log, audience): (DeviceLog, Arc<dyn Audience>),
    cancel: &CancellationToken,
) -> Result<Option<ingest::Running>> {
    // Of several, each has a name of its own: two clients of one name take each other's connection.
    let client_id = match settings.roles.are_all() {
        true => "homeport-ingest".to_owned(),
        false => format!("homeport-ingest-{name}"),
    };
    let Some(source) = devices.source(client_id, on_log(log), answering) else { return Ok(None) };
    let (writer, keeper) = (Writer::connect(urls).await?, Keeper::connect(urls).await?);
    let ingesting = ingest::start(source, writer, keeper, audience, cancel.clone());
    if devices.broker.is_some() && tokio::time::timeout(INGEST_PATIENCE, ingesting.connected()).await.is_err()
    {
        tracing::warn!("the ingestion doesn't hear the broker yet");
    }
    Ok(Some(ingesting))
}

/// What the ingestion tells goes into the same log as what the broker tells.
fn on_log(log: DeviceLog) -> ingest::OnLog {
    Arc::new(move |line| {
        let ingest::LogLine { workspace, scope, external_id, kind, text, count, .. } = line;
        let text = if count > 1 { format!("{text} ({count} times)") } else { text };
        log.add(Line { workspace, scope, device: external_id, kind, text });
    })
}
