//! Device groups: listing, making, changing and deleting them, and who belongs to them.

pub mod text;
mod uses;

pub(crate) use uses::uses_in;

use crate::access::{ManageGroups, ViewGroups};
use crate::audit::Act;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::giving;
use crate::keys;
use model::audit::{Action, Subject};
use model::check::{self, Check};
use model::device::DeviceQuery;
use model::group::{
    Choices, DeviceGroup, Filter, GROUPS_MAX, GroupDraft, GroupId, GroupUse, ListedGroup, Names, of_document,
    said,
};
use model::page::Page;
use model::{Code, Problem};
use serde_json::{Value, json};
use store::WorkspaceTx;

/// Signs of chance behind an id that is made of a name.
const ID_SIGNS: usize = 6;
/// Longest part of a name in an id.
const ID_NAME: usize = 40;
/// Most properties and fields that are offered.
const CHOICES_MAX: usize = 2000;
/// Uses that a refusal names.
const USES_NAMED: usize = 5;

/// A part of the list, by name, with how many devices belong to each: of those that whoever asks sees.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn list(context: &Context, search: &str, offset: i64, limit: i64) -> Result<Page<ListedGroup>> {
    let scope = context.grant::<ViewGroups>()?.scope().await?;
    let search: String = search.chars().filter(|c| *c != '\0').take(200).collect();
    let page = scope.device_groups().list(&search, offset, limit).await?;
    let filters: Vec<&Filter> = page.items.iter().map(|group| &group.filter).collect();
    let sizes = scope.device_groups().sizes(&filters, context.now_ms).await?;
    let names = names_in(&scope).await?;
    let items = page.items.into_iter().zip(sizes).map(|(group, devices)| {
        let said = said(&group.filter, &names);
        ListedGroup { group, devices, said }
    });
    Ok(Page { items: items.collect(), matching: page.matching, total: page.total })
}

/// One. Its devices are listed by [`devices::list`](crate::devices::list), which takes a group.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, id: &GroupId) -> Result<ListedGroup> {
    let scope = context.grant::<ViewGroups>()?.scope().await?;
    let group = find(&scope, id).await?;
    let sizes = scope.device_groups().sizes(&[&group.filter], context.now_ms).await?;
    let said = said(&group.filter, &names_in(&scope).await?);
    Ok(ListedGroup { group, devices: sizes.first().copied().unwrap_or_default(), said })
}

/// Makes one; without an id, one is made of the name.
///
/// # Errors
/// [`Code::Invalid`] and [`Code::Taken`] by field; [`Code::NotAllowed`].
pub async fn create(context: &Context, id: Option<GroupId>, draft: &GroupDraft) -> Result<DeviceGroup> {
    let scope = context.grant::<ManageGroups>()?.scope().await?;
    let made = insert(context, &scope, id, draft).await?;
    scope.commit().await?;
    Ok(made)
}

/// Makes one in this scope.
pub(crate) async fn insert(
    context: &Context,
    scope: &WorkspaceTx,
    id: Option<GroupId>,
    draft: &GroupDraft,
) -> Result<DeviceGroup> {
    let draft = draft.checked()?;
    let mut check = Check::default();
    let id = match id {
        Some(id) => check.field("id", id.checked()),
        None => Some(made_of(&draft.name)?),
    };
    check.done()?;
    let id = id.ok_or_else(Error::not_found)?;
    if scope.device_groups().count().await? >= GROUPS_MAX {
        let text = format!("A workspace has at most {GROUPS_MAX} device groups. Delete some first.");
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    let organization = draft.organization.unwrap_or(context.organization.id);
    giving::seen(scope, organization).await?;
    scope.device_groups().insert(&id, &draft, organization, context.now_ms).await?;
    let made = find(scope, &id).await?;
    let told = told(scope, &made).await?;
    context.audited(scope, act(Action::Create, &made).after(told)).await?;
    Ok(made)
}

/// Replaces what one is. Whatever refers to it is about the new devices from then on.
///
/// # Errors
/// [`Code::Invalid`] and [`Code::Taken`] by field; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn update(context: &Context, id: &GroupId, draft: &GroupDraft) -> Result<DeviceGroup> {
    let granted = context.grant::<ManageGroups>()?;
    let draft = draft.checked()?;
    let scope = granted.scope().await?;
    if let Some(organization) = draft.organization {
        giving::seen(&scope, organization).await?;
    }
    let before = find(&scope, id).await?;
    let was = told(&scope, &before).await?;
    scope.device_groups().update(id, &draft, context.now_ms).await?;
    let after = find(&scope, id).await?;
    let is = told(&scope, &after).await?;
    context.audited(&scope, act(Action::Update, &after).before(was).after(is)).await?;
    scope.commit().await?;
    Ok(after)
}

