//! How people come to a workspace: by which proof, by whose provider (OpenID Connect), and what the workspace demands.

mod failure;

pub use failure::SignOnFailure;

use crate::check::{self, Check};
use crate::id::{OrganizationId, PersonId, WorkspaceId};
use crate::problem::{Code, Problem};
use crate::role::RoleId;
use serde::{Deserialize, Serialize};

/// Longest address of a provider, in bytes.
const ISSUER_MAX: usize = 300;
/// Longest client id or secret, in bytes.
const CLIENT_MAX: usize = 500;
/// Most groups that are given a role.
pub const GROUPS_MAX: usize = 50;
/// Most domains of e-mail.
const DOMAINS_MAX: usize = 20;
/// Longest name of a group or of a claim, in bytes.
const WORD_MAX: usize = 200;

/// What a session is good for: how whoever has it came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Whether a second factor or a passkey was shown.
    #[serde(default)]
    pub second: bool,
    /// The workspace whose provider vouched for them: the session reaches that one and no other, since whoever runs a
    /// workspace also runs what its provider says.
    #[serde(default)]
    pub by_provider_of: Option<WorkspaceId>,
}

/// Somebody who is signed in, and how they came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Who.
    pub person: PersonId,
    /// How.
    pub proof: Proof,
}

/// Somebody of whose sign-in nothing is known: as with a password alone.
impl From<PersonId> for Visitor {
    fn from(person: PersonId) -> Visitor {
        Visitor { person, proof: Proof::default() }
    }
}

/// Why somebody who belongs to a workspace doesn't get in as they have signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Barred {
    /// They must come by the workspace's provider.
    SignOn,
    /// They must show a second factor.
    SecondFactor,
}

impl Barred {
    /// What they are told.
    pub fn code(self) -> Code {
        match self {
            Barred::SignOn => Code::SignOnNeeded,
            Barred::SecondFactor => Code::SecondFactorNeeded,
        }
    }
}

/// What a workspace demands of those who come to it, as it concerns one person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// A second factor.
    pub second_factor: bool,
    /// Its provider's word: not of the one who gets in should the provider fail.
    pub provider: bool,
}

impl Demands {
    /// Why this proof isn't enough for the workspace; none: it is.
    pub fn bar(self, workspace: WorkspaceId, proof: Proof) -> Option<Barred> {
        if proof.by_provider_of == Some(workspace) {
            return None;
        }
        if self.provider {
            return Some(Barred::SignOn);
        }
        (self.second_factor && !proof.second).then_some(Barred::SecondFactor)
    }
}

/// What people of a group become.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRule {
    /// The group, as the provider calls it.
    pub group: String,
    /// What they may do.
    pub role: RoleId,
    /// Where they belong; none: the root.
    #[serde(default)]
    pub organization: Option<OrganizationId>,
}

/// A provider of OpenID Connect, without its secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// Its address: `https://login.example.com/tenant`.
    pub issuer: String,
    /// What it knows this workspace by.
    pub client_id: String,
    /// What is asked for beside `openid email profile`, with spaces between.
    #[serde(default)]
    pub scopes: String,
    /// Whose addresses it may vouch for: the parts behind the `@`, lower case.
    pub domains: Vec<String>,
    /// The claim that holds the groups; empty: it isn't asked for.
    #[serde(default)]
    pub group_claim: String,
    /// What the groups become; the first that somebody is in counts.
    #[serde(default)]
    pub groups: Vec<GroupRule>,
    /// What becomes of those who are in none of them; none: they don't get in.
    #[serde(default)]
    pub others: Option<RoleId>,
}

impl Provider {
    /// What somebody in these groups becomes.
    pub fn rule_for(&self, groups: &[String]) -> Option<GroupRule> {
        let rule = self.groups.iter().find(|rule| groups.contains(&rule.group)).cloned();
        rule.or_else(|| {
            let role = self.others.clone()?;
            Some(GroupRule { group: String::new(), role, organization: None })
        })
    }

