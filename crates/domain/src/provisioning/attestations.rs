//! The enrolment of a single device, which overrides its group's: two keys, or certificates.

use super::groups::checked_pair;
use crate::access::ManageDevices;
use crate::certificates;
use crate::context::Context;
use crate::devices::{act, find, opened};
use crate::error::{Error, Result};
use crate::keys::{self, Owner};
use model::audit::Action;
use model::certificate::Place;
use model::check::Check;
use model::enrolment::{Attestation, KeyPair};
use model::event::EventKind;
use model::{Code, Problem};
use serde_json::json;
use store::{Own, WorkspaceTx};

/// What is wanted of a device's enrolment.
#[derive(Clone, Debug)]
pub enum NewAttestation {
    /// Two keys; none: fresh ones.
    SymmetricKey(Option<KeyPair>),
    /// Certificates as PEM, base64 or thumbprints; at least one.
    X509 {
        /// The first.
        primary: Option<String>,
        /// The other.
        secondary: Option<String>,
    },
}

/// The enrolment of its own that a device has. That keys were shown stands in its log.
///
/// # Errors
/// [`Code::NotFound`] where there is no such device, or it has none of its own; [`Code::NotAllowed`].
pub async fn get(context: &Context, external_id: &str) -> Result<Attestation> {
    let scope = context.grant::<ManageDevices>()?.scope().await?;
    let found = read(&scope, context, external_id).await?;
    scope.commit().await?;
    found.ok_or_else(none_of_its_own)
}

/// Gives a device an enrolment of its own, in place of what was there, and ends the connections that were made by
/// anything else.
///
/// # Errors
/// [`Code::Invalid`] by field, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn set(context: &Context, external_id: &str, new: NewAttestation) -> Result<Attestation> {
    let scope = context.grant::<ManageDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    let id = &device.external_id;
    let before = kind(&scope, id).await?.map(word);
    let seal = |place, key: &str| {
        keys::seal(context.homeport.store(), context.workspace.id, Owner::Device(id, place), key)
    };
    match new {
        NewAttestation::SymmetricKey(given) => {
            let pair = given.map_or_else(keys::fresh_pair, |given| checked_pair(&given))?;
            let (primary, secondary) =
                (seal(Place::Primary, &pair.primary), seal(Place::Secondary, &pair.secondary));
            clear_certificates(&scope, device.id).await?;
            scope
                .device_enrolments()
                .set_own(device.id, Some(Own::SymmetricKey), primary, Some(secondary))
                .await?;
        }
        NewAttestation::X509 { primary, secondary } => {
            let mut check = Check::default();
            check.that(
                primary.is_some() || secondary.is_some(),
                "x509",
                "At least one certificate, primary or secondary.",
            );
            let mut kept = Vec::new();
            for (place, text) in [(Place::Primary, primary), (Place::Secondary, secondary)] {
                let given = text.map(|text| certificates::given(&pem(&text), context.now_ms));
                if let Some(given) = given.and_then(|given| check.field(place.as_str(), given)) {
                    kept.push((place, given));
                }
            }
            if let [(_, one), (_, other)] = kept.as_slice() {
                let message = "It is the primary certificate already.";
                check.that(one.thumbprint != other.thumbprint, "secondary", message);
            }
            check.done()?;
            clear_certificates(&scope, device.id).await?;
            for (place, given) in &kept {
                scope.device_certificates().put(device.id, *place, given).await?;
            }
            // A key that nobody is shown, for the day on which it has no certificates any more.
            let key = seal(Place::Primary, &keys::fresh()?);
            scope.device_enrolments().set_own(device.id, Some(Own::X509), key, None).await?;
        }
    }
    let had = kind(&scope, id).await?.map(word);
    changed(&scope, context, device.id, id, "It has an enrolment of its own, set by").await?;
    let act = act(Action::Update, &device).before(json!({ "enrolment of its own": before }));
    context.audited(&scope, act.after(json!({ "enrolment of its own": had, "set anew": true }))).await?;
    let after = read(&scope, context, id).await?.ok_or_else(none_of_its_own)?;
    scope.commit().await?;
    Ok(after)
}

