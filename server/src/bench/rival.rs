//! What people build without the product: mosquitto, a plain subscriber, and Postgres, each a process of its own that is
//! started again when it ends, as a supervisor does.

use super::ground::{self, Credentials};
use super::{mosquitto, process, subscriber, wire};
use crate::data_dir::DataDir;
use crate::error::{Error, Result};
use crate::terminal;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use store::cluster::{Cluster, Durability};
use store::plain::Plain;
use store::telemetry::Probe;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How long all of it may take to begin.
const PATIENCE: Duration = Duration::from_secs(60);
/// So long nothing more may come before all is taken to have come.
const STILL: Duration = Duration::from_secs(5);

/// The three processes.
pub(super) struct Rival {
    dir: PathBuf,
    cluster: Cluster,
    pub(super) devices: Arc<[Credentials]>,
    pub(super) broker: SocketAddr,
    mosquitto: Option<Child>,
    subscriber: Option<Child>,
    /// Postgres, as it is being started again.
    reviving: Option<JoinHandle<()>>,
}

impl Rival {
    /// Makes the database, and starts nothing else yet.
    pub(super) async fn prepare(dir: &Path, devices: u32) -> Result<Rival> {
        if !Path::new(mosquitto::PROGRAM).exists() {
            return Err(Error::Bench(format!("{} is not installed", mosquitto::PROGRAM)));
        }
        terminal::tell("Preparing a database, mosquitto and a subscriber …");
        drop(DataDir::open(dir)?);
        let folder = dir.join("postgres");
        let started = tokio::task::spawn_blocking(move || Cluster::start(&folder, Durability::Safe)).await;
        let cluster = started.map_err(std::io::Error::other)?.map_err(store::Error::from)?;
        Plain::connect(&cluster.url()).await?;
        let device = |n| Credentials { user_name: format!("works/device-{n:05}"), key: "unchecked".into() };
        Ok(Rival {
            dir: dir.to_owned(),
            cluster,
            devices: (0..devices).map(device).collect(),
            broker: (Ipv4Addr::LOCALHOST, ground::port()?).into(),
            mosquitto: None,
            subscriber: None,
            reviving: None,
        })
    }

    /// Starts what doesn't run; how many of the three that were.
    pub(super) async fn start(&mut self) -> Result<u32> {
        let mut started = 0;
        // By itself: recovery takes its time, and neither of the others waits for it.
        if self.reviving.as_ref().is_none_or(JoinHandle::is_finished) && self.cluster.pid().is_none() {
            let cluster = self.cluster.clone();
            self.reviving = Some(tokio::task::spawn_blocking(move || match cluster.revive() {
                Ok(()) => {}
                // It is tried again with the next look.
                Err(error) => tracing::info!(%error, "Postgres doesn't start"),
            }));
            started += 1;
        }
        if ended(&mut self.mosquitto)? {
            self.mosquitto = Some(self.start_mosquitto()?);
            started += 1;
        }
        if ended(&mut self.subscriber)? {
            self.subscriber = Some(self.start_subscriber()?);
            started += 1;
        }
        Ok(started)
    }

    /// As Debian configures it, but for its folder, its port and whom it lets in.
    fn start_mosquitto(&self) -> Result<Child> {
        let (path, kept) = (self.dir.join("mosquitto.conf"), self.dir.join("mosquitto"));
        std::fs::create_dir_all(&kept).map_err(Error::file(&kept))?;
        let text = format!(
            "persistence true\npersistence_location {}/\nlog_type none\nuser root\n\
             listener {} 127.0.0.1\nallow_anonymous true\n",
            kept.display(),
            self.broker.port()
        );
        std::fs::write(&path, text).map_err(Error::file(&path))?;
        let mut command = Command::new(mosquitto::PROGRAM);
        Ok(command.arg("-c").arg(&path).stdin(Stdio::null()).stderr(Stdio::null()).spawn()?)
    }

    fn start_subscriber(&self) -> Result<Child> {
        let path = self.log();
        let log = File::options().create(true).append(true).open(&path).map_err(Error::file(&path))?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "subscriber", "--broker", &self.broker.to_string()]);
        command.env("DATABASE_URL", self.cluster.url()).env("HOMEPORT_LOG", "warn");
        Ok(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()?)
    }

    /// Waits until the database answers, the subscriber has subscribed and a device is let in.
    pub(super) async fn ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        let hello = wire::connect("ready?", None, 60);
        loop {
            self.start().await?;
            if std::fs::read_to_string(self.log()).is_ok_and(|said| said.contains(subscriber::HEARS))
                && let Ok(mut stream) = TcpStream::connect(self.broker).await
                && wire::sign_in(&mut stream, &hello).await.is_ok()
                && Plain::connect(&self.cluster.url()).await.is_ok()
            {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(Error::Bench("mosquitto and its subscriber don't begin".into()));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until nothing more comes into the table.
    pub(super) async fn settled(&mut self) -> Result<Plain> {
        self.start().await?;
        let table = Plain::connect(&self.cluster.url()).await?;
        let mut before = None;
        loop {
            let now = table.count().await?;
            if before == Some(now) {
                return Ok(table);
            }
            before = Some(now);
            tokio::time::sleep(STILL).await;
        }
    }

    pub(super) async fn probe(&self) -> Result<Probe> {
        Ok(Probe::connect_to(&self.cluster.url()).await?)
    }

    pub(super) fn postgres(&self) -> Vec<u32> {
        self.cluster.pid().map(process::family).unwrap_or_default()
    }

    pub(super) fn mosquitto(&self) -> Option<u32> {
        self.mosquitto.as_ref().map(Child::id)
    }

    pub(super) fn subscriber(&self) -> Option<u32> {
        self.subscriber.as_ref().map(Child::id)
    }

    fn log(&self) -> PathBuf {
        self.dir.join("subscriber.log")
    }
}

/// Whether it doesn't run.
fn ended(child: &mut Option<Child>) -> Result<bool> {
    Ok(match child {
        Some(child) => child.try_wait()?.is_some(),
        None => true,
    })
}

impl Drop for Rival {
    fn drop(&mut self) {
        process::signal("-CONT", &self.postgres());
        for mut child in [self.mosquitto.take(), self.subscriber.take()].into_iter().flatten() {
            // One that has ended already can't be killed.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
