//! The audit log: who did what, in the transaction that did it.
//!
//! A use-case that changes something says so by [`Context::audited`] before it commits; what did not happen does not stand
//! in the log, and what happened can't be missing. Secrets never go into `before` or `after`.

mod export;
mod sign_ins;

pub use export::{AuditFile, Lines, export};
pub(crate) use sign_ins::{password_replaced, profile_changed};
pub use sign_ins::{sign_in_failed, signed_in, signed_out};

use crate::access::{Granted, ManageWorkspace, ViewAudit};
use crate::context::{Actor, Context};
use crate::error::{Error, Result};
use model::audit::{
    AUDIT_DAYS_MAX, Action, AuditActor, AuditEntry, AuditPage, AuditQuery, Origin, Subject, kept,
};
use model::member::Member;
use model::organization::Reach;
use model::person::Person;
use model::workspace::Workspace;
use model::{Code, Problem};
use serde::Serialize;
use serde_json::{Value, json};
use store::WorkspaceTx;

/// Something that somebody does.
#[derive(Clone, Debug)]
pub struct Act {
    /// What.
    pub action: Action,
    /// To what kind of thing.
    pub subject_kind: Subject,
    /// The thing's id, as people and programs know it.
    pub subject_id: String,
    /// What people call it.
    pub subject_name: String,
    /// What it was; none: it was not there, or it isn't changed.
    pub before: Option<Value>,
    /// What it is now; none: it is gone, or it isn't changed. Of both only what differs is kept.
    pub after: Option<Value>,
}

impl Act {
    /// Without before and after.
    pub fn new(action: Action, kind: Subject, id: impl ToString, name: impl Into<String>) -> Act {
        let (subject_id, subject_name) = (id.to_string(), name.into());
        Act { action, subject_kind: kind, subject_id, subject_name, before: None, after: None }
    }

    /// With what it was. Secrets are the caller's to leave out.
    #[must_use]
    pub fn before(self, before: impl Serialize) -> Act {
        Act { before: serde_json::to_value(before).ok(), ..self }
    }

    /// With what it is now.
    #[must_use]
    pub fn after(self, after: impl Serialize) -> Act {
        Act { after: serde_json::to_value(after).ok(), ..self }
    }
}

impl Context {
    /// Writes into the workspace's log that this context does this, in the scope that does it. What changes nothing, since
    /// before and after are alike, is not written.
    ///
    /// # Errors
    /// The database's; then the scope is of no use any more.
    pub async fn audited(&self, scope: &WorkspaceTx, act: Act) -> Result<()> {
        if scope.workspace() != self.workspace.id {
            return Err(Error::Broken("an act was to be written into another workspace's log".into()));
        }
        let mut actor = actor(&self.actor);
        if self.support.is_some() {
            actor.kind = "platform".into();
        }
        write(scope, actor, act, &self.from, self.now_ms).await
    }
}

/// The newest entries that are asked for, newest first.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn list(context: &Context, query: &AuditQuery) -> Result<AuditPage> {
    let scope = granted(context)?.scope().await?;
    let (entries, more) = scope.audit().list(query).await?;
    Ok(AuditPage { entries, more, days: scope.audit().days().await? })
}

/// The right to see the log: of those who hold it and see the whole workspace, since the log tells of all of it.
fn granted(context: &Context) -> Result<Granted<'_, ViewAudit>> {
    let granted = context.grant::<ViewAudit>()?;
    if context.reach != Reach::Everything {
        let text = "The audit log tells of the whole workspace, and you see a part of it.";
        return Err(Problem::with_detail(Code::NotAllowed, text).into());
    }
    Ok(granted)
}

/// Says how long entries are kept, in days. What is older is deleted within a quarter of an hour.
///
/// # Errors
/// [`Code::Invalid`] beside `days`; [`Code::NotAllowed`].
pub async fn set_days(context: &Context, days: i32) -> Result<()> {
    granted(context)?;
    let granted = context.grant::<ManageWorkspace>()?;
    if !(1..=AUDIT_DAYS_MAX).contains(&days) {
        let message = format!("Between 1 and {AUDIT_DAYS_MAX} days.");
        return Err(Problem::field(Code::Invalid, "days", message).into());
    }
    let scope = granted.scope().await?;
    let told = |days: i32| json!({ "audit log kept, days": days });
    let act = crate::workspaces::act(context).before(told(scope.audit().days().await?)).after(told(days));
    scope.audit().set_days(days).await?;
    context.audited(&scope, act).await?;
    Ok(scope.commit().await?)
}

