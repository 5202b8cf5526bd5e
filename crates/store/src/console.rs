//! All workspaces as platform administrators see them: by a database role of its own, which can reach the tables that
//! the console needs and nothing that workspaces hold.

mod acting;
mod administrators;
mod hosts;
mod housekeeping;
mod log;
mod near;
mod plans;
mod rates;
mod settings;
mod support;
mod tenants;
mod trials;
mod usage;
mod workspaces;

pub use acting::ConsoleTx;
pub use administrators::Removed;
pub use near::Near;
pub use rates::Rates;
pub use support::NewSupportAccess;
pub use trials::Trial;

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, TransactionTrait};

/// What the console asks the database through: a connection of its own for each question, or one transaction.
pub trait Link: ConnectionTrait + TransactionTrait<Transaction = DatabaseTransaction> {}

impl Link for DatabaseConnection {}
impl Link for DatabaseTransaction {}

/// The narrow handle for it. What it tells must be shown to platform administrators only.
pub struct Console<'a, C = DatabaseConnection>(pub(crate) &'a C);
