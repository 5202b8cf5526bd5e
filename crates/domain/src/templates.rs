//! Device templates: what a kind of device sends. They are kept as DTDL.

use crate::access::{ManageTemplates, ViewTemplates};
use crate::context::Context;
use crate::error::{Error, Result};
use model::template::{self as dtdl, Schema, Template, TemplateDraft};
use model::{Code, Problem, TemplateId};
use std::collections::HashMap;
use store::WorkspaceTx;

/// How many identifiers are tried for one name.
const ATTEMPTS: u32 = 1000;

/// All, by name.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn list(context: &Context) -> Result<Vec<Template>> {
    let scope = context.grant::<ViewTemplates>()?.scope().await?;
    Ok(scope.templates().list().await?)
}

/// One.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, id: TemplateId) -> Result<Template> {
    let scope = context.grant::<ViewTemplates>()?.scope().await?;
    scope.templates().get(id).await?.ok_or_else(Error::not_found)
}

/// Makes one.
///
/// # Errors
/// [`Code::Invalid`] by field, [`Code::Taken`] beside `name`, [`Code::NotAllowed`].
pub async fn create(context: &Context, draft: TemplateDraft) -> Result<Template> {
    let granted = context.grant::<ManageTemplates>()?;
    let draft = draft.checked()?;
    let scope = granted.scope().await?;
    for attempt in 1..=ATTEMPTS {
        let dtmi = dtdl::dtmi_for(&context.workspace.slug, &draft.name, attempt);
        let interface = dtdl::write(&dtmi, &draft, None);
        if let Some(id) = scope.templates().insert(&dtmi, &draft.name, &interface).await? {
            let made = scope.templates().get(id).await?.ok_or_else(Error::not_found)?;
            scope.commit().await?;
            return Ok(made);
        }
    }
    Err(Problem::field(Code::Taken, "name", "Too many templates have a name like this one.").into())
}

/// Changes name and telemetry of one. What its DTDL says beyond the form stays.
///
/// # Errors
/// [`Code::Invalid`] by field, [`Code::Taken`] beside `name`, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn update(context: &Context, id: TemplateId, draft: TemplateDraft) -> Result<Template> {
    let granted = context.grant::<ManageTemplates>()?;
    let draft = draft.checked()?;
    let scope = granted.scope().await?;
    let before = scope.templates().get(id).await?.ok_or_else(Error::not_found)?;
    let interface = dtdl::write(&before.dtmi, &draft, Some(&before.dtdl));
    scope.templates().update(id, &draft.name, &interface).await?;
    let after = scope.templates().get(id).await?.ok_or_else(Error::not_found)?;
    scope.changed().await?;
    scope.commit().await?;
    Ok(after)
}

/// Deletes one that no device is of.
///
/// # Errors
/// [`Code::Invalid`] while devices are of it, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn delete(context: &Context, id: TemplateId) -> Result<()> {
    let scope = context.grant::<ManageTemplates>()?.scope().await?;
    let template = scope.templates().get(id).await?.ok_or_else(Error::not_found)?;
    if template.devices > 0 {
        return Err(in_use(template.devices));
    }
    match scope.templates().delete(id).await {
        // A device was given it just now.
        Err(e) if e.constraint() == Some("devices_template_fkey") => return Err(in_use(1)),
        deleted => deleted?,
    };
    Ok(scope.commit().await?)
}

fn in_use(devices: i64) -> Error {
    let who = if devices == 1 { "1 device is".to_owned() } else { format!("{devices} devices are") };
    Problem::with_detail(
        Code::Invalid,
        format!("{who} of this template. Give them another one, or delete them, first."),
    )
    .into()
}

/// The types of a template's fields.
pub(crate) async fn schemas(scope: &WorkspaceTx, id: TemplateId) -> Result<HashMap<String, Schema>> {
    let template = scope.templates().get(id).await?;
    let fields = template.map(|template| template.telemetry).unwrap_or_default();
    Ok(fields.into_iter().map(|field| (field.name, field.schema)).collect())
}
