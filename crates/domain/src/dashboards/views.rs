//! Views of templates: dashboards that stand on the pages of a template's devices, each narrowed to the device.

use super::family;
use crate::access::{ManageTemplates, ViewDevices};
use crate::context::Context;
use crate::devices;
use crate::error::{Error, Result};
use model::dashboard::{DashboardDraft, Listed, VIEWS_MAX, view};
use model::{Code, Problem, TemplateId};
use store::WorkspaceTx;

/// The views that the page of this device shows; none where it has no template, or nobody has drawn any.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn views(context: &Context, device: &str) -> Result<Vec<Listed>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let device = devices::find_history(&scope, device).await?;
    let Some((template, _)) = device.template else { return Ok(Vec::new()) };
    Ok(scope.dashboards(context.actor.person()).await?.of_template(template).await?)
}

/// Makes the draft one of the template: of everybody, with what the template's devices send where nothing else is said.
pub(super) async fn fit(
    context: &Context,
    scope: &WorkspaceTx,
    draft: &mut DashboardDraft,
    template: TemplateId,
) -> Result<()> {
    context.grant::<ManageTemplates>()?;
    if draft.personal {
        let text = "A view of a template is seen by whoever sees its devices.";
        return Err(Problem::field(Code::Invalid, "personal", text).into());
    }
    let template = scope.templates().get(template).await?.ok_or_else(Error::not_found)?;
    let known = scope.dashboards(context.actor.person()).await?.of_template(template.id).await?;
    if known.len() >= VIEWS_MAX {
        let text = format!("A template has at most {VIEWS_MAX} views. Delete some first.");
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    if draft.content.is_none() {
        draft.content = Some(view(family(&template.dtmi), &template.telemetry));
    }
    Ok(())
}
