//! TLS 1.2 and 1.3 for devices that come over the open network.

use crate::Error;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;

/// What the TLS listener needs, made from a certificate chain (the broker's own first) and its key, both PEM.
///
/// # Errors
/// When either holds nothing of its kind, or they don't belong together.
pub fn server_config(chain_pem: &[u8], key_pem: &[u8]) -> Result<Arc<ServerConfig>, Error> {
    let chain = CertificateDer::pem_slice_iter(chain_pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| Error::Pem("certificate"))?;
    if chain.is_empty() {
        return Err(Error::Pem("certificate"));
    }
    let key = PrivateKeyDer::from_pem_slice(key_pem).map_err(|_| Error::Pem("key"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Error::Tls)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(Error::Tls)?;
    Ok(Arc::new(config))
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
    }
}
