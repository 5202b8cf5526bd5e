//! `/api/devices/{id}/attestation`: the enrolment of a single device, which overrides its group's.

use super::devices::named;
use super::enrollment_groups::{KeysIn, KeysOut};
use super::group_certificates::InfoOut;
use super::{Body, Caller, Fault};
use axum::Json;
use axum::extract::Path;
use domain::provisioning::attestations::{self, NewAttestation};
use http::StatusCode;
use model::certificate::Place;
use model::enrolment::{Attestation, AttestedCertificate};
use model::{Code, Problem};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An enrolment as it is answered.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum AttestationOut {
    SymmetricKey {
        // Said twice: what makes the document does not read what the enum says of all its fields.
        #[serde(rename = "symmetricKey")]
        symmetric_key: KeysOut,
    },
    X509 {
        x509: X509Out,
    },
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct X509Out {
    client_certificates: CertificatesOut,
}

#[derive(Serialize, ToSchema)]
struct CertificatesOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    primary: Option<CertificateOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secondary: Option<CertificateOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ClientCertificate)]
struct CertificateOut {
    info: InfoOut,
}

/// An enrolment as it is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AttestationIn {
    #[serde(rename = "type")]
    kind: String,
    symmetric_key: Option<KeysIn>,
    x509: Option<X509In>,
    #[serde(default, rename = "tpm")]
    #[schema(ignore)]
    _tpm: IgnoredAny,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct X509In {
    client_certificates: CertificatesIn,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CertificatesIn {
    primary: Option<CertificateIn>,
    secondary: Option<CertificateIn>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewClientCertificate)]
struct CertificateIn {
    certificate: String,
    #[serde(default, rename = "info")]
    #[schema(ignore)]
    _info: IgnoredAny,
}

#[utoipa::path(
    get,
    path = "/api/devices/{device}/attestation",
    tag = "Devices",
    summary = "Reads the enrolment of a single device",
    responses((status = 200, description = "As it is", body = AttestationOut)),
)]
pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Json<AttestationOut>, Fault> {
    let found = attestations::get(&caller, &id).await.map_err(|error| none(error, &id))?;
    Ok(Json(out(found)))
}

/// What an enrolment is can't be changed in part.
#[utoipa::path(
    patch,
    path = "/api/devices/{device}/attestation",
    tag = "Devices",
    summary = "The same",
    request_body = AttestationIn,
    responses((status = 200, description = "As it is", body = AttestationOut)),
)]
pub(super) async fn patch(
    caller: Caller,
    path: Path<String>,
    body: Body<AttestationIn>,
) -> Result<Json<AttestationOut>, Fault> {
    put(caller, path, body).await
}

#[utoipa::path(
    put,
    path = "/api/devices/{device}/attestation",
    tag = "Devices",
    summary = "Sets the enrolment of a single device",
    request_body = AttestationIn,
    responses((status = 200, description = "As it is", body = AttestationOut)),
)]
pub(super) async fn put(
    caller: Caller,
    Path(id): Path<String>,
    Body(wanted): Body<AttestationIn>,
) -> Result<Json<AttestationOut>, Fault> {
    let new = match wanted.kind.as_str() {
        "symmetricKey" => NewAttestation::SymmetricKey(wanted.symmetric_key.map(KeysIn::into)),
        "x509" => {
            let Some(X509In { client_certificates }) = wanted.x509 else {
                return Err(Fault::field("x509", "Give clientCertificates, primary or secondary."));
            };
            NewAttestation::X509 {
                primary: client_certificates.primary.map(|one| one.certificate),
                secondary: client_certificates.secondary.map(|one| one.certificate),
            }
        }
        "tpm" => {
            let message = "Devices can't prove themselves by a TPM here; use symmetricKey or x509.";
            return Err(Fault::field("type", message));
        }
        other => {
            let message = format!("There is no type “{other}”; use symmetricKey or x509.");
            return Err(Fault::field("type", message));
        }
    };
    let set = attestations::set(&caller, &id, new).await.map_err(|error| none(error, &id))?;
    Ok(Json(out(set)))
}

#[utoipa::path(
    delete,
    path = "/api/devices/{device}/attestation",
    tag = "Devices",
    summary = "Takes the enrolment of a single device away",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Fault> {
    attestations::remove(&caller, &id).await.map_err(|error| none(error, &id))?;
    Ok(StatusCode::NO_CONTENT)
}

fn out(attestation: Attestation) -> AttestationOut {
    match attestation {
        Attestation::SymmetricKey(keys) => AttestationOut::SymmetricKey { symmetric_key: keys.into() },
        Attestation::X509(certificates) => {
            let of = |place: Place| certificates.iter().find(|one| one.place == place).map(certificate);
            let client_certificates =
                CertificatesOut { primary: of(Place::Primary), secondary: of(Place::Secondary) };
            AttestationOut::X509 { x509: X509Out { client_certificates } }
        }
    }
}

/// Of a certificate that was given by its SHA-256 alone, no SHA-1 is known.
fn certificate(one: &AttestedCertificate) -> CertificateOut {
    CertificateOut { info: InfoOut { sha1_thumbprint: one.sha1.clone().unwrap_or_default() } }
}

/// *Not found*, said of the device where nothing more is said.
fn none(error: domain::Error, id: &str) -> Fault {
    match error {
        domain::Error::Problem(problem @ Problem { code: Code::NotFound, detail: Some(_), .. }) => {
            problem.into()
        }
        error => named(error, id),
    }
}
