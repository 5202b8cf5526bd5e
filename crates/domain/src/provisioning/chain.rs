//! Certificates that an authority has issued: whether they lead to it, and whom they name.

use rustls_pki_types::{CertificateDer, UnixTime};
use std::time::Duration;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_parser::prelude::{FromDer, X509Certificate};

/// Most certificates of a chain that are looked at.
const CHAIN_MAX: usize = 8;

/// Whether this chain, the device's own certificate first, leads to the authority and every link of it holds at this
/// time, in milliseconds since 1970.
pub(crate) fn leads_to(chain: &[&[u8]], authority: &[u8], now_ms: i64) -> bool {
    let Some((own, between)) = chain.split_first() else { return false };
    let (own, authority) = (CertificateDer::from(*own), CertificateDer::from(authority));
    let between: Vec<CertificateDer<'_>> =
        between.iter().take(CHAIN_MAX).map(|der| CertificateDer::from(*der)).collect();
    let (Ok(end), Ok(anchor)) = (EndEntityCert::try_from(&own), anchor_from_trusted_cert(&authority)) else {
        return false;
    };
    let now = UnixTime::since_unix_epoch(Duration::from_millis(u64::try_from(now_ms).unwrap_or_default()));
    // Some other usage may stand in it; a device's certificate often says nothing of usages.
    end.verify_for_usage(ALL_VERIFICATION_ALGS, &[anchor], &between, now, KeyUsage::client_auth(), None, None)
        .is_ok()
}

/// Whom a certificate names: the last common name of its subject.
pub(crate) fn common_name(der: &[u8]) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let name = certificate.subject().iter_common_name().last()?;
    name.as_str().ok().map(str::to_owned)
}

/// Whether the authority's key has signed this certificate, whatever their dates are and whatever it may be used for.
pub(crate) fn signed_by(der: &[u8], authority: &[u8]) -> bool {
    let (Ok((_, certificate)), Ok((_, authority))) =
        (X509Certificate::from_der(der), X509Certificate::from_der(authority))
    else {
        return false;
    };
    certificate.verify_signature(Some(authority.public_key())).is_ok()
}
