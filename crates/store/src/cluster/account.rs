//! As whom the server runs: Postgres refuses root, so root hands over to the account `postgres`.

use super::Error;
use std::path::Path;
use std::process::{Command, Stdio};

/// The account of the server.
#[derive(Clone, Debug)]
pub(super) enum Account {
    /// Our own.
    Own,
    /// Another, because we are root.
    Postgres {
        /// User number.
        uid: u32,
        /// Group number.
        gid: u32,
    },
}

impl Account {
    /// Ours, or `postgres` where we are root.
    pub(super) fn of_this_process() -> Result<Account, Error> {
        if number(&["-u"]) != Some(0) {
            return Ok(Account::Own);
        }
        match (number(&["-u", "postgres"]), number(&["-g", "postgres"])) {
            (Some(uid), Some(gid)) => Ok(Account::Postgres { uid, gid }),
            _ => Err(Error::NoAccount),
        }
    }

    /// A command that runs as this account, in a folder that it can read.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = match self {
            Account::Own => Command::new(program),
            Account::Postgres { .. } => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
                command
            }
        };
        // Messages are read by us: in English, please. PGDATA and its like would mislead the programs.
        command.env("LC_ALL", "C").env_remove("PGDATA").env_remove("PGPORT").env_remove("PGHOST");
        command.current_dir("/").stdin(Stdio::null());
        command
    }

    /// Gives a file to the account.
    pub(super) fn own(&self, path: &Path) -> Result<(), Error> {
        match self {
            Account::Own => Ok(()),
            Account::Postgres { uid, gid } => std::os::unix::fs::chown(path, Some(*uid), Some(*gid))
                .map_err(|source| Error::Folder { path: path.to_owned(), source }),
        }
    }

    /// Whether the account can reach this folder, through all folders above it.
    pub(super) fn reaches(&self, folder: &Path) -> bool {
        match self {
            Account::Own => true,
            Account::Postgres { .. } => {
                let mut command = self.command(Path::new("test"));
                command.arg("-x").arg(folder).status().is_ok_and(|status| status.success())
            }
        }
    }
}

/// Whether this process is a living Postgres server. Where there is no `/proc` to ask: taken to be one.
pub(super) fn is_server(pid: u32) -> bool {
    // `Name:` and `State:` stand in it; a killed server stays as a zombie until somebody asks for it.
    match std::fs::read_to_string(format!("/proc/{pid}/status")) {
        Ok(status) => {
            let line =
                |key: &str| status.lines().find_map(|l| l.strip_prefix(key)).unwrap_or_default().trim();
            line("Name:").starts_with("post") && !line("State:").starts_with(['Z', 'X'])
        }
        Err(_) => !Path::new("/proc/self").exists(),
    }
}

fn number(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
