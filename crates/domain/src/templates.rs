//! Device templates: documents of DTDL with a draft, published versions and the devices that live by them.

mod put;

pub(crate) use put::insert as insert_published;
pub use put::{identifiers, named, put};

use crate::access::{ManageTemplates, ViewTemplates};
use crate::audit::Act;
use crate::context::Context;
use crate::error::{Error, Result};
use model::audit::{Action, Subject};
use model::dtdl::{self, Difference, Document, Schema};
use model::template::{self, DOCUMENT_BYTES_MAX, Template, TemplateDraft, WholeTemplate};
use model::{Code, Problem, TemplateId};
use serde_json::json;
use std::collections::HashMap;
use store::{Publication, WorkspaceTx};

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

/// One with its documents.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, id: TemplateId) -> Result<WholeTemplate> {
    let scope = context.grant::<ViewTemplates>()?.scope().await?;
    whole(&scope, id).await
}

/// The document of a version.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn document(context: &Context, id: TemplateId, version: i32) -> Result<Document> {
    let scope = context.grant::<ViewTemplates>()?.scope().await?;
    scope.templates().document(id, version).await?.ok_or_else(Error::not_found)
}

/// Makes one of a name and fields, as a draft.
///
/// # Errors
/// [`Code::Invalid`] by field, [`Code::Taken`] beside `name`, [`Code::NotAllowed`].
pub async fn create(context: &Context, draft: &TemplateDraft) -> Result<Template> {
    let granted = context.grant::<ManageTemplates>()?;
    let name = checked_name(&draft.name)?;
    let scope = granted.scope().await?;
    let slug = &context.workspace.slug;
    let made = insert(&scope, slug, &name, |dtmi| dtdl::new_document(dtmi, &name, &draft.telemetry)).await?;
    context.audited(&scope, act(Action::Create, &made).after(json!({ "id": made.dtmi }))).await?;
    scope.commit().await?;
    Ok(made)
}

/// Makes one of a document, as a draft.
///
/// # Errors
/// [`Code::Invalid`] with a JSON pointer for each place at fault, [`Code::Taken`] beside `name` or `/@id`,
/// [`Code::NotAllowed`].
pub async fn import(context: &Context, text: &str) -> Result<Template> {
    let granted = context.grant::<ManageTemplates>()?;
    if text.len() > DOCUMENT_BYTES_MAX {
        return Err(too_large(text.len()));
    }
    let document =
        Document::parse(text).map_err(|issue| Problem::field(Code::Invalid, &issue.path, issue.message))?;
    checked(&document)?;
    let scope = granted.scope().await?;
    let made = imported(context, &scope, &document).await?;
    scope.commit().await?;
    Ok(made)
}

/// Makes one of a document that was checked, and leaves it to the caller to commit.
async fn imported(context: &Context, scope: &WorkspaceTx, document: &Document) -> Result<Template> {
    let made = scope.templates().insert(&document.name(), document).await?;
    let Some(id) = made else {
        let at = document.main().map(|main| dtdl::join(&main.at, "@id")).unwrap_or_default();
        let message = format!("A template with the identifier {} exists already.", document.id());
        return Err(Problem::field(Code::Taken, &at, message).into());
    };
    let made = scope.templates().get(id).await?.ok_or_else(Error::not_found)?;
    context
        .audited(scope, act(Action::Create, &made).after(json!({ "id": made.dtmi, "imported": true })))
        .await?;
    Ok(made)
}

/// Replaces the draft. A draft that says what is published is none.
///
/// # Errors
/// As [`import`], and [`Code::NotFound`].
pub async fn save(context: &Context, id: TemplateId, document: &Document) -> Result<WholeTemplate> {
    let granted = context.grant::<ManageTemplates>()?;
    checked(document)?;
    let scope = granted.scope().await?;
    let before = whole(&scope, id).await?;
    let draft = (before.published.as_ref() != Some(document)).then_some(document);
    scope.templates().set_draft(id, &document.name(), document.id(), draft).await?;
    let after = whole(&scope, id).await?;
    context.audited(&scope, changed(&before, &after)).await?;
    scope.commit().await?;
    Ok(after)
}

/// Goes back to what is published.
///
/// # Errors
/// [`Code::Invalid`] where nothing is published, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn discard(context: &Context, id: TemplateId) -> Result<WholeTemplate> {
    let scope = context.grant::<ManageTemplates>()?.scope().await?;
    let before = whole(&scope, id).await?;
    let Some(published) = &before.published else {
        let text = "Nothing of this template is published, so there is nothing to go back to.";
        return Err(Problem::with_detail(Code::Invalid, text).into());
    };
    scope.templates().set_draft(id, &published.name(), published.id(), None).await?;
    let after = whole(&scope, id).await?;
    context.audited(&scope, changed(&before, &after)).await?;
    scope.commit().await?;
    Ok(after)
}

