//! Templates as programs put them there: made, changed and published in one step, and known by the identifiers that programs
//! have for them.

use super::{changed, checked, imported, published, whole};
use crate::access::{ManageTemplates, ViewTemplates};
use crate::context::Context;
use crate::error::Result;
use model::TemplateId;
use model::dtdl::Document;
use model::template::WholeTemplate;
use std::collections::HashMap;
use store::WorkspaceTx;

/// The template that programs know by this identifier; nothing where there is none.
///
/// # Errors
/// [`model::Code::NotAllowed`].
pub async fn named(context: &Context, dtmi: &str) -> Result<Option<TemplateId>> {
    let scope = context.grant::<ViewTemplates>()?.scope().await?;
    Ok(scope.templates().named(dtmi).await?)
}

/// The identifiers by which programs know all templates.
///
/// # Errors
/// [`model::Code::NotAllowed`].
pub async fn identifiers(context: &Context) -> Result<HashMap<TemplateId, String>> {
    let scope = context.grant::<ViewTemplates>()?.scope().await?;
    Ok(scope.templates().identifiers().await?.into_iter().collect())
}

/// Makes a template of this document and publishes it, or publishes it as what a template says from now on: in place where
/// its model has the same identifier, else as a new version. A document that is published already changes nothing.
///
/// # Errors
/// [`model::Code::Invalid`] with a JSON pointer for each place at fault, or where a change breaks devices and the identifier
/// is the same; [`model::Code::Taken`] where another template has the name or the identifier, [`model::Code::NotFound`],
/// [`model::Code::NotAllowed`].
pub async fn put(context: &Context, known: Option<TemplateId>, document: &Document) -> Result<WholeTemplate> {
    let granted = context.grant::<ManageTemplates>()?;
    checked(document)?;
    let scope = granted.scope().await?;
    let (id, new_version) = match known {
        None => (imported(context, &scope, document).await?.id, false),
        Some(id) => {
            let before = whole(&scope, id).await?;
            if before.published.as_ref() == Some(document) && !before.template.has_draft {
                return Ok(before);
            }
            let new_version = before.published.as_ref().is_some_and(|was| was.id() != document.id());
            // Also one that says what is published: it goes over the draft that somebody has begun.
            scope.templates().set_draft(id, &document.name(), document.id(), Some(document)).await?;
            let after = whole(&scope, id).await?;
            context.audited(&scope, changed(&before, &after)).await?;
            (id, new_version)
        }
    };
    let after = published(context, &scope, id, new_version).await?;
    scope.commit().await?;
    Ok(after)
}

/// Makes a template of this document in this scope and publishes it. One that is published already, and says the same, is
/// taken as it is.
///
/// # Errors
/// As [`put`], and [`model::Code::Taken`] where a template of the same identifier says something else.
pub(crate) async fn insert(
    context: &Context,
    scope: &WorkspaceTx,
    document: &Document,
) -> Result<TemplateId> {
    checked(document)?;
    if let Some(known) = scope.templates().named(document.id()).await?
        && whole(scope, known).await?.published.as_ref() == Some(document)
    {
        return Ok(known);
    }
    let id = imported(context, scope, document).await?.id;
    published(context, scope, id, false).await?;
    Ok(id)
}