    /// Whether it may vouch for this address.
    pub fn vouches_for(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
        domain.is_some_and(|domain| self.domains.contains(&domain))
    }
}

/// How a workspace's people sign in, as its settings show it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOn {
    /// Its provider, where it has one.
    pub provider: Option<Provider>,
    /// Whether the provider wants a secret that is kept.
    pub has_secret: bool,
    /// Whether people come by it alone.
    pub enforced: bool,
    /// Who gets in with a password nevertheless, should the provider fail.
    pub break_glass: Option<PersonId>,
    /// Whether somebody has come by it since it was last changed.
    pub proved: bool,
    /// Whether a second factor is demanded.
    pub second_factor: bool,
}

/// What the form for a provider holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderDraft {
    /// What is kept as it is, but for the domains.
    #[serde(flatten)]
    pub provider: Provider,
    /// Another secret; none: the one that is kept; empty: none at all.
    #[serde(default)]
    pub secret: Option<String>,
}

impl ProviderDraft {
    /// Trimmed, where it can be kept.
    ///
    /// # Errors
    /// Every field at fault.
    pub fn checked(self) -> Result<ProviderDraft, Problem> {
        let ProviderDraft { provider, secret } = self;
        let mut check = Check::default();
        let issuer = provider.issuer.trim().to_owned();
        let shaped = (issuer.starts_with("https://") || issuer.starts_with("http://"))
            && issuer.len() <= ISSUER_MAX
            && issuer.bytes().all(|byte| byte.is_ascii_graphic())
            && !issuer.contains(['?', '#', '@']);
        check.that(shaped, "issuer", "The provider's address, like https://login.example.com/tenant.");
        let client_id = provider.client_id.trim().to_owned();
        check.that(word(&client_id, CLIENT_MAX), "client_id", "The client id that the provider gave.");
        let scopes = provider.scopes.split_whitespace().collect::<Vec<_>>().join(" ");
        check.that(
            scopes.len() <= WORD_MAX && scopes.bytes().all(|b| b == b' ' || b.is_ascii_graphic()),
            "scopes",
            "Words with spaces between.",
        );
        let domains: Vec<String> =
            provider.domains.iter().map(|d| d.trim().trim_start_matches('@').to_lowercase()).collect();
        let domains: Vec<String> = domains.into_iter().filter(|domain| !domain.is_empty()).collect();
        let fine = domains.iter().all(|domain| check::email(&format!("a@{domain}")).is_ok());
        check.that(
            fine && (1..=DOMAINS_MAX).contains(&domains.len()),
            "domains",
            format!("Between one and {DOMAINS_MAX} domains, like example.com."),
        );
        let group_claim = provider.group_claim.trim().to_owned();
        check.that(
            group_claim.is_empty() || word(&group_claim, WORD_MAX),
            "group_claim",
            "The name of a claim, like groups.",
        );
        let groups: Vec<GroupRule> = provider
            .groups
            .into_iter()
            .map(|rule| GroupRule { group: rule.group.trim().to_owned(), ..rule })
            .collect();
        let named = groups
            .iter()
            .all(|rule| !rule.group.is_empty() && rule.group.len() <= WORD_MAX && !rule.group.contains('\0'));
        check.that(
            named && groups.len() <= GROUPS_MAX,
            "groups",
            format!("Each line wants the name of a group; at most {GROUPS_MAX} lines."),
        );
        check.that(
            groups.is_empty() || !group_claim.is_empty(),
            "group_claim",
            "Say which claim holds the groups.",
        );
        check.that(
            !groups.is_empty() || provider.others.is_some(),
            "others",
            "Choose a role for everybody, or give groups roles: else nobody gets in.",
        );
        let secret = secret.map(|secret| secret.trim().to_owned());
        let fits = secret.as_ref().is_none_or(|s| s.len() <= CLIENT_MAX && !s.contains('\0'));
        check.that(fits, "secret", "The secret that the provider gave.");
        check.done()?;
        let provider =
            Provider { issuer, client_id, scopes, domains, group_claim, groups, others: provider.others };
        Ok(ProviderDraft { provider, secret })
    }
}

