//! `/api/enrollmentGroups/{id}/certificates/{entry}`: the authorities of a group, and the sign that somebody holds
//! their keys.

use super::enrollment_groups::named;
use super::if_match::matched;
use super::{Body, Caller, Fault};
use axum::Json;
use axum::extract::Path;
use domain::provisioning::{authorities, groups};
use http::{HeaderMap, StatusCode};
use model::certificate::Place;
use model::enrolment::{EnrolmentGroup, GroupCertificate};
use model::{Code, Problem};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// The authorities of a group.
#[derive(Serialize)]
pub(super) struct Both {
    #[serde(skip_serializing_if = "Option::is_none")]
    primary: Option<CertificateOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secondary: Option<CertificateOut>,
}

/// An authority as it is answered.
#[derive(Serialize)]
pub(super) struct CertificateOut {
    verified: bool,
    info: InfoOut,
    etag: String,
}

/// By what a certificate is known.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InfoOut {
    pub(super) sha1_thumbprint: String,
}

/// An authority as it is wanted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CertificateIn {
    certificate: String,
    /// Whether whoever sets it vouches for it.
    #[serde(default)]
    verified: bool,
    #[serde(default, rename = "info")]
    _info: IgnoredAny,
    #[serde(default, rename = "etag")]
    _etag: IgnoredAny,
}

/// A certificate that names the code.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VerificationIn {
    certificate: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CodeOut {
    verification_code: String,
}

/// The authorities of this group.
pub(super) fn both(group: &EnrolmentGroup) -> Both {
    let of =
        |place| group.certificates.iter().find(|one| one.place == place).cloned().map(CertificateOut::from);
    Both { primary: of(Place::Primary), secondary: of(Place::Secondary) }
}

pub(super) async fn get(
    caller: Caller,
    Path((group, entry)): Path<(String, String)>,
) -> Result<Json<CertificateOut>, Fault> {
    let place = place(&entry)?;
    groups::get(&caller, &group).await.map_err(|error| named(error, &group))?;
    let found = authorities::get(&caller, &group, place).await.map_err(|error| none(error, &entry))?;
    Ok(Json(found.into()))
}

pub(super) async fn put(
    caller: Caller,
    Path((group, entry)): Path<(String, String)>,
    headers: HeaderMap,
    Body(wanted): Body<CertificateIn>,
) -> Result<Json<CertificateOut>, Fault> {
    let place = place(&entry)?;
    let present = groups::get(&caller, &group).await.map_err(|error| named(error, &group))?;
    matched(&headers, present.certificates.iter().find(|one| one.place == place).map(etag))?;
    let set = authorities::set(&caller, &group, place, &wanted.certificate, wanted.verified).await?;
    Ok(Json(set.into()))
}

pub(super) async fn delete(
    caller: Caller,
    Path((group, entry)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    let place = place(&entry)?;
    let present = groups::get(&caller, &group).await.map_err(|error| named(error, &group))?;
    matched(&headers, present.certificates.iter().find(|one| one.place == place).map(etag))?;
    authorities::remove(&caller, &group, place).await.map_err(|error| none(error, &entry))?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn code(
    caller: Caller,
    Path((group, entry)): Path<(String, String)>,
) -> Result<Json<CodeOut>, Fault> {
    let place = place(&entry)?;
    groups::get(&caller, &group).await.map_err(|error| named(error, &group))?;
    let verification_code =
        authorities::code(&caller, &group, place).await.map_err(|error| none(error, &entry))?;
    Ok(Json(CodeOut { verification_code }))
}

pub(super) async fn verify(
    caller: Caller,
    Path((group, entry)): Path<(String, String)>,
    Body(shown): Body<VerificationIn>,
) -> Result<StatusCode, Fault> {
    let place = place(&entry)?;
    groups::get(&caller, &group).await.map_err(|error| named(error, &group))?;
    authorities::verify(&caller, &group, place, &shown.certificate)
        .await
        .map_err(|error| none(error, &entry))?;
    Ok(StatusCode::OK)
}

impl From<GroupCertificate> for CertificateOut {
    fn from(one: GroupCertificate) -> CertificateOut {
        CertificateOut {
            verified: one.verified,
            etag: etag(&one),
            info: InfoOut { sha1_thumbprint: one.sha1 },
        }
    }
}

fn place(entry: &str) -> Result<Place, Fault> {
    Place::from_word(entry).ok_or_else(|| {
        Fault::not_found(format!("There is no entry “{entry}”; there are primary and secondary."))
    })
}

fn etag(one: &GroupCertificate) -> String {
    format!("\"{}{}\"", one.sha1.to_lowercase(), u8::from(one.verified))
}

fn none(error: domain::Error, entry: &str) -> Fault {
    match error {
        domain::Error::Problem(Problem { code: Code::NotFound, .. }) => {
            Fault::not_found(format!("The group has no {entry} certificate."))
        }
        error => error.into(),
    }
}
