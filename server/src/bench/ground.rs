//! The product under test: an empty database with a workspace of devices, and the server as a process of its own.

use super::{process, wire};
use crate::data_dir::DataDir;
use crate::error::{Error, Result};
use crate::settings::Database;
use crate::terminal;
use crate::wiring::database;
use domain::{Context, Endpoints, Homeport, devices, provision, workspaces};
use futures::{StreamExt, TryStreamExt};
use model::device::NewDevice;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use store::telemetry::Probe;
use store::{Store, Urls};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Devices that are made at once.
const AT_ONCE: usize = 12;
/// How long the server may take to let the first device in.
const PATIENCE: Duration = Duration::from_secs(120);
/// Below the ports that the system gives to clients: one of those must not take the server's while it is away.
const PORTS: std::ops::Range<u16> = 20_000..30_000;

/// What a device connects with.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    pub(super) user_name: String,
    pub(super) key: String,
}

impl Credentials {
    /// Where it sends telemetry.
    pub(super) fn topic(&self) -> String {
        format!("{}/telemetry", self.user_name)
    }
}

/// The product under test.
pub(super) struct Ground {
    dir: PathBuf,
    cluster: store::cluster::Cluster,
    urls: Urls,
    pub(super) devices: Arc<[Credentials]>,
    /// Where its broker listens.
    pub(super) broker: SocketAddr,
    ports: [u16; 3],
    server: Option<Child>,
}

impl Ground {
    /// Makes the database and this many devices. The server doesn't run yet.
    pub(super) async fn prepare(dir: &Path, devices: u32) -> Result<Ground> {
        terminal::tell(&format!("Preparing a database and {devices} devices …"));
        let held = DataDir::open(dir)?;
        let prepared = database::prepare(&Database::Embedded { master_key: None }, dir).await?;
        let Some(cluster) = prepared.cluster else {
            return Err(Error::Bench("there is no embedded Postgres".into()));
        };
        let store = Store::connect(&prepared.urls, prepared.key).await?;
        let homeport = Homeport::new(store.clone(), Endpoints::default());
        let devices = furnish(&homeport, devices).await?;
        store.close().await;
        drop(held);
        let ports = [port()?, port()?, port()?];
        Ok(Ground {
            dir: dir.to_owned(),
            cluster,
            urls: prepared.urls,
            devices: devices.into(),
            broker: (Ipv4Addr::LOCALHOST, ports[1]).into(),
            ports,
            server: None,
        })
    }

    /// Starts the server, without waiting until it is ready.
    pub(super) fn start(&mut self) -> Result<()> {
        self.server = Some(server(&self.dir, self.ports)?);
        Ok(())
    }

    /// Waits until a device is let in.
    pub(super) async fn ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        let device = self.devices.first().ok_or_else(|| Error::Bench("there are no devices".into()))?.clone();
        let hello = wire::connect("ready?", Some((&device.user_name, &device.key)), 60);
        loop {
            let why = match TcpStream::connect(self.broker).await {
                Ok(mut stream) => match wire::sign_in(&mut stream, &hello).await {
                    Ok(()) => return Ok(()),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            if let Some(status) = self.ended()? {
                return Err(Error::Bench(format!("the server ended ({status}); it said: {}", self.said())));
            }
            if Instant::now() > deadline {
                return Err(Error::Bench(format!("the server isn't ready: {why}; it said: {}", self.said())));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// How the server ended, where it has.
    pub(super) fn ended(&mut self) -> Result<Option<std::process::ExitStatus>> {
        Ok(self.server.as_mut().map(Child::try_wait).transpose()?.flatten())
    }

    /// Kills the server as a power cut would.
    pub(super) fn kill(&mut self) -> Result<()> {
        if let Some(mut server) = self.server.take() {
            server.kill()?;
            server.wait()?;
        }
        Ok(())
    }

    /// The number of the server's process.
    pub(super) fn server(&self) -> Option<u32> {
        self.server.as_ref().map(Child::id)
    }

    /// The processes of Postgres, the first of them first; none where it doesn't run.
    pub(super) fn postgres(&self) -> Vec<u32> {
        self.cluster.pid().map(process::family).unwrap_or_default()
    }

    /// A look at what is stored.
    pub(super) async fn probe(&self) -> Result<Probe> {
        Ok(Probe::connect(&self.urls).await?)
    }

    /// The end of what the server said.
    pub(super) fn said(&self) -> String {
        let text = std::fs::read_to_string(self.dir.join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(3)..].join("; ")
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        process::signal("-CONT", &self.postgres());
        if let Err(error) = self.kill() {
            tracing::warn!(%error, "the server could not be ended");
        }
    }
}

/// The product as a process of its own on this folder: web, MQTT and MQTT with TLS at these ports.
pub(super) fn server(dir: &Path, ports: [u16; 3]) -> Result<Child> {
    let path = dir.join("server.log");
    let log = File::options().create(true).append(true).open(&path).map_err(Error::file(&path))?;
    let [web, mqtt, mqtts] = ports.map(|port| port.to_string());
    let child = Command::new(std::env::current_exe()?)
        .args(["serve", "--bind", "127.0.0.1", "--port", &web, "--mqtt-port", &mqtt, "--mqtts-port", &mqtts])
        // What is measured is the product, not its limits.
        .args(["--device-rate", "0", "--workspace-rate", "0"])
        .arg("--data-dir")
        .arg(dir)
        .env_remove("DATABASE_URL")
        .env_remove("HOMEPORT_MQTT_URL")
        .env_remove("HOMEPORT_ROLE")
        .env_remove("HOMEPORT_MASTER_KEY")
        .env_remove("HOMEPORT_PUBLIC_URL")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()?;
    Ok(child)
}

/// Whom the workspace belongs to.
pub(super) const PERSON: &str = "bench@homeport.example";
/// With what they sign in.
pub(super) const PASSWORD: &str = "a short sentence";

/// A workspace with this many devices.
pub(super) async fn furnish(homeport: &Homeport, count: u32) -> Result<Vec<Credentials>> {
    let person = provision::person(homeport, "Bench", PERSON, PASSWORD).await?;
    let workspace = workspaces::create(homeport, person.id, "Bench").await?;
    let context = workspaces::open(homeport, person.id, &workspace.slug).await?;
    let made = futures::stream::iter(0..count).map(|number| device(&context, number)).buffered(AT_ONCE);
    made.try_collect().await
}

/// What the device of this number connects as.
pub(super) fn device_id(number: u32) -> String {
    format!("device-{number:05}")
}

async fn device(context: &Context, number: u32) -> Result<Credentials> {
    let id = device_id(number);
    devices::create(context, NewDevice { external_id: id.clone(), ..NewDevice::default() }).await?;
    let key = provision::device_key(context, &id).await?;
    Ok(Credentials { user_name: format!("{}/{id}", context.workspace.scope), key })
}

/// A port that is free now and that no client is given by chance.
pub(super) fn port() -> Result<u16> {
    let mut bytes = [0; 2];
    for _ in 0..100 {
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        let port = PORTS.start + u16::from_le_bytes(bytes) % (PORTS.end - PORTS.start);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    Err(Error::Bench(format!("no port from {} to {} is free", PORTS.start, PORTS.end)))
}
