//! Notices within the product: what somebody is told of, what they have read, and what they want to be told of.

use crate::access::ViewDevices;
use crate::audit::Act;
use crate::context::Context;
use crate::error::{Error, Result};
use model::audit::{Action, Subject};
use model::notice::{NoticeSettings, Notices};
use model::{Code, PersonId, Problem};
use serde_json::json;

/// The newest notices of whoever asks, and how many they haven't read.
///
/// # Errors
/// [`Code::NotAllowed`], also for programs.
pub async fn list(context: &Context) -> Result<Notices> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let board = scope.notice_board(person(context)?);
    let (settings, read_ms) = board.settings().await?;
    let items = board.list(&settings, read_ms, context.now_ms).await?;
    let unread = board.unread(&settings, read_ms, context.now_ms).await?;
    Ok(Notices { unread, items, settings })
}

/// How many they haven't read, up to a hundred.
///
/// # Errors
/// [`Code::NotAllowed`], also for programs.
pub async fn unread(context: &Context) -> Result<i64> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let board = scope.notice_board(person(context)?);
    let (settings, read_ms) = board.settings().await?;
    Ok(board.unread(&settings, read_ms, context.now_ms).await?)
}

/// They have read one, or all that there is. Stands in no log: it concerns nobody else.
///
/// # Errors
/// [`Code::NotFound`]; [`Code::NotAllowed`], also for programs.
pub async fn read(context: &Context, alarm: Option<i64>) -> Result<()> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let board = scope.notice_board(person(context)?);
    match alarm {
        Some(alarm) => {
            scope.alarms().get(alarm).await?.ok_or_else(Error::not_found)?;
            board.read(alarm).await?;
        }
        None => board.read_all(context.now_ms).await?,
    }
    Ok(scope.commit().await?)
}

/// Says what they want to be told of.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::NotAllowed`], also for programs.
pub async fn set(context: &Context, settings: NoticeSettings) -> Result<()> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let settings = settings.checked()?;
    let person = person(context)?;
    let board = scope.notice_board(person);
    let told = |settings: &NoticeSettings| json!({"notices": settings});
    let (before, _) = board.settings().await?;
    board.set(&settings).await?;
    let act = Act::new(Action::Update, Subject::Person, person, context.actor.to_string());
    context.audited(&scope, act.before(told(&before)).after(told(&settings))).await?;
    Ok(scope.commit().await?)
}

fn person(context: &Context) -> Result<PersonId> {
    context.actor.person().ok_or_else(|| Problem::new(Code::NotAllowed).into())
}
