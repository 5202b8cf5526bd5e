//! Templates by the model that a device says it is of.

use crate::context::now_ms;
use crate::devices::find;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use model::WorkspaceId;
use model::event::EventKind;
use serde_json::Value;
use store::WorkspaceTx;

/// Longest identifier of a model that is looked at, in bytes.
pub(super) const MODEL_MAX: usize = 2048;

/// A device that has proved who it is says, as it connects, that it is of this model: where it has no template, it is
/// given the one that is published so.
///
/// # Errors
/// The database's. The device may come in all the same.
pub async fn connected_as(
    homeport: &Homeport,
    workspace: WorkspaceId,
    external_id: &str,
    model: &str,
) -> Result<()> {
    let scope = homeport.store().workspace(workspace).await?;
    let device = find(&scope, external_id).await?;
    if device.template.is_some() || model.len() > MODEL_MAX || model.contains('\0') {
        return Ok(());
    }
    let text = match assign(&scope, external_id, model).await? {
        true => format!("It says that its model is “{model}”: it has that template from now on."),
        false => unknown(model),
    };
    scope.device_events().log(device.id, EventKind::Provisioned, &text, now_ms()).await?;
    Ok(scope.commit().await?)
}

/// The line for a log about a model that no template is.
pub(super) fn unknown(model: &str) -> String {
    format!("It says that its model is “{model}”, which no published template is: it is unassigned.")
}

/// Gives it the template that is published under this identifier; whether there is one.
pub(super) async fn assign(scope: &WorkspaceTx, external_id: &str, model: &str) -> Result<bool, Error> {
    let Some((template, version)) = scope.templates().published_as(model).await? else { return Ok(false) };
    let device = find(scope, external_id).await?;
    scope.devices().update(external_id, &device.name, Some(template)).await?;
    // It was given the newest version; the one that it names is the one that it speaks.
    scope.templates().migrate(template, version, Some(&[external_id.to_owned()])).await?;
    scope.changed().await?;
    Ok(true)
}

/// The model that a device names in what it says besides.
pub(super) fn model(payload: Option<&Value>) -> Option<&str> {
    let payload = payload?;
    let said = ["modelId", "iotcModelId"].into_iter().find_map(|name| payload.get(name)?.as_str());
    said.filter(|model| !model.is_empty() && model.len() <= MODEL_MAX && !model.contains('\0'))
}

/// The gateway that a device says it stands behind.
pub(super) fn gateway(payload: Option<&Value>) -> Option<&str> {
    let gateway = payload?.get("iotcGateway")?.get("iotcGatewayId")?.as_str()?;
    (!gateway.is_empty() && gateway.len() <= MODEL_MAX && !gateway.contains('\0')).then_some(gateway)
}
