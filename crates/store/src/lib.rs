//! The only SQL of Homeport: entities, scopes, repositories, telemetry, and the private Postgres cluster.
//!
//! Everything that belongs to a workspace is reached through a [`WorkspaceTx`], which only [`Store::workspace`]
//! makes: a transaction in which Postgres itself shows the rows of that workspace and no other. What stands outside
//! of workspaces has narrow handles of its own: [`People`], [`Sessions`], [`Lookup`], [`Console`]. There is no raw pool beside them.

pub mod admin;
pub mod cluster;
pub mod keys;
pub mod plain;
pub mod repository;
pub mod telemetry;

mod accounts;
mod announcements;
mod console;
mod entity;
mod error;
mod file_garbage;
mod handle;
mod lookup;
mod mails;
mod notices;
mod outbound;
mod passkeys;
mod people;
mod person_tx;
mod place;
mod sessions;
mod shelf;
mod sign_ups;
mod simulation_players;
mod sql;

mod throttle;
mod urls;
mod usage;
mod workspace_tx;

pub use accounts::{Accounts, KnownLink, LinkPurpose, NewLink, SecondFactor};
pub use admin::prepare_roles;
pub use console::{Console, ConsoleTx, Near, NewSupportAccess, Rates, Removed, Trial};
pub use error::{Error, Result};
pub use file_garbage::FileGarbage;
pub use handle::Store;
pub use lookup::{GateDevice, KnownDevice, KnownScope, KnownToken, Lookup};
pub use mails::{DueMail, Mails, SealedMail};
pub use notices::{Notice, Notices};
pub use outbound::{Lake, OutboundError, Row as OutboundRow, Table};
pub use passkeys::{KnownPasskey, NewPasskey, Passkeys};
pub use people::{NewPerson, People};
pub use person_tx::PersonTx;
pub use place::{Place, Support};
pub use repository::action_runs::{DueAction, Outcome};
pub use repository::alarms::{AlarmsOf, Fired, Raised};
pub use repository::allowances::{Allowances, Allowed};
pub use repository::annotations::AnnotationQuery;
pub use repository::api_answers::{KeptAnswer, KnownRequest};
pub use repository::branding::KnownHost;
pub use repository::device_enrolments::{Enrolment, Own, Standing};
pub use repository::device_files::InsertFile;
pub use repository::device_groups::GroupMember;
pub use repository::device_messages::{Due, Ended};
pub use repository::devices::{InsertDevice, Whose};
pub use repository::enrolment_groups::{Authority, KnownGroup, NewAuthority, SealedKeys};
pub use repository::export_work::{Delivered, Leased, LeasedPast, NotedChange};
pub use repository::invitations::KeptInvitation;
pub use repository::push_subscriptions::PushTarget;
pub use repository::reports::TakenReport;
pub use repository::roles::with_holders;
pub use repository::rule_work::{HotMessage, KeptState, RuleEvent, Watched};
pub use repository::simulations::PlayedDevice;
pub use repository::templates::Publication;
pub use repository::workspaces::NewWorkspace;
pub use sessions::Sessions;
pub use shelf::{PutError, Shelf, ShelfError};
pub use sign_ups::SignUps;
pub use simulation_players::{Played, SimulationPlayers};
pub use throttle::{Attempt, Attempts, Limit};
pub use urls::{Role, Urls};
pub use usage::Meter;
pub use workspace_tx::{Snapshot, WorkspaceTx};