fn word(text: &str, max: usize) -> bool {
    !text.is_empty() && text.len() <= max && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What a provider says of somebody, after its signature was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vouched {
    /// Who they are to the provider, for ever.
    pub subject: String,
    /// Their address.
    pub email: Option<String>,
    /// Whether the provider says that it is theirs; none: it says nothing.
    pub email_verified: Option<bool>,
    /// What others see.
    pub name: Option<String>,
    /// The groups that they are in.
    pub groups: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider() -> Provider {
        Provider {
            issuer: " https://login.example.com ".into(),
            client_id: "homeport".into(),
            domains: vec!["@Example.com".into(), String::new()],
            group_claim: "groups".into(),
            groups: vec![
                GroupRule { group: "ops".into(), role: RoleId("operator".into()), organization: None },
                GroupRule { group: "all".into(), role: RoleId("viewer".into()), organization: None },
            ],
            ..Provider::default()
        }
    }

    #[test]
    fn a_provider_is_trimmed_and_checked() {
        let draft = ProviderDraft { provider: provider(), secret: Some(" s ".into()) }.checked().unwrap();
        assert_eq!(draft.provider.issuer, "https://login.example.com");
        assert_eq!(draft.provider.domains, ["example.com"]);
        assert_eq!(draft.secret.as_deref(), Some("s"));
        let field = |change: fn(&mut Provider)| {
            let mut provider = provider();
            change(&mut provider);
            let problem = ProviderDraft { provider, secret: None }.checked().unwrap_err();
            problem.fields.into_iter().map(|field| field.field).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(field(|p| p.issuer = "login.example.com".into()), "issuer");
        assert_eq!(field(|p| p.issuer = "https://user@login.example.com".into()), "issuer");
        assert_eq!(field(|p| p.client_id = "a b".into()), "client_id");
        assert_eq!(field(|p| p.domains.clear()), "domains");
        assert_eq!(field(|p| p.domains = vec!["not a domain".into()]), "domains");
        assert_eq!(field(|p| p.group_claim.clear()), "group_claim");
        assert_eq!(field(|p| p.groups[0].group = " ".into()), "groups");
        assert_eq!(field(|p| p.groups.clear()), "others");
    }

    #[test]
    fn the_first_group_counts_and_only_own_domains_are_vouched_for() {
        let provider = ProviderDraft { provider: provider(), secret: None }.checked().unwrap().provider;
        let role = |groups: &[&str]| {
            let groups: Vec<String> = groups.iter().map(|g| (*g).to_owned()).collect();
            provider.rule_for(&groups).map(|rule| rule.role.0)
        };
        assert_eq!(role(&["all", "ops"]).as_deref(), Some("operator"));
        assert_eq!(role(&["all"]).as_deref(), Some("viewer"));
        assert_eq!((role(&["Ops"]), role(&[])), (None, None));
        assert!(provider.vouches_for("Ada@EXAMPLE.com"));
        for stranger in [
            "ada@example.org",
            "ada@sub.example.com",
            "ada@evilexample.com",
            "ada",
            "ada@example.com@evil.org",
        ] {
            assert!(!provider.vouches_for(stranger), "{stranger}");
        }
    }

    #[test]
    fn who_is_barred_and_why() {
        let (here, elsewhere) = (WorkspaceId(1), WorkspaceId(2));
        let proof = |second, by| Proof { second, by_provider_of: by };
        let demands = |second_factor, provider| Demands { second_factor, provider };
        let cases = [
            (demands(false, false), proof(false, None), None),
            (demands(true, false), proof(false, None), Some(Barred::SecondFactor)),
            (demands(true, false), proof(true, None), None),
            (demands(true, true), proof(true, None), Some(Barred::SignOn)),
            (demands(true, true), proof(false, Some(here)), None),
            (demands(false, true), proof(true, Some(elsewhere)), Some(Barred::SignOn)),
        ];
        for (demands, proof, expected) in cases {
            assert_eq!(demands.bar(here, proof), expected, "{demands:?} {proof:?}");
        }
    }
}
