//! Registrations that were refused: a line in the device's log where it has one, else one in a short list of its
//! workspace's, for whoever asks why a new device does not come.
//!
//! Anybody may be refused as often as they like, so this is bounded twice: each id has one entry, of which so many are
//! kept, and in a minute only so many refusals are written down at all.

use crate::access::ManageEnrolment;
use crate::context::Context;
use crate::error::Result;
use crate::homeport::Homeport;
use model::enrolment::RefusedRegistration;
use model::event::EventKind;
use model::organization::Reach;
use model::{Code, Problem};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Refusals of one id of one scope that are written down in a minute.
const OF_AN_ID: u32 = 10;
/// Refusals of one scope.
const OF_A_SCOPE: u32 = 200;
/// Refusals altogether, by this process.
const OF_ALL: u32 = 2000;
/// So many characters of what a stranger says go into the server's log.
const SHOWN: usize = 128;
/// A minute, in milliseconds.
const MINUTE_MS: i64 = 60_000;

/// A registration that was refused.
#[derive(Clone, Copy, Debug)]
pub struct Refused<'a> {
    /// The ID scope that it named.
    pub scope: &'a str,
    /// The id that it wanted.
    pub registration_id: &'a str,
    /// Why, a sentence without its end.
    pub reason: &'a str,
    /// Where it came from.
    pub from: Option<IpAddr>,
    /// When, in milliseconds since 1970.
    pub now_ms: i64,
}

/// Who can read of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It stands in the log of the device.
    Device,
    /// It stands in the list of the workspace.
    Workspace,
    /// No workspace has this scope: only whoever runs the server can be told.
    Nobody,
    /// There were too many in this minute.
    TooMany,
}

/// The refused registrations of the workspace, newest first, bounded.
///
/// # Errors
/// [`Code::NotAllowed`], also to whoever does not belong to the root: these ids belong to no organization yet.
pub async fn list(context: &Context) -> Result<Vec<RefusedRegistration>> {
    let granted = context.grant::<ManageEnrolment>()?;
    if context.reach != Reach::Everything {
        return Err(Problem::new(Code::NotAllowed).into());
    }
    Ok(granted.scope().await?.refused_registrations().list().await?)
}

/// Writes down that a registration was refused, where somebody can read it who is concerned.
///
/// # Errors
/// The database's.
pub async fn note(homeport: &Homeport, refused: &Refused<'_>) -> Result<Told> {
    if !homeport.refusals().allows(refused.scope, refused.registration_id, refused.now_ms) {
        return Ok(Told::TooMany);
    }
    let known = homeport.store().lookup().scope(refused.scope).await?;
    let Some(known) = known.filter(|known| known.scope == refused.scope) else {
        let (scope, id) = (short(refused.scope), short(refused.registration_id));
        let (reason, from) = (refused.reason, refused.from.map(|from| from.to_string()));
        tracing::info!(scope, id, reason, from, "a registration was refused; no workspace has this ID scope");
        return Ok(Told::Nobody);
    };
    let scope = homeport.store().workspace(known.workspace).await?;
    let from = refused.from.map(|from| from.to_string()).unwrap_or_default();
    let told = match scope.device_enrolments().get(refused.registration_id).await? {
        Some(present) => {
            let by = if from.is_empty() { String::new() } else { format!(", from {from}") };
            let text = format!("{}, when it asked to be provisioned{by}.", refused.reason);
            let events = scope.device_events();
            events.log(present.device, EventKind::SignInRefused, &text, refused.now_ms).await?;
            Told::Device
        }
        None => {
            let list = scope.refused_registrations();
            list.note(refused.registration_id, refused.reason, &from, refused.now_ms).await?;
            Told::Workspace
        }
    };
    scope.commit().await?;
    Ok(told)
}

/// The beginning of a stranger's words.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}

/// How many refusals were written down in this minute.
#[derive(Debug, Default)]
pub(crate) struct Bound {
    /// Ids are strangers' words: they are known by a hash with a secret of this process.
    hasher: RandomState,
    minute: Mutex<Minute>,
}

#[derive(Debug, Default)]
struct Minute {
    number: i64,
    all: u32,
    counts: HashMap<u64, u32>,
}

impl Bound {
    /// Counts one more; whether it may be written down.
    fn allows(&self, scope: &str, id: &str, now_ms: i64) -> bool {
        let (of_scope, of_id) = (self.hasher.hash_one((scope, 0)), self.hasher.hash_one((scope, id)));
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now_ms.div_euclid(MINUTE_MS);
        if minute.number != number {
            *minute = Minute { number, ..Minute::default() };
        }
        let count = |key: u64| minute.counts.get(&key).copied().unwrap_or_default();
        if minute.all >= OF_ALL || count(of_scope) >= OF_A_SCOPE || count(of_id) >= OF_AN_ID {
            return false;
        }
        minute.all += 1;
        for key in [of_scope, of_id] {
            *minute.counts.entry(key).or_default() += 1;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_written_down_in_a_minute() {
        let bound = Bound::default();
        let many = |scope: &str, id: &str, now_ms: i64| {
            (0..3000).filter(|_| bound.allows(scope, id, now_ms)).count()
        };
        assert_eq!(many("a", "pump", 5), OF_AN_ID as usize);
        assert_eq!(many("a", "drill", 5), OF_AN_ID as usize, "another id is counted apart");
        let ids = (0..3000).filter(|n| bound.allows("a", &format!("id-{n}"), 6)).count();
        assert_eq!(ids, (OF_A_SCOPE - 2 * OF_AN_ID) as usize, "and all of a scope together");
        assert_eq!(many("b", "pump", 6), OF_AN_ID as usize, "another scope is counted apart");
        let all = (0..9000).filter(|n| bound.allows(&format!("scope-{n}"), "pump", 7)).count();
        assert_eq!(all, (OF_ALL - OF_A_SCOPE - OF_AN_ID) as usize);
        assert_eq!(many("a", "pump", MINUTE_MS), OF_AN_ID as usize, "the next minute begins anew");
    }
}
