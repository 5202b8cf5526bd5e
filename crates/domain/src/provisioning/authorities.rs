//! Authorities of groups: certificates whose key signs those of devices, two a group, so that the next one can be set
//! before the last one runs out.
//!
//! One counts when somebody has shown that they hold its key, by signing a certificate that names a code of ours, or
//! when whoever sets it vouches for it.

use super::attestations::pem;
use super::groups::{find, open};
use super::{common_name, signed_by};
use crate::audit::Act;
use crate::certificates;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::keys;
use model::audit::{Action, Subject};
use model::certificate::Place;
use model::enrolment::{EnrolmentGroup, GroupCertificate, GroupKind};
use model::{Code, Problem};
use serde_json::json;
use sha1::{Digest, Sha1};
use store::NewAuthority;
use x509_parser::prelude::Pem;

/// Signs of a code that is given out.
const CODE_SIGNS: usize = 32;

/// The one in this place.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, group: &str, place: Place) -> Result<GroupCertificate> {
    of(super::groups::get(context, group).await?, place)
}

/// Puts one in its place; the connections that were made by what was there are ended.
///
/// # Errors
/// [`Code::Invalid`] or [`Code::Taken`] beside `certificate`; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn set(
    context: &Context,
    group: &str,
    place: Place,
    text: &str,
    verified: bool,
) -> Result<GroupCertificate> {
    let scope = open(context).await?;
    let before = find(&scope, group).await?;
    let invalid = |message: String| Error::from(Problem::field(Code::Invalid, "certificate", message));
    if before.kind != GroupKind::X509 {
        return Err(invalid("This group has keys. Make another one for certificates.".into()));
    }
    let new = authority(text, verified, context.now_ms).map_err(invalid)?;
    scope.enrolment_groups().put_authority(group, place, &new).await?;
    let after = of(find(&scope, group).await?, place)?;
    let had = before.certificates.iter().find(|one| one.place == place);
    context.audited(&scope, act(Action::Update, &before, place, had, Some(&after))).await?;
    if !before.certificates.is_empty() {
        scope.look_again().await?;
    }
    scope.commit().await?;
    Ok(after)
}

/// Takes one away, and ends the connections that were made by it.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn remove(context: &Context, group: &str, place: Place) -> Result<()> {
    let scope = open(context).await?;
    let group = find(&scope, group).await?;
    if !scope.enrolment_groups().remove_authority(&group.id, place).await? {
        return Err(Error::not_found());
    }
    scope.look_again().await?;
    let had = group.certificates.iter().find(|one| one.place == place);
    context.audited(&scope, act(Action::Delete, &group, place, had, None)).await?;
    Ok(scope.commit().await?)
}

/// A fresh code for the one in this place: a certificate that names it, signed by the authority's key, shows that
/// somebody holds that key.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn code(context: &Context, group: &str, place: Place) -> Result<String> {
    let scope = open(context).await?;
    let group = find(&scope, group).await?;
    let code = keys::letters(CODE_SIGNS)?;
    if !scope.enrolment_groups().set_code(&group.id, place, Some(&code)).await? {
        return Err(Error::not_found());
    }
    context.audited(&scope, act(Action::Start, &group, place, None, None)).await?;
    scope.commit().await?;
    Ok(code)
}

/// Takes a certificate that names the code as the sign that somebody holds the authority's key: from now on it counts.
///
/// # Errors
/// [`Code::Invalid`] beside `certificate`; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn verify(context: &Context, group: &str, place: Place, text: &str) -> Result<GroupCertificate> {
    let scope = open(context).await?;
    let group = find(&scope, group).await?;
    let found = scope.enrolment_groups().authority(&group.id, place).await?.ok_or_else(Error::not_found)?;
    let invalid = |message: &str| Error::from(Problem::field(Code::Invalid, "certificate", message));
    let (authority, Some(code)) = found else {
        return Err(invalid("Ask for a verification code first; the certificate must name it."));
    };
    let shown = der(&pem(text)).map_err(|message| invalid(&message))?;
    if common_name(&shown).is_none_or(|name| !name.eq_ignore_ascii_case(&code)) {
        return Err(invalid(&format!("Its common name must be the verification code, {code}.")));
    }
    if !signed_by(&shown, &authority) {
        return Err(invalid("It isn't signed by the key of the group's certificate."));
    }
    scope.enrolment_groups().set_code(&group.id, place, None).await?;
    let after = of(find(&scope, &group.id).await?, place)?;
    context.audited(&scope, act(Action::Verify, &group, place, None, Some(&after))).await?;
    scope.commit().await?;
    Ok(after)
}

/// Something that is done to one of them, for the audit log.
fn act(
    action: Action,
    group: &EnrolmentGroup,
    place: Place,
    before: Option<&GroupCertificate>,
    after: Option<&GroupCertificate>,
) -> Act {
    let told = |one: &GroupCertificate| {
        json!({
            "thumbprint": one.thumbprint,
            "subject": one.subject,
            "runs out": one.not_after_ms.map(crate::audit::time_text),
            "verified": one.verified,
        })
    };
    let id = format!("{}/{}", group.id, place.as_str());
    let act = Act::new(action, Subject::Certificate, id, &group.name);
    Act { before: before.map(told), after: after.map(told), ..act }
}

fn of(group: EnrolmentGroup, place: Place) -> Result<GroupCertificate> {
    group.certificates.into_iter().find(|one| one.place == place).ok_or_else(Error::not_found)
}

fn authority(text: &str, verified: bool, now_ms: i64) -> Result<NewAuthority, String> {
    let text = pem(text);
    let der = der(&text)?;
    let kept = certificates::given(&text, now_ms)?;
    let is_authority =
        x509_parser::parse_x509_certificate(&der).is_ok_and(|(_, certificate)| certificate.is_ca());
    if !is_authority {
        return Err(
            "It is no authority: its basic constraints don't say CA:TRUE. Give the certificate that signs \
                    those of the devices."
                .into(),
        );
    }
    Ok(NewAuthority {
        thumbprint: kept.thumbprint,
        sha1: Sha1::digest(&der).into(),
        subject: kept.subject,
        not_after_ms: kept.not_after_ms.unwrap_or_default(),
        verified,
        der,
    })
}

/// The first certificate of a PEM text.
fn der(text: &str) -> Result<Vec<u8>, String> {
    let broken = || "Give a certificate, PEM: from BEGIN CERTIFICATE to END CERTIFICATE.".to_owned();
    if !text.contains("-----BEGIN") || text.len() > model::certificate::TEXT_MAX {
        return Err(broken());
    }
    let pem = Pem::iter_from_buffer(text.as_bytes()).next().and_then(|pem| pem.ok()).ok_or_else(broken)?;
    x509_parser::parse_x509_certificate(&pem.contents).map_err(|_| broken())?;
    Ok(pem.contents)
}
