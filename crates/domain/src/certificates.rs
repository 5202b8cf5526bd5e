//! Certificates of devices: two a device, so that the next one can be set before the last one runs out.
//!
//! A device whose TLS connection shows one of them, and proves to hold its key, needs no password. Who has issued it
//! does not matter; its dates do. The device's key goes on working beside it.

use crate::access::{ManageDevices, ViewDevices};
use crate::audit::Act;
use crate::context::Context;
use crate::devices::find;
use crate::error::Result;
use model::audit::{Action, Subject};
use model::certificate::{self, DeviceCertificate, Place, Thumbprint};
use model::device::Device;
use model::event::EventKind;
use model::{Code, DeviceId, Problem};
use serde_json::json;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use store::WorkspaceTx;
use store::repository::device_certificates::KeptCertificate;
use x509_parser::prelude::{FromDer, Pem, X509Certificate};

/// Longest subject that is kept, in characters.
const SUBJECT_MAX: usize = 200;

/// Those of a device, the primary one first.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn list(context: &Context, external_id: &str) -> Result<Vec<DeviceCertificate>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    Ok(scope.device_certificates().list(device.id).await?)
}

/// Gives a device the certificate of this text, PEM or the SHA-256 thumbprint alone, in the place of what was there,
/// and ends the connections of one that may have come with what was there. All of its certificates.
///
/// # Errors
/// [`model::Code::Invalid`] or [`model::Code::Taken`] beside the place's name, [`model::Code::NotFound`],
/// [`model::Code::NotAllowed`].
pub async fn set(
    context: &Context,
    external_id: &str,
    place: Place,
    text: &str,
) -> Result<Vec<DeviceCertificate>> {
    let granted = context.grant::<ManageDevices>()?;
    let given = given(text, context.now_ms)
        .map_err(|message| Problem::field(Code::Invalid, place.as_str(), message))?;
    let scope = granted.scope().await?;
    let device = find(&scope, external_id).await?;
    let before = scope.device_certificates().list(device.id).await?;
    let shown = given.thumbprint.to_string();
    if before.iter().any(|other| other.place == place.other() && other.thumbprint == shown) {
        let message = format!("It is the {} certificate already.", place.other().as_str());
        return Err(Problem::field(Code::Taken, place.as_str(), message).into());
    }
    scope.device_certificates().put(device.id, place, &given).await?;
    log(&scope, context, device.id, format!("The {} certificate was set", place.as_str())).await?;
    let after = scope.device_certificates().list(device.id).await?;
    context.audited(&scope, act(&device, place, &before, &after)).await?;
    if before.iter().any(|replaced| replaced.place == place && replaced.thumbprint != shown) {
        scope.cut_off(&device.external_id).await?;
    }
    scope.commit().await?;
    Ok(after)
}

/// Takes one away, and ends the connections of the device. All that are left; one that is gone already is no error.
///
/// # Errors
/// [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn remove(context: &Context, external_id: &str, place: Place) -> Result<Vec<DeviceCertificate>> {
    let scope = context.grant::<ManageDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    let before = scope.device_certificates().list(device.id).await?;
    let was_there = scope.device_certificates().delete(device.id, place).await?;
    if was_there {
        log(&scope, context, device.id, format!("The {} certificate was removed", place.as_str())).await?;
    }
    let after = scope.device_certificates().list(device.id).await?;
    if was_there {
        context.audited(&scope, act(&device, place, &before, &after)).await?;
        scope.cut_off(&device.external_id).await?;
    }
    scope.commit().await?;
    Ok(after)
}

/// A change of one of them, for the audit log.
fn act(device: &Device, place: Place, before: &[DeviceCertificate], after: &[DeviceCertificate]) -> Act {
    let of = |all: &[DeviceCertificate]| all.iter().find(|one| one.place == place).cloned();
    let act = Act::new(Action::Update, Subject::Certificate, &device.external_id, &device.name);
    act.before(json!({ place.as_str(): of(before) })).after(json!({ place.as_str(): of(after) }))
}

/// A certificate that a client has shown.
pub(crate) struct Shown {
    pub(crate) thumbprint: Thumbprint,
    /// When it begins and when it runs out, in milliseconds since 1970; none where it can't be read.
    pub(crate) valid_ms: Option<(i64, i64)>,
}

