//! People of a workspace, and those who are invited to it.

use crate::check;
use crate::id::{OrganizationId, PersonId};
use crate::organization::OrganizationName;
use crate::problem::{Code, Problem};
use crate::role::{RoleId, RoleName};
use serde::{Deserialize, Serialize};

/// Most people that are invited at once.
pub const INVITED_AT_ONCE: usize = 50;
/// Most invitations of a workspace that wait.
pub const INVITATIONS_MAX: i64 = 500;
/// How long an invitation holds, in milliseconds: 7 days.
pub const INVITATION_LIFE_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Somebody who belongs to a workspace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// What others call them.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they may do.
    pub role: RoleName,
    /// Where they belong.
    pub organization: OrganizationName,
    /// When they were last here, to the minute, in milliseconds since 1970.
    pub seen_ms: Option<i64>,
    /// Whether signing in takes them a code.
    pub two_factor: bool,
}

/// Somebody who is invited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Invitation {
    /// Its number in the workspace.
    pub id: i32,
    /// Whom.
    pub email: String,
    /// What they will be allowed.
    pub role: RoleName,
    /// Where they will belong.
    pub organization: OrganizationName,
    /// By whom, in words.
    pub invited_by: String,
    /// When, or when it was sent again, in milliseconds since 1970.
    pub created_ms: i64,
    /// Until when its link works.
    pub expires_ms: i64,
}

/// Whom to invite, as what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InviteDraft {
    /// Addresses, with commas, spaces or lines between them.
    pub emails: String,
    /// What they will be allowed.
    pub role: RoleId,
    /// Where they will belong; none: where whoever invites does.
    #[serde(default)]
    pub organization: Option<OrganizationId>,
}

impl InviteDraft {
    /// The addresses, each once.
    ///
    /// # Errors
    /// What is wrong with them, beside `emails`.
    pub fn addresses(&self) -> Result<Vec<String>, Problem> {
        let wrong = |message: String| Problem::field(Code::Invalid, "emails", message);
        let mut addresses = Vec::new();
        let words = self.emails.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
        for word in words.filter(|word| !word.is_empty()) {
            let word = word.trim_start_matches('<').trim_end_matches('>');
            let address = check::email(word).map_err(|_| {
                wrong(format!("“{word}” is no e-mail address; it looks like name@example.com."))
            })?;
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        match addresses.len() {
            0 => Err(wrong("Give at least one e-mail address.".into())),
            n if n > INVITED_AT_ONCE => {
                Err(wrong(format!("At most {INVITED_AT_ONCE} at once; these are {n}.")))
            }
            _ => Ok(addresses),
        }
    }
}

/// An invitation that was just made, with its link: nobody can be shown it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FreshInvitation {
    /// Its number in the workspace.
    pub id: i32,
    /// Whom.
    pub email: String,
    /// Where it leads.
    pub link: String,
}

/// An invitation as whoever has its link sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InvitationShown {
    /// The workspace's name.
    pub workspace: String,
    /// Its part of the address.
    pub slug: String,
    /// Whom it was sent to.
    pub email: String,
    /// What they will be allowed.
    pub role: String,
    /// By whom, in words.
    pub invited_by: String,
    /// Whether somebody has an account with this address already.
    pub known: bool,
}

/// What can be given in a workspace by whoever asks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Choices {
    /// Roles that hold no more than theirs.
    pub roles: Vec<RoleName>,
    /// Organizations that they see.
    pub organizations: Vec<OrganizationName>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::BuiltIn;

    #[test]
    fn several_are_invited_at_once_each_once() {
        let draft = |emails: &str| InviteDraft {
            emails: emails.into(),
            role: BuiltIn::Viewer.into(),
            organization: None,
        };
        let addresses =
            draft(" Ada@example.com, bob@example.com;\n<cyd@example.com> ada@example.com").addresses();
        assert_eq!(addresses.unwrap(), ["ada@example.com", "bob@example.com", "cyd@example.com"]);
        let many: String = (0..51).map(|n| format!("p{n}@example.com ")).collect();
        for bad in ["", " ,;", "ada", &many] {
            assert!(draft(bad).addresses().unwrap_err().of_field("emails").is_some(), "{bad:?}");
        }
    }
}