/// Publishes the draft: in place where nothing breaks by it, else, or where it is wanted, as a new version, to which
/// devices are migrated by themselves.
///
/// # Errors
/// [`Code::Invalid`] where a change breaks and no new version is wanted, with what breaks; where there is no draft;
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn publish(context: &Context, id: TemplateId, new_version: bool) -> Result<WholeTemplate> {
    let scope = context.grant::<ManageTemplates>()?.scope().await?;
    let after = published(context, &scope, id, new_version).await?;
    scope.commit().await?;
    Ok(after)
}

/// Publishes the draft, and leaves it to the caller to commit.
async fn published(
    context: &Context,
    scope: &WorkspaceTx,
    id: TemplateId,
    new_version: bool,
) -> Result<WholeTemplate> {
    let before = whole(scope, id).await?;
    if !before.template.has_draft {
        return Err(
            Problem::with_detail(Code::Invalid, "There is nothing to publish: nothing was changed.").into()
        );
    }
    let mut document = before.document.clone();
    let version = match (&before.published, before.template.version) {
        (Some(published), Some(newest)) => {
            let differences = dtdl::compare(published, &document);
            if !new_version && dtdl::is_breaking(&differences) {
                return Err(breaking(&differences));
            }
            let same_family = dtdl::family(published.id()) == dtdl::family(document.id());
            if new_version && document.id() == published.id() {
                dtdl::set_version(&mut document, &dtdl::next_version(published.id()));
            } else if !new_version && same_family {
                dtdl::set_version(&mut document, published.id());
            }
            if new_version { newest + 1 } else { newest }
        }
        _ => 1,
    };
    let publication = Publication { version, name: &document.name(), document: &document };
    scope.templates().publish(id, &publication).await?;
    scope.changed().await?;
    let after = whole(scope, id).await?;
    let act = act(Action::Publish, &after.template);
    let act = act.before(json!({ "version": before.template.version, "new version": false }));
    context.audited(scope, act.after(json!({ "version": version, "new version": new_version }))).await?;
    Ok(after)
}

/// Deletes one that no device is of, with all its versions.
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
        Err(e)
            if matches!(e.constraint(), Some("devices_template_fkey" | "devices_template_version_fkey")) =>
        {
            return Err(in_use(1));
        }
        deleted => deleted?,
    };
    context.audited(&scope, act(Action::Delete, &template).before(json!({ "id": template.dtmi }))).await?;
    Ok(scope.commit().await?)
}

/// Something that is done to a template, for the audit log.
pub(crate) fn act(action: Action, template: &Template) -> Act {
    Act::new(action, Subject::Template, template.id, &template.name)
}

/// A change of the draft.
fn changed(before: &WholeTemplate, after: &WholeTemplate) -> Act {
    act(Action::Update, &after.template).before(&before.document).after(&after.document)
}

/// Makes a template of what `document` gives for an identifier that is free.
pub(crate) async fn insert(
    scope: &WorkspaceTx,
    slug: &str,
    name: &str,
    document: impl Fn(&str) -> Document,
) -> Result<Template> {
    for attempt in 1..=ATTEMPTS {
        let document = document(&dtdl::dtmi_for(slug, name, attempt));
        checked(&document)?;
        if let Some(id) = scope.templates().insert(name, &document).await? {
            return scope.templates().get(id).await?.ok_or_else(Error::not_found);
        }
    }
    Err(Problem::field(Code::Taken, "name", "Too many templates have a name like this one.").into())
}

pub(crate) fn checked_name(name: &str) -> Result<String> {
    Ok(template::name(name).map_err(|why| Problem::field(Code::Invalid, "name", why))?)
}

async fn whole(scope: &WorkspaceTx, id: TemplateId) -> Result<WholeTemplate> {
    scope.templates().whole(id).await?.ok_or_else(Error::not_found)
}

fn checked(document: &Document) -> Result<()> {
    let bytes = document.to_text().len();
    if bytes > DOCUMENT_BYTES_MAX {
        return Err(too_large(bytes));
    }
    match dtdl::problem(&dtdl::validate(document)) {
        Some(problem) => Err(problem.into()),
        // The database takes every text but one with this sign in it.
        None if document.to_text().contains("\\u0000") => {
            Err(Problem::field(Code::Invalid, "", "A text holds the sign U+0000, which can't be kept.")
                .into())
        }
        None => Ok(()),
    }
}

fn too_large(bytes: usize) -> Error {
    let (have, max) = (bytes.div_ceil(1024), DOCUMENT_BYTES_MAX / 1024);
    Problem::field(Code::Invalid, "", format!("A document has at most {max} KiB; this has {have}.")).into()
}

fn breaking(differences: &[Difference]) -> Error {
    let told: Vec<String> = differences
        .iter()
        .filter(|difference| difference.breaking)
        .take(5)
        .map(|difference| format!("{}: {}", difference.name, difference.text))
        .collect();
    let text = format!("Devices would break by this, so it needs a new version. {}", told.join(" "));
    Problem::with_detail(Code::Invalid, text).into()
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
