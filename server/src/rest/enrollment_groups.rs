//! `/api/enrollmentGroups`: groups by which devices enrol, with their keys or their certificates.

use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::Context;
use domain::provisioning::groups;
use http::{HeaderMap, StatusCode, header};
use model::enrolment::{EnrolmentGroup, GroupKind, GroupPatch, KeyPair, NewGroup};
use model::{Code, OrganizationId, Problem};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// A group as it is answered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GroupOut {
    id: String,
    display_name: String,
    enabled: bool,
    #[serde(rename = "type")]
    kind: &'static str,
    attestation: AttestationOut,
    etag: String,
    id_scope: String,
    /// Where its devices belong, where that is not the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    organizations: Option<[String; 1]>,
}

/// By what its devices prove who they are.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum AttestationOut {
    SymmetricKey { symmetric_key: KeysOut },
    X509 { x509: X509Out },
}

/// Two keys.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeysOut {
    primary_key: String,
    secondary_key: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct X509Out {
    signing_certificates: super::group_certificates::Both,
}

/// A group as it is wanted. What only answers hold is passed over, so that an answer may be sent back.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct GroupIn {
    display_name: Option<String>,
    enabled: Option<bool>,
    #[serde(rename = "type")]
    kind: Option<String>,
    attestation: Option<AttestationIn>,
    organizations: Option<Vec<String>>,
    #[serde(default, rename = "id")]
    _id: IgnoredAny,
    #[serde(default, rename = "etag")]
    _etag: IgnoredAny,
    #[serde(default, rename = "idScope")]
    _id_scope: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AttestationIn {
    #[serde(rename = "type")]
    kind: String,
    symmetric_key: Option<KeysIn>,
    /// Certificates are set by themselves.
    #[serde(default, rename = "x509")]
    _x509: IgnoredAny,
}

/// Two keys as they are wanted.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct KeysIn {
    primary_key: String,
    secondary_key: String,
}

impl From<KeyPair> for KeysOut {
    fn from(keys: KeyPair) -> KeysOut {
        KeysOut { primary_key: keys.primary, secondary_key: keys.secondary }
    }
}

impl From<KeysIn> for KeyPair {
    fn from(keys: KeysIn) -> KeyPair {
        KeyPair { primary: keys.primary_key, secondary: keys.secondary_key }
    }
}

pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<GroupOut>, Fault> {
    let page = paging.of(groups::list(&caller).await?);
    let mut value = Vec::with_capacity(page.value.len());
    for group in page.value {
        value.push(out(&caller, group).await?);
    }
    Ok(Listed { value, next_link: page.next_link })
}

pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Json<GroupOut>, Fault> {
    let group = groups::get(&caller, &id).await.map_err(|error| named(error, &id))?;
    Ok(Json(out(&caller, group).await?))
}

