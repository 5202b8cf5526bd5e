//! Certificates for devices: an authority of our own, and the broker's certificate that it signs.
//!
//! ECDSA on P-256, which small devices can check. The authority lasts twenty years, because devices carry it; the
//! broker's certificate a year, and is replaced a month before its end, also while the server runs.

use crate::error::{Error, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use time::{Duration, OffsetDateTime};
use tokio_util::sync::CancellationToken;

const AUTHORITY_LASTS: Duration = Duration::days(20 * 365);
const SERVER_LASTS: Duration = Duration::days(365);
const RENEW_BEFORE: Duration = Duration::days(30);
const CHECK_EVERY: std::time::Duration = std::time::Duration::from_secs(12 * 3600);

/// The certificates in one folder.
#[derive(Debug)]
pub struct Certificates {
    folder: PathBuf,
    names: Vec<String>,
    ca_pem: String,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Certificates {
    /// Reads the certificates of this folder, or makes them, for the server of these names and addresses.
    ///
    /// # Errors
    /// When the folder can't be used or holds something else.
    pub fn load_or_create(folder: &Path, names: Vec<String>) -> Result<Arc<Certificates>> {
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
        let (ca_pem, authority) = authority(folder)?;
        let current = server(folder, &names, &authority)?;
        Ok(Arc::new(Certificates { folder: folder.to_owned(), names, ca_pem, current: RwLock::new(current) }))
    }

    /// The authority's certificate, PEM: what devices are given.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Where the authority's certificate lies.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// TLS 1.2 and 1.3 with the certificate as it is at each handshake.
    ///
    /// # Errors
    /// When the library can't be set up.
    pub fn server_config(self: &Arc<Self>) -> Result<Arc<ServerConfig>> {
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|e| Error::Tls(Box::new(e)))?
            .with_no_client_auth()
            .with_cert_resolver(self.clone());
        Ok(Arc::new(config))
    }

    /// Replaces the server's certificate when its end is near, until cancelled.
    pub async fn keep_fresh(self: Arc<Self>, cancel: CancellationToken) {
        while cancel.run_until_cancelled(tokio::time::sleep(CHECK_EVERY)).await.is_some() {
            let renewed =
                authority(&self.folder).and_then(|(_, issuer)| server(&self.folder, &self.names, &issuer));
            match renewed {
                Ok(key) => *self.current.write().unwrap_or_else(PoisonError::into_inner) = key,
                Err(error) => {
                    tracing::error!(causes = crate::error::chain(&error), "the certificate can't be renewed")
                }
            }
        }
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// The authority's certificate and what signs in its name.
fn authority(folder: &Path) -> Result<(String, Issuer<'static, KeyPair>)> {
    let (certificate, key) = (folder.join("ca.pem"), folder.join("ca.key"));
    let params = authority_params();
    if certificate.exists() && key.exists() {
        let pem = std::fs::read_to_string(&certificate).map_err(Error::file(&certificate))?;
        let pair = KeyPair::from_pem(&std::fs::read_to_string(&key).map_err(Error::file(&key))?)?;
        return Ok((pem, Issuer::new(params, pair)));
    }
    let pair = KeyPair::generate()?;
    let made = params.self_signed(&pair)?.pem();
    write(&key, &pair.serialize_pem(), 0o600)?;
    write(&certificate, &made, 0o644)?;
    Ok((made, Issuer::new(params, pair)))
}

/// The same whenever it is asked, but for the dates: a certificate that is signed later must name the same issuer.
fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = name("Homeport device authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = OffsetDateTime::now_utc() - Duration::days(1);
    params.not_after = params.not_before + AUTHORITY_LASTS;
    params
}

/// The server's certificate with its key: the one that is there, while it serves; else a new one.
fn server(folder: &Path, names: &[String], issuer: &Issuer<'_, KeyPair>) -> Result<Arc<CertifiedKey>> {
    let (certificate, key, note) =
        (folder.join("server.pem"), folder.join("server.key"), folder.join("server.txt"));
    let now = OffsetDateTime::now_utc();
    if !serves(&note, names, now) || !certificate.exists() || !key.exists() {
        let pair = KeyPair::generate()?;
        let mut params = CertificateParams::new(names.to_vec())?;
        params.distinguished_name = name(names.first().map_or("localhost", String::as_str));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        params.not_before = now - Duration::days(1);
        params.not_after = now + SERVER_LASTS;
        let made = params.signed_by(&pair, issuer)?.pem();
        write(&key, &pair.serialize_pem(), 0o600)?;
        write(&certificate, &made, 0o644)?;
        write(&note, &format!("{}\n{}\n", params.not_after.unix_timestamp(), names.join(" ")), 0o644)?;
        tracing::debug!(?names, "made a certificate for the broker");
    }
    let chain = read(&certificate)?;
    let chain = CertificateDer::pem_slice_iter(&chain)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| Error::Tls(Box::new(e)))?;
    let der = PrivateKeyDer::from_pem_slice(&read(&key)?).map_err(|e| Error::Tls(Box::new(e)))?;
    let provider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(chain, der, &provider).map(Arc::new).map_err(|e| Error::Tls(Box::new(e)))
}

/// Whether the certificate of this note has these names and is far from its end.
fn serves(note: &Path, names: &[String], now: OffsetDateTime) -> bool {
    let Ok(text) = std::fs::read_to_string(note) else { return false };
    let Some((until, noted)) = text.trim().split_once('\n') else { return false };
    let until = until.parse().ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    noted == names.join(" ") && until.is_some_and(|until| until - now > RENEW_BEFORE)
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name.push(DnType::OrganizationName, "Homeport");
    name
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(Error::file(path))
}

fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    options.open(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(Error::file(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        vec!["localhost".into(), "127.0.0.1".into(), "::1".into()]
    }

    fn leaf(certificates: &Certificates) -> Vec<u8> {
        certificates.current.read().unwrap().cert[0].to_vec()
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
}
