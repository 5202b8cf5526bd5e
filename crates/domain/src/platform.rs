//! What platform administrators do: whoever did the set-up, and whom they made one on the command line.
//!
//! A [`PlatformContext`] is made by [`open`] after the person was read just now, and by nothing else. To everybody else
//! the console does not exist.

mod administrators;
mod burial;
mod hosts;
mod housekeeping;
mod log;
mod mails;
mod owner;
mod plans;
mod settings;
mod support;
mod tenants;
mod trials;

pub use administrators::{add_administrator, administrators, remove_administrator};
pub use burial::bury;
pub use hosts::{confirm_host, host};
pub use housekeeping::housekeeping;
pub(crate) use log::Deed;
pub use log::log;
pub use mails::{has_mail_server, mails, read_mail, send_mail_again};
pub use plans::{create_plan, plans, retire_plan, set_default_plan, update_plan};
pub use settings::{set_sign_up, sign_up};
pub use support::{support, take_support};
pub use tenants::{
    create_tenant, delete, invite_owner, restore, resume, set_plan, suspend, tenant, tenant_usage, tenants,
};
pub use trials::{end_trials, trial_ends};

use crate::context::now_ms;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use model::audit::Origin;
use model::person::Person;
use model::sign_on::Visitor;
use std::ops::Deref;
use std::sync::Arc;
use store::Console;

/// A platform administrator, now.
#[derive(Clone)]
pub struct PlatformContext(Arc<Office>);

/// What a [`PlatformContext`] knows.
#[non_exhaustive]
pub struct Office {
    /// The product.
    pub homeport: Homeport,
    /// Who.
    pub person: Person,
    /// From where the request came; nothing where it is our own.
    pub from: Origin,
    /// When, milliseconds since 1970: the same for everything that one request does.
    pub now_ms: i64,
}

impl Deref for PlatformContext {
    type Target = Office;

    fn deref(&self) -> &Office {
        &self.0
    }
}

impl PlatformContext {
    /// The same, where the request came from there: it stands in the log.
    #[must_use]
    pub fn coming_from(self, from: Origin) -> PlatformContext {
        let Office { homeport, person, now_ms, .. } = &*self.0;
        PlatformContext(Arc::new(Office {
            homeport: homeport.clone(),
            person: person.clone(),
            from,
            now_ms: *now_ms,
        }))
    }

    /// All workspaces, as the console may see them.
    pub(crate) fn console(&self) -> Console<'_> {
        self.homeport.store().console()
    }
}

/// The context of a platform administrator: the only way to one, and not for who came by a workspace's provider.
///
/// # Errors
/// [`model::Code::NotFound`] for everybody else.
pub async fn open(homeport: &Homeport, who: impl Into<Visitor>) -> Result<PlatformContext> {
    let Visitor { person, proof } = who.into();
    if proof.by_provider_of.is_some() {
        return Err(Error::not_found());
    }
    let found = homeport.store().people().get(person).await?;
    let person = found.map(|(person, _)| person).filter(|person| person.administrator);
    let person = person.ok_or_else(Error::not_found)?;
    let from = Origin::default();
    Ok(PlatformContext(Arc::new(Office { homeport: homeport.clone(), person, from, now_ms: now_ms() })))
}
