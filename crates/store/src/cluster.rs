//! The embedded Postgres: a private cluster in a folder, for whoever has no database server.
//!
//! It is Postgres as the distribution installs it, started by `initdb` and `pg_ctl`, reached by a socket in its
//! folder, or over a loopback port, with a password of its own. Calls block: inside async code use `spawn_blocking`.

mod account;
mod error;
mod files;
mod programs;

pub use error::Error;

use account::Account;
use programs::Programs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The superuser of the cluster.
const ADMIN: &str = "homeport_admin";
/// How long a start or a stop may take; recovery after a crash is the longest.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long a server that ends by itself may take. One whose recovery fails for a full disk has been seen to wait for its
/// own checkpointer for ever.
const FAREWELL: Duration = Duration::from_secs(10);

/// Whether what was committed must survive a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Yes.
    Safe,
    /// No: for tests, whose data nobody misses.
    Fast,
}

/// A running cluster. Dropping it leaves the server running; [`Cluster::stop`] ends it.
#[derive(Clone, Debug)]
pub struct Cluster {
    folder: PathBuf,
    port: u16,
    password: String,
    programs: Programs,
    account: Account,
}

impl Cluster {
    /// Starts the cluster of this folder, making it where there is none. One that runs already is taken as it is.
    ///
    /// Under root the data may lie elsewhere: see [`place`].
    ///
    /// # Errors
    /// Each says what is missing and what to do.
    pub fn start(dir: &Path, durability: Durability) -> Result<Cluster, Error> {
        let account = Account::of_this_process()?;
        let folder = files::prepare(dir, &account)?;
        let _lock = files::lock(&folder)?;
        let programs = Programs::find(&files::data(&folder))?;
        let password = files::password(&folder, &account)?;
        if !files::data(&folder).join("PG_VERSION").exists() {
            init(&folder, &programs, &account)?;
        }
        let mut cluster = Cluster { folder, port: 0, password, programs, account };
        if let Some(port) = cluster.running_port()? {
            if files::durability(&cluster.folder) == Some(Durability::Fast) && durability == Durability::Safe
            {
                cluster.end()?;
            } else {
                cluster.port = port;
                return Ok(cluster);
            }
        }
        cluster.launch(durability)?;
        Ok(cluster)
    }

    /// The cluster of this folder, if it runs. Starts nothing.
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub fn running(dir: &Path) -> Result<Option<Cluster>, Error> {
        let account = Account::of_this_process()?;
        let folder = files::place(dir, &account);
        if !files::data(&folder).join("PG_VERSION").exists() {
            return Ok(None);
        }
        let programs = Programs::find(&files::data(&folder))?;
        let password = files::password(&folder, &account)?;
        let mut cluster = Cluster { folder, port: 0, password, programs, account };
        Ok(cluster.running_port()?.map(|port| {
            cluster.port = port;
            cluster
        }))
    }

    /// The address for the cluster's superuser: `postgres://…@127.0.0.1:…/postgres`, by its socket where it has one.
    pub fn url(&self) -> String {
        let socket = files::socket(&self.folder, self.port).map(|folder| format!("?host={folder}"));
        let socket = socket.unwrap_or_default();
        format!("postgres://{ADMIN}:{}@127.0.0.1:{}/postgres{socket}", self.password, self.port)
    }

    /// Whether the server lives, and doesn't end.
    pub fn is_up(&self) -> bool {
        files::postmaster(&self.folder)
            .is_some_and(|server| !server.stopping && account::is_server(server.pid))
    }

    /// The number of the server's first process, where one lives.
    pub fn pid(&self) -> Option<u32> {
        files::postmaster(&self.folder).map(|server| server.pid).filter(|pid| account::is_server(*pid))
    }

    /// Starts a server that has died or is ending again, on the port that everybody knows. One that is up is left as it is.
    ///
    /// # Errors
    /// When it doesn't start; it can be tried again.
    pub fn revive(&self) -> Result<(), Error> {
        let _lock = files::lock(&self.folder)?;
        if self.running_port()?.is_some() {
            return Ok(());
        }
        let durability = files::durability(&self.folder).unwrap_or(Durability::Safe);
        files::configure(&self.folder, &self.account, durability)?;
        match self.start_at(self.port)? {
            true => Ok(()),
            false => Err(self.not_started()),
        }
    }

    /// Ends the server; connections are closed, what was committed is kept.
    ///
    /// # Errors
    /// When it doesn't end in time.
    pub fn stop(self) -> Result<(), Error> {
        let _lock = files::lock(&self.folder)?;
        self.end()
    }

    fn end(&self) -> Result<(), Error> {
        if self.control(&["status"])?.is_none() {
            return Ok(());
        }
        let seconds = PATIENCE.as_secs().to_string();
        match self.control(&["stop", "-m", "fast", "-w", "-t", &seconds])? {
            Some(_) => Ok(()),
            None if self.control(&["status"])?.is_none() => Ok(()),
            None => Err(Error::Failed { program: "pg_ctl stop".into(), said: files::log_end(&self.folder) }),
        }
    }