/// What the gate must know of a certificate, DER.
pub(crate) fn shown(der: &[u8]) -> Shown {
    let valid_ms = X509Certificate::from_der(der).ok().map(|(_, certificate)| {
        let validity = certificate.validity();
        (milliseconds(validity.not_before.timestamp()), milliseconds(validity.not_after.timestamp()))
    });
    Shown { thumbprint: thumbprint(der), valid_ms }
}

/// What is wrong with a certificate at this time, if anything is.
pub(crate) fn out_of_time(shown: &Shown, now_ms: i64) -> Option<String> {
    match shown.valid_ms {
        None => Some("The certificate's dates can't be read".into()),
        Some((_, end)) if end < now_ms => Some(format!("The certificate ran out on {}", day(end))),
        Some((begin, _)) if begin > now_ms => {
            Some(format!("The certificate is not valid before {}", day(begin)))
        }
        Some(_) => None,
    }
}

/// A day as people read it: `2026-03-01`.
pub(crate) fn day(ms: i64) -> String {
    let at = time::OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000));
    at.map_or_else(|_| "a time out of reach".into(), |at| at.date().to_string())
}

/// Reads what a person has pasted.
pub(crate) fn given(text: &str, now_ms: i64) -> Result<KeptCertificate, String> {
    certificate::pasted(text)?;
    if !text.contains("-----BEGIN") {
        let thumbprint = Thumbprint::read(text)?;
        return Ok(KeptCertificate { thumbprint, subject: None, not_after_ms: None, sha1: None });
    }
    let broken = || "This certificate can't be read. Copy it whole, from BEGIN to END.".to_owned();
    // Of a chain the first is the device's own.
    let pem = Pem::iter_from_buffer(text.as_bytes()).next().and_then(|pem| pem.ok()).ok_or_else(broken)?;
    let certificate = pem.parse_x509().map_err(|_| broken())?;
    let not_after_ms = milliseconds(certificate.validity().not_after.timestamp());
    if not_after_ms < now_ms {
        return Err(format!("This certificate ran out on {}.", day(not_after_ms)));
    }
    let subject: String =
        certificate.subject().to_string().chars().filter(|c| !c.is_control()).take(SUBJECT_MAX).collect();
    Ok(KeptCertificate {
        thumbprint: thumbprint(&pem.contents),
        subject: Some(subject).filter(|subject| !subject.is_empty()),
        not_after_ms: Some(not_after_ms),
        sha1: Some(Sha1::digest(&pem.contents).into()),
    })
}

pub(crate) fn thumbprint(der: &[u8]) -> Thumbprint {
    Thumbprint(Sha256::digest(der).into())
}

fn milliseconds(seconds: i64) -> i64 {
    seconds.saturating_mul(1000)
}

async fn log(scope: &WorkspaceTx, context: &Context, device: DeviceId, what: String) -> Result<()> {
    let text = format!("{what} by {}.", context.actor);
    let kind = EventKind::CertificateChanged;
    Ok(scope.device_events().log(device, kind, &text, context.now_ms).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 1 -subj /CN=pump`, of 2026.
    const PEM: &str = include_str!("../tests/pump.pem");

    #[test]
    fn a_certificate_is_read_and_judged_by_its_dates() {
        let certificate = given(PEM, 0).unwrap();
        let end = certificate.not_after_ms.unwrap();
        assert_eq!(certificate.subject.as_deref(), Some("CN=pump"));
        assert_eq!(given(&certificate.thumbprint.to_string(), 0).unwrap().thumbprint, certificate.thumbprint);
        assert_eq!(given(PEM, end).unwrap(), certificate);
        assert!(given(PEM, end + 1).unwrap_err().contains("ran out on 20"));
        let (_, pem) = x509_parser::pem::parse_x509_pem(PEM.as_bytes()).unwrap();
        let shown = shown(&pem.contents);
        assert_eq!((shown.thumbprint, shown.valid_ms.unwrap().1), (certificate.thumbprint, end));
    }

    #[test]
    fn what_is_broken_is_refused() {
        let half = format!("{}\n-----END CERTIFICATE-----\n", &PEM[..200]);
        let nothing = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for bad in [&half, nothing, &PEM[..300]] {
            assert!(given(bad, 0).unwrap_err().contains("can't be read"), "{bad}");
        }
        assert!(given("nonsense", 0).is_err());
        assert!(shown(b"nonsense").valid_ms.is_none());
    }
}
