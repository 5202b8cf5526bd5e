//! Who acts, where, and when: the only way to a workspace.
//!
//! A [`Context`] is made by [`workspaces::open`](crate::workspaces::open) after a membership check, by
//! [`tokens::open`](crate::tokens::open) for an API token that holds, by a job that somebody with the right to it began, and by
//! nothing else.

use crate::access::{Granted, Permit};
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use model::audit::Origin;
use model::organization::{OrganizationName, Reach};
use model::person::Person;
use model::role::{BuiltIn, Role};
use model::workspace::Workspace;
use model::{Code, OrganizationId, PersonId, Problem};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use store::Place;
pub(crate) use store::Support;

/// Who acts.
#[derive(Clone, Debug)]
pub enum Actor {
    /// Somebody who is signed in.
    Person(Person),
    /// A program with an API token.
    Token {
        /// The token's id.
        id: String,
        /// What people call it.
        name: String,
    },
    /// A rule that has fired.
    Rule {
        /// Its number.
        id: i32,
        /// What people call it.
        name: String,
    },
    /// A job that somebody began, or scheduled.
    Job {
        /// The job's id.
        id: String,
        /// What people call it.
        name: String,
    },
}

impl Actor {
    /// The person, where it is one.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Actor::Person(person) => Some(person.id),
            Actor::Token { .. } | Actor::Rule { .. } | Actor::Job { .. } => None,
        }
    }
}

impl fmt::Display for Actor {
    /// As it stands in logs: `Ada (ada@example.com)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Person(person) => write!(f, "{} ({})", person.name, person.email),
            Actor::Token { name, .. } => write!(f, "the API token “{name}”"),
            Actor::Rule { name, .. } => write!(f, "the rule “{name}”"),
            Actor::Job { name, .. } => write!(f, "the job “{name}”"),
        }
    }
}

/// Somebody in a workspace, now. Reads like a [`Situation`], and can't be changed into another one.
#[derive(Clone)]
pub struct Context(Arc<Situation>);

/// What a [`Context`] knows.
#[non_exhaustive]
pub struct Situation {
    /// The product.
    pub homeport: Homeport,
    /// Where.
    pub workspace: Workspace,
    /// Who.
    pub actor: Actor,
    /// What they are here.
    pub role: Role,
    /// From where the request came; nothing where it is our own.
    pub from: Origin,
    /// Where they belong.
    pub organization: OrganizationName,
    /// What they see: all of the workspace, or their organization and what lies below it.
    pub reach: Reach,
    /// By which support access they are here; none: they belong here.
    pub support: Option<Support>,
    /// When, milliseconds since 1970: the same for everything that one request does.
    pub now_ms: i64,
}

impl Deref for Context {
    type Target = Situation;

    fn deref(&self) -> &Situation {
        &self.0
    }
}

impl Context {
    /// After the membership or the token was checked.
    pub(crate) fn new(homeport: Homeport, workspace: Workspace, actor: Actor, place: Place) -> Context {
        let Place { role, organization, reach, support } = place;
        Context(Arc::new(Situation {
            homeport,
            workspace,
            actor,
            role,
            organization,
            reach,
            support,
            from: Origin::default(),
            now_ms: now_ms(),
        }))
    }

    /// A rule that does what somebody who may has said that it does.
    pub(crate) fn of_rule(homeport: Homeport, workspace: Workspace, id: i32, name: &str) -> Context {
        let place = Place {
            role: BuiltIn::Administrator.role(),
            // It makes nothing that would belong somewhere.
            organization: OrganizationName { id: OrganizationId(0), key: String::new(), name: String::new() },
            reach: Reach::Everything,
            support: None,
        };
        Context::new(homeport, workspace, Actor::Rule { id, name: name.to_owned() }, place)
    }

    /// The same, where the request came from there: it stands in the audit log.
    #[must_use]
    pub fn coming_from(self, from: Origin) -> Context {
        let Situation { homeport, workspace, actor, role, organization, reach, support, now_ms, .. } =
            &*self.0;
        Context(Arc::new(Situation {
            homeport: homeport.clone(),
            workspace: workspace.clone(),
            actor: actor.clone(),
            role: role.clone(),
            organization: organization.clone(),
            reach: reach.clone(),
            support: *support,
            from,
            now_ms: *now_ms,
        }))
    }

    /// The right to do something here.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] where the role doesn't hold it.
    pub fn grant<P: Permit>(&self) -> Result<Granted<'_, P>> {
        if !self.role.allows(P::PERMISSION) {
            return Err(Error::Problem(Problem::new(Code::NotAllowed)));
        }
        Ok(Granted::new(self))
    }
}

/// Milliseconds since 1970 by the system's clock.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
