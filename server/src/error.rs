//! What keeps the server from starting or from going on, in sentences for whoever started it.

use std::io;
use std::path::PathBuf;

/// The result of what starts and stops the server.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A reason not to run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A port that was asked for is used by another program.
    #[error(
        "port {port} for {what} is taken by another program. End that program, or choose another port with {flag}"
    )]
    PortTaken {
        /// What would have listened there.
        what: &'static str,
        /// The port.
        port: u16,
        /// The flag that chooses another.
        flag: &'static str,
    },
    /// A port that only root may open.
    #[error("port {port} for {what} can't be opened by this account. Choose one above 1023 with {flag}")]
    PortForbidden {
        /// What would have listened there.
        what: &'static str,
        /// The port.
        port: u16,
        /// The flag that chooses another.
        flag: &'static str,
    },
    /// An address can't be listened on for another reason.
    #[error("{what} can't listen on {address}")]
    Listen {
        /// What would have listened there.
        what: &'static str,
        /// Where.
        address: std::net::SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file or folder refused.
    #[error("{path} can't be used", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another process runs on the same data.
    #[error("another Homeport is running on the data in {path}. End it, or choose another folder with --data-dir", path = .0.display())]
    DataInUse(PathBuf),
    /// `--fresh` on a folder that may hold something else.
    #[error("{path} was not made by Homeport, so --fresh doesn't delete it. Empty it yourself, or choose another folder with --data-dir", path = .0.display())]
    NotOurs(PathBuf),
    /// A setting that can't be understood.
    #[error("{name}: {why}")]
    Setting {
        /// The flag or variable.
        name: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The storage of files can't be used.
    #[error("files of devices can't be kept")]
    Files(#[from] store::ShelfError),
    /// The database can't be reached or used.
    #[error("the database can't be used")]
    Store(#[from] store::Error),
    /// A migration failed.
    #[error("the database can't be brought up to date")]
    Migration(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A use-case failed.
    #[error("Homeport refused its own request")]
    Domain(#[from] domain::Error),
    /// Certificates can't be made.
    #[error("the certificates can't be made")]
    Certificate(#[from] rcgen::Error),
    /// TLS can't be set up.
    #[error("TLS can't be set up")]
    Tls(#[from] broker::Error),
    /// The demo's readings or devices.
    #[error("the demo can't go on: {0}")]
    Demo(String),
    /// A bench can't measure, or the torture found what must not be.
    #[error("the bench: {0}")]
    Bench(String),
    /// Something of the operating system.
    #[error("the system refused")]
    Io(#[from] io::Error),
}

impl Error {
    /// What the address can't be listened on for.
    pub(crate) fn listen(
        what: &'static str,
        flag: &'static str,
        address: std::net::SocketAddr,
        source: io::Error,
    ) -> Error {
        match source.kind() {
            io::ErrorKind::AddrInUse => Error::PortTaken { what, port: address.port(), flag },
            io::ErrorKind::PermissionDenied => Error::PortForbidden { what, port: address.port(), flag },
            _ => Error::Listen { what, address, source },
        }
    }

    /// A file that refused.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::File { path, source }
    }
}

/// An error with its causes, as one line for the log or the terminal.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = cause.source();
    }
    text
}
