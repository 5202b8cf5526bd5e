//! The authority of our own, and the certificate that the broker has from it.

use crate::error::{Error, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose,
};
use rustls::sign::CertifiedKey;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

const AUTHORITY_LASTS: Duration = Duration::days(20 * 365);
const SERVER_LASTS: Duration = Duration::days(365);
const RENEW_BEFORE: Duration = Duration::days(30);

/// The authority's certificate and what signs in its name.
pub(super) fn authority(folder: &Path) -> Result<(String, Issuer<'static, KeyPair>)> {
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
pub(super) fn server(
    folder: &Path,
    names: &[String],
    issuer: &Issuer<'_, KeyPair>,
) -> Result<Arc<CertifiedKey>> {
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
    Ok(broker::certified_key(&read(&certificate)?, &read(&key)?)?)
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

pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(Error::file(path))
}

fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    options.open(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(Error::file(path))
}
