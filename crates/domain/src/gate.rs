//! Who may connect as a device: the one decision behind the embedded broker and the hook of an external one.

mod proofs;

pub use proofs::{proofs, standing};

use crate::certificates;
use crate::context::now_ms;
use crate::error::Result;
use crate::homeport::Homeport;
use crate::provisioning::{Given, Things, Verdict, by_groups, by_own, by_own_keys};
use model::certificate::Thumbprint;
use model::event::EventKind;
use model::sas::Token;
use model::{DeviceId, WorkspaceId, check};
use proofs::number;
use store::{GateDevice, KnownGroup};

/// Longest ID scope that is looked up, in bytes.
const SCOPE_MAX: usize = 64;

/// What the gate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is this device.
    Device {
        /// Its workspace.
        workspace: WorkspaceId,
        /// Its key in the database.
        device: DeviceId,
        /// Its workspace's ID scope.
        scope: String,
        /// What it connects with.
        external_id: String,
        /// One of [`proofs`].
        proof: u64,
        /// Until when it may stay, in milliseconds since 1970: a token runs out.
        until_ms: Option<i64>,
    },
    /// The proof is none, or nobody is called that.
    Refused {
        /// Whose name was used, where somebody has it: for that device's log.
        known: Option<(WorkspaceId, DeviceId)>,
        /// What is wrong with the proof, for the same log.
        why: Wrong,
    },
    /// The proof is right, but the device is shut out.
    Blocked {
        /// Its workspace.
        workspace: WorkspaceId,
        /// Its key in the database.
        device: DeviceId,
    },
    /// The proof is right, but nobody has approved the device.
    Waiting {
        /// Its workspace.
        workspace: WorkspaceId,
        /// Its key in the database.
        device: DeviceId,
    },
    /// The proof is right, but the workspace is shut.
    Disabled {
        /// The workspace.
        workspace: WorkspaceId,
        /// The device's key in the database.
        device: DeviceId,
    },
}

/// What is wrong with a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// There is none.
    Missing,
    /// Another key.
    Key,
    /// A certificate that is none of the device's.
    Certificate(Thumbprint),
    /// A certificate of the device's that is not valid yet or no more; or one whose dates can't be read.
    Dates(String),
    /// A certificate of the group's that names somebody else.
    Name(String),
    /// A token that has run out, can't be read, or is for something else.
    Token(String),
}

impl Wrong {
    /// A chain of certificates that proves nothing here.
    pub(crate) fn of_chain(chain: &[&[u8]]) -> Wrong {
        chain.first().map_or(Wrong::Missing, |own| Wrong::Certificate(certificates::thumbprint(own)))
    }
}

impl std::fmt::Display for Wrong {
    /// A sentence without its end.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Wrong::Missing => f.write_str("No key was given and no certificate shown"),
            Wrong::Key => f.write_str("The key was wrong"),
            Wrong::Certificate(thumbprint) => {
                write!(f, "The certificate is none of the device's, SHA-256 thumbprint {thumbprint}")
            }
            Wrong::Dates(text) | Wrong::Token(text) => f.write_str(text),
            Wrong::Name(name) => write!(f, "The certificate names “{name}” as its owner"),
        }
    }
}

/// By what a client wants to prove that it is a device.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// By nothing.
    Nothing,
    /// By a password.
    Password(&'a [u8]),
    /// By a certificate, DER, of which it has been seen that the client holds the key.
    Certificate(&'a [u8]),
    /// The same with the certificates that lead from it to its authority, its own first.
    Chain(&'a [&'a [u8]]),
}

impl<'a> Proof<'a> {
    /// A password decides where there is one; without, the certificate. An empty password is none: some clients can't
    /// leave it out.
    pub fn of(password: Option<&'a [u8]>, certificate: Option<&'a [u8]>) -> Proof<'a> {
        match (password.filter(|password| !password.is_empty()), certificate) {
            (Some(password), _) => Proof::Password(password),
            (None, Some(certificate)) => Proof::Certificate(certificate),
            (None, None) => Proof::Nothing,
        }
    }
}

/// At which hub a client of Azure connects.
#[derive(Clone, Copy, Debug)]
pub enum Hub<'a> {
    /// At the one of this ID scope, which stands in the host's name in lower case.
    Scope(&'a str),
    /// At one whose name doesn't say which workspace is meant.
    Any,
}

