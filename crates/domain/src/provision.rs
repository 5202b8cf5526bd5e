//! What whoever runs the server may do, for which no page exists: the demo and the tests furnish themselves with it.

use crate::access::{ManageDevices, ManageWorkspace};
use crate::audit::{self, Act, by_operator};
use crate::context::{Context, now_ms};
use crate::devices;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use model::audit::{Action, Subject};
use model::check::{self, Check};
use model::device::{Device, NewDevice};
use model::device_file::FileLimits;
use model::limits::{LIMIT_MAX, Limit};
use model::person::Person;
use model::workspace::Workspace;
use model::{Code, PersonId, Problem};
use serde_json::json;
use store::{NewPerson, WorkspaceTx};

/// Longest retention, in days: a hundred years.
const RETENTION_MAX: i32 = 36_500;

/// Makes a person who belongs to no workspace yet.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::Taken`] beside `email`.
pub async fn person(homeport: &Homeport, name: &str, email: &str, password: &str) -> Result<Person> {
    let mut check = Check::default();
    let name = check.field("name", check::name(name)).unwrap_or_default();
    let email = check.field("email", check::email(email)).unwrap_or_default();
    check.field("password", check::password(password));
    check.done()?;
    let password_hash = homeport.hasher().hash(password).await?;
    Ok(homeport.store().people().insert(NewPerson { email, name, password_hash }).await?)
}

/// The person of this address, if there is one.
///
/// # Errors
/// The database's.
pub async fn find_person(homeport: &Homeport, email: &str) -> Result<Option<Person>> {
    Ok(homeport.store().people().by_email(email).await?.map(|(person, _)| person))
}

/// Replaces a password without asking for the present one.
///
/// # Errors
/// [`Code::Invalid`] beside `password`.
pub async fn set_password(homeport: &Homeport, id: PersonId, password: &str) -> Result<()> {
    check::password(password).map_err(|message| Problem::field(Code::Invalid, "password", message))?;
    let hash = homeport.hasher().hash(password).await?;
    Ok(homeport.store().people().set_password(id, &hash).await?)
}

/// Says how long the workspace keeps telemetry, in days.
///
/// # Errors
/// [`Code::Invalid`] beside `retention_days`; [`Code::NotAllowed`].
pub async fn set_retention(context: &Context, days: i32) -> Result<Workspace> {
    let granted = context.grant::<ManageWorkspace>()?;
    if !(1..=RETENTION_MAX).contains(&days) {
        let message = format!("Between 1 and {RETENTION_MAX} days.");
        return Err(Problem::field(Code::Invalid, "retention_days", message).into());
    }
    let scope = granted.scope().await?;
    let workspace = scope.settings().set_retention(days).await?.ok_or_else(Error::not_found)?;
    let act = crate::workspaces::act(context)
        .before(json!({ "telemetry kept, days": context.workspace.retention_days }));
    context.audited(&scope, act.after(json!({ "telemetry kept, days": days }))).await?;
    scope.commit().await?;
    Ok(workspace)
}

/// Says how many devices there may be at most; none: no limit.
///
/// # Errors
/// [`Code::Invalid`] beside `limit`; [`Code::NotAllowed`].
pub async fn set_device_limit(context: &Context, limit: Option<i32>) -> Result<()> {
    context.grant::<ManageWorkspace>()?;
    if limit.is_some_and(|limit| limit < 0) {
        return Err(Problem::field(Code::Invalid, "limit", "Not less than 0.").into());
    }
    let tx = context.homeport.store().console().begin().await?;
    let overrides = [(Limit::Devices, limit.map(i64::from))].into();
    tx.console().add_overrides(context.workspace.id, &overrides).await?;
    let act = crate::workspaces::act(context).after(json!({ "devices at most": limit }));
    if let Some(entry) = audit::operators(act, context.now_ms) {
        tx.log_of(context.workspace.id, &entry).await?;
    }
    Ok(tx.commit().await?)
}

/// Shuts the workspace of this slug, which ends all connections of its devices, or opens it again.
///
/// # Errors
/// [`Code::NotFound`].
pub async fn set_disabled(homeport: &Homeport, slug: &str, disabled: bool) -> Result<Workspace> {
    let scope = by_slug(homeport, slug).await?;
    let changed = scope.settings().set_disabled(disabled, now_ms()).await?;
    let workspace = changed.ok_or_else(|| no_such(slug))?;
    let action = if disabled { Action::Suspend } else { Action::Resume };
    by_operator(&scope, Act::new(action, Subject::Workspace, slug, &workspace.name), now_ms()).await?;
    if disabled {
        scope.cut_off_workspace().await?;
    }
    scope.commit().await?;
    Ok(workspace)
}

/// Bounds the files that devices of the workspace of this slug upload: the largest, and all together, in bytes.
///
/// # Errors
/// [`Code::NotFound`].
pub async fn bound_files(homeport: &Homeport, slug: &str, largest: i64, all: i64) -> Result<Workspace> {
    let scope = by_slug(homeport, slug).await?;
    let before = scope.device_files().limits().await?;
    let workspace = scope.settings().get().await?.ok_or_else(|| no_such(slug))?;
    drop(scope);
    let bytes = |bytes: i64| bytes.clamp(0, LIMIT_MAX);
    let overrides = [(Limit::FileBytes, Some(bytes(largest))), (Limit::FilesBytes, Some(bytes(all)))].into();
    let tx = homeport.store().console().begin().await?;
    tx.console().add_overrides(workspace.id, &overrides).await?;
    let after = FileLimits { file_bytes: bytes(largest), all_bytes: bytes(all), ..before };
    let act = Act::new(Action::Update, Subject::Workspace, slug, &workspace.name);
    if let Some(entry) = audit::operators(act.before(before).after(after), now_ms()) {
        tx.log_of(workspace.id, &entry).await?;
    }
    tx.commit().await?;
    Ok(workspace)
}

async fn by_slug(homeport: &Homeport, slug: &str) -> Result<WorkspaceTx> {
    let id = homeport.store().lookup().workspace(slug).await?.ok_or_else(|| no_such(slug))?;
    Ok(homeport.store().workspace(id).await?)
}

fn no_such(slug: &str) -> Error {
    let text = format!("There is no workspace “{slug}”. Its slug stands in the address: /w/{{slug}}.");
    Problem::with_detail(Code::NotFound, text).into()
}

/// Makes a device that a simulation plays.
///
/// # Errors
/// As [`devices::create`].
pub async fn simulated_device(context: &Context, new: NewDevice) -> Result<Device> {
    devices::make(context, new, true).await
}

/// The key of a device, base64, for a program that plays it: nobody is shown it, so the device's log says nothing.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn device_key(context: &Context, external_id: &str) -> Result<String> {
    let scope = context.grant::<ManageDevices>()?.scope().await?;
    let device = devices::find(&scope, external_id).await?;
    Ok(devices::opened(&scope, context, &device.external_id).await?.primary)
}
