//! The administration console: workspaces from outside, and the plans that they have.

mod announcements;
mod housekeeping;
mod limits_form;
mod list;
mod new;
mod plan_form;
mod plans;
mod shut;
mod tenant;
mod tenant_plan;

pub use announcements::AnnouncementsPage;
pub use housekeeping::HousekeepingPage;
pub use list::WorkspacesPage;
pub use plans::PlansPage;
pub use tenant::TenantPage;
