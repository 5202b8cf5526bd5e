//! The administration console: workspaces from outside, the plans that they have, mails, and the log of what is done here.

mod announcements;
mod host;
mod housekeeping;
mod limits_form;
mod list;
mod log;
mod mails;
mod new;
mod owner;
mod plan_form;
mod plans;
mod settings;
mod shut;
mod support;
mod tenant;
mod tenant_plan;

pub use announcements::AnnouncementsPage;
pub use housekeeping::HousekeepingPage;
pub use list::WorkspacesPage;
pub use log::LogPage;
pub use mails::{MailPage, MailsPage};
pub use plans::PlansPage;
pub use settings::SettingsPage;
pub use tenant::TenantPage;
