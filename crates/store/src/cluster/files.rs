//! The files of a cluster: where they lie, who may read them, what they say.
//!
//! `{folder}/data` is Postgres' own; beside it `password` (0600), `port`, `log` and `lock`.

use super::account::Account;
use super::{Durability, Error};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Write};
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Where root keeps clusters whose own folder the server's account can't reach.
const ELSEWHERE: &str = "/var/lib/homeport";
const SETTINGS: &str = "homeport.conf";
/// Longest folder of a socket, in bytes: the system takes 107 with the name of the socket.
const SOCKET_MAX: usize = 88;

pub(super) fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

pub(super) fn log(folder: &Path) -> PathBuf {
    folder.join("log")
}

pub(super) fn password_file(folder: &Path) -> PathBuf {
    folder.join("password")
}

/// Where the cluster of `dir` lies; see [`super::place`].
pub(super) fn place(dir: &Path, account: &Account) -> PathBuf {
    let dir = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    let nearest = dir.ancestors().skip(1).find(|a| a.exists());
    if nearest.is_none_or(|folder| account.reaches(folder)) {
        return dir;
    }
    let hash = Sha256::digest(dir.as_os_str().as_encoded_bytes());
    let name: String = hash.iter().take(8).map(|b| format!("{b:02x}")).collect();
    Path::new(ELSEWHERE).join(name)
}

/// Makes the cluster's folder and gives it to the account.
pub(super) fn prepare(dir: &Path, account: &Account) -> Result<PathBuf, Error> {
    let folder = place(dir, account);
    let at = |source| Error::Folder { path: folder.clone(), source };
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent).map_err(at)?;
    }
    match fs::DirBuilder::new().mode(0o700).create(&folder) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(at(e)),
        _ => account.own(&folder)?,
    }
    Ok(folder)
}

/// Held while a cluster is started or ended, so that two processes don't do it at once.
pub(super) fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("lock");
    let opened = fs::OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
    opened.and_then(|file| file.lock().map(|()| file)).map_err(|source| Error::Folder { path, source })
}

/// The superuser's password, made at the first start.
pub(super) fn password(folder: &Path, account: &Account) -> Result<String, Error> {
    let path = password_file(folder);
    let read = match fs::read_to_string(&path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let mut bytes = [0; 24];
            getrandom::fill(&mut bytes)
                .map_err(|e| Error::Folder { path: path.clone(), source: io::Error::other(e) })?;
            let password: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
            let mut options = fs::OpenOptions::new();
            let made = options.write(true).create_new(true).mode(0o600).open(&path);
            made.and_then(|mut file| file.write_all(password.as_bytes())).map(|()| password)
        }
        other => other,
    };
    let password = read.map_err(|source| Error::Folder { path: path.clone(), source })?;
    account.own(&path)?;
    Ok(password)
}

/// An empty folder for `initdb`; what a broken first start left goes.
pub(super) fn clear_data(folder: &Path, account: &Account) -> Result<(), Error> {
    let path = data(folder);
    let cleared = match fs::remove_dir_all(&path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => fs::DirBuilder::new().mode(0o700).create(&path),
    };
    cleared.map_err(|source| Error::Folder { path: path.clone(), source })?;
    account.own(&path)
}

/// Writes our settings; Postgres reads them after its own.
pub(super) fn configure(folder: &Path, account: &Account, durability: Durability) -> Result<(), Error> {
    // Through a socket a commit takes a third of the time that it takes over TCP. Tests put proxies in between, over TCP.
    let socket = socket_folder(folder).filter(|_| durability == Durability::Safe).unwrap_or_default();
    let common = "listen_addresses = '127.0.0.1'\ntimezone = 'UTC'\nlog_timezone = 'UTC'\n\
         lc_messages = 'C'\njit = off\ncheckpoint_timeout = 15min\nmax_wal_size = 2GB\nmin_wal_size = 128MB\n";
    let own = match durability {
        Durability::Safe => {
            "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\nshared_buffers = 256MB\nmax_connections = 200\n\
             wal_compression = on\nautovacuum_naptime = 20s\n"
        }
        Durability::Fast => {
            "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nshared_buffers = 128MB\n\
             max_connections = 500\nwal_level = minimal\nmax_wal_senders = 0\n"
        }
    };
    write(
        &data(folder).join(SETTINGS),
        &format!("unix_socket_directories = '{socket}'\n{common}{own}"),
        account,
    )?;
    // SCRAM costs a test's client, which is not optimised, tens of milliseconds a connection; loopback needs none.
    let method = match durability {
        Durability::Safe => "scram-sha-256",
        Durability::Fast => "password",
    };
    let rules = format!("local all all {method}\nhost all all 127.0.0.1/32 {method}\n");
    write(&data(folder).join("pg_hba.conf"), &rules, account)?;
    let main = data(folder).join("postgresql.conf");
    let at = |source| Error::Folder { path: main.clone(), source };
    let text = fs::read_to_string(&main).map_err(at)?;
    if text.contains(SETTINGS) {
        return Ok(());
    }
    write(&main, &format!("{text}\ninclude_if_exists = '{SETTINGS}'\n"), account)
}

