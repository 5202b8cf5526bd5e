//! Why the embedded Postgres is not there, in sentences that say what to do.

use std::error::Error as _;
use std::io;
use std::path::PathBuf;

/// Why the embedded Postgres is not there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The programs are not installed.
    #[error(
        "Postgres is not installed: initdb and pg_ctl are neither under /usr/lib/postgresql/*/bin nor on the PATH. \
         On Debian: apt-get install postgresql. Or set DATABASE_URL to use a server of your own"
    )]
    Missing,
    /// The data was written by a version that is not installed.
    #[error(
        "the database in {folder} was made by Postgres {version}, which is not installed. On Debian: apt-get install postgresql-{version}"
    )]
    OtherVersion {
        /// Where the data is.
        folder: PathBuf,
        /// The major version that made it.
        version: String,
    },
    /// Run as root, without an account to run the server as.
    #[error(
        "Postgres refuses to run as root, and there is no account “postgres” to run it as. On Debian, apt-get install postgresql makes one"
    )]
    NoAccount,
    /// A file or folder can't be made or read.
    #[error("{path} can't be used for the database")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The disk is full.
    #[error("there is no space left on the disk that holds {0}")]
    DiskFull(PathBuf),
    /// A program can't be run at all.
    #[error("{program} can't be run")]
    Run {
        /// Its path.
        program: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A program ran and failed.
    #[error("{program} failed: {said}")]
    Failed {
        /// Its name.
        program: String,
        /// The end of what it said.
        said: String,
    },
    /// The server didn't come up, or not in time.
    #[error("the embedded Postgres did not start: {said} (its log is {log})")]
    NotStarted {
        /// The end of its log.
        said: String,
        /// Where the whole of it is.
        log: PathBuf,
    },
}

/// One sentence with its causes: whoever starts a cluster shows it to a person.
impl From<Error> for crate::Error {
    fn from(error: Error) -> Self {
        let mut text = error.to_string();
        if let Some(source) = error.source() {
            text.push_str(": ");
            text.push_str(&source.to_string());
        }
        crate::Error::Cluster(text)
    }
}
