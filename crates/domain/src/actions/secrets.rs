//! Secrets of actions: sealed with the master key where they are kept, opened when they are used, shown never.

use super::plan;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use base64::{Engine, engine::general_purpose::STANDARD};
use model::check::Check;
use model::rule::Action;
use model::secret::Secret;
use model::{Code, Problem, WorkspaceId};

/// Gives each action an id, seals what is new, and finds what stays among what was there.
///
/// # Errors
/// [`Code::Invalid`] beside the action where a secret is said to stay that isn't there.
pub(crate) fn seal(context: &Context, actions: &mut [Action], before: &[Action]) -> Result<()> {
    let mut there: Vec<Secret> = Vec::new();
    for mut action in before.iter().cloned() {
        there.extend(action.secrets_mut().into_iter().map(|secret| secret.clone()));
    }
    let (key, belongs) = (context.homeport.store().key(), belongs_to(context.workspace.id));
    let mut check = Check::default();
    for (i, action) in actions.iter_mut().enumerate() {
        if action.id.is_empty() {
            action.id = plan::key()?.chars().take(8).collect();
        }
        for secret in action.secrets_mut() {
            match secret {
                Secret::New(text) => {
                    let sealed = STANDARD.encode(key.seal(text.as_bytes(), &belongs));
                    let id = plan::key()?.chars().take(8).collect();
                    *secret = Secret::Sealed { sealed, id };
                }
                Secret::Kept { kept } => {
                    let same = |one: &&Secret| matches!(one, Secret::Sealed { id, .. } if id == kept);
                    match there.iter().find(same) {
                        Some(found) => *secret = found.clone(),
                        None => {
                            check.that(false, &format!("actions.{i}.secret"), "Give its secrets again.");
                        }
                    }
                }
                Secret::Sealed { .. } => return Err(Problem::new(Code::Invalid).into()),
            }
        }
    }
    Ok(check.done()?)
}

/// The secret as it is.
///
/// # Errors
/// It was sealed with another master key.
pub(super) fn open(homeport: &Homeport, workspace: WorkspaceId, secret: &Secret) -> Result<String> {
    let broken = || Error::Broken(format!("a secret of a rule of {workspace} can't be opened"));
    let Secret::Sealed { sealed, .. } = secret else { return Err(broken()) };
    let sealed = STANDARD.decode(sealed).map_err(|_| broken())?;
    let opened = homeport.store().key().open(&sealed, &belongs_to(workspace)).ok_or_else(broken)?;
    String::from_utf8(opened).map_err(|_| broken())
}

fn belongs_to(workspace: WorkspaceId) -> Vec<u8> {
    format!("actions of {workspace}").into_bytes()
}
