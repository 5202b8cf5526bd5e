//! Host names of workspaces: whoever runs Homeport says that one is a workspace's, since they lead it here and hold its
//! certificate.

use super::PlatformContext;
use super::log::Deed;
use crate::error::{Error, Result};
use model::audit::Action;
use serde_json::json;

/// The host name that a workspace wants, and whether it is confirmed; nothing where it wants none.
///
/// # Errors
/// [`model::Code::NotFound`].
pub async fn host(context: &PlatformContext, slug: &str) -> Result<Option<(String, bool)>> {
    let tenant = super::tenant(context, slug).await?;
    Ok(context.console().host(tenant.id).await?)
}

/// Says whether this host name is the workspace's.
///
/// # Errors
/// [`model::Code::NotFound`], also where the workspace wants another one by now; [`model::Code::Taken`] where it is
/// another's already.
pub async fn confirm_host(context: &PlatformContext, slug: &str, host: &str, confirmed: bool) -> Result<()> {
    let tenant = super::tenant(context, slug).await?;
    let deed = Deed::new(Action::Update, "workspace", &tenant.slug, &tenant.name);
    let told = |confirmed: bool| Some(json!({ "host name": confirmed.then_some(host) }));
    let tx = context.act().await?;
    if !tx.console().confirm_host(tenant.id, host, confirmed).await? {
        return Err(Error::not_found());
    }
    context.told_in(&tx, tenant.id, deed.changed(told(!confirmed), told(confirmed))).await?;
    Ok(tx.commit().await?)
}
