//! Alarms: the list, and what people do with them.

use crate::access::{ManageAlarms, ViewDevices};
use crate::audit::Act;
use crate::context::Context;
use crate::error::{Error, Result};
use model::alarm::{AT_ONCE_MAX, Alarm, AlarmChange, AlarmEntry, AlarmQuery};
use model::audit::{Action, Subject};
use model::live::LiveEvent;
use model::page::Page;
use model::{Code, Problem};
use serde_json::json;
use store::WorkspaceTx;

/// A part of the list, the newest first; `total` counts those that are not cleared.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn list(context: &Context, query: &AlarmQuery) -> Result<Page<Alarm>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let query = AlarmQuery { device: query.device.clone().filter(|id| !id.contains('\0')), ..query.clone() };
    Ok(scope.alarms().list(&query).await?)
}

/// How many are not cleared.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn open(context: &Context) -> Result<i64> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    Ok(scope.alarms().open().await?)
}

/// One, with what was said and done of it.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, id: i64) -> Result<(Alarm, Vec<AlarmEntry>)> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let alarm = scope.alarms().get(id).await?.ok_or_else(Error::not_found)?;
    let entries = scope.alarms().entries(id).await?;
    Ok((alarm, entries))
}

/// Does something with alarms; tells how many that changed. All of them are there, or nothing is done.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn change(context: &Context, ids: &[i64], change: AlarmChange) -> Result<u64> {
    let granted = context.grant::<ManageAlarms>()?;
    let change = change.checked()?;
    if ids.is_empty() || ids.len() > AT_ONCE_MAX {
        return Err(Problem::field(Code::Invalid, "ids", format!("From 1 to {AT_ONCE_MAX} alarms.")).into());
    }
    let scope = granted.scope().await?;
    if let AlarmChange::Assign { to: Some(to) } = &change
        && (to.contains('\0') || scope.members().by_email(to).await?.is_none())
    {
        let text = "Nobody of this workspace has this address.";
        return Err(Problem::field(Code::Invalid, "to", text).into());
    }
    let mut changed = 0;
    for id in ids {
        let alarm = scope.alarms().get(*id).await?.ok_or_else(Error::not_found)?;
        changed += u64::from(one(&scope, context, &alarm, &change).await?);
    }
    scope.commit().await?;
    if changed > 0 {
        context.homeport.tell(context.workspace.id, LiveEvent::Alarms);
    }
    Ok(changed)
}

/// Tells whether that changed anything.
async fn one(scope: &WorkspaceTx, context: &Context, alarm: &Alarm, change: &AlarmChange) -> Result<bool> {
    let (by, now) = (context.actor.to_string(), context.now_ms);
    let alarms = scope.alarms();
    let (done, action, said) = match change {
        AlarmChange::Acknowledge => (
            alarms.acknowledge(alarm.id, &by, now).await?,
            Action::Acknowledge,
            json!({"acknowledged by": by}),
        ),
        AlarmChange::Clear => {
            (alarms.clear(alarm.id, &by, now).await?, Action::Clear, json!({"cleared by": by}))
        }
        AlarmChange::Quiet { for_ms } => {
            let until_ms = (*for_ms > 0).then(|| now.saturating_add(*for_ms));
            let said =
                if *for_ms > 0 { format!("for {} min", (for_ms + 59_999) / 60_000) } else { String::new() };
            let done = alarms.quiet(alarm.id, until_ms, &by, now, &said).await?;
            (done, Action::Update, json!({"quiet until (ms)": until_ms}))
        }
        AlarmChange::Assign { to } => {
            let done = alarms.assign(alarm.id, to.as_deref(), &by, now).await?;
            (done, Action::Update, json!({"assigned to": to}))
        }
        AlarmChange::Comment { text } => {
            alarms.note(alarm.id, now, "comment", Some(&by), text).await?;
            (true, Action::Comment, json!({"comment": text}))
        }
    };
    if done {
        let name = format!("{} ({})", alarm.rule_name, alarm.device);
        context.audited(scope, Act::new(action, Subject::Alarm, alarm.id, name).after(said)).await?;
    }
    Ok(done)
}