/// Whether somebody with this user name, `{scope}/{device}`, and this proof is that device. A password may be a token
/// for `{scope}/devices/{device}`.
///
/// # Errors
/// The database's; a key that the master key doesn't open. Neither says anything about the proof.
pub async fn authenticate(homeport: &Homeport, user_name: &str, proof: Proof<'_>) -> Result<Admission> {
    let Some((scope, external_id)) = parts(user_name) else { return Ok(nobody()) };
    let Some(known) = homeport.store().lookup().gate(scope, external_id).await? else { return Ok(nobody()) };
    let named = Named { scope, external_id };
    let wrong = |why| Ok(Admission::Refused { known: Some((known.workspace, known.device)), why });
    match proof {
        Proof::Nothing => wrong(Wrong::Missing),
        Proof::Password(password) if Token::is_meant(password) => {
            let text = std::str::from_utf8(password).unwrap_or_default();
            match Token::parse(text) {
                Ok(token) if token.is_for_device([scope], external_id) => {
                    judged(homeport, named, known, Given::Token(&token)).await
                }
                Ok(token) => {
                    wrong(Wrong::Token(format!("The token is for “{}”, not for this device", token.resource)))
                }
                Err(why) => wrong(Wrong::Token(why.to_string())),
            }
        }
        Proof::Password(password) => judged(homeport, named, known, Given::Key(password)).await,
        Proof::Certificate(der) => judged(homeport, named, known, Given::Chain(&[der])).await,
        Proof::Chain(chain) => judged(homeport, named, known, Given::Chain(chain)).await,
    }
}

/// Whether somebody with this token is that device of a hub. That the token is for this hub and device
/// ([`Token::is_for_device`]) was seen before.
///
/// # Errors
/// As [`authenticate`].
pub async fn sign_in_sas(
    homeport: &Homeport,
    hub: Hub<'_>,
    external_id: &str,
    token: &Token,
) -> Result<Admission> {
    sign_in(homeport, hub, external_id, Given::Token(token)).await
}

/// Whether somebody with these certificates, DER, its own first, of which it holds the key, is that device of a hub.
///
/// # Errors
/// As [`authenticate`].
pub async fn sign_in_certificate(
    homeport: &Homeport,
    hub: Hub<'_>,
    external_id: &str,
    chain: &[&[u8]],
) -> Result<Admission> {
    sign_in(homeport, hub, external_id, Given::Chain(chain)).await
}

/// Tries the few workspaces that can be meant; the proof decides.
async fn sign_in(
    homeport: &Homeport,
    hub: Hub<'_>,
    external_id: &str,
    given: Given<'_>,
) -> Result<Admission> {
    let lookup = homeport.store().lookup();
    if checked("x", external_id).is_none() {
        return Ok(nobody());
    }
    let scopes = match hub {
        Hub::Scope(scope) if checked(scope, external_id).is_some() => {
            lookup.scope(scope).await?.map(|known| known.scope).into_iter().collect()
        }
        Hub::Scope(_) => Vec::new(),
        Hub::Any => lookup.scopes_of_device(external_id).await?,
    };
    let mut refused = None;
    for scope in &scopes {
        let Some(known) = lookup.gate(scope, external_id).await? else { continue };
        match judged(homeport, Named { scope, external_id }, known, given).await? {
            // Whose log should tell it is known only where there is one device of this id.
            Admission::Refused { known, why } => {
                let known = known.filter(|_| scopes.len() == 1);
                refused.get_or_insert(Admission::Refused { known, why });
            }
            admission => return Ok(admission),
        }
    }
    Ok(refused.unwrap_or_else(nobody))
}

/// A device as a client names it.
#[derive(Clone, Copy)]
struct Named<'a> {
    scope: &'a str,
    external_id: &'a str,
}

/// Judges a proof by all that counts for this device.
async fn judged(
    homeport: &Homeport,
    named: Named<'_>,
    known: GateDevice,
    given: Given<'_>,
) -> Result<Admission> {
    let (workspace, device) = (known.workspace, known.device);
    let proof = match right(homeport, named.external_id, &known, given).await? {
        Verdict::Right((), bytes) => number(workspace, device, &bytes),
        Verdict::Spoilt(why) => return Ok(Admission::Refused { known: Some((workspace, device)), why }),
        Verdict::Other => {
            let why = match given {
                Given::Key(_) | Given::Token(_) => Wrong::Key,
                Given::Chain(chain) => Wrong::of_chain(chain),
            };
            return Ok(Admission::Refused { known: Some((workspace, device)), why });
        }
    };
    Ok(if known.disabled {
        Admission::Disabled { workspace, device }
    } else if known.blocked {
        Admission::Blocked { workspace, device }
    } else if !known.approved {
        Admission::Waiting { workspace, device }
    } else {
        let until_ms = match given {
            Given::Token(token) => i64::try_from(token.expires_s).ok().and_then(|s| s.checked_mul(1000)),
            Given::Key(_) | Given::Chain(_) => None,
        };
        let (scope, external_id) = (named.scope.to_owned(), named.external_id.to_owned());
        Admission::Device { workspace, device, scope, external_id, proof, until_ms }
    })
}

