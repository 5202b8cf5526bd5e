//! Groups: listing, making, changing and deleting them, and their keys.

use crate::access::ManageEnrolment;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::giving;
use crate::keys;
use model::certificate::Place;
use model::check::{self, Check};
use model::enrolment::{
    EnrolmentGroup, GROUPS_MAX, GroupKind, GroupPatch, KeyPair, NewGroup, USUAL_GROUP, group_id,
};
use model::organization::Reach;
use model::{Code, Problem};
use store::WorkspaceTx;

/// All, by name. The first time that anybody asks, the one is made that every workspace begins with.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn list(context: &Context) -> Result<Vec<EnrolmentGroup>> {
    let scope = open(context).await?;
    let groups = scope.enrolment_groups().list().await?;
    scope.commit().await?;
    Ok(groups)
}

/// One.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, id: &str) -> Result<EnrolmentGroup> {
    let scope = open(context).await?;
    let group = find(&scope, id).await?;
    scope.commit().await?;
    Ok(group)
}

/// Makes one, with fresh keys where it has keys and brings none along.
///
/// # Errors
/// [`Code::Invalid`] and [`Code::Taken`] by field, [`Code::NotAllowed`].
pub async fn create(context: &Context, new: &NewGroup) -> Result<EnrolmentGroup> {
    let new = new.checked()?;
    let scope = open(context).await?;
    if scope.enrolment_groups().count().await? >= GROUPS_MAX {
        let text = format!("A workspace has at most {GROUPS_MAX} enrolment groups. Delete some first.");
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    insert(&scope, context, &new).await?;
    let made = find(&scope, &new.id).await?;
    scope.commit().await?;
    Ok(made)
}

/// Changes what the patch names. One that is disabled ends the connections that were made by it, at once.
///
/// # Errors
/// [`Code::Invalid`] and [`Code::Taken`] by field, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn update(context: &Context, id: &str, patch: GroupPatch) -> Result<EnrolmentGroup> {
    let mut check = Check::default();
    let name = patch.name.as_deref().and_then(|name| check.field("name", check::name(name)));
    check.done()?;
    let scope = open(context).await?;
    if let Some(organization) = patch.organization {
        giving::seen(&scope, organization).await?;
    }
    let before = find(&scope, id).await?;
    scope.enrolment_groups().update(id, &GroupPatch { name, ..patch }).await?;
    let after = find(&scope, id).await?;
    if before.enabled && !after.enabled {
        scope.look_again().await?;
    }
    scope.commit().await?;
    Ok(after)
}

/// Deletes one, and ends the connections that were made by it. Its devices stay, and can enrol by another group.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn delete(context: &Context, id: &str) -> Result<()> {
    let scope = open(context).await?;
    if !scope.enrolment_groups().delete(&known(id)?).await? {
        return Err(Error::not_found());
    }
    scope.look_again().await?;
    Ok(scope.commit().await?)
}

/// The keys of one that has keys.
///
/// # Errors
/// [`Code::NotFound`], also where it has certificates instead; [`Code::NotAllowed`].
pub async fn keys(context: &Context, id: &str) -> Result<KeyPair> {
    let scope = open(context).await?;
    let keys = opened(&scope, context, id).await?;
    scope.commit().await?;
    Ok(keys)
}

/// Replaces one of the keys by a fresh one, and ends the connections that were made by the old one. Both keys.
///
/// # Errors
/// As [`keys`].
pub async fn rotate_key(context: &Context, id: &str, place: Place) -> Result<KeyPair> {
    let scope = open(context).await?;
    let mut keys = opened(&scope, context, id).await?;
    match place {
        Place::Primary => keys.primary = keys::fresh()?,
        Place::Secondary => keys.secondary = keys::fresh()?,
    }
    replace(scope, context, id, &keys).await?;
    Ok(keys)
}

/// Replaces both keys by these, and ends the connections that were made by a key that is gone.
///
/// # Errors
/// [`Code::Invalid`] beside `primaryKey` or `secondaryKey`; else as [`keys`].
pub async fn set_keys(context: &Context, id: &str, keys: &KeyPair) -> Result<KeyPair> {
    let keys = checked_pair(keys)?;
    let scope = open(context).await?;
    if opened(&scope, context, id).await? != keys {
        replace(scope, context, id, &keys).await?;
    }
    Ok(keys)
}

/// A scope in which the usual group was made, where the workspace is new to groups.
pub(super) async fn open(context: &Context) -> Result<WorkspaceTx> {
    let scope = context.grant::<ManageEnrolment>()?.scope().await?;
    // It is the whole workspace's: who sees only a part of it makes none.
    if context.reach == Reach::Everything && scope.enrolment_groups().begin().await? {
        let usual =
            NewGroup { id: USUAL_GROUP.into(), ..NewGroup::named(USUAL_GROUP, GroupKind::SymmetricKey) };
        insert(&scope, context, &usual).await?;
    }
    Ok(scope)
}

pub(super) async fn find(scope: &WorkspaceTx, id: &str) -> Result<EnrolmentGroup> {
    scope.enrolment_groups().get(&known(id)?).await?.ok_or_else(Error::not_found)
}

/// Keys that somebody brings along.
pub(super) fn checked_pair(keys: &KeyPair) -> Result<KeyPair> {
    let mut check = Check::default();
    let primary = check.field("primaryKey", keys::checked(&keys.primary)).unwrap_or_default();
    let secondary = check.field("secondaryKey", keys::checked(&keys.secondary)).unwrap_or_default();
    check.done()?;
    Ok(KeyPair { primary, secondary })
}

async fn insert(scope: &WorkspaceTx, context: &Context, new: &NewGroup) -> Result<()> {
    let keys = match (new.kind, &new.keys) {
        (GroupKind::X509, _) => None,
        (GroupKind::SymmetricKey, Some(keys)) => Some(checked_pair(keys)?),
        (GroupKind::SymmetricKey, None) => Some(keys::fresh_pair()?),
    };
    let sealed =
        keys.map(|keys| keys::seal_group(context.homeport.store(), context.workspace.id, &new.id, &keys));
    let organization = new.organization.unwrap_or(context.organization.id);
    giving::seen(scope, organization).await?;
    Ok(scope.enrolment_groups().insert(new, organization, sealed, context.now_ms).await?)
}

async fn opened(scope: &WorkspaceTx, context: &Context, id: &str) -> Result<KeyPair> {
    let id = known(id)?;
    let sealed = scope.enrolment_groups().keys(&id).await?.ok_or_else(Error::not_found)?;
    keys::open_group(context.homeport.store(), context.workspace.id, &id, &sealed)
}

async fn replace(scope: WorkspaceTx, context: &Context, id: &str, keys: &KeyPair) -> Result<()> {
    let sealed = keys::seal_group(context.homeport.store(), context.workspace.id, id, keys);
    if !scope.enrolment_groups().set_keys(id, sealed).await? {
        return Err(Error::not_found());
    }
    scope.look_again().await?;
    Ok(scope.commit().await?)
}

/// An id that can be one; any other is nobody's.
fn known(id: &str) -> Result<String> {
    group_id(id).ok().filter(|checked| checked == id).ok_or_else(Error::not_found)
}
