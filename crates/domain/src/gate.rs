//! Who may connect as a device: the one decision behind the embedded broker and the hook of an external one.

use crate::certificates::{self, Shown};
use crate::context::now_ms;
use crate::error::Result;
use crate::homeport::Homeport;
use crate::keys;
use model::certificate::Thumbprint;
use model::event::EventKind;
use model::{DeviceId, WorkspaceId, check};
use std::hash::{DefaultHasher, Hash, Hasher};
use store::KnownDevice;
use subtle::ConstantTimeEq;

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
            Wrong::Dates(text) => f.write_str(text),
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

/// Whether somebody with this user name, `{scope}/{device}`, and this proof is that device.
///
/// # Errors
/// The database's; a key that the master key doesn't open. Neither says anything about the proof.
pub async fn authenticate(homeport: &Homeport, user_name: &str, proof: Proof<'_>) -> Result<Admission> {
    let nobody = Admission::Refused { known: None, why: Wrong::Missing };
    let Some((scope, external_id)) = parts(user_name) else { return Ok(nobody) };
    let Some(known) = homeport.store().lookup().device(scope, external_id).await? else { return Ok(nobody) };
    // A number for this proof alone: of the key in its sealed form, or of the certificate's thumbprint.
    let (number, wrong) = match proof {
        Proof::Nothing => (number(&known, &known.key_encrypted), Some(Wrong::Missing)),
        Proof::Password(password) => {
            let key = keys::open(homeport.store(), known.workspace, external_id, &known.key_encrypted)?;
            let right: bool = key.as_bytes().ct_eq(password).into();
            (number(&known, &known.key_encrypted), (!right).then_some(Wrong::Key))
        }
        Proof::Certificate(der) => {
            let shown = certificates::shown(der);
            let wrong = by_certificate(homeport, known.workspace, known.device, &shown).await?;
            (number(&known, shown.thumbprint.to_string().as_bytes()), wrong)
        }
    };
    Ok(match (wrong, known.blocked) {
        (Some(why), _) => Admission::Refused { known: Some((known.workspace, known.device)), why },
        (None, _) if known.disabled => {
            Admission::Disabled { workspace: known.workspace, device: known.device }
        }
        (None, true) => Admission::Blocked { workspace: known.workspace, device: known.device },
        (None, false) => Admission::Device {
            workspace: known.workspace,
            device: known.device,
            scope: scope.to_owned(),
            external_id: external_id.to_owned(),
            proof: number,
        },
    })
}

/// What is wrong with a certificate as the proof of this device, if anything is.
async fn by_certificate(
    homeport: &Homeport,
    workspace: WorkspaceId,
    device: DeviceId,
    shown: &Shown,
) -> Result<Option<Wrong>> {
    let scope = homeport.store().workspace(workspace).await?;
    if !scope.device_certificates().has(device, shown.thumbprint).await? {
        return Ok(Some(Wrong::Certificate(shown.thumbprint)));
    }
    let now = now_ms();
    Ok(match shown.valid_ms {
        None => Some(Wrong::Dates("The certificate's dates can't be read".into())),
        Some((_, end)) if end < now => {
            Some(Wrong::Dates(format!("The certificate ran out on {}", certificates::day(end))))
        }
        Some((begin, _)) if begin > now => {
            Some(Wrong::Dates(format!("The certificate is not valid before {}", certificates::day(begin))))
        }
        Some(_) => None,
    })
}

/// Numbers for what this device may prove itself with at this moment: its key, its certificates. None where nobody is
/// called that, or the device or its workspace is shut out. Whoever was let in with another one would be refused today.
///
/// # Errors
/// The database's.
pub async fn proofs(homeport: &Homeport, scope: &str, external_id: &str) -> Result<Vec<u64>> {
    let known = homeport.store().lookup().device(scope, external_id).await?;
    let Some(known) = known.filter(|known| !known.blocked && !known.disabled) else { return Ok(Vec::new()) };
    let certificates =
        homeport.store().workspace(known.workspace).await?.device_certificates().list(known.device).await?;
    let certificates = certificates.iter().map(|c| number(&known, c.thumbprint.as_bytes()));
    Ok(std::iter::once(number(&known, &known.key_encrypted)).chain(certificates).collect())
}

/// Never told to anybody. A key is sealed differently each time, so that the number changes with it.
fn number(known: &KnownDevice, proof: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (known.workspace.0, known.device.0, proof).hash(&mut hasher);
    hasher.finish()
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
