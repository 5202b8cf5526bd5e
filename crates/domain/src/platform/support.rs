//! Support access, as a platform administrator takes it: with a reason, for hours, told to the workspace's own
//! administrators before the door opens.

use super::PlatformContext;
use super::log::Deed;
use crate::audit::{self, Act};
use crate::error::Result;
use crate::mail::Letter;
use model::audit::{Action, Subject};
use model::support::{SupportAccess, SupportAsk};
use model::tenant::Tenant;
use serde_json::{Value, json};
use store::NewSupportAccess;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// Takes it, in the place of one that the same administrator has already. From then on they find the workspace among
/// their own, with the role that they asked for.
///
/// # Errors
/// [`model::Code::Invalid`] beside `reason`, `hours` and `role`; [`model::Code::NotFound`].
pub async fn take_support(context: &PlatformContext, slug: &str, ask: SupportAsk) -> Result<SupportAccess> {
    let (ask, role) = ask.checked()?;
    let tenant = super::tenant(context, slug).await?;
    let new = NewSupportAccess {
        workspace: tenant.id,
        person: context.person.id,
        person_name: format!("{} ({})", context.person.name, context.person.email),
        role: role.as_str(),
        reason: ask.reason.clone(),
        from_ms: context.now_ms,
        to_ms: context.now_ms + ask.hours * HOUR_MS,
    };
    let told = json!({
        "reason": new.reason, "role": new.role, "until": audit::time_text(new.to_ms),
    });
    // First it is told, then opened: what fails in between leaves a mail too many, and no door open unseen.
    tell(context, &tenant, &new, &told).await?;
    let deed = Deed::new(Action::SupportAccess, "workspace", &tenant.slug, &tenant.name);
    if let Some(entry) = context.entry(deed.changed(None, Some(told))) {
        context.console().give_support(&new, &entry).await?;
    }
    let scope = context.homeport.store().workspace(tenant.id).await?;
    scope.access_changed().await?;
    scope.commit().await?;
    let all = context.console().support(tenant.id).await?;
    all.into_iter().next().ok_or_else(crate::error::Error::not_found)
}

/// Those into a workspace, the newest first, also those that are over.
///
/// # Errors
/// [`model::Code::NotFound`].
pub async fn support(context: &PlatformContext, slug: &str) -> Result<Vec<SupportAccess>> {
    let tenant = super::tenant(context, slug).await?;
    Ok(context.console().support(tenant.id).await?)
}

/// Writes it into the workspace's own log, and mails it to those who administer it.
async fn tell(
    context: &PlatformContext,
    tenant: &Tenant,
    new: &NewSupportAccess,
    told: &Value,
) -> Result<()> {
    let homeport = &context.homeport;
    let scope = homeport.store().workspace(tenant.id).await?;
    let act = Act::new(Action::SupportAccess, Subject::Workspace, &tenant.slug, &tenant.name);
    audit::by_administrator(&scope, &context.person, act.after(told), context.now_ms).await?;
    for to in scope.allowances().administrators().await? {
        let mail = Letter::new(format!("Support looks into “{}”", tenant.name))
            .says(format!(
                "{}, who runs this Homeport, may look into the workspace “{}” from now until {}, with the role {}.",
                new.person_name,
                tenant.name,
                audit::time_text(new.to_ms),
                new.role
            ))
            .says(format!("The reason: {}", new.reason))
            .leads("Open the workspace", &format!("{}/w/{}", homeport.origin(), tenant.slug))
            .says("Above every page you see that it is so, and can end it at once. What is looked at and changed stands in the audit log.")
            .to(&to);
        scope.queue_mail(&mail.sealed(homeport)?).await?;
    }
    Ok(scope.commit().await?)
}
