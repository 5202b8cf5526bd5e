//! The broker's certificate for devices: one of an authority of our own, or one in files of the operator's.
//!
//! Ours is ECDSA on P-256, which small devices can check. The authority lasts twenty years, because devices carry it;
//! the broker's certificate a year, and is replaced a month before its end. The operator's is read again when its
//! files change. Either way the server goes on running: new connections get the new one, those that stand stay.

mod operator;
mod own;

use crate::error::{Error, Result};
pub use operator::OperatorFiles;
use operator::{Seen, Watched};
use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often it is looked whether ours comes to its end.
const CHECK_OWN: Duration = Duration::from_secs(12 * 3600);
/// How often the operator's files are read.
const CHECK_FILES: Duration = Duration::from_secs(5);

/// The broker's certificate, whoever it comes from.
#[derive(Debug)]
pub struct Certificates {
    source: Source,
    ca_pem: String,
    current: RwLock<Arc<CertifiedKey>>,
}

#[derive(Debug)]
enum Source {
    Own { folder: PathBuf, names: Vec<String> },
    Operator(Watched),
}

impl Certificates {
    /// Reads the certificates of this folder, or makes them, for the server of these names and addresses.
    ///
    /// # Errors
    /// When the folder can't be used or holds something else.
    pub fn load_or_create(folder: &Path, names: Vec<String>) -> Result<Arc<Certificates>> {
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
        let (ca_pem, authority) = own::authority(folder)?;
        let current = RwLock::new(own::server(folder, &names, &authority)?);
        let source = Source::Own { folder: folder.to_owned(), names };
        Ok(Arc::new(Certificates { source, ca_pem, current }))
    }

    /// The certificate in these files.
    ///
    /// # Errors
    /// When they can't be read, or don't hold a certificate and its key.
    pub fn of_operator(files: OperatorFiles) -> Result<Arc<Certificates>> {
        let (watched, key) = Watched::new(files)?;
        let current = RwLock::new(key);
        Ok(Arc::new(Certificates { source: Source::Operator(watched), ca_pem: String::new(), current }))
    }

    /// The authority's certificate, PEM: what devices are given. Empty where it isn't ours: then devices know it.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Where the authority's certificate lies, where it is ours.
    pub fn ca_file(&self) -> Option<PathBuf> {
        match &self.source {
            Source::Own { folder, .. } => Some(folder.join("ca.pem")),
            Source::Operator(_) => None,
        }
    }

    /// TLS 1.2 and 1.3 with the certificate as it is at each handshake.
    ///
    /// # Errors
    /// When the library can't be set up.
    pub fn server_config(self: &Arc<Self>) -> Result<Arc<ServerConfig>> {
        Ok(broker::server_config_with(self.clone())?)
    }

    /// Replaces the certificate when its end is near or its files have changed, until cancelled.
    pub async fn keep_fresh(self: Arc<Self>, cancel: CancellationToken) {
        let every = match self.source {
            Source::Own { .. } => CHECK_OWN,
            Source::Operator(_) => CHECK_FILES,
        };
        while cancel.run_until_cancelled(tokio::time::sleep(every)).await.is_some() {
            match (self.refresh(), &self.source) {
                (Some(Ok(())), Source::Operator(watched)) => {
                    tracing::info!(file = %watched.chain().display(), "the broker has a new certificate");
                }
                (Some(Err(error)), _) => {
                    let causes = crate::error::chain(&error);
                    tracing::error!(causes, "the certificate can't be replaced; the one before is kept");
                }
                _ => {}
            }
        }
    }

    /// Looks for another certificate; nothing where there is none.
    fn refresh(&self) -> Option<Result<()>> {
        let found = match &self.source {
            Source::Own { folder, names } => {
                own::authority(folder).and_then(|(_, issuer)| own::server(folder, names, &issuer))
            }
            Source::Operator(watched) => match watched.look() {
                Seen::Same => return None,
                Seen::New(key) => Ok(key),
                Seen::Broken(error) => Err(error),
            },
        };
        Some(found.map(|key| *self.current.write().unwrap_or_else(PoisonError::into_inner) = key))
    }

    fn now(&self) -> Arc<CertifiedKey> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::{Duration, OffsetDateTime};

    fn names() -> Vec<String> {
        vec!["localhost".into(), "127.0.0.1".into(), "::1".into()]
    }

    fn leaf(certificates: &Certificates) -> Vec<u8> {
        certificates.now().cert[0].to_vec()
    }

    #[test]
    fn made_once_and_again_when_needed() {
        let folder = tempfile::tempdir().unwrap();
        let first = Certificates::load_or_create(folder.path(), names()).unwrap();
        let same = Certificates::load_or_create(folder.path(), names()).unwrap();
        assert_eq!((first.ca_pem(), leaf(&first)), (same.ca_pem(), leaf(&same)));

        let mut more = names();
        more.push("iot.example.com".into());
        let renamed = Certificates::load_or_create(folder.path(), more).unwrap();
        assert_eq!(renamed.ca_pem(), first.ca_pem());
        assert_ne!(leaf(&renamed), leaf(&first));

        let soon = OffsetDateTime::now_utc() + Duration::days(5);
        let note = format!("{}\n{}\n", soon.unix_timestamp(), names().join(" "));
        std::fs::write(folder.path().join("server.txt"), note).unwrap();
        let renewed = Certificates::load_or_create(folder.path(), names()).unwrap();
        assert_ne!(leaf(&renewed), leaf(&renamed));
        assert!(renewed.server_config().is_ok());
    }
    /// Writes a certificate of this name, and gives it as DER.
    fn put(files: &OperatorFiles, name: &str) -> Vec<u8> {
        let made = rcgen::generate_simple_self_signed(vec![name.into()]).unwrap();
        std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
        std::fs::write(&files.chain, made.cert.pem()).unwrap();
        made.cert.der().to_vec()
    }

    #[test]
    fn files_of_the_operator_s_are_taken_as_they_change() {
        let folder = tempfile::tempdir().unwrap();
        let files = OperatorFiles {
            chain: folder.path().join("fullchain.pem"),
            key: folder.path().join("privkey.pem"),
        };
        assert!(Certificates::of_operator(files.clone()).is_err(), "nothing there");
        let first = put(&files, "one");
        let certificates = Certificates::of_operator(files.clone()).unwrap();
        assert_eq!((leaf(&certificates), certificates.ca_pem()), (first, ""));
        let Source::Operator(watched) = &certificates.source else { panic!() };
        assert!(matches!(watched.look(), Seen::Same));

        let second = put(&files, "two");
        assert!(matches!(certificates.refresh(), Some(Ok(()))));
        assert_eq!(leaf(&certificates), second);
        assert!(certificates.refresh().is_none(), "nothing new");

        // Half of a pair may be just being written: it is a failure only when it stays, and is told once.
        let made = rcgen::generate_simple_self_signed(vec!["three".into()]).unwrap();
        std::fs::write(&files.chain, made.cert.pem()).unwrap();
        assert!(certificates.refresh().is_none());
        assert!(matches!(certificates.refresh(), Some(Err(_))));
        assert!(certificates.refresh().is_none());
        assert_eq!(leaf(&certificates), second);
        std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
        assert!(matches!(certificates.refresh(), Some(Ok(()))));
        assert_eq!(leaf(&certificates), made.cert.der().to_vec());

        std::fs::remove_file(&files.chain).unwrap();
        assert!(certificates.refresh().is_none());
        assert!(matches!(certificates.refresh(), Some(Err(_))));
        assert_eq!(leaf(&certificates), made.cert.der().to_vec());
    }
}
