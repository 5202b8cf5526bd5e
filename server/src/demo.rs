//! The demo: a workspace with three weather stations, whose history is real, and a simulated office building.
//!
//! Everything that is shown came the way of any device's messages: over MQTT, with the device's key. A second start
//! goes on where the first ended.

mod banner;
mod building;
mod device;
mod furnish;
mod memory;
mod weather;

use crate::config::DemoArgs;
use crate::data_dir::DataDir;
use crate::error::{Error, Result};
use crate::roles::Roles;
use crate::settings::{Database, Port, Settings, embedded};
use crate::wiring::Running;
use crate::{signals, terminal, wiring};
use device::Broker;
use furnish::Furnished;
use memory::Memory;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use weather::Weather;

/// How often a station reports.
const STATION_EVERY: Duration = Duration::from_secs(5);
/// How often it is looked whether a reading of the data has become due.
const DUE_EVERY: Duration = Duration::from_secs(60);

/// Runs the demo until a signal ends it.
///
/// # Errors
/// What keeps it from starting or going on.
pub async fn run(args: &DemoArgs) -> Result<()> {
    let stop = signals::listen()?;
    if args.fresh {
        let dir = args.data_dir.clone();
        let wiped = tokio::task::spawn_blocking(move || DataDir::wipe(&dir)).await;
        wiped.map_err(|e| Error::Io(std::io::Error::other(e)))??;
    }
    let settings = Settings {
        roles: Roles::default(),
        data_dir: args.data_dir.clone(),
        database: Database::Embedded { master_key: None },
        web: SocketAddr::new(args.bind, args.listen.port),
        broker: embedded(args.bind, &args.listen, true),
        public_url: None,
        device_web: Some(Port {
            address: SocketAddr::new(args.bind, args.listen.device_https_port.unwrap_or(443)),
            or_free: args.listen.device_https_port.is_none(),
        }),
        device_hosts: Vec::new(),
        hook_secret: None,
        device_rate: None,
        workspace_rate: None,
        api_rate: None,
        outgoing_private: false,
        map_tiles: None,
        metrics_token: None,
        files_url: None,
        mail: None,
        hot: store::telemetry::HotWindow::default(),
        tls: None,
        site: args.listen.site.clone(),
    };
    terminal::tell("Starting Postgres, the broker and the web server …");
    // A start is not broken off halfway: what was begun could not be ended in order.
    let mut running = wiring::start(settings).await?;
    let server = running.handle();
    let outcome = tokio::select! {
        () = stop.cancelled() => Ok(()),
        error = running.failed() => Err(error),
        outcome = play(args, server) => outcome,
    };
    running.stop().await?;
    terminal::tell("Everything has stopped. The next start goes on from here.");
    outcome
}

/// Furnishes the workspace, loads history, tells that all is ready, and plays the devices; returns only on failure.
async fn play(args: &DemoArgs, server: Result<Server>) -> Result<()> {
    let server = server?;
    let mut memory = Memory::load(&args.data_dir)?;
    let weather = Weather::load()?;
    let furnished = furnish::furnish(&server.homeport, &mut memory).await?;
    let broker = server.broker(&furnished);
    load(&broker, &furnished, &weather, &mut memory).await?;
    let ready = banner::Ready::new(&server, &furnished, &memory, &args.data_dir);
    if args.json {
        terminal::answer(&ready.json())
    } else {
        terminal::answer(&ready.banner())
    }

    let mut devices = JoinSet::new();
    let cancel = server.cancel.clone();
    let weeks = memory.weeks(&weather, now_ms());
    for station in &furnished.stations {
        let (readings, broker) = (weather.of(&station.id), broker.clone());
        let report = move |now: i64| readings.at(now, weeks);
        devices.spawn(device::live(broker, station.clone(), STATION_EVERY, cancel.clone(), report));
    }
    for (simulated, key) in furnished.building.clone() {
        let every = simulated.every();
        let report = move |now: i64| Some(simulated.values(now));
        devices.spawn(device::live(broker.clone(), key, every, cancel.clone(), report));
    }
    loop {
        tokio::select! {
            _ = devices.join_next(), if !devices.is_empty() => {}
            () = tokio::time::sleep(DUE_EVERY) => held_back(&broker, &furnished, &weather, &mut memory).await?,
        }
    }
}

/// Sends history: the real readings that are due and the building's last days, but for what was sent before.
async fn load(broker: &Broker, furnished: &Furnished, weather: &Weather, memory: &mut Memory) -> Result<()> {
    let now = now_ms();
    let mut loads = JoinSet::new();
    let mut count = 0;
    let weeks = memory.weeks(weather, now);
    for station in &furnished.stations {
        let entries = weather.of(&station.id).between(memory.loaded_ms, now, weeks);
        count += entries.len();
        loads.spawn(device::send(broker.clone(), station.clone(), entries));
    }
    for (simulated, key) in &furnished.building {
        let entries = simulated.history(memory.loaded_ms, now);
        count += entries.len();
        loads.spawn(device::send(broker.clone(), key.clone(), entries));
    }
    if count > 0 {
        terminal::tell(&format!("Sending {count} readings of {} devices over MQTT …", loads.len()));
    }
    while let Some(sent) = loads.join_next().await {
        sent.map_err(|e| Error::Demo(e.to_string()))??;
    }
    memory.loaded_ms = now;
    memory.keep()
}

/// Sends the readings of the data whose time has come since the last look.
async fn held_back(
    broker: &Broker,
    furnished: &Furnished,
    weather: &Weather,
    memory: &mut Memory,
) -> Result<()> {
    let now = now_ms();
    let weeks = memory.weeks(weather, now);
    for station in &furnished.stations {
        let entries = weather.of(&station.id).between(memory.loaded_ms, now, weeks);
        if !entries.is_empty() {
            device::send(broker.clone(), station.clone(), entries).await?;
        }
    }
    memory.loaded_ms = now;
    memory.keep()
}

/// What the demo needs of the server that it runs beside.
struct Server {
    url: String,
    homeport: domain::Homeport,
    mqtt: SocketAddr,
    ca_file: Option<std::path::PathBuf>,
    notes: Vec<String>,
    cancel: CancellationToken,
}

impl Server {
    fn broker(&self, furnished: &Furnished) -> Broker {
        Broker { address: self.mqtt, scope: furnished.scope.as_str().into() }
    }
}

impl Running {
    fn handle(&self) -> Result<Server> {
        let mqtt = self.mqtt.ok_or_else(|| Error::Demo("there is no broker".into()))?;
        Ok(Server {
            url: self.url.clone(),
            homeport: self.homeport.clone(),
            mqtt: crate::settings::reachable(mqtt),
            ca_file: self.certificates.as_ref().and_then(|c| c.ca_file()),
            notes: self.notes.clone(),
            cancel: self.cancelled(),
        })
    }
}

/// Milliseconds since 1970.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
