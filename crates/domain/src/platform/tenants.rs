//! Workspaces from outside: the list, making one for somebody, its plan, shutting it, deleting it after a grace time.

use super::log::Deed;
use super::{PlatformContext, owner};
use crate::error::{Error, Result};
use crate::{applications, usage, workspaces};
use model::audit::Action;
use model::check::{self, Check};
use model::limits::Overrides;
use model::tenant::{self, GRACE_DAYS, MadeTenant, NewTenant, Tenant, TenantPage, TenantQuery};
use model::usage::{UsageQuery, Used};
use model::{Code, Problem};
use serde_json::json;
use store::ConsoleTx;

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Longest slug that is looked up, in bytes.
const SLUG_MAX: usize = 64;

/// A page of the list.
///
/// # Errors
/// The database's.
pub async fn tenants(context: &PlatformContext, query: &TenantQuery) -> Result<TenantPage> {
    Ok(context.console().tenants(query).await?)
}

/// One.
///
/// # Errors
/// [`Code::NotFound`].
pub async fn tenant(context: &PlatformContext, slug: &str) -> Result<Tenant> {
    if slug.len() > SLUG_MAX || slug.contains('\0') {
        return Err(Error::not_found());
    }
    context.console().tenant(slug).await?.ok_or_else(Error::not_found)
}

/// What it used, by hours or days.
///
/// # Errors
/// [`Code::Invalid`] beside `to_ms`; [`Code::NotFound`].
pub async fn tenant_usage(context: &PlatformContext, slug: &str, query: &UsageQuery) -> Result<Vec<Used>> {
    usage::checked(query)?;
    let tenant = tenant(context, slug).await?;
    Ok(context.console().usage(tenant.id, query).await?)
}

/// Makes a workspace for somebody, with its plan and limits. Who has an account administers it; anybody else is invited
/// to.
///
/// # Errors
/// [`Code::Invalid`] by field, limits by their words.
pub async fn create_tenant(context: &PlatformContext, new: NewTenant) -> Result<MadeTenant> {
    let new = new.checked()?;
    let workspace = workspaces::new(new.name)?;
    let application = applications::built_in(&new.application)?;
    let tx = context.act().await?;
    let made = tx.console().create_workspace(workspace, &new.owner, new.plan, &new.overrides).await?;
    let made = made.ok_or_else(no_plan)?;
    let what = json!({ "name": made.name, "owner": new.owner, "limits of its own": new.overrides });
    let deed = Deed::new(Action::Create, "workspace", &made.slug, &made.name);
    context.told_in(&tx, made.id, deed.changed(None, Some(what))).await?;
    tx.commit().await?;
    // Should one of these fail, the workspace is in the list, its owner can be invited again, and who is in it can add the
    // application: the console's own role reaches nothing that workspaces hold.
    let scope = context.homeport.store().workspace(made.id).await?;
    applications::furnish_new(&context.homeport, &scope, &context.person, &made, &application).await?;
    scope.commit().await?;
    let link = owner::hand_over(context, &made, &new.owner).await?;
    Ok(MadeTenant { slug: made.slug, link })
}

/// Invites somebody to administer a workspace in which nobody is yet: the owner again, where the first invitation was
/// lost, or another one. Gives the link.
///
/// # Errors
/// [`Code::Invalid`] beside `owner`; [`Code::Conflict`] where somebody belongs to it; [`Code::NotFound`].
pub async fn invite_owner(context: &PlatformContext, slug: &str, email: &str) -> Result<String> {
    let email = check::email(email).map_err(|message| Problem::field(Code::Invalid, "owner", message))?;
    let found = tenant(context, slug).await?;
    let tx = context.act().await?;
    tx.console().set_owner(found.id, &email).await?;
    let deed = Deed::new(Action::Invite, "workspace", &found.slug, &found.name);
    context.told_in(&tx, found.id, deed.changed(None, Some(json!({ "owner": email })))).await?;
    // Ready to be kept, and kept only where the invitation is: what fails in between leaves one that nobody has seen.
    let link = owner::invite_again(context, found.id, &email).await?;
    tx.commit().await?;
    Ok(link)
}

