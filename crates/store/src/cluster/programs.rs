//! Where Postgres' programs are: the newest under Debian's folder, or those on the PATH.

use super::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder with `initdb`, `pg_ctl` and `postgres` of one version.
#[derive(Clone, Debug)]
pub(super) struct Programs(PathBuf);

impl Programs {
    /// The programs for this data folder: of the version that made it, or the newest where it is new.
    pub(super) fn find(data: &Path) -> Result<Programs, Error> {
        let mut found = debian();
        found.extend(on_path());
        found.retain(|(_, folder)| folder.join("initdb").exists() && folder.join("pg_ctl").exists());
        let Some(newest) = found.first().cloned() else { return Err(Error::Missing) };
        let Ok(version) = std::fs::read_to_string(data.join("PG_VERSION")) else {
            return Ok(Programs(newest.1));
        };
        let version = version.trim().to_owned();
        let made_it = found.into_iter().find(|(v, _)| *v == version);
        match made_it {
            Some((_, folder)) => Ok(Programs(folder)),
            None => Err(Error::OtherVersion { folder: data.to_owned(), version }),
        }
    }

    /// One of them.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

/// The versions that Debian installed, the newest first.
fn debian() -> Vec<(String, PathBuf)> {
    let Ok(entries) = std::fs::read_dir("/usr/lib/postgresql") else { return Vec::new() };
    let mut versions: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(version, folder)| (version.to_string(), folder)).collect()
}

/// Those on the PATH, which say their version themselves.
fn on_path() -> Vec<(String, PathBuf)> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        // A link may lead to a folder of which the server needs its neighbours.
        .filter_map(|folder| folder.join("initdb").canonicalize().ok()?.parent().map(Path::to_owned))
        .filter_map(|folder| Some((version(&folder)?, folder)))
        .collect()
}

/// The major version: `15` of `initdb (PostgreSQL) 15.18 (Debian …)`.
fn version(folder: &Path) -> Option<String> {
    let output = Command::new(folder.join("initdb")).arg("--version").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = text.split_once("(PostgreSQL) ")?.1;
    Some(number.chars().take_while(char::is_ascii_digit).collect())
}
