//! A broker with TLS, and what a client needs to trust it.

use crate::setup::TestBroker;
use broker::{Config, server_config_with};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::client::ResolvesClientCert;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{SignatureScheme, SupportedProtocolVersion};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// An authority, and the certificate that the broker has from it at the moment.
pub(crate) struct Authority {
    pub(crate) pem: String,
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    current: Arc<Current>,
}

#[derive(Debug)]
struct Current(Mutex<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.lock().unwrap().clone())
    }
}

/// A certificate that is shown whether or not its key fits.
#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesClientCert for Shown {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// A broker with TLS, its port, and where its certificate comes from.
pub(crate) async fn with_tls() -> (TestBroker, u16, Authority) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "an authority");
    let ca = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let current = Arc::new(Current(Mutex::new(made(&issuer))));
    let authority = Authority { pem: ca.pem(), der: ca.der().clone(), issuer, current };
    let tls = server_config_with(authority.current.clone()).unwrap();
    let config = Config { tls: Some((([127, 0, 0, 1], 0).into(), tls)), ..Config::default() };
    let broker = TestBroker::with(config).await;
    let port = broker.running.tls_addr().unwrap().port();
    (broker, port, authority)
}

fn made(issuer: &Issuer<'_, KeyPair>) -> Arc<CertifiedKey> {
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, issuer).unwrap();
    broker::certified_key(own.pem().as_bytes(), key.serialize_pem().as_bytes()).unwrap()
}

impl Authority {
    /// Gives the broker another certificate; the certificate, DER.
    pub(crate) fn renew(&self) -> Vec<u8> {
        let new = made(&self.issuer);
        let der = new.cert[0].to_vec();
        *self.current.0.lock().unwrap() = new;
        der
    }

    /// A connection of this version, which shows this certificate and signs with this key (PEM), if any.
    pub(crate) async fn stream(
        &self,
        port: u16,
        version: &'static SupportedProtocolVersion,
        shown: Option<(CertificateDer<'static>, Vec<u8>)>,
    ) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        let provider = rustls::crypto::ring::default_provider();
        let signing = shown.map(|(certificate, key)| {
            let key = PrivateKeyDer::from_pem_slice(&key).unwrap();
            let key = provider.key_provider.load_private_key(key).unwrap();
            Shown(Arc::new(CertifiedKey::new(vec![certificate], key)))
        });
        let config = rustls::ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots);
        let config = match signing {
            Some(shown) => config.with_client_cert_resolver(Arc::new(shown)),
            None => config.with_no_client_auth(),
        };
        let tcp = TcpStream::connect(("127.0.0.1", port)).await?;
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, tcp).await
    }

    /// Whether such a connection gets as far as to an answer of the broker's. With TLS 1.3 the client's half of the
    /// handshake is done before the broker has seen the signature.
    pub(crate) async fn connects(
        &self,
        port: u16,
        version: &'static SupportedProtocolVersion,
        shown: Option<(CertificateDer<'static>, Vec<u8>)>,
    ) -> bool {
        let Ok(mut stream) = self.stream(port, version, shown).await else { return false };
        // A CONNECT of an unknown version, which is answered before anybody is asked who it is.
        let hello = [0x10, 13, 0, 4, b'M', b'Q', b'T', b'T', 9, 2, 0, 60, 0, 1, b'x'];
        stream.write_all(&hello).await.is_ok() && stream.read_u8().await.is_ok_and(|byte| byte == 0x20)
    }
}