/// Where the server of this port listens on a socket; nothing where it doesn't.
pub(super) fn socket(folder: &Path, port: u16) -> Option<&str> {
    socket_folder(folder).filter(|_| folder.join(format!(".s.PGSQL.{port}")).exists())
}

/// The folder for a socket: the cluster's own, where its path is short enough and needs no quoting in an address.
fn socket_folder(folder: &Path) -> Option<&str> {
    let path = folder.to_str()?;
    let plain = path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b));
    (path.starts_with('/') && path.len() <= SOCKET_MAX && plain).then_some(path)
}

/// With which durability the cluster was last started.
pub(super) fn durability(folder: &Path) -> Option<Durability> {
    let text = fs::read_to_string(data(folder).join(SETTINGS)).ok()?;
    Some(if text.contains("fsync = off") { Durability::Fast } else { Durability::Safe })
}

/// What a running server says of itself.
pub(super) struct Postmaster {
    pub(super) pid: u32,
    pub(super) port: u16,
    pub(super) ready: bool,
    /// It ends, or would like to.
    pub(super) stopping: bool,
}

/// Reads `postmaster.pid`; nothing while it is being written.
pub(super) fn postmaster(folder: &Path) -> Option<Postmaster> {
    let text = fs::read_to_string(data(folder).join("postmaster.pid")).ok()?;
    let lines: Vec<&str> = text.lines().collect();
    let status = lines.get(7).map(|status| status.trim());
    Some(Postmaster {
        pid: lines.first()?.trim().parse().ok()?,
        port: lines.get(3)?.trim().parse().ok()?,
        ready: status == Some("ready"),
        stopping: status == Some("stopping"),
    })
}

/// Removes what a dead server says of itself, and its socket's lock, whose number may be somebody else's too.
pub(super) fn clear_stale(folder: &Path, port: u16) -> Result<(), Error> {
    for stale in [data(folder).join("postmaster.pid"), folder.join(format!(".s.PGSQL.{port}.lock"))] {
        match fs::remove_file(&stale) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(Error::Folder { path: stale, source });
            }
            _ => {}
        }
    }
    Ok(())
}

/// A port to listen on: the last one at the first attempt, if it is free; else any.
pub(super) fn port(folder: &Path, attempt: u32) -> io::Result<u16> {
    let last = fs::read_to_string(folder.join("port")).ok().and_then(|text| text.trim().parse::<u16>().ok());
    if let Some(port) = last.filter(|_| attempt == 0)
        && TcpListener::bind(("127.0.0.1", port)).is_ok()
    {
        return Ok(port);
    }
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Remembers the port for the next start.
pub(super) fn keep_port(folder: &Path, port: u16) -> io::Result<()> {
    fs::write(folder.join("port"), port.to_string())
}

/// Keeps the log of the start before this one, and no more.
pub(super) fn rotate_log(folder: &Path) {
    // Nothing to rotate at the first start; and a log that stays is no reason not to start.
    let _ = fs::rename(log(folder), folder.join("log.1"));
}

/// The last lines of the server's log, in one.
pub(super) fn log_end(folder: &Path) -> String {
    let text = fs::read(log(folder)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    if lines.is_empty() {
        return "it said nothing".into();
    }
    lines[lines.len().saturating_sub(4)..].join("; ")
}

fn write(path: &Path, text: &str, account: &Account) -> Result<(), Error> {
    fs::write(path, text).map_err(|source| Error::Folder { path: path.to_owned(), source })?;
    account.own(path)
}
