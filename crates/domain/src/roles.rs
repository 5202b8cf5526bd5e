//! Roles: listing, making, changing and deleting them. The built-in ones stay as they are.

use crate::access::{ManageRoles, ViewPeople};
use crate::audit::Act;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::giving;
use model::audit::{Action, Subject};
use model::check;
use model::role::{BuiltIn, ListedRole, ROLE_ID_MAX, ROLES_MAX, Role, RoleDraft, RoleId};
use model::{Code, Problem};
use serde_json::{Value, json};

/// All of the workspace, the built-in ones first, with how many have each.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn list(context: &Context) -> Result<Vec<ListedRole>> {
    let scope = context.grant::<ViewPeople>()?.scope().await?;
    let holders = scope.roles().holders().await?;
    let mut roles: Vec<Role> = BuiltIn::ALL.map(BuiltIn::role).into();
    roles.extend(scope.roles().list().await?);
    Ok(store::with_holders(roles, &holders))
}

/// One.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, id: &RoleId) -> Result<Role> {
    let scope = context.grant::<ViewPeople>()?.scope().await?;
    giving::find(&scope, &known(id)?).await?.ok_or_else(Error::not_found)
}

/// Makes one; without an id, one is made of the name. It holds no more than its maker does.
///
/// # Errors
/// [`Code::Invalid`] and [`Code::Taken`] by field; [`Code::NotAllowed`].
pub async fn create(context: &Context, id: Option<RoleId>, draft: &RoleDraft) -> Result<Role> {
    let granted = context.grant::<ManageRoles>()?;
    let draft = checked(context, draft)?;
    let id = match id {
        Some(id) => shaped(id)?,
        None => RoleId(made_of(&draft.name)),
    };
    let scope = granted.scope().await?;
    if scope.roles().count().await? >= ROLES_MAX {
        let text = format!("A workspace makes at most {ROLES_MAX} roles. Delete some first.");
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    scope.roles().insert(&id, &draft, context.now_ms).await?;
    let made = scope.roles().get(&id).await?.ok_or_else(Error::not_found)?;
    context.audited(&scope, act(Action::Create, &made).after(told(&made))).await?;
    scope.commit().await?;
    Ok(made)
}

/// Replaces what one is. Whoever has it may do what it says from the next thing they do.
///
/// # Errors
/// [`Code::Invalid`] and [`Code::Taken`] by field, also where it is built in; [`Code::Conflict`] where the last
/// administrator would be one no more; [`Code::NotFound`]; [`Code::NotAllowed`], also where it holds more than the asker.
pub async fn update(context: &Context, id: &RoleId, draft: &RoleDraft) -> Result<Role> {
    let granted = context.grant::<ManageRoles>()?;
    let draft = checked(context, draft)?;
    let scope = granted.scope().await?;
    let before = own(&scope, id).await?;
    mightier(context, &before)?;
    scope.roles().update(id, &draft).await?;
    let after = scope.roles().get(id).await?.ok_or_else(Error::not_found)?;
    scope.access_changed().await?;
    context.audited(&scope, act(Action::Update, &after).before(told(&before)).after(told(&after))).await?;
    scope.commit().await?;
    Ok(after)
}

/// Deletes one that nobody has.
///
/// # Errors
/// [`Code::Conflict`] where somebody has it; else as [`update`].
pub async fn delete(context: &Context, id: &RoleId) -> Result<()> {
    let scope = context.grant::<ManageRoles>()?.scope().await?;
    let role = own(&scope, id).await?;
    mightier(context, &role)?;
    match scope.roles().delete(id).await {
        Ok(_) => {
            context.audited(&scope, act(Action::Delete, &role).before(told(&role))).await?;
            Ok(scope.commit().await?)
        }
        Err(error) if error.refers_to_nothing() => {
            let text = "Somebody has this role: a person, an API token or an invitation. Give them another one first.";
            Err(Problem::with_detail(Code::Conflict, text).into())
        }
        Err(error) => Err(error.into()),
    }
}

fn act(action: Action, role: &Role) -> Act {
    Act::new(action, Subject::Role, &role.id.0, &role.name)
}

/// What the audit log tells of a role.
fn told(role: &Role) -> Value {
    json!({ "name": role.name, "description": role.description, "permissions": role.permissions })
}

/// One that was made here.
async fn own(scope: &store::WorkspaceTx, id: &RoleId) -> Result<Role> {
    if id.built_in().is_some() {
        let text = "This role is built in: it can't be changed. Make another one from it.";
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    scope.roles().get(&known(id)?).await?.ok_or_else(Error::not_found)
}

fn checked(context: &Context, draft: &RoleDraft) -> Result<RoleDraft> {
    let draft = draft.checked()?;
    if !context.role.permissions.covers(draft.permissions) {
        let message = "A role can't hold more than you may do yourself.";
        return Err(Problem::field(Code::Invalid, "permissions", message).into());
    }
    Ok(draft)
}

/// Nobody takes away what they could not give.
fn mightier(context: &Context, role: &Role) -> Result<()> {
    match context.role.covers(role) {
        true => Ok(()),
        false => Err(Problem::with_detail(Code::NotAllowed, "This role holds more than yours.").into()),
    }
}

fn shaped(id: RoleId) -> Result<RoleId> {
    let signs = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    let ok =
        !id.0.is_empty() && id.0.len() <= ROLE_ID_MAX && id.0.chars().all(signs) && id.built_in().is_none();
    if !ok {
        let message = format!(
            "Lower-case letters, digits, - and _, at most {ROLE_ID_MAX}; not that of a built-in role."
        );
        return Err(Problem::field(Code::Invalid, "id", message).into());
    }
    Ok(id)
}

/// An id for a role of this name.
fn made_of(name: &str) -> String {
    let slug: String = check::slug(name).chars().take(ROLE_ID_MAX - 2).collect();
    match slug.as_str() {
        "" => "role".to_owned(),
        slug if BuiltIn::from_word(slug).is_some() => format!("{slug}-2"),
        slug => slug.to_owned(),
    }
}

/// An id that can be one; any other is nobody's.
fn known(id: &RoleId) -> Result<RoleId> {
    match id.0.is_empty() || id.0.len() > ROLE_ID_MAX || id.0.contains('\0') {
        true => Err(Error::not_found()),
        false => Ok(id.clone()),
    }
}