    /// The port of the server, where one answers. Clears away what a killed one left behind, and ends one that can't.
    fn running_port(&self) -> Result<Option<u16>, Error> {
        let begun = Instant::now();
        while self.control(&["status"])?.is_some() {
            if let Some(server) = files::postmaster(&self.folder) {
                // After a crash of the machine the number may belong to something else by now.
                if !account::is_server(server.pid) {
                    files::clear_stale(&self.folder, server.port)?;
                    return Ok(None);
                }
                if server.ready && std::net::TcpStream::connect(("127.0.0.1", server.port)).is_ok() {
                    return Ok(Some(server.port));
                }
                if server.stopping && begun.elapsed() > FAREWELL {
                    // As a power cut would: what was committed is found in the log of the database.
                    self.control(&["stop", "-m", "immediate", "-w", "-t", "30"])?;
                }
            }
            if begun.elapsed() > PATIENCE {
                return Err(self.not_started());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(None)
    }

    /// Starts the server and waits until it answers.
    fn launch(&mut self, durability: Durability) -> Result<(), Error> {
        files::configure(&self.folder, &self.account, durability)?;
        // A killed server's children may hold its memory for a moment, and a free port may be taken meanwhile.
        for attempt in 0..5 {
            let port = files::port(&self.folder, attempt).map_err(|e| self.folder_error(e))?;
            if self.start_at(port)? {
                self.port = port;
                files::keep_port(&self.folder, port).map_err(|e| self.folder_error(e))?;
                return Ok(());
            }
            let said = files::log_end(&self.folder);
            if !said.contains("shared memory") && !said.contains("Address already in use") {
                break;
            }
            std::thread::sleep(Duration::from_secs(1));
        }
        Err(self.not_started())
    }

    /// Starts the server on this port; whether it answers then.
    fn start_at(&self, port: u16) -> Result<bool, Error> {
        files::rotate_log(&self.folder);
        let seconds = PATIENCE.as_secs().to_string();
        let log = files::log(&self.folder).display().to_string();
        let port = format!("-p {port}");
        Ok(self.control(&["start", "-w", "-t", &seconds, "-l", &log, "-o", &port])?.is_some())
    }

    /// Runs `pg_ctl`: what it said where it succeeded, nothing where it said no.
    fn control(&self, arguments: &[&str]) -> Result<Option<String>, Error> {
        let mut command = self.account.command(&self.programs.path("pg_ctl"));
        command.args(arguments).arg("-D").arg(files::data(&self.folder));
        let output = command.output().map_err(|source| Error::Run {
            program: self.programs.path("pg_ctl").display().to_string(),
            source,
        })?;
        Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
    }

    fn not_started(&self) -> Error {
        let said = files::log_end(&self.folder);
        if said.contains("No space left on device") {
            return Error::DiskFull(self.folder.clone());
        }
        Error::NotStarted { said, log: files::log(&self.folder) }
    }

    fn folder_error(&self, source: io::Error) -> Error {
        Error::Folder { path: self.folder.clone(), source }
    }
}

/// Where the cluster of `dir` really lies: there, or under `/var/lib/homeport/` where this process is root and the
/// account that Postgres runs as can't reach `dir`.
///
/// # Errors
/// When root has no such account.
pub fn place(dir: &Path) -> Result<PathBuf, Error> {
    Ok(files::place(dir, &Account::of_this_process()?))
}

/// Ends the cluster of this folder and deletes it with all its data.
///
/// # Errors
/// When it doesn't end, or a file can't be deleted.
pub fn remove(dir: &Path) -> Result<(), Error> {
    let folder = place(dir)?;
    if let Some(cluster) = Cluster::running(dir)? {
        cluster.stop()?;
    }
    match std::fs::remove_dir_all(&folder) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::Folder { path: folder, source: e }),
        _ => Ok(()),
    }
}

/// Makes a new cluster: UTF-8, passwords checked by SCRAM.
fn init(folder: &Path, programs: &Programs, account: &Account) -> Result<(), Error> {
    let program = programs.path("initdb");
    let mut said = String::new();
    // Not every system has the first.
    for locale in ["C.UTF-8", "C"] {
        files::clear_data(folder, account)?;
        let output = account
            .command(&program)
            .arg("-D")
            .arg(files::data(folder))
            .arg(format!("--username={ADMIN}"))
            .arg(format!("--pwfile={}", files::password_file(folder).display()))
            .arg(format!("--locale={locale}"))
            .args(["--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"])
            .output()
            .map_err(|source| Error::Run { program: program.display().to_string(), source })?;
        if output.status.success() {
            return Ok(());
        }
        said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    }
    files::clear_data(folder, account)?;
    if said.contains("No space left on device") {
        return Err(Error::DiskFull(folder.to_owned()));
    }
    Err(Error::Failed { program: "initdb".into(), said })
}

#[cfg(test)]
mod tests;
