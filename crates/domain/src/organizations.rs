//! Organizations: the tree inside a workspace. Everyone sees and changes only their own subtree.

use crate::access::{ManageOrganizations, ViewDevices};
use crate::audit::Act;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::keys;
use model::audit::{Action, Subject};
use model::check::{self, Check};
use model::organization::{DEPTH_MAX, NewOrganization, ORGANIZATIONS_MAX, Organization, OrganizationPatch};
use model::{Code, OrganizationId, Problem};
use serde_json::{Value, json};
use store::WorkspaceTx;

/// The tree as far as the asker sees it: each node behind its parent.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn tree(context: &Context) -> Result<Vec<Organization>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    Ok(scope.organizations().tree().await?)
}

/// The one that programs know by this key.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn by_key(context: &Context, key: &str) -> Result<Organization> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    if key.contains('\0') {
        return Err(Error::not_found());
    }
    let id = scope.organizations().by_key(key).await?.ok_or_else(Error::not_found)?;
    find(&scope, id).await
}

/// Makes one below another.
///
/// # Errors
/// [`Code::Invalid`] and [`Code::Taken`] by field (`name`, `key`, `parent`); [`Code::NotAllowed`].
pub async fn create(context: &Context, new: &NewOrganization) -> Result<Organization> {
    let scope = context.grant::<ManageOrganizations>()?.scope().await?;
    let made = insert(context, &scope, new).await?;
    scope.access_changed().await?;
    scope.commit().await?;
    Ok(made)
}

/// Makes one in this scope; that access has changed is the caller's to tell.
pub(crate) async fn insert(
    context: &Context,
    scope: &WorkspaceTx,
    new: &NewOrganization,
) -> Result<Organization> {
    let chosen = !new.key.trim().is_empty();
    let mut new = new.checked()?;
    scope.organizations().lock().await?;
    let parent = new.parent.unwrap_or(context.organization.id);
    let (total, shapes) = scope.organizations().shape(&[parent]).await?;
    let mut check = Check::default();
    check.that(scope.organizations().exists(parent).await?, "parent", NO_PARENT);
    let deep = shapes.first().is_some_and(|(_, depth, _)| *depth >= DEPTH_MAX);
    check.that(!deep, "parent", format!("A tree of organizations is at most {DEPTH_MAX} deep."));
    check.done()?;
    if total >= ORGANIZATIONS_MAX {
        let text = format!("A workspace has at most {ORGANIZATIONS_MAX} organizations.");
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    if !chosen {
        // Others, whom the maker doesn't see, may have a key of this name.
        let signs = keys::letters(KEY_SIGNS)?.to_lowercase();
        new.key = if new.key.is_empty() { signs } else { format!("{}-{signs}", new.key) };
    }
    let id = scope.organizations().insert(&new, parent).await?;
    let made = find(scope, id).await?;
    context.audited(scope, act(Action::Create, &made).after(told(scope, &made).await?)).await?;
    Ok(made)
}

/// Renames one, and hangs it with all below it under another. Who sees what changes at once.
///
/// # Errors
/// [`Code::Invalid`] by field (`name`, `parent`); [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn update(
    context: &Context,
    id: OrganizationId,
    patch: &OrganizationPatch,
) -> Result<Organization> {
    let granted = context.grant::<ManageOrganizations>()?;
    let scope = granted.scope().await?;
    scope.organizations().lock().await?;
    let before = find(&scope, id).await?;
    let mut check = Check::default();
    let name = patch.name.as_deref().unwrap_or(&before.name);
    let name = check.field("name", check::name(name)).unwrap_or_default();
    let parent = patch.parent.filter(|parent| Some(*parent) != before.parent);
    if let Some(parent) = parent {
        check.that(
            before.parent.is_some(),
            "parent",
            "The highest organization that you see can't be moved.",
        );
        check.that(scope.organizations().exists(parent).await?, "parent", NO_PARENT);
        let below = below(&scope, id).await?;
        check.that(!below.contains(&parent), "parent", "An organization can't hang below itself.");
        let (_, shapes) = scope.organizations().shape(&[id, parent]).await?;
        let of = |wanted| shapes.iter().find(|(id, ..)| *id == wanted);
        if let (Some((_, depth, _)), Some((_, _, height))) = (of(parent), of(id)) {
            check.that(
                depth + height <= DEPTH_MAX,
                "parent",
                format!("A tree of organizations is at most {DEPTH_MAX} deep."),
            );
        }
    }
    check.done()?;
    let was = told(&scope, &before).await?;
    scope.organizations().update(id, &name, parent).await?;
    let after = find(&scope, id).await?;
    let is = told(&scope, &after).await?;
    context.audited(&scope, act(Action::Update, &after).before(was).after(is)).await?;
    scope.access_changed().await?;
    scope.commit().await?;
    Ok(after)
}

/// Deletes one to which nothing belongs any more. What devices sent while they were there goes to its parent.
///
/// # Errors
/// [`Code::Conflict`] where something belongs to it; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn delete(context: &Context, id: OrganizationId) -> Result<()> {
    let scope = context.grant::<ManageOrganizations>()?.scope().await?;
    scope.organizations().lock().await?;
    let node = find(&scope, id).await?;
    let was = told(&scope, &node).await?;
    let conflict = |text: &str| Err(Problem::with_detail(Code::Conflict, text).into());
    if node.parent.is_none() {
        return conflict("The highest organization that you see can't be deleted.");
    }
    if below(&scope, id).await?.len() > 1 {
        return conflict("Other organizations hang below it. Delete them or move them first.");
    }
    if node.devices > 0 {
        return conflict("Devices belong to it. Move them first.");
    }
    if node.people > 0 {
        return conflict("People belong to it. Give them another organization first.");
    }
    match scope.organizations().delete(id).await {
        Ok(_) => {}
        Err(error) if error.refers_to_nothing() => {
            return conflict(
                "An API token, an enrolment group, a device group, an invitation, a dashboard, a report or a job belongs to it. Remove that first.",
            );
        }
        Err(error) => return Err(error.into()),
    }
    context.audited(&scope, act(Action::Delete, &node).before(was)).await?;
    scope.access_changed().await?;
    Ok(scope.commit().await?)
}

fn act(action: Action, node: &Organization) -> Act {
    Act::new(action, Subject::Organization, &node.key, &node.name)
}

/// What the audit log tells of a node.
async fn told(scope: &WorkspaceTx, node: &Organization) -> Result<Value> {
    let above = match node.parent {
        Some(parent) => scope.organizations().get(parent).await?,
        None => None,
    };
    Ok(json!({ "name": node.name, "below": above.map(|above| above.name) }))
}

/// Signs of chance behind a key that is made up.
const KEY_SIGNS: usize = 4;
const NO_PARENT: &str = "There is no such organization, or it lies outside of yours.";

async fn find(scope: &WorkspaceTx, id: OrganizationId) -> Result<Organization> {
    scope.organizations().get(id).await?.ok_or_else(Error::not_found)
}

/// One and all below it.
pub(crate) async fn below(scope: &WorkspaceTx, id: OrganizationId) -> Result<Vec<OrganizationId>> {
    let tree = scope.organizations().tree().await?;
    let after = tree.into_iter().skip_while(|node| node.id != id);
    let mut found = Vec::new();
    let mut top = None;
    for node in after {
        if top.is_some_and(|top| node.depth <= top) {
            break;
        }
        top.get_or_insert(node.depth);
        found.push(node.id);
    }
    Ok(found)
}