/// A workspace is made in this scope by this person: the first entry of its log.
pub(crate) async fn workspace_made(
    scope: &WorkspaceTx,
    person: &Person,
    workspace: &Workspace,
) -> Result<()> {
    let act = Act::new(Action::Create, Subject::Workspace, &workspace.slug, &workspace.name);
    let act = act.after(json!({ "name": workspace.name }));
    write(scope, who(person), act, &Origin::default(), crate::context::now_ms()).await
}

/// The same of whoever runs the server, by a command.
pub(crate) async fn by_operator(scope: &WorkspaceTx, act: Act, now_ms: i64) -> Result<()> {
    write(scope, operator(), act, &Origin::default(), now_ms).await
}

/// The same as an entry, for the transaction of the console that does it; nothing where it changes nothing.
pub(crate) fn operators(act: Act, now_ms: i64) -> Option<AuditEntry> {
    entry(operator(), act, &Origin::default(), now_ms)
}

fn operator() -> AuditActor {
    AuditActor { kind: "operator".into(), id: String::new(), name: "The operator".into() }
}

/// Writes into a workspace's log what somebody does who administers the platform.
///
/// # Errors
/// The database's.
pub(crate) async fn by_administrator(
    scope: &WorkspaceTx,
    person: &Person,
    act: Act,
    now_ms: i64,
) -> Result<()> {
    let administrator = AuditActor { kind: "platform".into(), ..who(person) };
    write(scope, administrator, act, &Origin::default(), now_ms).await
}

/// What the workspace's provider of single sign-on has led to: done by whom it vouches for, or by nobody that is known.
pub(crate) async fn by_provider(
    scope: &WorkspaceTx,
    member: Option<&Member>,
    act: Act,
    from: &Origin,
    now_ms: i64,
) -> Result<()> {
    let who = match member {
        Some(member) => AuditActor {
            kind: "person".into(),
            id: member.person.to_string(),
            name: format!("{} ({})", member.name, member.email),
        },
        None => AuditActor { kind: "person".into(), id: String::new(), name: "Somebody unknown".into() },
    };
    write(scope, who, act, from, now_ms).await
}

/// Somebody who was invited belongs to the workspace from now on.
pub(crate) async fn joined(scope: &WorkspaceTx, member: &Member, now_ms: i64) -> Result<()> {
    let name = format!("{} ({})", member.name, member.email);
    let who = AuditActor { kind: "person".into(), id: member.person.to_string(), name };
    let act = crate::members::act(Action::Join, member).after(crate::members::told(member));
    write(scope, who, act, &Origin::default(), now_ms).await
}

fn actor(actor: &Actor) -> AuditActor {
    match actor {
        Actor::Person(person) => who(person),
        Actor::Token { id, name } => AuditActor { kind: "token".into(), id: id.clone(), name: name.clone() },
        Actor::Rule { id, name } => {
            AuditActor { kind: "rule".into(), id: id.to_string(), name: name.clone() }
        }
        Actor::Job { id, name } => AuditActor { kind: "job".into(), id: id.clone(), name: name.clone() },
    }
}

fn who(person: &Person) -> AuditActor {
    let name = format!("{} ({})", person.name, person.email);
    AuditActor { kind: "person".into(), id: person.id.to_string(), name }
}

/// A moment as it stands in the log: RFC 3339, UTC.
pub(crate) fn time_text(ms: i64) -> String {
    let at = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000);
    let text = at.ok().and_then(|at| at.format(&time::format_description::well_known::Rfc3339).ok());
    text.unwrap_or_default()
}

async fn write(scope: &WorkspaceTx, actor: AuditActor, act: Act, from: &Origin, at_ms: i64) -> Result<()> {
    match entry(actor, act, from, at_ms) {
        Some(entry) => Ok(scope.audit().add(&entry).await?),
        None => Ok(()),
    }
}

/// What is to be written; nothing where nothing is otherwise.
fn entry(actor: AuditActor, act: Act, from: &Origin, at_ms: i64) -> Option<AuditEntry> {
    let (before, after) = kept(act.before, act.after)?;
    Some(AuditEntry {
        id: 0,
        at_ms,
        actor,
        action: act.action.as_str().into(),
        subject_kind: act.subject_kind.as_str().into(),
        subject_id: act.subject_id,
        subject_name: act.subject_name,
        before,
        after,
        from: from.clone(),
    })
}
