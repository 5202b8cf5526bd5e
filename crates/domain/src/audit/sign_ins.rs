//! Coming, failing to come, and leaving: each stands in the log of every workspace that the person belongs to.

use super::{Act, entry, who, write};
use crate::context::now_ms;
use crate::error::Result;
use crate::homeport::Homeport;
use model::PersonId;
use model::audit::{Action, Origin, Subject};
use model::person::Person;
use serde_json::json;
use store::PersonTx;

/// Somebody has signed in.
///
/// # Errors
/// The database's.
pub async fn signed_in(homeport: &Homeport, person: PersonId, from: &Origin) -> Result<()> {
    told(homeport, person, Action::SignIn, from).await
}

/// Somebody has signed out.
///
/// # Errors
/// The database's.
pub async fn signed_out(homeport: &Homeport, person: PersonId, from: &Origin) -> Result<()> {
    told(homeport, person, Action::SignOut, from).await
}

/// Somebody replaces their password, in this transaction.
pub(crate) async fn password_replaced(
    homeport: &Homeport,
    tx: &PersonTx,
    person: &Person,
    from: &Origin,
) -> Result<()> {
    let act = Act::new(Action::Rotate, Subject::Person, person.id, &person.name);
    along(homeport, tx, person, act, from).await
}

/// Somebody changes what others see of them, in this transaction.
pub(crate) async fn profile_changed(
    homeport: &Homeport,
    tx: &PersonTx,
    (before, after): (&Person, &Person),
    from: &Origin,
) -> Result<()> {
    let told = |person: &Person| json!({ "name": person.name, "email": person.email });
    let act = Act::new(Action::Update, Subject::Person, after.id, &after.name);
    along(homeport, tx, before, act.before(told(before)).after(told(after)), from).await
}

async fn along(homeport: &Homeport, tx: &PersonTx, person: &Person, act: Act, from: &Origin) -> Result<()> {
    let Some(entry) = entry(who(person), act, from, now_ms()) else { return Ok(()) };
    let memberships = homeport.store().people().memberships(person.id).await?;
    for (membership, _) in memberships.into_iter().filter(|(m, _)| m.support_until_ms.is_none()) {
        tx.log(membership.workspace.id, &entry).await?;
    }
    Ok(())
}

/// Somebody failed to sign in as this person. It is written behind the answer's back, so that the time that it takes tells
/// nobody who exists.
pub fn sign_in_failed(homeport: &Homeport, person: Person, from: Origin) {
    let homeport = homeport.clone();
    tokio::spawn(async move {
        if let Err(error) = everywhere(&homeport, &person, Action::SignInFailed, &from).await {
            tracing::warn!(%error, person = %person.id, "a failed sign-in does not stand in the audit logs");
        }
    });
}

async fn told(homeport: &Homeport, person: PersonId, action: Action, from: &Origin) -> Result<()> {
    match homeport.store().people().get(person).await? {
        Some((person, _)) => everywhere(homeport, &person, action, from).await,
        None => Ok(()),
    }
}

async fn everywhere(homeport: &Homeport, person: &Person, action: Action, from: &Origin) -> Result<()> {
    written(homeport, person, Act::new(action, Subject::Person, person.id, &person.name), from).await
}

async fn written(homeport: &Homeport, person: &Person, act: Act, from: &Origin) -> Result<()> {
    let now_ms = now_ms();
    let memberships = homeport.store().people().memberships(person.id).await?;
    // Whose workspace one only looks into hears of the looking.
    for (membership, _) in memberships.into_iter().filter(|(m, _)| m.support_until_ms.is_none()) {
        let scope = homeport.store().workspace(membership.workspace.id).await?;
        write(&scope, who(person), act.clone(), from, now_ms).await?;
        scope.commit().await?;
    }
    Ok(())
}