pub(super) async fn put(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<GroupIn>,
) -> Result<Json<GroupOut>, Fault> {
    let Some(attestation) = &wanted.attestation else {
        return Err(Fault::field(
            "attestation",
            "Say how devices prove who they are: {\"type\": \"symmetricKey\"}.",
        ));
    };
    let kind = kind(&attestation.kind)?;
    match groups::get(&caller, &id).await {
        Ok(present) if present.kind != kind => {
            let message = "A group's attestation doesn't change. Make another group.";
            return Err(Fault::field("attestation", message));
        }
        Ok(_) => return change(&caller, &id, &headers, wanted).await,
        Err(domain::Error::Problem(problem)) if problem.code == Code::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    if headers.contains_key(header::IF_MATCH) {
        return Err(Fault::precondition());
    }
    let new = NewGroup {
        id: id.clone(),
        name: wanted.display_name.unwrap_or_default(),
        kind,
        enabled: wanted.enabled.unwrap_or(true),
        iot_edge: edge(wanted.kind.as_deref())?.unwrap_or_default(),
        organization: organization(&caller, wanted.organizations.as_deref()).await?,
        keys: wanted.attestation.and_then(|attestation| attestation.symmetric_key).map(KeyPair::from),
    };
    let made = groups::create(&caller, &new).await?;
    Ok(Json(out(&caller, made).await?))
}

pub(super) async fn patch(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<GroupIn>,
) -> Result<Json<GroupOut>, Fault> {
    change(&caller, &id, &headers, wanted).await
}

pub(super) async fn delete(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    if headers.contains_key(header::IF_MATCH) {
        matched(&headers, &groups::get(&caller, &id).await.map_err(|error| named(error, &id))?)?;
    }
    groups::delete(&caller, &id).await.map_err(|error| named(error, &id))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn change(
    caller: &Context,
    id: &str,
    headers: &HeaderMap,
    wanted: GroupIn,
) -> Result<Json<GroupOut>, Fault> {
    let present = groups::get(caller, id).await.map_err(|error| named(error, id))?;
    matched(headers, &present)?;
    if let Some(attestation) = wanted.attestation {
        if kind(&attestation.kind)? != present.kind {
            return Err(Fault::field(
                "attestation",
                "A group's attestation doesn't change. Make another group.",
            ));
        }
        if let Some(keys) = attestation.symmetric_key {
            groups::set_keys(caller, id, &keys.into()).await?;
        }
    }
    let patch = GroupPatch {
        name: wanted.display_name,
        enabled: wanted.enabled,
        iot_edge: edge(wanted.kind.as_deref())?,
        organization: organization(caller, wanted.organizations.as_deref()).await?,
    };
    let after = groups::update(caller, id, patch).await.map_err(|error| named(error, id))?;
    Ok(Json(out(caller, after).await?))
}

async fn out(caller: &Context, group: EnrolmentGroup) -> Result<GroupOut, Fault> {
    let attestation = match group.kind {
        GroupKind::SymmetricKey => {
            AttestationOut::SymmetricKey { symmetric_key: groups::keys(caller, &group.id).await?.into() }
        }
        GroupKind::X509 => {
            let signing_certificates = super::group_certificates::both(&group);
            AttestationOut::X509 { x509: X509Out { signing_certificates } }
        }
    };
    Ok(GroupOut {
        etag: etag(&group),
        display_name: group.name,
        enabled: group.enabled,
        kind: if group.iot_edge { "iotEdge" } else { "iot" },
        attestation,
        id_scope: caller.workspace.scope.clone(),
        organizations: (group.organization.key != super::tokens::ROOT).then_some([group.organization.key]),
        id: group.id,
    })
}

fn kind(word: &str) -> Result<GroupKind, Fault> {
    match word {
        "symmetricKey" => Ok(GroupKind::SymmetricKey),
        "x509" => Ok(GroupKind::X509),
        "tpm" => Err(Fault::field(
            "attestation",
            "Devices can't prove themselves by a TPM here; use symmetricKey or x509.",
        )),
        other => {
            Err(Fault::field("attestation", format!("There is no type “{other}”; use symmetricKey or x509.")))
        }
    }
}

fn edge(word: Option<&str>) -> Result<Option<bool>, Fault> {
    match word {
        None => Ok(None),
        Some("iot") => Ok(Some(false)),
        Some("iotEdge") => Ok(Some(true)),
        Some(other) => {
            Err(Fault::field("type", format!("There is no type “{other}”; there are iot and iotEdge.")))
        }
    }
}

fn etag(group: &EnrolmentGroup) -> String {
    format!("\"{:x}-{:x}\"", group.created_ms, group.revision)
}

fn matched(headers: &HeaderMap, group: &EnrolmentGroup) -> Result<(), Fault> {
    let Some(wanted) = headers.get(header::IF_MATCH) else { return Ok(()) };
    let etag = etag(group);
    let etag = etag.trim_matches('"');
    let mut tags = wanted.to_str().unwrap_or_default().split(',').map(|tag| tag.trim().trim_matches('"'));
    if tags.any(|tag| tag == "*" || tag == etag) { Ok(()) } else { Err(Fault::precondition()) }
}

/// Where the devices of the group belong.
async fn organization(caller: &Context, named: Option<&[String]>) -> Result<Option<OrganizationId>, Fault> {
    match named {
        None => Ok(None),
        Some([key]) => Ok(Some(super::organizations::by_key(caller, key, "organizations").await?)),
        Some(_) => Err(Fault::field("organizations", "A group belongs to exactly one organization.")),
    }
}

/// *Not found* with the group's id in it.
pub(super) fn named(error: domain::Error, id: &str) -> Fault {
    match error {
        domain::Error::Problem(Problem { code: Code::NotFound, .. }) => {
            Fault::not_found(format!("There is no enrolment group “{id}” here."))
        }
        error => error.into(),
    }
}