async fn right(
    homeport: &Homeport,
    external_id: &str,
    known: &GateDevice,
    given: Given<'_>,
) -> Result<Verdict<()>> {
    let (store, now) = (homeport.store(), now_ms());
    let things = Things {
        workspace: known.workspace,
        device: known.device,
        external_id,
        own: known.own,
        key_encrypted: &known.key_encrypted,
        secondary_key_encrypted: known.secondary_key_encrypted.as_deref(),
    };
    // By keys of its own nothing more is asked of the database.
    if !matches!(given, Given::Chain(_)) {
        match by_own_keys(store, &things, given, now)? {
            Verdict::Other => {}
            verdict => return Ok(verdict),
        }
    }
    let by_group = known.own.is_none();
    if let (true, Some(id), Some(keys), false) =
        (by_group, &known.group, &known.group_keys, matches!(given, Given::Chain(_)))
    {
        let group = KnownGroup {
            number: 0,
            id: id.clone(),
            name: String::new(),
            enabled: true,
            organization: None,
            keys: Some(keys.clone()),
            authorities: Vec::new(),
        };
        return Ok(settled(by_groups(store, known.workspace, &[group], external_id, given, now)?));
    }
    let scope = store.workspace(known.workspace).await?;
    if matches!(given, Given::Chain(_)) {
        match by_own(store, &scope, &things, given, now).await? {
            Verdict::Other => {}
            verdict => return Ok(verdict),
        }
    }
    if !by_group || known.enrolled && known.group.is_none() {
        return Ok(Verdict::Other);
    }
    // One that was made by hand may come by any group that is enabled, and belongs to that one from then on.
    let mut groups = scope.enrolment_groups().known(known.group.as_deref()).await?;
    groups.retain(|group| group.enabled);
    let verdict = by_groups(store, known.workspace, &groups, external_id, given, now)?;
    if let (Verdict::Right(group, _), None) = (&verdict, &known.group) {
        scope.device_enrolments().registered(known.device, Some(group.number), now).await?;
        let text = format!("Enrolled by the group “{}”, as it connected.", group.name);
        scope.device_events().log(known.device, EventKind::Provisioned, &text, now).await?;
        scope.commit().await?;
    }
    Ok(settled(verdict))
}

/// Whichever group it was.
fn settled(verdict: Verdict<&KnownGroup>) -> Verdict<()> {
    match verdict {
        Verdict::Right(_, bytes) => Verdict::Right((), bytes),
        Verdict::Spoilt(why) => Verdict::Spoilt(why),
        Verdict::Other => Verdict::Other,
    }
}

fn nobody() -> Admission {
    Admission::Refused { known: None, why: Wrong::Missing }
}

/// Adds a line to the log of this device; alike lines within an hour are folded. For a device that doesn't exist,
/// or is deleted meanwhile, nothing is done.
///
/// # Errors
/// The database's.
pub async fn log(homeport: &Homeport, scope: &str, device: &str, kind: EventKind, text: &str) -> Result<()> {
    let Some((scope, device)) = checked(scope, device) else { return Ok(()) };
    let Some(known) = homeport.store().lookup().device(scope, device).await? else { return Ok(()) };
    let scope = homeport.store().workspace(known.workspace).await?;
    match scope.device_events().log(known.device, kind, text, now_ms()).await {
        Err(e) if e.refers_to_nothing() => return Ok(()),
        logged => logged?,
    }
    Ok(scope.commit().await?)
}

/// A user name taken apart, where it can be one of a device.
fn parts(user_name: &str) -> Option<(&str, &str)> {
    let (scope, external_id) = user_name.split_once('/')?;
    checked(scope, external_id)
}

fn checked<'a>(scope: &'a str, external_id: &'a str) -> Option<(&'a str, &'a str)> {
    let shaped =
        !scope.is_empty() && scope.len() <= SCOPE_MAX && scope.chars().all(|c| c.is_ascii_alphanumeric());
    // An id is taken by the letter: what would be trimmed is not the same id.
    let exact = check::device_id(external_id).is_ok_and(|id| id == external_id);
    (shaped && exact).then_some((scope, external_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_are_taken_apart() {
        assert_eq!(parts("0ne1/room-2"), Some(("0ne1", "room-2")));
        for bad in ["", "/", "0ne1", "0ne1/", "/room", "0ne1/a/b", "0ne1/ a", "0ne 1/a", "0ne1/a\0", "+/#"] {
            assert_eq!(parts(bad), None, "{bad:?}");
        }
    }
}