/// Deletes one that nothing refers to.
///
/// # Errors
/// [`Code::Conflict`] with what refers to it; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn delete(context: &Context, id: &GroupId) -> Result<()> {
    let scope = context.grant::<ManageGroups>()?.scope().await?;
    let group = find(&scope, id).await?;
    let uses = uses_in(&scope, id).await?;
    if !uses.is_empty() {
        let named = uses.iter().take(USES_NAMED).map(|one| format!("{} “{}”", one.kind, one.name));
        let named = named.collect::<Vec<_>>().join(", ");
        let more = match uses.len().saturating_sub(USES_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let text = format!("It is used: {named}{more}. Change these first.");
        return Err(Problem::with_detail(Code::Conflict, text).into());
    }
    let told = told(&scope, &group).await?;
    if !scope.device_groups().delete(id).await? {
        return Err(Error::not_found());
    }
    context.audited(&scope, act(Action::Delete, &group).before(told)).await?;
    Ok(scope.commit().await?)
}

/// What refers to one, of what whoever asks sees.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn uses(context: &Context, id: &GroupId) -> Result<Vec<GroupUse>> {
    let scope = context.grant::<ViewGroups>()?.scope().await?;
    find(&scope, id).await?;
    uses_in(&scope, id).await
}

/// Everything that can be chosen when a filter is built.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn choices(context: &Context) -> Result<Choices> {
    let scope = context.grant::<ViewGroups>()?.scope().await?;
    let templates = scope.templates().list().await?;
    let organizations = scope.organizations().tree().await?;
    let mut choices = Choices {
        templates: templates.into_iter().map(|template| (template.id, template.name)).collect(),
        organizations: organizations.into_iter().map(|node| (node.id, node.name, node.depth)).collect(),
        values: Vec::new(),
    };
    for (template, document) in scope.templates().documents().await? {
        choices.add(of_document(template, &document));
    }
    choices.values.sort_by_cached_key(|choice| choice.label.to_lowercase());
    choices.values.truncate(CHOICES_MAX);
    Ok(choices)
}

/// The filter of a group, for whoever asks about its devices.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub(crate) async fn filter_of(context: &Context, scope: &WorkspaceTx, id: &GroupId) -> Result<Filter> {
    context.grant::<ViewGroups>()?;
    Ok(find(scope, id).await?.filter)
}

/// The same question with its group as a filter, and its filter checked.
///
/// # Errors
/// [`Code::Invalid`] by field, [`Code::NotFound`], [`Code::NotAllowed`].
pub(crate) async fn resolved(
    context: &Context,
    scope: &WorkspaceTx,
    query: DeviceQuery,
) -> Result<DeviceQuery> {
    let mut check = Check::default();
    let filter = query.filter.as_ref().map(|filter| filter.checked(&mut check));
    check.done()?;
    let filter = match &query.group {
        None => filter,
        Some(id) => {
            let group = filter_of(context, scope, id).await?;
            Some(match filter {
                None => group,
                Some(filter) => Filter::All(vec![group, filter]),
            })
        }
    };
    Ok(DeviceQuery { group: None, filter, ..query })
}

pub(crate) async fn find(scope: &WorkspaceTx, id: &GroupId) -> Result<DeviceGroup> {
    let id = id.checked().map_err(|_| Error::not_found())?;
    scope.device_groups().get(&id).await?.ok_or_else(Error::not_found)
}

fn act(action: Action, group: &DeviceGroup) -> Act {
    Act::new(action, Subject::DeviceGroup, &group.id, &group.name)
}

/// What the audit log tells of a group.
async fn told(scope: &WorkspaceTx, group: &DeviceGroup) -> Result<Value> {
    let devices = said(&group.filter, &names_in(scope).await?);
    Ok(json!({
        "name": group.name,
        "description": group.description,
        "organization": group.organization.name,
        "devices": devices,
    }))
}

async fn names_in(scope: &WorkspaceTx) -> Result<Names> {
    let templates = scope.templates().list().await?;
    let organizations = scope.organizations().tree().await?;
    Ok(Names {
        templates: templates.into_iter().map(|template| (template.id, template.name)).collect(),
        organizations: organizations.into_iter().map(|node| (node.id, node.name)).collect(),
    })
}

/// `room-sensors-k3f9x2`: readable, and no other's, whether its maker sees that other one or not.
fn made_of(name: &str) -> Result<GroupId> {
    Ok(GroupId(id_of(name)?))
}

/// The same for whatever else has an id that people read.
pub(crate) fn id_of(name: &str) -> Result<String> {
    let slug: String = check::slug(name).chars().take(ID_NAME).collect();
    let signs = keys::letters(ID_SIGNS)?.to_lowercase();
    let slug = slug.trim_matches('-');
    Ok(if slug.is_empty() { signs } else { format!("{slug}-{signs}") })
}
