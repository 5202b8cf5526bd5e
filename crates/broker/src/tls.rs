//! TLS 1.2 and 1.3 for devices that come over the open network.

mod proof;

use crate::Error;
use proof::AnyCertificate;
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ResolvesServerCert;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use std::sync::Arc;

/// What the TLS listener needs, made from a certificate chain (the broker's own first) and its key, both PEM.
///
/// # Errors
/// When either holds nothing of its kind, or they don't belong together.
pub fn server_config(chain_pem: &[u8], key_pem: &[u8]) -> Result<Arc<ServerConfig>, Error> {
    let key = Arc::unwrap_or_clone(certified_key(chain_pem, key_pem)?);
    server_config_with(Arc::new(SingleCertAndKey::from(key)))
}

/// The same with a certificate that is asked for at each handshake, so that it may be replaced while the broker runs.
///
/// Clients are asked for a certificate of theirs and may have none; whose it is, the [`crate::DeviceGate`] decides.
///
/// # Errors
/// When the library can't be set up.
pub fn server_config_with(certificate: Arc<dyn ResolvesServerCert>) -> Result<Arc<ServerConfig>, Error> {
    let provider = Arc::new(default_provider());
    let clients = Arc::new(AnyCertificate::new(&provider));
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Error::Tls)?
        .with_client_cert_verifier(clients)
        .with_cert_resolver(certificate);
    Ok(Arc::new(config))
}

/// A certificate chain (the server's own first) with its key, both PEM.
///
/// # Errors
/// When either holds nothing of its kind, or they don't belong together.
pub fn certified_key(chain_pem: &[u8], key_pem: &[u8]) -> Result<Arc<CertifiedKey>, Error> {
    let chain = CertificateDer::pem_slice_iter(chain_pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| Error::Pem("certificate"))?;
    if chain.is_empty() {
        return Err(Error::Pem("certificate"));
    }
    let key = PrivateKeyDer::from_pem_slice(key_pem).map_err(|_| Error::Pem("key"))?;
    CertifiedKey::from_der(chain, key, &default_provider()).map(Arc::new).map_err(Error::Tls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_refused() {
        assert!(matches!(server_config(b"", b""), Err(Error::Pem("certificate"))));
        let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
        assert!(matches!(server_config(made.cert.pem().as_bytes(), b"x"), Err(Error::Pem("key"))));
        let key = made.signing_key.serialize_pem();
        assert!(server_config(made.cert.pem().as_bytes(), key.as_bytes()).is_ok());
        let other = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
        let mixed = server_config(other.cert.pem().as_bytes(), key.as_bytes());
        assert!(matches!(mixed, Err(Error::Tls(rustls::Error::InconsistentKeys(_)))));
    }
}
