//! How devices come to a workspace, as the pages ask for it: groups, their keys and certificates, and approval.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::certificate::Place;
use model::enrolment::{
    ConnectionSettings, EnrolmentGroup, GroupCertificate, GroupPatch, KeyPair, NewGroup, RefusedRegistration,
};

/// The ID scope, whether devices are approved by themselves, and how many wait.
///
/// # Errors
/// Not found for a foreign workspace.
#[server(name = SettingsOfConnection, prefix = "/api", endpoint = "connection_settings", input = Json)]
pub async fn connection_settings(workspace: String) -> Result<ConnectionSettings, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::provisioning::approvals::settings(&ctx).await?)
}

/// Says whether devices that enrol by a group may connect at once.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "set_auto_approve", input = Json)]
pub async fn set_auto_approve(workspace: String, auto_approve: bool) -> Result<ConnectionSettings, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::provisioning::approvals::set_auto_approve(&ctx, auto_approve).await?)
}

/// Lets devices connect that wait; answers with how many of these waited.
///
/// # Errors
/// Not found, too many at once, a role that may not.
#[server(prefix = "/api", endpoint = "approve_devices", input = Json)]
pub async fn approve_devices(workspace: String, devices: Vec<String>) -> Result<u32, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::provisioning::approvals::approve(&ctx, &devices).await?)
}

/// Shuts devices out that wait; answers with how many of these waited.
///
/// # Errors
/// Not found, too many at once, a role that may not.
#[server(prefix = "/api", endpoint = "reject_devices", input = Json)]
pub async fn reject_devices(workspace: String, devices: Vec<String>) -> Result<u32, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::provisioning::approvals::reject(&ctx, &devices).await?)
}

/// The groups by which devices enrol, by name.
///
/// # Errors
/// Not found for a foreign workspace, a role that may not.
#[server(prefix = "/api", endpoint = "list_enrolment_groups", input = Json)]
pub async fn list_enrolment_groups(workspace: String) -> Result<Vec<EnrolmentGroup>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::provisioning::groups::list(&ctx).await?)
}

/// Registrations that were refused of ids that no device has, newest first.
///
/// # Errors
/// Not found for a foreign workspace, whoever may not or does not belong to its root.
#[server(prefix = "/api", endpoint = "list_refused_registrations", input = Json)]
pub async fn list_refused_registrations(workspace: String) -> Result<Vec<RefusedRegistration>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::provisioning::refusals::list(&ctx).await?)
}

/// Makes a group.
///
/// # Errors
/// Invalid or taken (fields `name`, `id`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "create_enrolment_group", input = Json)]
pub async fn create_enrolment_group(workspace: String, new: NewGroup) -> Result<EnrolmentGroup, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::provisioning::groups::create(&ctx, &new).await?)
}

/// Changes a group's name, enables or disables it.
///
/// # Errors
/// Invalid or taken (field `name`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "update_enrolment_group", input = Json)]
pub async fn update_enrolment_group(
    workspace: String,
    group: String,
    patch: GroupPatch,
) -> Result<EnrolmentGroup, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::provisioning::groups::update(&ctx, &group, patch).await?)
}

/// Deletes a group; its devices stay.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "delete_enrolment_group", input = Json)]
pub async fn delete_enrolment_group(workspace: String, group: String) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::provisioning::groups::delete(&ctx, &group).await?)
}

/// The keys of a group, base64.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "show_group_keys", input = Json)]
pub async fn show_group_keys(workspace: String, group: String) -> Result<KeyPair, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::provisioning::groups::keys(&ctx, &group).await?)
}

/// Replaces one key of a group; answers with both.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "rotate_group_key", input = Json)]
pub async fn rotate_group_key(workspace: String, group: String, place: Place) -> Result<KeyPair, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::provisioning::groups::rotate_key(&ctx, &group, place).await?)
}

/// Gives a group an authority, PEM.
///
/// # Errors
/// Invalid or taken (field `certificate`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "set_group_certificate", input = Json)]
pub async fn set_group_certificate(
    workspace: String,
    group: String,
    place: Place,
    text: String,
    verified: bool,
) -> Result<GroupCertificate, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::provisioning::authorities::set(&ctx, &group, place, &text, verified).await?)
}

/// Takes an authority from a group.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "remove_group_certificate", input = Json)]
pub async fn remove_group_certificate(
    workspace: String,
    group: String,
    place: Place,
) -> Result<(), AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::provisioning::authorities::remove(&ctx, &group, place).await?)
}

/// A fresh code that a certificate must name to show that somebody holds the authority's key.
///
/// # Errors
/// Not found, a role that may not.
#[server(prefix = "/api", endpoint = "group_certificate_code", input = Json)]
pub async fn group_certificate_code(
    workspace: String,
    group: String,
    place: Place,
) -> Result<String, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::provisioning::authorities::code(&ctx, &group, place).await?)
}

/// Takes a certificate, PEM, that names the code: from then on the authority counts.
///
/// # Errors
/// Invalid (field `certificate`), not found, a role that may not.
#[server(prefix = "/api", endpoint = "verify_group_certificate", input = Json)]
pub async fn verify_group_certificate(
    workspace: String,
    group: String,
    place: Place,
    text: String,
) -> Result<GroupCertificate, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::provisioning::authorities::verify(&ctx, &group, place, &text).await?)
}
