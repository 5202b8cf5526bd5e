//! Where exported data goes: making and changing destinations. What is secret of one is sealed, and never shown again.

use crate::access::{ManageDataExports, ViewDataExports};
use crate::audit::Act;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use model::audit::{Action, Subject};
use model::data_export::{Destination, NewDestination};
use model::{Code, Problem, WorkspaceId};
use serde_json::json;
use store::WorkspaceTx;

/// Most destinations of a workspace.
const DESTINATIONS_MAX: usize = 50;

/// All, by their names.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn destinations(context: &Context) -> Result<Vec<Destination>> {
    Ok(context.grant::<ViewDataExports>()?.scope().await?.data_destinations().list().await?)
}

/// One.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn destination(context: &Context, id: i32) -> Result<Destination> {
    found(&context.grant::<ViewDataExports>()?.scope().await?, id).await
}

/// Makes one.
///
/// # Errors
/// [`Code::Invalid`] by field, [`Code::Taken`] beside `name`, [`Code::LimitReached`], [`Code::NotAllowed`].
pub async fn create_destination(context: &Context, new: NewDestination) -> Result<Destination> {
    let granted = context.grant::<ManageDataExports>()?;
    let new = new.checked()?;
    let scope = granted.scope().await?;
    if scope.data_destinations().list().await?.len() >= DESTINATIONS_MAX {
        let text = format!("A workspace has {DESTINATIONS_MAX} export destinations at most.");
        return Err(Problem::with_detail(Code::LimitReached, text).into());
    }
    let id = scope.data_destinations().insert(&new).await?;
    keep_secret(context, &scope, id, &new).await?;
    let made = found(&scope, id).await?;
    context.audited(&scope, act(Action::Create, &made).after(told(&made))).await?;
    scope.commit().await?;
    Ok(made)
}

/// Makes it another one. Its secret stays where none is given and it leads to the same place.
///
/// # Errors
/// [`Code::Invalid`] by field, [`Code::Taken`] beside `name`, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn update_destination(context: &Context, id: i32, new: NewDestination) -> Result<Destination> {
    let granted = context.grant::<ManageDataExports>()?;
    let new = new.checked()?;
    let scope = granted.scope().await?;
    let before = found(&scope, id).await?;
    // Whoever may not read a secret must not have it sent to a place of their own either.
    if before.has_secret && new.secret.is_none() && host(&before.to) != host(&new.to) {
        let text = "It leads somewhere else: give the secret again.";
        return Err(Problem::field(Code::Invalid, "secret", text).into());
    }
    scope.data_destinations().update(id, &new).await?;
    keep_secret(context, &scope, id, &new).await?;
    let after = found(&scope, id).await?;
    let act = act(Action::Update, &after).before(told(&before)).after(told(&after));
    context.audited(&scope, act).await?;
    scope.commit().await?;
    Ok(after)
}

/// Deletes one that no export goes to.
///
/// # Errors
/// [`Code::Conflict`] where an export goes there, [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn delete_destination(context: &Context, id: i32) -> Result<()> {
    let scope = context.grant::<ManageDataExports>()?.scope().await?;
    let destination = found(&scope, id).await?;
    scope.data_destinations().delete(id).await?;
    context.audited(&scope, act(Action::Delete, &destination).before(told(&destination))).await?;
    scope.commit().await?;
    Ok(())
}

/// What of a place the secret is told to.
fn host(to: &model::data_export::Where) -> String {
    use model::data_export::Where;
    let of_url = |url: &str| url.split('/').take(3).collect::<Vec<_>>().join("/");
    match to {
        Where::Webhook { url, .. } | Where::Mqtt { url, .. } => of_url(url),
        Where::S3 { endpoint, .. } => format!("s3 {endpoint}"),
        Where::AzureBlob { account, endpoint, .. } => format!("az {account} {endpoint}"),
        Where::Postgres { host, port, .. } => format!("pg {host} {port}"),
    }
}

async fn keep_secret(context: &Context, scope: &WorkspaceTx, id: i32, new: &NewDestination) -> Result<()> {
    let Some(secret) = &new.secret else { return Ok(()) };
    let key = context.homeport.store().key();
    let sealed =
        (!secret.is_empty()).then(|| key.seal(secret.as_bytes(), &belongs_to(context.workspace.id, id)));
    Ok(scope.data_destinations().keep_secret(id, sealed).await?)
}

/// What is secret of it.
pub(super) async fn secret(homeport: &Homeport, scope: &WorkspaceTx, id: i32) -> Result<Option<String>> {
    let Some(sealed) = scope.data_destinations().secret(id).await? else { return Ok(None) };
    let opened = homeport.store().key().open(&sealed, &belongs_to(scope.workspace(), id));
    let text = opened.and_then(|opened| String::from_utf8(opened).ok());
    text.map(Some).ok_or_else(|| Error::Broken("the secret of a destination can't be opened".into()))
}

fn belongs_to(workspace: WorkspaceId, id: i32) -> Vec<u8> {
    format!("data-destination/{workspace}/{id}").into_bytes()
}

async fn found(scope: &WorkspaceTx, id: i32) -> Result<Destination> {
    scope.data_destinations().get(id).await?.ok_or_else(Error::not_found)
}

fn act(action: Action, destination: &Destination) -> Act {
    Act::new(action, Subject::DataDestination, destination.id, &destination.name)
}

/// Headers may hold what is secret: of them the names alone.
fn told(destination: &Destination) -> serde_json::Value {
    let mut to = json!(destination.to);
    if let Some(headers) = to.get_mut("headers").and_then(|headers| headers.as_object_mut()) {
        headers.values_mut().for_each(|value| *value = json!("…"));
    }
    json!({"name": destination.name, "to": to, "hasSecret": destination.has_secret})
}