/// Gives it a plan, and what it has otherwise; every process goes by it within seconds.
///
/// # Errors
/// [`Code::Invalid`] by field, limits by their words; [`Code::NotFound`].
pub async fn set_plan(
    context: &PlatformContext,
    slug: &str,
    plan: i32,
    overrides: Overrides,
) -> Result<Tenant> {
    let mut check = Check::default();
    tenant::check_overrides(&overrides, &mut check);
    check.done()?;
    let found = tenant(context, slug).await?;
    let tx = context.act().await?;
    if !tx.console().set_plan(found.id, plan, &overrides).await? {
        return Err(no_plan());
    }
    told(context, tx, &found).await
}

/// Shuts it: its devices are cut off, and its people read the reason.
///
/// # Errors
/// [`Code::Invalid`] beside `reason`; [`Code::NotFound`].
pub async fn suspend(context: &PlatformContext, slug: &str, reason: &str) -> Result<Tenant> {
    let reason =
        tenant::reason(reason).map_err(|message| Problem::field(Code::Invalid, "reason", message))?;
    let found = tenant(context, slug).await?;
    let tx = context.act().await?;
    tx.console().set_suspended(found.id, Some(&reason)).await?;
    told(context, tx, &found).await
}

/// Opens it again.
///
/// # Errors
/// [`Code::Invalid`] where it waits to be deleted; [`Code::NotFound`].
pub async fn resume(context: &PlatformContext, slug: &str) -> Result<Tenant> {
    let found = tenant(context, slug).await?;
    let tx = context.act().await?;
    if !tx.console().set_suspended(found.id, None).await? {
        let text = "It is going to be deleted. Restore it instead.";
        return Err(Problem::with_detail(Code::Invalid, text).into());
    }
    told(context, tx, &found).await
}

/// Shuts it, and deletes it with all that it holds after the grace time; until then it can be restored. Its name says
/// that it is meant.
///
/// # Errors
/// [`Code::Invalid`] beside `name` or `reason`; [`Code::NotFound`].
pub async fn delete(context: &PlatformContext, slug: &str, name: &str, reason: &str) -> Result<Tenant> {
    let reason =
        tenant::reason(reason).map_err(|message| Problem::field(Code::Invalid, "reason", message))?;
    let found = tenant(context, slug).await?;
    if name.trim() != found.name {
        let text = format!("Type “{}”, the name of the workspace.", found.name);
        return Err(Problem::field(Code::Invalid, "name", text).into());
    }
    let at_ms = context.now_ms + GRACE_DAYS * DAY_MS;
    let tx = context.act().await?;
    tx.console().set_deletion(found.id, &reason, at_ms).await?;
    told(context, tx, &found).await
}

/// Keeps it after all, and opens it.
///
/// # Errors
/// [`Code::NotFound`], also where it is being deleted already.
pub async fn restore(context: &PlatformContext, slug: &str) -> Result<Tenant> {
    let found = tenant(context, slug).await?;
    let tx = context.act().await?;
    if !tx.console().restore(found.id).await? {
        return Err(Error::not_found());
    }
    told(context, tx, &found).await
}

/// Writes into the workspace's own audit log what was done to it from outside.
async fn told(context: &PlatformContext, tx: ConsoleTx, before: &Tenant) -> Result<Tenant> {
    let after = tx.console().tenant(&before.slug).await?.ok_or_else(Error::not_found)?;
    let said = |tenant: &Tenant| {
        json!({
            "plan": tenant.plan.1,
            "limits of its own": tenant.overrides,
            "suspended": tenant.suspended,
            "reason": tenant.reason,
            "deleted at": tenant.delete_ms,
            "trial ends at": tenant.trial_ends_ms,
        })
    };
    let deed = Deed::new(Action::Update, "workspace", &after.slug, &after.name);
    context.told_in(&tx, after.id, deed.changed(Some(said(before)), Some(said(&after)))).await?;
    tx.commit().await?;
    Ok(after)
}

pub(super) fn no_plan() -> Error {
    Problem::field(Code::Invalid, "plan", "Choose a plan that isn't retired.").into()
}