/// Takes its own enrolment from a device: keys and certificates are worth nothing any more, and its group counts again.
///
/// # Errors
/// [`Code::NotFound`] where there is no such device, or it has none of its own; [`Code::NotAllowed`].
pub async fn remove(context: &Context, external_id: &str) -> Result<()> {
    let scope = context.grant::<ManageDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    let id = &device.external_id;
    let before = kind(&scope, id).await?.ok_or_else(none_of_its_own)?;
    clear_certificates(&scope, device.id).await?;
    let owner = Owner::Device(id, Place::Primary);
    let key = keys::seal(context.homeport.store(), context.workspace.id, owner, &keys::fresh()?);
    scope.device_enrolments().set_own(device.id, None, key, None).await?;
    changed(&scope, context, device.id, id, "Its own enrolment was removed by").await?;
    let act = act(Action::Update, &device).before(json!({ "enrolment of its own": word(before) }));
    context.audited(&scope, act.after(json!({ "enrolment of its own": null }))).await?;
    Ok(scope.commit().await?)
}

/// Of which kind its own enrolment is; certificates that were set on its page count as one.
async fn kind(scope: &WorkspaceTx, external_id: &str) -> Result<Option<Own>> {
    let enrolment = scope.device_enrolments().get(external_id).await?.ok_or_else(Error::not_found)?;
    if enrolment.own.is_some() {
        return Ok(enrolment.own);
    }
    let certificates = scope.device_enrolments().certificates(enrolment.device).await?;
    Ok((!certificates.is_empty()).then_some(Own::X509))
}

/// As the audit log calls it.
fn word(own: Own) -> &'static str {
    match own {
        Own::SymmetricKey => "keys",
        Own::X509 => "certificates",
    }
}

async fn read(scope: &WorkspaceTx, context: &Context, external_id: &str) -> Result<Option<Attestation>> {
    let device = find(scope, external_id).await?;
    Ok(match kind(scope, external_id).await? {
        None => None,
        Some(Own::X509) => Some(Attestation::X509(scope.device_enrolments().certificates(device.id).await?)),
        Some(Own::SymmetricKey) => {
            let keys = opened(scope, context, external_id).await?;
            let text = format!("Shown to {}.", context.actor);
            scope.device_events().log(device.id, EventKind::KeyShown, &text, context.now_ms).await?;
            context.audited(scope, act(Action::Show, &device)).await?;
            Some(Attestation::SymmetricKey(keys))
        }
    })
}

async fn clear_certificates(scope: &WorkspaceTx, device: model::DeviceId) -> Result<()> {
    for place in Place::ALL {
        scope.device_certificates().delete(device, place).await?;
    }
    Ok(())
}

async fn changed(
    scope: &WorkspaceTx,
    context: &Context,
    device: model::DeviceId,
    external_id: &str,
    what: &str,
) -> Result<()> {
    let text = format!("{what} {}.", context.actor);
    scope.device_events().log(device, EventKind::EnrolmentChanged, &text, context.now_ms).await?;
    Ok(scope.cut_off(external_id).await?)
}

/// A certificate as clients of Azure send it: PEM, or the base64 of PEM or DER. What is none of it stays as it is.
pub(super) fn pem(text: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if text.contains("-----BEGIN") || bare.len() < 100 {
        return text.to_owned();
    }
    let Ok(bytes) = STANDARD.decode(&bare) else { return text.to_owned() };
    match String::from_utf8(bytes) {
        Ok(pem) if pem.contains("-----BEGIN") => pem,
        _ => format!("-----BEGIN CERTIFICATE-----\n{bare}\n-----END CERTIFICATE-----\n"),
    }
}

fn none_of_its_own() -> Error {
    let text = "The device has no enrolment of its own; it connects by a group, or by the key that it was made with.";
    Problem::with_detail(Code::NotFound, text).into()
}
